"""An oracle is asked the same thing once; what it answered is secret, and believed only while nothing has changed."""

import os
import stat
from dataclasses import replace

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.records import Check, Probe
from grader.course.authoring import known_answers as kept
from grader.course.authoring.answer_key import OracleError, agreed_answers
from grader.course.authoring.known_answers import known_answers
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Worker
from grader.course.grading.suites import load_course

FIXED = Check("test_fixed", 6, "task", 1, "Title.", Probe("c = Value(0.5).tanh()\nbig = Value(1e200)**2", ("c.data",)))
DRAWN = replace(FIXED, name="test_drawn", random=True, probe=Probe("c = Value(0.25).exp()", ("c.data", "c._op")))
REFERENCE = ["reference"]


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The checks that an oracle was really asked, in a folder of their own."""
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "build" / "answers")
    found = []

    def ask(checks, oracles):
        found.extend(check.id for check in checks)
        return agreed_answers(checks, oracles)

    monkeypatch.setattr(kept, "agreed_answers", ask)
    return found


def files(tmp_path):
    return sorted((tmp_path / "build" / "answers").iterdir())


def test_what_was_answered_is_not_asked_again_and_is_the_same(asked):
    first = known_answers([FIXED, DRAWN], REFERENCE)
    assert first == agreed_answers([FIXED, DRAWN], REFERENCE) == known_answers([FIXED, DRAWN], REFERENCE)
    assert asked == ["ex06.fixed", "ex06.drawn"]


def test_what_no_seed_changes_is_asked_once_for_all_seeds(asked):
    known_answers([FIXED, DRAWN], REFERENCE)
    other = replace(DRAWN, probe=replace(DRAWN.probe, snippet="c = Value(0.75).exp()"))
    assert known_answers([FIXED, other], REFERENCE)["ex06.drawn"] == agreed_answers([other], REFERENCE)["ex06.drawn"]
    assert asked == ["ex06.fixed", "ex06.drawn", "ex06.drawn"]


def test_each_exercise_is_asked_for_and_kept_by_itself(asked):
    other = replace(FIXED, exercise=5, probe=Probe("c = Value(0.5) * 2", ("c.data",)))
    known_answers([FIXED, other], REFERENCE)
    assert known_answers([other], REFERENCE) == {"ex05.fixed": {"c.data": 1.0}}
    known_answers([FIXED], REFERENCE)
    assert asked == ["ex05.fixed", "ex06.fixed"]


def test_of_a_course_nobody_asks_for_exercises_that_it_has_not(asked):
    load_course(frozenset({1}), seed=5)
    assert {name[:4] for name in asked} == {"ex01"}


@pytest.mark.parametrize("change", [{"rel": 0.5}, {"observe": ("c._op",)}, {"snippet": "c = Value(0.75).tanh()"}])
def test_another_probe_is_asked_anew(asked, change):
    known_answers([FIXED], REFERENCE)
    known_answers([replace(FIXED, probe=replace(FIXED.probe, **change))], REFERENCE)
    assert len(asked) == 2


def test_other_oracles_are_asked_anew(asked):
    known_answers([FIXED], REFERENCE)
    known_answers([FIXED], ["reference", "pytorch"])
    assert len(asked) == 2


@pytest.mark.parametrize("what", ["grader/course/oracles/reference/ex02.py", "minigrad_reference/engine.py"])
def test_a_changed_oracle_is_asked_anew(asked, monkeypatch, tmp_path, what):
    for path in (path for pattern in kept.CODE for path in kept.KATA.glob(pattern)):
        copy = tmp_path / path.relative_to(kept.KATA)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(kept, "KATA", tmp_path)
    for source in ("", "", "\n# changed\n"):
        kept.made_of.cache_clear()
        (tmp_path / what).write_bytes((tmp_path / what).read_bytes() + source.encode())
        known_answers([FIXED], REFERENCE)
    kept.made_of.cache_clear()
    assert len(asked) == 2


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b"{}", b"\xff", b'{"test_other": {}}'])
def test_a_damaged_file_is_asked_for_again(asked, tmp_path, damaged):
    right = known_answers([FIXED], REFERENCE)
    (path,) = files(tmp_path)
    path.write_bytes(damaged)
    assert known_answers([FIXED], REFERENCE) == right
    assert known_answers([FIXED], REFERENCE) == right
    assert len(asked) == 2


@pytest.mark.usefixtures("asked")
def test_a_disagreement_is_not_kept(tmp_path):
    unanswerable = replace(FIXED, probe=Probe("c = nothing", ("c",)))
    for _ in range(2):
        with pytest.raises(OracleError):
            known_answers([unanswerable], REFERENCE)
    assert not (tmp_path / "build").exists()


def test_where_nothing_can_be_written_the_oracles_are_asked(asked, tmp_path):
    (tmp_path / "build").write_text("a file", encoding="utf-8")
    for _ in range(2):
        known_answers([FIXED], REFERENCE)
    assert len(asked) == 2


@pytest.mark.usefixtures("asked")
def test_the_oldest_files_go(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3)
    seen = []
    for number in range(5):
        known_answers([replace(FIXED, probe=Probe(f"c = Value({number}.0)", ("c.data",)))], REFERENCE)
        (new,) = {*files(tmp_path)} - {*seen}
        os.utime(new, (number, number))
        seen.append(new)
    assert files(tmp_path) == sorted(seen[-3:])


@pytest.mark.usefixtures("asked")
def test_nobody_but_the_owner_reads_them_and_no_fenced_code_sees_them(tmp_path):
    known_answers([FIXED, DRAWN], REFERENCE)
    for path in files(tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    code = f"import os\ntry:\n    seen = open({str(path)!r}).read()\nexcept OSError as error:\n    seen = error.errno\n"
    code += f"try:\n    listed = os.listdir({str(path.parent)!r})\nexcept OSError as error:\n    listed = error.errno\n"
    fence = sandbox()
    assert fence.hardened
    with desk() as folder, Worker(fence, folder) as worker:
        (folder / "ex01_derivatives.py").write_text("", encoding="utf-8")
        look = Probe(code, ("seen", "listed"))
        assert worker.observe(read_catalogue()[1].module, look).values == {"seen": 13, "listed": 13}

"""The bank of misconceptions: a mistake in it ends in a sentence, its chaffs fail and are named; what is stale."""

import json
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.diagnosis import diagnose
from grader.core.errors import KataError
from grader.core.fingerprints import file_in, read_fingerprints
from grader.core.names import tag
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC, SOLUTIONS
from grader.core.records import Status
from grader.core.slips import find_slips
from grader.course.authoring.digest import digest
from grader.course.bank.chaffs import BankError, read_bank, run_chaffs
from grader.course.bank.fingerprints import (
    chaff_entries,
    fingerprint_text,
    made_from,
    pair_entries,
    run_pairs,
    stale_fingerprints,
)
from grader.course.bank.mutation_page import MADE_FROM as PAGE_FROM
from grader.course.bank.mutation_page import PAGE, is_fresh
from grader.course.bank.pairs import pairs
from grader.course.grading.suites import merged

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
FEWEST, NAMED = 70, 0.97  # misconceptions; the share of chaffs that is named rightly
PAIRS = 40  # of some five thousand, run again
TWOS = '], "pairs": [\n'
SUITES = (PUBLIC, HIDDEN_SUITE)
FILES = {(suite, n): file_in(suite / FINGERPRINTS, n) for suite in SUITES for n in CATALOGUE}
EVERYTHING = [pattern for n in CATALOGUE for pattern in made_from(n)]
GOOD = """[[misconception]]
id = "halves"
task = "derivative"
title = "The slope is halved"
belief = "Half is enough."
explanation = "It is not."
question = "Is it?"
chaffs = [[["return rise / (2 * h)", "return rise / (4 * h)"]]]
"""
FIELDS = "needs exactly the texts id, task, title, belief, explanation, question, none empty, and chaffs."
EDITS = "ex01.toml: halves: chaffs is a list of chaffs, each a list of edits [old text, new text] that differ."
ONE_EDIT = '[["return rise / (2 * h)", "return rise / (4 * h)"]]'
FAULTS = {
    "no TOML": ("[[misconception]]", "[[misconception", "ex01.toml is not TOML: "),
    "another heading": (
        "[[misconception]]",
        "[[mistake]]",
        "ex01.toml needs [[misconception]] tables, and nothing else.",
    ),
    "a table too many": (
        "[[misc",
        "[more]\nx = 1\n[[misc",
        "ex01.toml needs [[misconception]] tables, and nothing else.",
    ),
    "one table for many": (
        "[[misconception]]",
        "[misconception]",
        "ex01.toml needs [[misconception]] tables, and nothing",
    ),
    "no tables": (GOOD, "misconception = [1, 2]\n", "ex01.toml needs [[misconception]] tables, and nothing else."),
    "nothing": (GOOD, "", "ex01.toml needs [[misconception]] tables, and nothing else."),
    "no id": ('id = "halves"\n', "", f"ex01.toml: an entry without id {FIELDS}"),
    "no belief": ('belief = "Half is enough."\n', "", f"ex01.toml: halves {FIELDS}"),
    "no chaffs": (f"chaffs = [{ONE_EDIT}]\n", "", f"ex01.toml: halves {FIELDS}"),
    "a field too many": ("belief =", "points = 1\nbelief =", f"ex01.toml: halves {FIELDS}"),
    "an empty text": ('"Is it?"', '"  "', f"ex01.toml: halves {FIELDS}"),
    "a number for a text": ('"Is it?"', "7", f"ex01.toml: halves {FIELDS}"),
    "a number for an id": ('id = "halves"', "id = 7", f"ex01.toml: 7 {FIELDS}"),
    "how common it is in words": (
        "chaffs =",
        'common = "often"\nchaffs =',
        "ex01.toml: halves: common = 'often'; write 1 for seldom, 2 for now and then, or 3 for often.",
    ),
    "more than common": ("chaffs =", "common = 4\nchaffs =", "ex01.toml: halves: common = 4; write 1 for seldom, "),
    "an unknown slip": (
        "chaffs =",
        'slip = "of-the-pen"\nchaffs =',
        "ex01.toml: halves: slip = 'of-the-pen' is no kind of slip; there are return-missing, ",
    ),
    "an unknown task": (
        'task = "derivative"',
        'task = "integral"',
        "ex01.toml: halves: exercise 1 has no task 'integral', but derivative, gradient.",
    ),
    "an id twice": (GOOD, GOOD * 2, "ex01.toml: halves is the id of two misconceptions; give each its own."),
    "an empty list of chaffs": (f"[{ONE_EDIT}]", "[]", EDITS),
    "a chaff without edits": (f"[{ONE_EDIT}]", "[[]]", EDITS),
    "chaffs that are text": (f"[{ONE_EDIT}]", '"ab"', EDITS),
    "edits that are text": (f"[{ONE_EDIT}]", '["ab", "cd"]', EDITS),
    "an edit that is a number": (f"[{ONE_EDIT}]", "[[7]]", EDITS),
    "an edit without new text": (f"[{ONE_EDIT}]", '[[["2 * h"]]]', EDITS),
    "an edit that is one list too shallow": (f"[{ONE_EDIT}]", '[["2 * h", "h"]]', EDITS),
    "an edit with a number": (f"[{ONE_EDIT}]", '[[["2 * h", 4]]]', EDITS),
    "an edit that changes nothing": (f"[{ONE_EDIT}]", '[[["2 * h", "2 * h"]]]', EDITS),
    "an old text that is not there": (
        "return rise / (2 * h)",
        "return fall",
        "ex01.toml: halves: 'return fall' stands 0 times in derivative; an edit needs it exactly once.",
    ),
    "an old text of another task": (
        "return rise / (2 * h)",
        "slopes = []",
        "ex01.toml: halves: 'slopes = []' stands 0 times in derivative; an edit needs it exactly once.",
    ),
    "an old text that is there twice": (
        "return rise / (2 * h)",
        "rise",
        "ex01.toml: halves: 'rise' stands 2 times in derivative; an edit needs it exactly once.",
    ),
    "an old text that is empty": ("return rise / (2 * h)", "", "times in derivative; an edit needs it exactly once."),
    "an edit that leaves no Python": (
        "return rise / (4 * h)",
        "return rise / (4 * h",
        "ex01.toml: halves: after its edits Python cannot read derivative: '(' was never closed",
    ),
}


def bank(folder, text, number=1):
    (folder / f"{tag(number)}.toml").write_text(text, encoding="utf-8")
    return read_bank([1, 2], folder)


def test_a_chaff_is_the_solution_with_its_edits_in_its_task(tmp_path):
    (chaff,) = bank(tmp_path, GOOD)
    m = chaff.misconception
    assert (m.exercise, m.id, m.task, m.title) == (1, "halves", "derivative", "The slope is halved")
    assert (m.belief, m.explanation, m.question) == ("Half is enough.", "It is not.", "Is it?")
    assert chaff.edits == (("return rise / (2 * h)", "return rise / (4 * h)"),)
    solution = (SOLUTIONS / "ex01_derivatives.py").read_text(encoding="utf-8")
    assert chaff.source == solution.replace(*chaff.edits[0])
    assert chaff.source != solution


def test_how_common_a_misconception_is_and_which_slip_stand_in_the_bank(tmp_path):
    (middle,) = bank(tmp_path, GOOD)
    (said,) = bank(tmp_path, GOOD.replace("chaffs =", 'common = 3\nslip = "return-missing"\nchaffs ='))
    assert (middle.misconception.common, middle.misconception.slip) == (2, "")
    assert (said.misconception.common, said.misconception.slip) == (3, "return-missing")


def test_edits_are_made_one_after_the_other_and_a_misconception_may_have_several_chaffs(tmp_path):
    edits = '[["(2 * h)", "(3 * h)"], ["(3 * h)", "(4 * h)"]]'
    one, other = bank(tmp_path, GOOD.replace(ONE_EDIT, f"{edits}, {ONE_EDIT}"))
    assert one.misconception == other.misconception
    assert one.source == other.source


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_said_in_a_sentence(fault, tmp_path):
    old, new, message = FAULTS[fault]
    assert GOOD.count(old) == 1
    with pytest.raises(BankError, match=re.escape(message)) as error:
        bank(tmp_path, GOOD.replace(old, new))
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_text_is_said_in_a_sentence(tmp_path):
    (tmp_path / "ex01.toml").write_bytes(b'[[misconception]]\nid = "\xff"\n')
    with pytest.raises(BankError, match=r"ex01.toml is not TOML: .*\."):
        read_bank([1], tmp_path)


def test_an_id_in_two_files_is_said_in_a_sentence(tmp_path):
    bank(tmp_path, GOOD)
    edit = '[["self.data + other.data", "self.data - other.data"]]'
    other = GOOD.replace('"derivative"', '"Value.__add__"').replace(ONE_EDIT, edit)
    sentence = "halves is the id of misconceptions in exercises 1 and 2; give each its own."
    with pytest.raises(BankError, match=re.escape(sentence)):
        bank(tmp_path, other, number=2)


def test_a_mistake_in_the_bank_is_a_sentence_of_the_command(author):
    author.write("grader/course/bank/misconceptions/ex01.toml", GOOD.replace("derivative", "integral"))
    said = "ex01.toml: halves: exercise 1 has no task 'integral', but derivative, gradient.\n"
    for command in (["bank", "--exercise", 1], ["fingerprints"]):
        assert author.refused(*command) == said


# the bank itself


@pytest.fixture(scope="module")
def chaffs():
    return read_bank()


@pytest.fixture(scope="module")
def twos(chaffs):
    return list(pairs(chaffs))


def test_there_are_many_misconceptions_and_every_task_has_some(chaffs):
    known = {chaff.misconception for chaff in chaffs}
    assert len(known) == len({m.id for m in known}) >= FEWEST
    assert {(m.exercise, m.task) for m in known} == {(e.number, t.name) for e in CATALOGUE.values() for t in e.tasks}


def test_every_text_is_ascii_in_one_line_and_ends_as_a_sentence_does(chaffs):
    known = {chaff.misconception for chaff in chaffs}
    for m in known:
        for text in (m.id, m.title, m.belief, m.explanation, m.question):
            assert text.isascii(), (m.id, text)
            assert "\n" not in text, (m.id, text)
            assert text == text.strip() != ""
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", m.id), m.id
        assert m.title[-1] not in ".!?", m.title  # the reports put a full stop behind it
        assert m.belief[-1] in ".!?", m.belief
        assert m.explanation.rstrip(")")[-1] in ".!?", m.explanation
        assert "?" in m.question, m.question


def test_titles_and_beliefs_differ_within_a_task(chaffs):
    known = {chaff.misconception for chaff in chaffs}
    texts = Counter((m.exercise, m.task, text) for m in known for text in (m.title, m.belief))
    assert [text for text, count in texts.items() if count > 1] == []


def test_the_fingerprints_of_both_suites_are_of_the_bank_in_its_order(chaffs, twos):
    differing = 0
    for number in CATALOGUE:
        public, hidden = (read_fingerprints(suite / FINGERPRINTS, number) for suite in SUITES)
        known = [f.misconceptions for f in merged(public, hidden)]
        own = [chaff.misconception for chaff in chaffs if chaff.misconception.exercise == number]
        assert known[: len(own)] == [(misconception,) for misconception in own]
        made = {tuple(own[place] for place in pair.places) for pair in twos if pair.exercise == number}
        assert set(known[len(own) :]) <= made
        differing += len(known) - len(own)
    assert differing > 0.7 * len(twos)
    public, hidden = (read_fingerprints(suite / FINGERPRINTS) for suite in SUITES)
    assert {check for f in public for check in f.shown} <= {check.id for check in load_checks(PUBLIC)}
    random = {check.id for check in load_checks(HIDDEN_SUITE) if check.random}
    assert random
    assert {check for f in hidden for check in f.shown} <= {check.id for check in load_checks(HIDDEN_SUITE)} - random


def test_what_a_mistake_shows_is_shown_by_a_check_of_its_own_task():
    """In a terminal and in grading; so none can be named where its own task passes or is not written."""
    public, hidden = (read_fingerprints(suite / FINGERPRINTS) for suite in SUITES)
    tasks = {check.id: check.task for suite in SUITES for check in load_checks(suite)}
    shown = [f for f in (*public, *merged(public, hidden)) if f.shown]
    assert [f.misconceptions for f in shown if f.task not in {tasks[check] for check in f.shown}] == []


def test_what_travels_to_learners_names_no_hidden_check_and_holds_no_line_of_a_chaff():
    texts = [path.read_text(encoding="utf-8") for path in (PUBLIC / FINGERPRINTS).iterdir()]
    assert len(texts) == len(CATALOGUE)
    assert not [check.id for check in load_checks(HIDDEN_SUITE) if f'"{check.id}"' in "".join(texts)]
    entries, pairs_ = ([entry for text in texts for entry in json.loads(text)[of]] for of in ("chaffs", "pairs"))
    assert {key for entry in entries for key in entry} == {"misconception", "shown"}
    assert {key for entry in pairs_ for key in entry} == {"of", "shown"}
    all_shown = [shown for entry in [*entries, *pairs_] for shown in entry["shown"].values()]
    faults = [shown["fault"] for shown in all_shown if shown not in (0, 1) and "fault" in shown]
    assert faults
    assert all(len(fault) == 2 for fault in faults)


def test_fingerprints_of_different_chaffs_are_not_put_together():
    public, hidden = (read_fingerprints(suite / FINGERPRINTS) for suite in SUITES)
    with pytest.raises(KataError, match=re.escape("are of different chaffs: run `make fingerprints`.")):
        merged(public, hidden[1:])


@pytest.fixture(scope="module")
def runs(chaffs):
    """Every chaff with its verdicts in both suites, the random checks among them."""
    return list(run_chaffs(chaffs, seeds=(0,)))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fingerprints_made_again_are_those_in_the_repository_byte_for_byte(runs, twos):
    """Every chaff's, and those of pairs that are drawn by what the files were made from."""
    alone = chaff_entries(runs)
    drawn = random.Random(digest(*EVERYTHING)).sample(twos, PAIRS)
    again = pair_entries(run_pairs(drawn), alone)
    assert sum(map(len, again.values())) > PAIRS / 2
    for (suite, number), path in FILES.items():
        before, _, after = path.read_text(encoding="utf-8").partition(TWOS)
        text = fingerprint_text(number, alone[number], again.get(number, ()), suite)
        expected, _, expected_pairs = text.partition(TWOS)
        assert before == expected
        assert {line.rstrip(",") for line in expected_pairs.splitlines() if line} <= {
            line.rstrip(",") for line in after.splitlines()
        }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_chaff_fails_a_hidden_check_and_the_files_name_nearly_all_of_them_rightly(runs):
    hidden = {check.id for check in load_checks(HIDDEN_SUITE)}
    known = merged(*(read_fingerprints(suite / FINGERPRINTS) for suite in SUITES))
    survived, misnamed = [], []
    for chaff, found in runs:
        m = chaff.misconception
        survived += [m.id] * all(v.status is Status.PASSED for v in found if v.check.id in hidden)
        fixed = [v for v in found if not v.check.random]
        slips = find_slips(chaff.source, CATALOGUE[m.exercise], fixed)
        named = diagnose(fixed, [f for f in known if f.exercise == m.exercise], slips)
        misnamed += [(m.id, [d.misconception.id for d in named])] * ([d.misconception for d in named] != [m])
    assert survived == []
    assert len(misnamed) <= (1 - NAMED) * len(runs), misnamed


# what is stale

EVERY = list(CATALOGUE)
CHANGES = {  # a file, and the exercises whose fingerprints depend on it; the page of the mutation score does
    "a solution": ("solutions/ex03_chain_rule.py", EVERY[2:]),
    "a public check": ("tests/public/test_ex03_chain_rule.py", [3]),
    "a hidden check": ("tests/hidden/test_ex03_chain_rule.py", [3]),
    "the generators of hidden graphs": ("tests/hidden/generators.py", EVERY),
    "the bank": ("grader/course/bank/misconceptions/ex03.toml", [3]),
    "how values are compared": ("grader/core/judging.py", EVERY),
    "how a snippet is run": ("grader/core/probing.py", EVERY),
    "how fingerprints are read": ("grader/core/fingerprints.py", EVERY),
    "the diagnosis": ("grader/core/diagnosis.py", []),
    "the slips": ("grader/core/slips.py", []),
    "how names of operations are meant": ("grader/core/operations.py", []),
    "how a text that is put together is read": ("grader/core/templates.py", []),
    "how a function of a loop is read": ("grader/core/late.py", []),
    "how a default is read": ("grader/core/defaults.py", []),
    "how a result is read": ("grader/core/results.py", []),
    "the wheats": ("grader/course/bank/wheats/ex03.toml", []),
    "the mutants": ("grader/course/bank/mutants.py", []),
    "the mutants that are excused": ("grader/course/bank/equivalents.toml", []),
}
MARK = r"[0-9a-f]{16}"


@pytest.fixture(scope="module")
def fresh(make_author):
    """A copy of the repository in which both carry the mark of what they are made from now."""
    author = make_author()
    for name in ("tests/hidden", "docs"):
        unwanted = shutil.ignore_patterns("__pycache__", "images", "promises.md")
        shutil.copytree(ROOT / name, author.folder / name, ignore=unwanted, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(author.folder)
        files_of = {path: made_from(n) for (_, n), path in FILES.items()}
        for path, files in {**files_of, PAGE: PAGE_FROM}.items():
            text = path.read_text(encoding="utf-8")
            marked, count = re.subn(rf'(made from |"made_from": "){MARK}', rf"\g<1>{digest(*files)}", text)
            assert count == 1
            path.write_text(marked, encoding="utf-8")
        yield author


@pytest.mark.parametrize("change", CHANGES)
def test_fingerprints_and_page_are_fresh_until_something_they_are_made_from_changes(fresh, change):
    name, stale = CHANGES[change]
    before = fresh.read(name)
    assert (stale_fingerprints(), is_fresh()) == ([], True)
    fresh.write(name, f"{before}\n# changed\n")
    assert (stale_fingerprints(), is_fresh()) == (stale, False)
    fresh.write(name, before)
    assert (stale_fingerprints(), is_fresh()) == ([], True)


@pytest.mark.parametrize("name", ["solutions/ex12_more.py", "tests/hidden/test_ex12_more.py"])
@pytest.mark.usefixtures("fresh")
def test_a_file_that_comes_or_goes_makes_the_page_stale(name):
    Path(name).write_text("", encoding="utf-8")
    assert (stale_fingerprints(), is_fresh()) == ([], False)
    Path(name).unlink()
    assert (stale_fingerprints(), is_fresh()) == ([], True)


@pytest.mark.parametrize("name", ["README.md", "grader/core/catalogue.toml", "grader/learner/report.py"])
def test_what_they_are_not_made_from_leaves_them_fresh(fresh, name):
    path = fresh.folder / name
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n# changed\n", encoding="utf-8")
    assert (stale_fingerprints(), is_fresh()) == ([], True)
    path.write_text(before, encoding="utf-8")


def test_without_the_files_they_are_stale(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (stale_fingerprints(), is_fresh()) == (EVERY, False)


def test_without_the_fingerprints_of_one_suite_those_of_the_exercise_are_stale(fresh):
    path = fresh.folder / file_in(HIDDEN_SUITE / FINGERPRINTS, 5)
    text = path.read_text(encoding="utf-8")
    path.unlink()
    assert stale_fingerprints() == [5]
    path.write_text(text, encoding="utf-8")
    assert stale_fingerprints() == []


def test_a_digest_depends_on_contents_and_names_of_its_files_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "b.py").write_text("2")
    (tmp_path / "c.txt").write_text("3")
    before = digest("*.py")
    assert digest("*.py") == before == digest("a.py", "b.py") == digest("b.py", "a.py")
    (tmp_path / "c.txt").write_text("4")
    assert digest("*.py") == before
    (tmp_path / "b.py").rename(tmp_path / "d.py")
    assert digest("*.py") != before
    (tmp_path / "d.py").rename(tmp_path / "b.py")
    (tmp_path / "b.py").write_text("3")
    assert digest("*.py") != before

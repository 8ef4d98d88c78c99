"""A class is graded to the end however often it is stopped, and graded again only where something changed."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.paths import SOLUTIONS
from grader.course.classroom import classroom
from grader.course.classroom.executors import GroundError
from grader.course.grading.suites import load_course
from grader.course.intake.handins import find_hand_ins
from tests.kata.few import kata_of, with_few_checks

ROOT = Path(__file__).parents[3]
SEED = 7
EXERCISES = range(1, 3)
SLIPS = {
    "bob": ("ex02_value", "self.data + other.data", "self.data - other.data"),
    "carol": ("ex02_value", "self.data * other.data", "self.data + other.data"),
    "erin": ("ex02_value", "self.data * other.data", "__import__('os')._exit(0)"),
    "frank": ("ex02_value", "# ", "import sys; sys.exit()  # "),
}


def hand_in(folder, student, changes=None):
    """The worked answers with some files replaced; None leaves one out."""
    changes = changes or {}
    (folder / student).mkdir(parents=True)
    for path in (file for number in EXERCISES for file in (ROOT / SOLUTIONS).glob(f"ex{number:02}_*.py")):
        source = changes.get(path.stem, path.read_text(encoding="utf-8"))
        if source is not None:
            (folder / student / path.name).write_text(source, encoding="utf-8")


def make_class(folder):
    """Eight students: right, wrong, with an exercise missing, with an exit, and with an archive that is none."""
    hand_in(folder, "alice")
    hand_in(folder, "dave", {"ex02_value": None})
    hand_in(folder, "gina", {"ex01_derivatives": "def training_curve(:\n"})
    for student, (module, old, new) in SLIPS.items():
        source = (ROOT / SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
        assert old in source
        hand_in(folder, student, {module: source.replace(old, new, 1)})
    (folder / "henry.zip").write_bytes(b"PK and no more")


def lasting(path):
    """What a file holds but for the seconds that it took to make."""
    return re.sub(rb' "seconds": [0-9.]+,\n', b"", path.read_bytes())


class Class:
    """A folder that fenced processes can reach, whose path tells every process of its runs."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="classroom-"))
        self.folder.chmod(0o755)
        self.students, self.temporary = self.folder / "class", self.folder / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o755)
        self.kata = kata_of(self.folder, "1-2")

    def start(self, out, **environment):
        command = [sys.executable, "-m", "grader", "grade-class", str(self.students)]
        own = {"OUT": str(self.folder / out), "TMPDIR": str(self.temporary), "JOBS": "2", "SEED": str(SEED)}
        own = {**os.environ, "FORCE": "", **own, **environment}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.kata, env=own, text=True, start_new_session=True, **pipes)

    def run(self, out, **environment):
        said, errors = self.start(out, **environment).communicate(timeout=100)
        assert errors == ""
        return said.strip()

    def made(self, out):
        """Every file of a run and what it holds."""
        paths = [path for path in (self.folder / out).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder / out)): lasting(path) for path in paths}

    def reports(self, out):
        return list((self.folder / out / "reports").glob("*.json"))

    def processes(self):
        """What runs for this class: by its arguments, or by the environment that it was given."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                dead = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if str(self.folder).encode() in told and not dead:
                found.append((int(process.name), told))
        return found

    def fenced(self):
        return [process for process, told in self.processes() if b"/desk" in told]

    def is_empty(self):
        return not self.processes()


def end(process):
    """What a killed process left behind may hold its pipes open: do not read them to their end."""
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def wait_until(true, seconds=60.0, pause=1e-4):
    """Look often where what is waited for may be over in a moment; looking at all processes takes long itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(pause)


@pytest.fixture(scope="module")
def a_class():
    if not Path("/proc/self/environ").exists():
        pytest.skip("processes are looked for in /proc")
    a_class = Class()
    make_class(a_class.students)
    yield a_class
    shutil.rmtree(a_class.folder)


@pytest.fixture(scope="module")
def whole(a_class):
    """The files of a run that nobody stopped."""
    said = a_class.run("whole")
    assert "\n8 submissions, 7 graded now; scores from 2 to 5 of 5, median 4.\n" in said
    made = a_class.made("whole")
    assert len(made) == 12
    return made


MOMENTS = {
    "the seed is drawn": lambda out: (out / "seed.json").exists(),
    "the first report is there": lambda out: len(reports_in(out)) >= 1,
    "the third report is there": lambda out: len(reports_in(out)) >= 3,
    "a report is being written": lambda out: any(name.endswith(".part") for name in reports_in(out)),
    "the last report is there": lambda out: len(reports_in(out)) >= 8,
}


def reports_in(out):
    try:
        return os.listdir(out / "reports")  # noqa: PTH208 - three times as fast
    except FileNotFoundError:
        return []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "whom"),
    [*((moment, "grader") for moment in MOMENTS), ("the third report is there", "group")],
)
def test_a_run_that_is_killed_and_run_again_ends_as_if_nobody_had_stopped_it(a_class, whole, moment, whom):
    out = a_class.folder / f"{moment}, {whom}"
    process = a_class.start(out.name)
    pause = 1e-4 if moment == "a report is being written" else 0.01
    wait_until(lambda: MOMENTS[moment](out) or process.poll() is not None, pause=pause)
    if whom == "group":
        os.killpg(process.pid, signal.SIGKILL)
    end(process)
    wait_until(a_class.is_empty, seconds=10, pause=0.05)
    assert {(n, c) for n, c in a_class.made(out.name).items() if not n.endswith(".part")} <= whole.items()
    done = sum("henry" not in path.name for path in a_class.reports(out.name))  # whose archive cannot be read
    said = a_class.run(out.name)
    assert f"\n8 submissions, {7 - done} graded now" in said
    assert a_class.made(out.name) == whole


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_comes_to_its_end(a_class, whole):
    for _ in range(3):
        done = len(a_class.reports("often"))
        process = a_class.start("often")
        wait_until(lambda: len(a_class.reports("often")) > done or process.poll() is not None, pause=0.01)  # noqa: B023
        end(process)
    a_class.run("often")
    assert a_class.made("often") == whole
    wait_until(a_class.is_empty, seconds=10, pause=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["grader", "group", "processes"])
@pytest.mark.parametrize("loop", ["while True: pass", "__import__('time').sleep(600)"])
def test_no_process_outlives_a_grader_that_is_killed(whom, loop):
    """Not even one that hangs; 'processes' are those that grade for the one that was started."""
    a_class = Class()
    hand_in(a_class.students, "alice", {"ex01_derivatives": f"{loop}\n"})
    process = a_class.start("out", JOBS="1")
    try:
        wait_until(lambda: a_class.fenced() or process.poll() is not None, pause=0.1)
        assert a_class.fenced()
        spawned = [p for p, told in a_class.processes() if b"spawn_main" in told]
        targets = spawned if whom == "processes" else [process.pid]
        for target in targets:
            (os.killpg if whom == "group" else os.kill)(target, signal.SIGKILL)
        assert process.wait(20) != 0
        wait_until(a_class.is_empty, seconds=10, pause=0.05)
    finally:
        end(process)
        shutil.rmtree(a_class.folder)


def test_half_a_report_that_a_killed_run_left_is_swept_away(small, tmp_path):
    grade, out = small(tmp_path), tmp_path / "out"
    grade()
    (report, *_) = sorted((out / "reports").iterdir())
    half = report.with_name(report.name + ".part")
    half.write_bytes(report.read_bytes()[:100])
    assert grade() == []
    assert not half.exists()


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield with_few_checks(load_course(frozenset({1, 2}), seed=SEED))


@pytest.fixture
def small(course, monkeypatch):
    """Two students, two exercises and a check of each task; it grades them and answers whom it really graded."""

    def start(folder):
        for student in ("alice", "bob"):
            hand_in(folder / "class", student)

        def grade(course=course, **options):
            monkeypatch.setattr(classroom, "load_apart", lambda seed: replace(course, seed=seed))
            options = {"force": False, "seed": SEED, **options}
            outcomes = list(classroom.grade_class(find_hand_ins(folder / "class"), folder / "out", 1, **options))
            return sorted(outcome.student for outcome in outcomes if outcome.fresh)

        assert grade() == ["alice", "bob"]
        return grade

    return start


def gradebook(folder):
    text = (folder / "out" / "gradebook.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_rerun_grades_what_changed_and_nothing_else(small, tmp_path):
    grade = small(tmp_path)
    before = gradebook(tmp_path)
    assert grade() == []
    assert gradebook(tmp_path) == before
    path = tmp_path / "class" / "bob" / "ex02_value.py"
    path.write_text(path.read_text(encoding="utf-8").replace("self.data + other.data", "self.data"), encoding="utf-8")
    assert grade() == ["bob"]
    assert gradebook(tmp_path)["alice"] == before["alice"]
    assert float(gradebook(tmp_path)["bob"]["score"]) < float(before["bob"]["score"])
    assert grade(force=True) == ["alice", "bob"]
    hand_in(tmp_path / "class", "carol")
    assert grade() == ["carol"]
    shutil.rmtree(tmp_path / "class" / "alice")
    assert grade() == []
    assert list(gradebook(tmp_path)) == ["bob", "carol"]


def test_the_seed_of_a_class_is_kept_and_another_one_asks_anew(small, tmp_path):
    grade = small(tmp_path)
    assert grade(seed=None) == []
    assert grade(seed=SEED + 1) == ["alice", "bob"]
    assert grade(seed=None) == []
    assert json.loads((tmp_path / "out" / "seed.json").read_text(encoding="utf-8")) == {"seed": SEED + 1}


def with_points(course):
    exercise = course.exercises[2]
    tasks = (replace(exercise.tasks[0], points=9), *exercise.tasks[1:])
    return replace(course, exercises={**course.exercises, 2: replace(exercise, tasks=tasks)})


def with_check(course, change):
    suite = course.suites[0]
    checks = [c for c in (change(suite.checks[0]), *suite.checks[1:]) if c]
    return replace(course, suites=(replace(suite, checks=tuple(checks)), *course.suites[1:]))


def with_key(course):
    suite = course.suites[0]
    name = suite.checks[0].id
    answers = dict.fromkeys(suite.key[name]["values"], "something else")
    key = {**suite.key, name: {**suite.key[name], "values": answers}}
    return replace(course, suites=(replace(suite, key=key), *course.suites[1:]))


CHANGES = {
    "points of a task": with_points,
    "a check less": lambda course: with_check(course, lambda check: None),
    "points of a check": lambda course: with_check(course, lambda check: replace(check, points=40)),
    "a tolerance": lambda course: with_check(course, lambda check: replace(check, probe=replace(check.probe, rel=0.1))),
    "a title": lambda course: with_check(course, lambda check: replace(check, title="Another title.")),
    "an expected value": with_key,
    "a worked answer": lambda course: replace(course, solutions={**course.solutions, 1: "# nothing\n"}),
    "a misconception": lambda course: replace(course, fingerprints=course.fingerprints[:-1]),
}


def test_whatever_changes_in_the_course_everybody_is_graded_anew(small, tmp_path, course):
    grade = small(tmp_path)
    for name, change in CHANGES.items():
        assert grade(change(course)) == ["alice", "bob"], name
        assert grade(change(course)) == [], name
    assert grade() == ["alice", "bob"]


def test_new_points_show_in_the_gradebook(small, tmp_path, course):
    grade = small(tmp_path)
    before = gradebook(tmp_path)["alice"]
    grade(with_points(course))
    after = gradebook(tmp_path)["alice"]
    more = 9 - course.exercises[2].tasks[0].points
    assert float(after["score"]) == float(after["max_score"]) == float(before["max_score"]) + more


def test_a_damaged_report_is_made_again(small, tmp_path):
    grade = small(tmp_path)
    (report,) = (tmp_path / "out" / "reports").glob("alice-*.json")
    whole = lasting(report)
    for damaged in (whole[:1000], b"", b"[]", b"{}", b"\xff"):
        report.write_bytes(damaged)
        assert grade() == ["alice"]
        assert lasting(report) == whole


def test_odd_submissions_get_a_sentence_and_the_others_their_marks(small, tmp_path):
    grade = small(tmp_path)
    odd = tmp_path / "class"
    (odd / "empty").mkdir()
    (odd / "other").mkdir()
    (odd / "other" / "essay.txt").write_text("My homework.\n", encoding="utf-8")
    (odd / "broken.zip").write_bytes(b"PK and no more")
    with zipfile.ZipFile(odd / "nothing.zip", "w"):
        pass
    (odd / "=formula").mkdir()
    (odd / "linked").symlink_to(ROOT / "solutions", target_is_directory=True)
    assert grade() == ["=formula", "broken", "empty", "linked", "nothing", "other"]
    rows = gradebook(tmp_path)
    for student in ("'=formula", "broken", "empty", "linked", "nothing", "other"):
        assert rows[student]["score"] == "", student  # somebody must look at it before it is a 0
        assert rows[student]["notes"].endswith("."), student
    for student in ("alice", "bob"):
        assert rows[student]["score"] == rows[student]["max_score"]
    assert grade() == []


def test_names_that_differ_only_in_signs_have_a_report_each_whoever_else_is_there(small, tmp_path):
    grade = small(tmp_path)
    for name in ("a? 2", "a\x7f", os.fsdecode(b"a\x80"), "a?", "A?", "a\u200b"):
        hand_in(tmp_path / "class", name)
    assert len(grade()) == 6
    assert len(reports_in(tmp_path / "out")) == len(gradebook(tmp_path)) == 8
    for path in (tmp_path / "class").iterdir():
        if path.name not in ("alice", "bob", "a\x7f"):
            shutil.rmtree(path)
    assert grade() == []
    assert next(name for name in gradebook(tmp_path) if name != "alice").startswith("a? ")


def test_a_report_of_the_first_edition_keeps_its_marks_under_its_new_name(small, tmp_path):
    grade = small(tmp_path)
    (new,) = (tmp_path / "out" / "reports").glob("alice-*.json")
    new.rename(new.with_name(f"{new.stem[:-24]}.json"))
    assert grade() == []
    assert len(list((tmp_path / "out" / "reports").glob("alice-*.json"))) == 1
    assert new.exists()


def test_a_run_that_loses_its_processes_still_writes_the_gradebook(small, tmp_path, monkeypatch):
    grade = small(tmp_path)
    hand_in(tmp_path / "class", "carol")

    def lost(*_):
        raise GroundError("The processes were lost.")

    monkeypatch.setattr(classroom.Rounds, "start", lost)
    with pytest.raises(GroundError):
        grade()
    rows = gradebook(tmp_path)
    assert (rows["alice"]["score"], rows["carol"]["score"]) == (rows["alice"]["max_score"], "")
    assert rows["carol"]["notes"] == "Not graded: The processes were lost."

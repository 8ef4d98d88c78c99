"""Of a class all public checks are asked before any hidden one, also where a run was stopped and goes on."""

import os
import pickle
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.core.paths import SOLUTIONS
from grader.course.grading.report import HIDDEN
from grader.course.grading.suites import load_course

ROOT = Path(__file__).parents[3]
SEED = 7
STOPPED = 9
STUDENTS = ("alice", "bob", "carol", "dave", "slow")
RECORDER = f"""
import os, pickle, sys, time
from pathlib import Path

from grader.course.classroom import classroom
from grader.course.fence import worker
from grader.course.intake.handins import find_hand_ins

FOLDER, LOG, STOP = Path(sys.argv[1]), Path(sys.argv[2]), "stop" in sys.argv
observe = worker.Worker.observe


def recorded(self, module, probe):
    began = time.monotonic_ns()
    try:
        return observe(self, module, probe)
    finally:
        with LOG.open("a") as log:
            log.write(f"{{os.getpid()}} {{probe.digest(module)}} {{began}} {{time.monotonic_ns()}}\\n")


worker.Worker.observe = recorded  # in each process that grades too, which runs this file before anything else
if __name__ == "__main__":
    classroom.load_apart = lambda seed: pickle.loads((FOLDER / "course").read_bytes())
    hand_ins = find_hand_ins(FOLDER / "class")
    for outcome in classroom.grade_class(
        hand_ins, FOLDER / "out", 2, force=False, seed={SEED}, begun=lambda: print("begun", flush=True)
    ):
        print(outcome.student, outcome.fresh, f"{{outcome.score:g}}", flush=True)
        if STOP and outcome.fresh:
            os._exit({STOPPED})
"""


@dataclass(frozen=True)
class Run:
    """What one run of the class said, and when each check was asked and answered, by which processes."""

    code: int
    said: list[str]
    public: list[tuple[int, int]]
    hidden: list[tuple[int, int]]
    processes: set[str]


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield load_course(frozenset({1, 2}), seed=SEED)


@pytest.fixture(scope="module")
def runs(course):
    """A run on two processes that ends with its first report, and one that goes on from there."""
    with tempfile.TemporaryDirectory(prefix="order-") as name:
        folder = Path(name)
        (folder / "recorder.py").write_text(RECORDER, encoding="utf-8")
        (folder / "course").write_bytes(pickle.dumps(course))
        for student in STUDENTS:
            hand_in(folder / "class" / student, slow=student == "slow")
        (checks,) = (suite.checks for suite in course.suites if suite.visibility == HIDDEN)
        hidden = {check.probe.digest(course.modules[check.exercise]) for check in checks}
        yield run(folder, hidden, "first", "stop"), run(folder, hidden, "second")


def hand_in(folder, *, slow):
    folder.mkdir(parents=True)
    for path in SOLUTIONS.glob("ex0[12]_*.py"):
        late = "import time; time.sleep(0.5)\n" if slow and path.name.startswith("ex02") else ""
        (folder / path.name).write_text(path.read_text(encoding="utf-8") + late, encoding="utf-8")


def run(folder, hidden, log, *more):
    command = [sys.executable, str(folder / "recorder.py"), str(folder), str(folder / log), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode or done.stderr == ""
    asked, processes = defaultdict(list), set()
    for line in (folder / log).read_text(encoding="utf-8").splitlines():
        process, probe, began, ended = line.split()
        asked[probe in hidden].append((int(began), int(ended)))
        processes.add(process)
    return Run(done.returncode, done.stdout.splitlines(), asked[False], asked[True], processes)


def test_no_hidden_check_is_asked_before_the_last_public_one_is_answered(runs):
    for each in runs:
        assert len(each.processes) == 2
        assert len(each.public) > len(each.hidden) > 20
        assert max(ended for _, ended in each.public) < min(began for began, _ in each.hidden)


def test_a_run_that_goes_on_keeps_what_was_finished_and_begins_the_others_again(runs):
    first, second = runs
    assert first.code == STOPPED
    assert second.code == 0
    *begun, (student, fresh, score) = (line.split() for line in first.said)
    assert begun == [["begun"]] * len(STUDENTS)
    assert (fresh, score) == ("True", "5")
    assert second.said.count("begun") == len(STUDENTS)
    outcomes = sorted(line for line in second.said if line != "begun")
    assert outcomes == sorted(f"{name} {name != student} 5" for name in STUDENTS)


def test_progress_moves_in_both_rounds(runs):
    """Each student is told of twice: all that are new are begun before the first of them is finished."""
    _, second = runs
    new = [line for line in second.said if "False" not in line]
    assert new.index("begun") == 0
    assert all(line == "begun" for line in new[: len(STUDENTS)])
    assert not any(line == "begun" for line in new[len(STUDENTS) :])

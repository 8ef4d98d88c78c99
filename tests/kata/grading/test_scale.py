"""On a Dask cluster of real processes every submission gets one report, whichever of them are lost on the way."""

import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks.loopback import kill, loopback
from grader.course.classroom import classroom
from grader.course.classroom.executors import GroundError, grade_all
from grader.course.grading.suites import load_course
from grader.course.intake.handins import find_hand_ins
from grader.course.intake.submission import Submission
from tests.kata.few import kata_of
from tests.kata.lazily import Lazily

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

on = Lazily("grader.course.classroom.cluster", "cluster")
ROOT = Path(__file__).parents[3]
POISON = """
import os
from grader.course.classroom import executors

def begin(submission, *more, before=executors.begin):
    if submission.student == "poison":
        os.kill(os.getpid(), 9)
    return before(submission, *more)

executors.begin = begin
"""


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield with_few_checks(load_course(frozenset({1, 2, 3}), seed=7))


def with_few_checks(course):
    """What is lost and graded again on the way is the same for every fifth check as for all of them."""
    return replace(course, suites=tuple(replace(suite, checks=suite.checks[::5]) for suite in course.suites))


@pytest.fixture
def folder():
    """Short, for the paths in it are long; nobody else's."""
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        yield Path(name)


@pytest.fixture
def dask(folder):
    with loopback(folder) as started:
        yield started


def write_class(folder, course, count):
    """Every third one with a slip, every third without a file."""
    slip = course.solutions[3].replace("self.grad += other.data * out.grad", "self.grad = other.data * out.grad")
    assert slip != course.solutions[3]
    for i in range(count):
        student = folder / f"s{i:03}"
        student.mkdir(parents=True)
        sources = {1: course.solutions[1], 2: course.solutions[2], 3: slip if i % 3 == 1 else course.solutions[3]}
        for number, source in sources.items():
            if (i % 3, number) != (2, 2):
                (student / f"{course.modules[number]}.py").write_text(source, encoding="utf-8")


def graded(dask, course, count, before=None, then=None, **options):
    """Results of right submissions; `before` has what is to be done before which is handed in, `then` after so many."""
    right = {n: course.solutions[n] for n in (1, 2, 3)}
    results = []

    def handed_in():
        for place in range(count):
            (before or {}).get(place, int)()
            yield Submission(f"s{place}", right, ())

    with on(course, dask.address, **options) as ground:
        for result in grade_all(handed_in(), ground):
            (then or {}).get(len(results), int)()
            results.append(result)
    return results


def wait_for(dask, worker):
    while "Registered to" not in dask.log(worker):
        time.sleep(0.1)


def worker_of(nanny):
    """The process that a nanny watches over."""
    found = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == nanny.pid
        and b"spawn_main" in path.with_name("cmdline").read_bytes()
    ]
    assert len(found) == 1
    return found[0]


def gradebook(out):
    with (out / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a worker's process is looked for in /proc")
def test_one_worker_is_lost_and_the_other_restarted_and_everybody_has_one_report_and_the_local_mark(
    dask, course, folder, monkeypatch
):
    monkeypatch.setattr(classroom, "load_apart", lambda seed: replace(course, seed=seed))
    write_class(folder / "class", course, 20)
    lost, restarted = dask.worker(), dask.worker("--nanny")
    grade = partial(classroom.grade_class, find_hand_ins(folder / "class"), force=False, seed=7)
    seen = Counter()
    for outcome in grade(folder / "dask", partial(on, scheduler=dask.address)):
        assert not outcome.fault
        seen[outcome.student] += 1
        if seen.total() == 5:
            kill(lost)
        if seen.total() == 10:
            os.kill(worker_of(restarted), signal.SIGKILL)
    assert seen == Counter(f"s{i:03}" for i in range(20))
    assert dask.log(restarted).count("Starting Worker plugin minigrad-") == 2  # given the course again
    list(grade(folder / "local", 2))
    assert gradebook(folder / "dask") == gradebook(folder / "local")
    assert len({row["score"] for row in gradebook(folder / "dask")}) == 3
    assert len(list((folder / "dask/reports").iterdir())) == 20
    assert [o.fresh for o in grade(folder / "dask", 1)] == [False] * 20  # what was graded there is graded here


def test_a_submission_that_kills_its_workers_is_a_fault_of_the_grader_and_the_others_are_graded(folder, course):
    (folder / "poison.py").write_text(POISON, encoding="utf-8")
    for student in ("alice", "bob", "poison", "zoe"):
        (folder / "class" / student).mkdir(parents=True)
        file = folder / "class" / student / f"{course.modules[1]}.py"
        file.write_text(course.solutions[1], encoding="utf-8")
    (folder / "kata").mkdir()
    kata_of(folder / "kata", "1")
    patience = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with loopback(folder, patience) as impatient:
        impatient.worker("--nanny", "--preload", str(folder / "poison.py"))
        command = [sys.executable, "-m", "grader", "grade-class", str(folder / "class")]
        own = {"OUT": str(folder / "out"), "SCHEDULER": impatient.address, "SEED": "7", "FORCE": ""}
        done = subprocess.run(
            command,
            cwd=folder / "kata",
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("poison was not graded, by a fault of the grader: KilledWorker: ")
    assert done.stderr.count("\n") == 1
    assert "\n4 submissions, 3 graded now; scores from 3 to 3 of 3, median 3.\n" in done.stdout
    assert [(row["student"], row["score"]) for row in gradebook(folder / "out")] == [
        ("alice", "3"),
        ("bob", "3"),
        ("poison", ""),
        ("zoe", "3"),
    ]


def test_a_worker_without_a_hardened_fence_grades_nobody_unless_that_is_wanted(dask, course, folder):
    (folder / "landlockpy.py").write_text("raise ImportError\n", encoding="utf-8")
    unfenced = {"PYTHONPATH": str(folder)}
    dask.worker()
    assert len(graded(dask, course, 1)) == 1
    late = {2: lambda: wait_for(dask, dask.worker(environment=unfenced))}  # one that comes later is no better
    with pytest.raises(GroundError, match=r"^Process .* has no hardened sandbox .*landlock"):
        graded(dask, course, 40, before=late)
    with pytest.raises(GroundError, match=r"The worker tcp://.* has no hardened sandbox .*WEAK_SANDBOX=1"):
        graded(dask, course, 1)
    levels = {result.report.sandbox for result in graded(dask, course, 9, weak=True)}
    assert len(levels) == 2
    assert "hardened" in levels


def test_a_worker_with_another_kata_or_none_is_told_apart(dask, course, folder, monkeypatch):
    dask.worker()
    with monkeypatch.context() as patch:
        patch.setattr("grader.course.classroom.cluster.kata", lambda: "another")
        with pytest.raises(GroundError, match=r"The worker tcp://.* has another version of the kata; start it again"):
            graded(dask, course, 1)
    wait_for(dask, dask.worker(folder=folder))
    with pytest.raises(GroundError, match=r"cannot run this kata .*No module named 'grader'.*make worker"):
        graded(dask, course, 1)


def test_without_a_scheduler_or_a_worker_a_sentence_says_what_to_start(dask, course, monkeypatch):
    monkeypatch.setattr("grader.course.classroom.cluster.APPEAR", 0.5)
    with pytest.raises(GroundError, match=f"The scheduler at {dask.address} has no worker; `make worker SCHEDULER="):
        graded(dask, course, 1)
    monkeypatch.setattr("grader.course.classroom.cluster.CONNECT", 0.5)
    dask.address = "tcp://127.0.0.1:1"
    with pytest.raises(GroundError, match=f"There is no Dask scheduler at {dask.address}"):
        graded(dask, course, 1)


def test_a_scheduler_that_is_lost_ends_the_run_with_a_sentence(dask, course):
    dask.worker()
    with pytest.raises(GroundError, match=r"were lost .* Run the same command again"):
        graded(dask, course, 40, then={2: lambda: kill(dask.scheduler)})

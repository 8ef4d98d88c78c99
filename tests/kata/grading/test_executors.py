"""Any executor grades alike; a class is begun before it is finished; a fault of the grader costs nobody a mark."""

import csv
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.classroom import classroom, executors
from grader.course.classroom.executors import (
    Ground,
    GroundError,
    Rounds,
    forget,
    grade_all,
    pack,
    pool,
    processes,
    receive,
)
from grader.course.grading.suites import load_course
from grader.course.intake.handins import find_hand_ins
from grader.course.intake.submission import Submission
from tests.kata.few import with_few_checks

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield with_few_checks(load_course(frozenset({1, 2}), seed=7))


@contextmanager
def threads(course, count=1):
    """The plainest executor: threads of this process, to which the course is given once."""
    order, packed = pack(course)
    receive(order, packed)
    with ThreadPoolExecutor(count) as executor:
        yield Ground(executor, order)
    forget(order)


def students(course, count):
    """Every other one with a slip."""
    slip = course.solutions[1].replace("/ (2 * h)", "/ h")
    for i in range(count):
        yield Submission(f"s{i:03}", {1: slip if i % 2 else course.solutions[1], 2: course.solutions[2]}, ())


def ungradable(student):
    """What no reader makes: a source that is no text, on which the grader itself fails."""
    return Submission(student, {1: None}, ())


def timeless(report):
    return replace(report, seconds=None)


def test_threads_and_processes_give_the_same_reports(course):
    found = []
    for open_ground in (threads, processes):
        with open_ground(course, 2) as ground:
            found.append({r.student: timeless(r.report) for r in grade_all(students(course, 6), ground)})
    assert found[0] == found[1]
    assert sorted(found[0]) == [f"s{i:03}" for i in range(6)]
    assert len({report.score for report in found[0].values()}) == 2


def test_a_report_says_how_long_its_grading_took(course):
    with threads(course) as ground:
        (result,) = grade_all(students(course, 1), ground)
    assert 0 < result.report.seconds < 60
    assert result.report.seconds == round(result.report.seconds, 2)


def test_of_a_class_of_any_size_few_are_read_ahead_and_each_has_a_user_of_its_own(course, monkeypatch):
    taken, under_way, read = [], set(), 0

    class Watched(ThreadPoolExecutor):
        """Real threads; what is under way is looked at whenever something is added."""

        def submit(self, work, packed, order, slot):
            assert slot not in under_way
            taken.append(slot)
            under_way.add(slot)
            assert len(under_way) <= 3
            future = super().submit(work, packed, order, slot)
            future.add_done_callback(lambda _: under_way.discard(slot))
            return future

    monkeypatch.setitem(globals(), "ThreadPoolExecutor", Watched)
    with threads(course, 2) as ground, Rounds(ground, most=3) as rounds:
        for submission in students(course, 12):
            read += 1
            rounds.start(submission)
            assert read - rounds.waiting < 3
        back = list(rounds.results())
    assert len({result.student for result in back}) == len(back) == 12
    assert len(set(taken)) == len(taken) == 24  # the one that was given back last is taken last


def test_every_student_is_begun_once_and_a_class_that_may_have_but_one_under_way_comes_to_its_end(course):
    begun = []
    with threads(course) as ground, Rounds(ground, begun=lambda: begun.append(1), most=1) as rounds:
        for submission in (*students(course, 3), ungradable("broken")):
            rounds.start(submission)
        results = list(rounds.results())
    assert sorted(result.student for result in results if result.report) == ["s000", "s001", "s002"]
    assert len(begun) == len(results) == 4


def test_what_the_grader_fails_on_is_tried_again_and_then_told_and_the_others_get_their_reports(course):
    mixed = [ungradable("broken"), *students(course, 4)]
    with threads(course) as ground:
        results = list(grade_all(mixed, ground))
    assert [result.student for result in results if result.report] == ["s000", "s001", "s002", "s003"]
    (fault,) = [result for result in results if not result.report]
    assert fault.student == "broken"
    assert fault.fault.startswith("TypeError: ")


@pytest.mark.parametrize("half", ["begin", "finish"])
def test_what_failed_by_accident_is_graded_when_the_others_are_done(course, monkeypatch, half):
    accidents = ["s001"]

    real = getattr(executors, half)

    def fails_once(*given):
        student = next(each.student for each in given if isinstance(each, Submission))
        if student in accidents:
            accidents.remove(student)
            raise OSError("no space left")
        return real(*given)

    monkeypatch.setattr(executors, half, fails_once)
    with threads(course) as ground:
        results = list(grade_all(students(course, 4), ground))
    assert not accidents
    assert [result.student for result in results] == ["s000", "s002", "s003", "s001"]
    assert all(result.report for result in results)


def test_many_faults_are_no_accident_and_end_the_run(course, monkeypatch):
    monkeypatch.setattr(executors, "SUSPECTS", 2)
    with threads(course) as ground, pytest.raises(GroundError, match="More than 2 submissions could not be graded"):
        list(grade_all(map(ungradable, "abc"), ground))


def test_a_fault_of_the_grader_takes_no_mark_away_and_the_next_run_tries_again(course, tmp_path, monkeypatch):
    for student in ("alice", "bob"):
        (tmp_path / "class" / student).mkdir(parents=True)
        for number in (1, 2):
            file = tmp_path / "class" / student / f"{course.modules[number]}.py"
            file.write_text(course.solutions[number], encoding="utf-8")
    monkeypatch.setattr(classroom, "load_apart", lambda seed: replace(course, seed=seed))
    read = classroom.read_or_say_why

    def grade(force=False):
        found = classroom.grade_class(find_hand_ins(tmp_path / "class"), tmp_path / "out", threads, force=force, seed=7)
        return {outcome.student: outcome for outcome in found}

    assert {outcome.score for outcome in grade().values()} == {5}
    before = {path: path.read_bytes() for path in (tmp_path / "out/reports").iterdir()}
    with monkeypatch.context() as patch:
        broken = lambda path, name, wanted: ungradable(name) if name == "bob" else read(path, name, wanted)
        patch.setattr(classroom, "read_or_say_why", broken)
        found = grade(force=True)
    assert found["bob"].fault.startswith("TypeError")
    assert not found["alice"].fault
    (kept,) = [path for path in before if path.name.startswith("bob")]
    assert kept.read_bytes() == before[kept]
    with (tmp_path / "out/gradebook.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["alice"]["score"], rows["bob"]["score"]) == ("5", "")
    assert rows["bob"]["notes"].startswith("Not graded, by a fault of the grader: TypeError")
    assert "none graded" not in classroom.summary(list(found.values()))
    assert {outcome.score for outcome in grade().values()} == {5}


def test_processes_that_are_lost_end_the_run_with_a_sentence(course):
    with processes(course, 1) as ground, Rounds(ground) as rounds:
        for submission in students(course, 30):
            rounds.start(submission)
        (process,) = ground.executor._processes.values()
        process.kill()
        with pytest.raises(GroundError, match=r"were lost .* Run the same command again"):
            list(rounds.results())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"kata": "other"}, "has another version of the kata"), ({"course": "other"}, "was not given the course")],
)
def test_a_process_that_is_not_fit_grades_nobody(course, change, sentence):
    with threads(course) as ground, pytest.raises(GroundError, match=sentence):
        list(grade_all(students(course, 3), replace(ground, order=replace(ground.order, **change))))


def test_the_course_travels_once_per_process_and_not_with_every_submission(course):
    order, packed = pack(course)
    sent = []

    class Watching(ProcessPoolExecutor):
        """Real processes; what is sent is looked at."""

        def submit(self, *given):
            sent.append(given)
            return super().submit(*given)

    with pool(1, order, packed) as real:
        real.__class__ = Watching
        assert len(list(grade_all(students(course, 3), Ground(real, order)))) == 3
    assert len(packed) > 100_000
    assert max(len(repr(given)) for given in sent) < 30_000

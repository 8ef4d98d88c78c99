"""A class that does not exist. What each of its members believes is drawn by lot; what it shows is the bank's."""

from __future__ import annotations

import random
from collections.abc import Iterator

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, PUBLIC
from grader.core.records import Check, Exercise, Fingerprint, Status
from grader.course.grading.report import VISIBLE, CheckReport, ExerciseReport, NamedMisconception, Report, TaskReport

STUDENTS = 24
EXERCISES = range(1, 8)
COMMON = 3  # beliefs of an exercise that most of those who are wrong share


def made_up_class() -> Iterator[Report]:
    """A report for each of them."""
    lot = random.Random(7)
    beliefs = {n: lot.sample(read_fingerprints(PUBLIC / FINGERPRINTS, n), COMMON) for n in EXERCISES}
    for place in range(1, STUDENTS + 1):
        able, last = lot.uniform(0.3, 1.0), lot.choice([*EXERCISES, 7, 7, 7, 7])
        yield _report(f"Student {place}", [_exercise(n, beliefs[n], able, n > last, lot) for n in EXERCISES])


def _exercise(
    number: int, beliefs: list[Fingerprint], able: float, untouched: bool, lot: random.Random
) -> ExerciseReport:
    exercise = read_catalogue()[number]
    believed = None if lot.random() < able else lot.choices(beliefs, [4, 2, 1])[0]
    checks = load_checks(PUBLIC, number)
    return _marked(exercise, [_check(check, None if untouched else believed, untouched) for check in checks], checks)


def _check(check: Check, believed: Fingerprint | None, untouched: bool) -> CheckReport:
    wrong = believed is not None and check.id in believed.shown
    status = Status.NOT_ATTEMPTED if untouched else Status.FAILED if wrong else Status.PASSED
    points = check.points if status is Status.PASSED else 0
    diagnosis = _named(believed) if wrong and believed else None
    return CheckReport(check.id, check.title, status, points, check.points, VISIBLE, "", diagnosis, False)


def _named(believed: Fingerprint) -> NamedMisconception:
    m = believed.misconceptions[0]
    return NamedMisconception(m.id, m.title, m.belief, m.explanation, m.question, 1.0, ())


def _marked(exercise: Exercise, told: list[CheckReport], checks: list[Check]) -> ExerciseReport:
    tasks = []
    for task in exercise.tasks:
        own = tuple(report for report, check in zip(told, checks, strict=True) if check.task == task.name)
        score, most = sum(c.points for c in own), sum(c.max_points for c in own)
        tasks.append(TaskReport(task.name, task.points * score / most, task.points, own))
    score, most = (sum(getattr(task, word) for task in tasks) for word in ("score", "max_score"))
    return ExerciseReport(exercise.number, exercise.title, round(score, 2), most, "", tuple(tasks))


def _report(name: str, exercises: list[ExerciseReport]) -> Report:
    score, most = (round(sum(getattr(e, word) for e in exercises), 2) for word in ("score", "max_score"))
    return Report(name, score, most, 7, "hardened", 1.0, "0" * 64, (), tuple(exercises))

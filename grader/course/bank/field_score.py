"""`make field-score`: what the checks and the diagnosis make of mistakes in combination; docs/field-score.md has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.files import write_text
from grader.core.paths import BUILD
from grader.core.records import Diagnosis, Status
from grader.course.authoring.digest import SUITES, digest
from grader.course.bank.field import Made, made
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import Course, Graded, grade
from grader.course.grading.suites import load_course
from grader.course.intake.submission import Submission

SUBMISSIONS = 3000
SEEDS = (1, 2, 3)  # of random checks, for mistakes that no check of the grading found
PAGE, FIGURES = Path("docs/field-score.md"), BUILD / "field-score.json"
MADE_FROM = (
    *SUITES,
    "grader/course/bank/misconceptions/*.toml",
    "grader/course/bank/wheats/*.toml",
    "grader/course/bank/field*.py",
    "grader/core/diagnosis.py",
    "grader/core/slips.*",
    "grader/core/operations.py",
    "grader/core/templates.py",
    "grader/core/late.py",
    "grader/core/defaults.py",
    "grader/core/results.py",
    "grader/core/overlay.py",
    "grader/course/grading/grading.py",
)
MEANINGS = {
    "submissions": "submissions, each with one to three known mistakes",
    "failing_tasks": "tasks with a mistake that lose marks",
    "named": "of these, tasks for which a misconception is named",
    "names": "misconceptions that are named, all together",
    "named_truly": "of these, the ones that were put there, alone or as equals of what is named first",
    "right_tasks": "tasks without a mistake in the exercises that have one",
    "right_tasks_accused": "of these, tasks for which a misconception is named",
    "right_tasks_short": "of these, tasks that lose marks",
    "exercises_misdirected": "exercises that send to another one, in which nothing is wrong",
    "cancelled": "tasks whose mistakes undo each other, so that the answer is right",
    "uncaught": "tasks with a mistake that lose no marks",
}


@dataclass(frozen=True)
class FieldScore:
    """The figures; MEANINGS says what each counts."""

    submissions: int = 0
    failing_tasks: int = 0
    named: int = 0
    names: int = 0
    named_truly: int = 0
    right_tasks: int = 0
    right_tasks_accused: int = 0
    right_tasks_short: int = 0
    exercises_misdirected: int = 0
    cancelled: int = 0
    uncaught: int = 0

    def __add__(self, other: FieldScore) -> FieldScore:
        return FieldScore(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def field_scores(count: int = SUBMISSIONS, seed: int = 0) -> Iterator[FieldScore]:
    """The figures of one submission after the other, on all cores."""
    courses = {s: load_course(frozenset(read_catalogue()), seed=s) for s in (0, *SEEDS)}
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_take, initargs=(courses,)) as executor:
        yield from executor.map(field_score, made(count, seed), chunksize=8)


@lru_cache
def _courses() -> dict[int, Course]:
    return {}


def _take(courses: dict[int, Course]) -> None:
    _courses().update(courses)


def field_score(submission: Made) -> FieldScore:
    """The figures of one submission."""
    graded = _graded(submission, 0)
    short = {key for key, statuses in _statuses(graded).items() if set(statuses) != {Status.PASSED}}
    right = {(n, task.name) for n in submission.exercises for task in read_catalogue()[n].tasks} - submission.tasks
    named: dict[tuple[int, str], list[Diagnosis]] = {}
    for its in graded.diagnoses.values():
        for diagnosis in its:
            named.setdefault((diagnosis.misconception.exercise, diagnosis.misconception.task), []).append(diagnosis)
    names = [d for key, its in named.items() if key in submission.tasks for d in its]
    whole = submission.tasks - short
    uncaught = {key for key in whole if not _is_right(submission, key)}
    return FieldScore(
        submissions=1,
        failing_tasks=len(submission.tasks & short),
        named=len(submission.tasks & short & named.keys()),
        names=len(names),
        named_truly=sum(not {d.misconception, *d.alternatives}.isdisjoint(submission.planted) for d in names),
        right_tasks=len(right),
        right_tasks_accused=len(right & named.keys()),
        right_tasks_short=len(right & short),
        exercises_misdirected=_misdirected(graded, submission),
        cancelled=len(whole - uncaught),
        uncaught=len(uncaught),
    )


def _graded(submission: Made, seed: int) -> Graded:
    course, chosen = _courses()[seed], submission.exercises
    part = replace(
        course,
        exercises={n: exercise for n, exercise in course.exercises.items() if n in chosen},
        suites=tuple(replace(s, checks=tuple(c for c in s.checks if c.exercise in chosen)) for s in course.suites),
    )
    return grade(Submission("field", {**course.solutions, **submission.sources}, ()), part, sandbox())


def _statuses(graded: Graded) -> dict[tuple[int, str], list[Status]]:
    found: dict[tuple[int, str], list[Status]] = {}
    for number, marks in graded.marks.items():
        for mark in marks:
            found.setdefault((number, mark.verdict.check.task), []).append(mark.verdict.status)
    return found


def _is_right(submission: Made, key: tuple[int, str]) -> bool:
    """Whether the mistakes undo each other, of a task or of one that it asks, as far as more random checks can tell."""
    several = sum(m.exercise == key[0] for m in submission.planted) > 1
    return several and all(set(_statuses(_graded(submission, seed))[key]) == {Status.PASSED} for seed in SEEDS)


def _misdirected(graded: Graded, submission: Made) -> int:
    """Exercises of which a check says that it waits for another one, in which nothing is wrong."""
    wrong = submission.exercises
    return sum(
        any(mark.verdict.status is Status.BLOCKED and mark.verdict.blocked_by not in wrong for mark in marks)
        for marks in graded.marks.values()
    )


def publish(score: FieldScore) -> None:
    """Write the page and the figures."""
    write_text(FIGURES, json.dumps(asdict(score), indent=2) + "\n")
    rows = [f"| {meaning} | {getattr(score, name)} | {_share(score, name)} |" for name, meaning in MEANINGS.items()]
    lines = [
        "# What the diagnosis makes of mistakes in combination",
        "",
        "Made by `make field-score`. The submissions are made from the known misconceptions: one to three in a task,",
        "in two tasks or in two exercises, some among right answers in other styles, with other names for variables,",
        "or with helpers in earlier files. They are graded as a student's are.",
        "",
        "| | number | share |",
        "|---|---:|---:|",
        *rows,
        "",
        f"<!-- made from {digest(*MADE_FROM)} -->",
        "",
    ]
    write_text(PAGE, "\n".join(lines))


WHOLES = {
    "named": "failing_tasks",
    "named_truly": "names",
    "right_tasks_accused": "right_tasks",
    "right_tasks_short": "right_tasks",
}


def _share(score: FieldScore, name: str) -> str:
    whole = getattr(score, WHOLES[name]) if name in WHOLES else 0
    return f"{100 * getattr(score, name) / whole:.1f} %" if whole else ""

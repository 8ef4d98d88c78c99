"""From a submission to verdicts and marks: on the student's own earlier exercises, then, where wrong, on ours."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from grader.course.reading import with_given
from grader.course.room import desk
from grader.course.sandbox import Sandbox
from grader.course.submission import Submission
from grader.course.worker import Limits, Worker
from grader.learner.diagnosis import diagnose
from grader.learner.judging import judge
from grader.learner.key import expected_values
from grader.learner.records import Check, Diagnosis, Exercise, Fingerprint, Observation, Status, Verdict

VISIBLE, HIDDEN = "visible", "hidden"
EXHAUSTED = ("TimeIsUp", MemoryError.__name__)  # faults that take seconds
EXHAUSTED_PER_TASK, EXHAUSTED_IN_ALL = 2, 4


@dataclass(frozen=True)
class Suite:
    """Checks with their answers; what a student may see of them is their visibility."""

    visibility: str
    checks: tuple[Check, ...]
    key: Mapping[str, Any]


@dataclass(frozen=True)
class Course:
    """Everything that grading needs and no student ever sees."""

    exercises: Mapping[int, Exercise]  # those to grade
    modules: Mapping[int, str]  # names of all, for a graded one imports those before it
    solutions: Mapping[int, str]
    suites: tuple[Suite, ...]
    seed: int
    fingerprints: tuple[Fingerprint, ...] = ()
    carried_share: float = 1.0  # of its points, for what is right on the solutions' earlier exercises alone
    limits: Limits = field(default_factory=Limits)  # of each check


@dataclass(frozen=True)
class Mark:
    """A verdict, and what it is on the solutions of earlier exercises where on the student's own it is no pass.

    `carried`: only the solutions made it a pass.
    """

    verdict: Verdict
    visibility: str
    carried: bool = False
    alone: Verdict | None = None


@dataclass(frozen=True)
class Graded:
    """The marks of one submission, exercise by exercise."""

    submission: Submission
    marks: Mapping[int, tuple[Mark, ...]]
    diagnoses: Mapping[int, tuple[Diagnosis, ...]]
    seconds: float = 0.0  # that it took


@dataclass
class Budget:
    """The seconds that all checks of a submission have left, whatever comes of them."""

    seconds: float


class Patience:
    """Counts checks that ran out of time or memory, so that one submission cannot hold up a class.

    After two in a task the rest of that task is given up. After four in all, so are the exercises behind the first that
    had one: they get their marks on the solutions instead, where each task has its two again. When the submission's
    time is used up, everything is.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.by_task: Counter[tuple[int, str]] = Counter()

    def ends(self, check: Check) -> str:
        """Why this check is given up without being run; empty if it is not."""
        if self.budget.seconds <= 0:
            return "Not run: the submission's time was used up."
        exhausted = self.by_task.get((check.exercise, check.task), 0) >= EXHAUSTED_PER_TASK
        in_all = sum(self.by_task.values()) >= EXHAUSTED_IN_ALL and check.exercise > min(self.by_task)[0]
        return "Not run: too many checks before it took too much time or memory." if exhausted or in_all else ""

    def note(self, check: Check, observation: Observation) -> None:
        if observation.fault and observation.fault.type in EXHAUSTED:
            self.by_task[check.exercise, check.task] += 1


def grade(submission: Submission, course: Course, sandbox: Sandbox, slot: int = 0) -> Graded:
    """Every check of every exercise, first on the student's own earlier exercises, then on the solutions'."""
    started = time.monotonic()
    marks: dict[int, tuple[Mark, ...]] = dict.fromkeys(course.exercises, ())
    budget = Budget(course.limits.submission_seconds)
    patience = Patience(budget)
    start = partial(Worker, sandbox, slot=slot, limits=course.limits)
    handed_in, submission = submission, with_given(submission, course.exercises, course.solutions)
    with desk() as own:
        _write(own, course, submission.sources)
        with start(own) as worker:  # the visible suite first: its messages cannot know hidden probes
            for suite in sorted(course.suites, key=lambda suite: suite.visibility != VISIBLE):
                seen = [_mark(check, suite, course, submission, worker, patience) for check in suite.checks]
                for mark in seen:
                    marks[mark.verdict.check.exercise] += (mark,)
                if any(map(_is_wrong, seen)):
                    worker.stop()  # what went wrong in one exercise may have spoiled the process for all
    for number, found in marks.items():
        if number > 1 and number in submission.sources and any(map(_is_wrong, found)):
            marks[number] = _carried_forward(found, submission, course, Patience(budget), start)
    diagnoses = {number: _diagnoses(found, course) for number, found in marks.items()}
    return Graded(handed_in, marks, diagnoses, time.monotonic() - started)


def _diagnoses(found: Sequence[Mark], course: Course) -> tuple[Diagnosis, ...]:
    """What the student believes of one exercise, whatever is wrong with earlier ones."""
    if not any(map(_is_wrong, found)):
        return ()
    verdicts = [mark.alone or mark.verdict for mark in found]
    number = verdicts[0].check.exercise
    known = [f for f in course.fingerprints if f.misconception.exercise == number]
    return diagnose((v for v in verdicts if not v.check.random), known)


def _mark(
    check: Check, suite: Suite, course: Course, submission: Submission, worker: Worker, patience: Patience
) -> Mark:
    exercise = course.exercises[check.exercise]
    if exercise.number in submission.sources:
        return Mark(_verdict(check, exercise, suite, worker, patience), suite.visibility)
    missing = Verdict(check, Status.NOT_ATTEMPTED, f"{exercise.module}.py was not handed in.")
    return Mark(missing, suite.visibility)


def _is_wrong(mark: Mark) -> bool:
    return mark.verdict.status not in (Status.PASSED, Status.NOT_ATTEMPTED)


def _verdict(check: Check, exercise: Exercise, suite: Suite, worker: Worker, patience: Patience) -> Verdict:
    if why := patience.ends(check):
        return Verdict(check, Status.TIMED_OUT, why)
    before = worker.seconds
    observation = worker.observe(exercise, check)
    patience.budget.seconds -= worker.seconds - before
    patience.note(check, observation)
    return judge(check, exercise, observation, expected_values(suite.key, check, exercise.module))


def _carried_forward(
    found: Sequence[Mark], submission: Submission, course: Course, patience: Patience, start: Callable[[Path], Worker]
) -> tuple[Mark, ...]:
    """The same checks where they failed, on the solutions of the exercises before."""
    number = found[0].verdict.check.exercise
    exercise = course.exercises[number]
    suites = {suite.visibility: suite for suite in course.suites}
    earlier = {n: source for n, source in course.solutions.items() if n < number}
    with desk() as mixed:
        _write(mixed, course, {**earlier, number: submission.sources[number]})
        with start(mixed) as worker:
            again = []
            for mark in found:
                if _is_wrong(mark):
                    verdict = _verdict(mark.verdict.check, exercise, suites[mark.visibility], worker, patience)
                    carried = verdict.status is Status.PASSED
                    shown = verdict if carried else mark.verdict
                    mark = replace(mark, verdict=shown, carried=carried, alone=verdict)  # noqa: PLW2901
                again.append(mark)
    return tuple(again)


def _write(folder: Path, course: Course, sources: Mapping[int, str]) -> None:
    for number, source in sources.items():
        if number in course.modules:
            path = folder / f"{course.modules[number]}.py"
            path.write_text(source, encoding="utf-8", errors="replace")

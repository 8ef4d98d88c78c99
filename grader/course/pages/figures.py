"""What the reports of a class say together: how hard it was, whom it tells apart, what is believed wrongly.

Nothing here knows of HTML.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum

from grader.core.records import Status
from grader.course.grading.report import ExerciseReport, Report

BINS = 10


@dataclass(frozen=True)
class ExerciseFigures:
    """One exercise over a class: `difficulty` is the mean share of its points, 1 where everybody has them all.

    `full` and `untouched` count submissions with all its points and with nothing attempted in it, `timed_out` those
    in which a check of it ran into its time limit.
    """

    number: int
    title: str
    max_score: float
    submissions: int
    difficulty: float
    full: int
    untouched: int
    timed_out: int
    discrimination: float | None


@dataclass
class CheckFigures:
    """One check over a class: how often it ended in each status."""

    id: str
    title: str
    exercise: int
    task: str
    visibility: str
    statuses: Counter[Status] = field(default_factory=Counter)

    @property
    def attempts(self) -> int:
        return self.statuses.total() - self.statuses[Status.NOT_ATTEMPTED]

    @property
    def timed_out(self) -> int:
        return self.statuses[Status.TIMED_OUT]

    @property
    def pass_rate(self) -> float | None:
        """The share of the attempts that pass; None where nobody attempted it."""
        return self.statuses[Status.PASSED] / self.attempts if self.attempts else None


@dataclass
class MisconceptionFigures:
    """A misconception and in how many submissions it was recognised."""

    id: str
    title: str
    belief: str
    exercise: int
    tasks: tuple[str, ...] = ()
    submissions: int = 0


@dataclass(frozen=True)
class ClassFigures:
    """Everything that the page of a class shows. `seconds` are those of the reports that have a time of grading."""

    scores: tuple[float, ...]
    max_score: float
    distribution: tuple[int, ...]
    exercises: tuple[ExerciseFigures, ...]
    checks: tuple[CheckFigures, ...]
    misconceptions: tuple[MisconceptionFigures, ...]
    seconds: tuple[float, ...]
    mixed: bool  # the reports are not of one and the same run

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores)

    @property
    def median(self) -> float:
        return statistics.median(self.scores)

    @property
    def median_seconds(self) -> float:
        return statistics.median(self.seconds)


def class_figures(reports: Sequence[Report]) -> ClassFigures:
    """The figures of one or more reports."""
    scores = tuple(float(report.score) for report in reports)
    return ClassFigures(
        scores=scores,
        max_score=max(report.max_score for report in reports),
        distribution=distribution([_share(report) for report in reports]),
        exercises=tuple(_exercises(reports)),
        checks=tuple(_checks(reports)),
        misconceptions=tuple(_misconceptions(reports)),
        seconds=tuple(float(report.seconds) for report in reports if report.seconds is not None),
        mixed=len({(report.seed, report.max_score) for report in reports}) > 1,
    )


def distribution(shares: Sequence[float], bins: int = BINS) -> tuple[int, ...]:
    """How many shares (0 to 1) fall into each of equal bins; a share on a border counts above it, 1 in the last."""
    counts = Counter(min(int(share * bins + 1e-9), bins - 1) for share in shares)
    return tuple(counts[place] for place in range(bins))


def discrimination(shares: Sequence[float], rests: Sequence[float]) -> float | None:
    """The correlation of the share reached in an exercise with the points in all the others, -1 to 1.

    Where an exercise is all or nothing this is the point-biserial correlation, with the exercise itself taken out of
    the sum: S. Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28 (1963). None where
    it is not defined: fewer than three submissions, or all alike on either side.
    """
    if len(shares) < 3 or len(set(shares)) == 1 or len(set(rests)) == 1:
        return None
    try:
        return max(-1.0, min(1.0, statistics.correlation(shares, rests)))
    except statistics.StatisticsError:  # so nearly alike that the squares of the distances are 0
        return None


def _share(marked: Report | ExerciseReport) -> float:
    return float(marked.score / marked.max_score) if marked.max_score else 0.0


def _exercises(reports: Sequence[Report]) -> Iterator[ExerciseFigures]:
    numbers = sorted({exercise.number for report in reports for exercise in report.exercises})
    for number in numbers:
        having, rests = [], []
        for report in reports:
            own = [exercise for exercise in report.exercises if exercise.number == number]
            if own:
                having.append(own[0])
                others = (exercise.score for exercise in report.exercises if exercise.number != number)
                rests.append(round(fsum(others), 4))
        shares = [_share(exercise) for exercise in having]
        yield ExerciseFigures(
            number=number,
            title=having[0].title,
            max_score=having[0].max_score,
            submissions=len(having),
            difficulty=statistics.fmean(shares),
            full=sum(exercise.score >= exercise.max_score for exercise in having),
            untouched=sum(exercise.untouched for exercise in having),
            timed_out=sum(_has_timed_out(exercise) for exercise in having),
            discrimination=discrimination(shares, rests),
        )


def _has_timed_out(exercise: ExerciseReport) -> bool:
    return any(check.status is Status.TIMED_OUT for check in exercise.checks)


def _checks(reports: Sequence[Report]) -> Iterator[CheckFigures]:
    found: dict[str, CheckFigures] = {}
    for report in reports:
        for exercise, task, check in report.checks:
            figures = found.setdefault(
                check.id,
                CheckFigures(check.id, check.title, exercise.number, task.name, check.visibility),
            )
            figures.statuses[check.status] += 1
    yield from found.values()


def _misconceptions(reports: Sequence[Report]) -> list[MisconceptionFigures]:
    """The most frequent first; each counts once per submission, however many checks show it."""
    found: dict[str, MisconceptionFigures] = {}
    for report in reports:
        seen: set[str] = set()
        for exercise, task, check in report.checks:
            if (diagnosis := check.diagnosis) is None:
                continue
            figures = found.setdefault(
                diagnosis.id,
                MisconceptionFigures(diagnosis.id, diagnosis.title, diagnosis.belief, exercise.number),
            )
            figures.tasks = tuple(dict.fromkeys([*figures.tasks, task.name]))
            figures.submissions += diagnosis.id not in seen
            seen.add(diagnosis.id)
    return sorted(found.values(), key=lambda figures: (-figures.submissions, figures.exercise, figures.id))

"""The one rule of marks: a task's points are shared out among its checks by their weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.core.records import Status, Task, Verdict

DIGITS = 4  # of points that are written down


@dataclass(frozen=True)
class Marked:
    """The verdicts on a task, each with the share of its check's points that a pass gives: nearly always all."""

    task: Task
    verdicts: tuple[Verdict, ...]
    shares: tuple[Fraction, ...]

    @property
    def worths(self) -> list[Fraction]:
        """What each check is worth."""
        weight = sum(verdict.check.points for verdict in self.verdicts)
        return [exact(self.task.points) * verdict.check.points / weight for verdict in self.verdicts]

    @property
    def earned(self) -> list[Fraction]:
        """What each check gives."""
        given = zip(self.verdicts, self.worths, self.shares, strict=True)
        return [worth * share if verdict.status is Status.PASSED else Fraction(0) for verdict, worth, share in given]

    @property
    def points(self) -> float:
        """What the task gives; 0 where there is no check of it."""
        return rounded(sum(self.earned, Fraction(0)))


def marked(task: Task, verdicts: Iterable[Verdict]) -> Marked:
    """A task of which every check that passes gives all its points."""
    own = tuple(verdict for verdict in verdicts if verdict.check.task == task.name)
    return Marked(task, own, (Fraction(1),) * len(own))


def in_points(number: float | str) -> str:
    """As it is said: '1 point', '2.5 points', '+1 point'."""
    said = number if isinstance(number, str) else f"{number:g}"
    return f"{said} point" if said.lstrip("+-") == "1" else f"{said} points"


def exact(points: float) -> Fraction:
    """Points as they were written, such as 2.5 or 0.1, whatever a float makes of them."""
    return Fraction(str(points))


def rounded(points: Fraction) -> float:
    """Points as they are written down."""
    return round(float(points), DIGITS)


def total(points: Iterable[float]) -> float:
    """The sum of points as they are written down, so that whoever adds them up finds the same."""
    return round(sum(points), DIGITS)

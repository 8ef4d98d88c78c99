"""How late work is, and what that costs, by the rules of course.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from grader.course.grading.config import Settings

DAY = timedelta(days=1)
POINT = Decimal("0.0001")  # a report rounds to as much


@dataclass(frozen=True)
class Lateness:
    """Days begun after the deadline, grace days among them, of the exercise that is latest; and points taken off.

    `by_exercise` has what is taken off each, which is not rounded.
    """

    days: int = 0
    deduction: Decimal = Decimal(0)
    by_exercise: Mapping[int, Decimal] = field(default_factory=dict)


def lateness(
    scores: Mapping[int, Decimal],
    submitted: datetime,
    settings: Settings,
    extensions: Mapping[int, datetime] | None = None,
) -> Lateness:
    """What is taken off the points per exercise when all of them were handed in at one moment.

    Each exercise is measured by its own deadline, or by the later one that a person was given.
    """
    rules, given = settings.late, extensions or {}
    due = {n: max(given[n], when) if n in given else when for n, when in settings.deadlines.items()}
    late = {number: days_late(submitted, due.get(number)) for number in scores}
    shares = {n: min(rules.cap, rules.percent_per_day * max(0, days - rules.grace_days)) for n, days in late.items()}
    taken = {number: scores[number] * share / 100 for number, share in shares.items()}
    deduction = sum(taken.values(), Decimal(0)).quantize(POINT, ROUND_HALF_UP)
    return Lateness(max(late.values(), default=0), deduction, taken)


def days_late(submitted: datetime, deadline: datetime | None) -> int:
    """Days begun after the deadline; 0 up to that very moment, or where there is none.

    A day is over when the clock shows the deadline's time again, and not before 24 hours: the night in which clocks go
    back makes nobody later, nor does the one in which they go forward.
    """
    if deadline is None or _utc(submitted) <= _utc(deadline):
        return 0
    # In UTC, because Python's minus takes no notice of a change of clocks between two times of one zone.
    days = -(-(_utc(submitted) - _utc(deadline)) // DAY)
    return days - 1 if _utc(submitted) <= _utc(deadline + (days - 1) * DAY) else days


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)

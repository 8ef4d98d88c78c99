"""What people decide about single marks: adjustments.csv, read after all that is computed and never written here.

A line says who, which exercise or all, and what: points in place of those that were earned, points more or less, that
it is excused, or until when it may be handed in; and why, and who decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path

from grader.core.marks import in_points
from grader.core.tables import Sheet, SheetError, read_sheet
from grader.course.grading.config import selection

COLUMNS = ("who", "exercise", "points", "excused", "extension", "comment", "by")
POINTS = re.compile(r"(?P<sign>[+\u2212-]?)(?P<number>[0-9]{1,4}(?:[.,][0-9]{1,4})?)")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?")
EXCUSED = {"yes", "y", "true", "1", "x", "excused", "ex"}
NOT_EXCUSED = {"", "no", "n", "false", "0"}
POINT = Decimal("0.0001")
ALL = "all"


@dataclass(frozen=True)
class Adjustment:
    """A decision about one person: of one exercise, or of all where `exercise` is None."""

    who: str
    row: int
    exercise: int | None = None
    points: Decimal | None = None
    relative: bool = False
    excused: bool = False
    extension: datetime | None = None
    comment: str = ""
    by: str = ""

    @property
    def told(self) -> str:
        """For whoever gets the mark, as a sentence."""
        where = "All exercises" if self.exercise is None else f"Exercise {self.exercise}"
        what = []
        if self.excused:
            what.append("excused")
        if self.points is not None:
            number = f"{self.points.normalize():f}"
            sign = "+" if self.relative and self.points >= 0 else ""
            what.append(in_points(sign + number) if self.relative else f"set to {in_points(number)}")
        if self.extension:
            what.append(f"may be handed in until {self.extension:%Y-%m-%d %H:%M}")
        why = ", ".join(filter(None, [self.comment.rstrip("."), self.by]))
        return f"{where}: {' and '.join(what)}{f' ({why})' if why else ''}."


@dataclass(frozen=True)
class Decided:
    """What the adjustments of a person make of points by exercise: the mark, None if it is excused as a whole.

    `dropped` are the exercises that do not count, since they are the lowest.
    """

    mark: Decimal | None
    points: Mapping[int, Decimal]
    excused: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()
    changed: bool = False


def read_adjustments(path: Path, exercises: Sequence[int], zone: tzinfo) -> tuple[Adjustment, ...]:
    """All lines of the file. Raises SheetError, with the line and what to write."""
    sheet = read_sheet(path)
    if sheet.column("who") is None:
        raise SheetError(f"{path} has no column who; its first line is {','.join(COLUMNS)}.")
    rows = [(number, row) for number, row in enumerate(sheet.rows, 2) if any(cell.strip() for cell in row)]
    return tuple(_adjustment(sheet, number, row, exercises, zone) for number, row in rows)


def _adjustment(sheet: Sheet, number: int, row: Sequence[str], exercises: Sequence[int], zone: tzinfo) -> Adjustment:
    cells = {name: row[place].strip() if (place := sheet.column(name)) is not None else "" for name in COLUMNS}
    where = f"{sheet.path}, row {number}"
    if not cells["who"]:
        raise SheetError(f"{where}: nobody is named; write into who what the submission or the person is called.")
    points, relative = _points(cells["points"], where)
    extension = _moment(cells["extension"], zone, where)
    excused = cells["excused"].casefold() in EXCUSED
    if not excused and cells["excused"].casefold() not in NOT_EXCUSED:
        raise SheetError(f"{where}: excused is {cells['excused']!r}; write yes or nothing.")
    if points is None and not excused and extension is None:
        raise SheetError(f"{where} decides nothing; write points (7.5, +1 or -2), excused (yes) or extension.")
    if points is not None and excused:
        raise SheetError(f"{where} excuses and gives points; keep one of the two.")
    exercise = _exercise(cells["exercise"], exercises, where)
    return Adjustment(
        cells["who"], number, exercise, points, relative, excused, extension, cells["comment"], cells["by"]
    )


def _points(cell: str, where: str) -> tuple[Decimal | None, bool]:
    text = cell.removeprefix("'")  # with which a spreadsheet keeps +1 from being a formula
    if not text:
        return None, False
    found = POINTS.fullmatch(text)
    if not found:
        raise SheetError(f"{where}: points is {cell!r}; write 7.5 for all the points, or +1 or -2 for more or less.")
    value = Decimal(found["number"].replace(",", "."))
    return (value if found["sign"] in {"", "+"} else -value), bool(found["sign"])


def _exercise(cell: str, exercises: Sequence[int], where: str) -> int | None:
    if cell.casefold() in {"", ALL}:
        return None
    try:
        (number,) = selection(cell, tuple(exercises))
    except ValueError:
        raise SheetError(f"{where}: exercise is {cell!r}; write one number that the course has, or all.") from None
    return number


def _moment(cell: str, zone: tzinfo, where: str) -> datetime | None:
    if not cell:
        return None
    try:
        if not MOMENT.fullmatch(cell):
            raise ValueError(cell)  # noqa: TRY301 - one sentence for both
        text = cell.replace("Z", "+00:00").replace(" ", "T")
        found = datetime.fromisoformat(text if len(text) > 10 else f"{text}T23:59:59")
    except ValueError:
        raise SheetError(f"{where}: extension is {cell!r}; write 2027-01-29 or 2027-01-29 23:59.") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


@dataclass(frozen=True)
class Reached:
    """Points by exercise after lateness, and out of how many each is."""

    points: Mapping[int, Decimal]
    maxima: Mapping[int, Decimal]
    decisions: Sequence[Adjustment] = field(default_factory=tuple)


def decide(reached: Reached, drop_lowest: int = 0) -> Decided:
    """The mark after all decisions, out of the sum of the maxima whatever is excused or dropped."""
    points, maxima = dict(reached.points), reached.maxima
    whole = [one for one in reached.decisions if one.exercise is None and (one.excused or one.points is not None)]
    excused: set[int] = set()
    for one in reached.decisions:
        if one.exercise is not None and one.exercise in points:
            excused |= {one.exercise} if one.excused else set()
            points[one.exercise] = _changed(points[one.exercise], one, maxima[one.exercise])
    left = [number for number in points if number not in excused]
    by_share = sorted(left, key=lambda n: (points[n] / maxima[n] if maxima[n] else Decimal(1), -n))
    dropped = set(by_share[: min(drop_lowest, max(0, len(left) - 1))])
    total = sum(maxima.values(), Decimal(0))
    mark: Decimal | None = _share_of(total, [n for n in left if n not in dropped], points, maxima)
    for one in whole:
        mark = None if one.excused else _changed(mark or Decimal(0), one, total)
    counted = any(one.points is not None or one.excused for one in reached.decisions)
    return Decided(mark, points, frozenset(excused), frozenset(dropped), bool(dropped) or counted)


def _changed(points: Decimal, one: Adjustment, most: Decimal) -> Decimal:
    if one.points is None:
        return points
    return max(Decimal(0), min(most, points + one.points if one.relative else one.points))


def _share_of(
    total: Decimal, numbers: Iterable[int], points: Mapping[int, Decimal], maxima: Mapping[int, Decimal]
) -> Decimal | None:
    """The points of some exercises, as the same share of all; None where none is left."""
    numbers = list(numbers)
    most = sum((maxima[n] for n in numbers), Decimal(0))
    earned = sum((points[n] for n in numbers), Decimal(0))
    if not numbers:
        return None
    return earned if most == total or not most else (earned / most * total).quantize(POINT)

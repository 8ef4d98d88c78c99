"""What is to be known of a school's system. Each file of `systems` says it of one, as SYSTEM."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.core.tables import Sheet, SheetError
from grader.course.grading.config import Settings
from grader.course.grading.roll import Member
from grader.course.intake.handins import Names
from grader.course.platforms.gradebooks.points import number, scaled
from grader.course.platforms.gradebooks.records import Entry, Ledger

Row = Sequence[str]
EXCUSED = "EX"
NO_MARK = {"", "-", "needs grading", "in progress"}  # what stands where there is no mark yet
ZERO = re.compile(r"0+(?:[.,]0*)?")


@dataclass(frozen=True)
class Line:
    """A line of the file to write: whose entry it is, and the row of the export that it comes from, if there is one."""

    entry: Entry
    row: Row = ()


@dataclass(frozen=True)
class Column:
    """A column of the file to write."""

    heading: str
    cell: Callable[[Line], str]


@dataclass(frozen=True)
class Book:
    """A file to write, how, and what to know about it, in sentences."""

    file: str
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    bom: bool = False
    quoted: bool = False  # every cell, not only those that need it
    notices: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A mark that is in the school's system and is not the one that was graded; whether it is replaced."""

    who: str
    there: str
    graded: str
    written: bool


@dataclass(frozen=True)
class Download:
    """What the name of a downloaded hand-in says: a name, and what else the system calls the person."""

    name: str = ""
    calls: frozenset[str] = frozenset()


def plain_name(name: str) -> str:
    """A name without what a disk or a zip would take for something else."""
    return "".join(letter if letter.isalnum() or letter in " -_.,@" else "_" for letter in name).strip(". ") or "_"


@dataclass(frozen=True, kw_only=True)
class System:
    """A school's system: what it is called, what it exports, whose row is whose, and what it takes."""

    name: str  # what FORMAT= calls it
    title: str
    make: Callable[[Ledger, Sheet | None, str, Settings], Book] | None = None  # raises SheetError for what it refuses
    export: str = ""  # what it fills in, in words; empty where it needs no export
    knows: Callable[[Sheet], bool] = lambda _: False  # whether this is its export
    roster: Callable[[Sheet], Sheet] = lambda sheet: sheet  # its export, in the words that a roster has
    calls: Callable[[Sheet, Row], str] = lambda _sheet, _row: ""  # what its downloads call the person of this row
    gives: Names | None = None  # the names that it gives to hand-ins
    download: Callable[[str], Download | None] = lambda _: None  # a submission's name, where it is the one to give it
    extension: Callable[[Sheet, Row], str] = lambda _sheet, _row: ""  # until when it lets somebody hand in
    # A page's name in a zip; empty where it would not find the person by any, or the row of its export says it.
    feedback: Callable[[Member], str] = lambda member: plain_name(member.student) + ".html"
    feedback_to: Callable[[Sheet, Row], str] = lambda _sheet, _row: ""
    comment_keys: tuple[str, ...] = ()  # the columns by which it knows whose comment is whose
    time: str = ""  # the column that tells when something was handed in
    never: frozenset[str] = frozenset({""})  # and what stands there where nothing was

    def exported(self, sheet: Sheet | None) -> Sheet:
        """What it fills in. Raises SheetError where nobody gave it."""
        if sheet is None:
            raise SheetError(f"FORMAT={self.name} fills in {self.export}; give it as ROSTER=file.csv.")
        return sheet


def rows(columns: Sequence[Column], lines: Iterable[Line]) -> list[list[str]]:
    """The headings, and a row for each line."""
    return [[column.heading for column in columns], *([column.cell(line) for column in columns] for line in lines)]


def marked(ledger: Ledger, sheet: Sheet) -> list[Line]:
    """A line for each row of the export whose person has a mark, or is excused from it."""
    return [Line(entry, sheet.rows[person.row]) for person, entry in ledger.whole]


def may_write(line: Line, there: str, graded: str, ledger: Ledger) -> Difference | None:
    """None where a mark may be written; else, or where it replaces another one, the difference."""
    person = line.entry.person
    who = person.called if person else ""
    if there.strip().casefold() in NO_MARK or _same(there, graded):
        return None
    higher = (value := _value(there)) is not None and (_value(graded) or Decimal(0)) > value
    written = there.strip().upper() != EXCUSED and (ledger.write == "all" or (ledger.write == "raise" and higher))
    return Difference(who, there.strip(), graded, written)


def settled(
    ledger: Ledger, lines: Iterable[Line], column: Column, place: int | None
) -> tuple[list[Line], tuple[Difference, ...]]:
    """The lines whose marks may be written, and the marks that are others in the system's own column."""
    found, differences = [], []
    for line in lines:
        difference = None if place is None else may_write(line, line.row[place], column.cell(line), ledger)
        differences += [difference] if difference else []
        found += [line] if difference is None or difference.written else []
    return found, tuple(differences)


def without_excused(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines with a number, for a system that has no sign of an excuse; and a sentence about the others."""
    names = [person.called for line in lines if (person := line.entry.person) and line.entry.mark is None]
    told = [f"Excused, so no mark of theirs is in the file: {', '.join(map(repr, names))}."] if names else []
    return [line for line in lines if line.entry.mark is not None], told


def _value(cell: str) -> Decimal | None:
    bare = cell.strip().removesuffix("%").strip()
    return Decimal(0) if ZERO.fullmatch(bare) else number(bare)


def _same(there: str, graded: str) -> bool:
    one, other = _value(there), _value(graded)
    return there.strip() == graded if one is None or other is None else one == other


def left_out(line: Line, lacks: str) -> str:
    """That somebody with a mark is not in the file, as a sentence."""
    person = line.entry.person
    who = f"Row {person.row + 2}, {person.called!r}," if person else "A row"
    return f"{who} has no {lacks}, so the mark is not in the file; enter it by hand."


def kept(sheet: Sheet, place: int | None, heading: str = "") -> Column:
    """A column of the export as it is, empty where the export has none."""
    named = heading or ("" if place is None else sheet.headings[place])
    return Column(named, lambda line: "" if place is None else line.row[place])


def mark(heading: str, ledger: Ledger, maximum: Decimal, *, comma: bool = False) -> Column:
    """The column of the marks, scaled to a maximum."""
    return Column(heading, lambda line: scaled(line.entry, ledger, maximum, comma=comma) or EXCUSED)


def only(sheet: Sheet, places: Sequence[int], kind: str) -> int | None:
    """The one column that was asked for, if there is one. Raises SheetError where there are several."""
    if len(places) > 1:
        both = " and ".join(repr(sheet.headings[place]) for place in places)
        raise SheetError(f"{sheet.path} has the {kind} {both}; give one of them in full as ASSIGNMENT.")
    return places[0] if places else None

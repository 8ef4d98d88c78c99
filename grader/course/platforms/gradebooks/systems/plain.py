"""A plain file: a line per submission and per person, each step of the mark in a column of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from grader.core.tables import Sheet
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks.points import points
from grader.course.platforms.gradebooks.records import Entry, Ledger, Marks, Person
from grader.course.platforms.gradebooks.system import Book, Column, Line, System, rows

FILE = "marks.csv"


def make(ledger: Ledger, _sheet: Sheet | None, _assignment: str, settings: Settings) -> Book:
    """A byte-order mark tells a spreadsheet that this is UTF-8."""
    return Book(FILE, rows(columns(ledger, settings), map(Line, ledger.entries)), bom=True)


def columns(ledger: Ledger, settings: Settings) -> list[Column]:
    maximum = points(ledger.maximum)
    return [
        Column("submission", _of_marks(lambda marks, _: marks.submission)),
        Column("matched_by", lambda line: line.entry.matched_by),
        Column("name", _of_person(lambda person: person.name)),
        Column("id", _of_person(lambda person: person.id)),
        Column("email", _of_person(lambda person: person.email)),
        Column("score", _of_marks(lambda _, entry: points(entry.score))),
        Column("late_days", lambda line: str(line.entry.lateness.days) if line.entry.submitted else ""),
        Column("late_deduction", _of_marks(lambda _, entry: points(entry.lateness.deduction))),
        Column("mark", lambda line: points(line.entry.mark)),
        Column("max_mark", lambda _: maximum),
        Column("state", lambda line: state(line.entry)),
        Column("adjustments", lambda line: " ".join(one.told for one in line.entry.adjustments)),
        Column("submitted_at", _time(settings.time_zone)),
        Column("time_from", lambda line: line.entry.time_from),
        *(_exercise(number) for number in settings.exercises),
        Column("notes", _of_marks(lambda marks, _: marks.notes)),
    ]


def state(entry: Entry) -> str:
    """Why there is no mark, in a word or two; empty where there is one."""
    if entry.excused:
        return "excused"
    if entry.pending:
        return "needs a look" if entry.marks else "hand-in not clear"
    return "" if entry.mark is not None else "no hand-in found"


def _exercise(number: int) -> Column:
    return Column(f"exercise {number}", _of_marks(lambda marks, _: points(marks.scores[number])))


def _of_marks(cell: Callable[[Marks, Entry], str]) -> Callable[[Line], str]:
    """Empty for people without a submission."""
    return lambda line: cell(line.entry.marks, line.entry) if line.entry.marks else ""


def _of_person(cell: Callable[[Person], str]) -> Callable[[Line], str]:
    """Empty for submissions that are nobody's."""
    return lambda line: cell(line.entry.person) if line.entry.person else ""


def _time(zone: tzinfo) -> Callable[[Line], str]:
    return lambda line: line.entry.submitted.astimezone(zone).isoformat() if line.entry.submitted else ""


SYSTEM = System(name="csv", title="A plain file", make=make)

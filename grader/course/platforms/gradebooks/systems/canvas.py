"""Canvas: the gradebook that it exports, cut down to the people with a mark and the one assignment.

From its own importer, https://github.com/instructure/canvas-lms lib/gradebook_importer.rb. It may get no columns of our
own: Canvas would make an assignment of each.
"""

from __future__ import annotations

import re
from decimal import Decimal

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks.points import number, points
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import Book, Download, Row, System, kept, mark, marked, only, rows

POINTS_POSSIBLE = "    Points Possible"
KEPT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
NEEDED = ("student", "id", "section")
# What submission.py leaves of its file names. There may be one number alone: a second one would be the student's own
# doing, in the name of a file.
DOWNLOAD = re.compile(r"(?P<name>[^\W_]+)(?:_late)?_(?P<number>[0-9]+)", re.IGNORECASE)


def knows(sheet: Sheet) -> bool:
    return all(sheet.column(name) is not None for name in NEEDED)


def calls(sheet: Sheet, row: Row) -> str:
    """The number in the names of the files that one downloads from Canvas."""
    place = sheet.column("id")
    return "" if place is None else row[place].strip()


def download(submission: str) -> Download | None:
    found = DOWNLOAD.fullmatch(submission)
    return Download(found["name"], frozenset({found["number"]})) if found else None


def make(ledger: Ledger, sheet: Sheet | None, assignment: str, _: Settings) -> Book:
    """Only people with a mark, since an empty cell would delete the mark that is there.

    The assignment is the one of the export that has this name, with or without its number; the marks are scaled to its
    points possible. One that is not there is named as it is, out of the kata's own points. Raises SheetError.
    """
    export = SYSTEM.exported(sheet)
    if not knows(export):
        raise SheetError(f"{export.path} is no Canvas export: it needs the columns Student, ID and Section.")
    place = _assignment(export, assignment)
    possible = ledger.maximum if place is None else _possible(export, place, ledger.maximum)
    heading = assignment if place is None else export.headings[place]
    columns = [kept(export, export.column(name.casefold()), name) for name in KEPT]
    made = rows([*columns, mark(heading, ledger, possible)], marked(ledger, export))
    made.insert(1, [POINTS_POSSIBLE, "", "", "", "", points(possible)])
    new = f"The export has no assignment {assignment!r}, so Canvas will offer to make one."
    return Book("canvas.csv", made, notices=(new,) if place is None else ())


def _assignment(sheet: Sheet, name: str) -> int | None:
    pattern = re.compile(re.escape(name) + r"(?: \([0-9]+\))?")
    places = [place for place, heading in enumerate(sheet.headings) if pattern.fullmatch(heading.strip())]
    return only(sheet, places, "assignments")


def _possible(sheet: Sheet, place: int, default: Decimal) -> Decimal:
    """What the export says under the assignment's name; the kata's points where it says nothing. Raises SheetError."""
    student = sheet.column("student") or 0
    cells = [row[place] for row in sheet.rows if simple(row[student]) == "points possible"]
    if not cells or not cells[0].strip():
        return default
    possible = number(cells[0])
    if possible is None:
        raise SheetError(
            f"{sheet.path}: Points Possible {cells[0]!r} under {sheet.headings[place]!r} is not clear; "
            "write it without signs between thousands, such as 1000."
        )
    return possible


SYSTEM = System(
    name="canvas",
    title="Canvas",
    export="the gradebook that Canvas exports",
    knows=knows,
    calls=calls,
    download=download,
    make=make,
)

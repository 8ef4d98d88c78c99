"""Moodle: the grading worksheet that it exports, with its Grade cells filled.

From its own importer, https://github.com/moodle/moodle mod/assign/feedback/offline/importgradeslib.php. It may get no
columns of our own: Moodle would refuse the sheet.
"""

from __future__ import annotations

import re

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks.points import has_comma, number, scaled
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import Book, Download, Row, System

# A folder of 'Download all submissions'. There may be one number alone: a second one would be the student's own doing,
# in the name of a file.
DOWNLOAD = re.compile(r"(?P<name>.+)_(?P<number>[0-9]+)_assignsubmission_.*", re.DOTALL)


def knows(sheet: Sheet) -> bool:
    return sheet.column("identifier") is not None


def calls(sheet: Sheet, row: Row) -> str:
    """The number in the names of the folders that one downloads from Moodle: 501 for 'Participant 501'."""
    found = re.search("[0-9]+$", row[sheet.column("identifier") or 0].strip())
    return found[0] if found else ""


def download(submission: str) -> Download | None:
    found = DOWNLOAD.fullmatch(submission) if submission.count("_assignsubmission_") == 1 else None
    return Download(found["name"], frozenset({found["number"]})) if found else None


def make(ledger: Ledger, sheet: Sheet | None, _assignment: str, _settings: Settings) -> Book:
    """The whole sheet, with marks scaled to Maximum Grade; all else stays. Raises SheetError.

    A submitted_at that the instructor put in is left out, because Moodle does not know it.
    """
    export = SYSTEM.exported(sheet)
    for name in ("Identifier", "Grade", "Last modified (grade)"):
        if export.column(simple(name)) is None:
            raise SheetError(
                f"{export.path} has no column {name}; export the grading worksheet from Moodle, in English."
            )
    own, made = export.column("submitted at"), [export.headings, *_filled(ledger, export)]
    left = [[cell for place, cell in enumerate(row) if place != own] for row in made]
    return Book("moodle.csv", left, export.delimiter, export.encoding, bom=export.bom)


def _filled(ledger: Ledger, sheet: Sheet) -> list[list[str]]:
    grade, top = sheet.column("grade") or 0, sheet.column("maximum grade")
    filled = [list(row) for row in sheet.rows]
    for _, person, entry in ledger.whole:
        cell = "" if top is None else filled[person.row][top]
        maximum = number(cell) or (ledger.maximum if top is None else None)
        if maximum is None:
            where = f"{sheet.path}, row {person.row + 2}"
            raise SheetError(
                f"{where}: Maximum grade {cell!r} is not a clear number; in Moodle, grade this assignment in points."
            )
        filled[person.row][grade] = scaled(entry, ledger, maximum, comma=has_comma(cell))
    return filled


SYSTEM = System(
    name="moodle",
    title="Moodle",
    export="the grading worksheet that Moodle exports",
    knows=knows,
    calls=calls,
    download=download,
    time="Last modified (submission)",
    never=frozenset({"", "-"}),
    make=make,
)

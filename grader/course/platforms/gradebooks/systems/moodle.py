"""Moodle: the grading worksheet that it exports, with its Grade cells filled.

From its own importer, https://github.com/moodle/moodle mod/assign/feedback/offline/importgradeslib.php. It may get no
columns of our own: Moodle would refuse the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.grading.roll import Member
from grader.course.intake.handins import Given, by_name
from grader.course.platforms.gradebooks.points import has_comma, number, scaled
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import (
    Book,
    Difference,
    Download,
    Line,
    Row,
    System,
    marked,
    may_write,
    plain_name,
    without_excused,
)

# A folder of 'Download all submissions', or a file where they are not put into folders. There may be one number alone:
# a second one would be the student's own doing, in the name of a file.
DOWNLOAD = re.compile(
    r"(?P<name>.+)_(?P<number>[0-9]+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<own>.*))?", re.DOTALL
)
EXTENSION = re.compile(r"Extension granted until:? *(?P<until>.+)", re.DOTALL)
PUT_IN = ("submitted at", "group", "submission")  # by the instructor, for whoever reads the sheet here
OWN = ("grade", "status", "maximum grade", "last modified (grade)")  # beside an identifier, as other rosters have


def knows(sheet: Sheet) -> bool:
    return sheet.column("identifier") is not None and sheet.column(*OWN) is not None


def calls(sheet: Sheet, row: Row) -> str:
    """The number in the names of the folders that one downloads from Moodle: 501 for 'Participant 501'."""
    found = re.search("[0-9]+$", row[sheet.column("identifier") or 0].strip())
    return found[0] if found else ""


def given(name: str) -> Given | None:
    """The files and the online text of a participant are one hand-in; the files are the newer."""
    found = DOWNLOAD.fullmatch(name) if name.count("_assignsubmission_") == 1 else None
    if found is None:
        return None
    student = folder_of(found["name"], found["number"])
    return Given(found["number"], student, found["own"] or "", {"onlinetext": "0", "file": "1"}[found["kind"]])


def folder_of(name: str, number: str) -> str:
    """The folder of somebody's files, in a download and in what Moodle takes back."""
    return f"{name}_{number}_assignsubmission_file_"


def download(submission: str) -> Download | None:
    found = DOWNLOAD.fullmatch(submission) if submission.count("_assignsubmission_") == 1 else None
    return Download(found["name"], frozenset({found["number"]})) if found else None


def feedback(member: Member) -> str:
    """In the folder that Moodle gave, for 'Upload multiple feedback files in a zip'; it skips any other."""
    return f"{member.student}/report.html" if download(member.student) else ""


def feedback_to(sheet: Sheet, row: Row) -> str:
    """In the folder that Moodle would give; an underscore would end the name for it."""
    place, number = sheet.column("full name"), calls(sheet, row)
    name = plain_name("" if place is None else row[place]).replace("_", " ")
    return f"{folder_of(name, number)}/report.html" if number else ""


def extension(sheet: Sheet, row: Row) -> str:
    status = sheet.column("status")
    found = EXTENSION.search(row[status]) if status is not None else None
    return found["until"].strip() if found else ""


def make(ledger: Ledger, sheet: Sheet | None, _assignment: str, _settings: Settings) -> Book:
    """The whole sheet, with marks scaled to Maximum Grade; all else stays. Raises SheetError.

    The columns that the instructor put in for this grader are left out, because Moodle does not know them.
    """
    export = SYSTEM.exported(sheet)
    for name in ("Identifier", "Grade", "Last modified (grade)"):
        if export.column(simple(name)) is None:
            raise SheetError(
                f"{export.path} has no column {name}; export the grading worksheet from Moodle, in English."
            )
    lines, told = without_excused(marked(ledger, export))
    filled, differences = _filled(ledger, export, lines)
    own, made = {export.column(name) for name in PUT_IN}, [export.headings, *filled]
    left = [[cell for place, cell in enumerate(row) if place not in own] for row in made]
    return Book(
        "moodle.csv",
        left,
        export.delimiter,
        export.encoding,
        bom=export.bom,
        notices=tuple(told),
        differences=tuple(differences),
    )


def _filled(ledger: Ledger, sheet: Sheet, lines: Sequence[Line]) -> tuple[list[list[str]], list[Difference]]:
    grade, top = sheet.column("grade") or 0, sheet.column("maximum grade")
    filled, differences = [list(row) for row in sheet.rows], []
    for line in lines:
        entry, person = line.entry, line.entry.person
        assert person is not None
        cell = "" if top is None else filled[person.row][top]
        maximum = number(cell) or (ledger.maximum if top is None else None)
        if maximum is None:
            where = f"{sheet.path}, row {person.row + 2}"
            raise SheetError(
                f"{where}: Maximum grade {cell!r} is not a clear number; in Moodle, grade this assignment in points."
            )
        graded = scaled(entry, ledger, maximum, comma=has_comma(cell))
        difference = may_write(line, line.row[grade], graded, ledger)
        differences += [difference] if difference else []
        if difference is None or difference.written:
            filled[person.row][grade] = graded
    return filled, differences


SYSTEM = System(
    name="moodle",
    title="Moodle",
    export="the grading worksheet that Moodle exports",
    knows=knows,
    calls=calls,
    gives=by_name(given),
    download=download,
    extension=extension,
    feedback=feedback,
    feedback_to=feedback_to,
    comment_keys=("Identifier", "Full name", "Email address"),
    time="Last modified (submission)",
    never=frozenset({"", "-"}),
    make=make,
)

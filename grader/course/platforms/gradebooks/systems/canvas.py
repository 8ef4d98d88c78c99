"""Canvas: the gradebook that it exports, cut down to the people with a mark and the one assignment.

From its own importer, https://github.com/instructure/canvas-lms lib/gradebook_importer.rb. It may get no columns of our
own: Canvas would make an assignment of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.grading.roll import Member
from grader.course.intake.handins import Given, by_name
from grader.course.platforms.gradebooks.points import number, points
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import (
    Book,
    Download,
    Row,
    System,
    kept,
    mark,
    marked,
    only,
    plain_name,
    rows,
    settled,
)

POINTS_POSSIBLE = "    Points Possible"
KEPT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
NEEDED = ("student", "id", "section")
# A file of "Download submissions", read from the left, since what a student called it may hold anything: the first
# number is the person's, the second the attachment's, higher for a later one. An entry without a file has none.
GIVEN = re.compile(
    r"(?P<name>[^\W_]+)(?P<late>_LATE)?_(?P<user>[0-9]+)_"
    r"(?:(?P<attachment>[0-9]+)_(?P<own>.+)|(?P<entry>text|link)\.html)",
    re.DOTALL,
)
ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<code>[A-Za-z0-9]+)_(?P<attachment>[0-9]+)_(?P<own>.+)", re.DOTALL)
# What such hand-ins are called. There may be one number alone: a second one would be the student's own doing.
DOWNLOAD = re.compile(r"(?P<name>[^\W_]+)(?:_late)?_(?P<number>[0-9]+)", re.IGNORECASE)


def knows(sheet: Sheet) -> bool:
    return all(sheet.column(name) is not None for name in NEEDED)


def calls(sheet: Sheet, row: Row) -> str:
    """The number in the names of the files that one downloads from Canvas."""
    place = sheet.column("id")
    return "" if place is None else row[place].strip()


def given(name: str) -> Given | None:
    if found := ANONYMOUS.fullmatch(name):
        key = f"anon_{found['code']}"
        return Given(key, key, found["own"], found["attachment"].zfill(20), late=bool(found["late"]))
    if found := GIVEN.fullmatch(name):
        own = found["own"] or f"{found['entry']}.html"
        order = (found["attachment"] or "").zfill(20)
        return Given(found["user"], f"{found['name']}_{found['user']}", own, order, late=bool(found["late"]))
    return None


def feedback(member: Member) -> str:
    """As the file that was downloaded last, by whose numbers 'Upload Submissions' finds the person."""
    named = [found for part in member.parts if (found := ANONYMOUS.fullmatch(part) or GIVEN.fullmatch(part))]
    numbers = [found["attachment"] for found in named if found["attachment"]]
    return f"{plain_name(member.student)}_{max(numbers, key=int)}_report.html" if numbers else ""


def gives(folder: Path, names: Sequence[str]) -> Mapping[str, Given]:
    """Files alone: Canvas makes no folders."""
    return by_name(given)(folder, [name for name in names if not (folder / name).is_dir()])


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
    column = mark(heading, ledger, possible)
    lines, differences = settled(ledger, marked(ledger, export), column, place)
    made = rows([*columns, column], lines)
    made.insert(1, [POINTS_POSSIBLE, "", "", "", "", points(possible)])
    new = f"The export has no assignment {assignment!r}, so Canvas will offer to make one."
    return Book("canvas.csv", made, notices=(new,) if place is None else (), differences=differences)


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
    gives=gives,
    feedback=feedback,
    comment_keys=("Student", "ID", "SIS User ID"),
    download=download,
    make=make,
)

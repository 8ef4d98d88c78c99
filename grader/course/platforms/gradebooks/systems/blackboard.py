"""Blackboard: who is who, and the one column, whose number Blackboard knows it by.

From its pages "Work offline with grade data", as in
http://library.blackboard.com/ref/3ea64795-6ecc-4abd-b595-0a9a8dfdec94/Content/_instructor_grade_center/grade_center_upload_download.htm
(username and column number are what it matches; a column without a number becomes one of text; tab-separated .xls, or
.csv with every cell in quotation marks), and from headings that others have published, such as
'Quiz 3 [Total Pts: 10] |664617' in https://github.com/nbeaver/offline-grades-upload.
"""

from __future__ import annotations

import re
from decimal import Decimal

from grader.core.tables import Sheet, SheetError
from grader.course.grading.config import Settings
from grader.course.intake.handins import Given, by_name
from grader.course.platforms.gradebooks.points import has_comma, maximum
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import (
    Book,
    Download,
    Row,
    System,
    kept,
    left_out,
    mark,
    marked,
    only,
    rows,
    settled,
    without_excused,
)

KEPT = ("last name", "first name", "username", "student id")
COLUMN = re.compile(r"(?P<title>.+) \[Total Pts: (?P<most>.*?)(?: (?P<shown>[A-Za-z/]+))?\] \|[0-9]+", re.DOTALL)
# As in Kata_jdoe_attempt_2026-10-03-23-59-00_file.py. There may be one attempt alone: a second one would be the
# student's own doing, in the name of a file.
DOWNLOAD = re.compile(
    r"(?P<before>.+)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:_(?P<own>.*)|(?P<about>\.txt))?", re.DOTALL
)


def columns(sheet: Sheet) -> dict[int, re.Match[str]]:
    """The columns that have a number, by their places."""
    found = {place: COLUMN.fullmatch(heading.strip()) for place, heading in enumerate(sheet.headings)}
    return {place: parts for place, parts in found.items() if parts}


def knows(sheet: Sheet) -> bool:
    return sheet.column("username") is not None and bool(columns(sheet))


def calls(sheet: Sheet, row: Row) -> str:
    """The username, which is in the names of the files that one downloads from Blackboard."""
    return row[sheet.column("username") or 0].strip().casefold()


def given(name: str) -> Given | None:
    """All attempts of one person are one hand-in; beside each lies a text of Blackboard's own about it."""
    found = DOWNLOAD.fullmatch(name) if name.count("_attempt_") == 1 else None
    if found is None:
        return None
    student = f"{found['before']}_attempt_{found['time']}"
    return Given(found["before"], student, found["own"] or "", found["time"], work=not found["about"])


def download(submission: str) -> Download | None:
    """Assignments and usernames may have '_' in them, so the username may be any end of what stands there."""
    found = DOWNLOAD.fullmatch(submission) if submission.count("_attempt_") == 1 else None
    if found is None:
        return None
    words = found["before"].casefold().split("_")
    return Download(calls=frozenset("_".join(words[start:]) for start in range(1, len(words))))


def make(ledger: Ledger, sheet: Sheet | None, assignment: str, _: Settings) -> Book:
    """Only people with a mark, scaled to the column's points. Raises SheetError, also where there is no such column."""
    export = SYSTEM.exported(sheet)
    if not knows(export):
        raise SheetError(
            f"{export.path} is no Blackboard download: it needs the column Username, "
            "and columns such as 'Quiz [Total Pts: 10 Score] |12345'."
        )
    place = _column(export, assignment)
    heading, most = export.headings[place], _most(export, place)
    comma = has_comma(columns(export)[place]["most"]) or any(has_comma(row[place]) for row in export.rows)
    lines, told = without_excused(marked(ledger, export))
    known = [line for line in lines if calls(export, line.row)]
    who = [kept(export, at) for name in KEPT if (at := export.column(name)) is not None]
    marks = mark(heading, ledger, most, comma=comma)
    settled_lines, differences = settled(ledger, known, marks, place)
    made = rows([*who, marks], settled_lines)
    notices = (*told, *(left_out(line, "username") for line in lines if line not in known))
    tabs = export.delimiter == "\t"
    file = "blackboard.xls" if tabs else "blackboard.csv"
    return Book(
        file,
        made,
        export.delimiter,
        export.encoding,
        bom=export.bom,
        quoted=not tabs,
        notices=notices,
        differences=differences,
    )


def _column(sheet: Sheet, name: str) -> int:
    places = [place for place, parts in columns(sheet).items() if name in {parts["title"], parts[0]}]
    place = only(sheet, places, "columns")
    if place is None:
        raise SheetError(
            f"{sheet.path} has no column {name!r}, and Blackboard would make a column of text of it; "
            "make it there and download again, or give the title of another one as ASSIGNMENT."
        )
    return place


def _most(sheet: Sheet, place: int) -> Decimal:
    heading = sheet.headings[place]
    most, shown = columns(sheet)[place].group("most", "shown")
    if most.startswith("up to "):
        raise SheetError(
            f"{sheet.path}: Blackboard calculates {heading!r}; give the title of another one as ASSIGNMENT."
        )
    if shown not in {None, "Score"}:
        raise SheetError(
            f"{sheet.path}: {heading!r} takes no points; "
            "in Blackboard, make Score its primary display and download again."
        )
    return maximum(most, "Total Pts", heading, sheet.path)


SYSTEM = System(
    name="blackboard",
    title="Blackboard",
    export="the grade columns that one downloads from Blackboard",
    knows=knows,
    calls=calls,
    gives=by_name(given),
    download=download,
    make=make,
)

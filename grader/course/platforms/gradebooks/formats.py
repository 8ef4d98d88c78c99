"""What each system takes, as rows.

From their own importers: https://github.com/instructure/canvas-lms lib/gradebook_importer.rb and
https://github.com/moodle/moodle mod/assign/feedback/offline/importgradeslib.php. Neither may get columns of our own:
Canvas would make an assignment of each, Moodle refuses the sheet. How a mark came about stands in the plain file.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks.ledger import Entry, Ledger

HUNDREDTH = Decimal("0.01")
POINTS_POSSIBLE = "    Points Possible"
NUMBER = re.compile(
    r"(?:(?P<whole>[0-9]{1,12})|(?P<grouped>[0-9]{1,3}(?:(?P<sign>[.,'’])[0-9]{3})(?:(?P=sign)[0-9]{3})*))"
    r"(?:(?!(?P=sign))[.,](?P<part>[0-9]+))?"
)
SPACE = re.compile(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))")
THOUSAND_OR_ONE = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
COMMA = re.compile(r",[0-9]{1,2}\s*$|,[0-9]{4,}\s*$")


def plain(ledger: Ledger, settings: Settings) -> list[list[str]]:
    """A line per submission and per person, each step of the mark in a column of its own."""
    numbers = [f"exercise {number}" for number in settings.exercises]
    return [
        [
            *("submission", "matched_by", "name", "id", "email"),
            *("score", "late_days", "late_deduction", "mark", "max_mark", "submitted_at", "time_from"),
            *(*numbers, "notes"),
        ],
        *(_plain_row(entry, ledger.maximum, settings) for entry in ledger.entries),
    ]


def _plain_row(entry: Entry, maximum: Decimal, settings: Settings) -> list[str]:
    marks, person, late = entry.marks, entry.person, entry.lateness
    who = [person.name, person.id, person.email] if person else ["", "", ""]
    if marks is None:
        return ["", "", *who, "", "", "", "", _points(maximum), "", "", *("" for _ in settings.exercises), ""]
    when = entry.submitted.astimezone(settings.time_zone).isoformat() if entry.submitted else ""
    days = str(late.days) if entry.submitted else ""
    marked = [_points(entry.score), days, _points(late.deduction), _points(entry.mark), _points(maximum)]
    scores = [_points(marks.scores[number]) for number in settings.exercises]
    return [marks.submission, entry.matched_by, *who, *marked, when, entry.time_from, *scores, marks.notes]


def unmatched(ledger: Ledger) -> list[list[str]]:
    """Submissions that are nobody's and people without a submission."""
    return [["what", "who", "why"], *map(list, ledger.unmatched)]


def canvas(ledger: Ledger, sheet: Sheet, assignment: str) -> list[list[str]]:
    """Canvas's import: only people with a mark, since an empty cell would delete the mark that is there.

    The assignment is the one of the export that has this name, with or without its number; the marks are scaled to its
    points possible. One that is not there is named as it is, out of the kata's own points. Raises SheetError.
    """
    places = [sheet.column(name) for name in ("student", "id", "sis user id", "sis login id", "section")]
    if places[0] is None or places[1] is None or places[4] is None:
        raise SheetError(f"{sheet.path} is no Canvas export: it needs the columns Student, ID and Section.")
    place = _assignment(sheet, assignment)
    heading = assignment if place is None else sheet.headings[place]
    possible = ledger.maximum if place is None else _possible(sheet, place, ledger.maximum)
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", heading]]
    rows.append([POINTS_POSSIBLE, "", "", "", "", _points(possible)])
    for _, person, entry in ledger.whole:
        row = sheet.rows[person.row]
        known = ["" if column is None else row[column] for column in places]
        rows.append([*known, _scaled(entry, ledger, possible)])
    return rows


def _assignment(sheet: Sheet, name: str) -> int | None:
    pattern = re.compile(re.escape(name) + r"(?: \([0-9]+\))?")
    places = [place for place, heading in enumerate(sheet.headings) if pattern.fullmatch(heading.strip())]
    if len(places) > 1:
        both = " and ".join(repr(sheet.headings[place]) for place in places)
        raise SheetError(f"{sheet.path} has the assignments {both}; give one of them in full as ASSIGNMENT.")
    return places[0] if places else None


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


def moodle(ledger: Ledger, sheet: Sheet) -> list[list[str]]:
    """The worksheet with its Grade cells filled, scaled to Maximum Grade; all else stays. Raises SheetError.

    A submitted_at that the instructor put in is left out, because Moodle does not know it.
    """
    for name in ("Identifier", "Grade", "Last modified (grade)"):
        if sheet.column(simple(name)) is None:
            raise SheetError(
                f"{sheet.path} has no column {name}; export the grading worksheet from Moodle, in English."
            )
    grade, top = sheet.column("grade") or 0, sheet.column("maximum grade")
    rows = [list(row) for row in sheet.rows]
    for _, person, entry in ledger.whole:
        cell = "" if top is None else rows[person.row][top]
        maximum = number(cell) or (ledger.maximum if top is None else None)
        if maximum is None:
            where = f"{sheet.path}, row {person.row + 2}"
            raise SheetError(
                f"{where}: Maximum grade {cell!r} is no clear number; in Moodle, grade this assignment in points."
            )
        mark = _scaled(entry, ledger, maximum)
        rows[person.row][grade] = mark.replace(".", ",") if COMMA.search(cell) else mark
    own = sheet.column("submitted at")
    return [[cell for place, cell in enumerate(row) if place != own] for row in (sheet.headings, *rows)]


def _scaled(entry: Entry, ledger: Ledger, maximum: Decimal) -> str:
    share = entry.mark / ledger.maximum if ledger.maximum else Decimal(0)
    return str((share * maximum).quantize(HUNDREDTH, ROUND_HALF_UP))


def number(cell: str) -> Decimal | None:
    """A number above 0, with a point or a comma and with signs between thousands; None for what is none or not clear.

    '1,000' is a thousand in one country and one in another.
    """
    match = NUMBER.fullmatch(SPACE.sub("", cell.strip()))
    if not match or THOUSAND_OR_ONE.fullmatch(match[0]):
        return None
    whole = re.sub("[.,'’]", "", match["grouped"] or match["whole"])
    value = Decimal(f"{whole}.{match['part'] or 0}")
    return value if value > 0 else None


def _points(value: Decimal) -> str:
    """Without zeros at the end and without an exponent."""
    return f"{value.normalize():f}"


def is_new(sheet: Sheet, assignment: str) -> bool:
    """Whether Canvas does not know the assignment yet."""
    return _assignment(sheet, assignment) is None

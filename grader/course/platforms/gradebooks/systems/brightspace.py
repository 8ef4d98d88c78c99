"""Brightspace: its ids, the points of one grade item, and the '#' with which it ends each row.

From D2L's page https://community.d2l.com/brightspace/kb/articles/3538-importing-grades (the keys, the heading
'ITEM Points Grade', new items), and from the University of Wisconsin's https://kb.wisc.edu/page.php?id=4330 (the '#'
before ids and at the end of a row is not part of the data). Brightspace cuts a mark down to the item's maximum, unless
the item may be exceeded; here marks are scaled to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader.core.tables import Sheet, SheetError, simple
from grader.course.grading.config import Settings
from grader.course.intake.handins import Given
from grader.course.platforms.gradebooks.points import has_comma, maximum, points
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import (
    Book,
    Column,
    Download,
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

ORG, USER, END = ("orgdefinedid", "org defined id"), ("username",), ("end of line indicator",)
HASH = "#"
ITEM = re.compile(r"(?P<title>.+?) Points Grade(?: <.*>)?", re.DOTALL)
MOST = re.compile(r"MaxPoints:(?P<most>.*?)(?: \w+:|>)", re.DOTALL)  # <Numeric MaxPoints:10 Weight:5 Category:Labs>
# A folder of 'Download all submissions': 12345-67890 - Jane Doe - Oct 3, 2026 1159 PM
DOWNLOAD = re.compile(r"(?P<numbers>[0-9]+-[0-9]+) - (?P<name>.+) - (?P<time>[^-]*[0-9]{4}[^-]*)", re.DOTALL)
INDEX = "index.html"  # beside them


def knows(sheet: Sheet) -> bool:
    return sheet.column(*ORG, *USER) is not None and sheet.column(*END) is not None


def roster(sheet: Sheet) -> Sheet:
    """The export without the '#' before ids and usernames."""
    keys = _keys(sheet)
    headings = ["Student ID" if simple(heading) in ORG else heading for heading in sheet.headings]
    bare = [
        tuple(cell.strip().removeprefix(HASH) if place in keys else cell for place, cell in enumerate(row))
        for row in sheet.rows
    ]
    return replace(sheet, headings=tuple(headings), rows=tuple(bare))


def gives(_: Path, names: Sequence[str]) -> Mapping[str, Given]:
    """A folder for each time that somebody handed in; all with the same numbers are one hand-in."""
    found = {name: parts for name in names if (parts := DOWNLOAD.fullmatch(name))}
    told = {
        name: Given(f"{parts['numbers']} {parts['name']}", name, order=_sortable(parts["time"]))
        for name, parts in found.items()
    }
    about = {INDEX: Given(INDEX, INDEX, work=False)} if told and INDEX in names else {}
    return {**told, **about}


def _sortable(time: str) -> str:
    """'Oct 3, 2026 1159 PM' so that later ones are greater; as it is where it is in another language."""
    with suppress(ValueError):
        return datetime.strptime(f"{time} +0000", "%b %d, %Y %I%M %p %z").isoformat()
    return time


def download(submission: str) -> Download | None:
    found = DOWNLOAD.fullmatch(submission)
    return Download(found["name"]) if found else None


def make(ledger: Ledger, sheet: Sheet | None, assignment: str, _: Settings) -> Book:
    """Only people with a mark. The item is the one of the export that has this title; marks are scaled to its maximum.

    One that is not there is named as Brightspace names new ones, out of the kata's own points. Raises SheetError.
    """
    export = SYSTEM.exported(sheet)
    if not knows(export):
        raise SheetError(
            f"{export.path} is no Brightspace export: it needs the columns OrgDefinedId or Username, "
            "and End-of-Line Indicator."
        )
    keys = _keys(export)
    lines, told = without_excused(marked(ledger, export))
    known = [line for line in lines if any(line.row[place].strip() not in {"", HASH} for place in keys)]
    column, notices = _marks(ledger, export, assignment)
    end = Column(export.headings[export.column(*END) or 0], lambda _: HASH)
    notices += told
    settled_lines, differences = settled(ledger, known, column, _item(export, assignment))
    made = rows([*(kept(export, place) for place in keys), column, end], settled_lines)
    notices += [left_out(line, "id that Brightspace knows") for line in lines if line not in known]
    return Book(
        "brightspace.csv",
        made,
        export.delimiter,
        export.encoding,
        bom=export.bom,
        notices=tuple(notices),
        differences=differences,
    )


def _keys(sheet: Sheet) -> list[int]:
    return [place for names in (ORG, USER) if (place := sheet.column(*names)) is not None]


def _marks(ledger: Ledger, sheet: Sheet, title: str) -> tuple[Column, list[str]]:
    place = _item(sheet, title)
    if place is None:
        heading = f"{title} Points Grade <Numeric MaxPoints:{points(ledger.maximum)}>"
        new = f"The export has no grade item {title!r}, so Brightspace will offer to make one."
        return mark(heading, ledger, ledger.maximum), [new]
    heading = sheet.headings[place]
    found = MOST.search(heading)
    if found is None:
        most = points(ledger.maximum)
        bare = f"The export does not say out of how many points {heading!r} is; see that it is out of {most}."
        return mark(heading, ledger, ledger.maximum), [bare]
    comma = has_comma(found["most"]) or any(has_comma(row[place]) for row in sheet.rows)
    return mark(heading, ledger, maximum(found["most"], "MaxPoints", heading, sheet.path), comma=comma), []


def _item(sheet: Sheet, name: str) -> int | None:
    matches = {place: ITEM.fullmatch(heading.strip()) for place, heading in enumerate(sheet.headings)}
    places = [
        place
        for place, match in matches.items()
        if match and name in {match["title"], f"{match['title']} Points Grade", match[0]}
    ]
    other = re.compile(re.escape(name) + r" (?:Grade Symbol|Text Grade)(?: <.*>)?", re.DOTALL)
    for heading in sheet.headings:
        if not places and other.fullmatch(heading.strip()):
            raise SheetError(
                f"{sheet.path} has {heading!r}, but not the item's points; "
                "in Brightspace, choose Points grade and export again."
            )
    return only(sheet, places, "grade items")


SYSTEM = System(
    name="brightspace",
    title="Brightspace",
    export="the grades that Brightspace exports",
    knows=knows,
    roster=roster,
    gives=gives,
    download=download,
    make=make,
)

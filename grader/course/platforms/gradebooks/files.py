"""Writes a gradebook: the file for the school's system, and beside it marks.csv and unmatched.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.core.tables import Sheet, SheetError, write_sheet
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks import formats
from grader.course.platforms.gradebooks.ledger import Ledger, some

MARKS, UNMATCHED = "marks.csv", "unmatched.csv"
EXPORT = {"canvas": "the gradebook that Canvas exports", "moodle": "the grading worksheet that Moodle exports"}


@dataclass(frozen=True)
class Book:
    """A file to write. A byte-order mark tells a spreadsheet that this is UTF-8."""

    rows: list[list[str]]
    delimiter: str = ","
    bom: bool = True


def write_gradebook(
    kind: str, out: Path, ledger: Ledger, sheet: Sheet | None, assignment: str, settings: Settings
) -> list[str]:
    """Write for 'canvas', 'moodle' or 'csv'. Returns what to know about it, in sentences. Raises SheetError."""
    books = {MARKS: Book(formats.plain(ledger, settings)), UNMATCHED: Book(formats.unmatched(ledger))}
    notices = list(ledger.notices)
    if kind == "canvas":
        export = _needed(kind, sheet)
        rows = formats.canvas(ledger, export, assignment)
        books["canvas.csv"] = Book(rows, bom=False)
        if rows[0][-1] not in export.headings:
            notices.append(f"The export has no assignment {assignment!r}, so Canvas will offer to make one.")
    elif kind == "moodle":
        export = _needed(kind, sheet)
        books["moodle.csv"] = Book(formats.moodle(ledger, export), export.delimiter, bom=export.bom)
    for name, book in books.items():  # only now, so that a mistake above leaves all of the old files
        changed = write_sheet(out / name, book.rows, book.delimiter, bom=book.bom)
        if changed and name not in {MARKS, UNMATCHED}:  # theirs goes back into the school's system
            notices.append(f"{name}, {_rows(changed)}: what a spreadsheet would run has an apostrophe before it.")
    main = f"{kind}.csv" if kind != "csv" else MARKS
    steps = f", each step in {out / MARKS}" if kind != "csv" else ""
    return [f"The marks are in {out / main}{steps}.", *notices, *(_matched(out / UNMATCHED, ledger) if sheet else [])]


def _needed(kind: str, sheet: Sheet | None) -> Sheet:
    if sheet is None:
        raise SheetError(f"FORMAT={kind} fills in {EXPORT[kind]}; give it as ROSTER=file.csv.")
    return sheet


def _matched(path: Path, ledger: Ledger) -> list[str]:
    sentences = [f"{len(ledger.whole)} submissions belong to somebody on the roster."]
    for what, title in (("submission", "Submissions of nobody there"), ("person", "People without a submission")):
        names = [who for kind, who, _ in ledger.unmatched if kind == what]
        sentences += [f"{title}: {some(names)}."] if names else []
    return [*sentences, *([f"{path} says why."] if ledger.unmatched else [])]


def _rows(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:5]))}{more}"

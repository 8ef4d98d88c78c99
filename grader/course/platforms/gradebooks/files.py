"""Writes a gradebook: the file for the school's system, and beside it marks.csv and unmatched.csv."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.core.tables import Sheet, write_sheet
from grader.course.grading.config import Settings
from grader.course.platforms.gradebooks.ledger import some
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.roster import NO_SUBMISSION, NOBODY
from grader.course.platforms.gradebooks.system import Book
from grader.course.platforms.gradebooks.systems import gradebooks, plain

UNMATCHED, DIFFERENCES = "unmatched.csv", "differences.csv"
STRANGERS, UNCOUNTED = "Submissions of nobody there", "Submissions that do not count"
ABSENT = "People without a submission"
UNCLEAR = "People of whom it is not clear which submission counts"
SHOWN = 10  # differences on a terminal


def write_gradebook(
    kind: str, out: Path, ledger: Ledger, sheet: Sheet | None, assignment: str, settings: Settings
) -> list[str]:
    """Write for the system of this name. Returns what to know about it, in sentences. Raises SheetError."""
    make = gradebooks()[kind].make
    assert make is not None
    main = make(ledger, sheet, assignment, settings)
    ours = [plain.make(ledger, sheet, assignment, settings), unmatched(ledger)]
    theirs = [] if main.file == plain.FILE else [main]
    notices = [*ledger.notices, *main.notices]
    for book in [*ours, *theirs]:  # only now, so that a mistake above leaves all of the old files
        changed = _write(out, book)
        if changed and book in theirs:
            notices.append(f"{book.file}, {_rows(changed)}: what a spreadsheet would run has an apostrophe before it.")
    steps = f", each step in {out / plain.FILE}" if theirs else ""
    matched = _matched(out / UNMATCHED, ledger) if sheet else []
    looks = _looks(ledger)
    return [f"The marks are in {out / main.file}{steps}.", *notices, *looks, *_differences(out, main, ledger), *matched]


def _pending(ledger: Ledger) -> list[str]:
    return [entry.marks.submission for entry in ledger.entries if entry.pending and entry.marks]


def _looks(ledger: Ledger) -> list[str]:
    names = _pending(ledger)
    decide = "decide in adjustments.csv, or by unreadable in course.toml"
    return [f"Needs a look, and has no mark yet: {some(names)}; {decide}."] if names else []


def _differences(out: Path, book: Book, ledger: Ledger) -> list[str]:
    """The marks that are in the school's system and are others, with what becomes of each."""
    write_sheet(
        out / DIFFERENCES,
        [
            ["who", "there", "graded", "written"],
            *([d.who, d.there, d.graded, "yes" if d.written else "no"] for d in book.differences),
        ],
        bom=True,
    )
    told = [
        f"{d.who}: {d.there} is there, {d.graded} was graded and is {'written' if d.written else 'not written'}"
        for d in book.differences
    ]
    kept = sum(not difference.written for difference in book.differences)
    if not told:
        return []
    how = {
        "empty": "; WRITE=raise replaces those that are lower, WRITE=all all but EX",
        "raise": "; WRITE=all replaces all but EX",
        "all": ", as EX always does",
    }
    more = [f"and {len(told) - SHOWN} more, in {out / DIFFERENCES}"] if len(told) > SHOWN else []
    stay = "stays as it is" if kept == 1 else "stay as they are"
    left = f" {kept} of them {stay}{how[ledger.write]}." if kept else ""
    return [f"Marks that are there and are others: {len(told)}.{left}", *told[:SHOWN], *more]


def unmatched(ledger: Ledger) -> Book:
    """Submissions that are nobody's and people without a submission."""
    return Book(UNMATCHED, [["what", "who", "why"], *map(list, ledger.unmatched)], bom=True)


def _write(out: Path, book: Book) -> list[int]:
    path, rows = out / book.file, book.rows
    return write_sheet(path, rows, book.delimiter, bom=book.bom, encoding=book.encoding, quoted=book.quoted)


def _matched(path: Path, ledger: Ledger) -> list[str]:
    belong = "submission belongs" if ledger.matched == 1 else "submissions belong"
    sentences = [f"{ledger.matched} {belong} to somebody on the roster."]
    sentences += open_questions(ledger.unmatched)
    pending = _pending(ledger)
    names = [who for kind, who, _ in ledger.unmatched if kind == "look" and who not in pending]
    sentences += [f"Hand-ins that have a mark and need a look all the same: {some(names)}."] if names else []
    return [*sentences, *([f"{path} says why."] if ledger.unmatched else [])]


def open_questions(unmatched: Iterable[tuple[str, str, str]]) -> list[str]:
    """Who has nothing, and of what it is not clear whose it is, in a sentence each."""
    names: dict[str, list[str]] = {title: [] for title in (STRANGERS, UNCOUNTED, ABSENT, UNCLEAR)}
    for what, who, why in unmatched:
        if what == "submission":
            names[STRANGERS if why.startswith(NOBODY) else UNCOUNTED].append(who)
        elif what == "person":
            names[ABSENT if why == NO_SUBMISSION else UNCLEAR].append(who)
    return [f"{title}: {some(found)}." for title, found in names.items() if found]


def _rows(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:5]))}{more}"

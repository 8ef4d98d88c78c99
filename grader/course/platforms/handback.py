"""Hands pages back: a page a student, in a zip whose names are those by which a school's system knows the students."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.core.errors import KataError
from grader.core.marks import in_points
from grader.core.tables import Sheet, write_sheet
from grader.course.grading.report_files import file_of
from grader.course.grading.roll import Member, Roll
from grader.course.pages.standing import Standing
from grader.course.platforms.gradebooks.records import Ledger
from grader.course.platforms.gradebooks.system import System

LONGEST = 1000  # characters of a comment


def addresses(system: System, ledger: Ledger, sheet: Sheet) -> dict[str, str]:
    """What a page is to be called by its submission, where the rows of a system's own export say it."""
    if not system.knows(sheet):
        return {}
    named = [(e.marks.submission, sheet.rows[e.person.row]) for e in ledger.entries if e.marks and e.person]
    found = {submission: system.feedback_to(sheet, row) for submission, row in reversed(named)}
    return {submission: name for submission, name in found.items() if name}


def write_feedback(
    out: Path, system: System, roll: Roll, students: Sequence[str], addressed: Mapping[str, str] | None = None
) -> tuple[Path, int, list[str]]:
    """The zip of the pages in `out`; returns its path, how many there are, and whose are left out.

    Those are the ones that the system would not take, because neither the hand-in nor `addressed` has a name of its.
    Raises KataError where there is none to hand back.
    """
    pages = {name: file_of(out / "pages", name).with_suffix(".html") for name in students}
    there = {name: path for name, path in pages.items() if path.exists()}
    if not there:
        raise KataError(f"{out / 'pages'} holds no pages of these students; make them first: make pages.")
    members = {name: roll.members.get(name, Member(name)) for name in there}
    called = {name: system.feedback(member) or (addressed or {}).get(name, "") for name, member in members.items()}
    left = sorted(name for name in there if not called[name])
    if len(left) == len(there):
        raise KataError(
            f"These hand-ins are called by no name of {system.title}'s, so none of their pages can go back."
        )
    target = out / f"{system.name}_feedback.zip"
    partial = target.with_name(target.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted((name, path) for name, path in there.items() if called[name]):
            info = zipfile.ZipInfo(called[name], (1980, 1, 1, 0, 0, 0))  # the same zip of the same pages
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    partial.replace(target)
    return target, len(there) - len(left), left


def write_comments(out: Path, system: System, ledger: Ledger, sheet: Sheet, told: Mapping[str, Standing]) -> Path:
    """A comment for each person of an export, beside the export's own ids, to be pasted or read in by a script."""
    keys = [place for place, heading in enumerate(sheet.headings) if heading.strip() in system.comment_keys]
    rows: list[list[str]] = [[*(sheet.headings[place] for place in keys), "Comment"]]
    for person, entry in ledger.whole:
        if entry.marks:
            own = sheet.rows[person.row]
            rows.append([*(own[place] for place in keys), _comment(told[entry.marks.submission])])
    path = out / f"{system.name}_comments.csv"
    write_sheet(path, rows, bom=True)
    return path


def _comment(standing: Standing) -> str:
    mark = f"{standing.mark} of {in_points(standing.maximum)}." if standing.mark else f"No mark: {standing.state}."
    text = " ".join([mark, *standing.steps])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."

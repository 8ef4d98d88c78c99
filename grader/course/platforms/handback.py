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


def write_feedback(out: Path, system: System, roll: Roll, students: Sequence[str]) -> tuple[Path, int]:
    """The zip of the pages in `out`; returns its path and how many there are. Raises KataError where there is none."""
    pages = {name: file_of(out / "pages", name).with_suffix(".html") for name in students}
    there = {name: path for name, path in pages.items() if path.exists()}
    if not there:
        raise KataError(f"{out / 'pages'} holds no pages of these students; make them first: make pages.")
    target = out / f"{system.name}_feedback.zip"
    partial = target.with_name(target.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(there.items()):
            member = roll.members.get(name, Member(name))
            info = zipfile.ZipInfo(system.feedback(member), (1980, 1, 1, 0, 0, 0))  # the same zip of the same pages
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    partial.replace(target)
    return target, len(there)


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

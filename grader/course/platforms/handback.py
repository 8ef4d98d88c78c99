"""Hands pages back: a page a student, in a zip whose names are those by which a school's system knows the students."""

from __future__ import annotations

import zipfile
from collections import defaultdict
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


def addresses(system: System, roll: Roll, ledger: Ledger, sheet: Sheet) -> dict[str, list[str]]:
    """What a page is to be called, by its submission, for those whom only the system's own export tells.

    They are the people of hand-ins that have another name than the system gave, and the others of a group.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for entry in ledger.entries if system.knows(sheet) else ():
        if entry.marks and entry.person:
            name = entry.marks.submission
            to = system.feedback_to(sheet, sheet.rows[entry.person.row])
            if to and (entry.matched_by == "group" or not system.feedback(_member(roll, name))):
                found[name].append(to)
    return found


def write_feedback(
    out: Path, system: System, roll: Roll, students: Sequence[str], addressed: Mapping[str, Sequence[str]] | None = None
) -> tuple[Path, int, list[str]]:
    """The zip of the pages in `out`; returns its path, how many there are, and whose are left out.

    Those are the ones that the system would not take, because neither the hand-in nor `addressed` has a name of its.
    Raises KataError where there is none to hand back.
    """
    pages = {name: file_of(out / "pages", name).with_suffix(".html") for name in students}
    there = {name: path for name, path in pages.items() if path.exists()}
    if not there:
        raise KataError(f"{out / 'pages'} holds no pages of these students; make them first: make pages.")
    own = {name: system.feedback(_member(roll, name)) for name in there}
    called = {name: [*filter(None, [own[name]]), *(addressed or {}).get(name, ())] for name in there}
    left = sorted(name for name in there if not called[name])
    if len(left) == len(there):
        raise KataError(
            f"These hand-ins are called by no name of {system.title}'s, so none of their pages can go back."
        )
    target = out / f"{system.name}_feedback.zip"
    partial = target.with_name(target.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for page, path in sorted((page, path) for name, path in there.items() for page in called[name]):
            info = zipfile.ZipInfo(page, (1980, 1, 1, 0, 0, 0))  # the same zip of the same pages
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    partial.replace(target)
    return target, sum(map(len, called.values())), left


def _member(roll: Roll, name: str) -> Member:
    return roll.members.get(name, Member(name))


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

"""Who is in the class of a run: class.json, which a run writes beside its reports when it has come to its end.

A report of somebody else lies there from an earlier run. It is named and counts no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.course.grading.report import Report
from grader.course.grading.report_files import read_reports
from grader.course.intake.handins import Claimant, HandIn
from grader.course.intake.submission import Submission

FILE = "class.json"


class RollError(KataError):
    """Why it is not known who is in the class, as a sentence."""


@dataclass(frozen=True)
class Member:
    """A hand-in of the class: by which files, and why somebody must look at it. An `unread` one has nothing graded."""

    student: str
    parts: tuple[str, ...] = ()
    files: Mapping[int, str] = field(default_factory=dict)
    late: bool = False
    submitted: str = ""
    claimants: tuple[Claimant, ...] = ()
    look: tuple[str, ...] = ()
    unread: bool = False


@dataclass(frozen=True)
class Roll:
    """The members by name, and the folder that they were read from."""

    folder: str
    members: Mapping[str, Member]


@dataclass(frozen=True)
class GradedClass:
    """The reports that count, by file name without suffix; whose report is stale; who was not graded."""

    reports: Mapping[str, Report]
    roll: Roll
    stale: tuple[str, ...] = ()

    @property
    def ungraded(self) -> list[str]:
        return sorted(self.roll.members.keys() - {report.student for report in self.reports.values()})

    @property
    def told(self) -> list[str]:
        """What to know about the class, in sentences."""
        names = [repr(name) for name in self.stale]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        were = f"{', '.join(names[:5])}{more}"
        return [f"Not in the class of the last run, and not counted: the reports of {were}."] if names else []


def member(hand_in: HandIn, submission: Submission) -> Member:
    return Member(
        student=hand_in.student,
        parts=tuple(piece.path.name for piece in hand_in.pieces),
        files=dict(submission.files),
        late=hand_in.late,
        submitted=hand_in.submitted,
        claimants=hand_in.claimants,
        look=submission.look,
        unread=not submission.sources,
    )


def write_roll(out: Path, folder: Path, members: Iterable[Member]) -> None:
    content = {"version": 1, "folder": str(folder), "members": [asdict(member) for member in members]}
    write_text(out / FILE, json.dumps(content, indent=1, ensure_ascii=True) + "\n")


def read_roll(out: Path) -> Roll | None:
    """None where no run has come to its end here. Raises RollError."""
    if not (out / FILE).exists():
        return None
    try:
        content = json.loads((out / FILE).read_text(encoding="utf-8"))
        members = [_member(about) for about in content["members"]]
        return Roll(str(content["folder"]), {found.student: found for found in members})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RollError(f"{out / FILE} is damaged; grade the class again.") from None


def read_class(out: Path) -> GradedClass:
    """The reports of the class; all that are there, where no run says who is in it. Raises RollError, ReportError."""
    roll = read_roll(out)
    reports = read_reports(out / "reports")
    if roll is None:
        return GradedClass(reports, Roll("", {}))
    own = {name: report for name, report in reports.items() if report.student in roll.members}
    stale = [report.student for name, report in reports.items() if name not in own]
    return GradedClass(own, roll, tuple(sorted(stale)))


def _member(about: Mapping[str, object]) -> Member:
    files, claimants = about["files"], about["claimants"]
    assert isinstance(files, dict)
    assert isinstance(claimants, list)
    return Member(
        student=str(about["student"]),
        parts=tuple(map(str, _listed(about["parts"]))),
        files={int(number): str(name) for number, name in files.items()},
        late=bool(about["late"]),
        submitted=str(about["submitted"]),
        claimants=tuple(Claimant(str(c["name"]), str(c["id"]), str(c["email"])) for c in claimants),
        look=tuple(map(str, _listed(about["look"]))),
        unread=bool(about["unread"]),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []

"""Grades a class again and says which marks changed and why; the reports from before are kept beside the new ones.

Only what changed is graded. The class keeps its seed, so that the randomised checks ask what they asked before. A run
that was stopped is continued: its changes are measured from where it began.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from grader.core.files import write_text
from grader.core.tables import write_sheet
from grader.course.classroom.changes import StudentChange, as_markdown, changes, rows
from grader.course.classroom.classroom import SEED_FILE, Outcome, grade_class
from grader.course.grading.report import Report
from grader.course.grading.report_files import read_reports
from grader.course.grading.roll import FILE as ROLL
from grader.course.grading.roll import read_class
from grader.course.intake.handins import HandIns

EARLIER = "earlier"
KEPT = ("reports", "gradebook.csv", SEED_FILE, ROLL)
MARKDOWN, SHEET = "changes.md", "changes.csv"


class Regrading:
    """One regrading of the class in `out`; run through `graded`, then ask for the `changes`."""

    def __init__(self, hand_ins: HandIns, out: Path, jobs: int, *, force: bool = False) -> None:
        self.hand_ins, self.out, self.jobs, self.force = hand_ins, out, jobs, force
        self.before = self._kept()
        self.earlier = read_class(self.before).reports
        self.students: set[str] = set()

    def graded(self, begun: Callable[[], object] = lambda: None) -> Iterator[Outcome]:
        """Grade what changed, student by student; `begun` is as in `grade_class`."""
        seed = None if (self.out / SEED_FILE).exists() else next(iter(self.earlier.values())).seed
        for outcome in grade_class(self.hand_ins, self.out, self.jobs, force=self.force, seed=seed, begun=begun):
            self.students.add(outcome.student)
            yield outcome

    def changes(self) -> list[StudentChange]:
        """What changed, written to changes.md and changes.csv, beside the reports and beside those from before."""
        now = read_reports(self.out / "reports")
        present = {name: report for name, report in now.items() if report.student in self.students}
        found = changes(_by_student(self.earlier), _by_student(present))
        for folder in (self.out, self.before):
            write_sheet(folder / SHEET, rows(found))
            write_text(folder / MARKDOWN, as_markdown(found))
        if not found and now == self.earlier:
            shutil.rmtree(self.before)  # a copy of what is there
        return found

    def _kept(self) -> Path:
        """A dated copy of what there is, or that of a run that did not come to its changes."""
        read_class(self.out)  # there is something to compare with, and it can be read
        folder = self.out / EARLIER
        folder.mkdir(exist_ok=True)
        for partial in folder.glob("*.part"):
            shutil.rmtree(partial)
        begun = [kept for kept in sorted(folder.iterdir()) if not (kept / MARKDOWN).exists()]
        if begun:
            return begun[-1]
        kept = _unused(folder / time.strftime("%Y%m%d-%H%M%S"))
        partial = kept.with_name(kept.name + ".part")
        partial.mkdir()
        for name in KEPT:
            _copy(self.out / name, partial / name)
        partial.rename(kept)
        return kept


def _unused(path: Path) -> Path:
    count, free = 1, path
    while free.exists():
        count += 1
        free = path.with_name(f"{path.name}-{count}")
    return free


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.part"))
    elif source.exists():
        shutil.copy2(source, target)


def _by_student(reports: Mapping[str, Report]) -> dict[str, Report]:
    return {report.student: report for report in reports.values()}

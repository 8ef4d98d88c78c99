"""The marks of a class: reports and roster brought together, and what lateness takes off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from decimal import Decimal
from pathlib import Path

from grader.core.errors import KataError
from grader.core.tables import Sheet
from grader.course.grading.config import Settings
from grader.course.grading.lateness import Lateness, lateness
from grader.course.grading.report import Report
from grader.course.grading.report_files import read_reports
from grader.course.intake.contents import Contents, File, UnreadableError
from grader.course.intake.submission import find_submissions
from grader.course.platforms.gradebooks.moment import moment
from grader.course.platforms.gradebooks.records import Entry, Ledger, Marks, Person
from grader.course.platforms.gradebooks.roster import match, read_people
from grader.course.platforms.gradebooks.system import System
from grader.course.platforms.gradebooks.systems import systems

TIMESTAMP = "timestamp.txt"


class LedgerError(KataError):
    """Why there are no marks, as a sentence."""


def make_ledger(reports: Path, sheet: Sheet | None, submitted: Path | None, settings: Settings) -> Ledger:
    """Bring everything together. Raises LedgerError, ReportError, SheetError, SubmissionError."""
    graded = {marks.submission: marks for marks in read_marks(reports, settings.exercises)}
    people = read_people(sheet) if sheet else []
    stamps, unread = timestamps(submitted) if submitted else ({}, ())
    clock = Clock(settings.time_zone, stamps)
    matching = match(graded, people)
    whose = {found.person.row: (submission, found.by) for submission, found in matching.matches.items()}
    entries = []
    for person in people:
        submission, by = whose.get(person.row, ("", ""))
        entries.append(_entry(graded.get(submission), person, by, clock, settings))
    entries += [_entry(graded[name], None, "", clock, settings) for name in matching.submissions]
    lost = [("submission", name, why) for name, why in matching.submissions.items() if sheet]
    without = [("person", people[place].called, why) for place, why in matching.people.items()]
    maximum = sum(next(iter(graded.values())).maxima.values(), Decimal(0))
    return Ledger(tuple(entries), maximum, (*lost, *without), (*unread, *_notices(entries, settings)))


def _entry(marks: Marks | None, person: Person | None, by: str, clock: Clock, settings: Settings) -> Entry:
    if marks is None:
        return Entry(person=person)
    when, source = clock.submitted(marks.submission, person)
    late = lateness(marks.scores, when, settings) if when else Lateness()
    return Entry(marks, person, by, when, source, late)


def read_marks(reports: Path, exercises: Sequence[int]) -> list[Marks]:
    """The reports of a graded class, by name. Raises LedgerError and ReportError."""
    found: list[Marks] = []
    seen: set[str] = set()
    by_file = read_reports(reports)
    for name, report in by_file.items():
        path = reports / f"{name}.json"
        marks = _marks(path, report, exercises)
        if found and marks.maxima != found[0].maxima:
            first = reports / f"{next(iter(by_file))}.json"
            raise LedgerError(f"{path} is out of other points than {first}; grade the class again.")
        if marks.submission in seen:
            raise LedgerError(f"{path} is a second report on {marks.submission!r}; remove one.")
        seen.add(marks.submission)
        found.append(marks)
    return sorted(found, key=lambda marks: marks.submission)


def _marks(path: Path, report: Report, exercises: Sequence[int]) -> Marks:
    known = {exercise.number: exercise for exercise in report.exercises}
    missing = [number for number in exercises if number not in known]
    if missing:
        raise LedgerError(f"{path} has no exercise {missing[0]}, which course.toml chooses; grade the class again.")
    scores = {number: Decimal(str(known[number].score)) for number in exercises}
    maxima = {number: Decimal(str(known[number].max_score)) for number in exercises}
    return Marks(report.student, scores, maxima, " ".join(report.notes))


def timestamps(folder: Path) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """By student, the latest of nbgrader's submitted/<student>/<assignment>/timestamp.txt; without a zone it is UTC.

    nbgrader's submit writes this file; a folder that a student filled in another way could hold anything there. Of a
    student with one that is not a time none is known, since the latest may be that one; sentences name them.
    """
    found: dict[str, datetime] = {}
    unread = []
    for student, path in find_submissions(folder):
        if path.is_dir():
            with closing(Contents(path)) as contents:
                stamps = [file for file in contents.files if _is_timestamp(file.path)]
                moments = {file.path: _stamp(contents, file) for file in stamps}
            known = [moment for moment in moments.values() if moment]
            if known and len(known) == len(moments):
                found[student] = max(known)
            unread += [
                f"{student}: {name} does not hold a time such as 2027-01-29 22:59:00 UTC; no time is known of them."
                for name, moment in moments.items()
                if not moment
            ]
    return found, tuple(unread)


def _is_timestamp(path: str) -> bool:
    return path.count("/") == 1 and path.endswith(f"/{TIMESTAMP}")


def _stamp(contents: Contents, file: File) -> datetime | None:
    try:
        return moment(contents.read(file, 1000).decode("utf-8-sig"), timezone.utc)
    except (UnreadableError, ValueError):
        return None


@dataclass(frozen=True)
class Clock:
    """Knows when something was handed in; a time of the roster without a zone is in this one."""

    zone: tzinfo
    stamps: Mapping[str, datetime]

    def submitted(self, submission: str, person: Person | None) -> tuple[datetime | None, str]:
        """When, and who says so: the roster's submitted_at, else its system's own column, else nbgrader's timestamp."""
        if person and person.submitted_at:
            try:
                return moment(person.submitted_at, self.zone), "submitted_at"
            except ValueError as error:
                where = f"The roster's row {person.row + 2}: submitted_at"
                raise LedgerError(f"{where}: {error}; write 2027-01-29 23:59 or 2027-01-29T23:59:00+01:00.") from None
        if told := _told(person):
            system, text = told[0]
            try:
                return moment(text, self.zone), system.time
            except ValueError:  # in the language of the site; _notices says so
                return None, ""
        return (self.stamps[submission], TIMESTAMP) if submission in self.stamps else (None, "")


def _notices(entries: Sequence[Entry], settings: Settings) -> list[str]:
    """What an instructor should know before posting."""
    if not settings.deadlines or not settings.late.percent_per_day:
        return []
    unknown = [e for e in entries if e.marks and not e.submitted]
    names = [e.marks.submission for e in unknown if e.marks]
    foreign = [(system.title, told) for entry in unknown for system, told in _told(entry.person)]
    spoken = "is not in English; export in English, or add submitted_at."
    return [
        *([f"No time is known of {some(names)}: nothing is taken off."] if names else []),
        *(f"{title}'s time {told!r} {spoken}" for title, told in foreign[:1]),
    ]


def _told(person: Person | None) -> list[tuple[System, str]]:
    """What the columns of school systems say of when a person handed in, where they say anything."""
    found = [(system, person.times.get(system.time, "")) for system in systems().values()] if person else []
    return [(system, told) for system, told in found if told not in system.never]


def some(names: Sequence[str]) -> str:
    """The first few of many names, each quoted."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more

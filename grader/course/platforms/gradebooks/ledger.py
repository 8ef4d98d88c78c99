"""The marks of a class: reports and roster brought together, and what lateness takes off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from decimal import Decimal
from pathlib import Path

from grader.core.errors import KataError
from grader.core.tables import Sheet
from grader.course.grading.adjustments import Adjustment, Reached, decide, read_adjustments
from grader.course.grading.config import Settings
from grader.course.grading.lateness import Lateness, lateness
from grader.course.grading.report import Report
from grader.course.grading.report_files import read_reports
from grader.course.grading.roll import Member, Roll, read_class
from grader.course.intake.contents import Contents, File, UnreadableError
from grader.course.intake.handins import find_hand_ins
from grader.course.platforms.gradebooks.moment import moment
from grader.course.platforms.gradebooks.records import Entry, Ledger, Marks, Person
from grader.course.platforms.gradebooks.roster import NO_SUBMISSION, is_called, match, read_people
from grader.course.platforms.gradebooks.system import System
from grader.course.platforms.gradebooks.systems import systems

TIMESTAMP = "timestamp.txt"
NEEDS_A_LOOK = "Nothing in it could be read."


class LedgerError(KataError):
    """Why there are no marks, as a sentence."""


def make_ledger(reports: Path, sheet: Sheet | None, submitted: Path | None, settings: Settings) -> Ledger:
    """Bring everything together. Raises LedgerError, ReportError, RollError, SheetError, SubmissionError."""
    known = read_class(reports.parent)
    graded = {marks.submission: marks for marks in _read_marks(reports, known.reports, settings.exercises)}
    people = read_people(sheet) if sheet else []
    stamps, unread = timestamps(submitted) if submitted else ({}, ())
    clock = Clock(settings.time_zone, stamps, known.roll.members)
    claims = {name: about.claimants for name, about in known.roll.members.items()}
    matching = match(graded, people, claims)
    drafts = []
    for place, person in enumerate(people):
        submission, by = matching.whose.get(place, ("", ""))
        unclear = matching.people.get(place, NO_SUBMISSION)
        drafts.append(Draft(graded.get(submission), person, by, "" if unclear == NO_SUBMISSION else unclear))
    drafts += [Draft(graded[name]) for name in matching.submissions]
    maxima = next(iter(graded.values())).maxima
    decisions, undecided = _decisions(drafts, settings)
    entries = [_entry(draft, maxima, clock, settings, decisions.get(n, ())) for n, draft in enumerate(drafts)]
    lost = [("submission", name, why) for name, why in matching.submissions.items() if sheet]
    lost += [
        ("submission", name, "It was not graded, by a fault of the grader; grade again.") for name in known.ungraded
    ]
    without = [
        ("person", people[place].called, why)
        for place, why in matching.people.items()
        if not is_settled(entries[place].adjustments)
    ]
    decided = {entry.marks.submission for entry in entries if entry.marks and is_settled(entry.adjustments)}
    look = [
        ("look", name, " ".join(about.look))
        for name, about in known.roll.members.items()
        if about.look and name not in decided
    ]
    notices = (*unread, *known.told, *undecided, *_notices(entries, settings, known.roll))
    unmatched = (*lost, *without, *look)
    return Ledger(tuple(entries), sum(maxima.values(), Decimal(0)), unmatched, notices, tuple(undecided))


@dataclass(frozen=True)
class Draft:
    """A line of the gradebook before anything is decided about it."""

    marks: Marks | None = None
    person: Person | None = None
    by: str = ""
    unclear: str = ""  # why it is not known which hand-in is the person's, where there may be one

    @property
    def names(self) -> set[str]:
        """What an adjustment may call it."""
        keys = self.person.keys if self.person else {}
        told = {self.marks.submission.casefold()} if self.marks else set()
        return told.union(keys.get("id", ()), keys.get("e-mail", ()))


def _decisions(drafts: Sequence[Draft], settings: Settings) -> tuple[dict[int, tuple[Adjustment, ...]], list[str]]:
    """The adjustments of each draft, and what to say of those that are nobody's."""
    if settings.adjustments is None:
        return {}, []
    found: dict[int, tuple[Adjustment, ...]] = defaultdict(tuple)
    said = []
    for one in read_adjustments(settings.adjustments, settings.exercises, settings.time_zone):
        places = [n for n, draft in enumerate(drafts) if one.who.casefold() in draft.names]
        places = places or [n for n, draft in enumerate(drafts) if draft.person and is_called(draft.person, one.who)]
        where = f"{settings.adjustments.name}, row {one.row}"
        if len(places) == 1 or (places and len({_submission(drafts[n]) for n in places}) == 1):
            for place in places:
                found[place] += (one,)
        elif places:
            said.append(f"{where}: {one.who!r} could be several people; write an id. It is not applied.")
        else:
            said.append(f"{where}: nobody here is called {one.who!r}. It is not applied.")
    return found, said


def _submission(draft: Draft) -> str:
    return draft.marks.submission if draft.marks else f"nothing of {draft.person.row if draft.person else 0}"


def _entry(
    draft: Draft,
    maxima: Mapping[int, Decimal],
    clock: Clock,
    settings: Settings,
    decisions: tuple[Adjustment, ...],
) -> Entry:
    marks, person = draft.marks, draft.person
    when, source = clock.submitted(marks.submission, person) if marks else (None, "")
    extensions = {**clock.extensions(person, maxima), **_extensions(decisions, maxima)}
    late = lateness(marks.scores, when, settings, extensions) if marks and when else Lateness()
    settled = is_settled(decisions)
    pending = NEEDS_A_LOOK if marks and marks.unread and settings.unreadable == "none" and not settled else ""
    pending = draft.unclear if draft.unclear and not settled else pending
    absent = marks is None and settings.missing == "none" and not settled
    decided = None
    if not pending and not absent and (settled or settings.drop_lowest or marks is None):
        earned = {n: marks.scores[n] - late.by_exercise.get(n, Decimal(0)) if marks else Decimal(0) for n in maxima}
        decided = decide(Reached(earned, maxima, decisions), settings.drop_lowest if marks else 0)
    excused = decided is not None and decided.mark is None
    return Entry(marks, person, draft.by, when, source, late, decisions, decided, pending, excused)


def is_settled(decisions: Iterable[Adjustment]) -> bool:
    """Whether somebody has looked at a hand-in and decided about points."""
    return any(one.points is not None or one.excused for one in decisions)


def _extensions(decisions: Sequence[Adjustment], exercises: Iterable[int]) -> dict[int, datetime]:
    """Until when single exercises may be handed in; a line about one goes before a line about all."""
    found: dict[int, datetime] = {}
    for one in sorted(decisions, key=lambda one: one.exercise is not None):
        if one.extension:
            found |= dict.fromkeys([one.exercise] if one.exercise is not None else exercises, one.extension)
    return found


def read_marks(reports: Path, exercises: Sequence[int]) -> list[Marks]:
    """The reports of a graded class, by name. Raises LedgerError and ReportError."""
    return _read_marks(reports, read_reports(reports), exercises)


def _read_marks(reports: Path, by_file: Mapping[str, Report], exercises: Sequence[int]) -> list[Marks]:
    found: list[Marks] = []
    seen: set[str] = set()
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
    return Marks(report.student, scores, maxima, " ".join(report.notes), report.unread)


def timestamps(folder: Path) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """By student, the latest of nbgrader's submitted/<student>/<assignment>/timestamp.txt; without a zone it is UTC.

    nbgrader's submit writes this file; a folder that a student filled in another way could hold anything there. Of a
    student with one that is not a time none is known, since the latest may be that one; sentences name them.
    """
    found: dict[str, datetime] = {}
    unread = []
    for hand_in in find_hand_ins(folder).found:
        student = hand_in.student
        if hand_in.pieces[0].path.is_dir():
            with closing(Contents(hand_in.pieces)) as contents:
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
    members: Mapping[str, Member] = field(default_factory=dict)

    def extensions(self, person: Person | None, exercises: Iterable[int]) -> dict[int, datetime]:
        """Until when the school's system lets somebody hand in, where it says so in English."""
        try:
            until = moment(person.extension, self.zone) if person and person.extension else None
        except ValueError:
            return {}
        return dict.fromkeys(exercises, until) if until else {}

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
        told_by_name = self.members[submission].submitted if submission in self.members else ""
        if told_by_name:
            with suppress(ValueError):
                return moment(told_by_name, self.zone), "the system's metadata"
        return (self.stamps[submission], TIMESTAMP) if submission in self.stamps else (None, "")


def _notices(entries: Sequence[Entry], settings: Settings, roll: Roll) -> list[str]:
    """What an instructor should know before posting."""
    if not settings.deadlines or not settings.late.percent_per_day:
        return []
    unknown = [e for e in entries if e.marks and not e.submitted]
    names = [e.marks.submission for e in unknown if e.marks]
    foreign = [(system.title, told) for entry in unknown for system, told in _told(entry.person)]
    late = [name for name in names if name in roll.members and roll.members[name].late]
    unread = [e.person.called for e in entries if e.person and e.person.extension and not _is_time(e.person.extension)]
    spoken = "is not in English; export in English, or add submitted_at."
    return [
        *([f"No time is known of {some(names)}: nothing is taken off."] if names else []),
        *([f"Late by the school's system, which does not say how much: {some(late)}."] if late else []),
        *([f"An extension is not in English: {some(unread)}; write it into adjustments.csv."] if unread else []),
        *(f"{title}'s time {told!r} {spoken}" for title, told in foreign[:1]),
    ]


def _is_time(text: str) -> bool:
    try:
        moment(text, timezone.utc)
    except ValueError:
        return False
    return True


def _told(person: Person | None) -> list[tuple[System, str]]:
    """What the columns of school systems say of when a person handed in, where they say anything."""
    found = [(system, person.times.get(system.time, "")) for system in systems().values()] if person else []
    return [(system, told) for system, told in found if told not in system.never]


def some(names: Sequence[str]) -> str:
    """The first few of many names, each quoted."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more

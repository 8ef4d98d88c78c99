"""Grades a class: a report per student, written the moment it is ready, then gradebook.csv and a summary.

A rerun grades only what changed. Each report carries the digest of what it was made from: the submission and the
course with its points, suites, keys, solutions and seed, which is drawn once and kept beside the reports. So it does
not matter when a run was stopped, or how.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.tables import write_sheet
from grader.course.bank.variants import load_course
from grader.course.classroom.executors import LOST, GroundError, Open, Result, Rounds, pool, processes
from grader.course.grading.config import read_settings
from grader.course.grading.grading import Course
from grader.course.grading.report import Report
from grader.course.grading.report_files import ReportError, file_of, read_report, rename_reports, write_report
from grader.course.grading.roll import Member, member, write_roll
from grader.course.intake.handins import HandIn, HandIns
from grader.course.intake.reading import read_or_say_why
from grader.course.intake.submission import Submission

SEED_FILE = "seed.json"


@dataclass(frozen=True)
class Outcome:
    """What the gradebook has of one student, whether it was graded in this run, and why not where the grader failed.

    With a `look` nothing could be read, and there is no mark until somebody has looked.
    """

    student: str
    scores: tuple[float, ...] = ()
    score: float = 0.0
    max_score: float = 0.0
    notes: str = ""
    fresh: bool = True
    fault: str = ""
    look: str = ""


def grade_class(
    hand_ins: HandIns,
    out: Path,
    where: int | Open,
    *,
    force: bool,
    seed: int | None = None,
    begun: Callable[[], object] = lambda: None,
) -> Iterator[Outcome]:
    """Yield an outcome per student as it is ready; in the end the files of the class are written.

    `where`: so many processes of this machine, or what opens another ground, such as a cluster. `begun` is called once
    for each student too, before the outcome: all public checks of the class are asked before any hidden one.
    Submissions are read when their turn comes, and of a report only the marks are kept: a class may be of any size.
    """
    (out / "reports").mkdir(parents=True, exist_ok=True)
    for partial in (out / "reports").glob("*.part"):  # of a run that was killed
        partial.unlink()
    rename_reports(out / "reports")
    course = load_apart(_class_seed(out, seed))
    students = hand_ins.found
    if not students:
        raise KataError(
            f"{hand_ins.folder} holds no submissions: one folder, archive or set of files per student is needed."
        )
    outcomes: list[Outcome] = []
    members: list[Member] = []
    try:
        read = _read(students, course, members)
        for outcome in _graded(read, course, where, out, begun, force=force):
            outcomes.append(outcome)
            yield outcome
    except GroundError as error:
        if not outcomes:  # it was nowhere: the gradebook from before stays
            raise
        known = {outcome.student for outcome in outcomes}
        lost = [Outcome(one.student, notes=f"Not graded: {error}", fault=str(error)) for one in students]
        outcomes += [outcome for outcome in lost if outcome.student not in known]
        raise
    finally:
        if len(outcomes) == len(students):  # else somebody stopped the run, and the gradebook from before stays
            write_gradebook(out / "gradebook.csv", outcomes, tuple(course.exercises))
            known = {found.student for found in members}
            unread = [Member(one.student) for one in students if one.student not in known]
            write_roll(out, hand_ins.folder, sorted([*members, *unread], key=lambda found: found.student))


def _read(students: Iterable[HandIn], course: Course, members: list[Member]) -> Iterator[Submission]:
    """Each hand-in when its turn comes; `members` has who they are."""
    for hand_in in students:
        submission = read_or_say_why(hand_in.pieces, hand_in.student, course.exercises)
        members.append(member(hand_in, submission))
        yield submission


def _graded(
    submissions: Iterable[Submission],
    course: Course,
    where: int | Open,
    out: Path,
    begun: Callable[[], object],
    *,
    force: bool,
) -> Iterator[Outcome]:
    made_of = digest_of(course)
    opened = processes(course, where) if isinstance(where, int) else where(course)
    with opened as ground, Rounds(ground, out, begun) as rounds:
        for submission in submissions:
            earlier = None if force else _earlier(out, submission, made_of)
            if earlier is None:
                rounds.start(submission)
            else:
                begun()
                yield _outcome(earlier, fresh=False)
        for result in rounds.results():
            yield _keep(result, out, made_of)


def _keep(result: Result[Report], out: Path, made_of: str) -> Outcome:
    """Write a report; the grader's own fault leaves none, and no mark, so that the next run tries again."""
    if result.report is None:
        note = f"Not graded, by a fault of the grader: {result.fault}"
        return Outcome(result.student, notes=note, fault=result.fault)
    made_of = _mixed(made_of, result.report.submission, result.report.notes)
    write_report(file_of(out / "reports", result.student), replace(result.report, made_of=made_of))
    return _outcome(result.report, fresh=True)


def _outcome(report: Report, *, fresh: bool) -> Outcome:
    scores = tuple(exercise.score for exercise in report.exercises)
    look = "; ".join(report.notes) if report.unread and read_settings().unreadable == "none" else ""
    return Outcome(report.student, scores, report.score, report.max_score, " ".join(report.notes), fresh, look=look)


def load_apart(seed: int) -> Course:
    """The course, put together in a process of its own, for an oracle takes more memory than all the rest."""
    with pool(1) as process:
        try:
            return process.submit(load_course, seed=seed).result()
        except BrokenExecutor:
            raise GroundError(LOST) from None


def _class_seed(out: Path, seed: int | None) -> int:
    """The seed of a class is drawn once, so that a stopped run and its continuation ask the same questions."""
    path = out / SEED_FILE
    if seed is None and path.exists():
        return int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    seed = secrets.randbelow(2**31) if seed is None else seed
    write_text(path, json.dumps({"seed": seed}) + "\n")
    return seed


def _earlier(out: Path, submission: Submission, made_of: str) -> Report | None:
    try:
        report = read_report(file_of(out / "reports", submission.student))
    except ReportError:
        return None
    made_of = _mixed(made_of, submission.digest, submission.notes)
    return report if (report.student, report.made_of) == (submission.student, made_of) else None


def digest_of(course: Course) -> str:
    """Of everything in a course that a report depends on."""
    return hashlib.sha256(repr(course).encode()).hexdigest()


def _mixed(made_of: str, digest: str, notes: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps([made_of, digest, *notes]).encode()).hexdigest()


def write_gradebook(path: Path, outcomes: Iterable[Outcome], exercises: Sequence[int]) -> None:
    """One row per student: score, maximum, and the score of each exercise; none where nothing could be graded."""
    rows = [["student", "score", "max_score", *(f"exercise {number}" for number in exercises), "notes"]]
    for outcome in sorted(outcomes, key=lambda outcome: outcome.student):
        marks = [f"{mark:g}" for mark in (outcome.score, outcome.max_score, *outcome.scores)]
        known = not outcome.fault and not outcome.look
        rows.append([outcome.student, *(marks if known else [""] * (2 + len(exercises))), outcome.notes])
    write_sheet(path, rows)


def summary(outcomes: Sequence[Outcome]) -> str:
    """A sentence or two for the terminal."""
    graded = [outcome for outcome in outcomes if not outcome.fault and not outcome.look]
    fresh = sum(outcome.fresh for outcome in graded)
    if not graded:
        return f"{len(outcomes)} submissions, none graded."
    scores = [outcome.score for outcome in graded]
    return (
        f"{len(outcomes)} submissions, {fresh} graded now; scores from {min(scores):g} to {max(scores):g} "
        f"of {graded[0].max_score:g}, median {statistics.median(scores):g}."
    )

"""Shows one submission's checks to the staff: what was run, what was expected and what came, of hidden checks too.

Nothing of this is written beside what students get: its pages lie in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.judging import judge
from grader.core.marks import in_points
from grader.core.names import number_in
from grader.core.records import Exercise, Status
from grader.core.source import functions
from grader.core.text import explain, printable
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import Sandbox
from grader.course.fence.worker import Worker
from grader.course.grading.grading import BY_HEART, Course, Mark, grade
from grader.course.grading.report import Report
from grader.course.grading.report_files import file_of
from grader.course.intake.filenames import listed
from grader.course.intake.submission import Submission
from grader.course.pages.rendering import page

FOLDER = "show"
ANEW = "With other numbers, drawn for the grading:"


@dataclass(frozen=True)
class Shown:
    """A check and what came of it, in full."""

    id: str
    title: str
    status: Status
    visibility: str
    points: str
    told: str


def exercise_of(check: str | None, exercise: int | None, known: Mapping[int, Exercise]) -> int:
    """The exercise that is meant. Raises KataError where neither says it."""
    number = exercise if exercise is not None else number_in(check or "")
    if number is None or number not in known:
        raise KataError("Which check? Give CHECK=ex04.ladder_of_shared_values, as the report has it, or EXERCISE=4.")
    return number


def report_on(student: str, reports: Iterable[Report], known: Sequence[str] = ()) -> Report:
    """The report of whom this name, or a part of it, means. Raises KataError where that is nobody, or several.

    `known` are the submissions of those whom a roster calls so.
    """
    found = {report.student: report for report in reports}
    meant = [name for name in known if name in found]
    meant = meant or [name for name in found if student.casefold() in name.casefold()]
    if student not in found and len(meant) != 1:
        several = f"could be any of {listed(meant)}" if meant else "is in none of the reports"
        raise KataError(f"{student!r} {several}; marks.csv has the names in its column submission.")
    return found[student if student in found else meant[0]]


def show(submission: Submission, course: Course, fence: Sandbox, number: int, check: str | None = None) -> list[Shown]:
    """The checks of an exercise that do not pass, or the one that was asked for. Raises KataError where it is none."""
    graded = grade(submission, course, fence)
    marks = [mark for mark in graded.marks[number] if check in {None, mark.verdict.check.id}]
    if not marks:
        ids = [mark.verdict.check.id for mark in graded.marks[number]]
        raise KataError(f"There is no check {check!r}; those of exercise {number} are {', '.join(ids)}.")
    wanted = [mark for mark in marks if check or mark.verdict.status is not Status.PASSED]
    exercise = course.exercises[number]
    return [_shown(mark, exercise, course, submission, fence) for mark in wanted]


def _shown(mark: Mark, exercise: Exercise, course: Course, submission: Submission, fence: Sandbox) -> Shown:
    verdict = mark.verdict
    told = [explain(verdict, exercise)]
    if verdict.message == BY_HEART:
        told += [ANEW, *_with_other_numbers(mark, exercise, course, submission, fence)]
    elif mark.carried:
        told += ["It is right on the worked answers of what is before or beside it, and gets its points for that."]
    return Shown(
        id=verdict.check.id,
        title=verdict.check.title,
        status=verdict.status,
        visibility=mark.visibility,
        points=f"{in_points(verdict.check.points)} of its task",
        told=printable("\n\n".join(filter(None, told))),
    )


def _with_other_numbers(
    mark: Mark, exercise: Exercise, course: Course, submission: Submission, fence: Sandbox
) -> Iterator[str]:
    sources = {course.modules[n]: source for n, source in submission.sources.items()}
    for twin in (suite.twins.get(mark.verdict.check.id) for suite in course.suites):
        if twin is not None:
            with desk(sources) as folder, Worker(fence, folder, limits=course.limits) as worker:
                observation = worker.observe(exercise.module, twin.check.probe)
            yield explain(judge(twin.check, exercise, observation, twin.values), exercise)


def sources_of(submission: Submission, exercise: Exercise, checks: Sequence[Shown], course: Course) -> dict[str, str]:
    """The student's own lines of the tasks that these checks are about, by the task's name."""
    source = submission.sources.get(exercise.number)
    if source is None:
        return {}
    ids = {check.id for check in checks}
    tasks = {c.task for suite in course.suites for c in suite.checks if c.id in ids}
    try:
        found = functions(source)
    except (SyntaxError, ValueError):
        return {exercise.file.name: printable(source)}
    lines = source.split("\n")
    return {
        task: printable("\n".join(lines[found[task].first - 1 : found[task].last]))
        for task in sorted(tasks)
        if task in found
    }


def alike(checks: Iterable[Shown]) -> list[list[Shown]]:
    """The checks of which the same is told, together: a file that cannot be imported fails all of them in one way."""
    groups: dict[str, list[Shown]] = {}
    for check in checks:
        groups.setdefault(check.told, []).append(check)
    return list(groups.values())


def as_text(student: str, checks: Sequence[Shown], sources: Mapping[str, str], notes: Sequence[str]) -> str:
    """All of it for the instructor's terminal."""
    parts = [printable(student), *notes]
    for together in alike(checks):
        titles = [f"{c.status.word}: {c.title} ({c.id}, {c.visibility})" for c in together]
        parts.append("\n".join(titles) + f"\n\n{together[0].told}")
    parts += [f"{task} as it was handed in:\n\n{lines}" for task, lines in sources.items()]
    return "\n\n".join(parts)


def write_page(
    out: Path, student: str, checks: Sequence[Shown], sources: Mapping[str, str], notes: Sequence[str]
) -> Path:
    """The same as a page, for the staff alone; returns its path."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_of(folder, student).stem}.html"
    write_text(path, page("show.html", student=student, groups=alike(checks), sources=sources, notes=notes))
    return path

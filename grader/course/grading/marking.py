"""From verdicts to the report: what each check gives, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from grader.core.marks import Marked, exact, rounded, total
from grader.core.records import Diagnosis, Exercise, Status, Task, are_right_but_too_deep
from grader.core.text import explain, printable
from grader.course.grading.catching import NOT_ASKED, Caught, Judged
from grader.course.grading.grading import Course, Graded, Mark
from grader.course.grading.report import (
    HIDDEN,
    VISIBLE,
    Alternative,
    CheckReport,
    ExerciseReport,
    NamedMisconception,
    Report,
    TaskReport,
)

OWN_CHECKS = "exercises/catch"  # what stands for a task's name where the marks of a student's own checks stand


def make_report(graded: Graded, course: Course, sandbox_level: str) -> Report:
    """All that is said of a submission."""
    exercises = tuple(_exercise(graded, course, number) for number in course.exercises)
    return Report(
        student=graded.submission.student,
        score=total(exercise.score for exercise in exercises),
        max_score=total(exercise.max_score for exercise in exercises),
        seed=course.seed,
        sandbox=sandbox_level,
        seconds=round(graded.seconds, 2),
        submission=graded.submission.digest,
        notes=tuple(graded.submission.notes),
        exercises=exercises,
    )


def _exercise(graded: Graded, course: Course, number: int) -> ExerciseReport:
    exercise, marks = course.exercises[number], graded.marks[number]
    known = {check: diagnosis for diagnosis in reversed(graded.diagnoses[number]) for check in diagnosis.checks}
    share = course.carried_share if _has_asked_for(number, graded) else Fraction(1)
    tasks = tuple(
        _task(task, exercise, [m for m in marks if m.verdict.check.task == task.name], share, known)
        for task in exercise.tasks
    )
    if number in graded.catches:
        tasks = (*tasks, _own_checks(exercise, graded.catches[number]))
    return ExerciseReport(
        number=number,
        title=exercise.title,
        score=total(task.score for task in tasks),
        max_score=total(task.max_score for task in tasks),
        carried_forward=_carried(number, graded),
        tasks=tasks,
    )


def _own_checks(exercise: Exercise, caught: Caught) -> TaskReport:
    """The points for wrong engines that a student's own checks catch: what is caught passes, what got away does not."""
    found = caught.catch
    total_, count = (len(found.chaffs), len(found.caught)) if found else (1, 0)
    score = rounded(exact(exercise.catch) * count / total_)
    rest = rounded(exact(exercise.catch) - Fraction(score).limit_denominator(10_000))
    said = (
        f"Your checks catch {count} of {total_} known wrong engines." if found else "Your checks catch wrong engines."
    )
    status = Status.FAILED if found or caught.why else Status.NOT_ATTEMPTED
    why = printable(caught.why or "\n".join(map(_why_not, found.judged if found else ())).strip())
    checks = []
    if count:
        checks.append(_own_check(exercise, "caught", said, Status.PASSED, score, ""))
    if count < total_:
        checks.append(_own_check(exercise, "got_away", said if not count else "Some got away.", status, rest, why))
    return TaskReport(OWN_CHECKS, score, exercise.catch, tuple(checks))


def _own_check(exercise: Exercise, name: str, title: str, status: Status, worth: float, message: str) -> CheckReport:
    passed = status is Status.PASSED
    identity = f"{exercise.tag}.{name}"
    return CheckReport(
        identity, title, status, worth if passed else 0, worth, VISIBLE, message, None, carried_forward=False
    )


def _why_not(judged: Judged) -> str:
    """Why a check counts for nothing, without the number that is right; empty where it counts."""
    where = f"Line {judged.expectation.line}"
    if judged.fault:
        return f"{where}: {'there was no time left for it' if judged.fault == NOT_ASKED.fault else 'it cannot be run'}."
    if judged.wrong:
        return f"{where}: another value is right for {', '.join(judged.wrong)}."
    return f"{where}: it fails an answer that is right as well. {judged.accused[0]}" if judged.accused else ""


def _task(
    task: Task, exercise: Exercise, marks: Sequence[Mark], share: Fraction, known: Mapping[str, Diagnosis]
) -> TaskReport:
    shares = tuple(share if mark.carried else Fraction(1) for mark in marks)
    points = Marked(task, tuple(mark.verdict for mark in marks), shares)
    checks = tuple(
        _check(mark, exercise, earned, worth, known.get(mark.verdict.check.id))
        for mark, earned, worth in zip(marks, points.earned, points.worths, strict=True)
    )
    return TaskReport(task.name, points.points, task.points, checks)


def _has_asked_for(number: int, graded: Graded) -> bool:
    """Whether what spoils an exercise was asked for: what was not is no mistake, and costs nothing."""
    everything = all(earlier in graded.marks for earlier in range(1, number))
    beside = any(mark.beside for mark in graded.marks[number])
    earlier = [mark for n, marks in graded.marks.items() if n < number for mark in marks]
    return everything or beside or any(mark.verdict.status is not Status.PASSED for mark in earlier)


def _check(
    mark: Mark, exercise: Exercise, earned: Fraction, worth: Fraction, diagnosis: Diagnosis | None
) -> CheckReport:
    verdict = mark.verdict
    passed = verdict.status is Status.PASSED
    told = not passed and mark.visibility != HIDDEN
    return CheckReport(
        id=verdict.check.id,
        title=verdict.check.title,
        status=verdict.status,
        points=rounded(earned) if passed else 0,
        max_points=rounded(worth),
        visibility=mark.visibility,
        message=printable(explain(verdict, exercise)) if told else "",
        diagnosis=_named(diagnosis) if diagnosis and not passed else None,
        carried_forward=mark.carried,
    )


def _named(diagnosis: Diagnosis) -> NamedMisconception:
    misconception = diagnosis.misconception
    return NamedMisconception(
        id=misconception.id,
        title=misconception.title,
        belief=misconception.belief,
        explanation=misconception.explanation,
        question=misconception.question,
        confidence=diagnosis.confidence,
        alternatives=tuple(Alternative(other.id, other.title) for other in diagnosis.alternatives),
    )


def _carried(number: int, graded: Graded) -> str:
    """The sentences for work that is right although something before or beside it is not; empty if there is none.

    They count public checks alone: students read them, also before anything is said of hidden ones.
    """
    marks = [mark for mark in graded.marks[number] if mark.visibility != HIDDEN]
    beside = sum(mark.beside for mark in marks)
    earlier = sum(mark.carried for mark in marks) - beside
    told = []
    if earlier and _has_asked_for(number, graded):
        on = "the worked answers of the earlier exercises"
        told.append(f"{_checks_pass(earlier)} on {on}: the mistake is {_where_else(number, graded)}.")
    if beside:
        wrong = [mark.verdict.check.task for mark in marks if mark.verdict.status.is_wrong]
        of = " or ".join(dict.fromkeys(wrong)) or "one of those"
        told.append(f"{_checks_pass(beside)} beside worked answers to the other tasks: the mistake is in {of}.")
    return " ".join(told)


def _checks_pass(count: int) -> str:
    return "1 check passes" if count == 1 else f"{count} checks pass"


def _where_else(number: int, graded: Graded) -> str:
    """The earlier exercises that are wrong, with what is believed there; not those that are only too deep."""
    failing = {
        earlier: [m.verdict for m in marks if m.verdict.status is not Status.PASSED and m.visibility != HIDDEN]
        for earlier, marks in graded.marks.items()
        if earlier < number
    }
    wrong = [
        f"in exercise {earlier}" + "".join(f" ({d.misconception.title})" for d in graded.diagnoses[earlier])
        for earlier, verdicts in failing.items()
        if verdicts and not are_right_but_too_deep(verdicts)
    ]
    return " or ".join(wrong) or "in one of those, not here"

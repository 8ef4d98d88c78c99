"""The report of a graded submission: one versioned JSON document, and the texts that are made of it.

report.schema.json describes it. What a student sees never holds a hidden probe or a hidden expected value: of hidden
checks only the title and the status, of public ones what the learner's own terminal says, made harmless to print.
"""

from __future__ import annotations

from typing import Any

from grader.course.grading import HIDDEN, Course, Graded, Mark
from grader.learner.records import Status, Task
from grader.learner.report import explain

VERSION = 1


def report(graded: Graded, course: Course, sandbox_level: str) -> dict[str, Any]:
    """The JSON document. A task's mark is its points times the share of the weights of its checks that pass."""
    exercises = [_exercise(graded, course, number) for number in course.exercises]
    return {
        "version": VERSION,
        "student": graded.submission.student,
        "score": round(sum(e["score"] for e in exercises), 4),
        "max_score": sum(e["max_score"] for e in exercises),
        "seed": course.seed,
        "sandbox": sandbox_level,
        "submission": graded.submission.digest,
        "notes": list(graded.submission.notes),
        "exercises": exercises,
    }


def _exercise(graded: Graded, course: Course, number: int) -> dict[str, Any]:
    exercise, marks = course.exercises[number], graded.marks[number]
    tasks = [_task(task, [m for m in marks if m.verdict.check.task == task.name], course) for task in exercise.tasks]
    return {
        "number": number,
        "title": exercise.title,
        "score": round(sum(t["score"] for t in tasks), 4),
        "max_score": sum(t["max_score"] for t in tasks),
        "carried_forward": _carried(marks),
        "tasks": tasks,
    }


def _task(task: Task, marks: list[Mark], course: Course) -> dict[str, Any]:
    weight = sum(m.verdict.check.points for m in marks)
    share = sum(m.verdict.points for m in marks) / weight if weight else 0.0
    checks = [_check(mark, task.points * mark.verdict.check.points / weight, course) for mark in marks]
    return {"name": task.name, "score": round(task.points * share, 4), "max_score": task.points, "checks": checks}


def _check(mark: Mark, worth: float, course: Course) -> dict[str, Any]:
    verdict = mark.verdict
    passed = verdict.status is Status.PASSED
    hidden = mark.visibility == HIDDEN
    exercise = course.exercises[verdict.check.exercise]
    return {
        "id": verdict.check.id,
        "title": verdict.check.title,
        "status": verdict.status.name.lower(),
        "points": round(worth, 4) if passed else 0,
        "max_points": round(worth, 4),
        "visibility": mark.visibility,
        "message": "" if hidden or passed else printable(explain(verdict, exercise)),
        "diagnosis": None,
        "carried_forward": mark.carried,
    }


def _carried(marks: tuple[Mark, ...]) -> str:
    """The sentence for work that is right although an earlier exercise is not; empty if there is none."""
    count = sum(mark.carried for mark in marks)
    if not count:
        return ""
    checks = "1 check passes" if count == 1 else f"{count} checks pass"
    return f"{checks} on the worked answers of the earlier exercises: the mistake is in one of those, not here."


def printable(text: str) -> str:
    """Text with everything that could steer a terminal replaced, and a bounded length."""
    kept = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return kept if len(kept) <= 4_000 else kept[:4_000] + "\n..."


def as_text(document: dict[str, Any]) -> str:
    """The report for a terminal."""
    lines = [f"{document['student']}: {document['score']:g} of {document['max_score']:g} points", ""]
    lines += [f"Note: {note}" for note in document["notes"]]
    for exercise in document["exercises"]:
        lines.append(
            f"{exercise['number']:>2}  {exercise['title']:<20} {exercise['score']:>6g} / {exercise['max_score']:g}"
        )
        lines += [f"      {exercise['carried_forward']}"] if exercise["carried_forward"] else []
        for task in exercise["tasks"]:
            lines += [
                f"      {check['status'].replace('_', ' '):>13}  {check['title']}"
                for check in task["checks"]
                if check["status"] != "passed"
            ]
    return printable("\n".join(lines)) + "\n"


def as_markdown(document: dict[str, Any]) -> str:
    """The report as Markdown: a table of exercises, then what did not pass."""
    lines = [f"# {_escaped(document['student'])}: {document['score']:g} of {document['max_score']:g} points", ""]
    lines += [f"- {_escaped(note)}" for note in document["notes"]]
    lines += ["", "| exercise | points | of |", "|---|---:|---:|"]
    for exercise in document["exercises"]:
        lines.append(
            f"| {exercise['number']}. {exercise['title']} | {exercise['score']:g} | {exercise['max_score']:g} |"
        )
    for exercise in document["exercises"]:
        failed = [check for task in exercise["tasks"] for check in task["checks"] if check["status"] != "passed"]
        if failed or exercise["carried_forward"]:
            lines += ["", f"## {exercise['number']}. {exercise['title']}", "", exercise["carried_forward"]]
            lines += [f"- {check['status'].replace('_', ' ')}: {_escaped(check['title'])}" for check in failed]
    return printable("\n".join(lines)) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-!|" else c for c in printable(text).replace("\n", " "))

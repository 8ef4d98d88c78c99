"""The report of a graded submission: one versioned JSON document, and the texts that are made of it.

report.schema.json describes it. What a student sees never holds a hidden probe or a hidden expected value: of hidden
checks only the title and the status, of public ones what the learner's own terminal says, made harmless to print.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

from grader.core.records import Diagnosis, Status, Task, are_right_but_too_deep
from grader.core.text import escaped, explain, printable
from grader.course.grading.grading import HIDDEN, Course, Graded, Mark

VERSION = 1
SCHEMA = Path(__file__).with_name("report.schema.json")
MARGIN = " " * 21  # where the titles of checks begin


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
        "seconds": round(graded.seconds, 2),
        "submission": graded.submission.digest,
        "notes": list(graded.submission.notes),
        "exercises": exercises,
    }


def _exercise(graded: Graded, course: Course, number: int) -> dict[str, Any]:
    exercise, marks = course.exercises[number], graded.marks[number]
    known = {check: diagnosis for diagnosis in graded.diagnoses[number] for check in diagnosis.checks}
    tasks = [
        _task(task, [m for m in marks if m.verdict.check.task == task.name], course, known) for task in exercise.tasks
    ]
    return {
        "number": number,
        "title": exercise.title,
        "score": round(sum(t["score"] for t in tasks), 4),
        "max_score": sum(t["max_score"] for t in tasks),
        "carried_forward": _carried(number, graded),
        "tasks": tasks,
    }


def _task(task: Task, marks: list[Mark], course: Course, known: dict[str, Diagnosis]) -> dict[str, Any]:
    weight = sum(m.verdict.check.points for m in marks)
    share = sum(m.verdict.points * _share(m, course) for m in marks) / weight if weight else 0.0
    checks = [_check(mark, task.points * mark.verdict.check.points / weight, course, known) for mark in marks]
    return {"name": task.name, "score": round(task.points * share, 4), "max_score": task.points, "checks": checks}


def _share(mark: Mark, course: Course) -> float:
    return course.carried_share if mark.carried else 1.0


def _check(mark: Mark, worth: float, course: Course, known: dict[str, Diagnosis]) -> dict[str, Any]:
    verdict = mark.verdict
    passed = verdict.status is Status.PASSED
    hidden = mark.visibility == HIDDEN
    exercise = course.exercises[verdict.check.exercise]
    return {
        "id": verdict.check.id,
        "title": verdict.check.title,
        "status": verdict.status.key,
        "points": round(worth * _share(mark, course), 4) if passed else 0,
        "max_points": round(worth, 4),
        "visibility": mark.visibility,
        "message": "" if hidden or passed else printable(explain(verdict, exercise)),
        "diagnosis": None if passed or verdict.check.id not in known else _diagnosis(known[verdict.check.id]),
        "carried_forward": mark.carried,
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    misconception = diagnosis.misconception
    return {
        "id": misconception.id,
        "title": misconception.title,
        "belief": misconception.belief,
        "explanation": misconception.explanation,
        "question": misconception.question,
        "confidence": diagnosis.confidence,
        "alternatives": [{"id": other.id, "title": other.title} for other in diagnosis.alternatives],
    }


def _carried(number: int, graded: Graded) -> str:
    """The sentence for work that is right although an earlier exercise is not; empty if there is none.

    It counts public checks alone: students read it, also before anything is said of hidden ones.
    """
    count = sum(mark.carried and mark.visibility != HIDDEN for mark in graded.marks[number])
    if not count:
        return ""
    checks = "1 check passes" if count == 1 else f"{count} checks pass"
    return f"{checks} on the worked answers of the earlier exercises: the mistake is {_where_else(number, graded)}."


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
                f"      {Status.of(check['status']).word:>13}  {check['title']}"
                for check in task["checks"]
                if check["status"] != "passed"
            ]
        lines += [fill(text, 100, initial_indent=MARGIN, subsequent_indent=MARGIN) for text in _beliefs(exercise)]
    return printable("\n".join(lines)) + "\n"


def _beliefs(exercise: dict[str, Any]) -> list[str]:
    """Each diagnosis of an exercise once, as paragraphs."""
    found = {
        c["diagnosis"]["id"]: c["diagnosis"] for task in exercise["tasks"] for c in task["checks"] if c["diagnosis"]
    }
    return [
        paragraph
        for d in found.values()
        for paragraph in (
            f"Why: {d['title']}.",
            f"The belief: {d['belief']}",
            d["explanation"],
            f"Ask yourself: {d['question']}",
        )
    ]


def as_markdown(document: dict[str, Any]) -> str:
    """The report as Markdown: a table of exercises, then what did not pass."""
    lines = [f"# {escaped(document['student'])}: {document['score']:g} of {document['max_score']:g} points", ""]
    lines += [f"- {escaped(note)}" for note in document["notes"]]
    lines += ["", "| exercise | points | of |", "|---|---:|---:|"]
    for exercise in document["exercises"]:
        lines.append(
            f"| {exercise['number']}. {exercise['title']} | {exercise['score']:g} | {exercise['max_score']:g} |"
        )
    for exercise in document["exercises"]:
        failed = [check for task in exercise["tasks"] for check in task["checks"] if check["status"] != "passed"]
        if failed or exercise["carried_forward"]:
            lines += ["", f"## {exercise['number']}. {exercise['title']}", "", exercise["carried_forward"]]
            lines += [f"- {Status.of(check['status']).word}: {escaped(check['title'])}" for check in failed]
            lines += [f"\n{escaped(text)}" for text in _beliefs(exercise)]
    return printable("\n".join(lines)) + "\n"

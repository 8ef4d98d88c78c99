"""The worked answer of each task beside the learner's own."""

from __future__ import annotations

from dataclasses import dataclass

from grader.core.errors import KataError
from grader.core.records import Exercise, Status
from grader.core.source import Function, functions, text_of
from grader.learner.exercises import run, text_of_file


@dataclass(frozen=True)
class Beside:
    """One task, as the learner wrote it and as the course did."""

    task: str
    mine: str
    answer: str


def beside(exercise: Exercise, *, force: bool) -> list[Beside]:
    """Both, task by task. Raises KataError while the exercise does not pass, unless forced."""
    path, number = exercise.solution, exercise.number
    if not path.exists():
        raise KataError("The worked answers are not part of this copy of the kata; ask your course for them.")
    if not force and not all(v.status is Status.PASSED for v in run(exercise)):
        raise KataError(f"Exercise {number} does not pass yet; make solution-{number} FORCE=1 shows the answer anyway.")
    worked, own = path.read_text(encoding="utf-8"), text_of_file(exercise)
    answers, mine = functions(worked), _functions_or_none(own)
    missing = "(not in your file)\n"
    return [
        Beside(
            task.name,
            text_of(own, mine[task.name]) if task.name in mine else missing,
            without_markers(text_of(worked, answers[task.name])),
        )
        for task in exercise.tasks
    ]


def _functions_or_none(source: str) -> dict[str, Function]:
    try:
        return functions(source)
    except SyntaxError:
        return {}


def without_markers(text: str) -> str:
    """A worked answer without the lines by which it is cut."""
    kept = [line for line in text.split("\n") if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line]
    return "\n".join(kept) + "\n"

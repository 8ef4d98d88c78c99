"""Hints in three steps: one that points, one that teaches, one that all but gives the answer."""

from __future__ import annotations

from grader.core.paths import SOLUTIONS
from grader.core.records import are_right_but_too_deep
from grader.learner.exercises import exercise, first_open_task, run
from grader.learner.state import hints_used, read_state, write_state
from grader.learner.terminal import wrapped


def next_hint(number: int) -> str:
    """The hints of the first task that does not pass, one further than last time; the use is recorded."""
    chosen = exercise(number)
    verdicts = run(chosen)
    if are_right_but_too_deep(verdicts):
        return _for_what_is_too_deep(number)
    task = first_open_task(chosen, verdicts)
    if task is None:
        answer = f" make solution-{number} shows the worked answer." if SOLUTIONS.exists() else ""
        return wrapped(f"Every check of exercise {number} passes.{answer}")
    state = read_state()
    hints = hints_used(state)
    used = hints.setdefault(str(number), {})
    used[task.name] = min(used.get(task.name, 0) + 1, len(task.hints))
    unsaved = _unsaved({**state, "hints": hints})
    count = used[task.name]
    lines = [f"{task.name}, hint {count} of {len(task.hints)}", ""]
    lines += [wrapped(f"{i}. {' '.join(hint.split())}", hang="   ") for i, hint in enumerate(task.hints[:count], 1)]
    answer = f"; make solution-{number} FORCE=1 shows an answer" if SOLUTIONS.exists() else ""
    more = f"make hint-{number} says more." if count < len(task.hints) else f"That is all{answer}."
    return "\n".join([*lines, "", wrapped(more), *unsaved])


def _unsaved(state: dict[str, object]) -> list[str]:
    """Save the counts; where that is not possible, a sentence that says so."""
    try:
        write_state(state)
    except OSError as error:
        return [wrapped(f"That you have seen it could not be noted ({error.strerror}: {error.filename}).")]
    return []


def _for_what_is_too_deep(number: int) -> str:
    text = (
        f"Exercise {number} is right, and you can go on. Its deepest graph is deeper than Python's recursion goes."
        " To pass that check too, let a list of open work, with append and pop, take the place of the"
        " recursive calls; the lesson at the top of the file plays one through."
    )
    answer = [f"make solution-{number} FORCE=1 shows an answer."] if SOLUTIONS.exists() else []
    return "\n".join([wrapped(text), "", *answer]).rstrip()

"""Hints in three steps: one that points, one that teaches, one that all but gives the answer."""

from __future__ import annotations

from grader.learner.exercises import exercise, first_open_task, run
from grader.learner.paths import SOLUTIONS
from grader.learner.state import hints_used, read_state, write_state
from grader.learner.terminal import wrapped


def next_hint(number: int) -> str:
    """The hints of the first task that does not pass, one further than last time; the use is recorded."""
    chosen = exercise(number)
    task = first_open_task(chosen, run(chosen))
    if task is None:
        answer = f" make solution-{number} shows the worked answer." if SOLUTIONS.exists() else ""
        return wrapped(f"Every check of exercise {number} passes.{answer}")
    state = read_state()
    hints = hints_used(state)
    used = hints.setdefault(str(number), {})
    used[task.name] = min(used.get(task.name, 0) + 1, len(task.hints))
    write_state({**state, "hints": hints})
    count = used[task.name]
    lines = [f"{task.name}, hint {count} of {len(task.hints)}", ""]
    lines += [wrapped(f"{i}. {' '.join(hint.split())}", hang="   ") for i, hint in enumerate(task.hints[:count], 1)]
    answer = f"; make solution-{number} FORCE=1 shows an answer" if SOLUTIONS.exists() else ""
    more = f"make hint-{number} says more." if count < len(task.hints) else f"That is all{answer}."
    return "\n".join([*lines, "", wrapped(more)])

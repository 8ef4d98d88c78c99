"""`make catch-N`: a learner's own checks, and what can be said of them in a copy that has no wrong engines."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from grader.core.errors import KataError
from grader.core.expectations import Expectation, example, read_expectations
from grader.core.files import write_text
from grader.core.judging import same, show
from grader.core.paths import DESK
from grader.core.records import Exercise, Observation
from grader.core.text import MARGIN
from grader.learner.exercises import exercise, run
from grader.learner.prober import prober
from grader.learner.state import Score, best_catches, escaped, read_state, write_state
from grader.learner.terminal import wrapped

BAR, LINE = 40, 120  # columns
BEGINNING = '''"""My checks for exercise {number}: {title}.

Each is a snippet, what to ask for after it, and the value that is right, which you work out by hand:

    {form}

A snippet may use {within_reach}. What is to be tested:

{tasks}

A file has only such checks, and comments; it is read, not run. A number may be off by within=0.001 where a check says
so. make catch-{number} tells whether each check {tells}
"""
'''
ON_OWN_ENGINE = "has this form, and whether your own engine shows the same once it passes."


def begin_checks(chosen: Exercise, tells: str) -> str:
    """Make the file for the learner's checks of an exercise, and say so; empty where there is one.

    `tells`: what is told of each check, which differs between a copy with wrong engines and one without.
    """
    path = chosen.catches
    if path.exists():
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, beginning(chosen, tells))
    return wrapped(f"{path} is new: write your first check in it, and run make catch-{chosen.number} again.")


def beginning(chosen: Exercise, tells: str) -> str:
    """What the file says before there is a check in it."""
    tasks = fill(", ".join(task.name for task in chosen.tasks), LINE, initial_indent=MARGIN, subsequent_indent=MARGIN)
    form, number = example(chosen.number), chosen.number
    return BEGINNING.format(
        number=number, title=chosen.title, form=form, tasks=tasks, within_reach=within_reach(number), tells=tells
    )


def within_reach(number: int) -> str:
    """What a check of an exercise can use."""
    return "what exercise 1 makes" if number == 1 else f"what exercises 1 to {number} make"


def own_checks(chosen: Exercise) -> list[Expectation]:
    """The learner's checks of an exercise. Raises KataError where there are none yet."""
    found = read_expectations(chosen.catches)
    if not found:
        raise KataError(f"{chosen.catches} has no check yet; write one such as {example(chosen.number)}.")
    return found


def catch_on_own_engine(number: int) -> str:
    """What can be said in a copy without wrong engines: the form, and whether the learner's own engine agrees."""
    chosen = exercise(number)
    if begun := begin_checks(chosen, ON_OWN_ENGINE):
        return begun
    checks = own_checks(chosen)
    count = "1 check has" if len(checks) == 1 else f"All {len(checks)} checks have"
    parts = [f"{count} the right form."]
    if any(v.status.blocks for v in run(chosen)):
        mine = f"Your exercise {number} does not pass its own checks yet, so the values are not compared with it"
        return wrapped(f"{parts[0]} {mine}: make test-exercise-{number}.")
    with prober(DESK) as process:
        found = [process.observe(chosen.module, check.probe)[0] for check in checks]
    parts += [
        text for check, seen in zip(checks, found, strict=True) for text in differences(check, seen, "your engine")
    ]
    agreed = "Your own engine, which passes the public checks, shows the same values." if len(parts) == 1 else ""
    rest = "Where your course gives points for them, it counts the wrong engines that they catch."
    return "\n\n".join([*parts, wrapped(f"{agreed} {rest}".strip())])


def differences(check: Expectation, seen: Observation, whose: str) -> list[str]:
    """What somebody's engine shows otherwise than a check expects; nothing where they agree."""
    where = f"Line {check.line}"
    if seen.fault:
        said = f"{seen.fault.type}: {seen.fault.message}".rstrip(": .")
        return [wrapped(f"{where}: {whose} stops at this check ({said}).")]
    probe = check.probe
    lines = [
        f"{MARGIN}{text}\n{MARGIN}    you expect {show(value)}\n{MARGIN}    it shows   {show(seen.values.get(text))}"
        for text, value in check.expected.items()
        if not same(value, seen.values.get(text), probe.rel, probe.abs)
    ]
    return ["\n".join([wrapped(f"{where}: {whose} shows another value."), *lines])] if lines else []


def bar(done: int, total: int) -> str:
    """In signs that every console has."""
    filled = BAR * done // total if total else 0
    return f"[{'#' * filled}{'-' * (BAR - filled)}]"


def remember(number: int, caught: Score, away: Sequence[str]) -> Score | None:
    """Keep what was caught if it is the best so far, and the ids of what got away; returns the best before."""
    state = read_state()
    best = best_catches(state)
    before = best.get(str(number))
    before = before if before and before[1] == caught[1] else None  # others are known by now
    if before is None or (caught[0], -caught[2]) > (before[0], -before[2]):
        best[str(number)] = caught
    table = {key: list(row) for key, row in best.items()}
    write_state({**state, "caught": table, "escaped": {**escaped(state), str(number): list(away)}})
    return before

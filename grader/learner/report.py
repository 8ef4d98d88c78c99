"""Verdicts as text that a learner reads. ASCII alone, so that every console shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.core.probing import OBSERVED, PROBE_FILE
from grader.core.records import Diagnosis, Exercise, Status, Verdict, are_right_but_too_deep
from grader.core.text import MARGIN, explain, told
from grader.learner.terminal import BLUE, BROWN, GREEN, RED, coloured, wrapped

if TYPE_CHECKING:
    from grader.learner.causes import Causes

COLOURS = {"good": GREEN, "bad": RED, "warn": BROWN}
STATUS = 13  # columns
TOO_DEEP = "What you wrote is right, but a recursion cannot go as deep as the deepest graph of the checks."


def exercise_report(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool = False) -> str:
    """A line per check, the first failure of each task in full, the beliefs behind it, the sum, what to do next.

    `explained` says whether `make explain-N` has something to show.
    """
    parts = [click.style(f"Exercise {exercise.number}: {exercise.title}", bold=True) + "\n"]
    shown: set[str] = set()
    details: list[Verdict] = []
    for task in exercise.tasks:
        parts.append(task.name)
        for verdict in (v for v in verdicts if v.check.task == task.name):
            parts.append(_line(verdict))
            if verdict.status is not Status.PASSED and not _is_untouched(verdict) and task.name not in shown:
                shown.add(task.name)
                details.append(verdict)
    return (
        "\n".join(parts)
        + "".join(f"\n\n{detail}" for detail in _without_repeats(details, exercise))
        + "".join(f"\n\n{belief}" for belief in _beliefs(causes))
        + "\n\n"
        + _reading(exercise, verdicts)
        + _ending(exercise, verdicts, causes, explained)
    )


def _beliefs(causes: Causes) -> list[str]:
    """What is believed earlier, where it accounts for a failure or may do so, and what is believed here."""
    earlier = [
        _belief(same, "WHY" if each.checks is not None else "PERHAPS WHY")
        for each in causes.earlier
        for same in _by_belief(each.beliefs)
    ]
    return earlier + [_belief(same, "WHY") for same in _by_belief(causes.own)]


def _by_belief(diagnoses: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """In the order of the tasks; what is believed of several tasks in the same words stands together."""
    found: dict[object, list[Diagnosis]] = {}
    for diagnosis in sorted(diagnoses, key=_place):
        m = diagnosis.misconception
        found.setdefault((m.belief, m.explanation), []).append(diagnosis)
    return list(found.values())


def _place(diagnosis: Diagnosis) -> int:
    m = diagnosis.misconception
    return [task.name for task in read_catalogue()[m.exercise].tasks].index(m.task)


def _belief(diagnoses: Sequence[Diagnosis], heading: str) -> str:
    """What the failures tell of what was believed, of one task or of several, and why it is not so."""
    m = diagnoses[0].misconception
    where = f"exercise {m.exercise}, {m.task}"
    _, *parts = told(m)
    others = [diagnosis.misconception for diagnosis in diagnoses[1:]]
    parts += [f"It is the same in {other.task}: {other.title[0].lower()}{other.title[1:]}." for other in others]
    alike = [part for diagnosis in diagnoses for part in _others(diagnosis)]
    heading = _headed(heading, BLUE, f"{m.title} ({where}).")
    return "\n\n".join([heading, *(wrapped(part, MARGIN) for part in parts), *alike])


def _others(diagnosis: Diagnosis) -> list[str]:
    """What else would show the same, where there is such a thing."""
    titles = [wrapped(f"- {other.title}.", MARGIN, f"{MARGIN}  ") for other in diagnosis.alternatives]
    return ["\n".join([f"{MARGIN}Other mistakes look the same to these checks:", *titles])] if titles else []


def _line(verdict: Verdict) -> str:
    word = verdict.status.word
    return _headed(word, COLOURS.get(verdict.status.colour), verdict.check.title, " " * (STATUS - len(word)))


def _heading(verdict: Verdict) -> str:
    word = verdict.status.word.upper()
    return _headed(word, COLOURS.get(verdict.status.colour), f"{verdict.check.task}: {verdict.check.title}")


def _headed(word: str, colour: int | None, text: str, margin: str = "") -> str:
    """A coloured word and a sentence that hangs beside it."""
    room = " " * (len(margin) + len(word) + 2)
    lines = wrapped(text, room)
    return margin + (coloured(word, colour) if colour else word) + lines[len(margin) + len(word) :]


def _without_repeats(verdicts: Sequence[Verdict], exercise: Exercise) -> list[str]:
    """Each in full; tasks that are stopped by the same thing at the same place are only named under the first."""
    details: dict[object, str] = {}
    for verdict in verdicts:
        cause = _cause(verdict)
        if cause in details:
            details[cause] += f"\n\nAlso stopped by this: {verdict.check.task}."
        else:
            details[cause] = f"{_heading(verdict)}\n\n{explain(verdict, exercise, wrapped)}"
    return list(details.values())


def _cause(verdict: Verdict) -> object:
    """Equal where the same thing happened at the same place; what is in the check itself is a place of its own."""
    if verdict.status is Status.BLOCKED or verdict.fault is None:
        return verdict.message if verdict.status is Status.BLOCKED else verdict.check.id
    places = [frame for frame in verdict.fault.frames if frame.file not in (PROBE_FILE, OBSERVED)]
    elsewhere = verdict.fault.during == "import" or places
    return (verdict.message, places[-1] if places else None) if elsewhere else verdict.check.id


def _is_untouched(verdict: Verdict) -> bool:
    """Also where the check first runs into another stub of the same exercise."""
    return verdict.status is Status.NOT_ATTEMPTED or verdict.blocked_by == verdict.check.exercise


def _reading(exercise: Exercise, verdicts: Sequence[Verdict]) -> str:
    """What there is to read for somebody who is done."""
    if any(v.status is not Status.PASSED for v in verdicts):
        return ""
    sources = [wrapped(f"- {source}", MARGIN, f"{MARGIN}  ") for source in exercise.reading]
    return "\n".join(["To read more about it:", *sources]) + "\n\n"


def _ending(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    passed = sum(v.status is Status.PASSED for v in verdicts)
    line = f"{passed} of {len(verdicts)} checks pass."
    ending = wrapped(f"{line} {_next_step(exercise, verdicts, causes, explained)}")
    return ending.replace(line, coloured(line, GREEN), 1) if passed == len(verdicts) else ending


def _next_step(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    n = exercise.number
    following = "make progress" if n == max(read_catalogue()) else f"make test-exercise-{n + 1}"
    if are_right_but_too_deep(verdicts):
        return f"{TOO_DEEP} You can go on; the next command is {following}."
    if any(v.status is not Status.PASSED for v in verdicts):
        return _what_to_do(exercise, verdicts, causes, explained)
    return f"{_comparison(exercise)}Next: {following}."


def _comparison(exercise: Exercise) -> str:
    """An offer to compare, where there is something to compare with."""
    if not SOLUTIONS.exists():
        return ""
    style = " and one in another style" if exercise.wheats.exists() else ""
    return f"Compare yours with the worked answer{style}: make solution-{exercise.number}. "


def _what_to_do(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    n = exercise.number
    blocker = _blocker(exercise, verdicts)
    untouched = [t.name for t in exercise.tasks if all(_is_untouched(v) for v in verdicts if v.check.task == t.name)]
    if len(untouched) == len(exercise.tasks):
        return f"Open {exercise.file}: the lesson stands at its top, then write {untouched[0]}."
    if blocker:
        return f"Exercise {blocker} comes first: make test-exercise-{blocker}."
    if causes.earlier:
        return _what_comes_first(verdicts, causes)
    if all(v.fault is not None and v.fault.type == "SyntaxError" for v in verdicts):
        return "Mend that line and run again."
    hint = f"make hint-{n} says a little more each time."
    return f"make explain-{n} shows where it goes wrong; {hint}" if explained else hint


def _blocker(exercise: Exercise, verdicts: Sequence[Verdict]) -> int | None:
    """The first of the earlier exercises without which checks cannot be run."""
    found = {v.blocked_by for v in verdicts if v.blocked_by not in (None, exercise.number)}
    return min((number for number in found if number), default=None)


def _what_comes_first(verdicts: Sequence[Verdict], causes: Causes) -> str:
    """Which earlier exercise to repair, and why."""
    first = causes.earlier[0]
    do = f"make test-exercise-{first.number}"
    if first.checks is None:
        return f"Exercise {first.number} does not pass either; repair it first: {do}."
    failing = sum(v.status.is_wrong for v in verdicts)
    share = "what fails" if len(first.checks) == failing else f"{len(first.checks)} of the {failing} checks that fail"
    return f"Exercise {first.number} is behind {share} here; repair it first: {do}."

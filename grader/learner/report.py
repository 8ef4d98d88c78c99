"""Verdicts as text that a learner reads. ASCII alone, so that every console shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from grader.learner.catalogue import read_catalogue
from grader.learner.paths import DESK, SOLUTIONS
from grader.learner.probing import OBSERVED, PROBE_FILE
from grader.learner.records import Check, Diagnosis, Exercise, Fault, Status, Verdict
from grader.learner.terminal import BLUE, BROWN, GREEN, RED, coloured, wrapped

COLOURS = {
    Status.PASSED: GREEN,
    Status.FAILED: RED,
    Status.CRASHED: RED,
    Status.TIMED_OUT: RED,
    Status.BLOCKED: BROWN,
}
STATUS = 13  # columns
MARGIN = "    "
PRINTED_LINES = 15
NOT_RUN = "Not run: an earlier check of this task did not end."


def explain(verdict: Verdict, exercise: Exercise, fit: Callable[[str], str] = str) -> str:
    """One verdict in full: what was run, what came out, what was expected, and the learner's own lines.

    `fit` makes lines of a sentence, for a terminal.
    """
    parts = ["\n".join(map(fit, verdict.message.split("\n")))] if verdict.message else []
    imported = verdict.fault is None or verdict.fault.during != "import"
    if imported and verdict.message != NOT_RUN and verdict.status not in (Status.NOT_ATTEMPTED, Status.BLOCKED):
        parts.append(_snippet(verdict.check, exercise))
    parts += [_table(verdict)] if verdict.differences else []
    if verdict.fault is not None and verdict.status is not Status.BLOCKED:
        parts.append(_traceback(verdict.fault))
    if verdict.printed.strip():
        parts.append(_printed(verdict.printed))
    return "\n\n".join(part for part in parts if part)


def _snippet(check: Check, exercise: Exercise) -> str:
    code = check.probe.code if check.probe.code.strip() else ""
    lines = [f"from {exercise.module} import *", *code.splitlines()]
    return "Run:\n" + "\n".join((MARGIN + line).rstrip() for line in lines)


def _table(verdict: Verdict) -> str:
    blocks = [
        f"{MARGIN}{d.expression}\n{MARGIN}    expected {d.expected}\n{MARGIN}    got      {d.got}"
        for d in verdict.differences
    ]
    return "Then:\n" + "\n".join(blocks)


def _traceback(fault: Fault) -> str:
    places = {PROBE_FILE: "in the lines above", OBSERVED: "asked afterwards for"}
    lines: list[str] = []
    again = False
    for before, frame in zip([None, *fault.frames], fault.frames, strict=False):
        if frame == before:
            lines += [] if again else [f"{MARGIN}and so on, again and again"]
            again = True
            continue
        function = "" if frame.function in ("", "<module>") else f", in {frame.function}"
        where = places.get(frame.file) or f"{frame.file}, line {frame.line}{function}"
        lines += [f"{MARGIN}{where}", f"{MARGIN}    {frame.text}"]
    if fault.caret:
        lines.append(f"{MARGIN}    {fault.caret}")
    return "Where:\n" + "\n".join(lines) if lines else ""


def _printed(text: str) -> str:
    lines = text.rstrip().splitlines()
    cut = [f"... and {len(lines) - PRINTED_LINES} more lines"] if len(lines) > PRINTED_LINES else []
    return "Printed:\n" + "\n".join(MARGIN + line for line in lines[:PRINTED_LINES] + cut)


def exercise_report(
    exercise: Exercise,
    verdicts: Sequence[Verdict],
    earlier: int | None = None,
    diagnoses: Sequence[Diagnosis] = (),
    explained: bool = False,
) -> str:
    """A line per check, the first failure of each task in full with the belief behind it, the sum, what to do next.

    `earlier` is the first exercise before this one that does not pass, if there is one; the diagnoses are then of it.
    `explained` says whether `make explain-N` has something to show.
    """
    parts = [click.style(f"Exercise {exercise.number}: {exercise.title}", bold=True) + "\n"]
    shown: set[str] = set()
    details = []
    for task in exercise.tasks:
        parts.append(task.name)
        for verdict in (v for v in verdicts if v.check.task == task.name):
            parts.append(_line(verdict))
            if verdict.status is not Status.PASSED and not _is_untouched(verdict) and task.name not in shown:
                shown.add(task.name)
                details.append(f"{_heading(verdict)}\n\n{explain(verdict, exercise, wrapped)}")
    return (
        "\n".join(parts)
        + "".join(f"\n\n{detail}" for detail in _without_repeats(details))
        + "".join(f"\n\n{_belief(diagnosis)}" for diagnosis in diagnoses)
        + "\n\n"
        + _ending(exercise, verdicts, earlier, explained)
    )


def _belief(diagnosis: Diagnosis) -> str:
    """What the failures tell of what was believed, and why it is not so."""
    m = diagnosis.misconception
    where = f"exercise {m.exercise}, {m.task}"
    heading = _headed("WHY", BLUE, f"{m.title} ({where}).")
    parts = [f'Perhaps you thought: "{m.belief}"', m.explanation, f"Ask yourself: {m.question}"]
    return "\n\n".join([heading, *(wrapped(part, MARGIN) for part in parts), *_others(diagnosis)])


def _others(diagnosis: Diagnosis) -> list[str]:
    """What else would show the same, where there is such a thing."""
    titles = [wrapped(f"- {other.title}.", MARGIN, f"{MARGIN}  ") for other in diagnosis.alternatives]
    return ["\n".join([f"{MARGIN}Other mistakes look the same to these checks:", *titles])] if titles else []


def _line(verdict: Verdict) -> str:
    word = verdict.status.value
    return _headed(word, COLOURS.get(verdict.status), verdict.check.title, " " * (STATUS - len(word)))


def _heading(verdict: Verdict) -> str:
    word = verdict.status.value.upper()
    return _headed(word, COLOURS.get(verdict.status), f"{verdict.check.task}: {verdict.check.title}")


def _headed(word: str, colour: int | None, text: str, margin: str = "") -> str:
    """A coloured word and a sentence that hangs beside it."""
    room = " " * (len(margin) + len(word) + 2)
    lines = wrapped(text, room)
    return margin + (coloured(word, colour) if colour else word) + lines[len(margin) + len(word) :]


def _without_repeats(details: list[str]) -> list[str]:
    """When several tasks are blocked or crashed by the same thing, say it once."""
    seen: set[str] = set()
    kept = []
    for detail in details:
        body = detail.partition("\n\n")[2]
        key = body.partition("\n\nRun:")[0] if "\n\nWhere:" in body else body
        kept.append(detail if key not in seen else detail.partition("\n\n")[0] + "\n\nThe same as above.")
        seen.add(key)
    return kept


def _is_untouched(verdict: Verdict) -> bool:
    """Also where the check first runs into another stub of the same exercise."""
    own = f"exercise {verdict.check.exercise}"
    return verdict.status is Status.NOT_ATTEMPTED or verdict.blocked_by == own


def _ending(exercise: Exercise, verdicts: Sequence[Verdict], earlier: int | None, explained: bool) -> str:
    passed = sum(v.status is Status.PASSED for v in verdicts)
    line = f"{passed} of {len(verdicts)} checks pass."
    ending = wrapped(f"{line} {_next_step(exercise, verdicts, earlier, explained)}")
    return ending.replace(line, coloured(line, GREEN), 1) if passed == len(verdicts) else ending


def _next_step(exercise: Exercise, verdicts: Sequence[Verdict], earlier: int | None, explained: bool) -> str:
    n = exercise.number
    blockers = sorted({v.blocked_by for v in verdicts if v.blocked_by})
    if all(v.status is Status.PASSED for v in verdicts):
        following = "make progress" if n == max(read_catalogue()) else f"make test-exercise-{n + 1}"
        compare = f" (compare with make solution-{n})" if SOLUTIONS.exists() else ""
        return f"Next: {following}{compare}."
    untouched = [t.name for t in exercise.tasks if all(_is_untouched(v) for v in verdicts if v.check.task == t.name)]
    if len(untouched) == len(exercise.tasks):
        return f"Open {DESK / exercise.module}.py: the lesson stands at its top, then write {untouched[0]}."
    if blockers and blockers[0] != f"exercise {n}":
        return f"{blockers[0].capitalize()} comes first: make test-{blockers[0].replace(' ', '-')}."
    if earlier is not None:
        return f"Exercise {earlier} does not pass either; repair it first: make test-exercise-{earlier}."
    if all(v.fault is not None and v.fault.type == "SyntaxError" for v in verdicts):
        return "Mend that line and run again."
    hint = f"make hint-{n} says a little more each time."
    return f"make explain-{n} shows where it goes wrong; {hint}" if explained else hint

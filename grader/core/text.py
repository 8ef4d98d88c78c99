"""Text that people read: a verdict in full, and what strangers wrote, made harmless."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from grader.core.probing import OBSERVED, PROBE_FILE
from grader.core.records import Exercise, Fault, Probe, Status, Verdict

MARGIN = "    "
PRINTED_LINES = 15
FEW, WIDE = 2, 60  # rows and characters of a table that stands on one line
NOT_RUN = "Not run: an earlier check did not end."


def explain(verdict: Verdict, exercise: Exercise, fit: Callable[[str], str] = str) -> str:
    """One verdict in full: what was run, what came out, what was expected, and the learner's own lines.

    `fit` makes lines of a sentence, for a terminal.
    """
    return "\n\n".join(parts_of(verdict, exercise, fit))


def parts_of(verdict: Verdict, exercise: Exercise, fit: Callable[[str], str] = str) -> list[str]:
    """The same in parts: the message, where there is one, and what stands below a heading of its own."""
    parts = ["\n".join(map(fit, verdict.message.split("\n")))] if verdict.message else []
    imported = verdict.fault is None or verdict.fault.during != "import"
    if imported and verdict.message != NOT_RUN and verdict.status.is_known:
        parts.append(_snippet(verdict.check.probe, exercise))
    parts += [_table(verdict)] if verdict.differences else []
    if verdict.fault is not None and verdict.status is not Status.BLOCKED:
        parts.append(_traceback(verdict.fault))
    if verdict.printed.strip():
        parts.append(_printed(verdict.printed))
    return [part for part in parts if part]


def explain_fault(message: str, fault: Fault, probe: Probe, exercise: Exercise, fit: Callable[[str], str] = str) -> str:
    """What ended a probe that no check asks for, in full."""
    run = [_snippet(probe, exercise)] if fault.during != "import" else []
    return "\n\n".join(filter(None, [fit(message), *run, _traceback(fault)]))


def _snippet(probe: Probe, exercise: Exercise) -> str:
    code = probe.code if probe.code.strip() else ""
    lines = [f"from {exercise.module} import *", *code.splitlines()]
    return "Run:\n" + "\n".join((MARGIN + line).rstrip() for line in lines)


def _table(verdict: Verdict) -> str:
    blocks = [
        f"{MARGIN}{d.expression}\n{_beside('expected', d.expected)}\n{_beside('got', d.got)}"
        for d in verdict.differences
    ]
    return "Then:\n" + "\n".join(blocks)


def _beside(word: str, value: str) -> str:
    """A word and a value; a table that is long or has several rows stands below itself, row by row."""
    start = f"{MARGIN}    {word:8} "
    rows = rows_of(value)
    if len(rows) <= FEW and len(value) <= WIDE:
        return start + value
    return start + ("\n" + " " * len(start)).join(rows)


def rows_of(shown: str) -> list[str]:
    """A list of lists, as it is shown, in its rows: '[[1, 2],' and ' [3]]'; anything else as it is."""
    if not shown.startswith("[["):
        return [shown]
    rows, depth, begin = [], 0, 0
    for place, sign in enumerate(shown):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 1:
            rows.append(shown[begin : place + 1])
            begin = place + 1
    return [*rows, shown[begin:]]


def _traceback(fault: Fault) -> str:
    places = {PROBE_FILE: "in the lines above", OBSERVED: "in what the check looks at afterwards"}
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


class Belief(Protocol):
    """What a belief is told by: a misconception, or one that a report names."""

    @property
    def title(self) -> str: ...
    @property
    def belief(self) -> str: ...
    @property
    def explanation(self) -> str: ...
    @property
    def question(self) -> str: ...


def told(belief: Belief) -> tuple[str, str, str, str]:
    """A belief as paragraphs: its title, what was perhaps thought, why that is not so, and a question."""
    thought, question = f'Perhaps you thought: "{belief.belief}"', f"Ask yourself: {belief.question}"
    return f"Why: {belief.title}.", thought, belief.explanation, question


def harmless(text: str) -> str:
    """Text with everything that could steer a terminal replaced."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def printable(text: str) -> str:
    """What somebody else wrote, harmless and of a bounded length."""
    kept = harmless(text)
    return kept if len(kept) <= 4_000 else kept[:4_000] + "\n..."


def escaped(text: str) -> str:
    """Text in which Markdown finds no sign of its own, on one line."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-!|" else c for c in printable(text).replace("\n", " "))

"""`make explain-N`: the simplest expression on which a learner's code differs, and where in its graph it first does."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError, words_of
from grader.core.judging import apart, judge_fault, same, show
from grader.core.paths import BUILD, DESK
from grader.core.records import Exercise, Fault, Node, Probe, Sketch, Status, are_right_but_too_deep
from grader.learner.exercises import is_wrong, must_exist, run, where
from grader.learner.explanation import ABS, REL, Explanation, shares_of, sketches
from grader.learner.prober import STAND_IN, InProcess, in_process
from grader.learner.recording import places_in_memory, probe_of, step_alone, step_twice
from grader.learner.report import TOO_DEEP
from grader.learner.terminal import wrapped

if TYPE_CHECKING:
    from minigrad_reference.drawing.shares import Flaw

SECONDS = 1.0  # per sketch
PATIENCE = 10.0  # seconds for all of them
PATIENCE_OF_EXPLAIN = 60.0  # of somebody who has asked
SHOWS, NOTHING = 17, 18  # exit codes that nobody else gives
FOLDER = BUILD / "explain"
ROOT = Path(__file__).absolute().parents[2]


def simplest(exercise: Exercise, folder: Path = DESK) -> Explanation | None:
    """The first sketch on which the code in a folder differs; one that only a stub stops is the last choice."""
    process = in_process(folder, SECONDS)
    stopped = None
    for sketch in sketches(exercise):
        with redirect_stdout(io.StringIO()):  # what the code prints, at every sketch again
            explanation = _explanation(process, exercise, sketch)
        if explanation.at_a_stub:
            stopped = stopped or explanation
        elif explanation.differs:
            with redirect_stdout(io.StringIO()):
                return _with_events(process, exercise, explanation)
    return stopped


def shows(number: int) -> bool:
    """Whether `make explain-N` shows more than the checks do."""
    return _asked_apart(number, PATIENCE) == SHOWS


def _asked_apart(number: int, seconds: float) -> int | None:
    """SHOWS or NOTHING, of another process, unless the code ends it; None where it holds it up."""
    if STAND_IN:
        return exit_code(number)  # a page in a browser ends it from outside
    here = f"import sys; sys.path.append({str(ROOT)!r})"  # last, as in __main__.py
    ask = f"{here}; from grader.learner.explain import exit_code; raise SystemExit(exit_code({number}))"
    command = [sys.executable, "-I", "-c", ask]
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    return result.returncode


def exit_code(number: int) -> int:
    """SHOWS where a sketch differs and points at something."""
    found = simplest(read_catalogue()[number])
    return SHOWS if found is not None and found.points_at_something else NOTHING


def _explanation(process: InProcess, exercise: Exercise, sketch: Sketch) -> Explanation:
    asked, _ = process.observe(exercise.module, sketch.probe)
    order: object = []
    if sketch.order and asked.fault is None:
        told, _ = process.observe(exercise.module, Probe(sketch.snippet, (sketch.order,)))
        order = told.values.get(sketch.order)
    return Explanation(sketch, asked.values, asked.fault, tuple(order) if isinstance(order, list) else ())


def _with_events(process: InProcess, exercise: Exercise, found: Explanation) -> Explanation:
    """The explanation with what the way back did, where its gradients are wrong."""
    if found.fault is not None or not any(found.wrong_grad(node) for node in found.sketch.nodes):
        return found
    seen, _ = process.observe(exercise.module, probe_of(found.sketch))
    found = replace(found, events=seen.values.get("seen_events"))
    node, _ = found.first
    flaw = found.flaw(node) if node is not None and found.wrong_grad(node) else None
    aliases = _aliases(process, exercise, found.sketch)
    if node is None or flaw is None or aliases:
        return replace(found, aliases=aliases)
    if flaw.before is not None:
        return replace(found, replaces=_replaces(process, exercise, found.sketch, node, flaw))
    if flaw.times > 1:
        enlarges = _enlarges(process, exercise, found.sketch, node, flaw)
        return replace(found, repeats=_repeats(found, node, flaw), enlarges=enlarges)
    return found


def _aliases(process: InProcess, exercise: Exercise, sketch: Sketch) -> tuple[tuple[str, str], ...]:
    """The values that are one object with an earlier one, and with which: what both receive is in one gradient."""
    if not all(node.grad == f"{node.name}.grad" for node in sketch.nodes):  # some are no Values
        return ()
    probe = places_in_memory(sketch)
    seen, _ = process.observe(exercise.module, probe)
    places = seen.values.get(probe.observe[0])
    if not isinstance(places, list):
        return ()
    first: dict[object, str] = {}
    named = [(node.name, first.setdefault(place, node.name)) for node, place in zip(sketch.nodes, places, strict=True)]
    return tuple(pair for pair in named if pair[0] != pair[1])


def _replaces(process: InProcess, exercise: Exercise, sketch: Sketch, node: Node, flaw: Flaw[str]) -> bool:
    """Whether what a gradient lacks was overwritten: a share that was never passed on looks the same."""
    asked, _ = process.observe(exercise.module, step_twice(sketch, flaw.giver, node))
    first, second = asked.values.get("seen_first"), asked.values.get(node.grad)
    return asked.fault is None and isinstance(first, float) and first == second


def _repeats(found: Explanation, node: Node, flaw: Flaw[str]) -> bool:
    """Whether what a gradient has too much was passed on again: the step behind it was called as often."""
    places = {each.name: place for place, each in enumerate(found.sketch.nodes)}
    events = found.events if isinstance(found.events, list) else []
    calls = [changes for place, _, changes in events if place == places[flaw.giver]]
    return sum(any(changed == places[node.name] for changed, *_ in changes) for changes in calls) == flaw.times


def _enlarges(process: InProcess, exercise: Exercise, sketch: Sketch, node: Node, flaw: Flaw[str]) -> bool:
    """Whether one turn of the step behind it adds all that a gradient has too much.

    There are many reasons for that: x in place of 1 is twice as much where x is 2.
    """
    giver = next(each for each in sketch.nodes if each.name == flaw.giver)
    asked, _ = process.observe(exercise.module, step_alone(sketch, giver))
    passed = sum(share for consumer, share in shares_of(sketch, node.name) if consumer == flaw.giver)
    return asked.fault is None and same(flaw.times * passed, asked.values.get(node.grad), REL, ABS)


def as_text(explanation: Explanation) -> str:
    """The sketch, every number in it, and where the first wrong one is, for a terminal."""
    sketch = explanation.sketch
    lines = ["The simplest expression on which your code differs:", ""]
    lines += [f"    {line}" for line in sketch.snippet.splitlines()] + [""]
    rows = [("value", "data", "grad" if any(node.grad for node in sketch.nodes) else "")]
    rows += [
        (
            node.name,
            _cell(explanation, node.data, node.expected_data),
            _cell(explanation, node.grad, node.expected_grad),
        )
        for node in sketch.nodes
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines += ["    " + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", *map(wrapped, _where(explanation))]) + "\n"


def _cell(explanation: Explanation, expression: str, expected: object) -> str:
    if not expression:
        return ""
    if not explanation.is_wrong(expression, expected):
        return show(expected, 6)
    right, got = apart(expected, explanation.got.get(expression), 6)
    return f"{got} (expected {right})"


def _where(explanation: Explanation) -> Iterator[str]:
    """Sentences that say where it first goes wrong."""
    sketch = explanation.sketch
    node, edges = explanation.first
    if node is not None and explanation.wrong_data(node):
        made = f", which should be the result of {node.op}" if node.op else ""
        yield f"It first goes wrong in {node.name}{made}."
    elif node is not None:
        received: dict[str, list[str]] = {}
        for consumer, share in shares_of(sketch, node.name):
            if share:
                received.setdefault(consumer, []).append(show(share, 6))
        shares = [f"{' and '.join(its)} from {consumer}" for consumer, its in received.items()]
        way = ", ".join(f"from {result} back to {operand}" for operand, result in edges)
        yield f"On the way back it first goes wrong {way or 'in ' + node.name}."
        if shares:
            yield f"{node.name} should receive {' and '.join(shares)}."
        yield from (f"{name} is {other} itself, so both gradients are one." for name, other in explanation.aliases)
        yield from _flaw_of(explanation, node)
    if explanation.edges is not None:
        missing = [e for e in sketch.expected_edges if e not in explanation.edges]
        extra = [e for e in explanation.edges if e not in sketch.expected_edges]
        yield from (f"The edge from {a} to {b} is missing in the graph." for a, b in missing)
        yield from (f"The graph has an edge from {a} to {b} that should not be there." for a, b in extra)
    if explanation.order and node is not None:
        yield from [f"Your backward order: {', '.join(explanation.called)}."] * bool(explanation.called)
        yield from (f"The step of {name} is never called." for name in explanation.never_called)
        for operand, result in explanation.too_early:
            yield f"There {operand} comes before {result}, which uses it: too early, its gradient is not complete yet."


def _flaw_of(explanation: Explanation, node: Node) -> Iterator[str]:
    """How a gradient went wrong, where its number tells."""
    from minigrad_reference.drawing.shares import TIMES

    found = explanation.flaw(node)
    if found and found.before is not None:
        yield from ["The last of these has replaced what was there; it is to be added."] * explanation.replaces
    elif found and found.times > 1:
        yield from [f"What {found.giver} passes back has arrived {TIMES[found.times]}."] * explanation.repeats
        single = f"A single turn of the step of {found.giver} adds {TIMES[found.times]} what it should."
        yield from [single] * explanation.enlarges
    elif not any(node.name in other.operands for other in explanation.sketch.nodes) and node.expected_grad == 1:
        given = f"{node.grad} = 1.0" in explanation.sketch.snippet
        begins = f"The way back begins in {node.name}: its gradient has to be set to 1."
        stays = f"The lines above set {node.grad} to 1, and so it stays: a step changes its operands' gradients alone."
        yield stays if given else begins


def explain_exercise(exercise: Exercise) -> str:
    """Draw the simplest counter-example into build/explain and say in words what it shows."""
    said, found = in_words(exercise)
    return said if found is None else said + "\n" + _drawn(found, exercise)


def _testing(exercise: Exercise) -> str:
    """The command that runs the checks on the files that were explained."""
    return f"make test-exercise-{exercise.number}{where()}"


def in_words(exercise: Exercise) -> tuple[str, Explanation | None]:
    """What there is to say, and the explanation where it can be drawn. Raises KataError where the code does not end."""
    must_exist(exercise)
    ended = _asked_apart(exercise.number, PATIENCE_OF_EXPLAIN)
    if ended not in (SHOWS, NOTHING):
        what = "does not end" if ended is None else "ends Python itself"
        raise KataError(f"Your code {what}, so nothing can be drawn; {_testing(exercise)} shows where.")
    found = simplest(exercise)
    if found is None:
        verdicts = run(exercise)
        where = f"{_testing(exercise)} shows"
        if are_right_but_too_deep(verdicts):
            told = f"There is nothing to draw. {TOO_DEEP} You can go on; {where} where it ends."
        elif is_wrong(verdicts):
            told = f"None of the expressions that this command tries shows it; {where} the checks that fail."
        else:
            told = f"There is nothing to explain: exercise {exercise.number} is right as far as it is written."
        return f"{wrapped(told)}\n", None
    if found.fault is not None:
        return _stopped(found, found.fault, exercise), None
    return as_text(found), found


def _stopped(found: Explanation, fault: Fault, exercise: Exercise) -> str:
    """Where there are no numbers to draw: what the report of a check says of such a fault."""
    from grader.core.text import explain_fault

    ending = judge_fault(fault, exercise)
    if ending.status is Status.BLOCKED:  # by a stub, of this exercise or of an earlier one
        return f"{wrapped(ending.message)}\n"
    told = explain_fault(ending.message, fault, found.sketch.probe, exercise, wrapped)
    return f"There are no numbers to draw.\n\n{told}\n"


def _drawn(found: Explanation, exercise: Exercise) -> str:
    from grader.learner.picture import picture
    from minigrad_reference.drawing.render import render

    FOLDER.mkdir(parents=True, exist_ok=True)
    files: list[Path] = [FOLDER / f"exercise-{exercise.number}.{kind}" for kind in ("svg", "png")]
    for path in files:
        with words_of(RuntimeError):
            render(picture(found), path)
    return f"{wrapped(f'The picture: {files[0]} and {files[1].name}.')}\n" + _stepped(found, exercise)


def _stepped(found: Explanation, exercise: Exercise) -> str:
    """The page that plays the sketch, where it is one that can be played."""
    from grader.learner.picture import sketch_page

    page = sketch_page(found)
    if page is None:
        return ""
    path = page.write(FOLDER / f"exercise-{exercise.number}.html")
    return f"{wrapped(f'Step by step, in a browser: {path}.')}\n"

"""`make explain-N`: the simplest expression on which a learner's code differs, and where in its graph it first does."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.catalogue import read_catalogue
from grader.core.judging import judge, same, show
from grader.core.paths import BUILD, DESK, LADDER, PUBLIC
from grader.core.probing import Desk
from grader.core.records import Check, Exercise, Fault, Node, Observation, Probe, Sketch, Status, are_right_but_too_deep
from grader.learner.report import TOO_DEEP
from grader.learner.terminal import wrapped

if TYPE_CHECKING:
    from minigrad_reference.drawing.shares import Slip

SECONDS = 1.0  # per sketch
PATIENCE = 10.0  # seconds for all of them
SHOWS = 17  # an exit code that nobody else gives
REL, ABS = 1e-6, 1e-9
FOLDER = BUILD / "explain"


@dataclass(frozen=True)
class Explanation:
    """A sketch beside what the learner's code shows; `order` is the learner's own, empty where it cannot be had."""

    sketch: Sketch
    got: dict[str, Any]
    fault: Fault | None = None
    order: tuple[str, ...] = ()

    def is_wrong(self, expression: str, expected: Any) -> bool:
        return bool(expression) and not same(expected, self.got.get(expression), REL, ABS)

    def wrong_data(self, node: Node) -> bool:
        return self.is_wrong(node.data, node.expected_data)

    def wrong_grad(self, node: Node) -> bool:
        return self.is_wrong(node.grad, node.expected_grad)

    @property
    def edges(self) -> list[list[str]] | None:
        """The pairs (operand, result) in the learner's graph; None where the exercise does not ask for them."""
        found = self.got.get(self.sketch.edges)
        return found if isinstance(found, list) else None

    @property
    def differs(self) -> bool:
        wrong = any(self.wrong_data(node) or self.wrong_grad(node) for node in self.sketch.nodes)
        return wrong or self.fault is not None or (self.edges is not None and self.edges != self.sketch.expected_edges)

    @property
    def at_a_stub(self) -> bool:
        """Whether what is not written yet kept it from showing anything."""
        return self.fault is not None and self.fault.type == NotImplementedError.__name__

    @property
    def first(self) -> tuple[Node | None, tuple[tuple[str, str], ...]]:
        """Where it first goes wrong: the node, and the edges (operand, result) over which it does.

        Data goes wrong on the way forward, from operands to results; gradients on the way back.
        """
        for node in self.sketch.nodes:
            if self.wrong_data(node):
                return node, tuple((operand, node.name) for operand in node.operands)
        for node in reversed(self.sketch.nodes):
            if self.wrong_grad(node):
                return node, tuple(self._lost(node))
        return None, ()

    @property
    def too_early(self) -> list[tuple[str, str]]:
        """The pairs (operand, result) of which the learner's backward order has the operand first."""
        place = {name: i for i, name in enumerate(reversed(self.order))}
        return [
            (operand, node.name)
            for node in self.sketch.nodes
            for operand in dict.fromkeys(node.operands)
            if place.get(operand, len(place)) < place.get(node.name, 0)
        ]

    def slip(self, node: Node) -> Slip[str] | None:
        """Which consumer accounts for a wrong gradient, where one does."""
        from minigrad_reference.drawing.shares import slip  # a check run does without the drawing

        got = self.got.get(node.grad)
        received: dict[str, list[tuple[str, float]]] = {}
        for consumer, share in shares_of(self.sketch, node.name):
            received.setdefault(consumer, []).append((consumer, share))
        arriving = [share for shares in reversed(received.values()) for share in shares]
        return slip(arriving, got) if isinstance(got, float) else None

    def _lost(self, node: Node) -> Iterator[tuple[str, str]]:
        """The edge over which a gradient goes wrong; where no single one accounts for it, all of them."""
        found = self.slip(node)
        consumers = [found.giver] if found else dict.fromkeys(c for c, _ in shares_of(self.sketch, node.name))
        yield from ((node.name, consumer) for consumer in consumers)


def shares_of(sketch: Sketch, name: str) -> Iterator[tuple[str, float]]:
    """What each consumer of a node adds to its gradient, (consumer, share), once for every use."""
    for consumer in sketch.nodes:
        shares = consumer.passed or (0.0,) * len(consumer.operands)
        for operand, share in zip(consumer.operands, shares, strict=True):
            if operand == name:
                yield consumer.name, share


def sketches(exercise: Exercise) -> list[Sketch]:
    """The sketches of an exercise, the simplest first."""
    content = json.loads((PUBLIC / LADDER).read_text(encoding="utf-8"))
    return [_sketch(entry) for entry in content if entry["exercise"] == exercise.number]


def _sketch(entry: dict[str, Any]) -> Sketch:
    nodes = tuple(
        Node(**{**node, "operands": tuple(node["operands"]), "passed": tuple(node["passed"])})
        for node in entry["nodes"]
    )
    return Sketch(**{**entry, "nodes": nodes})


def simplest(exercise: Exercise, folder: Path = DESK) -> Explanation | None:
    """The first sketch on which the code in a folder differs; one that only a stub stops is the last choice."""
    desk = Desk(folder)
    stopped = None
    for sketch in sketches(exercise):
        with redirect_stdout(io.StringIO()):  # what the code prints, at every sketch again
            explanation = _explanation(desk, exercise, sketch)
        if explanation.at_a_stub:
            stopped = stopped or explanation
        elif explanation.differs:
            return explanation
    return stopped


def shows(number: int) -> bool:
    """Whether `make explain-N` has something to show; asked in another process, which the code may end or hold up."""
    ask = f"from grader.learner.explain import exit_code; raise SystemExit(exit_code({number}))"
    command = [sys.executable, "-c", ask]
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == SHOWS


def exit_code(number: int) -> int:
    """SHOWS where a sketch differs and not only because of a stub."""
    found = simplest(read_catalogue()[number])
    return SHOWS if found is not None and not found.at_a_stub else 0


def _explanation(desk: Desk, exercise: Exercise, sketch: Sketch) -> Explanation:
    asked = Observation.from_json(desk.observe(exercise.module, sketch.snippet, list(sketch.observe), SECONDS))
    order: Any = []
    if sketch.order and asked.fault is None:
        order = (
            desk.observe(exercise.module, sketch.snippet, [sketch.order], SECONDS).get("values", {}).get(sketch.order)
        )
    return Explanation(sketch, asked.values, asked.fault, tuple(order) if isinstance(order, list) else ())


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


def _cell(explanation: Explanation, expression: str, expected: Any) -> str:
    if not expression:
        return ""
    if not explanation.is_wrong(expression, expected):
        return show(expected, 6)
    return f"{show(explanation.got.get(expression), 6)} (expected {show(expected, 6)})"


def _where(explanation: Explanation) -> Iterator[str]:
    """Sentences that say where it first goes wrong."""
    sketch = explanation.sketch
    node, edges = explanation.first
    if node is not None and explanation.wrong_data(node):
        yield f"It first goes wrong in {node.name}" + (f", the result of {node.op}." if node.op else ".")
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
        yield from _slipped(explanation, node)
    if explanation.edges is not None:
        missing = [e for e in sketch.expected_edges if e not in explanation.edges]
        extra = [e for e in explanation.edges if e not in sketch.expected_edges]
        yield from (f"The edge from {a} to {b} is missing in the graph." for a, b in missing)
        yield from (f"The graph has an edge from {a} to {b} that should not be there." for a, b in extra)
    if explanation.order and node is not None:
        yield f"Your backward order: {', '.join(reversed(explanation.order))}."
        for operand, result in explanation.too_early:
            yield f"There {operand} comes before {result}, which uses it: too early, its gradient is not complete yet."


def _slipped(explanation: Explanation, node: Node) -> Iterator[str]:
    """How a gradient went wrong, where its number tells."""
    from minigrad_reference.drawing.shares import TIMES

    found = explanation.slip(node)
    if found and found.before is not None:
        yield "The last of these has replaced what was there; it is to be added."
    elif found and found.times > 1:
        yield f"What {found.giver} passes back has arrived {TIMES[found.times]}."
    elif not any(node.name in other.operands for other in explanation.sketch.nodes) and node.expected_grad == 1:
        yield f"The way back begins in {node.name}: its gradient has to be set to 1."


def explain_exercise(exercise: Exercise) -> str:
    """Draw the simplest counter-example into build/explain and say in words what it shows."""
    from grader.learner.exercises import is_wrong, must_exist, run

    must_exist(exercise)
    found = simplest(exercise)
    if found is None:
        verdicts = run(exercise)
        where = f"make test-exercise-{exercise.number} shows"
        if are_right_but_too_deep(verdicts):
            told = f"There is nothing to draw. {TOO_DEEP}: {where} where it ends."
        elif is_wrong(verdicts):
            told = f"No small expression shows it; {where} the checks that fail."
        else:
            told = f"There is nothing to explain: exercise {exercise.number} is right as far as it is written."
        return f"{wrapped(told)}\n"
    if found.fault is not None:
        return _stopped(found, found.fault, exercise)
    return as_text(found) + "\n" + _drawn(found, exercise)


def _stopped(found: Explanation, fault: Fault, exercise: Exercise) -> str:
    """Where there are no numbers to draw: what the report of a check says of such a fault."""
    from grader.core.text import explain

    probe = Probe(found.sketch.snippet, found.sketch.observe)
    check = Check("test_sketch", exercise.number, "", 1, "", probe)
    verdict = judge(check, exercise, Observation({}, fault), {})
    if verdict.status is Status.BLOCKED:  # by a stub, of this exercise or of an earlier one
        return f"{wrapped(verdict.message)}\n"
    return f"There are no numbers to draw.\n\n{explain(verdict, exercise, wrapped)}\n"


def _drawn(found: Explanation, exercise: Exercise) -> str:
    from grader.learner.picture import picture
    from minigrad_reference.drawing.render import render

    FOLDER.mkdir(parents=True, exist_ok=True)
    files: list[Path] = [FOLDER / f"exercise-{exercise.number}.{kind}" for kind in ("svg", "png")]
    for path in files:
        render(picture(found), path)
    return f"{wrapped(f'The picture: {files[0]} and {files[1].name}.')}\n" + _stepped(found, exercise)


def _stepped(found: Explanation, exercise: Exercise) -> str:
    """The page that plays the sketch, where it is one that can be played."""
    from grader.learner.stepping import sketch_page

    page = sketch_page(found)
    if page is None:
        return ""
    path = page.write(FOLDER / f"exercise-{exercise.number}.html")
    return f"{wrapped(f'Step by step, in a browser: {path}.')}\n"

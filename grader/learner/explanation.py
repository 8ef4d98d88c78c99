"""An explanation: a sketch beside what a learner's code shows at it, and where the two first differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core.judging import same
from grader.core.paths import PUBLIC, SKETCHES
from grader.core.records import Exercise, Fault, Node, Sketch

if TYPE_CHECKING:
    from minigrad_reference.drawing.shares import Flaw

REL, ABS = 1e-6, 1e-9


@dataclass(frozen=True)
class Explanation:
    """A sketch beside what the learner's code shows.

    `order` is the learner's own, empty where it cannot be had; `events` what every `_backward` did, None likewise.
    `replaces`: whether the step behind the first wrong gradient was seen to overwrite what is there; `repeats`, whether
    its share was seen to arrive more than once; `enlarges`, whether one turn of that step adds it so many times.
    `aliases`: the values that are no object of their own, each with the name of the one that they are.
    """

    sketch: Sketch
    got: dict[str, object]
    fault: Fault | None = None
    order: tuple[str, ...] = ()
    events: object = None
    replaces: bool = False
    repeats: bool = False
    enlarges: bool = False
    aliases: tuple[tuple[str, str], ...] = ()

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
    def points_at_something(self) -> bool:
        """Whether it shows more than a check does: which of several gradients, operations or edges it is."""
        several = sum(bool(node.op) for node in self.sketch.nodes) > 1
        wrong_grad = any(self.wrong_grad(node) for node in self.sketch.nodes)
        extra = [edge for edge in self.edges or [] if edge not in self.sketch.expected_edges]
        return self.fault is None and (several or wrong_grad or bool(extra))

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
    def called(self) -> tuple[str, ...]:
        """The values in the learner's backward order: those whose steps were called, where the calls were seen."""
        if not isinstance(self.events, list):
            return tuple(reversed(self.order))
        return tuple(self.sketch.nodes[place].name for place, *_ in self.events if place >= 0)

    @property
    def never_called(self) -> list[str]:
        """The results that the learner's order has, and the calls that were seen have not."""
        results = {node.name for node in self.sketch.nodes if node.op}
        return [name for name in reversed(self.order) if name in results and name not in self.called]

    @property
    def too_early(self) -> list[tuple[str, str]]:
        """The pairs (operand, result) of which the learner's backward order has the operand first."""
        place = {name: i for i, name in reversed([*enumerate(self.called)])}
        return [
            (operand, node.name)
            for node in self.sketch.nodes
            for operand in dict.fromkeys(node.operands)
            if place.get(operand, len(place)) < place.get(node.name, 0)
        ]

    def flaw(self, node: Node) -> Flaw[str] | None:
        """Which consumer accounts for a wrong gradient, where one does."""
        from minigrad_reference.drawing.shares import flaw  # a check run does without the drawing

        got = self.got.get(node.grad)
        received: dict[str, list[tuple[str, float]]] = {}
        for consumer, share in shares_of(self.sketch, node.name):
            received.setdefault(consumer, []).append((consumer, share))
        arriving = [share for shares in reversed(received.values()) for share in shares]
        return flaw(arriving, got) if isinstance(got, float) else None

    def _lost(self, node: Node) -> Iterator[tuple[str, str]]:
        """The edge over which a gradient goes wrong; where no single one accounts for it, all of them."""
        found = self.flaw(node)
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
    content = json.loads((PUBLIC / SKETCHES).read_text(encoding="utf-8"))
    return [_sketch(entry) for entry in content if entry["exercise"] == exercise.number]


def _sketch(entry: dict[str, Any]) -> Sketch:
    nodes = tuple(
        Node(**{**node, "operands": tuple(node["operands"]), "passed": tuple(node["passed"])})
        for node in entry["nodes"]
    )
    return Sketch(**{**entry, "nodes": nodes})

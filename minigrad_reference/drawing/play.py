"""A graph played forward and backward: every step with its numbers.

Every number is computed here, from the leaves' data and the operations' names, and never asked of the engine that
built the graph.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

from minigrad_reference.drawing.operations import Operation, operation
from minigrad_reference.drawing.text import short
from minigrad_reference.drawing.walk import Node

REL, ABS = 1e-6, 1e-9
NAME = 28  # characters: a value inside a neuron says whose it is


@dataclass
class Box:
    """One value of the graph: what it is and, as far as the play has come, its numbers.

    `computed` is the step that gives it its data, `complete` the one after which its gradient is whole: None where
    that never happens, behind an operation that is not known.
    """

    name: str
    op: str
    operands: Sequence[int]
    operation: Operation | None
    data: float
    grad: float = 0.0
    computed: int = 0
    complete: int | None = None


@dataclass(frozen=True)
class Forward:
    """A node gets its data from its operands."""

    node: int


@dataclass(frozen=True)
class Seed:
    """The way back begins: the gradient of the root by itself."""

    node: int
    grad: float = 1.0


@dataclass(frozen=True)
class Share:
    """What one use of an operand adds to its gradient: the local derivative times the upstream gradient."""

    operand: int
    local: float
    product: float
    before: float
    after: float


@dataclass(frozen=True)
class Backward:
    """A node passes its gradient on, a share for every use; none where its operation is not known."""

    node: int
    upstream: float
    shares: tuple[Share, ...]


Step: TypeAlias = Forward | Seed | Backward


def right_numbers(nodes: Sequence[Node]) -> list[tuple[float, float]]:
    """Data and gradient of every node as they should be."""
    boxes = boxes_of(nodes)
    play(boxes)
    return [(box.data, box.grad) for box in boxes]


def boxes_of(nodes: Sequence[Node]) -> list[Box]:
    """The nodes with the data that they should have: a leaf's own, else what the operation gives."""
    places = {id(node): place for place, node in enumerate(nodes)}
    boxes: list[Box] = []
    for node, name in zip(nodes, _names(nodes), strict=True):
        operands = [places.get(id(operand), len(nodes)) for operand in node._prev]
        if max(operands, default=-1) >= len(boxes):
            raise ValueError(f"The nodes are not in topological order: {name} comes before one of its operands.")
        known = operation(str(node._op), len(operands))
        data = real(node.data)
        if known:
            computed = float(known.result([boxes[place].data for place in operands]))
            data = data if is_same(computed, data) else computed  # what rounding leaves is the engine's affair
        boxes.append(Box(name, short(node._op, NAME), operands, known, data))
    return boxes


def _names(nodes: Sequence[Node]) -> list[str]:
    """A label as it is if it is the only one of its kind, else 'w (2)'; what has none is v1, v2 and so on.

    A name that is made up is never one that somebody gave.
    """
    labels = [short(node.label, NAME) for node in nodes]
    count, taken = Counter(labels), set(labels)
    made: dict[str, Iterator[str]] = {}
    names = []
    for label in labels:
        if label not in made:
            numbered = (f"{label} ({number})" if label else f"v{number}" for number in itertools.count(1))
            made[label] = (name for name in numbered if name not in taken)
        names.append(label if label and count[label] == 1 else next(made[label]))
    return names


def play(boxes: Sequence[Box]) -> list[Step]:
    """Every step, in order; the boxes are as after the last one."""
    steps: list[Step] = []
    for place, box in enumerate(boxes):
        if box.operands:
            steps.append(Forward(place))
            box.computed = len(steps)
    seed = Seed(len(boxes) - 1)
    steps.append(seed)
    root = boxes[seed.node]
    root.grad, root.complete = seed.grad, len(steps)
    passed: dict[int, int] = {}
    for place in reversed(range(len(boxes))):
        if boxes[place].operands:
            steps.append(_backward(place, boxes))
            passed[place] = len(steps)
    _complete(boxes, passed)
    return steps


def _backward(place: int, boxes: Sequence[Box]) -> Backward:
    """One operation passes its gradient on: to every operand the local derivative times what came from upstream."""
    box = boxes[place]
    slopes = box.operation.slopes([boxes[operand].data for operand in box.operands], box.data) if box.operation else ()
    shares = (_share(operand, slope, box.grad, boxes) for operand, slope in zip(box.operands, slopes, strict=False))
    return Backward(place, box.grad, tuple(shares))


def _share(place: int, slope: float | None, upstream: float, boxes: Sequence[Box]) -> Share:
    operand = boxes[place]
    product = 0.0 if slope is None else slope * upstream
    before, operand.grad = operand.grad, operand.grad + product
    return Share(place, slope or 0.0, product, before, operand.grad)


def _complete(boxes: Sequence[Box], passed: Mapping[int, int]) -> None:
    """Note when the last of a value's consumers has passed on, where all of them could."""
    consumers: dict[int, list[int]] = {}
    for place in passed:  # from the root back, so the last consumer is the last in each list
        for operand in set(boxes[place].operands):
            consumers.setdefault(operand, []).append(place)
    for operand in sorted(consumers, reverse=True):
        if all(boxes[place].operation and boxes[place].complete for place in consumers[operand]):
            boxes[operand].complete = passed[consumers[operand][-1]]


def is_same(expected: float, got: object) -> bool:
    """Whether that is the number, but for rounding."""
    if not isinstance(got, Real):
        return False
    given = real(got)
    both_nan = math.isnan(expected) and math.isnan(given)
    return both_nan or math.isclose(expected, given, rel_tol=REL, abs_tol=ABS)


def real(x: object) -> float:
    """A number as a float; NaN for what is none."""
    if not isinstance(x, Real):
        return math.nan
    try:
        return float(x)
    except OverflowError:
        return -math.inf if x < 0 else math.inf

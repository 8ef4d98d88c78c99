"""A graph played forward and backward: every step with its numbers, and where somebody's numbers first differ.

Every number is computed here, from the leaves' data and the operations' names, and never asked of the engine that
built the graph.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, TypeAlias

from minigrad_reference.drawing.operations import Operation, operation
from minigrad_reference.drawing.shares import TIMES, Slip, slip
from minigrad_reference.drawing.walk import Node

Numbers: TypeAlias = tuple[Any, Any]  # data and grad; None where nothing is known
Step: TypeAlias = dict[str, Any]  # as the page's script reads it
REL, ABS = 1e-6, 1e-9
NAME, LINE = 18, 80  # characters
TOLD = 3  # shares in a sentence


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
    wrong: dict[str, str] = field(default_factory=dict)


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
        data = _real(node.data)
        if known:
            computed = float(known.result([boxes[place].data for place in operands]))
            data = data if _same(computed, data) else computed  # what rounding leaves is the engine's affair
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
    """Every step, in order, with all that the page shows of it; the boxes are as after the last one."""
    steps: list[Step] = []
    for place, box in enumerate(boxes):
        if box.operands:
            steps.append(_forward(place, boxes))
            box.computed = len(steps)
    root = boxes[-1]
    root.grad = 1.0
    sentence = f"The way back begins at {root.name}: its gradient by itself is 1."
    steps.append({"kind": "seed", "node": len(boxes) - 1, "sentence": sentence, "grad": pair(1.0)})
    root.complete = len(steps)
    passed: dict[int, int] = {}
    for place in reversed(range(len(boxes))):
        if boxes[place].operands:
            steps.append(_backward(place, boxes))
            passed[place] = len(steps)
    _complete(boxes, passed)
    return steps


def _forward(place: int, boxes: Sequence[Box]) -> Step:
    box = boxes[place]
    symbols, numbers = formula(box, boxes), formula(box, boxes, numbers=True)
    result = pair(box.data)
    sentence = f"{box.name} = {short(symbols)} = {short(numbers)} = {result[0]}."
    if not box.operation:
        sentence = f"{box.name} = {short(symbols)} = {result[0]}, as the engine says: {box.op} is not known here."
    return {"kind": "forward", "node": place, "symbols": symbols, "numbers": numbers, "sentence": sentence}


def _backward(place: int, boxes: Sequence[Box]) -> Step:
    """One operation passes its gradient on: to every operand the local derivative times what came from upstream."""
    box = boxes[place]
    slopes = box.operation.slopes([boxes[operand].data for operand in box.operands], box.data) if box.operation else ()
    shares = [_share(box, boxes, use, slope) for use, slope in enumerate(slopes)]
    told = [f"{share['name']} receives {share['numbers']} = {share['product'][0]}" for share in shares]
    more = f"; and {len(told) - TOLD} more" if len(told) > TOLD else ""
    sentence = f"{box.name} passes its gradient {pair(box.grad)[0]} back: {'; '.join(told[:TOLD])}{more}."
    if not box.operation:
        sentence = f"What {box.op} passes back is not known here, so gradients behind {box.name} are not complete."
    return {"kind": "backward", "node": place, "upstream": pair(box.grad), "shares": shares, "sentence": sentence}


def _share(box: Box, boxes: Sequence[Box], use: int, slope: float | None) -> Step:
    """What one use of an operand adds to its gradient."""
    operand = boxes[box.operands[use]]
    product = 0.0 if slope is None else slope * box.grad
    before, operand.grad = operand.grad, operand.grad + product
    return {
        "to": box.operands[use],
        "name": operand.name,
        "rule": _written(box.operation.rules[use], box, boxes) if box.operation else "",
        "local": pair(slope or 0.0),
        "product": pair(product),
        "numbers": f"{_bracketed(slope or 0.0)} * {_bracketed(box.grad)}",
        "before": pair(before),
        "after": pair(operand.grad),
    }


def _complete(boxes: Sequence[Box], passed: Mapping[int, int]) -> None:
    """Note when the last of a value's consumers has passed on, where all of them could."""
    consumers: dict[int, list[int]] = {}
    for place in passed:  # from the root back, so the last consumer is the last in each list
        for operand in set(boxes[place].operands):
            consumers.setdefault(operand, []).append(place)
    for operand in sorted(consumers, reverse=True):
        if all(boxes[place].operation and boxes[place].complete for place in consumers[operand]):
            boxes[operand].complete = passed[consumers[operand][-1]]


def formula(box: Box, boxes: Sequence[Box], numbers: bool = False) -> str:
    """How a value is made of its operands, by their names or by their numbers; nothing for a leaf."""
    if not box.operands:
        return ""
    if box.operation:
        return _written(box.operation.text, box, boxes, numbers)
    return f"{box.op}({', '.join(boxes[place].name for place in box.operands)})"


def _written(template: str, box: Box, boxes: Sequence[Box], numbers: bool = False) -> str:
    operands = [boxes[place] for place in box.operands]
    words = [_bracketed(operand.data) if numbers else operand.name for operand in operands]
    return template.format(*words, y=_bracketed(box.data) if numbers else box.name)


def first_difference(boxes: Sequence[Box], steps: Sequence[Step], theirs: Sequence[Numbers]) -> Step | None:
    """Where somebody's numbers first differ, in the data or else on the way back; every difference is marked."""
    for box, (data, grad) in zip(boxes, theirs, strict=True):
        if data is not None and not _same(box.data, data):
            box.wrong["data"] = _any_number(data)
        if grad is not None and box.complete is not None and not _same(box.grad, grad):
            box.wrong["grad"] = _any_number(grad)
    for box in boxes:
        if "data" in box.wrong:
            made = f", the result of {box.op}" if box.op else ""
            numbers = f"{box.name}.data is {box.wrong['data']}, expected {pair(box.data)[0]}"
            return {"step": box.computed, "sentence": f"Your numbers first differ in {box.name}{made}: {numbers}."}
    for place, (_, grad) in reversed(list(enumerate(theirs))):
        box = boxes[place]
        if "grad" in box.wrong:
            numbers = f"{box.name}.grad is {box.wrong['grad']}, expected {pair(box.grad)[0]}"
            step, way, should = _on_the_way_back(place, boxes, steps, _real(grad))
            return {"step": step, "sentence": f"Your numbers first differ on the way back{way}: {numbers}. {should}"}
    return None


def _on_the_way_back(place: int, boxes: Sequence[Box], steps: Sequence[Step], got: float) -> tuple[int, str, str]:
    """The step at which a gradient goes wrong, where that is, and what should have come."""
    box = boxes[place]
    shares = [
        (number, float(share["product"][1]))
        for number, step in enumerate(steps, 1)
        for share in step.get("shares", ())
        if share["to"] == place
    ]
    if not shares:
        return box.complete or 0, f" in {box.name}", "The way back begins there: backward sets this gradient to 1."
    found = slip(shares, got) or Slip(shares[-1][0])
    giver = boxes[steps[found.giver - 1]["node"]]
    received = " and ".join(pair(share)[0] for number, share in shares if number == found.giver)
    should = f"{box.name} should receive {received} there"
    if found.before is not None and found.giver != shares[0][0]:
        should += f", added to the {pair(found.before)[0]} from before"
    elif found.times > 1:
        should += f" once, not {TIMES[found.times]}"
    return found.giver, f", from {giver.name} back to {box.name}", f"{should}."


def _same(expected: float, got: Any) -> bool:
    if not isinstance(got, Real):
        return False
    given = _real(got)
    both_nan = math.isnan(expected) and math.isnan(given)
    return both_nan or math.isclose(expected, given, rel_tol=REL, abs_tol=ABS)


def _real(x: Any) -> float:
    """A number as a float; NaN for what is none."""
    try:
        return float(x) if isinstance(x, Real) else math.nan
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def pair(x: float) -> list[str]:
    """A number as it is shown, with five digits, and in full."""
    text = f"{x:.5g}" if x else "0"
    return [text.replace("-", "−"), repr(x)]


def _any_number(x: Any) -> str:
    return pair(_real(x))[0] if isinstance(x, Real) else short(repr(x))


def _bracketed(x: float) -> str:
    text = pair(x)[0]
    return f"({text})" if text.startswith("−") else text


def short(words: Any, length: int = LINE) -> str:
    """Words in one line, not longer than that; what cannot be printed becomes a space."""
    text = "".join(c if c.isprintable() else " " for c in str(words)).strip()
    return text if len(text) <= length else text[: length - 1] + "…"

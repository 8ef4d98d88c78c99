"""What the page's script reads, as JSON: nodes, what their operations mean, and where compared numbers differ."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TypeAlias

from minigrad_reference.drawing.difference import Difference, FirstDifference
from minigrad_reference.drawing.play import Box, real
from minigrad_reference.drawing.text import apart, short, shown

HEADING = 30  # characters of a node's first line
Json: TypeAlias = Mapping[str, object]


def content(
    boxes: Sequence[Box],
    found: Sequence[Difference] | None,
    first: FirstDifference | None,
    expression: str = "",
    lanes: Json | None = None,
) -> str:
    """The JSON, in ASCII and such that no label ends its element; without `found` nothing was compared."""
    wrong: dict[int, dict[str, tuple[str, str]]] = {}
    for difference in found or ():
        wrong.setdefault(difference.node, {})[difference.attribute] = told(difference)
    read = {
        "expression": expression,
        "nodes": [_node(box, boxes, wrong.get(place, {})) for place, box in enumerate(boxes)],
        "compared": found is not None,
        "lanes": lanes,
        "first": {"step": first.step, "sentence": sentence_of(first, boxes)} if first else None,
        "unknown": sorted({box.op for box in boxes if box.operands and not box.operation}),
    }
    return json.dumps(read, allow_nan=False).replace("<", "\\u003c")


def _node(box: Box, boxes: Sequence[Box], wrong: Mapping[str, tuple[str, str]]) -> Json:
    return {
        "name": box.name,
        "heading": heading(box, boxes),
        "op": box.op,
        "operands": box.operands,
        "known": box.operation is not None,
        "text": box.operation.text if box.operation else "",
        "rules": box.operation.rules if box.operation else [],
        "data": _read_by_script(box.data),
        "computed": box.computed,
        "complete": box.complete,
        "wrong": wrong,
    }


def _read_by_script(x: float) -> float | str:
    """A number, or the word for it that JavaScript's Number() takes: JSON has none for infinity."""
    if math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else f"{'-' if x < 0 else ''}Infinity"


def heading(box: Box, boxes: Sequence[Box]) -> str:
    """The first line of a node: its name and how it is made, in few words or none where the formula is long."""
    made = _formula(box, boxes)
    if not made:
        return box.name
    few = "weighted sum" if box.op == "dot" else f"{box.op} of {len(box.operands)}"
    if box.operation and len(box.operands) == 1:
        few = box.operation.text.format("…")
    ways = made, few
    return next((line for line in (f"{box.name} = {way}" for way in ways) if len(line) <= HEADING), box.name)


def _formula(box: Box, boxes: Sequence[Box]) -> str:
    """How a value is made of its operands, by their names; nothing for a leaf."""
    if not box.operands:
        return ""
    names = [boxes[place].name for place in box.operands]
    return box.operation.text.format(*names) if box.operation else f"{box.op}({', '.join(names)})"


def sentence_of(first: FirstDifference, boxes: Sequence[Box]) -> str:
    """Where the numbers first differ, in words: the reader's own, who is told what should have come."""
    difference = first.difference
    box = boxes[difference.node]
    got, expected = told(difference)
    numbers = f"{box.name}.{difference.attribute} is {got}, expected {expected}"
    if difference.attribute == "data":
        made = f", the result of {box.op}" if box.op else ""
        return f"Your numbers first differ in {box.name}{made}: {numbers}."
    if first.giver is None:
        way, should = f" in {box.name}", "The way back begins there: backward sets this gradient to 1."
    else:
        way, should = f", from {boxes[first.giver].name} back to {box.name}", _expected(first, box)
    return f"Your numbers first differ on the way back{way}: {numbers}. {should}"


def _expected(first: FirstDifference, box: Box) -> str:
    should = f"{box.name} should receive {' and '.join(map(shown, first.shares))} there"
    if first.before is not None:
        should += f", added to the {shown(first.before)} from before"
    elif first.times > 1:
        should += " once"
    return f"{should}."


def told(difference: Difference) -> tuple[str, str]:
    """Somebody's number, or whatever they have in its place, and the right one, so that one sees them differ."""
    if isinstance(difference.got, Real):
        return apart(real(difference.got), difference.expected)
    return short(repr(difference.got)), shown(difference.expected)

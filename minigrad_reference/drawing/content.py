"""What the page's script reads, as JSON: boxes, steps and differences, with a sentence for each step.

Numbers become text here and nowhere before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TypeAlias

from minigrad_reference.drawing.difference import Difference, FirstDifference
from minigrad_reference.drawing.play import Backward, Box, Forward, Seed, Share, Step, real
from minigrad_reference.drawing.shares import TIMES
from minigrad_reference.drawing.text import bracketed, short, shown

HEADING = 30  # characters of a node's first line
TOLD = 3  # shares in a sentence
Json: TypeAlias = Mapping[str, object]


def content(
    boxes: Sequence[Box],
    steps: Sequence[Step],
    found: Sequence[Difference] | None,
    first: FirstDifference | None,
) -> str:
    """The JSON, in ASCII and such that no label ends its element; without `found` nothing was compared."""
    wrong: dict[int, dict[str, str]] = {}
    for difference in found or ():
        wrong.setdefault(difference.node, {})[difference.attribute] = told(difference.got)
    read = {
        "nodes": [_node(box, boxes, wrong.get(place, {})) for place, box in enumerate(boxes)],
        "steps": [_step(step, boxes) for step in steps],
        "compared": found is not None,
        "first": {"step": first.step, "sentence": sentence_of(first, boxes)} if first else None,
        "unknown": sorted({box.op for box in boxes if box.operands and not box.operation}),
    }
    return json.dumps(read).replace("<", "\\u003c")


def _node(box: Box, boxes: Sequence[Box], wrong: Mapping[str, str]) -> Json:
    return {
        "name": box.name,
        "heading": heading(box, boxes),
        "formula": _formula(box, boxes),
        "operands": box.operands,
        "data": _pair(box.data),
        "computed": box.computed,
        "complete": box.complete,
        "wrong": wrong,
    }


def heading(box: Box, boxes: Sequence[Box]) -> str:
    """The first line of a node: its name and how it is made, in few words where the formula is long."""
    made = _formula(box, boxes)
    line = f"{box.name} = {made}" if made else box.name
    if len(line) <= HEADING:
        return line
    what = "weighted sum" if box.op == "dot" else f"{box.op} of {len(box.operands)}"
    return f"{box.name} = {what}"


def _step(step: Step, boxes: Sequence[Box]) -> Json:
    match step:
        case Forward():
            return _forward(step, boxes)
        case Seed():
            return _seed(step, boxes)
        case Backward():
            return _backward(step, boxes)


def _forward(step: Forward, boxes: Sequence[Box]) -> Json:
    box = boxes[step.node]
    symbols, numbers, result = _formula(box, boxes), _formula(box, boxes, numbers=True), shown(box.data)
    sentence = f"{box.name} = {short(symbols)} = {short(numbers)} = {result}."
    if not box.operation:
        sentence = f"{box.name} = {short(symbols)} = {result}, as the engine says: {box.op} is not known here."
    return {"kind": "forward", "node": step.node, "symbols": symbols, "numbers": numbers, "sentence": sentence}


def _seed(step: Seed, boxes: Sequence[Box]) -> Json:
    sentence = f"The way back begins at {boxes[step.node].name}: its gradient by itself is {shown(step.grad)}."
    return {"kind": "seed", "node": step.node, "sentence": sentence, "grad": _pair(step.grad)}


def _backward(step: Backward, boxes: Sequence[Box]) -> Json:
    box = boxes[step.node]
    received = [
        f"{boxes[share.operand].name} receives {_product(share, step)} = {shown(share.product)}"
        for share in step.shares[:TOLD]
    ]
    more = f"; and {len(step.shares) - TOLD} more" if len(step.shares) > TOLD else ""
    sentence = f"{box.name} passes its gradient {shown(step.upstream)} back: {'; '.join(received)}{more}."
    if not box.operation:
        sentence = f"What {box.op} passes back is not known here, so gradients behind {box.name} are not complete."
    return {
        "kind": "backward",
        "node": step.node,
        "upstream": _pair(step.upstream),
        "shares": [_share(use, step, boxes) for use in range(len(step.shares))],
        "sentence": sentence,
    }


def _share(use: int, step: Backward, boxes: Sequence[Box]) -> Json:
    box, share = boxes[step.node], step.shares[use]
    return {
        "to": share.operand,
        "name": boxes[share.operand].name,
        "rule": _written(box.operation.rules[use], box, boxes) if box.operation else "",
        "local": _pair(share.local),
        "product": _pair(share.product),
        "numbers": _product(share, step),
        "before": _pair(share.before),
        "after": _pair(share.after),
    }


def _product(share: Share, step: Backward) -> str:
    return f"{bracketed(share.local)} * {bracketed(step.upstream)}"


def _formula(box: Box, boxes: Sequence[Box], numbers: bool = False) -> str:
    """How a value is made of its operands, by their names or by their numbers; nothing for a leaf."""
    if not box.operands:
        return ""
    if box.operation:
        return _written(box.operation.text, box, boxes, numbers)
    return f"{box.op}({', '.join(boxes[place].name for place in box.operands)})"


def _written(template: str, box: Box, boxes: Sequence[Box], numbers: bool = False) -> str:
    operands = [boxes[place] for place in box.operands]
    words = [bracketed(operand.data) if numbers else operand.name for operand in operands]
    return template.format(*words, y=bracketed(box.data) if numbers else box.name)


def sentence_of(first: FirstDifference, boxes: Sequence[Box]) -> str:
    """Where the numbers first differ, in words: the reader's own, who is told what should have come."""
    difference = first.difference
    box = boxes[difference.node]
    numbers = f"{box.name}.{difference.attribute} is {told(difference.got)}, expected {shown(difference.expected)}"
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
        should += f" once, not {TIMES[first.times]}"
    return f"{should}."


def told(got: object) -> str:
    """Somebody's number as it is shown, or whatever they have in its place."""
    return shown(real(got)) if isinstance(got, Real) else short(repr(got))


def _pair(x: float) -> Sequence[str]:
    """A number as it is shown, and in full."""
    return shown(x), repr(x)

"""An explanation as a graph, quiet where the numbers are right and red where not, and as a page that plays it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import graphviz

from grader.core.errors import KataError
from grader.core.judging import apart, same, show
from grader.core.records import Node
from grader.learner.explanation import ABS, REL, Explanation, shares_of
from grader.learner.expression import terms
from grader.learner.recording import read_events
from minigrad_reference.drawing.graph import FONT, INK, INNER, LEAF, OVAL, PAGE, QUIET, boxed, text
from minigrad_reference.drawing.palette import LIGHT
from minigrad_reference.drawing.play import right_numbers
from minigrad_reference.drawing.stepper import Stepper, stepper

RED, BLUSH = LIGHT["bad"], LIGHT["bad-fill"]
MONOSPACE = "DejaVu Sans Mono"
ASSIGNED = re.compile(r"\w+ = ")  # the lines of a sketch that make its values


def picture(explanation: Explanation) -> graphviz.Digraph:
    """The graph of a sketch, from top to bottom, with the learner's numbers; below wrong ones the expected."""
    sketch = explanation.sketch
    dot = graphviz.Digraph(
        graph_attr={"rankdir": "TB", "bgcolor": PAGE, "nodesep": "0.3", "ranksep": "0.3", "labelloc": "t"},
        node_attr={"shape": "plain", "fontname": FONT, "fontsize": "11", "fontcolor": INK},
        edge_attr={"color": QUIET, "arrowsize": "0.6", "fontname": FONT, "fontsize": "10", "fontcolor": RED},
    )
    dot.attr(label=_title(explanation), fontname=FONT, fontcolor=INK)
    numbers = _backward_numbers(explanation)
    early = {operand for operand, _ in explanation.too_early}
    first, marked = explanation.first
    for node in sketch.nodes:
        dot.node(_key(node.name), _box(explanation, node, node is first))
        if node.op:
            dot.node(
                _key(node.name, "op"),
                _operation(node, numbers.get(node.name), node.name in early),
                **_oval(node is first),
            )
            dot.edge(_key(node.name, "op"), _key(node.name))
    _draw_edges(dot, explanation, marked)
    return dot


def _draw_edges(dot: graphviz.Digraph, explanation: Explanation, marked: Sequence[tuple[str, str]]) -> None:
    """An arrow for each use of an operand; those of the learner's graph alone, or missing in it, in red."""
    edges, expected = explanation.edges, explanation.sketch.expected_edges
    labelled: set[tuple[str, str]] = set()
    for node in explanation.sketch.nodes:
        for operand in node.operands:
            pair = (operand, node.name)
            style: dict[str, str] = {}
            if pair in marked:
                style = {"color": RED, "penwidth": "2.6", "dir": "both" if node.grad else "forward"}
                style |= {} if pair in labelled else {"label": _passed(explanation, pair)}
                labelled.add(pair)
            if edges is not None and list(pair) not in edges:
                style = {"color": RED, "style": "dashed", "penwidth": "2", "label": "missing"}
            dot.edge(_key(operand), _key(node.name, "op"), **style)
    for operand, result in (pair for pair in edges or [] if pair not in expected):
        dot.edge(_key(operand), _key(result), color=RED, penwidth="2", label="should not be there", constraint="false")


def _passed(explanation: Explanation, pair: tuple[str, str]) -> str:
    """What should come back over an edge, in the picture's words."""
    name, consumer = pair
    node = next(n for n in explanation.sketch.nodes if n.name == name)
    if not explanation.wrong_grad(node) or any(explanation.wrong_data(n) for n in explanation.sketch.nodes):
        return ""
    shares = [_number(share) for result, share in shares_of(explanation.sketch, name) if result == consumer and share]
    return f"should pass back {' + '.join(shares)}" if shares else ""


def _title(explanation: Explanation) -> str:
    """The snippet, so that the picture can be read without anything beside it."""
    lines = "".join(f'{text(line)}<BR ALIGN="LEFT"/>' for line in explanation.sketch.snippet.splitlines())
    return f'<<FONT FACE="{MONOSPACE}" POINT-SIZE="11" COLOR="{QUIET}">{lines}</FONT><BR/>>'


def _box(explanation: Explanation, node: Node, first: bool) -> str:
    pairs = [("data", node.data, node.expected_data), ("grad", node.grad, node.expected_grad)]
    shown = [pair for pair in pairs if pair[1]]
    lines = [f"<B>{text(node.name)}</B>", *(line for pair in shown for line in _lines(explanation, *pair))]
    wrong = any(explanation.is_wrong(expression, expected) for _, expression, expected in shown)
    fill = BLUSH if wrong else INNER if node.op else LEAF
    return boxed(lines, fill, *((RED, 3) if first else ()))


def _lines(explanation: Explanation, word: str, expression: str, expected: Any) -> list[str]:
    if not explanation.is_wrong(expression, expected):
        return [f"{word} {_number(expected)}"]
    value = explanation.got.get(expression)
    both = apart(expected, value, 5)
    short = [_typeset(one, kind) for one, kind in zip(both, (expected, value), strict=True)]
    right, got = short if short[0] != short[1] else map(text, both)
    return [f'{word} <FONT COLOR="{RED}"><B>{got}</B> ✗</FONT>', f"expected {right}"]


def _number(value: Any) -> str:
    return _typeset(show(value, 5), value)


def _typeset(shown: str, value: Any) -> str:
    """What shows a value, as a picture has it: of a number, a minus and no hyphen, and nothing after it that is 0."""
    return text(shown.removesuffix(".0").replace("-", "−")) if isinstance(value, int | float) else text(shown)


def _operation(node: Node, number: int | None, early: bool) -> str:
    words = f"<B>back {number}: too early ✗</B>" if early else f"back {number}"
    order = f'<BR/><FONT POINT-SIZE="9" COLOR="{RED if early else QUIET}">{words}</FONT>' if number else ""
    return f"<{text(node.op)}{order}>"


def _oval(first: bool) -> dict[str, str]:
    return {**OVAL, "margin": "0.04"} | ({"color": RED, "penwidth": "1.5"} if first else {})


def _backward_numbers(explanation: Explanation) -> dict[str, int]:
    """When each operation passes its gradient on: in the learner's order where it is known, else in the right one."""
    if not any(node.grad for node in explanation.sketch.nodes):
        return {}
    operations = [node.name for node in explanation.sketch.nodes if node.op and node.grad]
    if explanation.order:
        known = list(dict.fromkeys(name for name in explanation.called if name in operations))
        if set(known) | set(explanation.never_called) >= set(operations):
            return {name: place for place, name in enumerate(known, 1)}
    return {name: place for place, name in enumerate(reversed(operations), 1)}


def _key(name: str, part: str = "") -> str:
    """A name that Graphviz takes as it is: no colon, no bracket."""
    return f"n{name.encode().hex()}{part}"


def sketch_page(found: Explanation) -> Stepper | None:
    """The sketch of an explanation beside the learner's numbers; None where it has no gradients or calls functions."""
    sketch = found.sketch
    named = {node.name: node for node in sketch.nodes}
    lines = [line for line in sketch.snippet.splitlines() if ASSIGNED.match(line)]
    try:
        nodes = terms("\n".join(lines), {})
    except KataError:
        return None
    right = {node.label: list(numbers) for node, numbers in zip(nodes, right_numbers(nodes), strict=True)}
    if not all(same([n.expected_data, n.expected_grad], right.get(n.name), REL, ABS) for n in sketch.nodes):
        return None
    theirs = [
        (_decoded(found.got.get(node.data)), _decoded(found.got.get(node.grad))) if node else (None, None)
        for node in (named.get(node.label) for node in nodes)
    ]
    place = {node.label: i for i, node in enumerate(nodes)}
    events = read_events(found.events, [place[node.name] for node in sketch.nodes])
    return stepper(nodes, theirs, "; ".join(lines), events)


def _decoded(value: Any) -> Any:
    """What `probing.encode` made of a number that is not finite; anything else as it is."""
    return float(value["float"]) if isinstance(value, dict) and "float" in value else value

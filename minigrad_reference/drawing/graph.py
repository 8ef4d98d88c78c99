"""The computation graph behind a value, as a Graphviz drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import TypeAlias

import graphviz

from minigrad_reference.drawing.palette import LIGHT
from minigrad_reference.drawing.text import shown
from minigrad_reference.drawing.walk import Node, trace

Columns: TypeAlias = Sequence[Mapping[str, Sequence[Node]]]

FONT = "DejaVu Sans"
PAGE, INK, QUIET, LEAF, INNER, OPERATION = (
    LIGHT[name] for name in ("page", "ink", "quiet", "leaf", "inner", "operation")
)
OVAL = {"shape": "ellipse", "style": "filled", "fillcolor": OPERATION, "color": QUIET, "width": "0.3", "height": "0.3"}
MANY = 12  # a table with more leaves than this, or more inner nodes, sums them up


@dataclass(frozen=True)
class Box:
    """One value as it is drawn."""

    key: str
    label: str
    op: str
    data: float
    grad: float
    operands: tuple[str, ...]


def draw_dot(root: Node, columns: Columns = (), expand: bool = False) -> graphviz.Digraph:
    """Draw the graph behind `root`, left to right: label, data and grad of each value, and the operation it came from.

    `columns`, from left to right, map titles to nodes that are drawn as the rows of one table, which keeps a graph of
    a hundred nodes readable (see `neuron_columns`). `expand` draws a weighted sum as the products and the sum that it
    stands for.
    """
    nodes, _ = trace(root)
    keys = {id(node): f"n{i}" for i, node in enumerate(nodes)}  # not the id itself: the same graph, the same drawing
    drawn = (box for node in nodes for box in (_expanded(node, keys) if expand else [_box(node, keys)]))
    boxes = {box.key: box for box in drawn}
    members = ((title, node) for column in columns for title, group in column.items() for node in group)
    home = {keys[id(node)]: title for title, node in members if id(node) in keys}
    apart = "1.8" if any(len(column) > 1 for column in columns) else "0.3"  # where arrows cross they need room
    dot = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "nodesep": "0.12", "ranksep": apart}
        | {"splines": "line" if columns else "true", "bgcolor": PAGE},
        node_attr={"shape": "plain", "fontname": FONT, "fontsize": "10", "fontcolor": INK},
        edge_attr={"color": QUIET, "arrowsize": "0.5", "penwidth": "0.7"},
    )
    for column in columns:
        _draw_column(dot, column, home, boxes)
    arrows = []
    for key, box in boxes.items():
        if key not in home:
            dot.node(key, _value(box))
            if box.op:
                dot.node(f"{key}_op", f"<{text(box.op)}>", **OVAL)
                arrows.append((key + "_op", key))
        head = _port(home[key], "w") if key in home else f"{key}_op"
        from_outside = [operand for operand in box.operands if home.get(operand, "") != home.get(key)]
        arrows.extend((_port(home[o], "e") if o in home else o, head) for o in from_outside)
    for tail, head in dict.fromkeys(arrows) if columns else arrows:
        dot.edge(tail, head)
    return dot


def _draw_column(
    dot: graphviz.Digraph, column: Mapping[str, Sequence[Node]], home: Mapping[str, str], boxes: Mapping[str, Box]
) -> None:
    """Tables one below the other, in the order given: the invisible edges keep Graphviz from reordering them."""
    with dot.subgraph() as rank:
        rank.attr(rank="same")
        drawn = [title for title in column if title in home.values()]
        for title in drawn:
            members = [box for key, box in boxes.items() if home.get(key) == title]
            rank.node(_port(title), _table(title, members, _outputs(title, home, boxes)))
        for above, below in pairwise(drawn):
            rank.edge(_port(above), _port(below), style="invis")


def _port(title: str, side: str = "") -> str:
    """A group's name in Graphviz, where a colon would end it, and the side at which an edge meets it."""
    name = "g" + title.encode().hex()
    return f"{name}:{side}" if side else name


def _box(node: Node, keys: Mapping[int, str]) -> Box:
    operands = tuple(keys[id(operand)] for operand in node._prev)
    return Box(keys[id(node)], node.label, node._op, node.data, node.grad or 0.0, operands)


def _expanded(node: Node, keys: Mapping[int, str]) -> Iterator[Box]:
    """A weighted sum as its products and one n-ary sum; every product has the gradient of the sum."""
    box = _box(node, keys)
    if box.op != "dot":
        yield box
        return
    count = len(node._prev) // 2
    products = []
    for i, (w, x) in enumerate(zip(node._prev[:count], node._prev[count:-1], strict=True)):
        products.append(f"{box.key}p{i}")
        yield Box(products[-1], "", "*", w.data * x.data, box.grad, (keys[id(w)], keys[id(x)]))
    yield replace(box, op="+", operands=(*products, box.operands[-1]))


def _value(box: Box) -> str:
    name = [f"<B>{text(box.label)}</B>"] if box.label else []
    return boxed([*name, f"data {shown(box.data)}", f"grad {shown(box.grad)}"], INNER if box.op else LEAF)


def boxed(lines: Sequence[str], fill: str, frame: str = QUIET, width: int = 1) -> str:
    """A value's lines, one below the other in a frame: how a value looks in every picture of a graph."""
    rows = "".join(f"<TR><TD>{line}</TD></TR>" for line in lines)
    look = f'BORDER="{width}" COLOR="{frame}" BGCOLOR="{fill}" STYLE="ROUNDED"'
    return f'<<TABLE {look} CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'


def _table(title: str, members: list[Box], outputs: set[str]) -> str:
    """A group as a table of name, data and grad; many leaves are summed up, many inner nodes cut to the outputs."""
    leaves = [box for box in members if not box.op]
    inner = [box for box in members if box.op]
    rows = [f'<TR><TD COLSPAN="3" BGCOLOR="{OPERATION}"><B>{text(title)}</B></TD></TR>']
    heads = "".join(f'<TD><FONT COLOR="{QUIET}">{head}</FONT></TD>' for head in ("value", "data", "grad"))
    rows.append(f"<TR>{heads}</TR>")
    if len(leaves) > MANY:
        data, grad = (max(abs(getattr(box, name)) for box in leaves) for name in ("data", "grad"))
        rows.append(_cells(f"{len(leaves)} leaves", f"|.| ≤ {shown(data)}", f"|.| ≤ {shown(grad)}", LEAF))
    else:
        names = _numbered([_within(title, box.label) or "leaf" for box in leaves])
        rows += [_cells(name, shown(b.data), shown(b.grad), LEAF) for name, b in zip(names, leaves, strict=True)]
    listed = [box for box in inner if len(inner) <= MANY or box.key in outputs]
    names = _numbered([_within(title, box.label) or box.op for box in listed])
    rows += [_cells(name, shown(b.data), shown(b.grad), INNER) for name, b in zip(names, listed, strict=True)]
    if len(listed) < len(inner):
        rows.append(_cells(f"+ {len(inner) - len(listed)} inner", "", "", PAGE))
    return f'<<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="3" COLOR="{QUIET}">{"".join(rows)}</TABLE>>'


def _within(title: str, label: str) -> str:
    """A label without what the title says already: in 'layer 1: 4 neurons', 'layer 1 neuron 2' is 'neuron 2'."""
    return label.removeprefix(f"{title.partition(':')[0]} ")


def _cells(name: str, data: str, grad: str, fill: str) -> str:
    cells = f'<TD ALIGN="LEFT">{text(name)}</TD><TD ALIGN="RIGHT">{data}</TD><TD ALIGN="RIGHT">{grad}</TD>'
    return "<TR>" + cells.replace("<TD ", f'<TD BGCOLOR="{fill}" ') + "</TR>"


def _numbered(names: list[str]) -> list[str]:
    """Names as they are if they are unique, else as 'tanh (1)', 'tanh (2)'."""
    return [n if names.count(n) == 1 else f"{n} ({names[: i + 1].count(n)})" for i, n in enumerate(names)]


def _outputs(title: str, home: Mapping[str, str], boxes: Mapping[str, Box]) -> set[str]:
    """The keys in a group that are used outside it or by nothing."""
    used = {o for box in boxes.values() for o in box.operands}
    abroad = {o for key, box in boxes.items() if home.get(key) != title for o in box.operands}
    return {key for key in boxes if home.get(key) == title and (key in abroad or key not in used)}


def text(words: str) -> str:
    """Words for an HTML-like label: Graphviz drops line ends, refuses control characters, and reads a backslash."""
    return escape("".join(c if c.isprintable() else " " for c in words)).replace("\\", r"\\")

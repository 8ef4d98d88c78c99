"""A page that plays a graph forward and backward, one operation at a time: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from minigrad_reference.drawing.content import content, sentence_of
from minigrad_reference.drawing.difference import Numbers, differences, first_difference
from minigrad_reference.drawing.lanes import Event, lanes
from minigrad_reference.drawing.page import filled
from minigrad_reference.drawing.play import Box, boxes_of, play
from minigrad_reference.drawing.text import short
from minigrad_reference.drawing.walk import Node, trace
from minigrad_reference.files import write_whole

SCRIPTS = "numbers", "calculus", "layout", "picture", "predict", "stepper", "leaves", "lanes", "controls"
SMALL = 40  # values, of which two graphs fit beside each other
DEEPEST = 300  # operations one after the other


@dataclass(frozen=True)
class Stepper:
    """The page as text, and the sentence that says where compared numbers first differ: empty where none does.

    A notebook shows it in a frame of its own, so that several of them can be there.
    """

    html: str
    difference: str = ""

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts" title="Stepper"'
            ' style="width: 100%; height: 46rem; border: 0"></iframe>'
        )

    def write(self, path: str | Path) -> Path:
        """Write the page, whole or not at all."""
        write_whole(path, self.html.encode())
        return Path(path)


def value_to_html(root: Node, path: str | Path | None = None, compare: bool = False, title: str = "") -> Stepper | Path:
    """Make the page of the graph behind `root`: written to `path`, which is given back, or to be shown in a notebook.

    `compare` takes the nodes' `data` and `grad` as what is to be checked, after the engine's own backward pass, and
    shows where they first differ from the right ones. Raises ValueError where the nodes are not in topological order.
    """
    nodes = trace(root)[0]
    made = stepper(nodes, [(node.data, node.grad) for node in nodes] if compare else None, title)
    return made if path is None else made.write(path)


def stepper(
    nodes: Sequence[Node],
    theirs: Sequence[Numbers] | None = None,
    title: str = "",
    events: Sequence[Event] | None = None,
) -> Stepper:
    """The page of nodes that are listed operands first and the root last, beside somebody's numbers for each.

    With `events` of that somebody's way back, and something wrong in it, it is played beside one that works.
    """
    boxes = boxes_of(nodes)
    if (depth := _depth(boxes)) > DEEPEST:
        raise ValueError(f"The graph is {depth} operations deep; the page plays one of at most {DEEPEST}: take fewer.")
    steps = play(boxes)
    found = None if theirs is None else differences(boxes, theirs)
    is_small = len(boxes) <= SMALL and not (found and any(d.attribute == "data" for d in found))
    both = lanes(boxes, steps, events) if events and is_small else None
    first = first_difference(boxes, steps, found or ())
    html = filled(
        "stepper",
        SCRIPTS,
        title=escape(short(title) or f"{boxes[-1].name}, step by step"),
        content=content(boxes, found, first, short(title) or boxes[-1].name, both),
    )
    return Stepper(html, sentence_of(first, boxes) if first else "")


def _depth(boxes: Sequence[Box]) -> int:
    """How many operations the longest way from a leaf to the root has."""
    depths: list[int] = []
    for box in boxes:
        depths.append(1 + max(depths[place] for place in box.operands) if box.operands else 0)
    return max(depths)

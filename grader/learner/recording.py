"""What an engine does on its way back: every call of a `_backward`, and what each adds to which gradient."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from grader.core.records import Node, Probe, Sketch

if TYPE_CHECKING:
    from minigrad_reference.drawing.lanes import Event

MAKES = re.compile(r"\w+ = ")  # the lines of a sketch that make its values


def watch(values: Sequence[Any], events: list[Any]) -> Callable[..., None]:
    """Note every later call of a value's `_backward` in `events`; what is given back notes what else has changed.

    Its source runs among a learner's values too, wherever these are, so it stands by itself.
    """
    seen = [value.grad for value in values]

    def note(place: int = -1, upstream: object = None) -> None:
        now = [value.grad for value in values]
        changes = [
            [i, before, after] for i, (before, after) in enumerate(zip(seen, now, strict=True)) if before != after
        ]
        seen[:] = now
        if changes or place >= 0:
            events.append([place, upstream, changes])

    def watched(place: int, step: Callable[[], None]) -> Callable[[], None]:
        def passes_on() -> None:
            note()
            upstream = values[place].grad
            step()
            note(place, upstream)

        return passes_on

    for place, value in enumerate(values):
        value._backward = watched(place, value._backward)  # noqa: SLF001 (what every engine calls it)
    return note


def probe_of(sketch: Sketch) -> Probe:
    """The sketch with its values watched; the observed expression gives the events."""
    lines = sketch.snippet.splitlines()
    begin = next((i for i, line in enumerate(lines) if not MAKES.match(line)), len(lines))
    values = ", ".join(node.name for node in sketch.nodes)
    start = ["seen_events = []", f"seen_note = watch([{values}], seen_events)"]
    code = [
        "from __future__ import annotations",
        *lines[:begin],
        inspect.getsource(watch),
        *start,
        *lines[begin:],
        "seen_note()",
    ]
    return Probe("\n".join(code) + "\n", ("seen_events",))


def places_in_memory(sketch: Sketch) -> Probe:
    """The sketch; the observed expression gives for each of its values which object that is."""
    values = ", ".join(node.name for node in sketch.nodes)
    return Probe(sketch.snippet, (f"[id(value) for value in [{values}]]",))


def step_twice(sketch: Sketch, giver: str, node: Node) -> Probe:
    """The sketch, and the step of one value once more at a gradient of 0 and once more at one of 1."""
    gradient = node.grad
    more = [f"{gradient} = 0.0", f"{giver}._backward()", f"seen_first = {gradient}"]
    more += [f"{gradient} = 1.0", f"{giver}._backward()"]
    return Probe(sketch.snippet + "\n".join(more) + "\n", ("seen_first", gradient))


def step_alone(sketch: Sketch, giver: Node) -> Probe:
    """The sketch, and then the step of one value where it alone has a gradient, which is the right one."""
    empty = [f"{node.grad} = 0.0" for node in sketch.nodes if node.grad]
    step = [f"{giver.grad} = {giver.expected_grad!r}", f"{giver.name}._backward()"]
    return Probe(
        "\n".join([sketch.snippet, *empty, *step]) + "\n", tuple(node.grad for node in sketch.nodes if node.grad)
    )


def read_events(found: object, places: Sequence[int]) -> list[Event] | None:
    """The events by the places of the graph's nodes; None where a gradient is no number."""
    from minigrad_reference.drawing.lanes import Event  # a check run does without the drawing

    if not isinstance(found, list):
        return None
    events = []
    for place, upstream, changes in found:
        numbers = [number for _, *pair in changes for number in pair] + ([] if upstream is None else [upstream])
        if not all(isinstance(number, Real) for number in numbers):
            return None
        moved = tuple((places[i], float(before), float(after)) for i, before, after in changes)
        events.append(Event(places[place] if place >= 0 else None, float(upstream or 0.0), moved))
    return events

"""Somebody's way back beside one that works: who passes on when, and what becomes of every share.

What an engine did comes as events; each becomes a frame that says which shares arrive, which are late, lost or wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from minigrad_reference.drawing.play import Backward, Box, Seed, Step, is_same
from minigrad_reference.drawing.text import bracketed, shown

Kind: TypeAlias = Literal["right", "late", "again", "replaces", "wrong", "missing"]
Json: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Event:
    """A node passes on, or None where gradients are set by no node: each that changes is (node, before, after)."""

    node: int | None
    upstream: float
    changes: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Arrival:
    """What comes to a node in a frame: the amount, and in words whether that is right."""

    to: int
    amount: float
    kind: Kind
    product: str = ""
    note: str = ""


@dataclass(frozen=True)
class Frame:
    """One moment of a lane."""

    node: int | None
    words: str
    arrivals: tuple[Arrival, ...] = ()

    @property
    def is_wrong(self) -> bool:
        return any(arrival.kind != "right" for arrival in self.arrivals)


@dataclass
class _Lane:
    """A lane as far as it has come."""

    boxes: Sequence[Box]
    passed: list[int] = field(default_factory=list)

    def frame(self, event: Event) -> Frame:
        if event.node is None:
            return self.set_outside(event)
        expected = self.expected(event.node, event.upstream)
        changes = {to: (before, after) for to, before, after in event.changes}
        silent = [to for to, shares in expected.items() if to not in changes and any(shares)]
        arrivals = [self.arrival(event, to, *changes[to], expected.get(to, [])) for to in changes]
        arrivals += [self.missing(event, to, expected[to]) for to in silent]
        arrivals += self.seed(event)
        self.passed.append(event.node)
        name = self.boxes[event.node].name
        return Frame(event.node, f"{name} passes its gradient {shown(event.upstream)} on.", tuple(arrivals))

    def seed(self, event: Event) -> list[Arrival]:
        """What the root lacks where its gradient is not 1 when it passes on."""
        root = len(self.boxes) - 1
        if event.node != root or is_same(1.0, event.upstream):
            return []
        name, has = self.boxes[root].name, shown(event.upstream)
        return [Arrival(root, 0.0, "missing", note=f"{name}.grad is {has} when {name} passes on; it has to be 1.")]

    def set_outside(self, event: Event) -> Frame:
        root = len(self.boxes) - 1
        right = all((to == root) and is_same(1.0, after) for to, _, after in event.changes)
        sets = ", ".join(f"{self.boxes[to].name}.grad is set to {shown(after)}" for to, _, after in event.changes)
        note = "" if right else f"{sets}; the way back sets the gradient of {self.boxes[root].name} to 1 and no other."
        arrivals = (Arrival(to, after, "right" if right else "wrong", note=note) for to, _, after in event.changes)
        return Frame(None, f"The way back begins: {sets}." if right else f"{sets}.", tuple(arrivals))

    def expected(self, node: int, upstream: float) -> dict[int, list[float]]:
        """The shares, one a use, that each operand should receive of this upstream gradient."""
        box = self.boxes[node]
        found: dict[int, list[float]] = {}
        data = [self.boxes[operand].data for operand in box.operands]
        slopes = box.operation.slopes(data, box.data) if box.operation else ()
        for operand, slope in zip(box.operands, slopes, strict=False):
            found.setdefault(operand, []).append((slope or 0.0) * upstream)
        return found

    def arrival(self, event: Event, to: int, before: float, after: float, shares: Sequence[float]) -> Arrival:
        giver, name = self.boxes[event.node or 0].name, self.boxes[to].name
        due, amount = sum(shares), after - before
        product = self.product(event, to)
        if shares and is_same(due, amount):
            if event.node in self.passed:
                return Arrival(
                    to, amount, "again", product, f"{giver} passes on once more: this share has come before."
                )
            if to in self.passed:
                note = f"{name} has already passed on; too late: this share stays in {name}."
                return Arrival(to, amount, "late", product, note)
            return Arrival(to, amount, "right", product)
        if shares and any(is_same(last, after) for last in (due, shares[-1])):
            lost = shown(before) if before else shown(due - after)
            note = f"it takes the place of what {name} had, {lost}, where it should be added to it."
            return Arrival(to, after, "replaces", product, note)
        note = f"{product} = {shown(due)} should be added." if shares else f"{giver} is not made of {name}."
        return Arrival(to, amount, "wrong", product, f"{shown(amount)} is added to {name}.grad, but {note}")

    def missing(self, event: Event, to: int, shares: Sequence[float]) -> Arrival:
        name, product = self.boxes[to].name, self.product(event, to)
        return Arrival(
            to, 0.0, "missing", product, f"{name} receives nothing, where {product} = {shown(sum(shares))} is due."
        )

    def product(self, event: Event, to: int) -> str:
        """Local times upstream, for every use."""
        box = self.boxes[event.node or 0]
        slopes = box.operation.slopes([self.boxes[o].data for o in box.operands], box.data) if box.operation else ()
        uses = [slope or 0.0 for operand, slope in zip(box.operands, slopes, strict=False) if operand == to]
        return " + ".join(f"{bracketed(slope)} * {bracketed(event.upstream)}" for slope in uses)


def frames(boxes: Sequence[Box], events: Sequence[Event]) -> list[Frame]:
    """A frame for every event in which something happens, and one for those that never pass on."""
    lane = _Lane(boxes)
    found = [lane.frame(event) for event in events if event.changes or event.node is None or boxes[event.node].operands]
    found += _never(lane)
    return found


def _never(lane: _Lane) -> Iterator[Frame]:
    """Nodes that have something to give and are left out."""
    for place in reversed(range(len(lane.boxes))):
        box = lane.boxes[place]
        due = lane.expected(place, box.grad) if place not in lane.passed else {}
        note = f"{box.name} never passes on, so this share does not come."
        arrivals = tuple(Arrival(to, 0.0, "missing", "", note) for to, shares in due.items() if any(shares))
        if arrivals:
            yield Frame(place, f"{box.name} never passes on.", arrivals)


def right_events(steps: Sequence[Step]) -> Iterator[Event]:
    """The way back of a play."""
    for step in steps:
        if isinstance(step, Seed):
            yield Event(None, 1.0, ((step.node, 0.0, step.grad),))
        elif isinstance(step, Backward):
            changes: dict[int, tuple[float, float]] = {}
            for share in step.shares:
                before = changes.get(share.operand, (share.before, 0.0))[0]
                changes[share.operand] = before, share.after
            moved = tuple((to, *pair) for to, pair in changes.items() if pair[0] != pair[1])
            yield Event(step.node, step.upstream, moved)


def lanes(boxes: Sequence[Box], steps: Sequence[Step], events: Sequence[Event]) -> Json | None:
    """Both lanes for the page; None where there is nothing wrong to be seen in the first."""
    theirs = frames(boxes, events)
    wrong = next((frame for frame in theirs if frame.is_wrong), None)
    if wrong is None:
        return None
    bad = next(arrival for arrival in wrong.arrivals if arrival.kind != "right")
    right = frames(boxes, list(right_events(steps)))
    return {
        "title": f"On your way back, at {boxes[wrong.node].name}: {bad.note}" if wrong.node is not None else bad.note,
        "first": theirs.index(wrong) + 1,
        "theirs": [_json(frame) for frame in theirs],
        "right": [_json(frame) for frame in right],
    }


def _json(frame: Frame) -> Json:
    arrivals = [
        {"to": a.to, "amount": a.amount, "kind": a.kind, "product": a.product, "note": a.note} for a in frame.arrivals
    ]
    return {"node": frame.node, "words": frame.words, "arrivals": arrivals}

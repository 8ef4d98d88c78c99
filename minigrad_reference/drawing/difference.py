"""Where somebody's numbers differ from those of the play, and where they first do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from minigrad_reference.drawing.play import Backward, Box, Step, is_same, real
from minigrad_reference.drawing.shares import Flaw, flaw

Numbers: TypeAlias = tuple[object, object]  # data and grad; None where nothing is known


@dataclass(frozen=True)
class Difference:
    """A number of a node that is not as it should be; `got` may be no number at all."""

    node: int
    attribute: Literal["data", "grad"]
    expected: float
    got: object


@dataclass(frozen=True)
class FirstDifference:
    """The difference that comes first, and the step at which it does.

    Where a gradient went wrong on its way, `giver` is the node that it should have come from and `shares` what that
    passes back: added to `before` where this was replaced, and once where it has arrived several `times`.
    """

    difference: Difference
    step: int
    giver: int | None = None
    shares: tuple[float, ...] = ()
    before: float | None = None
    times: int = 1


def differences(boxes: Sequence[Box], theirs: Sequence[Numbers]) -> list[Difference]:
    """Every number that differs, in the order of the boxes; a gradient that is never complete is not compared."""
    found = []
    for place, (box, (data, grad)) in enumerate(zip(boxes, theirs, strict=True)):
        if data is not None and not is_same(box.data, data):
            found.append(Difference(place, "data", box.data, data))
        if grad is not None and box.complete is not None and not is_same(box.grad, grad):
            found.append(Difference(place, "grad", box.grad, grad))
    return found


def first_difference(
    boxes: Sequence[Box], steps: Sequence[Step], found: Sequence[Difference]
) -> FirstDifference | None:
    """The first of the differences: in the data, or else on the way back."""
    for difference in found:
        if difference.attribute == "data":
            return FirstDifference(difference, boxes[difference.node].computed)
    return _on_the_way_back(found[-1], boxes, steps) if found else None


def _on_the_way_back(difference: Difference, boxes: Sequence[Box], steps: Sequence[Step]) -> FirstDifference:
    """The step at which a gradient goes wrong, and what should have come there."""
    shares = [
        (number, share.product)
        for number, step in enumerate(steps, 1)
        if isinstance(step, Backward)
        for share in step.shares
        if share.operand == difference.node
    ]
    if not shares:
        return FirstDifference(difference, boxes[difference.node].complete or 0)
    found = flaw(shares, real(difference.got)) or Flaw(shares[-1][0])
    return FirstDifference(
        difference,
        found.giver,
        steps[found.giver - 1].node,
        tuple(share for number, share in shares if number == found.giver),
        found.before if found.giver != shares[0][0] else None,
        found.times,
    )

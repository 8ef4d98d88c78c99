"""What somebody's gradient tells of the shares that it should be the sum of."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Giver = TypeVar("Giver", bound=Hashable)
REL = 1e-6
TIMES = {2: "twice", 3: "three times"}


@dataclass(frozen=True)
class Flaw(Generic[Giver]):
    """Between which giver and the gradient it went wrong, and how: at most one of the two last is set.

    `before` is what was there and was replaced by what this giver passes back; `times`, how often that has arrived.
    """

    giver: Giver
    before: float | None = None
    times: int = 1


def flaw(shares: Sequence[tuple[Giver, float]], got: float) -> Flaw[Giver] | None:
    """The simplest reason for a gradient that is not the sum of these shares, in the order in which they arrive.

    None where no single giver accounts for it.
    """
    expected = sum(share for _, share in shares)
    if math.isclose(got, expected, rel_tol=REL):
        return None
    for place in range(1, len(shares)):
        before, rest = (sum(share for _, share in part) for part in (shares[:place], shares[place:]))
        if before and rest and math.isclose(got, rest, rel_tol=REL):
            return Flaw(shares[place][0], before=before)
    for giver, share in shares:
        if share and math.isclose(share, expected - got, rel_tol=REL):
            return Flaw(giver)
    for times in TIMES:
        for giver in dict.fromkeys(giver for giver, _ in shares):
            passed = sum(share for other, share in shares if other == giver)
            if passed and math.isclose(got - expected, (times - 1) * passed, rel_tol=REL):
                return Flaw(giver, times=times)
    return None

"""Every value after its operands."""

from __future__ import annotations

from minigrad_reference import Value
from minigrad_reference.drawing import trace


def topological_order(root: Value) -> list[Value]:
    order: list[Value] = trace(root)[0]
    return order


WORDS = {"topological_order": topological_order}

"""The nodes behind a value, by your own `topological_order`; `make train` has made the package that it comes from."""

from __future__ import annotations

from typing import Any, TypeAlias

Node: TypeAlias = Any  # anything with data, grad, label, _op and _prev


def trace(root: Node) -> tuple[list[Node], list[tuple[Node, Node]]]:
    """Every node `root` was made from, operands first and each once, and an edge (operand, result) per use."""
    from my_minigrad import topological_order

    nodes = list(topological_order(root))
    return nodes, [(operand, node) for node in nodes for operand in node._prev]

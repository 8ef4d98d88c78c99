"""The nodes behind a value. A student release has another file in this place, which asks the learner's own engine."""

from __future__ import annotations

from typing import Any, TypeAlias

Node: TypeAlias = Any  # anything with data, grad, label, _op and _prev


def trace(root: Node) -> tuple[list[Node], list[tuple[Node, Node]]]:
    """Every node `root` was made from, operands first and each once, and an edge (operand, result) per use."""
    nodes: list[Node] = []
    placed: set[int] = set()
    stack = [root]
    while stack:
        node = stack[-1]
        waiting = [operand for operand in node._prev if id(operand) not in placed]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        if id(node) not in placed:
            placed.add(id(node))
            nodes.append(node)
    return nodes, [(operand, node) for node in nodes for operand in node._prev]

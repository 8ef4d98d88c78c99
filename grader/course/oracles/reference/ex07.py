"""The graph as two sets and as a picture."""

from __future__ import annotations

import graphviz

from minigrad_reference import Value
from minigrad_reference.drawing import trace as reference_trace


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    nodes, edges = reference_trace(root)
    return set(nodes), set(edges)


def draw_dot(root: Value) -> graphviz.Digraph:
    """The drawing that exercise 7 describes, which is plainer than the reference's own."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for node in nodes:
        label = f"{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}"
        dot.node(str(id(node)), label=label, shape="record")
        if node._op:
            dot.node(f"{id(node)}{node._op}", label=node._op)
            dot.edge(f"{id(node)}{node._op}", str(id(node)))
    for operand, result in edges:
        dot.edge(str(id(operand)), f"{id(result)}{result._op}")
    return dot


WORDS = {"trace": trace, "draw_dot": draw_dot}

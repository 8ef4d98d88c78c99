"""The graph as two sets and as a picture."""

from __future__ import annotations

import graphviz

from grader.course.oracles.pytorch.engine import Value, topological_order


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    nodes = topological_order(root)
    return set(nodes), {(operand, node) for node in nodes for operand in node._prev}


def draw_dot(root: Value) -> graphviz.Digraph:
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    for value in topological_order(root):
        name = str(id(value))
        dot.node(name, f"{{ {value.label} | data {value.data:.4f} | grad {value.grad:.4f} }}", shape="record")
        if value._op:
            dot.node(name + value._op, value._op)
            dot.edge(name + value._op, name)
        for operand in set(value._prev):
            dot.edge(str(id(operand)), name + value._op)
    return dot


WORDS = {"trace": trace, "draw_dot": draw_dot}

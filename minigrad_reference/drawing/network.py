"""A network as a picture of its own, and its neurons as groups of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphviz

from minigrad_reference.drawing.graph import FONT, INK, INNER, LEAF, PAGE, QUIET
from minigrad_reference.drawing.palette import LIGHT
from minigrad_reference.drawing.walk import Node, trace

KINDS = {"dot": "sum", "+": "sum", "*": "product"}  # what an operation inside a neuron gives


def neuron_columns(model: Any, root: Node) -> list[dict[str, list[Node]]]:
    """The nodes behind `root` for `draw_dot`: the inputs, one column per layer, and what is made of the outputs.

    A neuron owns its parameters, every node computed with parameters of no other neuron, and every node computed from
    its own nodes alone.
    """
    inputs: list[Node] = []
    columns: list[dict[str, list[Node]]] = [{"inputs": inputs}]
    home: dict[int, list[Node]] = {}
    for i, layer in enumerate(model.layers, 1):
        columns.append({f"layer {i} neuron {j}": list(n.parameters()) for j, n in enumerate(layer.neurons, 1)})
        home |= {id(parameter): group for group in columns[-1].values() for parameter in group}
    parameters = set(home)
    rest: list[Node] = []
    for node in trace(root)[0]:
        groups = [home.get(id(operand), []) for operand in node._prev]
        weighing = [home[id(operand)] for operand in node._prev if id(operand) in parameters] or groups
        if not weighing or not weighing[0] or any(group is not weighing[0] for group in weighing):
            rest.append(node)
            continue
        weighing[0].append(node)
        home[id(node)] = weighing[0]
        for operand in node._prev:
            if not operand._prev and id(operand) not in home:
                home[id(operand)] = inputs
                inputs.append(operand)
    return [*columns, {"loss": [node for node in rest if id(node) not in home]}]


def layer_columns(model: Any, root: Node) -> list[dict[str, list[Node]]]:
    """The same with one table for a whole layer, which keeps the graph of a large network or of a loss readable."""
    columns = neuron_columns(model, root)
    titles = [
        "inputs",
        *(f"layer {i}: {_counted(len(layer.neurons))}" for i, layer in enumerate(model.layers, 1)),
        "loss",
    ]
    return [
        {title: [node for group in column.values() for node in group]}
        for title, column in zip(titles, columns, strict=True)
    ]


def _counted(neurons: int) -> str:
    return "1 neuron" if neurons == 1 else f"{neurons} neurons"


def name_neurons(model: Any, *predictions: Node) -> None:
    """Names that say whose a value is: 'layer 1 neuron 2' is what a neuron gives, 'layer 1 neuron 2 w1' its weight.

    Of several predictions each is a sample's: 'layer 1 neuron 2, sample 3'.
    """
    named = {id(parameter) for parameter in model.parameters()}
    for i, layer in enumerate(model.layers, 1):
        for j, neuron in enumerate(layer.neurons, 1):
            for parameter in neuron.parameters():
                parameter.label = f"layer {i} neuron {j} {parameter.label}" if parameter.label else ""
    for sample, prediction in enumerate(predictions, 1):
        suffix = f", sample {sample}" if len(predictions) > 1 else ""
        inputs, *layers, _ = neuron_columns(model, prediction)
        groups = [inputs, *layers]
        new = {title: [n for n in nodes if id(n) not in named] for group in groups for title, nodes in group.items()}
        named |= {id(node) for nodes in new.values() for node in nodes}
        for node in new.pop("inputs"):
            node.label = f"{node.label}{suffix}" if node.label else ""
        for title, computed in new.items():
            _name_inner(computed[:-1], title, suffix)
            for output in computed[-1:]:  # none where a neuron is not asked
                output.label = f"{title}{suffix}"
        prediction.label = f"prediction{suffix}"


def _name_inner(nodes: Sequence[Node], neuron: str, suffix: str) -> None:
    """What a neuron computes on its way, by its operation: 'sum', or 'product 1' and 'product 2', of w1 and of x1."""
    kinds = [KINDS.get(node._op, node._op) for node in nodes]
    for place, (node, kind) in enumerate(zip(nodes, kinds, strict=True)):
        number = kinds[: place + 1].count(kind)
        node.label = f"{neuron} {kind}{f' {number}' if kinds.count(kind) > 1 else ''}{suffix}"
        for operand in node._prev if kind == KINDS["*"] else ():
            if not operand._prev:
                operand.label = operand.label or f"{neuron} x{number}{suffix}"


def draw_network(model: Any) -> graphviz.Digraph:
    """Neurons in columns, one edge per weight: blue above 0, brown and dashed below, the thicker the larger."""
    dot = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "ranksep": "1.6", "nodesep": "0.12", "splines": "line", "fontname": FONT}
        | {"bgcolor": PAGE},
        node_attr={"shape": "circle", "style": "filled", "color": QUIET, "fontname": FONT, "fontcolor": INK}
        | {"fontsize": "9", "width": "0.5", "fixedsize": "true"},
        edge_attr={"arrowhead": "none"},
    )
    weights = [abs(w.data) for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    largest = max(weights, default=0.0) or 1.0
    for i, _ in enumerate(model.layers[0].neurons[0].w):
        dot.node(f"0.{i}", f"x{i + 1}", fillcolor=LEAF)
    for depth, layer in enumerate(model.layers, 1):
        for j, neuron in enumerate(layer.neurons):
            dot.node(f"{depth}.{j}", graphviz.escape(getattr(neuron, "activation", "")), fillcolor=INNER)
            for i, w in enumerate(neuron.w):
                look = {
                    "color": LIGHT["above" if w.data > 0 else "below"],
                    "style": "solid" if w.data > 0 else "dashed",
                    "penwidth": f"{0.2 + 2.3 * abs(w.data) / largest:.2f}",
                }
                dot.edge(f"{depth - 1}.{i}", f"{depth}.{j}", **look)
    return dot

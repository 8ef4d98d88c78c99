"""The kata's vocabulary, spoken by the reference engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphviz

import minigrad_reference as reference
from minigrad_reference import MLP, Value
from minigrad_reference.drawing import trace as reference_trace


def vocabulary(exercise: int) -> dict[str, object]:
    """What `from exNN_name import *` would give a learner, as the reference means it."""
    setattr(Value, "_backward", _backward)  # noqa: B010 - a plain assignment is a type error: the class has no such method
    setattr(Value, "backward", _backward_from)  # noqa: B010
    return {
        "derivative": reference.derivative,
        "gradient": reference.gradient,
        "Value": Value,
        "topological_order": lambda root: reference_trace(root)[0],
        "trace": _trace,
        "draw_dot": _draw_dot,
        "Module": reference.Module,
        "Neuron": reference.Neuron,
        "Layer": reference.Layer,
        "MLP": MLP,
        "mean_squared_error": reference.mean_squared_error,
        "sgd_step": reference.sgd_step,
        "train": _train_regression if exercise <= 10 else _train_classifier,
        "hinge_loss": reference.max_margin,
        "l2_penalty": reference.l2_penalty,
        "accuracy": reference.accuracy,
    }


_backward_of_the_reference = Value.backward


def _backward_from(root: Value) -> None:
    """The reference's pass; where a probe brings along a step of its own, which that does not know, step by step."""
    order = reference_trace(root)[0]
    if all(type(value) is Value for value in order):
        _backward_of_the_reference(root)
        return
    root.grad = 1.0
    for value in reversed(order):
        _backward(value) if type(value) is Value else value._backward()


def _backward(self: Value) -> None:
    """One node's share of the backward pass, which exercise 3 asks of every result."""
    for operand, local in zip(self._prev, self._local, strict=False):  # a relu that is off has none
        operand.grad += local * self.grad


def _trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    nodes, edges = reference_trace(root)
    return set(nodes), set(edges)


def _draw_dot(root: Value) -> graphviz.Digraph:
    """The drawing that exercise 7 describes, which is plainer than the reference's own."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    nodes, edges = _trace(root)
    for node in nodes:
        label = f"{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}"
        dot.node(str(id(node)), label=label, shape="record")
        if node._op:
            dot.node(f"{id(node)}{node._op}", label=node._op)
            dot.edge(f"{id(node)}{node._op}", str(id(node)))
    for operand, result in edges:
        dot.edge(str(id(operand)), f"{id(result)}{result._op}")
    return dot


def _train_regression(
    model: MLP, inputs: Sequence[Any], targets: Sequence[float], epochs: int, learning_rate: float
) -> list[float]:
    def loss(scores: Sequence[Value], targets: Sequence[float], _: Sequence[Value]) -> Value:
        return reference.mean_squared_error(scores, targets)

    history = reference.train(model, inputs, targets, loss, lambda _, __: learning_rate, epochs)
    return [epoch.loss for epoch in history]


def _train_classifier(
    model: MLP,
    inputs: Sequence[Any],
    labels: Sequence[float],
    epochs: int,
    learning_rate: float = 1.0,
    strength: float = 1e-4,
) -> list[tuple[float, float]]:
    def loss(scores: Sequence[Value], targets: Sequence[float], parameters: Sequence[Value]) -> Value:
        return reference.max_margin(scores, targets) + reference.l2_penalty(parameters, strength)

    history = reference.train(model, inputs, labels, loss, reference.linear_decay(learning_rate), epochs)
    return [(epoch.loss, epoch.accuracy) for epoch in history]

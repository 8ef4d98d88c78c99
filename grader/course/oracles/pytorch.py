"""The kata's vocabulary, spoken by PyTorch in float64.

Every number comes from a torch function and every gradient from torch.autograd: no derivative is written here. Pure
structure (`_prev`, `_op`, `topological_order`, `trace`, `draw_dot`) is nothing that torch knows in the kata's words, so
there the adapter's own bookkeeping answers; it shares no code with the reference's.

Where the lessons leave a result open the engines may differ, and a probe that shows it gets no key. After an operand's
data has been changed, for example, torch refuses to go backward through what was computed from the old one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from graphlib import TopologicalSorter
from types import ModuleType
from typing import Any

import graphviz
import torch


def vocabulary(exercise: int) -> dict[str, object]:
    """What `from exNN_name import *` would give a learner, as PyTorch means it."""
    return {
        "derivative": derivative,
        "gradient": gradient,
        "Value": Value,
        "topological_order": topological_order,
        "trace": trace,
        "draw_dot": draw_dot,
        "Module": Module,
        "Neuron": Neuron,
        "Layer": Layer,
        "MLP": MLP,
        "mean_squared_error": mean_squared_error,
        "sgd_step": sgd_step,
        "train": train_regression if exercise <= 10 else train_classifier,
        "hinge_loss": hinge_loss,
        "l2_penalty": l2_penalty,
        "accuracy": accuracy,
    }


class Value:
    """A torch scalar in float64 that keeps its gradient, leaf or not, beside the operands it was made from.

    `_odd` where a probe has brought along a step of its own, in a class of its own, which torch does not know.
    """

    def __init__(self, data: float, _children: Iterable[Value] = (), _op: str = "", label: str = "") -> None:
        self._tensor = torch.tensor(data, dtype=torch.float64, requires_grad=True)
        self._function: Callable[..., torch.Tensor] | None = None
        self._prev = tuple(_children)
        self._odd: bool = type(self) is not Value or any(operand._odd for operand in self._prev)
        self._op = _op
        self.label = label

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    @property
    def data(self) -> float:
        return float(self._tensor.item())

    @data.setter
    def data(self, data: float) -> None:
        with torch.no_grad():
            self._tensor.fill_(data)

    @property
    def grad(self) -> float:
        return 0.0 if self._tensor.grad is None else float(self._tensor.grad.item())

    @grad.setter
    def grad(self, grad: float) -> None:
        self._tensor.grad = torch.tensor(grad, dtype=torch.float64)

    def backward(self) -> None:
        if not self._odd:
            self._tensor.backward(retain_graph=True)
            return
        self.grad = 1.0
        for value in reversed(topological_order(self)):
            value._backward()

    def _backward(self) -> None:
        """One step back, through this operation alone: it is done again on operands without a history."""
        if self._function is None:
            return
        operands = [operand._tensor.detach().requires_grad_() for operand in self._prev]
        upstream = torch.tensor(self.grad, dtype=torch.float64)
        grads = torch.autograd.grad(self._function(*operands), operands, upstream)
        for operand, grad in zip(self._prev, grads, strict=True):
            operand.grad += grad.item()

    def __add__(self, other: float | Value) -> Value:
        return _apply(torch.add, "+", self, other)

    def __sub__(self, other: float | Value) -> Value:
        return _apply(torch.sub, "-", self, other)

    def __mul__(self, other: float | Value) -> Value:
        return _apply(torch.mul, "*", self, other)

    def __truediv__(self, other: float | Value) -> Value:
        return _apply(torch.div, "/", self, other)

    def __radd__(self, other: float) -> Value:
        return _apply(torch.add, "+", other, self)

    def __rsub__(self, other: float) -> Value:
        return _apply(torch.sub, "-", other, self)

    def __rmul__(self, other: float) -> Value:
        return _apply(torch.mul, "*", other, self)

    def __rtruediv__(self, other: float) -> Value:
        return _apply(torch.div, "/", other, self)

    def __pow__(self, n: float) -> Value:
        return _apply(lambda x: torch.pow(x, n), f"**{n}", self)

    def __neg__(self) -> Value:
        return _apply(torch.neg, "neg", self)

    def exp(self) -> Value:
        return _apply(torch.exp, "exp", self)

    def log(self) -> Value:
        return _apply(torch.log, "log", self)

    def tanh(self) -> Value:
        return _apply(torch.tanh, "tanh", self)

    def relu(self) -> Value:
        return _apply(torch.relu, "relu", self)

    def sigmoid(self) -> Value:
        return _apply(torch.sigmoid, "sigmoid", self)


def _apply(function: Callable[..., torch.Tensor], op: str, *operands: float | Value) -> Value:
    """The Value of a torch function of scalars; plain numbers among the operands become leaves."""
    values = [operand if isinstance(operand, Value) else Value(operand) for operand in operands]
    result = Value(0.0, values, op)
    result._function = function
    result._tensor = function(*(value._tensor for value in values))
    result._tensor.retain_grad()
    return result


def derivative(f: Callable[[float], float], x: float, h: float = 1e-6) -> float:
    samples = [f(x - h), 0.0, f(x + h)]  # torch's central difference does not look at the sample in the middle
    (slopes,) = torch.gradient(torch.tensor(samples, dtype=torch.float64), spacing=h)
    return float(slopes[1].item())


def gradient(f: Callable[[list[float]], float], xs: Sequence[float], h: float = 1e-6) -> list[float]:
    def along(i: int) -> Callable[[float], float]:
        return lambda x: f([*xs[:i], x, *xs[i + 1 :]])

    return [derivative(along(i), x, h) for i, x in enumerate(xs)]


def topological_order(root: Value) -> list[Value]:
    operands: dict[Value, tuple[Value, ...]] = {}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if value not in operands:
            operands[value] = value._prev
            waiting.extend(value._prev)
    return list(TopologicalSorter(operands).static_order())


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


class Module:
    """Anything with parameters."""

    def parameters(self) -> list[Value]:
        return []

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter._tensor.grad = None


ACTIVATIONS: dict[str, Callable[[Value], Value]] = {"tanh": Value.tanh, "relu": Value.relu, "linear": lambda x: x}


class Neuron(Module):
    """activation(w . x + b), with torch's dot product."""

    def __init__(self, nin: int, activation: str = "tanh", rng: random.Random | ModuleType = random) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"no activation {activation!r}")
        self.w = [Value(rng.uniform(-1, 1), label=f"w{i + 1}") for i in range(nin)]
        self.b = Value(0.0, label="b")
        self.activation = activation

    def __call__(self, x: Sequence[float | Value]) -> Value:
        n = len(self.w)
        if len(x) != n:
            raise ValueError(f"{n} weights but {len(x)} inputs")

        def weighted(bias: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
            return torch.dot(torch.stack(others[:n]), torch.stack(others[n:])) + bias

        return ACTIVATIONS[self.activation](_apply(weighted, "dot", self.b, *self.w, *x))

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


class Layer(Module):
    """Neurons that see the same inputs."""

    def __init__(self, nin: int, nout: int, activation: str = "tanh", rng: random.Random | ModuleType = random) -> None:
        self.neurons = [Neuron(nin, activation, rng) for _ in range(nout)]

    def __call__(self, x: Sequence[float | Value]) -> list[Value]:
        return [neuron(x) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]


class MLP(Module):
    """Layers in a row; the last one is linear unless every layer's activation is named."""

    def __init__(
        self, nin: int, nouts: Sequence[int], activation: str | Sequence[str] = "tanh", seed: int | None = None
    ) -> None:
        hidden = len(nouts) - 1
        names = [*[activation] * hidden, "linear"] if isinstance(activation, str) else activation
        rng = random.Random(seed)
        shapes = zip([nin, *nouts[:hidden]], nouts, names, strict=True)
        self.layers = [Layer(*shape, rng) for shape in shapes]

    def __call__(self, x: Sequence[float | Value]) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]


def mean_squared_error(predictions: Sequence[Value], targets: Sequence[float]) -> Value:
    wanted = torch.tensor(targets, dtype=torch.float64)
    return _apply(lambda *p: torch.nn.functional.mse_loss(torch.stack(p), wanted), "mse", *predictions)


def hinge_loss(scores: Sequence[Value], labels: Sequence[float]) -> Value:
    sides = torch.tensor(labels, dtype=torch.float64)
    return _apply(lambda *s: torch.relu(1 - sides * torch.stack(s)).mean(), "hinge", *scores)


def l2_penalty(parameters: Sequence[Value], strength: float = 1e-4) -> Value:
    return _apply(lambda *p: strength * torch.stack(p).square().sum(), "l2", *parameters)


def accuracy(scores: Sequence[Value], labels: Sequence[float]) -> float:
    above = torch.stack([score._tensor for score in scores]) > 0
    return float((above == (torch.tensor(labels) > 0)).double().mean().item())


def sgd_step(parameters: Sequence[Value], learning_rate: float) -> None:
    with torch.no_grad():
        for parameter in parameters:
            if parameter._tensor.grad is not None:
                parameter._tensor.sub_(parameter._tensor.grad, alpha=learning_rate)


def train_regression(
    model: MLP, inputs: Sequence[Any], targets: Sequence[float], epochs: int, learning_rate: float
) -> list[float]:
    def epoch() -> float:
        loss = mean_squared_error([model(x) for x in inputs], targets)
        _descend(model, loss, learning_rate)
        return loss.data

    return [epoch() for _ in range(epochs)]


def train_classifier(
    model: MLP,
    inputs: Sequence[Any],
    labels: Sequence[float],
    epochs: int,
    learning_rate: float = 1.0,
    strength: float = 1e-4,
) -> list[tuple[float, float]]:
    def epoch(rate: float) -> tuple[float, float]:
        scores = [model(x) for x in inputs]
        loss = hinge_loss(scores, labels) + l2_penalty(model.parameters(), strength)
        _descend(model, loss, rate)
        return loss.data, accuracy(scores, labels)

    return [epoch(learning_rate * (1 - 0.9 * k / epochs)) for k in range(epochs)]


def _descend(model: MLP, loss: Value, rate: float) -> None:
    model.zero_grad()
    loss.backward()
    sgd_step(model.parameters(), rate)

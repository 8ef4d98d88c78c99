"""Sketches of the engine and the network that are written by hand, without their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from grader.core.records import Node

Draft: TypeAlias = tuple[str, tuple[Node, ...]]


def leaves(names: Iterable[str], grads: bool = True) -> tuple[Node, ...]:
    return tuple(Node(n, "", (), f"{n}.data", f"{n}.grad" if grads else "", None) for n in names)


def _slope(function: str, x: float) -> Draft:
    nodes = (Node("x", "", (), "x", "", None), Node("slope", "derivative", ("x",), "slope", "", None))
    return f"x = {x}\nslope = derivative(lambda x: {function}, x, h=0.001)\n", nodes


def _partials(function: str, xs: list[float]) -> Draft:
    names = [f"xs[{i}]" for i in range(len(xs))]
    nodes = tuple(Node(name, "", (), name, "", None) for name in names)
    nodes += tuple(Node(f"slopes[{i}]", "gradient", tuple(names), f"slopes[{i}]", "", None) for i in range(len(xs)))
    return f"xs = {xs}\nslopes = gradient(lambda xs: {function}, xs, h=0.001)\n", nodes


def _neuron(count: int, activation: str) -> Draft:
    xs, ws = [f"x{i + 1}" for i in range(count)], [f"n.w[{i}]" for i in range(count)]
    numbers = ((1.5, 0.5), (-2.0, 0.25))
    lines = [f"{x} = Value({number})" for x, (number, _) in zip(xs, numbers, strict=False)]
    lines += [f'n = Neuron({count}, "{activation}")']
    lines += [f"{w}.data = {number}" for w, (_, number) in zip(ws, numbers, strict=False)]
    lines += ["n.b.data = 0.75", f"out = n([{', '.join(xs)}])", "out.backward()"]
    operands = (*tuple(name for pair in zip(ws, xs, strict=True) for name in pair), "n.b")
    listed = (*tuple(ws), "n.b")
    nodes = (
        *leaves(operands),
        Node("out", activation, operands, "out.data", "out.grad", None),
        Node("n.parameters()", "parameters", listed, "[p.data for p in n.parameters()]", "", None),
        # Asked once more, by an expression of its own: a list may grow with each call.
        Node("n.parameters() again", "parameters", listed, "[p.data for p in list(n.parameters())]", "", None),
    )
    return "\n".join(lines) + "\n", nodes


def _layer() -> Draft:
    lines = ["x = Value(2.0)", 'layer = Layer(1, 2, "linear")', *_weights_in("for n in layer.neurons")]
    lines += ["first, second = layer([x])"]
    nodes = (
        *leaves(["x"], grads=False),
        Node("first", "neuron", ("x",), "first.data", "", None),
        Node("second", "neuron", ("x",), "second.data", "", None),
        Node("len(layer.parameters())", "count", (), "len(layer.parameters())", "", None),
    )
    return "\n".join(lines) + "\n", nodes


def _weights_in(neurons: str) -> list[str]:
    """Lines that set the weights where they are, so that a wrong list of parameters changes nothing else."""
    return [f"for i, p in enumerate([p {neurons} for p in (*n.w, n.b)]):", "    p.data = 0.5 * (i + 1)"]


def _network(sizes: list[int], activation: str) -> Draft:
    lines = ["x = Value(2.0)", f'm = MLP(1, {sizes}, "{activation}")']
    lines += [*_weights_in("for layer in m.layers for n in layer.neurons"), "out = m([x])", "out.backward()"]
    nodes = (
        *leaves(["x"]),
        Node("out", "MLP", ("x",), "out.data", "out.grad", None),
        Node("len(m.parameters())", "count", (), "len(m.parameters())", "", None),
        Node("gradients", "backward", ("out",), "[p.grad for p in m.parameters()]", "", None),
        Node(
            "after zero_grad",
            "zero_grad",
            ("gradients",),
            "(m.zero_grad(), [p.grad for p in m.parameters()])[1]",
            "",
            None,
        ),
    )
    return "\n".join(lines) + "\n", nodes


def loss(call: str, values: dict[str, float]) -> Draft:
    lines = [f"{name} = Value({value})" for name, value in values.items()] + [f"loss = {call}", "loss.backward()"]
    op = call.partition("(")[0]
    nodes = (*leaves(values), Node("loss", op, tuple(values), "loss.data", "loss.grad", None))
    return "\n".join(lines) + "\n", nodes


def _step() -> Draft:
    lines = ["p = Value(2.0)", "q = Value(-1.0)", "p.grad, q.grad = 3.0, -4.0", "sgd_step([p, q], 0.1)"]
    return "\n".join(lines) + "\n", leaves(["p", "q"])


def _training(train: str, epoch: str, epochs: int) -> Draft:
    weights = ["for i, p in enumerate(m.parameters()):", "    p.data = 0.5 * (i + 1)"]
    lines = ["m = MLP(1, [1])", *weights, train.format(epochs)]
    nodes = tuple(
        Node(
            f"loss of epoch {i + 1}",
            "update" if i else "",
            (f"loss of epoch {i}",) if i else (),
            epoch.format(i),
            "",
            None,
        )
        for i in range(epochs)
    )
    count = f"len({train.partition(' ')[0]})"
    return "\n".join(lines) + "\n", (*nodes, Node(count, "count", (), count, "", None))


def _share(values: dict[str, float], labels: list[int]) -> Draft:
    lines = [f"{name} = Value({value})" for name, value in values.items()]
    lines += [f"share = accuracy([{', '.join(values)}], {labels})"]
    nodes = (*leaves(values, grads=False), Node("share", "accuracy", tuple(values), "share", "", None))
    return "\n".join(lines) + "\n", nodes


FITTED = ("losses = train(m, [[1.0], [2.0]], [2.0, 3.0], {}, 0.05)", "losses[{}]")
CLASSIFIED = ("history = train(m, [[1.0], [-2.0]], [1.0, -1.0], {})", "history[{}][0]")
DRAFTS = {
    1: (
        _slope("3 * x", 2.0),
        _slope("x * x", 3.0),
        _slope("x ** 3", 2.0),
        _slope("-x", 1.0),
        _partials("3 * xs[0]", [2.0]),
        _partials("2 * xs[0] + 5 * xs[1]", [1.0, 1.0]),
        _partials("xs[0] * xs[1]", [3.0, 5.0]),
    ),
    8: (
        _neuron(1, "linear"),
        _neuron(1, "tanh"),
        _neuron(1, "relu"),
        _neuron(2, "linear"),
        _neuron(2, "tanh"),
    ),
    9: (
        _layer(),
        _network([1], "linear"),
        _network([2, 1], "linear"),
        _network([2, 1], "tanh"),
        _network([2, 2, 1], "relu"),
    ),
    10: (
        loss("mean_squared_error([p], [1.0])", {"p": 3.0}),
        loss("mean_squared_error([p, q], [1.0, 0.0])", {"p": 3.0, "q": -2.0}),
        _step(),
        _training(*FITTED, 1),
        _training(*FITTED, 3),
    ),
    11: (
        loss("hinge_loss([s], [1])", {"s": 0.25}),
        loss("hinge_loss([s], [-1])", {"s": 0.25}),
        loss("hinge_loss([s, t], [1, 1])", {"s": 0.25, "t": 3.0}),
        loss("l2_penalty([p], 0.1)", {"p": 3.0}),
        loss("l2_penalty([p, q], 0.1)", {"p": 3.0, "q": -2.0}),
        _share({"s": 0.25, "t": -3.0}, [1, 1]),
        _share({"s": 0.25, "t": -3.0, "u": 2.0}, [-1, -1, 1]),
        _training(*CLASSIFIED, 1),
        _training(*CLASSIFIED, 3),
    ),
}

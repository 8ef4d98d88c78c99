"""Sketches: small expressions, simplest first, on which a learner's code can be shown to differ.

`make key` asks the oracles for every number in them and writes tests/public/sketches.json, which travels to learners.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from grader.core.catalogue import needed_by, read_catalogue
from grader.core.judging import same
from grader.core.records import Node, Sketch
from grader.course.authoring.answer_key import OracleError, agreed_values, available_oracles

LEAVES = {"a": 2.0, "b": -3.0}
LETTERS = "cdefghk"
NUMBERS = ("3", "0.5")  # unlike the leaf beside each: 2 - a and a - 2 would be the same for a = 2
LARGEST, SAMPLED = 6, 30  # operations in a random sketch, random sketches per exercise
Partials = Callable[..., tuple[float, ...]]


@dataclass(frozen=True)
class Operation:
    """How an operation is written over names or numbers, and its partial derivatives at their data."""

    text: str
    symbol: str
    partials: Partials
    since: int  # the exercise that introduces it


OPERATIONS = (
    Operation("{0} + {1}", "+", lambda x, y: (1.0, 1.0), 2),  # noqa: ARG005
    Operation("{0} * {1}", "*", lambda x, y: (y, x), 2),
    Operation("-{0}", "neg", lambda x: (-1.0,), 5),  # noqa: ARG005
    Operation("{0} - {1}", "-", lambda x, y: (1.0, -1.0), 5),  # noqa: ARG005
    Operation("{0} ** 2", "**2", lambda x: (2.0 * x,), 5),
    Operation("{0} ** -1", "**-1", lambda x: (-1.0 / (x * x),), 5),
    Operation("{0} / {1}", "/", lambda x, y: (1.0 / y, -x / (y * y)), 5),
    Operation("{0}.exp()", "exp", lambda x: (math.exp(x),), 6),
    Operation("{0}.log()", "log", lambda x: (1.0 / x,), 6),
    Operation("{0}.tanh()", "tanh", lambda x: (1.0 - math.tanh(x) ** 2,), 6),
    Operation("{0}.relu()", "relu", lambda x: (1.0 if x > 0 else 0.0,), 6),
    Operation("{0}.sigmoid()", "sigmoid", lambda x: (math.exp(-x) / (1.0 + math.exp(-x)) ** 2,), 6),
)


@dataclass(frozen=True)
class Step:
    """One line of a program: `name = operation of operands`, names of values or numbers as text."""

    name: str
    operation: Operation
    operands: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"{self.name} = {self.operation.text.format(*self.operands)}"


def sketches() -> list[Sketch]:
    """Every sketch, the simplest of each exercise first, with the numbers on which the oracles agree."""
    return [_answered(sketch) for sketch in _drafts()]


def sketches_text() -> str:
    lines = (json.dumps(asdict(sketch), sort_keys=True) for sketch in sketches())
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _drafts() -> Iterator[Sketch]:
    yield from SLOPES
    for exercise in range(2, 8):
        for program in _programs(exercise):
            if draft := _draft(exercise, program):
                yield draft
    yield from NETWORKS


def _programs(exercise: int) -> list[tuple[Step, ...]]:
    """One operation in every way, two operations in a row, then random graphs with shared values."""
    known = {2, exercise, *needed_by(read_catalogue()[exercise])}  # so a slip in another exercise shows nowhere here
    every = [op for op in OPERATIONS if op.since in known]
    new = [op for op in every if op.since == exercise] or list(OPERATIONS[:2])
    singles = [(step,) for op in new for step in _steps("c", op, ("a", "b"))]
    first = [step for (step,) in singles if all(operand in LEAVES for operand in step.operands)]
    pairs = [
        (step, Step("d", op, operands))
        for step in first
        for op in OPERATIONS[:2]
        for operands in (("c", "a"), ("c", "c"), ("a", "c"), ("c", NUMBERS[0]))
    ]
    return [*singles, *pairs, *_random_programs(exercise, every)]


def _steps(name: str, op: Operation, values: tuple[str, str]) -> Iterator[Step]:
    a, b = values
    if "{1}" not in op.text:
        yield from (Step(name, op, (value,)) for value in values)
        return
    numbers = [(a, NUMBERS[0]), (b, NUMBERS[1])] + ([(NUMBERS[0], a), (NUMBERS[1], b)] if op.since == 5 else [])
    yield from (Step(name, op, operands) for operands in [(a, b), (a, a), *numbers])


def _random_programs(exercise: int, every: list[Operation]) -> Iterator[tuple[Step, ...]]:
    rng = random.Random(exercise)
    for place in range(SAMPLED):
        size = 3 + place * (LARGEST - 2) // SAMPLED
        names = list(LEAVES)
        steps = []
        for name in LETTERS[:size]:
            op = rng.choice(every)
            recent = [names[-1], rng.choice(names)]  # the last one is used, so that everything hangs together
            rng.shuffle(recent)
            steps.append(Step(name, op, tuple(recent) if "{1}" in op.text else (names[-1],)))
            names.append(name)
        yield tuple(steps)


def _draft(exercise: int, program: tuple[Step, ...]) -> Sketch | None:
    """The sketch of a program without its numbers; None where an operation is undefined or its numbers are unwieldy."""
    used = [name for name in LEAVES if any(name in step.operands for step in program)]
    data = {name: LEAVES[name] for name in used}
    try:
        for step in program:
            values = [data[o] if o in data else float(o) for o in step.operands]
            data[step.name] = _evaluate(step, values)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    if not all(1e-3 < abs(x) < 1e3 or x == 0 for x in data.values()):
        return None
    grads = exercise >= 3 and exercise != 7
    nodes = tuple(Node(n, "", (), f"{n}.data", f"{n}.grad" if grads else "", None) for n in used)
    nodes += tuple(
        Node(s.name, s.operation.symbol, tuple(o for o in s.operands if o in data), f"{s.name}.data", "", None)
        for s in program
    )
    nodes = tuple(replace(n, grad=f"{n.name}.grad" if grads else "") for n in nodes)
    nodes = _with_contributions(nodes, program, data) if grads else nodes
    root = program[-1].name
    lines = [f"{n} = Value({LEAVES[n]})" for n in used] + [s.line for s in program] + _backward(exercise, program)
    names = ", ".join(f'("{n.name}", {n.name})' for n in nodes)
    pairs = "p is u for p in v._prev" if exercise == 2 else f"p is u and q is v for p, q in trace({root})[1]"
    edges = f"sorted([x, y] for x, u in ({names}) for y, v in ({names}) if any({pairs}))" if exercise in (2, 7) else ""
    order = f"[x for v in topological_order({root}) for x, u in ({names}) if u is v]" if exercise == 4 else ""
    return Sketch(exercise, "\n".join(lines) + "\n", nodes, edges, order)


def _evaluate(step: Step, values: list[float]) -> float:
    namespace: dict[str, object] = {"Number": _Number}
    names = [f"Number({value!r})" for value in values]
    return float(eval(step.operation.text.format(*names), namespace))  # noqa: S307 - our own templates


class _Number(float):
    """A float with the unary operations, to see whether a program makes sense before any oracle is asked."""

    def exp(self) -> float:
        return math.exp(self)

    def log(self) -> float:
        return math.log(self)

    def tanh(self) -> float:
        return math.tanh(self)

    def relu(self) -> float:
        if not self:
            raise ValueError("relu has a corner at 0, where several slopes are right")
        return max(0.0, self)

    def sigmoid(self) -> float:
        return 1.0 / (1.0 + math.exp(-self))


def _backward(exercise: int, program: tuple[Step, ...]) -> list[str]:
    """The lines of the backward pass: by hand in exercise 3, none where there are no gradients to look at."""
    root = program[-1].name
    if exercise == 3:
        return [f"{root}.grad = 1.0", *(f"{step.name}._backward()" for step in reversed(program))]
    return [] if exercise in (2, 7) else [f"{root}.backward()"]


def _with_contributions(nodes: tuple[Node, ...], program: tuple[Step, ...], data: dict[str, float]) -> tuple[Node, ...]:
    """Each node with what it passes to each operand, by the partial derivatives above: a witness of its own."""
    grad = dict.fromkeys(data, 0.0)
    grad[program[-1].name] = 1.0
    passed: dict[str, tuple[float, ...]] = {}
    for step in reversed(program):
        values = [data[o] if o in data else float(o) for o in step.operands]
        shares = [local * grad[step.name] for local in step.operation.partials(*values)]
        kept = [(o, share) for o, share in zip(step.operands, shares, strict=True) if o in data]
        passed[step.name] = tuple(share for _, share in kept)
        for operand, share in kept:
            grad[operand] += share
    return tuple(replace(n, passed=passed.get(n.name, ()), expected_grad=grad[n.name]) for n in nodes)


def _answered(sketch: Sketch) -> Sketch:
    """A sketch with the numbers of the oracles, which must be those of the partial derivatives as well."""
    called = f"a sketch of exercise {sketch.exercise}"
    values = agreed_values(sketch.exercise, sketch.probe, available_oracles(), called)
    nodes = []
    for node in sketch.nodes:
        grad = values.get(node.grad)
        if node.expected_grad is not None and not same(node.expected_grad, grad, 1e-9, 1e-12):
            raise OracleError(
                f"{node.grad} is {grad} by the oracles but {node.expected_grad} by hand: {sketch.snippet}"
            )
        nodes.append(replace(node, expected_data=values[node.data], expected_grad=grad))
    return replace(sketch, nodes=tuple(nodes))


def _leaves(names: Iterable[str], grads: bool = True) -> tuple[Node, ...]:
    return tuple(Node(n, "", (), f"{n}.data", f"{n}.grad" if grads else "", None) for n in names)


def _slope(function: str, x: float) -> Sketch:
    nodes = (Node("x", "", (), "x", "", None), Node("slope", "derivative", ("x",), "slope", "", None))
    return Sketch(1, f"x = {x}\nslope = derivative(lambda x: {function}, x, h=0.001)\n", nodes)


def _partials(function: str, xs: list[float]) -> Sketch:
    names = [f"xs[{i}]" for i in range(len(xs))]
    nodes = tuple(Node(name, "", (), name, "", None) for name in names)
    nodes += tuple(Node(f"slopes[{i}]", "gradient", tuple(names), f"slopes[{i}]", "", None) for i in range(len(xs)))
    return Sketch(1, f"xs = {xs}\nslopes = gradient(lambda xs: {function}, xs, h=0.001)\n", nodes)


SLOPES = (
    _slope("3 * x", 2.0),
    _slope("x * x", 3.0),
    _slope("x ** 3", 2.0),
    _slope("-x", 1.0),
    _partials("3 * xs[0]", [2.0]),
    _partials("2 * xs[0] + 5 * xs[1]", [1.0, 1.0]),
    _partials("xs[0] * xs[1]", [3.0, 5.0]),
)


def _neuron(count: int, activation: str) -> Sketch:
    xs, ws = [f"x{i + 1}" for i in range(count)], [f"n.w[{i}]" for i in range(count)]
    numbers = ((1.5, 0.5), (-2.0, 0.25))
    lines = [f"{x} = Value({number})" for x, (number, _) in zip(xs, numbers, strict=False)]
    lines += [f'n = Neuron({count}, "{activation}")']
    lines += [f"{w}.data = {number}" for w, (_, number) in zip(ws, numbers, strict=False)]
    lines += ["n.b.data = 0.75", f"out = n([{', '.join(xs)}])", "out.backward()"]
    operands = (*tuple(name for pair in zip(ws, xs, strict=True) for name in pair), "n.b")
    nodes = (
        *_leaves(operands),
        Node("out", activation, operands, "out.data", "out.grad", None),
        Node("len(n.parameters())", "count", (*tuple(ws), "n.b"), "len(n.parameters())", "", None),
        Node("sum of parameters", "+", (*tuple(ws), "n.b"), "sum(p.data for p in n.parameters())", "", None),
    )
    return Sketch(8, "\n".join(lines) + "\n", nodes)


def _layer() -> Sketch:
    lines = ["x = Value(2.0)", 'layer = Layer(1, 2, "linear")', *_weights("layer"), "first, second = layer([x])"]
    nodes = (
        *_leaves(["x"], grads=False),
        Node("first", "neuron", ("x",), "first.data", "", None),
        Node("second", "neuron", ("x",), "second.data", "", None),
        Node("len(layer.parameters())", "count", (), "len(layer.parameters())", "", None),
    )
    return Sketch(9, "\n".join(lines) + "\n", nodes)


def _weights(name: str) -> list[str]:
    return [f"for i, p in enumerate({name}.parameters()):", "    p.data = 0.5 * (i + 1)"]


def _network(sizes: list[int], activation: str) -> Sketch:
    lines = ["x = Value(2.0)", f'm = MLP(1, {sizes}, "{activation}")', *_weights("m"), "out = m([x])", "out.backward()"]
    nodes = (
        *_leaves(["x"]),
        Node("out", "MLP", ("x",), "out.data", "out.grad", None),
        Node("len(m.parameters())", "count", (), "len(m.parameters())", "", None),
        Node("gradients", "of parameters", ("out",), "[p.grad for p in m.parameters()]", "", None),
        Node(
            "after zero_grad",
            "zero_grad",
            ("gradients",),
            "(m.zero_grad(), [p.grad for p in m.parameters()])[1]",
            "",
            None,
        ),
    )
    return Sketch(9, "\n".join(lines) + "\n", nodes)


def _loss(call: str, exercise: int, values: dict[str, float]) -> Sketch:
    lines = [f"{name} = Value({value})" for name, value in values.items()] + [f"loss = {call}", "loss.backward()"]
    op = call.partition("(")[0]
    nodes = (*_leaves(values), Node("loss", op, tuple(values), "loss.data", "loss.grad", None))
    return Sketch(exercise, "\n".join(lines) + "\n", nodes)


def _step() -> Sketch:
    lines = ["p = Value(2.0)", "q = Value(-1.0)", "p.grad, q.grad = 3.0, -4.0", "sgd_step([p, q], 0.1)"]
    return Sketch(10, "\n".join(lines) + "\n", _leaves(["p", "q"]))


def _training(exercise: int, epochs: int) -> Sketch:
    first, second = ("[1.0], [2.0]", "[2.0, 3.0]") if exercise == 10 else ("[1.0], [-2.0]", "[1.0, -1.0]")
    rate = ", 0.05" if exercise == 10 else ""
    lines = ["m = MLP(1, [1])", *_weights("m"), f"losses = train(m, [{first}], {second}, {epochs}{rate})"]
    if exercise == 11:
        lines[-1] = f"history = train(m, [{first}], {second}, {epochs})"
    epoch = "losses[{}]" if exercise == 10 else "history[{}][0]"
    texts = [epoch.format(i) for i in range(epochs)]
    count = "len(losses)" if exercise == 10 else "len(history)"
    nodes = tuple(
        Node(f"loss of epoch {i + 1}", "update" if i else "", (f"loss of epoch {i}",) if i else (), text, "", None)
        for i, text in enumerate(texts)
    )
    return Sketch(exercise, "\n".join(lines) + "\n", (*nodes, Node(count, "count", (), count, "", None)))


def _share(values: dict[str, float], labels: list[int]) -> Sketch:
    lines = [f"{name} = Value({value})" for name, value in values.items()]
    lines += [f"share = accuracy([{', '.join(values)}], {labels})"]
    nodes = (*_leaves(values, grads=False), Node("share", "accuracy", tuple(values), "share", "", None))
    return Sketch(11, "\n".join(lines) + "\n", nodes)


NETWORKS = (
    _neuron(1, "linear"),
    _neuron(1, "tanh"),
    _neuron(1, "relu"),
    _neuron(2, "linear"),
    _neuron(2, "tanh"),
    _layer(),
    _network([1], "linear"),
    _network([2, 1], "linear"),
    _network([2, 1], "tanh"),
    _network([2, 2, 1], "relu"),
    _loss("mean_squared_error([p], [1.0])", 10, {"p": 3.0}),
    _loss("mean_squared_error([p, q], [1.0, 0.0])", 10, {"p": 3.0, "q": -2.0}),
    _step(),
    _training(10, 1),
    _training(10, 3),
    _loss("hinge_loss([s], [1])", 11, {"s": 0.25}),
    _loss("hinge_loss([s], [-1])", 11, {"s": 0.25}),
    _loss("hinge_loss([s, t], [1, 1])", 11, {"s": 0.25, "t": 3.0}),
    _loss("l2_penalty([p], 0.1)", 11, {"p": 3.0}),
    _loss("l2_penalty([p, q], 0.1)", 11, {"p": 3.0, "q": -2.0}),
    _share({"s": 0.25, "t": -3.0}, [1, 1]),
    _share({"s": 0.25, "t": -3.0, "u": 2.0}, [-1, -1, 1]),
    _training(11, 1),
    _training(11, 3),
)

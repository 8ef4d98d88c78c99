"""Sketches: small expressions, simplest first, on which a learner's code can be shown to differ.

`make key` asks the oracles for every number in them and writes tests/public/sketches.json, which travels to learners.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

from grader.core.catalogue import read_catalogue
from grader.core.judging import same
from grader.core.records import Node, Sketch
from grader.course.authoring.answer_key import OracleError, agreed_values, available_oracles
from grader.course.authoring.programs import LEAVES, Program, programs

Draft: TypeAlias = tuple[str, tuple[Node, ...]]  # a snippet and its nodes, whose numbers are not known yet


@dataclass(frozen=True)
class Form:
    """What the sketches of an exercise ask for beside the data: gradients after a backward pass, edges, an order.

    `edges` says in Python whether a value `u` is an operand of a value `v`.
    """

    backward: Literal["", "by hand", "called"] = ""
    edges: str = ""
    order: bool = False


FORMS = {  # by exercise: those whose sketches are programs; WRITTEN, at the end, has the others
    2: Form(edges="p is u for p in v._prev"),
    3: Form(backward="by hand"),
    4: Form(backward="called", order=True),
    5: Form(backward="called"),
    6: Form(backward="called"),
    7: Form(edges="p is u and q is v for p, q in trace({root})[1]"),
}


def sketches() -> list[Sketch]:
    """Every sketch, the simplest of each exercise first, with the numbers on which the oracles agree."""
    return [_answered(sketch) for sketch in _drafts()]


def sketches_text() -> str:
    lines = (json.dumps(asdict(sketch), sort_keys=True) for sketch in sketches())
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _drafts() -> Iterator[Sketch]:
    for number, exercise in read_catalogue().items():
        yield from (Sketch(number, snippet, nodes) for snippet, nodes in WRITTEN.get(number, ()))
        if number in FORMS:
            yield from filter(None, (_sketch(number, program) for program in programs(exercise)))


def _sketch(number: int, program: Program) -> Sketch | None:
    """The sketch of a program, without the oracles' numbers; None of one that makes no sense."""
    form, data, root = FORMS[number], program.data(), program.root
    if data is None:
        return None
    nodes = _leaves(program.leaves, grads=bool(form.backward))
    nodes += tuple(
        Node(
            line.name,
            line.spelling.symbol,
            tuple(operand for operand in line.operands if operand in data),
            f"{line.name}.data",
            f"{line.name}.grad" if form.backward else "",
            None,
        )
        for line in program.lines
    )
    if form.backward:
        grads, passed = program.backward(data)
        nodes = tuple(replace(n, passed=passed.get(n.name, ()), expected_grad=grads[n.name]) for n in nodes)
    names = ", ".join(f'("{n.name}", {n.name})' for n in nodes)
    pairs = form.edges.format(root=root)
    edges = f"sorted([x, y] for x, u in ({names}) for y, v in ({names}) if any({pairs}))" if pairs else ""
    order = f"[x for v in topological_order({root}) for x, u in ({names}) if u is v]" if form.order else ""
    return Sketch(number, _snippet(form, program), nodes, edges, order)


def _snippet(form: Form, program: Program) -> str:
    lines = [f"{name} = Value({LEAVES[name]})" for name in program.leaves] + [line.text for line in program.lines]
    if form.backward == "by hand":
        lines += [f"{program.root}.grad = 1.0", *(f"{line.name}._backward()" for line in reversed(program.lines))]
    elif form.backward:
        lines.append(f"{program.root}.backward()")
    return "\n".join(lines) + "\n"


def _answered(sketch: Sketch) -> Sketch:
    """A sketch with the numbers of the oracles, which must be those of the operations' slopes as well."""
    called = f"a sketch of exercise {sketch.exercise}"
    values = agreed_values(sketch.exercise, sketch.probe, available_oracles(), called)
    nodes = []
    for node in sketch.nodes:
        grad = values.get(node.grad)
        if node.expected_grad is not None and not same(node.expected_grad, grad, 1e-9, 1e-12):
            raise OracleError(
                f"{node.grad} is {grad} by the oracles but {node.expected_grad} by the slopes: {sketch.snippet}"
            )
        nodes.append(replace(node, expected_data=values[node.data], expected_grad=grad))
    return replace(sketch, nodes=tuple(nodes))


def _leaves(names: Iterable[str], grads: bool = True) -> tuple[Node, ...]:
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
    nodes = (
        *_leaves(operands),
        Node("out", activation, operands, "out.data", "out.grad", None),
        Node("len(n.parameters())", "count", (*tuple(ws), "n.b"), "len(n.parameters())", "", None),
        Node("sum of parameters", "+", (*tuple(ws), "n.b"), "sum(p.data for p in n.parameters())", "", None),
    )
    return "\n".join(lines) + "\n", nodes


def _layer() -> Draft:
    lines = ["x = Value(2.0)", 'layer = Layer(1, 2, "linear")', *_weights("layer"), "first, second = layer([x])"]
    nodes = (
        *_leaves(["x"], grads=False),
        Node("first", "neuron", ("x",), "first.data", "", None),
        Node("second", "neuron", ("x",), "second.data", "", None),
        Node("len(layer.parameters())", "count", (), "len(layer.parameters())", "", None),
    )
    return "\n".join(lines) + "\n", nodes


def _weights(name: str) -> list[str]:
    return [f"for i, p in enumerate({name}.parameters()):", "    p.data = 0.5 * (i + 1)"]


def _network(sizes: list[int], activation: str) -> Draft:
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
    return "\n".join(lines) + "\n", nodes


def _loss(call: str, values: dict[str, float]) -> Draft:
    lines = [f"{name} = Value({value})" for name, value in values.items()] + [f"loss = {call}", "loss.backward()"]
    op = call.partition("(")[0]
    nodes = (*_leaves(values), Node("loss", op, tuple(values), "loss.data", "loss.grad", None))
    return "\n".join(lines) + "\n", nodes


def _step() -> Draft:
    lines = ["p = Value(2.0)", "q = Value(-1.0)", "p.grad, q.grad = 3.0, -4.0", "sgd_step([p, q], 0.1)"]
    return "\n".join(lines) + "\n", _leaves(["p", "q"])


def _training(train: str, epoch: str, epochs: int) -> Draft:
    lines = ["m = MLP(1, [1])", *_weights("m"), train.format(epochs)]
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
    nodes = (*_leaves(values, grads=False), Node("share", "accuracy", tuple(values), "share", "", None))
    return "\n".join(lines) + "\n", nodes


def _choice(function: str, values: dict[str, float]) -> Draft:
    """What a function makes of a few scores, and the gradients that its first result sends back to them."""
    lines = [f"{name} = Value({value})" for name, value in values.items()]
    lines += [f"out = {function}([{', '.join(values)}])", "out[0].backward()"]
    results = [f"out[{i}]" for i in range(len(values))]
    nodes = (*_leaves(values), *(Node(out, function, tuple(values), f"{out}.data", "", None) for out in results))
    return "\n".join(lines) + "\n", nodes


def _optimised(optimiser: str, grads: list[tuple[float, float]]) -> Draft:
    """Where two parameters are after each step with these gradients."""
    lines = ["p, q = Value(2.0), Value(-1.0)", f"optimiser = {optimiser}", "ps, qs = [p.data], [q.data]"]
    for pair in grads:
        lines += [f"p.grad, q.grad = {pair}", "optimiser.step()", "ps.append(p.data)", "qs.append(q.data)"]
    nodes = tuple(
        Node(_after(name, i), "step" if i else "", (_after(name, i - 1),) if i else (), f"{name}s[{i}]", "", None)
        for i in range(len(grads) + 1)
        for name in "pq"
    )
    return "\n".join(lines) + "\n", nodes


def _after(name: str, steps: int) -> str:
    return f"{name} after step {steps}" if steps else name


def _clipped(grads: tuple[float, float], limit: float) -> Draft:
    lines = ["p, q = Value(2.0), Value(-1.0)", f"p.grad, q.grad = {grads}", f"norm = clip_grad_norm([p, q], {limit})"]
    return "\n".join(lines) + "\n", (*_leaves(["p", "q"]), Node("norm", "norm", ("p", "q"), "norm", "", None))


def _of_names(result: str, expression: str, names: list[str]) -> Draft:
    """What a function makes of a few names, as one list, word or number."""
    lines = [f"names = {names}", "tokenizer = Tokenizer(names)", f"{result} = {expression}"]
    return "\n".join(lines) + "\n", (Node(result, expression.partition("(")[0], (), result, "", None),)


def _table(scores: list[list[float]], names: list[str]) -> Draft:
    """The loss of a table on a few names, and the gradients that each row gets."""
    lines = [f"names = {names}", f"table = [[Value(score) for score in row] for row in {scores}]"]
    lines += ["loss = bigram_loss(table, names, Tokenizer(names))", "loss.backward()"]
    rows = [f"gradients of row {i}" for i in range(len(scores))]
    nodes = (
        Node("loss", "bigram_loss", (), "loss.data", "", None),
        *(Node(row, "of the loss", ("loss",), f"[s.grad for s in table[{i}]]", "", None) for i, row in enumerate(rows)),
    )
    return "\n".join(lines) + "\n", nodes


def _drawn(scores: list[float], temperature: float) -> Draft:
    lines = ["import random", "rng = random.Random(1)"]
    lines += [f"tokens = [sample({scores}, {temperature}, rng) for _ in range(6)]"]
    return "\n".join(lines) + "\n", (Node("tokens", "sample", (), "tokens", "", None),)


FITTED = ("losses = train(m, [[1.0], [2.0]], [2.0, 3.0], {}, 0.05)", "losses[{}]")
GRADIENTS = [(3.0, -4.0), (1.0, 0.0), (-2.0, 0.5)]
CLASSIFIED = ("history = train(m, [[1.0], [-2.0]], [1.0, -1.0], {})", "history[{}][0]")
WRITTEN = {
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
        _loss("mean_squared_error([p], [1.0])", {"p": 3.0}),
        _loss("mean_squared_error([p, q], [1.0, 0.0])", {"p": 3.0, "q": -2.0}),
        _step(),
        _training(*FITTED, 1),
        _training(*FITTED, 3),
    ),
    11: (
        _loss("hinge_loss([s], [1])", {"s": 0.25}),
        _loss("hinge_loss([s], [-1])", {"s": 0.25}),
        _loss("hinge_loss([s, t], [1, 1])", {"s": 0.25, "t": 3.0}),
        _loss("l2_penalty([p], 0.1)", {"p": 3.0}),
        _loss("l2_penalty([p, q], 0.1)", {"p": 3.0, "q": -2.0}),
        _share({"s": 0.25, "t": -3.0}, [1, 1]),
        _share({"s": 0.25, "t": -3.0, "u": 2.0}, [-1, -1, 1]),
        _training(*CLASSIFIED, 1),
        _training(*CLASSIFIED, 3),
    ),
    12: (
        _choice("softmax", {"s": 1.0, "t": 0.0}),
        _choice("softmax", {"s": 2.0, "t": 1.0, "u": 0.0}),
        _choice("softmax", {"s": 1000.0, "t": 999.0}),
        _choice("softmax", {"s": -1000.0, "t": -999.0}),
        _choice("log_softmax", {"s": 1.0, "t": 0.0}),
        _choice("log_softmax", {"s": 2.0, "t": 1.0, "u": 0.0}),
        _choice("log_softmax", {"s": -1000.0, "t": -999.0}),
        _choice("log_softmax", {"s": -1000.0, "t": 1000.0}),
        _loss("cross_entropy([s, t], 0)", {"s": 1.0, "t": 0.0}),
        _loss("cross_entropy([s, t, u], 1)", {"s": 2.0, "t": 1.0, "u": 0.0}),
        _loss("cross_entropy([s, t], 1)", {"s": 1000.0, "t": -1000.0}),
    ),
    13: (
        _optimised("SGD([p, q], 0.1)", GRADIENTS[:1]),
        _optimised("SGD([p, q], 0.1, momentum=0.5)", GRADIENTS[:2]),
        _optimised("SGD([p, q], 0.1, momentum=0.5)", GRADIENTS),
        _optimised("Adam([p, q], 0.1)", GRADIENTS[:1]),
        _optimised("Adam([p, q], 0.1)", GRADIENTS),
        _optimised("Adam([p, q], 0.1, betas=(0.5, 0.75), eps=0.5)", GRADIENTS),
        _clipped((3.0, -4.0), 1.0),
        _clipped((0.3, -0.4), 1.0),
        _clipped((0.0, 0.0), 1.0),
    ),
    14: (
        _of_names("tokens", 'tokenizer.encode("ab")', ["ab"]),
        _of_names("name", "tokenizer.decode([2, 0, 1, 2])", ["ab"]),
        _of_names("name", "tokenizer.decode([1, 0])", ["ab"]),
        _of_names("counts", "count_bigrams(names, tokenizer)", ["a"]),
        _of_names("counts", "count_bigrams(names, tokenizer)", ["ab", "b"]),
        _table([[0.0, 0.0], [0.0, 0.0]], ["a"]),
        _table([[1.0, 0.0], [0.0, -0.5]], ["a", "aaa"]),
        _drawn([0.0, 0.0], 1.0),
        _drawn([1.0, 0.0, -1.0], 0.5),
        _drawn([1.0, 0.0, -1.0], 2.0),
    ),
}

"""The reference engine computes what PyTorch computes in float64, value for value and gradient for gradient."""

import math
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.learner.datasets import load
from minigrad_reference import MLP, Value, l2_penalty, linear_decay, max_margin, train
from tests.kata.lazily import Lazily

torch = Lazily("torch")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1000.0, -1000.0, 1e308, -1e-308, math.inf, -math.inf, math.nan]
NUMBERS = [0, 1, 2, 3, -1, -2, 0.5, -0.5, 1 / 3, 2.5]

UNARY = {
    "neg": (lambda x: -x, lambda x: -x),
    "exp": (Value.exp, Lazily("torch", "exp")),
    "log": (Value.log, Lazily("torch", "log")),
    "tanh": (Value.tanh, Lazily("torch", "tanh")),
    "sigmoid": (Value.sigmoid, Lazily("torch", "sigmoid")),
    "relu": (Value.relu, Lazily("torch", "relu")),
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


def tensor(x):
    return torch.tensor(float(x), dtype=torch.float64, requires_grad=True)


def same(ours, theirs, rel=1e-12):
    return (
        ours == theirs
        or (math.isnan(ours) and math.isnan(theirs))
        or (math.isclose(ours, theirs, rel_tol=rel, abs_tol=1e-300))
    )


def assert_agree(ours, theirs, upstream=1.0):
    """Two functions' results and gradients at the same leaves, each leaf used with an upstream gradient."""
    (out, leaves), (twin, twins) = ours, theirs
    (out * upstream).backward()
    (twin * upstream).backward()
    assert same(out.data, twin.item()), f"data {out.data} against {twin.item()}"
    for leaf, other in zip(leaves, twins, strict=True):
        assert same(leaf.grad, other.grad.item()), f"grad {leaf.grad} against {other.grad.item()}"


@pytest.mark.parametrize("upstream", [1.0, -3.0, 0.0])
@pytest.mark.parametrize("x", SPECIAL)
@pytest.mark.parametrize("name", UNARY)
def test_unary_operation_equals_torch_at_ordinary_and_extreme_values(name, x, upstream):
    ours, theirs = UNARY[name]
    a, b = Value(x), tensor(x)
    assert_agree((ours(a), [a]), (theirs(b), [b]), upstream)


@pytest.mark.parametrize("name", BINARY)
def test_binary_operation_equals_torch_for_every_pair_of_ordinary_and_extreme_values(name):
    for x, y in product(SPECIAL, repeat=2):
        a, b, c, d = Value(x), Value(y), tensor(x), tensor(y)
        try:
            assert_agree((BINARY[name](a, b), [a, b]), (BINARY[name](c, d), [c, d]))
        except AssertionError as error:
            raise AssertionError(f"{x} {name} {y}: {error}") from None


@pytest.mark.parametrize("name", BINARY)
def test_plain_numbers_on_either_side_give_what_torch_gives(name):
    op = BINARY[name]
    for x, number in product(SPECIAL, NUMBERS):
        # Two shortcuts of torch leave its own rules at the edge of float64, so there the number becomes a tensor:
        # x ** 0.5 is sqrt(x), which is NaN at -inf; number / x is number * (1 / x), which overflows near 1e-308.
        constant = torch.tensor(float(number), dtype=torch.float64)
        a, b = Value(x), tensor(x)
        assert_agree((op(a, number), [a]), (op(b, constant if abs(number) == 0.5 else number), [b]))
        a, b = Value(x), tensor(x)
        assert_agree((op(number, a), [a]), (op(constant if name == "/" else number, b), [b]))


@pytest.mark.parametrize("name", BINARY)
def test_a_node_that_is_both_operands_receives_both_gradients(name):
    for x in (0.5, 2.0, 3.0):
        a, b = Value(x), tensor(x)
        assert_agree((BINARY[name](a, a), [a]), (BINARY[name](b, b), [b]))


def test_gradients_accumulate_over_repeated_backward_in_leaves_and_inner_nodes():
    def build(leaf, tanh):
        x, y = leaf(0.7), leaf(-1.3)
        h = tanh(x * y + x)
        return [x, y, h, h * h + x]

    ours, theirs = build(Value, Value.tanh), build(tensor, torch.tanh)
    for node in theirs:
        node.retain_grad()
    for _ in range(3):
        ours[-1].backward()
        theirs[-1].backward(retain_graph=True)
        for mine, twin in zip(ours, theirs, strict=True):
            assert same(mine.grad, twin.grad.item())


def test_two_roots_that_share_nodes_add_up():
    x, t = Value(0.4), tensor(0.4)
    h, s = x * x, t * t
    for root, twin in ((h.tanh(), s.tanh()), (h * x, s * t)):
        root.backward()
        twin.backward(retain_graph=True)
    assert same(x.grad, t.grad.item())


STEPS = {
    "+": lambda f, a, b: (a + b) * 0.5,
    "-": lambda f, a, b: a - f.tanh(b),
    "*": lambda f, a, b: f.tanh(a) * b,
    "/": lambda f, a, b: a / (b * b + 1),
    "**2": lambda f, a, b: f.tanh(a) ** 2,
    "**3": lambda f, a, b: f.sigmoid(a) ** 3 + b * 0.1,
    "**": lambda f, a, b: (f.sigmoid(a) + 0.5) ** f.tanh(b),
    "exp": lambda f, a, b: f.exp(f.tanh(a)),
    "log": lambda f, a, b: f.log(a * a + 1),
    "relu": lambda f, a, b: f.relu(a) + f.relu(-b) * 0.5,
    "reflected": lambda f, a, b: 2 - f.tanh(a) + 3 / (b * b + 2),
    "self": lambda f, a, b: a - a + f.tanh(a * a) + a / (a * a + 1),
}


class Recorder:
    """The unary functions of one engine; remembers every relu's argument, near whose kink engines may differ."""

    def __init__(self, engine):
        self.engine = engine
        self.kinks = []

    def __getattr__(self, name):
        def call(x):
            if name == "relu":
                self.kinks.append(float(x.data))
            return getattr(self.engine, name)(x)

        return call


@st.composite
def programs(draw):
    """Leaves, and steps that each combine two earlier nodes: shared, repeated, and hundreds deep."""
    leaves = draw(st.lists(st.floats(-3, 3, allow_subnormal=False), min_size=1, max_size=5))
    size = draw(st.integers(1, 120))
    step = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 10**6), st.integers(0, 10**6))
    return leaves, draw(st.lists(step, min_size=size, max_size=size))


def execute(program, leaf, functions):
    leaves, steps = program
    nodes = [leaf(x) for x in leaves]
    for name, i, j in steps:
        recent = nodes[-8:]
        nodes.append(STEPS[name](functions, recent[i % len(recent)], nodes[j % len(nodes)]))
    total = nodes[0] * 1.0
    for node in nodes[-5:]:
        total = total + node
    return nodes, total


@settings(max_examples=150)
@given(programs())
def test_random_expression_graphs_equal_torch_in_every_value_and_gradient(program):
    ours, theirs = Recorder(Value), Recorder(torch)
    nodes, root = execute(program, Value, ours)
    twins, twin = execute(program, tensor, theirs)
    assume(all(x == 0 or abs(x) > 1e-9 for x in ours.kinks + theirs.kinks))
    for node in twins:
        node.retain_grad()
    root.backward()
    twin.backward()
    assert math.isclose(root.data, twin.item(), rel_tol=1e-9, abs_tol=1e-12)
    scale = max(abs(node.grad) for node in nodes)
    for node, other in zip(nodes, twins, strict=True):
        grad = 0.0 if other.grad is None else other.grad.item()
        assert math.isclose(node.data, other.item(), rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(node.grad, grad, rel_tol=1e-9, abs_tol=1e-12 * max(1.0, scale))


def twin_layers(model):
    """The same weights as matrices."""
    rows = [[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.layers]
    biases = [[neuron.b.data for neuron in layer.neurons] for layer in model.layers]
    return [
        tuple(torch.tensor(m, dtype=torch.float64, requires_grad=True) for m in pair)
        for pair in zip(rows, biases, strict=True)
    ]


def twin_forward(layers, activations, x):
    for (w, b), activation in zip(layers, activations, strict=True):
        x = x @ w.T + b
        x = x if activation == "linear" else getattr(torch, activation)(x)
    return x


@pytest.mark.parametrize(
    "activations", [("tanh", "tanh", "tanh"), ("relu", "tanh", "linear"), ("relu", "relu", "relu")]
)
def test_network_forward_and_backward_equal_torch_matrices(activations):
    model = MLP(3, [5, 4, 2], activations, seed=3)
    layers = twin_layers(model)
    xs = [[0.3, -1.2, 0.8], [1.5, 0.2, -0.7]]
    sum(out for x in xs for out in model(x)).backward()
    twin_forward(layers, activations, torch.tensor(xs, dtype=torch.float64)).sum().backward()
    grads = [
        g for w, b in layers for row, bias in zip(w.grad, b.grad, strict=True) for g in (*row.tolist(), bias.item())
    ]
    assert [p.grad for p in model.parameters()] == pytest.approx(grads, rel=1e-9, abs=1e-12)


def test_fifty_training_steps_follow_the_loss_curve_of_torch():
    data = load("moons")
    model = MLP(2, [16, 16, 1], "relu", seed=0)
    layers = twin_layers(model)
    x, y = (torch.tensor(v, dtype=torch.float64) for v in (data.inputs, data.targets))
    theirs = []
    for epoch in range(50):
        scores = twin_forward(layers, ("relu", "relu", "linear"), x)[:, 0]
        penalty = 1e-4 * sum((p * p).sum() for pair in layers for p in pair)
        loss = torch.relu(1 - y * scores).mean() + penalty
        theirs.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in (p for pair in layers for p in pair):
                p.sub_((1.0 - 0.9 * epoch / 50) * p.grad)
                p.grad = None
    history = train(
        model, data.inputs, data.targets, lambda s, t, p: max_margin(s, t) + l2_penalty(p), linear_decay(), 50
    )
    assert [epoch.loss for epoch in history] == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("x", SPECIAL)
@pytest.mark.parametrize("y", [math.inf, -math.inf, math.nan, 2.0])
def test_an_upstream_gradient_of_zero_reaches_infinite_operands_as_in_torch(x, y):
    a, b, s, t = Value(x), Value(y), tensor(x), tensor(y)
    (0.0 * (a * b)).backward()
    (0.0 * (s * t)).backward()
    assert same(a.grad, s.grad.item())
    assert same(b.grad, t.grad.item())


def test_an_upstream_gradient_of_zero_reaches_infinite_inputs_of_a_weighted_sum():
    w, x = [Value(1.0), Value(2.0)], [Value(math.inf), Value(3.0)]
    (0.0 * Value.weighted_sum(w, x, Value(0.0))).backward()
    assert math.isnan(w[0].grad)
    assert [w[1].grad, x[0].grad, x[1].grad] == [0.0, 0.0, 0.0]

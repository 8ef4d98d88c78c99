"""The engine computes values and derivatives, shares nodes, survives depth, and refuses what is not a number."""

import gc
import math
import random
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minigrad_reference import Value, derivative, gradient

ROOT = Path(__file__).resolve().parents[3]
NUMBERS = st.floats(-3, 3, allow_subnormal=False)
AWAY_FROM_ZERO = NUMBERS.filter(lambda x: abs(x) > 0.1)
POSITIVE = st.floats(0.2, 3)

UNARY = {
    "neg": (lambda x: -x, NUMBERS),
    "exp": (lambda x: x.exp(), NUMBERS),
    "log": (lambda x: x.log(), POSITIVE),
    "tanh": (lambda x: x.tanh(), NUMBERS),
    "sigmoid": (lambda x: x.sigmoid(), NUMBERS),
    "relu": (lambda x: x.relu(), AWAY_FROM_ZERO),
    "x + 2": (lambda x: x + 2, NUMBERS),
    "2 + x": (lambda x: 2 + x, NUMBERS),
    "x - 2": (lambda x: x - 2, NUMBERS),
    "2 - x": (lambda x: 2 - x, NUMBERS),
    "x * 3": (lambda x: x * 3, NUMBERS),
    "3 * x": (lambda x: 3 * x, NUMBERS),
    "x / 4": (lambda x: x / 4, NUMBERS),
    "4 / x": (lambda x: 4 / x, AWAY_FROM_ZERO),
    "x ** 3": (lambda x: x**3, NUMBERS),
    "x ** -2": (lambda x: x**-2, AWAY_FROM_ZERO),
    "x ** 0.5": (lambda x: x**0.5, POSITIVE),
    "x ** 0": (lambda x: x**0, NUMBERS),
    "2 ** x": (lambda x: 2**x, NUMBERS),
    "x + x": (lambda x: x + x, NUMBERS),
    "x - x": (lambda x: x - x, NUMBERS),
    "x * x": (lambda x: x * x, NUMBERS),
    "x / x": (lambda x: x / x, AWAY_FROM_ZERO),
    "x ** x": (lambda x: x**x, POSITIVE),
}
BINARY = {
    "+": (lambda a, b: a + b, NUMBERS, NUMBERS),
    "-": (lambda a, b: a - b, NUMBERS, NUMBERS),
    "*": (lambda a, b: a * b, NUMBERS, NUMBERS),
    "/": (lambda a, b: a / b, NUMBERS, AWAY_FROM_ZERO),
    "**": (lambda a, b: a**b, POSITIVE, NUMBERS),
}


def close(ours, measured, scale=1.0):
    return math.isclose(ours, measured, rel_tol=1e-5, abs_tol=1e-6 * max(1.0, abs(scale)))


@pytest.mark.parametrize("name", UNARY)
def test_gradient_of_every_operation_on_one_value_is_its_finite_difference(name):
    f, domain = UNARY[name]

    @settings(max_examples=25)
    @given(domain)
    def law(x):
        a = Value(x)
        out = f(a)
        out.backward()
        assert close(a.grad, derivative(lambda t: f(Value(t)).data, x), out.data)

    law()


@pytest.mark.parametrize("name", BINARY)
def test_gradient_of_every_operation_on_two_values_is_its_finite_difference(name):
    f, left, right = BINARY[name]

    @settings(max_examples=25)
    @given(left, right)
    def law(x, y):
        a, b = Value(x), Value(y)
        out = f(a, b)
        out.backward()
        measured = gradient(lambda p: f(Value(p[0]), Value(p[1])).data, [x, y])
        assert close(a.grad, measured[0], out.data)
        assert close(b.grad, measured[1], out.data)

    law()


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Value(2) + 3, 5.0),
        (2 + Value(3), 5.0),
        (Value(2) - 3, -1.0),
        (2 - Value(3), -1.0),
        (Value(2) * 3, 6.0),
        (2 * Value(3), 6.0),
        (Value(3) / 2, 1.5),
        (3 / Value(2), 1.5),
        (Value(3) ** 2, 9.0),
        (3 ** Value(2), 9.0),
        (Value(3) ** Value(2), 9.0),
        (-Value(2), -2.0),
        (Value(1).exp(), math.e),
        (Value(math.e).log(), 1.0),
        (Value(0.5).tanh(), math.tanh(0.5)),
        (Value(0).sigmoid(), 0.5),
        (Value(-2).relu(), 0.0),
        (Value(2).relu(), 2.0),
    ],
)
def test_operation_computes_the_number_that_is_computed_by_hand(result, expected):
    assert result.data == pytest.approx(expected, rel=1e-15)


def test_gradients_of_a_small_expression_are_those_computed_by_hand():
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    d = a * b + c
    loss = d * -2
    loss.backward()
    assert (loss.data, loss.grad, d.grad, c.grad, a.grad, b.grad) == (-8.0, 1.0, -2.0, -2.0, 6.0, -4.0)


def test_relu_has_slope_zero_at_zero_and_lets_nothing_through_below():
    for x in (0.0, -0.0, -1.0):
        a = Value(x)
        (a.relu() * math.inf).backward()
        assert a.grad == 0.0


STEPS = [
    lambda a, b: (a + b) * 0.5,
    lambda a, b: a - b.tanh(),
    lambda a, b: a.tanh() * b,
    lambda a, b: a / (b * b + 1),
    lambda a, _: a.tanh() ** 2,
    lambda a, b: (a.sigmoid() + 0.5) ** b.tanh(),
    lambda a, _: a.tanh().exp(),
    lambda a, _: (a * a + 1).log(),
    lambda a, b: Value.weighted_sum([a, b], [b.tanh(), 0.5], a) * 0.3,
    lambda a, _: 2 - a.tanh() + 3 / (a * a + 2),
]


def run_program(leaves, steps):
    nodes = list(leaves)
    for step, i, j in steps:
        recent = nodes[-4:]
        nodes.append(STEPS[step](recent[i % len(recent)], nodes[j % len(nodes)]).tanh())
    return sum(nodes[1:], nodes[0])


@settings(max_examples=100)
@given(
    st.lists(NUMBERS, min_size=1, max_size=4),
    st.lists(
        st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=25
    ),
)
def test_gradients_of_random_graphs_with_shared_nodes_are_finite_differences(numbers, steps):
    leaves = [Value(x) for x in numbers]
    root = run_program(leaves, steps)
    root.backward()

    def f(xs):
        return run_program([Value(x) for x in xs], steps).data

    coarse, fine = gradient(f, numbers, h=1e-4), gradient(f, numbers, h=1e-5)
    scale = max(abs(g) for g in (1.0, *fine))
    assume(all(abs(a - b) < 1e-4 * scale for a, b in zip(coarse, fine, strict=True)))  # else nothing is measured at all
    for leaf, measured in zip(leaves, fine, strict=True):
        assert math.isclose(leaf.grad, measured, rel_tol=1e-4, abs_tol=1e-5 * scale)


@pytest.mark.slow
def test_a_chain_of_a_million_additions_is_built_differentiated_and_freed_under_the_default_recursion_limit():
    program = (
        "from minigrad_reference import Value\n"
        "start = x = Value(0.5)\n"
        "for _ in range(1_000_000):\n"
        "    x = x + 1\n"
        "assert x.data == 1_000_000.5\n"
        "x.backward()\n"
        "assert start.grad == 1.0\n"
        "del x\n"
        "print('freed')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "freed\n", "")


def test_a_ladder_of_ten_thousand_diamonds_has_gradient_one():
    start = x = Value(3.0)
    for _ in range(10_000):
        x = x * 0.5 + x * 0.5
    x.backward()
    assert x.data == 3.0
    assert start.grad == 1.0


REFUSED = ["3", None, [1.0], 1j]
OPERATIONS = {
    "+": (lambda a, b: a + b, r"\+|concatenate"),
    "-": (lambda a, b: a - b, "-"),
    "*": (lambda a, b: a * b, r"\*|multiply"),
    "/": (lambda a, b: a / b, "/"),
    "**": (lambda a, b: a**b, r"\*\*"),
}


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("other", REFUSED, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operand_of_a_wrong_type_is_a_type_error_that_names_operation_and_type(name, other, side):
    op, named = OPERATIONS[name]
    with pytest.raises(TypeError) as caught:
        op(Value(1), other) if side == "right" else op(other, Value(1))
    assert re.search(named, str(caught.value))
    # Python has its own sentence for + and * with a sequence: "can't multiply sequence by non-int of type 'Value'".
    assert re.search(f"{type(other).__name__}|sequence", str(caught.value))


@pytest.mark.parametrize("data", ["3", None, Value(1), [1], 1j], ids=lambda x: type(x).__name__)
def test_a_value_of_something_that_is_no_real_number_is_a_type_error_that_names_the_type(data):
    with pytest.raises(TypeError, match=type(data).__name__):
        Value(data)


@pytest.mark.parametrize("make", [lambda: Value(10**400), lambda: Value(1) + 10**400, lambda: Value(2) ** 10**400])
def test_an_integer_beyond_float64_is_an_overflow_error_with_a_sentence(make):
    with pytest.raises(OverflowError, match="the integer is too large for a 64-bit float"):
        make()


@pytest.mark.parametrize(("data", "number"), [(2, 2.0), (True, 1.0), (Fraction(1, 4), 0.25), (-0.5, -0.5)])
def test_every_real_number_becomes_a_float(data, number):
    for value in (Value(data), (Value(0) + data)._prev[1]):
        assert type(value.data) is float
        assert value.data == number


def test_repr_shows_data_and_grad_and_the_operation_and_label_where_there_are_any():
    a = Value(2, label="a")
    b = a * 3
    assert repr(Value(1.5)) == "Value(data=1.5, grad=0.0)"
    assert repr(a) == "Value(data=2.0, grad=0.0, label='a')"
    assert repr(b) == "Value(data=6.0, grad=0.0, op='*')"
    b.label = "b"
    b.backward()
    assert repr(b) == "Value(data=6.0, grad=1.0, op='*', label='b')"


def test_a_leaf_has_no_operation_and_no_operands_and_keeps_its_label():
    leaf = Value(1, label="x")
    assert (leaf._op, leaf._prev, leaf.label, leaf.grad) == ("", (), "x", 0.0)
    assert Value(1).label == ""


A, B = Value(0.5), Value(2.0)


@pytest.mark.parametrize(
    ("result", "op", "operands"),
    [
        (A + B, "+", (A, B)),
        (A - B, "-", (A, B)),
        (A * B, "*", (A, B)),
        (A / B, "/", (A, B)),
        (A**B, "**", (A, B)),
        (A**2, "**2", (A,)),
        (A**-1, "**-1", (A,)),
        (A**0.5, "**0.5", (A,)),
        (-A, "neg", (A,)),
        (A.exp(), "exp", (A,)),
        (A.log(), "log", (A,)),
        (A.tanh(), "tanh", (A,)),
        (A.sigmoid(), "sigmoid", (A,)),
        (A.relu(), "relu", (A,)),
        (A + A, "+", (A, A)),
        (Value.weighted_sum([A, B], [B, A], A), "dot", (A, B, B, A, A)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_result_remembers_its_operation_and_its_operands_in_order(result, op, operands):
    assert result._op == op
    assert len(result._prev) == len(operands)
    assert all(ours is theirs for ours, theirs in zip(result._prev, operands, strict=True))
    assert result.label == ""


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_plain_number_is_wrapped_as_a_leaf_on_the_side_where_it_stood(name):
    op, _ = OPERATIONS[name]
    left, right = op(3, A), op(A, 3)
    assert [v.data for v in left._prev] == [3.0, 0.5]
    assert left._prev[1] is A
    assert left._prev[0]._prev == ()
    if name == "**":  # a constant exponent belongs to the operation
        assert right._prev == (A,)
    else:
        assert [v.data for v in right._prev] == [0.5, 3.0]
        assert right._prev[0] is A


def test_sum_adds_values_from_the_start_value_of_zero():
    values = [Value(1), Value(2), Value(3)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0
    assert [v.grad for v in values] == [1.0, 1.0, 1.0]


@settings(max_examples=100)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8), NUMBERS, st.data())
def test_weighted_sum_equals_the_unfused_expression_in_data_and_gradients(pairs, b, data):
    plain = [data.draw(st.booleans()) for _ in pairs]

    def build(fused):
        weights = [Value(w) for w, _ in pairs]
        inputs = [x if bare else Value(x) for (_, x), bare in zip(pairs, plain, strict=True)]
        bias = Value(b)
        if fused:
            out = Value.weighted_sum(weights, inputs, bias)
        else:
            out = sum((w * x for w, x in zip(weights, inputs, strict=True)), bias)
        (out * 3).backward()
        return out, [*weights, *(x for x in inputs if isinstance(x, Value)), bias]

    (fused, leaves), (unfused, twins) = build(True), build(False)
    assert math.isclose(fused.data, unfused.data, rel_tol=1e-12, abs_tol=1e-13)
    assert [leaf.grad for leaf in leaves] == [twin.grad for twin in twins]


def test_weighted_sum_adds_up_gradients_of_a_value_that_is_weight_and_input_and_bias():
    a = Value(3.0)
    Value.weighted_sum([a, a], [a, 2.0], a).backward()
    assert a.grad == 2 * 3.0 + 2.0 + 1.0


@pytest.mark.parametrize(("weights", "inputs"), [(2, 1), (1, 2), (0, 1), (3, 0)])
def test_weighted_sum_of_unequal_lengths_is_a_value_error_that_names_both(weights, inputs):
    with pytest.raises(ValueError, match=f"{weights} weights but {inputs} inputs"):
        Value.weighted_sum([Value(1)] * weights, [1.0] * inputs, Value(0))


def test_weighted_sum_refuses_an_input_that_is_no_number():
    with pytest.raises(TypeError, match="str"):
        Value.weighted_sum([Value(1)], ["x"], Value(0))


def values_alive():
    return sum(type(thing) is Value for thing in gc.get_objects())


def test_graphs_form_no_reference_cycles_so_that_they_are_freed_without_the_collector():
    rng = random.Random(0)
    gc.collect()
    gc.disable()
    try:
        before = values_alive()
        root = run_program([Value(0.3), Value(-0.7)], [(rng.randrange(len(STEPS)), i, i * i) for i in range(50)])
        root.backward()
        built = values_alive()
        del root
        after = values_alive()
    finally:
        gc.enable()
    assert built > before + 100
    assert after == before


def test_backward_twice_doubles_the_gradients_of_leaves_and_inner_nodes():
    x, y = Value(0.7), Value(-1.3)
    h = x * y + x
    root = h * h
    nodes = [x, y, h, root]
    root.backward()
    once = [node.grad for node in nodes]
    root.backward()
    assert all(once)
    assert [node.grad for node in nodes] == [2 * g for g in once]


def test_backward_from_an_inner_node_after_one_from_the_root_adds_the_inner_node_s_own_gradients():
    x = Value(3.0)
    h = x * x
    root = h * 2
    root.backward()
    h.backward()
    assert (root.grad, h.grad, x.grad) == (1.0, 2.0 + 1.0, 12.0 + 6.0)


def test_backward_on_a_leaf_gives_it_gradient_one():
    x = Value(5)
    x.backward()
    assert x.grad == 1.0


def test_values_with_equal_data_are_different_keys():
    assert Value(1) != Value(1)
    assert len({Value(1), Value(1)}) == 2

"""The PyTorch oracle behaves as the kata's Value does: data and gradients that can be set, one step back, any depth."""

import math
from itertools import product

import pytest

from grader.course.oracles import vocabulary
from grader.course.oracles.reference.ex02 import Value as ReferenceValue
from tests.kata.lazily import Lazily

PYTORCH = "grader.course.oracles.pytorch"
Value, topological_order = Lazily(f"{PYTORCH}.engine", "Value"), Lazily(f"{PYTORCH}.engine", "topological_order")
trace = Lazily(f"{PYTORCH}.ex07", "trace")
Neuron = Lazily(f"{PYTORCH}.ex08", "Neuron")
MLP = Lazily(f"{PYTORCH}.ex09", "MLP")

OPERATIONS = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "a + a": lambda a, b: a + a,
    "a * a": lambda a, b: a * a,
    "a / a": lambda a, b: a / a,
    "number on the right": lambda a, b: (a + 2) * 3 - 0.5,
    "number on the left": lambda a, b: 2 + 3 * (0.5 - 6 / a),
    "-a": lambda a, b: -a,
    "a ** 3": lambda a, b: a**3,
    "a ** -2": lambda a, b: a**-2,
    "a ** 0": lambda a, b: a**0,
    "exp": lambda a, b: a.exp(),
    "log": lambda a, b: (a * a).log(),
    "tanh": lambda a, b: a.tanh(),
    "relu": lambda a, b: a.relu(),
    "sigmoid": lambda a, b: a.sigmoid(),
}


def same(ours, theirs):
    return ours == theirs or (math.isnan(ours) and math.isnan(theirs)) or math.isclose(ours, theirs, rel_tol=1e-9)


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_step_back_and_the_whole_way_back_equal_the_reference(name):
    def observe(value, x, y):
        a, b = value(x), value(y)
        one_step, all_steps = OPERATIONS[name](a, b), OPERATIONS[name](a, b)
        a.grad = 10.0
        one_step.grad = -3.0
        one_step._backward()
        seen = [one_step.data, one_step.grad, *(operand.grad for operand in one_step._prev)]
        all_steps.backward()
        return [*seen, all_steps.grad, a.grad, b.grad]

    for x, y in product((0.7, -1.3, 1000.0), (2.5, -0.4)):
        ours, theirs = observe(Value, x, y), observe(ReferenceValue, x, y)
        assert all(map(same, ours, theirs)), f"{ours} against {theirs}"
        assert len(ours) == len(theirs)


def test_one_step_back_goes_through_one_operation_alone():
    a, b = Value(2.0), Value(3.0)
    c = a * b
    d = c + a  # a is an operand of d, and of its other operand too
    d.grad = 1.0
    d._backward()
    assert [a.grad, b.grad, c.grad] == [1.0, 0.0, 1.0]
    c._backward()
    assert [a.grad, b.grad, c.grad] == [4.0, 2.0, 1.0]


def test_a_leaf_has_no_step_back():
    a = Value(2.0)
    a.grad = 5.0
    a._backward()
    assert a.grad == 5.0


def test_data_and_gradient_are_floats_that_can_be_set_and_changed_in_place():
    a = Value(2)
    assert (type(a.data), type(a.grad), a.grad) == (float, float, 0.0)
    a.grad = 4
    a.data -= 0.25 * a.grad
    assert (a.data, a.grad) == (1.0, 4.0)
    (a * 3.0).backward()
    assert a.grad == 7.0
    assert repr(a) == "Value(data=1.0, grad=7.0)"


def test_backward_adds_to_what_two_results_share():
    a = Value(3.0)
    b = a * a
    (b * 2.0).backward()
    (b * 5.0).backward()
    assert (b.grad, a.grad) == (7.0, 42.0)


def test_torch_refuses_to_go_back_through_data_that_was_changed_since():
    a, b = Value(3.0), Value(4.0)
    c = a * b
    a.data = 100.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        c.backward()


@pytest.mark.parametrize(
    ("step", "grad"),
    [(lambda x, a: x + a, 50_001.0), (lambda x, a: 1.0 * x, 1.0), (lambda x, a: x.relu(), 1.0)],
    ids=["+", "*", "relu"],
)
def test_a_chain_of_fifty_thousand_is_followed_and_freed(step, grad):
    a = x = Value(1.0)
    for _ in range(50_000):
        x = step(x, a)
    x.backward()
    assert a.grad == grad
    assert topological_order(x)[-1] is x
    assert a in trace(x)[0]
    del x


def test_every_operand_comes_before_its_consumers_and_once():
    x = Value(0.5)
    for _ in range(40):
        x = x + x.tanh() * x
    order = topological_order(x)
    place = {value: i for i, value in enumerate(order)}
    assert len(place) == len(order) == 121
    assert all(place[operand] < place[value] for value in order for operand in value._prev)


def test_weights_of_one_seed_are_those_of_the_reference():
    ours, theirs = (vocabulary(oracle, 9)["MLP"](3, [4, 2], seed=5) for oracle in ("pytorch", "reference"))
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    with pytest.raises(ValueError, match="activation"):
        Neuron(2, "sign")
    with pytest.raises(ValueError, match=r"longer|shorter"):
        MLP(2, [2, 1], ["tanh"])

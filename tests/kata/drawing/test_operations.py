"""What the stepper writes of an operation is what it computes."""

import math

import pytest

from minigrad_reference.drawing.operations import OPERATIONS, operation

FUNCTIONS = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "relu": lambda x: max(x, 0.0)}
FUNCTIONS["sigmoid"] = lambda x: 1 / (1 + math.exp(-x))
OPERANDS = {"**": [(2.0, 3.0), (0.5, -1.5)], "log": [(0.5,), (4.0,)]}
ONE, TWO = [(-1.5,), (0.5,), (2.0,)], [(2.0, -3.0), (-0.5, 4.0), (1.5, 1.5)]


def value_of(text, xs, y):
    """What a formula of the page gives, as Python."""
    if " where " in text:
        then, condition, otherwise = text.replace(", else ", " where ").split(" where ")
        text = f"{then} if {condition} else {otherwise}"
    formula = text.format(*(f"({x})" for x in xs), y=f"({y})").replace("−", "-")
    return eval(formula, FUNCTIONS)  # noqa: S307


@pytest.mark.parametrize("op", [*OPERATIONS, "+", "dot", "**2", "**-1", "**0.5", "**0"])
def test_the_formulas_of_an_operation_give_its_result_and_its_slopes(op):
    count = {"+": 2, "dot": 5}.get(op) or (len(OPERATIONS[op].rules) if op in OPERATIONS else 1)
    known = operation(op, count)
    for xs in OPERANDS.get(
        op, [(2.0,), (0.5,)] if op == "**0.5" else {1: ONE, 2: TWO, 5: [(1.0, 2.0, 3.0, 4.0, 5.0)]}[count]
    ):
        y = known.result(xs)
        assert value_of(known.text, xs, y) == pytest.approx(y), known.text
        for rule, slope in zip(known.rules, known.slopes(xs, y), strict=True):
            assert value_of(rule, xs, y) == pytest.approx(slope or 0.0), (rule, xs)

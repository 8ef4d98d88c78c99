"""What an operation means: how it is written, what it gives, and its slope by each operand, as a formula and a number.

Arithmetic is PyTorch's: an infinity or NaN where Python would raise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

POWER = re.compile(r"\*\*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)")


@dataclass(frozen=True)
class Operation:
    """`{0}`, `{1}` in `text` and `rules` stand for the operands and `{y}` for the result: names, or numbers.

    `result` takes the operands' data, `slopes` these and the result. A slope of None passes back 0 whatever comes:
    not even an infinite gradient gets through.
    """

    text: str
    rules: Sequence[str]
    result: Callable[[Sequence[float]], float]
    slopes: Callable[[Sequence[float], float], Sequence[float | None]]


def operation(op: str, operands: int) -> Operation | None:
    """The operation that a node names in `_op`, for that many operands; None for one that is not known."""
    if op == "+" and operands > 0:
        return _sum(operands)
    if op == "dot" and operands % 2:
        return _weighted_sum(operands // 2)
    if operands == 1 and (power := POWER.fullmatch(op)):
        return _power_of(power[1])
    found = OPERATIONS.get(op)
    return found if found and len(found.rules) == operands else None


def over(a: float, b: float) -> float:
    """The quotient of two numbers, also by 0."""
    return a / b if b else a * math.copysign(math.inf, b)


def to_the(x: float, n: float) -> float:
    """The power of a number: NaN for a root of a negative one, infinity for what is too large."""
    try:
        return math.pow(x, n)
    except (OverflowError, ValueError):
        if x < 0 and n % 1:
            return math.nan
        return math.copysign(math.inf, x) if n % 2 == 1 else math.inf


def e_to_the(x: float) -> float:
    """The exponential: infinity for what is too large."""
    return to_the(math.e, x) if x > 700 else math.exp(x)


def ln(x: float) -> float:
    """The natural logarithm, also of 0 and below."""
    if x == 0:
        return -math.inf
    return math.nan if x < 0 else math.log(x)


def _sum(count: int) -> Operation:
    text = " + ".join(f"{{{i}}}" for i in range(count))
    return Operation(text, ["1"] * count, sum, lambda xs, _: [1.0] * len(xs))


def _weighted_sum(count: int) -> Operation:
    """w1*x1 + … + b, as operands w1, …, x1, …, b."""
    terms = [f"{{{i}}} * {{{count + i}}}" for i in range(count)]
    others = [f"{{{(i + count) % (2 * count)}}}" for i in range(2 * count)]
    return Operation(
        " + ".join([*terms, f"{{{2 * count}}}"]),
        [*others, "1"],
        lambda xs: sum((w * x for w, x in zip(xs[:count], xs[count:-1], strict=True)), xs[-1]),
        lambda xs, _: [*xs[count:-1], *xs[:count], 1.0],
    )


def _power_of(exponent: str) -> Operation:
    n = float(exponent)
    shown, less = (f"({e:g})".replace("-", "−") if e < 0 else f"{e:g}" for e in (n, n - 1))
    return Operation(
        f"{{0}}**{shown}",
        [f"{shown} * {{0}}**{less}"],
        lambda xs: to_the(xs[0], n),
        lambda xs, _: [n * to_the(xs[0], n - 1) if n else None],
    )


def _power_slopes(xs: Sequence[float], y: float) -> Sequence[float]:
    x, n = xs
    return [n * to_the(x, n - 1) if n else 0.0, 0.0 if x == 0 <= n else y * ln(x)]


OPERATIONS = {
    "*": Operation("{0} * {1}", ["{1}", "{0}"], math.prod, lambda xs, _: xs[::-1]),
    "-": Operation("{0} − {1}", ["1", "−1"], lambda xs: xs[0] - xs[1], lambda *_: [1.0, -1.0]),
    "/": Operation(
        "{0} / {1}",
        ["1 / {1}", "−{0} / {1}**2"],
        lambda xs: over(*xs),
        lambda xs, y: [over(1.0, xs[1]), -over(y, xs[1])],
    ),
    "**": Operation("{0}**{1}", ["{1} * {0}**({1} − 1)", "{y} * log({0})"], lambda xs: to_the(*xs), _power_slopes),
    "neg": Operation("−{0}", ["−1"], lambda xs: -xs[0], lambda *_: [-1.0]),
    "exp": Operation("exp({0})", ["{y}"], lambda xs: e_to_the(xs[0]), lambda _, y: [y]),
    "log": Operation("log({0})", ["1 / {0}"], lambda xs: ln(xs[0]), lambda xs, _: [over(1.0, xs[0])]),
    "tanh": Operation("tanh({0})", ["1 − {y}**2"], lambda xs: math.tanh(xs[0]), lambda _, y: [1.0 - y * y]),
    "sigmoid": Operation(
        "sigmoid({0})",
        ["{y} * (1 − {y})"],
        lambda xs: 0.5 + 0.5 * math.tanh(xs[0] / 2),
        lambda _, y: [y * (1.0 - y)],
    ),
    "relu": Operation(
        "relu({0})",
        ["1 where {0} > 0, else 0"],
        lambda xs: max(xs[0], 0.0),
        lambda xs, _: [None if xs[0] <= 0 else 1.0],
    ),
}

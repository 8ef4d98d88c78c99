"""A scalar that remembers how it was made, and reverse-mode differentiation over it.

Every operation stores its operands and, beside each, the local derivative of the result with respect to that
operand. `Value.backward` is then one rule for all operations: walk the nodes with every consumer before its
operands and add `local derivative * upstream gradient` to each operand.

Arithmetic is IEEE 754 double precision with PyTorch's conventions: where Python would raise (`1.0 / 0.0`,
`math.exp(1000)`) or turn complex (`(-8.0) ** 0.5`), the result is an infinity or NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Real
from operator import mul
from typing import Any, TypeAlias

Number: TypeAlias = "int | float | Value"

ONE = (1.0,)
PLUS = (1.0, 1.0)
MINUS = (1.0, -1.0)
BLOCKED = ()  # no local derivative at all: not even an infinite upstream gradient passes


class Value:
    """A float64 scalar in a computation graph.

    `data` is the number and `grad` the derivative of the last root with respect to it, accumulated until it is set
    back to 0. `_prev` holds the operands in order, `_op` the operation ('' for a leaf), `label` a name for pictures.
    Numbers on either side of `+ - * /` become leaves. Values compare and hash by identity.

    Raises TypeError if `data` is not a real number, OverflowError if it is an integer beyond float64. A Value given
    `_children` by hand is drawn with them but passes no gradient on: only operations know local derivatives.
    """

    __slots__ = ("_local", "_op", "_prev", "data", "grad", "label")
    __array_ufunc__ = None  # a numpy scalar on the left of + - * / ** must leave the operation to this class

    data: float
    grad: float
    label: str
    _prev: tuple[Value, ...]
    _op: str
    _local: Sequence[float]

    def __init__(self, data: float | Real, _children: Iterable[Value] = (), _op: str = "", label: str = "") -> None:
        self.data = data if type(data) is float else _as_float(data)
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        self._local = BLOCKED
        self.label = label

    def __repr__(self) -> str:
        op = f", op={self._op!r}" if self._op else ""
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data!r}, grad={self.grad!r}{op}{label})"

    def __add__(self, other: Number) -> Value:
        if (b := _operand(other)) is None:
            return NotImplemented
        return _node(self.data + b.data, (self, b), "+", PLUS)

    def __sub__(self, other: Number) -> Value:
        if (b := _operand(other)) is None:
            return NotImplemented
        return _node(self.data - b.data, (self, b), "-", MINUS)

    def __mul__(self, other: Number) -> Value:
        if (b := _operand(other)) is None:
            return NotImplemented
        return _node(self.data * b.data, (self, b), "*", (b.data, self.data))

    def __truediv__(self, other: Number) -> Value:
        if (b := _operand(other)) is None:
            return NotImplemented
        quotient = _divide(self.data, b.data)
        return _node(quotient, (self, b), "/", (_divide(1.0, b.data), -_divide(quotient, b.data)))

    def __pow__(self, other: Number) -> Value:
        """A number as exponent is part of the operation (`_op` is '**2'); a Value as exponent is an operand."""
        if isinstance(other, Value):
            x, n = self.data, other.data
            power = _power(x, n)
            slope = 0.0 if n == 0 else n * _power(x, n - 1)
            growth = 0.0 if x == 0 and n >= 0 else power * _log(x)
            return _node(power, (self, other), "**", (slope, growth))
        if not isinstance(other, Real):
            return NotImplemented
        n = _as_float(other)
        local = BLOCKED if n == 0 else (n * _power(self.data, n - 1),)
        return _node(_power(self.data, n), (self,), f"**{n:g}", local)

    def __neg__(self) -> Value:
        return _node(-self.data, (self,), "neg", (-1.0,))

    def __radd__(self, other: float) -> Value:
        return NotImplemented if (a := _operand(other)) is None else a + self

    def __rsub__(self, other: float) -> Value:
        return NotImplemented if (a := _operand(other)) is None else a - self

    def __rmul__(self, other: float) -> Value:
        return NotImplemented if (a := _operand(other)) is None else a * self

    def __rtruediv__(self, other: float) -> Value:
        return NotImplemented if (a := _operand(other)) is None else a / self

    def __rpow__(self, other: float) -> Value:
        return NotImplemented if (a := _operand(other)) is None else a**self

    def exp(self) -> Value:
        e = _exp(self.data)
        return _node(e, (self,), "exp", (e,))

    def log(self) -> Value:
        """Natural logarithm: -inf at 0, NaN below."""
        return _node(_log(self.data), (self,), "log", (_divide(1.0, self.data),))

    def tanh(self) -> Value:
        t = math.tanh(self.data)
        return _node(t, (self,), "tanh", (1.0 - t * t,))

    def sigmoid(self) -> Value:
        """1 / (1 + exp(-x)), from whichever side does not overflow."""
        e = math.exp(-abs(self.data))
        s = 1.0 / (1.0 + e) if self.data >= 0 else e / (1.0 + e)
        return _node(s, (self,), "sigmoid", (s * (1.0 - s),))

    def relu(self) -> Value:
        """max(x, 0), with derivative 0 at x = 0."""
        if self.data <= 0:
            return _node(0.0, (self,), "relu", BLOCKED)
        return _node(self.data, (self,), "relu", ONE)

    @staticmethod
    def weighted_sum(weights: Sequence[Value], inputs: Sequence[Number], bias: Value) -> Value:
        """w1*x1 + ... + wn*xn + bias as one node instead of 2n; operands are the weights, the inputs, the bias.

        Raises ValueError if there are not as many weights as inputs.
        """
        return Value.weighted_sums([(weights, bias)], inputs)[0]

    @staticmethod
    def weighted_sums(rows: Iterable[tuple[Sequence[Value], Value]], inputs: Sequence[Number]) -> list[Value]:
        """One weighted sum of the same inputs per (weights, bias): a layer reads its inputs once, not per neuron."""
        xs = [x if isinstance(x, Value) else Value(x) for x in inputs]
        x_data = [x.data for x in xs]
        sums = []
        for weights, bias in rows:
            w_data = [w.data for w in weights]
            if len(w_data) != len(x_data):
                raise ValueError(f"weighted_sum: {len(w_data)} weights but {len(x_data)} inputs")
            total = sum(map(mul, w_data, x_data), bias.data)
            sums.append(_node(total, (*weights, *xs, bias), "dot", (*x_data, *w_data, 1.0)))
        return sums

    def backward(self) -> None:
        """Add the derivative of this value with respect to every node it was made from to that node's `grad`.

        As in PyTorch, calling it again accumulates: leaves and inner nodes receive the same amount once more.
        """
        order = self._topological_order()
        earlier = [node.grad for node in order]
        again = any(earlier)
        if again:
            for node in order:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            upstream = node.grad
            if not upstream and math.isfinite(sum(node._local)):  # adding zeros; 0 * inf would be NaN
                continue
            for operand, local in zip(node._prev, node._local):
                operand.grad += local * upstream
        if again:
            for node, grad in zip(order, earlier):
                node.grad += grad

    def _topological_order(self) -> list[Value]:
        """This node and every non-leaf it was made from: operands before their consumers, each node once.

        A stack instead of recursion, so that depth is bounded by memory alone.
        """
        order: list[Value] = []
        placed: set[Value] = set()
        stack = [self]
        while stack:
            node = stack[-1]
            if placed.issuperset(node._prev):
                stack.pop()
                if node not in placed:
                    placed.add(node)
                    order.append(node)
            else:
                for operand in node._prev:
                    if operand not in placed:
                        if operand._prev:
                            stack.append(operand)
                        else:
                            placed.add(operand)
        return order


def _node(data: float, operands: tuple[Value, ...], op: str, local: Sequence[float]) -> Value:
    """The result of an operation; skips the constructor's checks, which its arguments cannot fail."""
    node: Value = object.__new__(Value)
    node.data = data
    node.grad = 0.0
    node._prev = operands
    node._op = op
    node._local = local
    node.label = ""
    return node


def _operand(x: Any) -> Value | None:
    """Give back a Value itself, a leaf for a real number, else None: Python then tries the other side."""
    if isinstance(x, Value):
        return x
    return Value(x) if isinstance(x, Real) else None


def _as_float(x: Any) -> float:
    if not isinstance(x, Real):
        raise TypeError(f"Value: data must be a real number, not {type(x).__name__}")
    try:
        return float(x)
    except OverflowError:
        raise OverflowError("Value: the integer is too large for a 64-bit float") from None


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(x: float, n: float) -> float:
    try:
        return math.pow(x, n)
    except OverflowError:
        return -math.inf if x < 0 and n % 2 == 1 else math.inf
    except ValueError:  # a negative power of zero, or a fractional power of a negative number
        if x != 0:
            return math.nan
        return math.copysign(math.inf, x) if n % 2 == 1 else math.inf


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    if x > 0 or math.isnan(x):
        return math.log(x)
    return -math.inf if x == 0 else math.nan

"""Value in torch's terms, and the order in which its gradients are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter

import torch


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
        return apply(torch.add, "+", self, other)

    def __sub__(self, other: float | Value) -> Value:
        return apply(torch.sub, "-", self, other)

    def __mul__(self, other: float | Value) -> Value:
        return apply(torch.mul, "*", self, other)

    def __truediv__(self, other: float | Value) -> Value:
        return apply(torch.div, "/", self, other)

    def __radd__(self, other: float) -> Value:
        return apply(torch.add, "+", other, self)

    def __rsub__(self, other: float) -> Value:
        return apply(torch.sub, "-", other, self)

    def __rmul__(self, other: float) -> Value:
        return apply(torch.mul, "*", other, self)

    def __rtruediv__(self, other: float) -> Value:
        return apply(torch.div, "/", other, self)

    def __pow__(self, n: float) -> Value:
        return apply(lambda x: torch.pow(x, n), f"**{n}", self)

    def __neg__(self) -> Value:
        return apply(torch.neg, "neg", self)

    def exp(self) -> Value:
        return apply(torch.exp, "exp", self)

    def log(self) -> Value:
        return apply(torch.log, "log", self)

    def tanh(self) -> Value:
        return apply(torch.tanh, "tanh", self)

    def relu(self) -> Value:
        return apply(torch.relu, "relu", self)

    def sigmoid(self) -> Value:
        return apply(torch.sigmoid, "sigmoid", self)


def apply(function: Callable[..., torch.Tensor], op: str, *operands: float | Value) -> Value:
    """The Value of a torch function of scalars; plain numbers among the operands become leaves."""
    values = [operand if isinstance(operand, Value) else Value(operand) for operand in operands]
    result = Value(0.0, values, op)
    result._function = function
    result._tensor = function(*(value._tensor for value in values))
    result._tensor.retain_grad()
    return result


def topological_order(root: Value) -> list[Value]:
    operands: dict[Value, tuple[Value, ...]] = {}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if value not in operands:
            operands[value] = value._prev
            waiting.extend(value._prev)
    return list(TopologicalSorter(operands).static_order())

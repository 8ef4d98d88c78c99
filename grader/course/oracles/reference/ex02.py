"""The number that remembers; it gets the two methods that the kata asks for and the reference does without."""

from __future__ import annotations

from minigrad_reference import Value
from minigrad_reference.drawing import trace

_backward_of_the_reference = Value.backward


def _backward_from(root: Value) -> None:
    """The reference's pass; where a probe brings along a step of its own, which that does not know, step by step."""
    order = trace(root)[0]
    if all(type(value) is Value for value in order):
        _backward_of_the_reference(root)
        return
    root.grad = 1.0
    for value in reversed(order):
        _backward(value) if type(value) is Value else value._backward()


def _backward(self: Value) -> None:
    """One node's share of the backward pass, which exercise 3 asks of every result."""
    for operand, local in zip(self._prev, self._local, strict=False):  # a relu that is off has none
        operand.grad += local * self.grad


setattr(Value, "_backward", _backward)  # noqa: B010 - a plain assignment is a type error: the class has no such method
setattr(Value, "backward", _backward_from)  # noqa: B010
WORDS = {"Value": Value}

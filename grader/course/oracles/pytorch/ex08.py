"""A neuron with torch's dot product."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from types import ModuleType

import torch

from grader.course.oracles.pytorch.engine import Value, apply


class Module:
    """Anything with parameters."""

    def parameters(self) -> list[Value]:
        return []

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter._tensor.grad = None


ACTIVATIONS: dict[str, Callable[[Value], Value]] = {"tanh": Value.tanh, "relu": Value.relu, "linear": lambda x: x}


class Neuron(Module):
    """activation(w . x + b), with torch's dot product."""

    def __init__(self, nin: int, activation: str = "tanh", rng: random.Random | ModuleType = random) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"no activation {activation!r}")
        self.w = [Value(rng.uniform(-1, 1), label=f"w{i + 1}") for i in range(nin)]
        self.b = Value(0.0, label="b")
        self.activation = activation

    def __call__(self, x: Sequence[float | Value]) -> Value:
        n = len(self.w)
        if len(x) != n:
            raise ValueError(f"{n} weights but {len(x)} inputs")

        def weighted(bias: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
            return torch.dot(torch.stack(others[:n]), torch.stack(others[n:])) + bias

        return ACTIVATIONS[self.activation](apply(weighted, "dot", self.b, *self.w, *x))

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


WORDS = {"Module": Module, "Neuron": Neuron}

"""Layers and networks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from grader.course.oracles.pytorch.engine import Value
from grader.course.oracles.pytorch.ex08 import Module, Neuron


class Layer(Module):
    """Neurons that see the same inputs."""

    def __init__(self, nin: int, nout: int, activation: str = "tanh", rng: random.Random | ModuleType = random) -> None:
        self.neurons = [Neuron(nin, activation, rng) for _ in range(nout)]

    def __call__(self, x: Sequence[float | Value]) -> list[Value]:
        return [neuron(x) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]


class MLP(Module):
    """Layers in a row; the last one is linear unless every layer's activation is named."""

    def __init__(
        self, nin: int, nouts: Sequence[int], activation: str | Sequence[str] = "tanh", seed: int | None = None
    ) -> None:
        hidden = len(nouts) - 1
        names = [*[activation] * hidden, "linear"] if isinstance(activation, str) else activation
        rng = random.Random(seed)
        shapes = zip([nin, *nouts[:hidden]], nouts, names, strict=True)
        self.layers = [Layer(*shape, rng) for shape in shapes]

    def __call__(self, x: Sequence[float | Value]) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]


WORDS = {"Layer": Layer, "MLP": MLP}

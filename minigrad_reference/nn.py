"""Neurons, layers and multilayer perceptrons built from `Value`."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minigrad_reference.engine import Number, Value
from minigrad_reference.files import write_whole

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {"tanh": Value.tanh, "relu": Value.relu, "linear": lambda x: x}
FORMAT = "minigrad-mlp-1"


class Module:
    """Anything with parameters."""

    def parameters(self) -> list[Value]:
        """All trainable values in one flat list, always in the same order."""
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as must happen before each backward pass."""
        for parameter in self.parameters():
            parameter.grad = 0.0


class Neuron(Module):
    """activation(w . x + b) for `nin` inputs.

    Weights are drawn uniformly from [-1, 1] and the bias is 0. Raises ValueError for an unknown activation.
    """

    def __init__(self, nin: int, activation: str = "tanh", rng: random.Random | None = None) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {activation!r}")
        rng = rng or random.Random()
        self.w = [Value(rng.uniform(-1, 1), label=f"w{i + 1}") for i in range(nin)]
        self.b = Value(0.0, label="b")
        self.activation = activation

    def __call__(self, x: Sequence[Number]) -> Value:
        """The neuron's output for `nin` inputs; raises ValueError for any other number of them."""
        return ACTIVATIONS[self.activation](Value.weighted_sum(self.w, x, self.b))

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


class Layer(Module):
    """`nout` neurons that see the same `nin` inputs."""

    def __init__(self, nin: int, nout: int, activation: str = "tanh", rng: random.Random | None = None) -> None:
        rng = rng or random.Random()
        self.neurons = [Neuron(nin, activation, rng) for _ in range(nout)]
        self.activation = activation

    def __call__(self, x: Sequence[Number]) -> list[Value]:
        sums = Value.weighted_sums([(neuron.w, neuron.b) for neuron in self.neurons], x)
        activate = ACTIVATIONS[self.activation]
        return [activate(total) for total in sums]

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]


class MLP(Module):
    """Layers in a row: `MLP(2, [16, 16, 1])` maps 2 inputs to 1 output.

    `activation` names that of the hidden layers; the last layer is then linear, so that scores and regression
    targets of any size can be reached. A sequence names the activation of every layer, the last one included. The
    same `seed` gives the same initial weights. Raises ValueError for sizes below 1 or a sequence of the wrong length.
    """

    def __init__(
        self, nin: int, nouts: Sequence[int], activation: str | Sequence[str] = "tanh", seed: int | None = None
    ) -> None:
        if not nouts or min(nin, *nouts) < 1:
            raise ValueError(f"an MLP needs at least one layer and sizes of at least 1, not {nin} and {list(nouts)}")
        if isinstance(activation, str):
            activation = [activation] * (len(nouts) - 1) + ["linear"]
        if len(activation) != len(nouts):
            raise ValueError(f"{len(nouts)} layers need {len(nouts)} activations, not {len(activation)}")
        rng = random.Random(seed)
        self.sizes = [nin, *nouts]
        self.layers = [Layer(*shape, rng) for shape in zip(self.sizes[:-1], nouts, activation, strict=True)]

    def __call__(self, x: Sequence[Number]) -> Any:
        """The output for one sample: a Value if the last layer has one neuron, else a list of them."""
        out: Sequence[Value] = [v if isinstance(v, Value) else Value(v, label=f"x{i + 1}") for i, v in enumerate(x)]
        for layer in self.layers:
            out = layer(out)
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def save(self, path: str | Path) -> None:
        """Write the weights as JSON, whole or not at all. Raises ValueError if one of them is not finite."""
        layers = [[{"w": [w.data for w in n.w], "b": n.b.data} for n in layer.neurons] for layer in self.layers]
        content = {"format": FORMAT, "activations": self._activations(), "layers": layers}
        write_whole(path, (json.dumps(content, allow_nan=False) + "\n").encode())

    def load(self, path: str | Path) -> None:
        """Take over the weights in a file written by `save`.

        Raises ValueError, and changes nothing, if it is not such a file or is for a network of another shape.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            theirs = (
                list(map(str, content["activations"])),
                [[len(n["w"]) for n in layer] for layer in content["layers"]],
            )
            flat = [float(v) for layer in content["layers"] for n in layer for v in (*n["w"], n["b"])]
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"{path} does not hold the weights of an MLP ({error!r})") from None
        if content.get("format") != FORMAT or not all(map(math.isfinite, flat)):
            raise ValueError(f"{path} does not hold the weights of an MLP (format {FORMAT}, finite numbers)")
        ours = self._activations(), [[len(n.w) for n in layer.neurons] for layer in self.layers]
        if theirs != ours:
            raise ValueError(f"{path} is for layers {describe(*theirs)}, this network has {describe(*ours)}")
        for parameter, data in zip(self.parameters(), flat, strict=True):
            parameter.data = data

    def _activations(self) -> list[str]:
        return [layer.activation for layer in self.layers]


def describe(activations: Sequence[str], fan_ins: Sequence[Sequence[int]]) -> str:
    """A network's shape in a few words: '2-16 relu, 16-1 linear'."""
    return ", ".join(
        f"{max(fans, default=0)}-{len(fans)} {name}" for name, fans in zip(activations, fan_ins, strict=False)
    )

"""The losses of a classifier, and its training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import minigrad_reference as reference
from minigrad_reference import MLP, Value


def train(
    model: MLP,
    inputs: Sequence[Any],
    labels: Sequence[float],
    epochs: int,
    learning_rate: float = 1.0,
    strength: float = 1e-4,
) -> list[tuple[float, float]]:
    def loss(scores: Sequence[Value], targets: Sequence[float], parameters: Sequence[Value]) -> Value:
        return reference.max_margin(scores, targets) + reference.l2_penalty(parameters, strength)

    history = reference.train(model, inputs, labels, loss, reference.linear_decay(learning_rate), epochs)
    return [(epoch.loss, epoch.accuracy) for epoch in history]


WORDS = {
    "hinge_loss": reference.max_margin,
    "l2_penalty": reference.l2_penalty,
    "accuracy": reference.accuracy,
    "train": train,
}

"""The losses of a classifier, and its training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from grader.course.oracles.pytorch.engine import Value, apply
from grader.course.oracles.pytorch.ex09 import MLP
from grader.course.oracles.pytorch.ex10 import descend


def hinge_loss(scores: Sequence[Value], labels: Sequence[float]) -> Value:
    sides = torch.tensor(labels, dtype=torch.float64)
    return apply(lambda *s: torch.relu(1 - sides * torch.stack(s)).mean(), "hinge", *scores)


def l2_penalty(parameters: Sequence[Value], strength: float = 1e-4) -> Value:
    return apply(lambda *p: strength * torch.stack(p).square().sum(), "l2", *parameters)


def accuracy(scores: Sequence[Value], labels: Sequence[float]) -> float:
    above = torch.stack([score._tensor for score in scores]) > 0
    return float((above == (torch.tensor(labels) > 0)).double().mean().item())


def train(
    model: MLP,
    inputs: Sequence[Any],
    labels: Sequence[float],
    epochs: int,
    learning_rate: float = 1.0,
    strength: float = 1e-4,
) -> list[tuple[float, float]]:
    def epoch(rate: float) -> tuple[float, float]:
        scores = [model(x) for x in inputs]
        loss = hinge_loss(scores, labels) + l2_penalty(model.parameters(), strength)
        descend(model, loss, rate)
        return loss.data, accuracy(scores, labels)

    return [epoch(learning_rate * (1 - 0.9 * k / epochs)) for k in range(epochs)]


WORDS = {"hinge_loss": hinge_loss, "l2_penalty": l2_penalty, "accuracy": accuracy, "train": train}

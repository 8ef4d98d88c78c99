"""Mean squared error and gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from grader.course.oracles.pytorch.engine import Value, apply
from grader.course.oracles.pytorch.ex09 import MLP


def mean_squared_error(predictions: Sequence[Value], targets: Sequence[float]) -> Value:
    wanted = torch.tensor(targets, dtype=torch.float64)
    return apply(lambda *p: torch.nn.functional.mse_loss(torch.stack(p), wanted), "mse", *predictions)


def sgd_step(parameters: Sequence[Value], learning_rate: float) -> None:
    with torch.no_grad():
        for parameter in parameters:
            if parameter._tensor.grad is not None:
                parameter._tensor.sub_(parameter._tensor.grad, alpha=learning_rate)


def train(
    model: MLP, inputs: Sequence[Any], targets: Sequence[float], epochs: int, learning_rate: float
) -> list[float]:
    def epoch() -> float:
        loss = mean_squared_error([model(x) for x in inputs], targets)
        descend(model, loss, learning_rate)
        return loss.data

    return [epoch() for _ in range(epochs)]


def descend(model: MLP, loss: Value, rate: float) -> None:
    model.zero_grad()
    loss.backward()
    sgd_step(model.parameters(), rate)


WORDS = {"mean_squared_error": mean_squared_error, "sgd_step": sgd_step, "train": train}

"""torch's own optimisers on the tensors of Values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from grader.course.oracles.pytorch.engine import Value


class _Optimiser:
    """One of torch's; its learning rate can be set as the kata has it."""

    def __init__(self, parameters: Iterable[Value], optimiser: Callable[..., Any], **settings: Any) -> None:
        self.parameters = list(parameters)
        self.learning_rate: float = settings["lr"]
        tensors = [parameter._tensor for parameter in self.parameters]
        self._torch = optimiser(tensors, **settings) if tensors else None

    def step(self) -> None:
        if self._torch is None:  # torch wants parameters
            return
        for parameter in self.parameters:
            parameter.grad = parameter.grad  # torch passes over a tensor that has none, and 0 is none at first
        self._torch.param_groups[0]["lr"] = self.learning_rate
        self._torch.step()


class SGD(_Optimiser):
    """torch.optim.SGD."""

    def __init__(self, parameters: Iterable[Value], learning_rate: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, torch.optim.SGD, lr=learning_rate, momentum=momentum)


class Adam(_Optimiser):
    """torch.optim.Adam."""

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, torch.optim.Adam, lr=learning_rate, betas=betas, eps=eps)


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    values = list(parameters)
    for value in values:
        value.grad = value.grad
    return float(torch.nn.utils.clip_grad_norm_([value._tensor for value in values], max_norm).item())


WORDS = {"SGD": SGD, "Adam": Adam, "clip_grad_norm": clip_grad_norm}

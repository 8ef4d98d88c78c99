"""Scores, probabilities and their logarithms, by torch's own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from grader.course.oracles.pytorch.engine import Value, apply


def softmax(scores: Sequence[float | Value]) -> list[Value]:
    return _each(scores, lambda tensor: functional.softmax(tensor, 0), "softmax")


def log_softmax(scores: Sequence[float | Value]) -> list[Value]:
    return _each(scores, lambda tensor: functional.log_softmax(tensor, 0), "log_softmax")


def _each(scores: Sequence[float | Value], function: Callable[[torch.Tensor], torch.Tensor], op: str) -> list[Value]:
    def at(i: int) -> Callable[..., torch.Tensor]:
        return lambda *tensors: function(torch.stack(tensors))[i]

    values = [score if isinstance(score, Value) else Value(score) for score in scores]
    return [apply(at(i), op, *values) for i in range(len(values))]


def cross_entropy(scores: Sequence[float | Value], target: int) -> Value:
    wanted = torch.tensor(target)
    return apply(lambda *s: functional.cross_entropy(torch.stack(s), wanted), "cross_entropy", *scores)


WORDS = {"softmax": softmax, "log_softmax": log_softmax, "cross_entropy": cross_entropy}

"""Vectors by torch's own linear layer, lookup and norm."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import ModuleType

import torch
from torch.nn import functional

from grader.course.oracles.pytorch.engine import Value, apply
from grader.course.oracles.pytorch.ex08 import Module


def drawn(count: int, width: int, rng: random.Random | ModuleType, std: float) -> list[list[Value]]:
    """Rows of random Values, drawn one by one as the kata's constructors draw them."""
    return [[Value(rng.gauss(0.0, std)) for _ in range(width)] for _ in range(count)]


class Linear(Module):
    """Rows of weights, without a bias."""

    def __init__(self, nin: int, nout: int, rng: random.Random | ModuleType = random, std: float = 0.08) -> None:
        self.w = drawn(nout, nin, rng, std)

    def __call__(self, x: Sequence[float | Value]) -> list[Value]:
        n = len(self.w[0])
        if len(x) != n:
            raise ValueError(f"{n} weights but {len(x)} inputs")

        def product(*operands: torch.Tensor) -> torch.Tensor:
            return functional.linear(torch.stack(operands[n:]), torch.stack(operands[:n])[None])[0]

        return [apply(product, "linear", *row, *x) for row in self.w]

    def parameters(self) -> list[Value]:
        return [weight for row in self.w for weight in row]


class Embedding(Module):
    """Rows that are looked up."""

    def __init__(self, count: int, width: int, rng: random.Random | ModuleType = random, std: float = 0.08) -> None:
        self.rows = drawn(count, width, rng, std)

    def __call__(self, index: int) -> list[Value]:
        return self.rows[index]

    def parameters(self) -> list[Value]:
        return [entry for row in self.rows for entry in row]


def rms_norm(x: Sequence[float | Value], eps: float = 1e-5) -> list[Value]:
    def entry(i: int) -> Value:
        return apply(lambda *xs: functional.rms_norm(torch.stack(xs), (len(xs),), eps=eps)[i], "rms_norm", *x)

    return [entry(i) for i in range(len(x))]


WORDS = {"Linear": Linear, "Embedding": Embedding, "rms_norm": rms_norm}

"""Slopes by torch's own central difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch


def derivative(f: Callable[[float], float], x: float, h: float = 1e-6) -> float:
    samples = [f(x - h), 0.0, f(x + h)]  # torch's central difference does not look at the sample in the middle
    (slopes,) = torch.gradient(torch.tensor(samples, dtype=torch.float64), spacing=h)
    return float(slopes[1].item())


def gradient(f: Callable[[list[float]], float], xs: Sequence[float], h: float = 1e-6) -> list[float]:
    def along(i: int) -> Callable[[float], float]:
        return lambda x: f([*xs[:i], x, *xs[i + 1 :]])

    return [derivative(along(i), x, h) for i, x in enumerate(xs)]


WORDS = {"derivative": derivative, "gradient": gradient}

"""Derivatives by finite differences: slow, approximate, and independent of everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def derivative(f: Callable[[float], float], x: float, h: float = 1e-6) -> float:
    """f'(x) by the central difference (f(x + h) - f(x - h)) / 2h, whose error shrinks as h squared."""
    return (f(x + h) - f(x - h)) / (2 * h)


def gradient(f: Callable[[Sequence[float]], float], x: Sequence[float], h: float = 1e-6) -> list[float]:
    """The partial derivatives of f at x, one central difference per coordinate."""

    def along(i: int) -> Callable[[float], float]:
        return lambda xi: f([*x[:i], xi, *x[i + 1 :]])

    return [derivative(along(i), xi, h) for i, xi in enumerate(x)]

"""Training as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from minigrad_reference.files import write_whole

BLUE, ORANGE, INK, SHADES = "#2b6cb0", "#c05621", "#1f2933", "RdBu"
Function = TypeVar("Function", bound=Callable[..., None])
PLAIN: Callable[[Function], Function] = style.context("default")  # not what the user's matplotlibrc asks for, as TeX
GRID = 60  # points per side at which a decision boundary is sampled


@PLAIN
def loss_curve(losses: Sequence[float], accuracies: Sequence[float], path: str | Path) -> None:
    """Loss and accuracy (0 to 1) against the epoch, as PNG."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    left = figure.subplots()
    right = left.twinx()
    epochs = range(1, len(losses) + 1)
    (loss,) = left.plot(epochs, losses, color=BLUE, linewidth=2, label="loss")
    (share,) = right.plot(epochs, [100 * a for a in accuracies], color=ORANGE, linestyle="--", label="accuracy")
    left.set(title="Loss over epochs", xlabel="epoch", ylabel="loss")
    left.set_ylim(bottom=0)
    right.set(ylabel="accuracy in %", ylim=(0, 105))
    left.grid(alpha=0.3)
    left.legend(handles=[loss, share], loc="center right")
    save(figure, path)


@PLAIN
def decision_boundary(
    predict: Callable[[Sequence[float]], float],
    inputs: Sequence[Sequence[float]],
    labels: Sequence[float],
    path: str | Path,
) -> None:
    """Samples with two inputs on the map of `predict`'s score, as PNG; the line is where the score is 0."""
    xs, ys = (span([point[i] for point in inputs], GRID) for i in (0, 1))
    scores = [[predict((x, y)) for x in xs] for y in ys]
    figure = Figure(figsize=(7, 5.5), layout="constrained")
    axes = figure.subplots()
    reach = max(1e-9, *(abs(score) for row in scores for score in row))
    colours = axes.contourf(xs, ys, scores, levels=24, cmap=SHADES, vmin=-reach, vmax=reach, alpha=0.8)
    axes.contour(xs, ys, scores, levels=[0.0], colors=INK, linewidths=2)
    samples(axes, inputs, labels, size=46)
    axes.set(title="Decision boundary: the score is 0 on the line", xlabel="x1", ylabel="x2")
    axes.legend(loc="upper right")
    figure.colorbar(colours, label="score")
    save(figure, path)


def samples(axes: Any, inputs: Sequence[Sequence[float]], labels: Sequence[float], size: float) -> None:
    """The samples of each label in a colour and a shape of their own."""
    for sign, colour, marker in ((1, BLUE, "o"), (-1, ORANGE, "^")):
        points = [point for point, label in zip(inputs, labels, strict=True) if (label > 0) == (sign > 0)]
        where = [p[0] for p in points], [p[1] for p in points]
        axes.scatter(*where, c=colour, marker=marker, edgecolors="white", s=size, label=f"label {sign:+d}")


def span(values: Sequence[float], count: int) -> list[float]:
    """So many numbers, evenly spaced, from a little below the values to a little above."""
    low, high = min(values), max(values)
    margin = 0.2 * (high - low) or 1.0
    step = (high - low + 2 * margin) / (count - 1)
    return [low - margin + i * step for i in range(count)]


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG, whole or not at all."""
    picture = BytesIO()
    FigureCanvasAgg(figure).print_png(picture)
    write_whole(path, picture.getvalue())

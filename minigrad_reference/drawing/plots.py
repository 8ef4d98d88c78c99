"""Training as pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from minigrad_reference.drawing.palette import LIGHT
from minigrad_reference.files import write_whole

ABOVE, BELOW, INK, RATE = (LIGHT[name] for name in ("above", "below", "ink", "link"))
SHADES = LinearSegmentedColormap.from_list("sign", [BELOW, LIGHT["page"], ABOVE])
CROSS = {"c": LIGHT["bad"], "marker": "x", "s": 60, "linewidths": 2, "zorder": 3}
LOOKS = ({"color": INK}, {"color": RATE, "linestyle": "--"}, {"color": INK, "linestyle": ":"})
Function = TypeVar("Function", bound=Callable[..., None])
PLAIN: Callable[[Function], Function] = style.context("default")  # not what the user's matplotlibrc asks for, as TeX
GRID = 60  # points per side at which a decision boundary is sampled
FINE = 400  # points of a curve
LARGE = 1.5  # so much larger than usual are letters and lines: a picture is seen on a phone too


@PLAIN
def loss_curve(losses: Sequence[float], accuracies: Sequence[float], path: str | Path) -> None:
    """Loss and accuracy (0 to 1) against the epoch, as PNG."""
    figure = sheet(8, 5)
    left = figure.subplots()
    right = left.twinx()
    epochs = range(1, len(losses) + 1)
    (loss,) = left.plot(epochs, losses, color=INK, linewidth=2, label="loss")
    (share,) = right.plot(epochs, [100 * a for a in accuracies], color=RATE, linestyle="--", label="accuracy")
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
    """Samples with two inputs on the map of `predict`'s score, as PNG: a line where it is 0, crosses on wrong ones."""
    xs, ys = (span([point[i] for point in inputs], GRID) for i in (0, 1))
    scores = [[predict((x, y)) for x in xs] for y in ys]
    figure = sheet(7, 5.5)
    axes = figure.subplots()
    reach = max(1e-9, *(abs(score) for row in scores for score in row))
    colours = axes.contourf(xs, ys, scores, levels=24, cmap=SHADES, vmin=-reach, vmax=reach, alpha=0.8)
    axes.contour(xs, ys, scores, levels=[0.0], colors=INK, linewidths=2)
    samples(axes, inputs, labels, size=40)
    if wrong := [x for x, label in zip(inputs, labels, strict=True) if is_wrong(predict(x), label)]:
        axes.scatter(*zip(*wrong, strict=True), label=f"wrong: {len(wrong)}", **CROSS)
    axes.set(title="Decision boundary: score 0 on the line", xlabel="x1", ylabel="x2")
    axes.legend(loc="upper right", fontsize="small")
    figure.colorbar(colours, label="score")
    save(figure, path)


def is_wrong(score: float, label: float) -> bool:
    """Whether a score is on the other side of 0 than the label; 0 itself says -1."""
    return (score > 0) != (label > 0)


@PLAIN
def curves(
    panels: Mapping[str, Mapping[str, Callable[[float], float]]], low: float, high: float, path: str | Path
) -> None:
    """Functions of one number between two numbers, as PNG: panels by their titles, in each the functions by name."""
    xs = [low + i * (high - low) / FINE for i in range(FINE + 1)]
    figure = sheet(5 * len(panels), 4)
    for axes, (title, functions) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        for (name, function), look in zip(functions.items(), LOOKS, strict=False):
            axes.plot(xs, [function(x) for x in xs], label=name, linewidth=2, **look)
        axes.set_title(title)
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    save(figure, path)


def sheet(width: float, height: float, dpi: float = 100) -> Figure:
    """An empty figure, so many inches wide and high at so many dots per inch, for large letters."""
    return Figure(figsize=(width / LARGE, height / LARGE), dpi=dpi * LARGE, layout="constrained")


def samples(axes: Any, inputs: Sequence[Sequence[float]], labels: Sequence[float], size: float) -> None:
    """The samples of each label in a colour and a shape of their own."""
    for sign, colour, marker in ((1, ABOVE, "o"), (-1, BELOW, "^")):
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

"""A language model as pictures: how its loss fell, which letter looks at which, which letters it takes to be alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from minigrad_reference.drawing.plots import ABOVE, BELOW, INK, PLAIN, RATE, save, sheet
from minigrad_reference.files import write_whole

BOUNDARY = "·"  # how the boundary token is written
VOWELS = "aeiouy"
SMOOTH = 100  # losses in a running mean
SHADE = "Blues"  # from white for 0 to dark for 1
COLUMNS = 2  # of maps side by side: on a phone, too, their letters can be read
WRITTEN = 0.1  # the smallest weight that is written into its cell


@PLAIN
def language_loss(losses: Sequence[float], levels: Mapping[str, float], path: str | Path) -> None:
    """The loss of every step and its running mean, beside levels to compare it with, as PNG."""
    figure = sheet(8, 5)
    axes = figure.subplots()
    steps = range(1, len(losses) + 1)
    axes.plot(steps, losses, ".", color=INK, alpha=0.25, markersize=4, label="one name")
    axes.plot(steps, running_mean(losses), color=INK, linewidth=2, label=f"mean of up to {SMOOTH} names")
    for (name, level), style in zip(levels.items(), ("--", ":"), strict=False):
        axes.axhline(level, color=RATE, linestyle=style, label=f"{name}: {level:.2f}")
    axes.set(title="Loss over steps", xlabel="step", ylabel="loss")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")
    save(figure, path)


def running_mean(losses: Sequence[float], window: int = SMOOTH) -> list[float]:
    """For each step the mean of the last losses up to it."""
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    first = np.maximum(np.arange(1, len(losses) + 1) - window, 0)
    last = np.arange(1, len(losses) + 1)
    means: list[float] = ((sums[last] - sums[first]) / (last - first)).tolist()
    return means


@PLAIN
def letter_map(rows: Sequence[Sequence[float]], letters: str, path: str | Path) -> None:
    """The tokens' vectors seen from where they differ most (their first two principal components), as PNG."""
    points, shares = principal_components(rows)
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0, color=INK, alpha=0.15)
    axes.axvline(0, color=INK, alpha=0.15)
    for (x, y), letter in zip(points, [*letters, BOUNDARY], strict=True):
        colour = INK if letter == BOUNDARY else BELOW if _is_vowel(letter) else ABOVE
        axes.plot([x], [y], "o", color=colour, markersize=18, alpha=0.18)
        axes.annotate(letter, (x, y), ha="center", va="center", color=colour, fontsize=14, fontweight="bold")
    kinds = (("vowels", BELOW), ("other letters", ABOVE), (f"boundary ({BOUNDARY})", INK))
    for name, colour in kinds:
        axes.plot([], [], "o", color=colour, markersize=9, alpha=0.5, label=name)
    axes.margins(0.1)
    axes.set(
        title="Embeddings: after enough steps, letters that are used alike lie side by side",
        xlabel=f"first component ({shares[0]:.0%} of the differences)",
        ylabel=f"second component ({shares[1]:.0%})",
    )
    figure.legend(loc="outside lower center", ncols=len(kinds))
    save(figure, path)


def principal_components(rows: Sequence[Sequence[float]]) -> tuple[list[list[float]], list[float]]:
    """Each row by its two main directions, and the share of the variance along each; a missing second one is 0."""
    centred = np.asarray(rows, dtype=float)
    centred = np.hstack([centred, np.zeros((len(rows), 1))])  # so that there are two
    centred = centred - centred.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    left, sizes = left[:, :2], sizes[:2]
    signs = np.sign(left[np.abs(left).argmax(axis=0), [0, 1]])  # the same on every machine
    total = float((centred**2).sum()) or 1.0
    return (left * sizes * signs).tolist(), [float(size**2) / total for size in sizes]


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in VOWELS


@PLAIN
def attention_maps(
    heads: Sequence[Sequence[Sequence[float]]], tokens: Sequence[str], path: str | Path, per_layer: int
) -> None:
    """One map a head, as SVG: the row is the token that looks, the column the one that it looks at."""
    columns = min(per_layer, COLUMNS)
    rows = -(-len(heads) // columns)
    size = 1.1 + 0.34 * len(tokens)
    figure = Figure(figsize=(columns * size, rows * size + 1.1), layout="constrained")
    figure.subplots(rows, columns, squeeze=False)
    for number, weights in enumerate(heads):
        layer, head = divmod(number, per_layer)
        block = "" if len(heads) == per_layer else f"block {layer + 1}, "
        figure.axes[number].set_title(f"{block}head {head + 1}", fontsize=12, pad=10)
        _map(figure.axes[number], weights, tokens)
    for empty in figure.axes[len(heads) :]:
        empty.axis("off")
    title = f"Which letter looks at which in {_word(tokens)!r}:\nthe row at the columns, in %;"
    figure.suptitle(f"{title}\nbelow {100 * WRITTEN:.0f} % there is no number\n", fontsize=13)
    _save_svg(figure, path)


def _word(tokens: Sequence[str]) -> str:
    return "".join(tokens).strip(BOUNDARY)


def _map(axes: Any, weights: Sequence[Sequence[float]], tokens: Sequence[str]) -> None:
    count = len(tokens)
    axes.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5), aspect="equal")
    axes.set_xticks(range(count), tokens)
    axes.set_yticks(range(count), tokens)
    axes.tick_params(length=0, labeltop=True, labelbottom=False, labelsize=13)
    shade = colormaps[SHADE]
    for i, row in enumerate(weights):
        for j, weight in enumerate(row):
            axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=shade(weight), edgecolor="white"))
            if weight >= WRITTEN:
                look = {"color": "white" if weight > 0.5 else INK, "fontsize": 11}
                axes.text(j, i, f"{100 * weight:.0f}", ha="center", va="center", **look)
    for side in axes.spines.values():
        side.set_visible(False)


def _save_svg(figure: Figure, path: str | Path) -> None:
    picture = BytesIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "minigrad"}):
        FigureCanvasSVG(figure).print_svg(picture, metadata={"Date": None, "Title": "Attention"})
    write_whole(path, picture.getvalue())

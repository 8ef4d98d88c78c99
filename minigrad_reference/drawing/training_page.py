"""A training as a page: the network after some of its steps, and what each neuron makes of the plane."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from minigrad_reference.drawing.page import filled

if TYPE_CHECKING:
    from minigrad_reference.drawing.film import Film

SCRIPTS = "numbers", "curve", "plane", "training"
DIGITS = 7  # of a weight


def training_page(
    film: Film,
    losses: Sequence[float],
    accuracies: Sequence[float],
    rates: Sequence[float],
    title: str,
    prediction: str = "",
) -> str:
    """The HTML, given loss and accuracy after 0, 1, 2, … steps and the rate of each step.

    `prediction` is the file of a page that plays one prediction; where there is none, nothing links to it.
    """
    first = next(iter(film.states.values()))
    link = f'<p><a href="{escape(prediction)}">Play the prediction for the first sample, step by step.</a></p>'
    read = {
        "inputs": [list(map(float, point)) for point in film.inputs],
        "labels": list(map(float, film.labels)),
        "sizes": [len(film.inputs[0]), *(len(biases) for _, biases, _ in first)],
        "activations": [activation for *_, activation in first],
        "frames": [{"step": step, "layers": _layers(state)} for step, state in sorted(film.states.items())],
        "losses": list(losses),
        "accuracies": list(accuracies),
        "rates": list(rates),
    }
    content = json.dumps(read, allow_nan=False).replace("<", "\\u003c")
    return filled("training", SCRIPTS, title=escape(title), content=content, prediction=link if prediction else "")


def _layers(state: Any) -> list[dict[str, Any]]:
    """Weights and biases of each layer, as numbers that JSON takes."""
    return [{"w": [list(map(_number, row)) for row in ws], "b": list(map(_number, bs))} for ws, bs, _ in state]


def _number(x: Any) -> float:
    return float(f"{float(x):.{DIGITS}g}")

"""Pictures: computation graphs and networks by Graphviz, training by matplotlib.

Nothing here imports an engine: a node is anything with `data`, `grad`, `label`, `_op` and `_prev`, a network anything
with `layers` of `neurons` that have weights `w`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from minigrad_reference.drawing.graph import draw_dot
from minigrad_reference.drawing.network import draw_network, neuron_columns
from minigrad_reference.drawing.render import render
from minigrad_reference.drawing.stepper import value_to_html
from minigrad_reference.drawing.walk import trace

if TYPE_CHECKING:
    from minigrad_reference.drawing.film import Film, sparkline
    from minigrad_reference.drawing.letters import attention_maps, language_loss, letter_map
    from minigrad_reference.drawing.plots import curves, decision_boundary, loss_curve

__all__ = [
    "Film",
    "attention_maps",
    "curves",
    "decision_boundary",
    "draw_dot",
    "draw_network",
    "language_loss",
    "letter_map",
    "loss_curve",
    "neuron_columns",
    "render",
    "sparkline",
    "trace",
    "value_to_html",
]
PLOTTED = {
    **dict.fromkeys(("Film", "sparkline"), "film"),
    **dict.fromkeys(("attention_maps", "language_loss", "letter_map"), "letters"),
    **dict.fromkeys(("curves", "decision_boundary", "loss_curve"), "plots"),
}


def __getattr__(name: str) -> Any:
    """What matplotlib draws waits until it is asked for, so that a graph can be walked and drawn without it."""
    if name not in PLOTTED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{PLOTTED[name]}"), name)

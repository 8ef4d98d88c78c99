"""Pictures: computation graphs and networks by Graphviz, training by matplotlib.

Nothing here imports an engine: a node is anything with `data`, `grad`, `label`, `_op` and `_prev`, a network anything
with `layers` of `neurons` that have weights `w`.
"""

from minigrad_reference.drawing.film import Film, sparkline
from minigrad_reference.drawing.graph import draw_dot
from minigrad_reference.drawing.network import draw_network, neuron_columns
from minigrad_reference.drawing.plots import decision_boundary, loss_curve
from minigrad_reference.drawing.render import render
from minigrad_reference.drawing.stepper import value_to_html
from minigrad_reference.drawing.walk import trace

__all__ = [
    "Film",
    "decision_boundary",
    "draw_dot",
    "draw_network",
    "loss_curve",
    "neuron_columns",
    "render",
    "sparkline",
    "trace",
    "value_to_html",
]

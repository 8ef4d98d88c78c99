"""Layers and networks."""

from minigrad_reference import MLP, Layer

WORDS = {"Layer": Layer, "MLP": MLP}

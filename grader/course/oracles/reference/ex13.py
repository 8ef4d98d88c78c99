"""The optimisers, and clipping."""

from minigrad_reference.language import SGD, Adam, clip_grad_norm

WORDS = {"SGD": SGD, "Adam": Adam, "clip_grad_norm": clip_grad_norm}

"""Vectors."""

from minigrad_reference.language import Embedding, Linear, rms_norm

WORDS = {"Linear": Linear, "Embedding": Embedding, "rms_norm": rms_norm}

"""Which letter looks at which: the weights of a language model's attention, read off while it reads a name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Weights = list[list[float]]  # for each position one row: the shares of the positions up to it


def attention_weights(model: Any, tokens: Sequence[int]) -> list[Weights]:
    """Of every block and in it of every head, while the model reads the tokens.

    The queries are noted on their way out of each block's layer, and the keys lie in the past, so this holds for any
    engine whose blocks have `query` and `heads`.
    """
    past = model.new_past()
    with _noted(model.blocks) as queries:
        for position, token in enumerate(tokens):
            model(token, position, past)
    found = []
    for block, asked, (keys, _) in zip(model.blocks, queries, past, strict=True):
        known = [[k.data for k in key] for key in keys]
        width = len(known[0]) // block.heads
        for start in range(0, len(known[0]), width):
            part = slice(start, start + width)
            found.append([_shares(query[part], [key[part] for key in known[: i + 1]]) for i, query in enumerate(asked)])
    return found


@contextmanager
def _noted(blocks: Sequence[Any]) -> Iterator[list[list[list[float]]]]:
    """Note the numbers that every block's query layer gives in this block of code."""
    layers = [block.query for block in blocks]
    noted: list[list[list[float]]] = [[] for _ in blocks]
    for block, layer, own in zip(blocks, layers, noted, strict=True):
        block.query = _noting(layer, own)
    try:
        yield noted
    finally:
        for block, layer in zip(blocks, layers, strict=True):
            block.query = layer


def _noting(layer: Callable[[Any], Any], noted: list[list[float]]) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        out = layer(x)
        noted.append([number.data for number in out])
        return out

    return call


def _shares(query: Sequence[float], keys: Sequence[Sequence[float]]) -> list[float]:
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) / math.sqrt(len(query)) for key in keys]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]

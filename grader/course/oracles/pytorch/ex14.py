"""Names as tensors of tokens, and the model that looks at one token."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain

import torch
from torch.nn import functional

from grader.course.oracles.pytorch.engine import Value, apply


class Tokenizer:
    """Each letter by its place among those of the names, the boundary behind them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.letters = "".join(sorted({letter for name in names for letter in name}))
        self.boundary = len(self.letters)
        self.size = len(self.letters) + 1

    def encode(self, name: str) -> list[int]:
        places = {letter: place for place, letter in enumerate(self.letters)}
        return [self.boundary, *(places[letter] for letter in name), self.boundary]

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join([*self.letters, ""][token] for token in tokens)


def _bigrams(names: Sequence[str], tokenizer: Tokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """Every token that stands before another, and that other."""
    rows = [tokenizer.encode(name) for name in names]
    before = list(chain.from_iterable(row[:-1] for row in rows))
    after = list(chain.from_iterable(row[1:] for row in rows))
    return torch.tensor(before, dtype=torch.long), torch.tensor(after, dtype=torch.long)


def count_bigrams(names: Sequence[str], tokenizer: Tokenizer) -> list[list[int]]:
    before, after = _bigrams(names, tokenizer)
    size = tokenizer.size
    counts: list[list[int]] = torch.bincount(before * size + after, minlength=size * size).view(size, size).tolist()
    return counts


def bigram_loss(table: Sequence[Sequence[float | Value]], names: Sequence[str], tokenizer: Tokenizer) -> Value:
    before, after = _bigrams(names, tokenizer)

    def loss(*scores: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(torch.stack(scores).view(len(table), -1)[before], after)

    return apply(loss, "bigrams", *chain.from_iterable(table))


def sample(scores: Sequence[float | Value], temperature: float, rng: random.Random) -> int:
    numbers = [score.data if isinstance(score, Value) else score for score in scores]
    sums = functional.softmax(torch.tensor(numbers, dtype=torch.float64) / temperature, 0).cumsum(0)
    place = torch.searchsorted(sums, rng.random(), right=True).item()
    return min(int(place), len(numbers) - 1)


WORDS = {"Tokenizer": Tokenizer, "count_bigrams": count_bigrams, "bigram_loss": bigram_loss, "sample": sample}

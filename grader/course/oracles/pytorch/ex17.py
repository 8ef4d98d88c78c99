"""A GPT of torch's parts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from types import ModuleType

import torch

from grader.course.oracles.pytorch.engine import Value, apply
from grader.course.oracles.pytorch.ex08 import Module
from grader.course.oracles.pytorch.ex12 import cross_entropy
from grader.course.oracles.pytorch.ex15 import Embedding, Linear, rms_norm
from grader.course.oracles.pytorch.ex16 import multi_head

Past = tuple[list[list[Value]], list[list[Value]]]


class Block(Module):
    """Attention and an MLP, each with a residual connection."""

    def __init__(self, width: int, heads: int, rng: random.Random | ModuleType = random) -> None:
        if width % heads:
            raise ValueError(f"{heads} heads and a width of {width}")
        self.heads = heads
        self.query, self.key, self.value, self.mix = (Linear(width, width, rng) for _ in range(4))
        self.expand, self.shrink = Linear(width, 4 * width, rng), Linear(4 * width, width, rng)

    def __call__(self, x: Sequence[Value], past: Past) -> list[Value]:
        normed = rms_norm(x)
        for kept, layer in zip(past, (self.key, self.value), strict=True):
            kept.append(layer(normed))
        x = _sums(self.mix(multi_head(self.query(normed), *past, self.heads)), x)
        return _sums(self.shrink([h.relu() for h in self.expand(rms_norm(x))]), x)

    def parameters(self) -> list[Value]:
        layers = (self.query, self.key, self.value, self.mix, self.expand, self.shrink)
        return [parameter for layer in layers for parameter in layer.parameters()]


class GPT(Module):
    """Embeddings, blocks, scores."""

    def __init__(
        self,
        vocabulary: int,
        width: int = 16,
        heads: int = 4,
        layers: int = 1,
        context: int = 16,
        rng: random.Random | ModuleType = random,
    ) -> None:
        self.tokens, self.positions = Embedding(vocabulary, width, rng), Embedding(context, width, rng)
        self.blocks = [Block(width, heads, rng) for _ in range(layers)]
        self.output = Linear(width, vocabulary, rng)
        self.context = context

    def new_past(self) -> list[Past]:
        return [([], []) for _ in self.blocks]

    def __call__(self, token: int, position: int, past: Sequence[Past]) -> list[Value]:
        x = rms_norm(_sums(self.tokens(token), self.positions(position)))
        for block, own in zip(self.blocks, past, strict=True):
            x = block(x, own)
        return self.output(x)

    def loss(self, tokens: Sequence[int]) -> Value:
        past = self.new_past()
        steps = enumerate(pairwise(tokens))
        losses = [cross_entropy(self(token, place, past), target) for place, (token, target) in steps]
        return apply(lambda *each: torch.stack(each).mean(), "mean", *losses)

    def parameters(self) -> list[Value]:
        parts = (self.tokens, self.positions, *self.blocks, self.output)
        return [parameter for part in parts for parameter in part.parameters()]


def _sums(one: Sequence[Value], other: Sequence[Value]) -> list[Value]:
    return [a + b for a, b in zip(one, other, strict=True)]


WORDS = {"Block": Block, "GPT": GPT}

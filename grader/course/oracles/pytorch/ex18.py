"""Names, with torch's Adam and its schedule of the rate."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch

from grader.course.oracles.pytorch.ex14 import Tokenizer, sample
from grader.course.oracles.pytorch.ex17 import GPT


def train_names(
    model: GPT, names: Sequence[str], tokenizer: Tokenizer, steps: int, learning_rate: float = 0.01
) -> list[float]:
    tensors = [parameter._tensor for parameter in model.parameters()]
    optimiser = torch.optim.Adam(tensors, learning_rate, betas=(0.85, 0.99))
    falling = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / max(1, steps))
    losses = []
    for step in range(steps):
        loss = model.loss(tokenizer.encode(names[step % len(names)]))
        for tensor in tensors:  # a gradient of None would be left out of the step
            tensor.grad = torch.zeros_like(tensor)
        loss.backward()
        optimiser.step()
        falling.step()
        losses.append(loss.data)
    return losses


def generate(model: GPT, tokenizer: Tokenizer, temperature: float = 0.5, rng: random.Random | None = None) -> str:
    return tokenizer.decode(list(_tokens(model, tokenizer.boundary, temperature, rng or random.Random())))


def _tokens(model: GPT, boundary: int, temperature: float, rng: random.Random) -> Iterator[int]:
    token, past = boundary, model.new_past()
    for position in range(model.context):
        token = sample(model(token, position, past), temperature, rng)
        if token == boundary:
            return
        yield token


WORDS = {"train_names": train_names, "generate": generate}

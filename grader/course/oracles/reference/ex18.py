"""Training on names, and inventing some."""

from __future__ import annotations

import random

import minigrad_reference.language as reference
from minigrad_reference.language import GPT, Tokenizer, train_names


def generate(model: GPT, tokenizer: Tokenizer, temperature: float = 0.5, rng: random.Random | None = None) -> str:
    return reference.generate(model, tokenizer, temperature, rng or random.Random())


WORDS = {"train_names": train_names, "generate": generate}

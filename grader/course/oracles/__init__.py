"""The witnesses that answer probes: each gives the kata's vocabulary a meaning of its own."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from grader.core.names import tag


def vocabulary(oracle: str, exercise: int) -> dict[str, object]:
    """What `from exNN_name import *` would give a learner, as an oracle means it: the WORDS of its exNN.py so far."""
    words: dict[str, object] = {}
    for number in range(1, exercise + 1):
        words |= _words(oracle, tag(number))
    return words


@lru_cache
def _words(oracle: str, name: str) -> dict[str, object]:
    if not (Path(__file__).parent / oracle / f"{name}.py").exists():
        return {}
    words: dict[str, object] = import_module(f"{__name__}.{oracle}.{name}").WORDS
    return words

"""The oracles, which answer probes: each gives the kata's vocabulary a meaning of its own."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from grader.core.names import tag

ORACLES = Path("grader/course/oracles")
HERE = Path(__file__).parent


def vocabulary(oracle: str, exercise: int) -> dict[str, object]:
    """What `from exNN_name import *` would give a learner, as an oracle means it: the WORDS of its exNN.py so far."""
    words: dict[str, object] = {}
    for number in range(1, exercise + 1):
        words |= _words(oracle, number)
    return words


def words_file(oracle: str, exercise: int) -> Path:
    """Where an oracle's words of one exercise stand; an exercise that brings no new name has none."""
    return ORACLES / oracle / f"{tag(exercise)}.py"


@lru_cache
def _words(oracle: str, number: int) -> dict[str, object]:
    if not (HERE / words_file(oracle, number).relative_to(ORACLES)).exists():
        return {}
    words: dict[str, object] = import_module(f"{__name__}.{oracle}.{tag(number)}").WORDS
    return words

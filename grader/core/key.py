"""The answer key: what the oracles saw at each probe, so that nothing heavy runs on the learner's path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from grader.core.errors import KataError
from grader.core.records import Check


class Answer(TypedDict):
    """The expected value of every expression of a probe, and the digest of that probe."""

    probe: str
    values: dict[str, object]


class StaleKeyError(KataError):
    """The key cannot be read or does not answer a probe; the author's fault, never the learner's."""


def read_key(path: Path) -> dict[str, Answer]:
    """The answers by check id. Raises StaleKeyError."""
    try:
        content: dict[str, Answer] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise StaleKeyError(f"{path} is damaged: run `make key`, or fetch the kata again.") from None
    return content


def expected_values(key: Mapping[str, Answer], check: Check, module: str) -> dict[str, object]:
    """The expected value of every expression. Raises StaleKeyError where the key answers another probe."""
    entry = key.get(check.id)
    if entry is None or entry["probe"] != check.probe.digest(module):
        raise StaleKeyError(f"The answer key has no answer to {check.id} as it now stands: run `make key`.")
    return entry["values"]

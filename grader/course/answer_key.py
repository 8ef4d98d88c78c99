"""Makes the answer key of a suite: every probe run on the oracles, which must agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.course.oracles import reference
from grader.learner.catalogue import read_catalogue
from grader.learner.checks import load_checks
from grader.learner.probing import encode
from grader.learner.records import Check
from grader.learner.state import write_text


class OracleError(Exception):
    """A probe that an oracle cannot answer, or that the oracles answer differently."""


def make_key(suite: Path) -> dict[str, Any]:
    """Expected values by check id. Raises OracleError."""
    exercises = read_catalogue()
    return {
        check.id: {"probe": check.probe.fingerprint(exercises[check.exercise].module), "values": _ask(check)}
        for check in load_checks(suite)
    }


def _ask(check: Check) -> dict[str, Any]:
    """What the reference shows at a check's probe."""
    namespace = reference.vocabulary(check.exercise)
    try:
        exec(check.probe.code, namespace)  # noqa: S102 - our own suite
        values = {text: encode(eval(text, namespace)) for text in check.probe.observe}  # noqa: S307
    except Exception as error:
        raise OracleError(f"{check.id}: the reference cannot answer ({type(error).__name__}: {error}).") from error
    for text, value in values.items():
        if "object" in str(value) and _has_object(value):
            raise OracleError(f"{check.id}: {text} is {value}; observe numbers, strings or lists of them.")
    return values


def _has_object(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_object, value))
    return isinstance(value, dict) and "object" in value


def key_text(key: dict[str, Any]) -> str:
    return json.dumps(key, indent=1, sort_keys=True) + "\n"


def write_key(suite: Path) -> int:
    """Write a suite's key; returns the number of probes it answers."""
    key = make_key(suite)
    write_text(suite / "key.json", key_text(key))
    return len(key)

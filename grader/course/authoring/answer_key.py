"""Makes the answer key of a suite: every probe run on the oracles, which must agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.judging import same
from grader.core.key import Answer
from grader.core.probing import encode
from grader.core.records import Check, Probe
from grader.course.oracles import vocabulary

# Each is a package in grader/course/oracles and speaks for a package. The key holds the first one's values, so that it
# is the same whether or not the others are installed.
ORACLES = {"reference": "minigrad_reference", "pytorch": "torch"}
KEPT = "reference"

Answers = dict[str, dict[str, object]]  # by check id, and then by expression
Answered = Callable[[Sequence[Check], Sequence[str] | None], Answers]


class OracleError(KataError):
    """A probe that an oracle cannot answer, or that the oracles answer differently."""


def available_oracles() -> tuple[str, ...]:
    """The oracles whose package is installed."""
    return tuple(oracle for oracle, package in ORACLES.items() if find_spec(package))


def agreed_answers(checks: Sequence[Check], oracles: Sequence[str] | None = None) -> Answers:
    """What these oracles, or all that are available, agree on at each check's probe. Raises OracleError."""
    chosen = chosen_oracles(oracles)
    return {check.id: agreed_values(check.exercise, check.probe, chosen, check.id) for check in checks}


def make_key(
    suite: Path,
    seed: int = 0,
    oracles: Sequence[str] | None = None,
    answered: Answered = agreed_answers,
    number: int | None = None,
) -> dict[str, Answer]:
    """Expected values by check id, on which these oracles agree; without a choice, all that are available.

    `seed` decides on the probes that are random; `number` asks for one exercise alone. Raises OracleError.
    """
    return key_of(load_checks(suite, number, seed), oracles, answered)


def key_of(
    checks: Sequence[Check], oracles: Sequence[str] | None = None, answered: Answered = agreed_answers
) -> dict[str, Answer]:
    """The key of these checks alone. Raises OracleError."""
    exercises, answers = read_catalogue(), answered(checks, oracles)
    return {
        check.id: Answer(probe=check.probe.digest(exercises[check.exercise].module), values=answers[check.id])
        for check in checks
    }


def chosen_oracles(oracles: Sequence[str] | None = None) -> tuple[str, ...]:
    """These oracles, or all that are available. Raises OracleError where one cannot be asked."""
    oracles = available_oracles() if oracles is None else tuple(oracles)
    for oracle in oracles:
        if oracle not in ORACLES:
            raise OracleError(f"There is no oracle {oracle!r}; choose from {', '.join(ORACLES)}.")
        if not find_spec(ORACLES[oracle]):
            raise OracleError(f"The oracle {oracle} needs {ORACLES[oracle]}, which is not installed: make test-layer.")
    if KEPT not in oracles:
        raise OracleError(f"The key holds the values of the oracle {KEPT}: choose it too.")
    return oracles


def agreed_values(exercise: int, probe: Probe, oracles: Sequence[str], called: str) -> dict[str, object]:
    """What the reference shows at a probe, once every other oracle has shown the same.

    Raises OracleError, in which the probe has the name that it is `called` by.
    """
    kept = ask(exercise, probe, KEPT, called)
    for oracle in oracles:
        if oracle == KEPT:
            continue
        for text, value in ask(exercise, probe, oracle, called).items():
            if not same(kept[text], value, probe.rel, probe.abs):
                answers = f"{_shown(kept[text])} by the {KEPT} but {_shown(value)} by {oracle}"
                raise OracleError(f"{called}: {text} is {answers}.")
    return kept


def ask(exercise: int, probe: Probe, oracle: str, called: str) -> dict[str, object]:
    """What one oracle shows at a probe, by observed expression. Raises OracleError."""
    namespace = vocabulary(oracle, exercise)
    try:
        exec(probe.code, namespace)  # noqa: S102 - our own suite
        values = {text: encode(eval(text, namespace)) for text in probe.observe}  # noqa: S307
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise OracleError(f"{called}: the oracle {oracle} cannot answer ({what}).") from error
    for text, value in values.items():
        if "object" in str(value) and _has_object(value):
            raise OracleError(f"{called}: {text} is {value}; observe numbers, strings or lists of them.")
    return values


def _has_object(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_object, value))
    return isinstance(value, dict) and "object" in value


def _shown(value: object) -> str:
    """A value with all its digits: `judging.show` rounds, and the difference may be in the last ones."""
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def key_text(key: Mapping[str, Answer]) -> str:
    return json.dumps(key, indent=1, sort_keys=True) + "\n"


def write_key(suite: Path, oracles: Sequence[str] | None = None) -> int:
    """Write a suite's key; returns the number of probes it answers."""
    key = make_key(suite, oracles=oracles)
    write_text(suite / "key.json", key_text(key))
    return len(key)

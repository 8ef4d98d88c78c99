"""Twins of the public checks: the same snippets with other numbers, drawn from the run's seed.

Students hold the public checks with their answers. So a public check is run as they hold it, for the report and for the
diagnosis, and gives its points only where its twin passes too, whose answers nobody can have learned by heart.
"""

from __future__ import annotations

import io
import random
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.core.catalogue import read_catalogue
from grader.core.key import Answer, expected_values
from grader.core.records import Check, Exercise, Probe
from grader.course.authoring.answer_key import Answered, agreed_answers
from grader.course.grading.grading import Twin

SPECIAL = (0.0, 1.0)  # numbers that a check may be about: a neutral element, a margin, the start of a backward pass
NEAREST, FARTHEST = 0.01, 0.08  # how far a number moves, as a share of itself: it stays on its side of every kink
EXACT, NOTHING = 1e-12, 1e-13  # how near a twin's answers must be: rounding leaves less, a finite difference more
BY_DIFFERENCES = "numeric"  # the package in which a difference is a right way to a derivative
TEXT_WITH_A_NUMBER = re.compile(r"""['"][^'"]*\d\.\d[^'"]*['"]""")


def make_twins(
    checks: Sequence[Check],
    key: Mapping[str, Answer],
    seed: int,
    oracles: Sequence[str] | None = None,
    answered: Answered = agreed_answers,
) -> dict[str, Twin]:
    """The twins of these checks by check id, with their answers; a check without one is learned as it stands.

    Raises OracleError where the oracles do not agree on a twin.
    """
    exercises = read_catalogue()
    twins = {check: moved for check in checks if (moved := twin(check, seed, exercises[check.exercise]))}
    answers = answered(list(twins.values()), oracles)
    return {
        check.id: Twin(moved, answers[check.id])
        for check, moved in twins.items()
        if answers[check.id] != expected_values(key, check, exercises[check.exercise].module)
    }


def twin(check: Check, seed: int, exercise: Exercise) -> Check | None:
    """A check with other numbers; None where it has no numbers to move, or shows them as text."""
    probe = check.probe
    if check.random or any(map(TEXT_WITH_A_NUMBER.search, probe.observe)):
        return None
    code = _moved(probe.code, random.Random(f"{seed}/twin/{check.id}"))
    if code == probe.code:
        return None
    if exercise.package != BY_DIFFERENCES and (probe.rel, probe.abs) == (Probe.rel, Probe.abs):
        probe = replace(probe, rel=EXACT, abs=NOTHING)
    return replace(check, probe=replace(probe, snippet=code))


def _moved(code: str, rng: random.Random) -> str:
    """Code with every number that has a point moved a little, the same one always to the same place."""
    places: dict[str, str] = {}
    lines = code.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(code).readline))):
        if token.type == tokenize.NUMBER and "." in token.string and float(token.string) not in SPECIAL:
            if token.string not in places:
                step = rng.choice((-1, 1)) * rng.uniform(NEAREST, FARTHEST)
                places[token.string] = repr(float(f"{float(token.string) * (1 + step):.4g}"))
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = lines[row - 1][:start] + places[token.string] + lines[row - 1][end:]
    return "".join(lines)

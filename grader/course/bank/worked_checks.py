"""Worked files of checks: for each exercise checks of both suites that catch every known wrong engine in few words.

Which check catches which is in the fingerprints; a search takes the set with the fewest words. The files lie in
solutions/catch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.expectations import ExpectationError, parse_expectations
from grader.core.files import write_text
from grader.core.fingerprints import read_fingerprints
from grader.core.key import read_key
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Check, Exercise, Probe
from grader.course.authoring.answer_key import KEPT, make_key
from grader.course.grading.suites import merged

STEPS = 200_000  # of the search, after which the smallest set so far is taken


@dataclass(frozen=True)
class Candidate:
    """A check of a suite in a learner's form, and the places of the chaffs that it fails."""

    check: Check
    text: str
    words: int
    catches: frozenset[int]


def worked_checks(exercise: Exercise) -> str:
    """The text of the worked file of one exercise. Raises KataError where a chaff would get away."""
    candidates, chaffs = read_candidates(exercise)
    if not chaffs:
        raise KataError(f"No fingerprint of exercise {exercise.number} is known: run make fingerprints.")
    chosen = smallest(candidates)
    caught = frozenset().union(*(each.catches for each in chosen))
    if len(caught) < chaffs:
        missing = sorted(set(range(chaffs)) - caught)
        raise KataError(f"No check that fits into the form catches the chaffs {missing} of exercise {exercise.number}.")
    checks = f"{len(chosen)} checks" if len(chosen) > 1 else "One check"
    catch = "catch" if len(chosen) > 1 else "catches"
    engines = f"all {chaffs} known wrong engines" if chaffs > 1 else "the one known wrong engine"
    of = f"{checks} of {_words(chosen)} words {catch} {engines} of exercise {exercise.number}: {exercise.title}."
    how = f"The set with the fewest words that a search among {len(candidates)} checks has found."
    return "\n".join([f'"""{of}\n\n{how}\n"""\n', *(each.text for each in chosen)])


def read_candidates(exercise: Exercise) -> tuple[list[Candidate], int]:
    """The checks of both suites that fit into the form, in their order; and how many chaffs there are."""
    number = exercise.number
    known = merged(*(read_fingerprints(suite / FINGERPRINTS, number) for suite in (PUBLIC, HIDDEN_SUITE)))
    chaffs = [fingerprint for fingerprint in known if len(fingerprint.misconceptions) == 1]
    key = {**read_key(PUBLIC / "key.json"), **make_key(HIDDEN_SUITE, 0, (KEPT,), number=number)}
    found = []
    for check in [*load_checks(PUBLIC, number), *load_checks(HIDDEN_SUITE, number)]:
        catches = frozenset(place for place, chaff in enumerate(chaffs) if check.id in chaff.shown)
        written = None if check.random else as_expectation(check, key[check.id]["values"])
        if written and catches:
            found.append(Candidate(check, *written, catches))
    return found, len(chaffs)


def as_expectation(check: Check, values: Mapping[str, object]) -> tuple[str, int] | None:
    """A check as a learner would write it, and how many words it has; None where it does not fit into the form."""
    probe = check.probe
    usual = Probe("", ())
    if probe.abs != usual.abs or probe.rel < usual.rel:
        return None
    within = "" if probe.rel == usual.rel else f"    within={probe.rel!r},\n"
    lines = ",\n".join(f"        {_quoted(text)}: {_literal(values[text])}" for text in probe.observe)
    text = f"# {check.title}\nexpect(\n{_snippet(probe.code)},\n    {{\n{lines},\n    }},\n{within})\n"
    try:
        (read,) = parse_expectations(text, check.id)
    except ExpectationError:
        return None
    return (text, read.words) if read.probe.code == probe.code else None


def _snippet(code: str) -> str:
    lines = code.rstrip("\n")
    if "\n" not in lines and '"' not in lines:
        return f'    "{lines}"' if "\\" not in lines else f"    {lines!r}"
    escaped = lines.replace("\\", "\\\\").replace('"""', '\\"""')
    return f'    """\n{indent(escaped, "    ")}\n    """'


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text and "\\" not in text else repr(text)


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return {"inf": "1e999", "-inf": "-1e999"}.get(str(value.get("float")), "...")
    return _quoted(value) if isinstance(value, str) else repr(value)


def smallest(candidates: Sequence[Candidate], steps: int = STEPS) -> list[Candidate]:
    """Those candidates with the fewest words that together catch whatever any of them does, by branch and bound."""
    useful = [c for c in candidates if not any(_is_better(other, c, candidates) for other in candidates)]
    best = _greedy(useful)
    everything = frozenset().union(*(c.catches for c in useful))
    waiting: list[tuple[frozenset[int], tuple[Candidate, ...]]] = [(everything, ())]
    while waiting and steps:
        steps -= 1
        left, taken = waiting.pop()
        if not left:
            best = list(taken) if _words(taken) < _words(best) else best
            continue
        if _words(taken) + _at_least(left, useful) >= _words(best):
            continue
        hardest = min(left, key=lambda place: sum(place in c.catches for c in useful))
        options = sorted((c for c in useful if hardest in c.catches), key=lambda c: len(left & c.catches) / c.words)
        waiting += [(left - c.catches, (*taken, c)) for c in options]
    order = {id(c): place for place, c in enumerate(candidates)}
    return sorted(best, key=lambda c: order[id(c)])


def _words(chosen: Sequence[Candidate]) -> int:
    return sum(each.words for each in chosen)


def _at_least(left: frozenset[int], candidates: Sequence[Candidate]) -> float:
    """So many words it takes to catch these: for each its share of the candidate that has the fewest for one."""
    shares = dict.fromkeys(left, float("inf"))
    for candidate in candidates:
        its = left & candidate.catches
        shares |= {place: min(shares[place], candidate.words / len(its)) for place in its}
    return sum(shares.values()) - 1e-6


def _is_better(one: Candidate, other: Candidate, order: Sequence[Candidate]) -> bool:
    """Whether one catches all that the other does with no more words; of two that are equal the first does."""
    if one is other or not one.catches >= other.catches or one.words > other.words:
        return False
    return (one.words, -len(one.catches), order.index(one)) < (other.words, -len(other.catches), order.index(other))


def _greedy(candidates: Sequence[Candidate]) -> list[Candidate]:
    left = set().union(*(c.catches for c in candidates))
    taken: list[Candidate] = []
    while left:
        best = max(candidates, key=lambda c: len(left & c.catches) / c.words)
        taken.append(best)
        left -= best.catches
    return taken


def write_worked_checks(exercises: Sequence[Exercise]) -> list[Path]:
    """Write solutions/catch/exNN.py for each; returns the paths."""
    for exercise in exercises:
        exercise.worked_catches.parent.mkdir(exist_ok=True)
        write_text(exercise.worked_catches, worked_checks(exercise))
    return [exercise.worked_catches for exercise in exercises]

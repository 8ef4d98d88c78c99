"""Assembles what grading needs: exercises, solutions, the public suite and its key, the hidden one and a fresh key."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.fingerprints import read_fingerprints
from grader.core.key import read_key
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Fingerprint
from grader.course.authoring.answer_key import key_of
from grader.course.authoring.cut import solution
from grader.course.authoring.known_answers import known_answers
from grader.course.grading.config import read_settings
from grader.course.grading.grading import Course, Suite
from grader.course.grading.report import HIDDEN, VISIBLE
from grader.course.grading.twins import make_twins


def load_course(numbers: frozenset[int] | None = None, seed: int | None = None) -> Course:
    """The course for some exercises (those of course.toml), with random checks drawn from a seed (a new one)."""
    seed = secrets.randbelow(2**31) if seed is None else seed
    catalogue = read_catalogue()
    settings = read_settings()
    numbers = frozenset(settings.exercises) if numbers is None else numbers
    chosen = {n: exercise for n, exercise in catalogue.items() if n in numbers}
    solutions = read_solutions()
    if not chosen:
        raise KataError(f"There is no such exercise; they go from 1 to {len(catalogue)}.")
    public = tuple(check for n in chosen for check in load_checks(PUBLIC, n))
    hidden = tuple(check for n in chosen for check in load_checks(HIDDEN_SUITE, n, seed))
    key = read_key(PUBLIC / "key.json")
    suites = (
        Suite(VISIBLE, public, key, make_twins(public, key, seed, answered=known_answers)),
        Suite(HIDDEN, hidden, key_of(hidden, answered=known_answers)),
    )
    known = merged(*(_fingerprints(suite, chosen) for suite in (PUBLIC, HIDDEN_SUITE)))
    modules = {n: e.module for n, e in catalogue.items()}
    course = Course(chosen, modules, solutions, suites, seed, known)
    return replace(course, carried_share=Fraction(settings.carried_forward) / 100, limits=settings.limits)


def _fingerprints(suite: Path, numbers: Iterable[int]) -> list[Fingerprint]:
    return [each for number in numbers for each in read_fingerprints(suite / FINGERPRINTS, number)]


def read_solutions() -> dict[int, str]:
    """The worked answers of all exercises, by number. Raises CutError."""
    return {number: solution(exercise) for number, exercise in read_catalogue().items()}


def merged(public: Sequence[Fingerprint], hidden: Sequence[Fingerprint]) -> tuple[Fingerprint, ...]:
    """Both suites' fingerprints of each chaff and pair as one. Raises KataError where they are not of the same ones."""
    if [f.misconceptions for f in public] != [f.misconceptions for f in hidden]:
        raise KataError(f"The suites' {FINGERPRINTS} are of different chaffs: run `make fingerprints`.")
    return tuple(
        Fingerprint(one.misconceptions, {**one.shown, **other.shown}) for one, other in zip(public, hidden, strict=True)
    )

"""Variants: an exercise's worked answer, right ones in other styles, known wrong ones; what probes show of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.catalogue import read_catalogue
from grader.core.records import Exercise, Observation, Probe
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import read_bank
from grader.course.bank.wheats import read_wheats
from grader.course.grading.catching import Shown, Variant

if TYPE_CHECKING:
    from grader.course.grading.grading import Course

UNSURE = "There the worked answer differs from the reference, or from itself when it is asked again."
Asking = Callable[[Sequence[Probe]], list[Observation]]


def read_variants(exercise: Exercise) -> list[Variant]:
    """The worked answer, then the wheats, then the chaffs."""
    wheats = [Variant(wheat.source, why=wheat.why) for wheat in read_wheats([exercise.number])]
    chaffs = [Variant(chaff.source, chaff.misconception) for chaff in read_bank([exercise.number])]
    return [Variant(solution(exercise), why=UNSURE), *wheats, *chaffs]


def worked_before(exercise: Exercise) -> dict[str, str]:
    """The worked answers of the exercises before, by module."""
    return {each.module: solution(each) for each in read_catalogue().values() if each.number < exercise.number}


def ask_all(
    probes: Sequence[Probe],
    reference: Asking,
    pytorch: Asking | None,
    variants: Callable[[Sequence[Probe]], list[list[Observation]]],
) -> list[Shown]:
    """Ask the oracles, and then the variants what the reference can answer."""
    kept = reference(probes)
    answered = [probe for probe, seen in zip(probes, kept, strict=True) if not seen.fault]
    others: Sequence[Observation | None] = pytorch(answered) if pytorch else [None] * len(answered)
    rows = list(zip(*variants(answered), strict=True)) if answered else []
    more = iter(zip(others, rows, strict=True))
    return [Shown(seen, None, ()) if seen.fault else Shown(seen, *next(more)) for seen in kept]


def load_course(numbers: frozenset[int] | None = None, seed: int | None = None) -> Course:
    """The course as it grades, with the variants where it gives points for what a student's checks catch."""
    from grader.course.grading.config import read_settings
    from grader.course.grading.suites import load_course as load_without

    course = load_without(numbers, seed)
    if not read_settings().catch:
        return course
    return replace(course, variants={n: tuple(read_variants(each)) for n, each in course.exercises.items()})

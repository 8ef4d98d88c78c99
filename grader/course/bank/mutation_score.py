"""`make mutation-score`: how well the checks catch mistakes and the diagnosis names them.

Known mistakes (chaffs), pairs of them, right answers in other styles (wheats) and changes made by machine (mutants) are
all graded. mutation_page.py publishes the figures.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from multiprocessing import get_context

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.diagnosis import alike, diagnose
from grader.core.errors import KataError
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Diagnosis, Fingerprint, Misconception, Status, Verdict
from grader.core.slips import find_slips
from grader.course.bank.chaffs import Chaff, edited, read_bank, run_chaffs
from grader.course.bank.fingerprints import fingerprint
from grader.course.bank.mutants import Mutant, equivalents, mutants
from grader.course.bank.trials import Trial, run_trials
from grader.course.bank.wheats import read_wheats
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import Course, grade
from grader.course.grading.suites import load_course
from grader.course.intake.submission import Submission

PAIRS = 300
SEEDS = (1, 2)  # of random checks, which no diagnosis sees: whether a mutant does what its name says, on other graphs


@dataclass(frozen=True)
class Row:
    """A chaff, how many checks of either suite it fails, and what the diagnosis calls it."""

    misconception: Misconception
    public: int
    hidden: int
    named: tuple[Diagnosis, ...]

    @property
    def right(self) -> bool:
        return [d.misconception.id for d in self.named] == [self.misconception.id]


@dataclass
class Score:
    """The figures of one exercise, or of all together. `survivors` are mutants that the public checks let live."""

    chaffs: int = 0
    chaffs_failed: int = 0
    chaffs_named: int = 0
    wheats: int = 0
    wheats_accused: int = 0
    mutants: int = 0
    equivalent: int = 0
    killed_public: int = 0
    killed_all: int = 0
    misnamed: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    alive: list[Mutant] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def chaff_rows(numbers: Iterable[int] | None = None, known: Sequence[Fingerprint] = ()) -> Iterator[Row]:
    """Every chaff of these exercises against both suites, named by these fingerprints or by what all of them show."""
    public = {check.id for check in load_checks(PUBLIC)}
    for number in read_catalogue() if numbers is None else numbers:
        found = list(run_chaffs(read_bank([number]), seeds=(0,)))
        prints = known or [fingerprint(chaff, its) for chaff, its in found]
        for chaff, its in found:
            failed = {v.check.id for v in its if v.status is not Status.PASSED}
            named = _named(number, chaff.source, its, prints)
            yield Row(chaff.misconception, len(failed & public), len(failed - public), named)


def score(number: int) -> Score:
    """Chaffs, wheats and mutants of one exercise."""
    result, known = Score(), _known(number)
    for row in chaff_rows([number], known):
        result += Score(chaffs=1, chaffs_failed=row.hidden > 0, chaffs_named=row.right)
    trials = [Trial(number, wheat.source, seeds=(0,)) for wheat in read_wheats([number])]
    for trial, found in zip(trials, run_trials(trials), strict=True):
        wrong = any(v.status is not Status.PASSED for v in found)
        accused = _named(number, trial.source, found, known)
        result += Score(wheats=1, wheats_accused=bool(wrong or accused))
    return result + _mutants(number, known)


def _named(number: int, source: str, found: Iterable[Verdict], known: Iterable[Fingerprint]) -> tuple[Diagnosis, ...]:
    """What a grading would name: random checks say nothing."""
    fixed = [v for v in found if not v.check.random]
    return diagnose(fixed, known, find_slips(source, read_catalogue()[number], fixed))


def _known(number: int) -> list[Fingerprint]:
    return [f for f in load_course(frozenset({number}), seed=0).fingerprints if f.exercise == number]


def _mutants(number: int, known: Sequence[Fingerprint]) -> Score:
    exercise = read_catalogue()[number]
    public = {check.id for check in load_checks(PUBLIC, number)}
    excused = equivalents()
    made = list(mutants(exercise, exercise.solution.read_text(encoding="utf-8")))
    result, named = Score(), []
    for mutant, found in zip(made, run_trials(Trial(number, m.source, seeds=(0,)) for m in made), strict=True):
        failed = {v.check.id for v in found if v.status is not Status.PASSED}
        equivalent = mutant.id in excused
        result += Score(
            mutants=1,
            equivalent=equivalent,
            killed_public=bool(failed & public),
            killed_all=bool(failed),
            survivors=[mutant] if failed and not failed & public else [],
            alive=[] if failed else [mutant],
        )
        diagnoses = _named(number, mutant.source, found, known)
        named += [(mutant, diagnosis) for diagnosis in diagnoses]
    return result + Score(misnamed=sum(_misnamed(number, named)))


def _misnamed(number: int, named: Sequence[tuple[Mutant, Diagnosis]]) -> Iterator[bool]:
    """Whether a name is wrong: of another task, or of a chaff that differs on random graphs that no diagnosis saw.

    A slip is seen and not inferred.
    """
    chaffs = read_bank([number])
    trials = [Trial(number, c.source, SEEDS, fixed=False) for c in chaffs]
    trials += [Trial(number, mutant.source, SEEDS, fixed=False) for mutant, _ in named]
    found = list(run_trials(trials)) if named else []
    shown = [fingerprint_of(chaff, its) for chaff, its in zip(chaffs, found, strict=False)]
    for (mutant, diagnosis), its in zip(named, found[len(chaffs) :], strict=True):
        blamed = diagnosis.misconception
        alike_one = any(_behaves(f, its) for f in shown if f.misconceptions == (blamed,))
        yield mutant.task != blamed.task or not (alike_one or blamed.slip)


def fingerprint_of(chaff: Chaff, found: Sequence[Verdict]) -> Fingerprint:
    """As `fingerprints.fingerprint`, of random checks: by seed, since they have the same names with each."""
    return Fingerprint((chaff.misconception,), {f"{i}": v.observation for i, v in enumerate(found) if v.observation})


def _behaves(chaff: Fingerprint, found: Sequence[Verdict]) -> bool:
    """Whether a mutant shows on every random check what a chaff does."""
    return all(f"{i}" in chaff.shown and alike(chaff.shown[f"{i}"], v) for i, v in enumerate(found) if v.observation)


def pair_results() -> Iterator[tuple[Chaff, Chaff, bool]]:
    """Random pairs of chaffs in different tasks, each graded as a submission, and whether both are named."""
    course = load_course(frozenset(read_catalogue()), seed=0)
    rng = random.Random(0)
    bank = read_bank()
    pairs: list[tuple[Chaff, Chaff]] = []
    while len(pairs) < PAIRS:
        one, other = rng.sample(bank, 2)
        if (one.misconception.exercise, one.misconception.task) != (
            other.misconception.exercise,
            other.misconception.task,
        ):
            pairs.append((one, other))
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_take, initargs=(course,)) as executor:
        yield from zip(*zip(*pairs, strict=True), executor.map(_both_named, pairs, chunksize=4), strict=True)


@lru_cache
def _course() -> list[Course]:
    return []


def _take(course: Course) -> None:
    _course().append(course)


def _both_named(pair: tuple[Chaff, Chaff]) -> bool:
    (course,) = _course()
    sources = dict(course.solutions)
    for chaff in pair:
        m = chaff.misconception
        sources[m.exercise] = edited(sources[m.exercise], m.task, chaff.edits, m.id)
    chosen = {chaff.misconception.exercise for chaff in pair}
    part = replace(
        course,
        exercises={n: exercise for n, exercise in course.exercises.items() if n in chosen},
        suites=tuple(replace(s, checks=tuple(c for c in s.checks if c.exercise in chosen)) for s in course.suites),
    )
    graded = grade(Submission("pair", sources, ()), part, sandbox())
    named = sorted(d.misconception.id for its in graded.diagnoses.values() for d in its)
    return named == sorted(chaff.misconception.id for chaff in pair)


def measure(numbers: Iterable[int]) -> Iterator[tuple[int, Score]]:
    """The figures of each exercise. Raises KataError where there is nothing to diagnose with."""
    if not all(read_fingerprints(suite / FINGERPRINTS) for suite in (PUBLIC, HIDDEN_SUITE)):
        raise KataError("There are no fingerprints to diagnose with: run `make fingerprints`.")
    for number in numbers:
        yield number, score(number)

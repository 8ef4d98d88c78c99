"""Trials: some source of one exercise against both suites, the worked answers as its predecessors. On all cores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.errors import words_of
from grader.core.judging import judge
from grader.core.key import Answer, expected_values, read_key
from grader.core.paths import HIDDEN_SUITE, PUBLIC
from grader.core.records import Check, Exercise, Status, Verdict
from grader.course.authoring.answer_key import KEPT, make_key
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Worker
from grader.course.grading.suites import read_solutions

TIME_OUTS = 2  # in one trial; the checks behind them are left out


@dataclass(frozen=True)
class Trial:
    """What to run: by default every check that is the same in each run; `seeds` add the random ones of these."""

    exercise: int
    source: str
    seeds: tuple[int, ...] = ()
    fixed: bool = True


def run_trials(trials: Iterable[Trial]) -> Iterator[list[Verdict]]:
    """The verdicts of every trial, in order."""
    with words_of(BrokenProcessPool), ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as executor:
        yield from executor.map(run_trial, trials, chunksize=4)


def run_trial(trial: Trial) -> list[Verdict]:
    """The verdicts of one trial."""
    exercise = read_catalogue()[trial.exercise]
    found: list[Verdict] = []
    for seed in trial.seeds or (0,):
        checks = [
            check
            for check in _checks(seed)[exercise.number]
            if (check.random and seed in trial.seeds) or (not check.random and trial.fixed and not found)
        ]
        checks.sort(key=lambda check: check.random)  # so that the others show the same with random checks as without
        found += verdicts(trial.source, exercise, checks, _key(seed), _solutions())
    return found


def verdicts(
    source: str, exercise: Exercise, checks: Sequence[Check], keys: Mapping[str, Answer], solutions: Mapping[int, str]
) -> list[Verdict]:
    """The checks of an exercise on some source."""
    found: list[Verdict] = []
    texts = {n: text for n, text in {**solutions, exercise.number: source}.items() if n <= exercise.number}
    sources = {read_catalogue()[number].module: text for number, text in texts.items()}
    with desk(sources) as folder, Worker(sandbox(), folder, slot=os.getpid()) as worker:
        for check in checks:
            if sum(v.status is Status.TIMED_OUT for v in found) >= TIME_OUTS:
                break
            expected = expected_values(keys, check, exercise.module)
            found.append(judge(check, exercise, worker.observe(exercise.module, check.probe), expected))
    return found


@lru_cache
def _checks(seed: int) -> dict[int, list[Check]]:
    """Both suites by exercise."""
    found: dict[int, list[Check]] = {number: [] for number in read_catalogue()}
    for check in [*load_checks(PUBLIC), *load_checks(HIDDEN_SUITE, seed=seed)]:
        found[check.exercise].append(check)
    return found


@lru_cache
def _key(seed: int) -> dict[str, Answer]:
    """Of both suites, by the reference alone: that the oracles agree is for the key that grades students."""
    return {**read_key(PUBLIC / "key.json"), **make_key(HIDDEN_SUITE, seed, (KEPT,))}


@lru_cache
def _solutions() -> dict[int, str]:
    return read_solutions()

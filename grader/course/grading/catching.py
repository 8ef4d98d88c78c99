"""Catch: a learner's checks judged by right and wrong answers to an exercise, which a course may give points for.

The checks may be a stranger's. So each variant has a process of its own behind the fence: what a snippet leaves behind
cannot tell a right engine from a wrong one. And each is asked twice, in two processes: nor can chance, be it drawn from
the system, read off an address, or waited for at the limit of time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from grader.core.expectations import Expectation
from grader.core.judging import same
from grader.core.records import Exercise, Fault, Misconception, Observation, Probe
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Limits, Worker

LIMITS = Limits(cpu_seconds=1.0, wall_seconds=4.0)
STARTING = Limits(cpu_seconds=20.0, wall_seconds=60.0)  # for importing what is ours
NOT_ASKED = Observation({}, Fault("NotAsked", "", "run", ()))


@dataclass(frozen=True)
class Variant:
    """One exercise's source: with a misconception or, where it is right, with the reason why it is."""

    source: str
    misconception: Misconception | None = None
    why: str = ""


@dataclass(frozen=True)
class Shown:
    """What one probe shows on the oracles, and on each variant in turn; nothing of these where the reference cannot."""

    reference: Observation
    pytorch: Observation | None
    variants: tuple[Observation, ...]


@dataclass(frozen=True)
class Judged:
    """One check of a learner. `wrong`: the expressions of which it expects another value than the oracles.

    `fault`: what ended it on the reference. `torn`: on which the oracles differ. `beliefs`: those that give the same
    numbers. `accused`: why right answers are right that it fails; `free`: on which of its expressions they differ, so
    that whatever it expects there is neither right nor wrong. `catches`: the places of wrong ones that it fails.
    """

    expectation: Expectation
    shown: Shown
    fault: Fault | None = None
    torn: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    beliefs: tuple[Misconception, ...] = ()
    accused: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    catches: frozenset[int] = frozenset()

    @property
    def is_right(self) -> bool:
        return not (self.fault or self.torn or self.wrong)

    @property
    def counts(self) -> bool:
        """Whether its catches count: it is right, and forbids nothing that is."""
        return self.is_right and not self.accused


@dataclass(frozen=True)
class Catch:
    """What the checks of one exercise catch of its chaffs."""

    exercise: Exercise
    oracles: tuple[str, ...]
    wheats: int
    chaffs: tuple[Misconception, ...]
    judged: tuple[Judged, ...] = field(default=())

    @property
    def counting(self) -> list[Judged]:
        return [each for each in self.judged if each.counts]

    @property
    def caught(self) -> frozenset[int]:
        return frozenset().union(*(each.catches for each in self.counting))

    @property
    def words(self) -> int:
        return sum(each.expectation.words for each in self.counting)

    @property
    def escaped(self) -> list[Misconception]:
        """The beliefs behind the wrong answers that got away: the half caught last, and the commonest first."""
        caught, beliefs = self.caught, self.beliefs_caught
        left = {m.id: m for place, m in enumerate(self.chaffs) if place not in caught}
        return sorted(left.values(), key=lambda m: (m.id in beliefs, -m.common))

    @property
    def beliefs_caught(self) -> frozenset[str]:
        """The ids of beliefs with which a wrong answer is caught; there may be others with them that are not."""
        return frozenset(self.chaffs[place].id for place in self.caught)

    def as_json(self) -> dict[str, int]:
        return {
            "wheats": self.wheats,
            "chaffs": len(self.chaffs),
            "caught": len(self.caught),
            "accused": sum(bool(each.accused) for each in self.judged),
            "checks": len(self.judged),
            "words": self.words,
        }


@dataclass(frozen=True)
class Caught:
    """What came of one file that was handed in: nothing where there was none, and why where it cannot be read."""

    catch: Catch | None = None
    why: str = ""


def catch_of_a_stranger(
    exercise: Exercise,
    variants: Sequence[Variant],
    expectations: Sequence[Expectation],
    seconds: float,
    earlier: Mapping[str, str],
) -> Catch:
    """Judge checks that somebody has handed in, by the variants alone, of which the first is the worked answer.

    Each time for at most so many seconds; what is not asked then is not caught. What is not right is put to the wheats
    alone, which say whether it is left open.
    """

    def ask(asked: Sequence[Variant], probes: Sequence[Probe]) -> list[list[Observation]]:
        return ask_variants(exercise, asked if probes else (), probes, earlier, seconds)

    (worked,) = ask_variants(exercise, variants[:1], [each.probe for each in expectations], earlier, seconds)
    pairs = list(zip(expectations, worked, strict=True))
    right = [each for each, seen in pairs if _holds(each.probe, each.expected, seen)]
    other = [each.probe for each, seen in pairs if each not in right and not seen.fault]
    wheats = zip(*ask([each for each in variants if not each.misconception], other), strict=True)
    probes = [each.probe for each in right]
    once, again = (ask(variants, probes) for _ in range(2))
    rows = [
        [_worse(variant, *each) for each in zip(right, first, second, strict=True)]
        for variant, first, second in zip(variants, once, again, strict=False)
    ]
    everybody = zip(*rows, strict=True)
    shown = [
        Shown(seen, None, () if seen.fault else next(everybody if each in right else wheats)) for each, seen in pairs
    ]
    return judged_by(exercise, variants, ("worked",), expectations, shown)


def _worse(variant: Variant, expectation: Expectation, first: Observation, second: Observation) -> Observation:
    """Of two answers the one that earns less: a right engine has to hold twice, and a wrong one to fail twice."""
    if second is NOT_ASKED:
        return second if variant.misconception else first
    fails = [seen for seen in (first, second) if not _holds(expectation.probe, expectation.expected, seen)]
    holds = [seen for seen in (first, second) if seen not in fails]
    return (holds or fails)[0] if variant.misconception else (fails or holds)[0]


def judged_by(
    exercise: Exercise,
    variants: Sequence[Variant],
    oracles: Sequence[str],
    expectations: Sequence[Expectation],
    shown: Sequence[Shown],
) -> Catch:
    """What the answers say of the checks."""
    chaffs = tuple(each.misconception for each in variants if each.misconception)
    judged = tuple(judge_expectation(e, its, variants) for e, its in zip(expectations, shown, strict=True))
    return Catch(exercise, tuple(oracles), len(variants) - len(chaffs), chaffs, judged)


def judge_expectation(expectation: Expectation, shown: Shown, variants: Sequence[Variant]) -> Judged:
    """One check, judged by what the oracles and the variants show at its probe."""
    probe, expected, reference = expectation.probe, expectation.expected, shown.reference
    worked = next(iter(shown.variants), reference)  # in an early exercise it has less than the reference
    unasked = [text for text, value in reference.values.items() if '"object"' in json.dumps(value)]
    if reference.fault or unasked:
        what = f"{', '.join(unasked)} is no number, no text and no list of these"
        return Judged(expectation, shown, reference.fault or Fault("ValueError", what, "observe", ()))
    if worked.fault:
        return Judged(expectation, shown, worked.fault)
    other = shown.pytorch if shown.pytorch and not shown.pytorch.fault else reference
    torn = tuple(_differing(probe, reference.values, other))
    pairs = list(zip(variants, shown.variants, strict=False))
    right = [(variant.why, seen) for variant, seen in pairs if not variant.misconception]
    free = _free(probe, [reference, *(seen for _, seen in right)])
    differing = _differing(probe, expected, reference)
    wrong = tuple(text for text in differing if text not in free)
    if torn or wrong:
        return Judged(expectation, shown, torn=torn, wrong=wrong, beliefs=_beliefs(expectation, wrong, pairs))
    hold_to = reference.values if differing else expected
    accused = tuple(why for why, seen in right if not _holds(probe, hold_to, seen))
    if accused:
        return Judged(expectation, shown, accused=accused, free=free)
    chaffs = [seen for v, seen in pairs if v.misconception]
    catches = [
        place for place, seen in enumerate(chaffs) if seen is not NOT_ASKED and not _holds(probe, expected, seen)
    ]
    return Judged(expectation, shown, catches=frozenset(catches))


def _free(probe: Probe, right: Sequence[Observation]) -> tuple[str, ...]:
    """The expressions of which right answers show different values; the first of them is the reference."""
    answered = [seen for seen in right if not seen.fault]
    return tuple(dict.fromkeys(text for seen in answered for text in _differing(probe, right[0].values, seen)))


def _differing(probe: Probe, expected: Mapping[str, object], seen: Observation) -> list[str]:
    return [t for t in probe.observe if not same(expected[t], seen.values.get(t), probe.rel, probe.abs)]


def _holds(probe: Probe, expected: Mapping[str, object], seen: Observation) -> bool:
    return seen.fault is None and not _differing(probe, expected, seen)


def _beliefs(
    expectation: Expectation, wrong: Sequence[str], pairs: Sequence[tuple[Variant, Observation]]
) -> tuple[Misconception, ...]:
    """The beliefs with which an engine gives exactly the numbers that are wrong, the commonest first."""
    found = []
    for variant, seen in pairs:
        if variant.misconception and not seen.fault:
            differing = _differing(expectation.probe, expectation.expected, seen)
            found += [] if set(wrong) & set(differing) else [variant.misconception]
    return tuple(sorted({m.id: m for m in found}.values(), key=lambda m: -m.common))


def ask_variants(
    exercise: Exercise,
    variants: Sequence[Variant],
    probes: Sequence[Probe],
    earlier: Mapping[str, str],
    seconds: float = float("inf"),
) -> list[list[Observation]]:
    """What each variant shows at each probe; after so many seconds NOT_ASKED stands for the rest.

    `earlier`: the worked answers of the exercises before, by module.
    """
    end = time.monotonic() + seconds

    def shown(place: int) -> list[Observation]:
        with desk({**earlier, exercise.module: variants[place].source}) as folder:
            return ask_desk(folder, exercise, probes, os.getpid() + place, end)

    sandbox()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(shown, range(len(variants))))


def ask_desk(folder: Path, exercise: Exercise, probes: Sequence[Probe], slot: int, end: float) -> list[Observation]:
    """What the module of an exercise on one desk shows, in a process of its own."""
    with Worker(sandbox(), folder, slot, STARTING) as worker:
        worker.observe(exercise.module, Probe("", ()))
        worker.limits = LIMITS
        return [worker.observe(exercise.module, p) if time.monotonic() < end else NOT_ASKED for p in probes]

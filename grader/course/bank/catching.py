"""`make catch-N`: whether a learner's checks are right, and which of the known wrong engines they catch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.core.expectations import Expectation
from grader.core.files import write_text
from grader.core.judging import same
from grader.core.paths import BUILD, CATCH
from grader.core.records import Exercise, Fault, Misconception, Observation, Probe
from grader.course.authoring.answer_key import KEPT, available_oracles
from grader.course.authoring.digest import digest
from grader.course.authoring.known_answers import KATA, made_of
from grader.course.bank.variants import (
    NOT_ASKED,
    Variant,
    ask_pytorch,
    ask_reference,
    ask_variants,
    read_variants,
)
from grader.course.fence.worker import LOST

FOLDER = BUILD / CATCH
CODE = ("grader/course/bank/variants.py", "grader/course/fence/*.py")
MOST = 400  # probes of an exercise whose answers are kept


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
    numbers. `accused`: why right answers are right that it fails. `catches`: the places of wrong ones that it fails.
    """

    expectation: Expectation
    shown: Shown
    fault: Fault | None = None
    torn: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    beliefs: tuple[Misconception, ...] = ()
    accused: tuple[str, ...] = ()
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
    def caught(self) -> frozenset[int]:
        return frozenset().union(*(each.catches for each in self.judged if each.counts))

    @property
    def escaped(self) -> list[Misconception]:
        """The beliefs behind the wrong answers that no check catches, the commonest first."""
        left = [m for place, m in enumerate(self.chaffs) if place not in self.caught]
        return sorted({m.id: m for m in left}.values(), key=lambda m: -m.common)

    def as_json(self) -> dict[str, int]:
        return {
            "wheats": self.wheats,
            "chaffs": len(self.chaffs),
            "caught": len(self.caught),
            "accused": sum(bool(each.accused) for each in self.judged),
            "checks": len(self.judged),
        }


def catch(exercise: Exercise, expectations: Sequence[Expectation]) -> Catch:
    """Judge the checks of a person on their own machine; what was asked before is not asked again."""
    oracles = available_oracles()
    variants = read_variants(exercise)
    shown = known_answers(exercise, variants, [each.probe for each in expectations], oracles)
    return judged_by(exercise, variants, oracles, expectations, shown)


def catch_of_a_stranger(exercise: Exercise, expectations: Sequence[Expectation], seconds: float) -> Catch:
    """Judge checks that somebody has handed in: behind the fence alone, nothing kept, for at most so many seconds."""
    variants = read_variants(exercise)
    probes = [each.probe for each in expectations]

    def asked(right: Sequence[Probe]) -> list[list[Observation]]:
        return ask_variants(exercise, variants, right, seconds)

    shown = _ask(probes, (KEPT,), lambda each: ask_reference(exercise, each), lambda _: [], asked)
    return judged_by(exercise, variants, (KEPT,), expectations, shown)


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
    unasked = [text for text, value in reference.values.items() if '"object"' in json.dumps(value)]
    if reference.fault or unasked:
        what = f"{', '.join(unasked)} is no number, no text and no list of these"
        return Judged(expectation, shown, reference.fault or Fault("ValueError", what, "observe", ()))
    other = shown.pytorch if shown.pytorch and not shown.pytorch.fault else reference
    torn = tuple(_differing(probe, reference.values, other))
    wrong = tuple(_differing(probe, expected, reference))
    pairs = list(zip(variants, shown.variants, strict=False))
    if torn or wrong:
        return Judged(expectation, shown, torn=torn, wrong=wrong, beliefs=_beliefs(expectation, wrong, pairs))
    accused = [v.why for v, seen in pairs if not v.misconception and not _holds(probe, expected, seen)]
    chaffs = [seen for v, seen in pairs if v.misconception]
    catches = [
        place for place, seen in enumerate(chaffs) if seen is not NOT_ASKED and not _holds(probe, expected, seen)
    ]
    return Judged(expectation, shown, accused=tuple(accused), catches=frozenset(catches))


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


def known_answers(
    exercise: Exercise, variants: Sequence[Variant], probes: Sequence[Probe], oracles: Sequence[str]
) -> list[Shown]:
    """What is shown at each probe; what was asked of the same variants before is read from build/catch."""
    path = FOLDER / "answers" / f"{exercise.tag}.json"
    made = [made_of(tuple(oracles)), digest(*CODE, root=KATA), digest("solutions/*.py"), [v.source for v in variants]]
    of = sha256(json.dumps(made).encode()).hexdigest()
    kept = _read(path, of)
    names = [probe.fingerprint(exercise.module) for probe in probes]
    new = {name: probe for name, probe in zip(names, probes, strict=True) if name not in kept}
    if new:
        asked = _ask(
            list(new.values()),
            oracles,
            lambda each: ask_reference(exercise, each),
            lambda each: ask_pytorch(exercise, each),
            lambda each: ask_variants(exercise, variants, each),
        )
        kept |= zip(new, asked, strict=True)
        recent = {name: its for name, its in list(kept.items())[-MOST:] if not _is_lost(its)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps({"of": of, "answers": {name: _as_json(its) for name, its in recent.items()}}))
    return [kept[name] for name in names]


Asking = Callable[[Sequence[Probe]], list[Observation]]


def _ask(
    probes: Sequence[Probe],
    oracles: Sequence[str],
    reference: Asking,
    pytorch: Asking,
    variants: Callable[[Sequence[Probe]], list[list[Observation]]],
) -> list[Shown]:
    """Ask the oracles, and then the variants what the reference can answer."""
    kept = reference(probes)
    answered = [probe for probe, seen in zip(probes, kept, strict=True) if not seen.fault]
    others: Sequence[Observation | None] = pytorch(answered) if "pytorch" in oracles else [None] * len(answered)
    rows = list(zip(*variants(answered), strict=True)) if answered else []
    more = iter(zip(others, rows, strict=True))
    return [Shown(seen, None, ()) if seen.fault else Shown(seen, *next(more)) for seen in kept]


def _is_lost(shown: Shown) -> bool:
    """Whether an oracle had no time to answer; on a machine with less to do it may."""
    seen = [shown.reference] + ([shown.pytorch] if shown.pytorch else [])
    return any(each.fault and each.fault.type in LOST for each in seen)


def _read(path: Path, of: str) -> dict[str, Shown]:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["of"] == of:
            return {name: _from_json(its) for name, its in content["answers"].items()}
    return {}


def _as_json(shown: Shown) -> list[object]:
    return [_written(shown.reference), shown.pytorch and _written(shown.pytorch), [*map(_written, shown.variants)]]


def _written(seen: Observation) -> object:
    return [seen.fault.type, seen.fault.message] if seen.fault else seen.values


def _from_json(content: Any) -> Shown:
    reference, pytorch, variants = content
    return Shown(_seen(reference), None if pytorch is None else _seen(pytorch), tuple(map(_seen, variants)))


def _seen(content: Any) -> Observation:
    if isinstance(content, list):
        kind, message = content
        return Observation({}, Fault(kind, message, "run", ()))
    return Observation(dict(content))


def file_of(exercise: Exercise) -> Path:
    return FOLDER / f"{exercise.tag}.json"


def write_catch(found: Catch) -> Path:
    """What was caught, in numbers, for whoever makes something of it."""
    path = file_of(found.exercise)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(found.as_json()) + "\n")
    return path

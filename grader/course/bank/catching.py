"""`make catch-N`: whether a learner's checks are right, and which of the known wrong engines they catch."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.core.expectations import Expectation
from grader.core.files import write_text
from grader.core.paths import BUILD, CATCH
from grader.core.records import Exercise, Fault, Observation, Probe
from grader.course.authoring.answer_key import available_oracles
from grader.course.authoring.digest import digest
from grader.course.authoring.known_answers import KATA, made_of
from grader.course.bank.variants import ask_pytorch, ask_reference, read_variants, worked_before
from grader.course.fence.worker import LOST
from grader.course.grading.catching import Catch, Shown, Variant, ask_variants, judged_by

FOLDER = BUILD / CATCH
CODE = ("grader/course/grading/catching.py", "grader/course/bank/variants.py", "grader/course/fence/*.py")
MOST = 400  # probes of an exercise whose answers are kept


def catch(exercise: Exercise, expectations: Sequence[Expectation]) -> Catch:
    """Judge the checks of a person on their own machine; what was asked before is not asked again."""
    oracles = available_oracles()
    variants = read_variants(exercise)
    shown = known_answers(exercise, variants, [each.probe for each in expectations], oracles)
    return judged_by(exercise, variants, oracles, expectations, shown)


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
            lambda each: ask_variants(exercise, variants, each, worked_before(exercise)),
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

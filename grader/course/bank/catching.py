"""`make catch-N`: whether a learner's checks are right, and which of the known wrong engines they catch."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from grader.course.bank.variants import ask_all, read_variants, worked_before
from grader.course.bank.witnesses import ask_pytorch, ask_reference
from grader.course.fence.worker import LOST
from grader.course.grading.catching import Catch, Shown, Variant, ask_variants, judged_by

FOLDER = BUILD / CATCH
CODE = (
    "grader/course/grading/catching.py",
    "grader/course/bank/variants.py",
    "grader/course/bank/witnesses.py",
    "grader/course/fence/*.py",
)
MOST = 400  # probes of an exercise whose answers are kept


def catch(exercise: Exercise, expectations: Sequence[Expectation]) -> Catch:
    """Judge the checks of a person on their own machine; what was asked before is not asked again."""
    oracles = available_oracles()
    variants = read_variants(exercise)
    shown = known_answers(exercise, variants, [each.probe for each in expectations], oracles)
    return judged_by(exercise, variants, oracles, expectations, shown)


def catch_and_keep(exercise: Exercise, expectations: Sequence[Expectation]) -> Catch:
    """The same, with the numbers in build/catch for whoever makes something of them."""
    found = catch(exercise, expectations)
    write_catch(found)
    return found


def known_answers(
    exercise: Exercise, variants: Sequence[Variant], probes: Sequence[Probe], oracles: Sequence[str]
) -> list[Shown]:
    """What is shown at each probe; what was asked of the same variants before is read from build/catch."""
    path = FOLDER / "answers" / f"{exercise.tag}.json"
    made = [made_of(tuple(oracles)), digest(*CODE, root=KATA), digest("solutions/*.py"), [v.source for v in variants]]
    of = sha256(json.dumps(made).encode()).hexdigest()
    kept = _read(path, of)
    names = [probe.digest(exercise.module) for probe in probes]
    new = {name: probe for name, probe in zip(names, probes, strict=True) if name not in kept}
    if new:
        asked = ask_all(
            list(new.values()),
            lambda each: ask_reference(exercise, each),
            (lambda each: ask_pytorch(exercise, each)) if "pytorch" in oracles else None,
            lambda each: ask_variants(exercise, variants, each, worked_before(exercise)),
        )
        kept |= zip(new, asked, strict=True)
        recent = {name: its for name, its in list(kept.items())[-MOST:] if not _is_lost(its)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps({"of": of, "answers": {name: _as_json(its) for name, its in recent.items()}}))
    return [kept[name] for name in names]


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
    """What was caught, in numbers."""
    path = file_of(found.exercise)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(found.as_json()) + "\n")
    return path

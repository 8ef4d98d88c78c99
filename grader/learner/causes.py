"""What is behind the failures of an exercise: what is believed in it, and what is wrong in exercises before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.core.paths import SOLUTIONS
from grader.core.records import Diagnosis, Exercise, Status, Verdict
from grader.learner.exercises import beliefs, is_wrong, run, with_worked, wrong_before


@dataclass(frozen=True)
class Earlier:
    """An earlier exercise that is wrong, and the beliefs behind that.

    `checks` are those that pass once it alone is put right; None where there are no worked answers to find out with.
    """

    number: int
    beliefs: tuple[Diagnosis, ...]
    checks: frozenset[str] | None


@dataclass(frozen=True)
class Causes:
    """The beliefs of the exercise itself, and the earlier exercises that account for some of its failures."""

    own: tuple[Diagnosis, ...] = ()
    earlier: tuple[Earlier, ...] = ()


def find_causes(exercise: Exercise, verdicts: Sequence[Verdict]) -> Causes:
    """An earlier exercise is blamed for nothing that the worked answers in its place do not mend."""
    if not is_wrong(verdicts):
        return Causes(beliefs(verdicts) if any(v.status is Status.TOO_DEEP for v in verdicts) else ())
    suspects = list(wrong_before(exercise))
    alone = _on_worked_answers(exercise, verdicts) if suspects and SOLUTIONS.exists() else None
    if alone is None:
        return Causes(beliefs(verdicts), tuple(Earlier(_number(s), beliefs(s), None) for s in suspects[:1]))
    mended = frozenset(v.check.id for v in alone if v.status is Status.PASSED) - _passed(verdicts)
    earlier = []
    for suspect in suspects:
        if mended and (checks := _mended_by(_number(suspect), exercise, mended)):
            earlier.append(Earlier(_number(suspect), beliefs(suspect), checks))
            mended -= checks
    return Causes(beliefs(alone) if is_wrong(alone) else (), tuple(earlier))


def _on_worked_answers(exercise: Exercise, verdicts: Sequence[Verdict]) -> list[Verdict] | None:
    """The verdicts with all earlier exercises put right; None where that cannot be told.

    The learner's file may import what the worked answers do not have, such as a function of the learner's own.
    """
    failed = {v.check.id for v in verdicts if v.status.is_wrong}
    with with_worked(exercise, range(1, exercise.number)) as folder:
        again = {v.check.id: v for v in run(exercise, folder=folder, only=failed)}
    if any(v.fault is not None and v.fault.during == "import" for v in again.values()):
        return None
    return [again.get(v.check.id, v) for v in verdicts]


def _mended_by(number: int, exercise: Exercise, checks: frozenset[str]) -> frozenset[str]:
    with with_worked(exercise, (number,)) as folder:
        return _passed(run(exercise, folder=folder, only=checks))


def _passed(verdicts: Sequence[Verdict]) -> frozenset[str]:
    return frozenset(v.check.id for v in verdicts if v.status is Status.PASSED)


def _number(verdicts: Sequence[Verdict]) -> int:
    return verdicts[0].check.exercise

"""What is behind the failures of an exercise: what is believed in it, and what is wrong in exercises before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.core.catalogue import read_catalogue
from grader.core.overlay import with_own_helpers
from grader.core.paths import SOLUTIONS
from grader.core.records import Diagnosis, Exercise, Status, Verdict
from grader.learner.exercises import as_imported, beliefs, is_wrong, run, with_replaced, wrong_before
from grader.learner.kept import ended_otherwise
from grader.learner.waiting import Waiting, among_worked_answers, as_told, failing_tasks, waiting_tasks


@dataclass(frozen=True)
class Earlier:
    """An earlier exercise that is wrong, and the beliefs behind that.

    `checks` are those that pass once it alone is put right; None where there are no worked answers to find out with,
    and all that is known is that a failing check makes use of it.
    """

    number: int
    beliefs: tuple[Diagnosis, ...]
    checks: frozenset[str] | None


@dataclass(frozen=True)
class Causes:
    """The beliefs of the exercise itself, and what of earlier exercises and tasks accounts for some of its failures.

    `alone` are the verdicts of checks that end otherwise where none ran before them, by id.
    """

    own: tuple[Diagnosis, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    alone: Mapping[str, Verdict] = field(default_factory=dict)

    def told(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """The verdicts as they are told; what is wrong by itself too, with what its lines show by themselves."""
        alone = {check: verdict for check, verdict in self.alone.items() if check not in self.right_alone}
        return as_told([alone.get(v.check.id, v) for v in verdicts], self.waiting)

    @property
    def right_alone(self) -> frozenset[str]:
        """The checks that fail only after others."""
        return _passed(list(self.alone.values()))


def find_causes(exercise: Exercise, verdicts: Sequence[Verdict]) -> Causes:
    """What is behind the failures, and what of them is so only after other checks."""
    return replace(_behind(exercise, verdicts), alone=ended_otherwise(exercise, verdicts))


def _behind(exercise: Exercise, verdicts: Sequence[Verdict]) -> Causes:
    """An earlier exercise is blamed for nothing that the worked answers in its place do not mend.

    None is a suspect that the exercise does not build on.
    """
    if not is_wrong(verdicts):
        return Causes(beliefs(verdicts) if any(v.status is Status.TOO_DEEP for v in verdicts) else ())
    suspects = list(wrong_before(exercise))
    if not suspects:
        waiting = tuple(waiting_tasks(exercise, verdicts))
        return Causes(_beliefs_beside(exercise, verdicts, waiting), waiting=waiting)
    alone = _on_worked_answers(exercise, verdicts) if suspects and SOLUTIONS.exists() else None
    if alone is None:
        used = next((s for s in suspects if _is_used(_number(s), exercise, verdicts)), None)
        return Causes(beliefs(verdicts), (Earlier(_number(used), beliefs(used), None),) if used else ())
    mended = frozenset(v.check.id for v in alone if v.status is Status.PASSED) - _passed(verdicts)
    earlier = []
    for suspect in suspects:
        if mended and (checks := _mended_by(_number(suspect), exercise, mended)):
            earlier.append(Earlier(_number(suspect), beliefs(suspect), checks))
            mended -= checks
    return Causes(beliefs(alone) if is_wrong(alone) else (), tuple(earlier))


def _beliefs_beside(
    exercise: Exercise, verdicts: Sequence[Verdict], waiting: Sequence[Waiting]
) -> tuple[Diagnosis, ...]:
    """Of a task that waits for another one only what is believed among worked answers, or is seen in its text.

    Where nothing is known of another task beside one that is wrong, it is asked in the same way.
    """
    waiting = [each for each in waiting if not each.before]  # the others have failures of their own
    tasks = {each.task for each in waiting}
    found = tuple(d for d in beliefs(verdicts) if d.misconception.task not in tasks or d.misconception.slip)
    known = {d.misconception.task for d in found} | {each.task for each in waiting if set(each.beside) == each.mended}
    failing = failing_tasks(exercise, verdicts)
    apart = [task for task in failing if task not in known] if len(failing) > 1 and exercise.solution.exists() else []
    again = [among_worked_answers(exercise, task, verdicts) for task in apart]
    return (*found, *(d for its in again if is_wrong(its) for d in beliefs(its)))


def _on_worked_answers(exercise: Exercise, verdicts: Sequence[Verdict]) -> list[Verdict] | None:
    """The verdicts with all earlier exercises put right; None where that cannot be told.

    Functions of the learner's own, which a later file of theirs imports, are there too.
    """
    failed = {v.check.id for v in verdicts if v.status.is_wrong}
    with with_replaced(exercise, _worked(range(1, exercise.number), exercise)) as folder:
        again = {v.check.id: v for v in run(exercise, folder=folder, only=failed)}
    if any(v.fault is not None and v.fault.during == "import" for v in again.values()):
        return None
    return [again.get(v.check.id, v) for v in verdicts]


def _mended_by(number: int, exercise: Exercise, checks: frozenset[str]) -> frozenset[str]:
    with with_replaced(exercise, _worked([number], exercise)) as folder:
        return _passed(run(exercise, folder=folder, only=checks))


def _worked(numbers: Iterable[int], exercise: Exercise) -> dict[int, str]:
    """The worked answers of some exercises, with the learner's own helpers where this exercise imports any."""
    chosen = [each for number, each in read_catalogue().items() if number in numbers and each.solution.exists()]
    own = {each.module: as_imported(each.file) for each in chosen if each.file.exists()}
    worked = {each.module: each.solution.read_text(encoding="utf-8") for each in chosen}
    made = with_own_helpers(worked, own, as_imported(exercise.file))
    return {each.number: made[each.module] for each in chosen}


def _is_used(number: int, exercise: Exercise, verdicts: Sequence[Verdict]) -> bool:
    """Whether a failing check comes to another end with the stub of an earlier exercise in the place of its code."""
    failed = {v.check.id: v for v in verdicts if v.status.is_wrong}
    with with_replaced(exercise, {number: read_catalogue()[number].stub.read_text(encoding="utf-8")}) as folder:
        return any(_end(v) != _end(failed[v.check.id]) for v in run(exercise, folder=folder, only=failed))


def _end(verdict: Verdict) -> object:
    return verdict.status, verdict.message, verdict.differences


def _passed(verdicts: Sequence[Verdict]) -> frozenset[str]:
    return frozenset(v.check.id for v in verdicts if v.status is Status.PASSED)


def _number(verdicts: Sequence[Verdict]) -> int:
    return verdicts[0].check.exercise

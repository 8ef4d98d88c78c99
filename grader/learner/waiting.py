"""Checks that fail because an earlier task of the same exercise is wrong, as far as that can be proved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.core.judging import STUB
from grader.core.overlay import with_own_task, with_worked_tasks
from grader.core.probing import OBSERVED, PROBE_FILE
from grader.core.records import Exercise, Fault, Status, Verdict
from grader.core.source import Function, functions
from grader.learner.exercises import as_imported, run, with_replaced


@dataclass(frozen=True)
class Waiting:
    """What becomes of the checks of a task beside earlier tasks of its exercise that are put right.

    `beside` are those verdicts by check id; empty where there are no worked answers, and all that is known is that each
    failing check makes use of the task `on`; `itself`, whether one of them comes to it through the task. `before` are
    the checks that end before they come to the task, which has failures of its own as well.
    """

    task: str
    on: str
    beside: Mapping[str, Verdict] = field(default_factory=dict)
    itself: bool = True
    before: frozenset[str] = frozenset()

    @property
    def mended(self) -> frozenset[str]:
        return frozenset(id_ for id_, verdict in self.beside.items() if verdict.status is Status.PASSED)

    @property
    def sentence(self) -> str:
        uses = f"{self.task} uses" if self.itself else f"A check of {self.task} uses"
        return f"{uses} {self.on}, which is still wrong: mend that first."


def waiting_tasks(exercise: Exercise, verdicts: Sequence[Verdict]) -> list[Waiting]:
    """The tasks that fail and use an earlier one that is wrong; those that the same exception stops are left out."""
    failing = failing_tasks(exercise, verdicts)
    found = []
    wrong: list[str] = []  # by themselves, as far as one knows
    for task, its in failing.items():
        stopped = {cause_of(v) for earlier in wrong for v in failing[earlier]}
        checks = {v.check.id for v in its if cause_of(v) not in stopped}
        waiting = _waiting(exercise, task, wrong, checks) if wrong and checks else None
        waiting = waiting or (_ended_before(exercise, task, wrong, its) if wrong else None)
        found += [waiting] if waiting else []
        if waiting is None or waiting.before or not waiting.mended >= set(waiting.beside):
            wrong.append(task)
    return found


def cause_of(verdict: Verdict) -> object:
    """Equal where the same thing happened at the same place; what is in the check itself is a place of its own."""
    if verdict.status is Status.BLOCKED or verdict.fault is None:
        return verdict.message if verdict.status is Status.BLOCKED else verdict.check.id
    places = [frame for frame in verdict.fault.frames if frame.file not in (PROBE_FILE, OBSERVED)]
    elsewhere = verdict.fault.during == "import" or places
    return (verdict.message, places[-1] if places else None) if elsewhere else verdict.check.id


def _waiting(exercise: Exercise, task: str, earlier: Sequence[str], checks: Collection[str]) -> Waiting | None:
    unwritten = _with_tasks_of(exercise.stub, exercise, earlier)
    ends = _run(unwritten, exercise, checks)
    on = _used(ends)
    if on is None:
        return None
    function = functions(unwritten).get(task)
    itself = function is not None and any(_goes_through(v, exercise, function) for v in ends)
    waiting = Waiting(task, on, _beside(exercise, earlier, checks), itself)
    return waiting if waiting.mended or not waiting.beside else None


def _ended_before(exercise: Exercise, task: str, earlier: Sequence[str], its: Sequence[Verdict]) -> Waiting | None:
    """Of the checks of a task those that end in the same fault without it, and come to an earlier one."""
    faults = {v.check.id: v.fault for v in its if v.fault is not None}
    unwritten = _run(_with_tasks_of(exercise.stub, exercise, [task]), exercise, faults) if faults else []
    before = {v.check.id for v in unwritten if v.fault is not None and _same(v.fault, faults[v.check.id])}
    if not before or len(before) == len(its):
        return None
    on = _used(_run(_with_tasks_of(exercise.stub, exercise, earlier), exercise, before))
    return Waiting(task, on, itself=False, before=frozenset(before)) if on else None


def _same(one: Fault, other: Fault) -> bool:
    return (one.type, one.message) == (other.type, other.message)


def as_told(verdicts: Sequence[Verdict], waiting: Sequence[Waiting]) -> list[Verdict]:
    """The verdicts in which what only waits for another task is called blocked, and not wrong."""
    why = {check: each for each in waiting for check in each.mended | each.before}
    return [
        replace(v, status=Status.BLOCKED, message=each.sentence, differences=(), blocked_by=v.check.exercise)
        if (each := why.get(v.check.id))
        else v
        for v in verdicts
    ]


def failing_tasks(exercise: Exercise, verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """What is wrong, by task in their order; nothing where the file cannot be imported or takes long to run."""
    wrong = [v for v in verdicts if v.status.is_wrong]
    if any(v.status is Status.TIMED_OUT or (v.fault is not None and v.fault.during == "import") for v in wrong):
        return {}
    by_task = {task.name: [v for v in wrong if v.check.task == task.name] for task in exercise.tasks}
    return {task: its for task, its in by_task.items() if its}


def _used(beside_stubs: Sequence[Verdict]) -> str | None:
    """The one of the tasks not written that every one of the checks comes to; None where some check does without."""
    ends = [v.observation.fault for v in beside_stubs if v.observation]
    stubs = [STUB.fullmatch(fault.message) if fault is not None else None for fault in ends]
    return next((stub[2] for stub in stubs if stub), None) if stubs and all(stubs) else None


def _goes_through(verdict: Verdict, exercise: Exercise, function: Function) -> bool:
    """Whether a function was under way when a check came to its end."""
    fault = verdict.observation.fault if verdict.observation else None
    own = [frame.line for frame in fault.frames if frame.file == exercise.file.name] if fault else []
    return any(function.first <= line <= function.last for line in own)


def _beside(exercise: Exercise, tasks: Sequence[str], checks: Collection[str]) -> dict[str, Verdict]:
    if not exercise.solution.exists():
        return {}
    return {v.check.id: v for v in _run(_with_tasks_of(exercise.solution, exercise, tasks), exercise, checks)}


def among_worked_answers(exercise: Exercise, task: str, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts on all checks of a task, where the other tasks of its exercise are put right."""
    own, worked = map(as_imported, (exercise.file, exercise.solution))
    mixture = with_own_task(worked, own, task)
    if mixture is None:
        return []
    with with_replaced(exercise, {exercise.number: mixture}) as folder:
        return run(exercise, folder=folder, only={v.check.id for v in verdicts if v.check.task == task})


def _with_tasks_of(path: Path, exercise: Exercise, tasks: Sequence[str]) -> str:
    """The learner's file, in which another file's functions do some of the tasks; empty where one is not to be had."""
    own, other = (as_imported(each) for each in (exercise.file, path))
    return with_worked_tasks(own, other, tasks) or ""


def _run(source: str, exercise: Exercise, checks: Collection[str]) -> list[Verdict]:
    """The verdicts of some checks on a source of an exercise; none where there is none."""
    if not source:
        return []
    with with_replaced(exercise, {exercise.number: source}) as folder:
        return run(exercise, folder=folder, only=checks)

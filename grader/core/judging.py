"""From an observation and the expected values to a verdict."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TypeGuard

from grader.core.catalogue import read_catalogue
from grader.core.names import number_in
from grader.core.operations import as_meant, spellings
from grader.core.records import Check, Difference, Exercise, Fault, Observation, Status, Verdict

STUB = re.compile(r"exercise (\d+): ([\w.]+)")
MISSING_MODULE = re.compile(r"No module named '([\w.]+)'")
TOO_DEEP = "This graph is deeper than Python's recursion goes; a list of the open work has no such limit."
SHOWN = 160  # characters of a value in a message


def judge(check: Check, exercise: Exercise, observation: Observation, expected: dict[str, object]) -> Verdict:
    """Compare what a submission showed with what the oracles showed."""
    if observation.fault is not None:
        return replace(_judge_fault(check, exercise, observation.fault), observation=observation)
    differences = tuple(
        _difference(text, expected[text], observation.values.get(text), check.probe.rel, check.probe.abs)
        for text in check.probe.observe
        if not same(expected[text], observation.values.get(text), check.probe.rel, check.probe.abs)
    )
    return Verdict(
        check, Status.FAILED if differences else Status.PASSED, differences=differences, observation=observation
    )


def same(expected: object, got: object, rel: float, abs_: float) -> bool:
    """Whether two encoded values agree: numbers within the tolerance (3 is 3.0, True is not 1), the rest exactly."""
    if _is_number(expected) and _is_number(got):
        return math.isclose(expected, got, rel_tol=rel, abs_tol=abs_)
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            return False
        for e, g in zip(expected, got, strict=True):  # nothing is made or called for a number, of which there are many
            if type(e) is float and type(g) is float:
                if not math.isclose(e, g, rel_tol=rel, abs_tol=abs_):
                    return False
            elif not same(e, g, rel, abs_):
                return False
        return True
    return type(expected) is type(got) and bool(expected == got)


def _difference(expression: str, expected: object, got: object, rel: float, abs_: float) -> Difference:
    """Both values with the digits that count, or with more where that many do not tell them apart."""
    meant = same(as_meant(expected), as_meant(got), rel, abs_)
    digits = min(10, round(-math.log10(rel)) + 1)
    return Difference(expression, *apart(expected, got, digits), spellings(expected, got) if meant else ())


def apart(expected: object, got: object, digits: int) -> tuple[str, str]:
    """Both values as they are shown, with as many more digits as it takes to see that they differ."""
    shown = show(expected, digits), show(got, digits)
    more = ((show(expected, n), show(got, n)) for n in range(digits, 18))
    return next((pair for pair in more if pair[0] != pair[1]), shown)


def show(value: object, digits: int = 10) -> str:
    """An encoded value as a learner would see it printed, shortened."""
    if isinstance(value, list):
        text = "[" + ", ".join(show(item, digits) for item in value) + "]"
    elif isinstance(value, float):
        text = f"{value:.{digits}g}"
        text = text if any(c in text for c in ".en") else text + ".0"
    elif isinstance(value, dict):
        text = value.get("float") or f"{value['repr']} (of type {value['object']})"
    else:
        text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _is_number(value: object) -> TypeGuard[float]:
    return type(value) in (int, float)


@dataclass(frozen=True)
class Ending:
    """What a fault means to a learner, in one or two sentences; `blocked_by` is the exercise that has to come first."""

    status: Status
    message: str
    blocked_by: int | None = None


def _judge_fault(check: Check, exercise: Exercise, fault: Fault) -> Verdict:
    ending = judge_fault(fault, exercise, check.task, deep=check.deep)
    shown = None if ending.status is Status.NOT_ATTEMPTED else fault
    return Verdict(check, ending.status, ending.message, fault=shown, blocked_by=ending.blocked_by)


def judge_fault(fault: Fault, exercise: Exercise, task: str = "", *, deep: bool = False) -> Ending:
    """What a fault means where an exercise was asked, for one of its tasks and for a graph that is `deep` or not."""
    stub = STUB.fullmatch(fault.message) if fault.type == "NotImplementedError" else None
    if stub and (int(stub[1]), stub[2]) == (exercise.number, task):
        return Ending(Status.NOT_ATTEMPTED, f"{stub[2]} is still the stub.")
    if stub:
        return _blocked(int(stub[1]), f"{stub[2]} of exercise {stub[1]} is not written yet.")
    missing = MISSING_MODULE.search(fault.message) if fault.type == "ModuleNotFoundError" else None
    modules = {each.module: number for number, each in read_catalogue().items()}
    if missing and modules.get(missing[1], exercise.number) != exercise.number:
        number = modules[missing[1]]
        return _blocked(number, f"The file of exercise {number} is missing; make reset-{number} makes one.")
    origin = _exercise_of(fault)
    if fault.during == "import" and origin is not None and origin != exercise.number:
        where = f"{fault.frames[-1].file}, line {fault.frames[-1].line}"
        return _blocked(origin, f"Exercise {origin} cannot be imported ({where}): {_one_line(fault)}.")
    if deep and fault.type == "RecursionError":
        return Ending(Status.TOO_DEEP, TOO_DEEP)
    if fault.type == "TimeIsUp":
        return Ending(Status.TIMED_OUT, "It did not end within its time limit: probably an endless loop.")
    return Ending(Status.CRASHED, _crash(exercise, fault))


def _crash(exercise: Exercise, fault: Fault) -> str:
    """What an exception means to a learner, in one or two sentences."""
    if fault.type == "WorkerLost":
        return f"The process that ran this check was lost: {fault.message}."
    if fault.type == "ModuleNotFoundError" and (missing := MISSING_MODULE.search(fault.message)):
        return _not_found(missing[1])
    if fault.type == "SyntaxError" and fault.frames:
        return f"Python cannot read {fault.frames[-1].file}, line {fault.frames[-1].line}: {fault.message}."
    if fault.type == "BdbQuit":
        return f"A breakpoint needs the keyboard: make test-exercise-{exercise.number} DEBUG=1."
    if fault.type == "EOFError":
        return f"{_one_line(fault)}. The checks give no input: input() finds nothing to read."
    if fault.type == "RecursionError":
        names = [f.function for f in fault.frames if not f.file.startswith("<")]
        repeated = max(names, key=names.count, default="a call")
        return f"The recursion in {repeated} went deeper than Python allows: endless, or one level per node."
    if fault.type == "NameError" and fault.frames and fault.frames[-1].file.startswith("<"):
        return f"{exercise.file.name} does not define what the check uses: {fault.message}."
    silent = [name for name in _silent_tasks(fault) if exercise.number >= name[0]]
    if silent:
        return f"{_one_line(fault)}. {silent[-1][1]} gives None, whatever it is given: is a return missing?"
    return _one_line(fault)


def _not_found(name: str) -> str:
    """Which modules there are instead of one that is not found."""
    similar = get_close_matches(name, [each.module for each in read_catalogue().values()], 1, 0.7)
    if similar and name.startswith("ex"):
        return f"There is no module {name}; did you mean {similar[0]}?"
    return (
        f"{name.partition('.')[0]} cannot be imported: an exercise may import the standard library, the exercises"
        " before it and, where its file does so already, graphviz. It is the same where marks are given."
    )


def _silent_tasks(fault: Fault) -> list[tuple[int, str]]:
    """The tasks, with their exercises, that should return something and can give nothing but None."""
    silent = set(fault.silent.split(", "))
    tasks = [(number, task) for number, each in read_catalogue().items() for task in each.tasks]
    return [(number, task.name) for number, task in tasks if task.returns and task.name in silent]


def _blocked(number: int, why: str) -> Ending:
    return Ending(Status.BLOCKED, why, number)


def _exercise_of(fault: Fault) -> int | None:
    """The exercise whose file raised, if it is one."""
    found = [number_in(frame.file) for frame in fault.frames]
    return next((number for number in reversed(found) if number is not None), None)


def _one_line(fault: Fault) -> str:
    return f"{fault.type}: {fault.message}" if fault.message else fault.type

"""The oracles as witnesses of a learner's own checks: the reference behind the fence, PyTorch in a process apart.

PyTorch is asked on a person's own machine alone: it is too large for the fence.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from grader.core.errors import KataError
from grader.core.probing import TimeIsUp, time_limit
from grader.core.records import Exercise, Fault, Observation, Probe
from grader.course.authoring.answer_key import ask
from grader.course.authoring.closure import closure
from grader.course.authoring.known_answers import KATA
from grader.course.fence.folders import desk
from grader.course.grading.catching import LIMITS, ask_desk
from grader.course.oracles import vocabulary, words_file

PATIENCE = 90.0  # seconds for PyTorch to be imported and to answer a probe
REFERENCE = """import os, sys
sys.path.insert(0, os.path.dirname(__file__))
from grader.course.oracles import vocabulary
globals().update(vocabulary("reference", {number}))
del os, sys, vocabulary
"""


def ask_reference(exercise: Exercise, probes: Sequence[Probe]) -> list[Observation]:
    """What the reference shows at each probe, behind the same fence."""
    with _reference_desk(exercise) as folder:
        return ask_desk(folder, exercise, probes, os.getpid(), float("inf"))


@contextmanager
def _reference_desk(exercise: Exercise) -> Iterator[Path]:
    """A desk on which the exercise's module has the reference's words for everything."""
    words = [words_file("reference", number) for number in range(1, exercise.number + 1)]
    modules = [".".join(path.with_suffix("").parts) for path in words if (KATA / path).exists()]
    with desk({exercise.module: REFERENCE.format(number=exercise.number)}) as folder:
        for path in {path for module in ("grader.course.oracles", *modules) for path in closure(module, KATA)}:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(KATA / path, folder / path)
        yield folder


def ask_pytorch(exercise: Exercise, probes: Sequence[Probe]) -> list[Observation]:
    """What PyTorch shows at each probe, in a process apart; torch is too large for the fence.

    So only a person's own probes are put to it, on their own machine.
    """
    found: list[Observation] = []
    while len(found) < len(probes):
        found += _some_by_pytorch(exercise, probes[len(found) :])
    return found


def _some_by_pytorch(exercise: Exercise, probes: Sequence[Probe]) -> Iterator[Observation]:
    """As many as one process answers, and a fault for the one that it did not."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there, exercise.number, probes), daemon=True)
    process.start()
    there.close()
    try:
        for _ in probes:
            if not here.poll(PATIENCE):
                yield Observation({}, Fault("TimeIsUp", "", "run", ()))
                return
            yield Observation.from_json(here.recv())
    except EOFError:
        yield Observation({}, Fault("WorkerLost", "", "run", ()))
    finally:
        process.kill()
        process.join()
        here.close()


def _answer(asked: Connection, number: int, probes: Sequence[Probe]) -> None:
    vocabulary("pytorch", number)  # before the clock runs: it imports torch
    for probe in probes:
        asked.send(_by_pytorch(number, probe))


def _by_pytorch(number: int, probe: Probe) -> Mapping[str, object]:
    try:
        with time_limit(LIMITS.wall_seconds):
            return {"values": ask(number, probe, "pytorch", "the check")}
    except (KataError, SystemExit, TimeIsUp) as error:
        fault = {"type": type(error).__name__, "message": str(error), "during": "run", "frames": ()}
        return {"fault": fault}

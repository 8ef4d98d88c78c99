"""How a check is written: `check = exercise(4)`, then `@check("Value.backward", points=2)` above a test function.

The function's docstring is the line that the learner reads; it takes `probe` and calls it once. If it takes
`rng` as well, it may build its snippet at random: rng is seeded with the grading run's seed and the function's name.
"""

from __future__ import annotations

import importlib.util
import inspect
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.core.errors import KataError, in_words, place_of
from grader.core.names import number_in
from grader.core.records import Check, Probe

CheckFunction = Callable[..., None]
ATTRIBUTE = "minigrad_check"


class CheckError(KataError):
    """A check that its author has to mend."""


@dataclass(frozen=True)
class Label:
    """What the decorator attaches to a function."""

    exercise: int
    task: str
    points: int
    deep: bool
    inherited: bool


def exercise(number: int) -> Callable[..., Callable[[CheckFunction], CheckFunction]]:
    """The decorator for the checks of one exercise; it takes the task's name and the points.

    `deep` marks a check that a right but recursive answer fails, because its graph is deeper than Python's recursion
    goes, and for no other reason. `inherited` marks one that the exercise before passes as well, before anything is
    written: it proves nothing of this one.
    """

    def check(
        task: str, *, points: int, deep: bool = False, inherited: bool = False
    ) -> Callable[[CheckFunction], CheckFunction]:
        def attach(function: CheckFunction) -> CheckFunction:
            setattr(function, ATTRIBUTE, Label(number, task, points, deep, inherited))
            return function

        return attach

    return check


def read_check(function: Any, seed: int = 0) -> Check:
    """The check that a test function declares; `seed` decides on what is random in it.

    Raises CheckError with a sentence if something is missing.
    """
    where = f"{Path(inspect.getfile(function)).name}::{function.__name__}"
    label = getattr(function, ATTRIBUTE, None)
    if label is None:
        raise CheckError(f'{where} has no exercise, task and points: put @check("task", points=1) above it.')
    title = inspect.getdoc(function)
    if not title:
        raise CheckError(f"{where} has no docstring: its first line is what the learner reads.")
    if label.points < 1:
        raise CheckError(f"{where} has {label.points} points: a check is worth at least 1.")
    probes: list[Probe] = []

    def record(snippet: str, *observe: str, **tolerance: float) -> None:
        probes.append(Probe(snippet, observe, **tolerance))

    random_ = "rng" in inspect.signature(function).parameters
    try:
        function(record, **({"rng": seeded(function, seed)} if random_ else {}))
    except Exception as error:
        raise CheckError(f"{where} cannot be read: {in_words(error)}; mend the check.") from error
    if len(probes) != 1 or not probes[0].observe:
        raise CheckError(f"{where} must call probe(snippet, expression, …) once, with something to observe.")
    title = title.splitlines()[0]
    return Check(
        function.__name__,
        label.exercise,
        label.task,
        label.points,
        title,
        probes[0],
        random=random_,
        deep=label.deep,
        inherited=label.inherited,
    )


def seeded(function: Any, seed: int = 0) -> random.Random:
    """The random numbers of one check in a grading run with this seed: others for every check and every seed."""
    return random.Random(f"{seed}/{function.__name__}")


def load_checks(suite: Path, number: int | None = None, seed: int = 0) -> list[Check]:
    """The checks in a folder of test files, in file order; of one exercise if `number` is given."""
    files = [path for path in sorted(suite.glob("test_ex*.py")) if number in (None, number_in(path.name))]
    checks: list[Check] = []
    sys.path.insert(0, str(suite))  # what the files of a suite share lies beside them
    try:
        for path in files:
            spec = importlib.util.spec_from_file_location(f"_checks_{path.stem}", path)
            if spec is None or spec.loader is None:
                raise CheckError(f"{path} cannot be read as a Python file.")
            module = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                raise CheckError(
                    f"{place_of(error, suite) or path.name}: {in_words(error)}; mend the check."
                ) from error
            tests = [f for name, f in vars(module).items() if name.startswith("test_") and callable(f)]
            checks += [read_check(f, seed) for f in tests]
    finally:
        sys.path.remove(str(suite))
    return checks

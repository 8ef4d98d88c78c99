"""The pytest side of the kata, and the only file that knows pytest: so it and an editor's test panel run the checks."""

from __future__ import annotations

import random
import signal
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import ATTRIBUTE, read_check, seeded
from grader.core.errors import KataError
from grader.core.judging import judge
from grader.core.key import Answer, expected_values, read_key
from grader.core.paths import DESK
from grader.core.probing import SECONDS
from grader.core.records import Check, Status
from grader.core.text import NOT_RUN, explain
from grader.learner.prober import InProcess, Prober, prober
from grader.learner.switches import is_on

CHECK = pytest.StashKey[Check]()
STOPPED = pytest.StashKey[set[str]]()  # tasks in which a check ran into the time limit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every check its record and its time limit; a test that is not a check stops the run."""
    for item in items:
        if isinstance(item, pytest.Function) and _is_suite(item):
            item.stash[CHECK] = _check_of(item)
            item.add_marker(pytest.mark.filterwarnings("ignore"))  # a learner's warnings are not errors
            if not hasattr(signal, "SIGALRM"):  # there the probe cannot stop itself; this ends the whole run
                item.add_marker(pytest.mark.timeout(SECONDS, method="thread"))


def _is_suite(item: pytest.Function) -> bool:
    return (
        "probe" in item.fixturenames
        or hasattr(item.function, ATTRIBUTE)
        or item.path.parent.name in ("public", "hidden")
    )


def _check_of(item: pytest.Function) -> Check:
    try:
        check = read_check(item.function)
        exercise = read_catalogue().get(check.exercise)
    except KataError as error:
        raise pytest.UsageError(str(error)) from None
    if exercise is None or check.task not in [task.name for task in exercise.tasks]:
        raise pytest.UsageError(
            f"{item.nodeid}: the catalogue has no task {check.task!r} in exercise {check.exercise}."
        )
    return check


@lru_cache
def _key(suite: Path) -> dict[str, Answer]:
    return read_key(suite / "key.json")


@pytest.fixture(scope="session")
def process() -> Iterator[Prober | InProcess]:
    """Where the checks run, for the whole session."""
    with prober(DESK, debug=is_on("DEBUG")) as started:
        yield started


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """The random numbers of a check that asks for them."""
    return seeded(request.node.function)


@pytest.fixture
def answer_key(request: pytest.FixtureRequest) -> dict[str, Answer]:
    """Expected values by check id; a suite without a key file brings a fixture of this name instead."""
    try:
        return _key(request.node.path.parent)
    except KataError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def probe(
    request: pytest.FixtureRequest, answer_key: dict[str, Answer], process: Prober | InProcess
) -> Callable[..., None]:
    """Runs the check's snippet on the learner's exercises and compares what it shows with the answer key."""
    item = request.node
    check: Check = item.stash[CHECK]
    exercise = read_catalogue()[check.exercise]
    try:
        expected = expected_values(answer_key, check, exercise.module)
    except KataError as error:
        pytest.fail(str(error), pytrace=False)

    def run(*_: str, **__: float) -> None:
        if check.task in stopped:  # one endless loop would otherwise cost its five seconds in every check
            pytest.fail(NOT_RUN, pytrace=False)
        observation, printed = process.observe(exercise.module, check.probe)
        sys.stdout.write(printed)
        verdict = judge(check, exercise, observation, expected)
        if verdict.status is Status.TIMED_OUT:
            stopped.add(check.task)
        if verdict.status is not Status.PASSED:
            pytest.fail(explain(verdict, exercise), pytrace=False)

    stopped = request.config.stash.setdefault(STOPPED, set())
    return run

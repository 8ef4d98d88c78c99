"""The pytest side of the kata, and the only file that knows pytest: collects checks, runs probes, records verdicts."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from grader.learner.catalogue import read_catalogue
from grader.learner.checks import ATTRIBUTE, CheckError, read_check, seeded
from grader.learner.judging import judge
from grader.learner.key import expected_values, read_key
from grader.learner.paths import DESK
from grader.learner.probing import Desk
from grader.learner.records import Check, Exercise, Observation, Status, Verdict
from grader.learner.report import NOT_RUN, explain
from grader.learner.switches import is_on

SECONDS = 5.0  # per check, in the learner's own terminal
VERDICT = pytest.StashKey[Verdict]()
CHECK = pytest.StashKey[Check]()
STOPPED = pytest.StashKey[set[str]]()  # tasks in which a check ran into the time limit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every check its record and its time limit; a test that is no check stops the run."""
    for item in items:
        if isinstance(item, pytest.Function) and _is_suite(item):
            item.stash[CHECK] = _check_of(item)
            item.add_marker(pytest.mark.filterwarnings("ignore"))  # a learner's warnings are no errors
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
    except CheckError as error:
        raise pytest.UsageError(str(error)) from None
    exercise = _exercises().get(check.exercise)
    if exercise is None or check.task not in [task.name for task in exercise.tasks]:
        raise pytest.UsageError(
            f"{item.nodeid}: the catalogue has no task {check.task!r} in exercise {check.exercise}."
        )
    return check


@lru_cache
def _exercises() -> dict[int, Exercise]:
    return read_catalogue()


@lru_cache
def _key(suite: Path) -> dict[str, Any]:
    return read_key(suite / "key.json")


@lru_cache
def _desk(folder: str) -> Desk:
    return Desk(folder)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """The random numbers of a check that asks for them."""
    return seeded(request.node.function)


@pytest.fixture
def answer_key(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Expected values by check id; a suite without a key file brings a fixture of this name instead."""
    return _key(request.node.path.parent)


@pytest.fixture
def probe(request: pytest.FixtureRequest, answer_key: dict[str, Any]) -> Callable[..., None]:
    """Runs the check's snippet on the learner's exercises and compares what it shows with the answer key."""
    item = request.node
    check: Check = item.stash[CHECK]
    exercise = _exercises()[check.exercise]
    expected = expected_values(answer_key, check, exercise.module)

    stopped = request.config.stash.setdefault(STOPPED, set())

    def run(*_: str, **__: float) -> None:
        if check.task in stopped:  # one endless loop would otherwise cost its five seconds in every check
            item.stash[VERDICT] = Verdict(check, Status.TIMED_OUT, NOT_RUN)
            pytest.fail(item.stash[VERDICT].message, pytrace=False)
        desk = _desk(os.environ.get("DESK", str(DESK)))
        seconds = None if is_on("DEBUG") else SECONDS
        answer = desk.observe(exercise.module, check.probe.code, list(check.probe.observe), seconds)
        verdict = judge(check, exercise, Observation.from_json(answer), expected)
        item.stash[VERDICT] = verdict
        if verdict.status is Status.TIMED_OUT:
            stopped.add(check.task)
        if verdict.status is not Status.PASSED:
            pytest.fail(explain(verdict, exercise), pytrace=False)

    return run


class Recorder:
    """Collects the verdicts of a run for a report of our own."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self.errors: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.failed:
            self.errors.append(str(report.longrepr))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" and VERDICT in item.stash:
            self.verdicts.append(replace(item.stash[VERDICT], printed=report.capstdout + report.capstderr))
        return report


def run_checks(files: list[Path], *, debug: bool = False) -> Recorder:
    """Run check files in this process, silently; the recorder has the verdicts in file order."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)  # somebody's habits elsewhere
    os.environ["DEBUG"] = "1" if debug else "0"  # the option may have been given by its name
    recorder = Recorder()
    options = [
        "-p",
        "pytest_timeout",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:debugging",
        "-o",
        "addopts=",
        "-o",
        "pythonpath=",
        "--assert=plain",
    ]
    options += ["-s"] if debug else []
    code = pytest.main([*options, *map(str, files)], plugins=[recorder])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or recorder.errors:
        raise RuntimeError("\n".join(recorder.errors) or f"pytest could not run the checks ({code!r}).")
    return recorder

"""A copy of the kata for one learner: the real commands, an own exercises/ folder, the stubs in it."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.judging import judge
from grader.core.key import expected_values, read_key
from grader.core.paths import PUBLIC
from grader.course.bank.chaffs import edited
from grader.course.grading.config import Settings
from grader.course.grading.suites import read_solutions
from grader.course.release.release import student_files
from grader.learner.prober import InProcess

ROOT = Path(__file__).parents[3]
SHARED = ("Makefile", "grader", "minigrad_reference", "solutions", "tests", "pyproject.toml")
EVERY = tuple(read_catalogue())
RECURSIVE_ORDER = """def topological_order(root):
    order, met = [], set()

    def visit(value):
        if value not in met:
            met.add(value)
            for operand in value._prev:
                visit(operand)
            order.append(value)

    visit(root)
    return order
"""
VARIABLES = ("CI", "DEBUG", "DESK", "FORCE", "FORCE_COLOR", "PYTEST_ADDOPTS", "PYTHONIOENCODING")


class Learner:
    """Writes files and runs commands as a learner would."""

    def __init__(self, folder, files=None):
        """`files`: a student's copy by path, in the place of the whole kata."""
        self.folder = folder
        for path, content in (files or {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        if files:
            return
        for name in SHARED:
            (folder / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "exercises" / ".stubs", folder / "exercises" / ".stubs")
        for path in (ROOT / "exercises" / ".stubs").glob("ex*.py"):
            shutil.copy(path, folder / "exercises")

    def file(self, number):
        return self.folder / "exercises" / read_catalogue()[number].file.name

    def solve(self, *numbers):
        for number in numbers:
            shutil.copy(ROOT / read_catalogue()[number].solution, self.folder / "exercises")

    def edit(self, number, old, new):
        """Solve an exercise with one passage changed, which must be there exactly once."""
        self.solve(number)
        self.edit_again(number, old, new)

    def edit_again(self, number, old, new):
        """Change a passage of the file as it is."""
        text = self.file(number).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in exercise {number}"
        self.file(number).write_text(text.replace(old, new), encoding="utf-8")

    def prepend(self, number, text):
        """Put lines above everything else in an exercise's file."""
        self.file(number).write_text(text + self.file(number).read_text(encoding="utf-8"), encoding="utf-8")

    def run(self, *arguments, stdin="", **environment):
        return self.call("-m", "grader", *arguments, stdin=stdin, **environment)

    def call(self, *arguments, stdin="", program=sys.executable, **environment):
        """Any Python command line in the learner's folder, to its end."""
        return subprocess.run(
            [program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(**environment),
            input=stdin,
            capture_output=True,
            encoding=environment.get("PYTHONIOENCODING", "").replace("ascii", "") or "utf-8",  # click mends ASCII
            timeout=100,
            check=False,
        )

    def refused(self, *arguments, **environment):
        """The one sentence with which a command refuses; it has to be one, and the exit code 2."""
        result = self.run(*arguments, **environment)
        assert (result.returncode, result.stdout) == (2, ""), result
        assert re.fullmatch(r"[^\n]+\.\n", result.stderr), result.stderr
        return result.stderr

    @contextmanager
    def started(self, *arguments):
        """A command that runs on, with what it has printed so far; it is killed if the test does not end it."""
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        with (
            (self.folder / "stdout").open("w") as out,
            (self.folder / "stderr").open("w") as err,
            subprocess.Popen(command, cwd=self.folder, env=self.environment(), stdout=out, stderr=err) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def wait_for(self, pattern):
        """Until what a started command has printed contains the pattern."""
        end = time.monotonic() + 30
        while not re.search(pattern, text := (self.folder / "stdout").read_text(encoding="utf-8")):
            assert time.monotonic() < end, f"no {pattern!r} in {text!r}"
            time.sleep(0.02)

    def wait_for_file(self, name):
        end = time.monotonic() + 30
        while not (self.folder / name).exists():
            assert time.monotonic() < end, f"{name} never appeared"
            time.sleep(0.02)

    @staticmethod
    def environment(**variables):
        clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return {**clean, "NO_COLOR": "1", "COLUMNS": "80", **variables}


@pytest.fixture
def learner(tmp_path):
    return Learner(tmp_path)


@pytest.fixture(scope="session")
def make_learner(tmp_path_factory):
    return lambda: Learner(tmp_path_factory.mktemp("learner"))


@pytest.fixture(scope="module")
def graduate(tmp_path_factory):
    """A learner who has pasted every worked answer; to be looked at only."""
    graduate = Learner(tmp_path_factory.mktemp("graduate"))
    graduate.solve(*EVERY)
    return graduate


@pytest.fixture(scope="module")
def graduate_of_three(tmp_path_factory):
    """The same in a student's copy of three exercises, for what is no other with more of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        files = student_files((1, 2, 3), Settings())
    graduate = Learner(tmp_path_factory.mktemp("three"), files)
    graduate.solve(1, 2, 3)
    return graduate


@lru_cache
def public_checks(number):
    return load_checks(PUBLIC, number)


@pytest.fixture(scope="session")
def key():
    return read_key(PUBLIC / "key.json")


@pytest.fixture
def found(tmp_path_factory, monkeypatch, key):
    """The worked source of an exercise after edits of a task, and what its public checks make of it in this process."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    worked, catalogue = read_solutions(), read_catalogue()

    def run(number, task, *edits, others=None):
        exercise, folder = catalogue[number], tmp_path_factory.mktemp("desk")
        source = edited(worked[number], task, edits, "a test") if task else worked[number].replace(*edits)
        sources = {**worked, **(others or {}), number: source}
        for n in range(1, number + 1):
            (folder / catalogue[n].file.name).write_text(sources[n], encoding="utf-8")
        process, verdicts = InProcess(folder), []
        for check in public_checks(number):
            seen, _ = process.observe(exercise.module, check.probe)
            verdicts.append(judge(check, exercise, seen, expected_values(key, check, exercise.module)))
        return source, verdicts

    return run

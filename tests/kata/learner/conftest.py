"""A copy of the kata for one learner: the real commands, an own exercises/ folder, the stubs in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHARED = ("grader", "minigrad_reference", "solutions", "tests", "pyproject.toml")


class Learner:
    """Writes files and runs commands as a learner would."""

    def __init__(self, folder):
        self.folder = folder
        for name in SHARED:
            (folder / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "exercises" / ".stubs", folder / "exercises" / ".stubs")
        for path in (ROOT / "exercises" / ".stubs").glob("ex*.py"):
            shutil.copy(path, folder / "exercises")

    def file(self, number):
        (path,) = (self.folder / "exercises").glob(f"ex{number:02d}_*.py")
        return path

    def solve(self, *numbers):
        for number in numbers:
            (path,) = (ROOT / "solutions").glob(f"ex{number:02d}_*.py")
            shutil.copy(path, self.folder / "exercises")

    def edit(self, number, old, new):
        """Solve an exercise with one passage changed, which must be there exactly once."""
        self.solve(number)
        text = self.file(number).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in exercise {number}"
        self.file(number).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments, **environment):
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80", **environment}
        environment.pop("CI", None)
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=100, check=False
        )


@pytest.fixture
def learner(tmp_path):
    return Learner(tmp_path)

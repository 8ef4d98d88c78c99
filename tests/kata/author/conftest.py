"""A copy of the repository for its author, in which anything may be broken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = "docs/promises.md"  # a copy too: it is written again, and never in the original
COPIED = ("exercises", "solutions", "tests/public", "grader")
LINKED = (
    "Makefile",
    "docs/images",
    "minigrad_reference",
    "notebooks",
    "pyproject.toml",
    "constraints.txt",
)
VARIABLES = ("CI", "DEBUG", "DESK", "FORCE", "MAKEFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS", "PYTHON", "PYTHONIOENCODING")


class Author:
    """Writes files and runs commands as the author of the kata would."""

    def __init__(self, folder):
        self.folder = folder
        for name in COPIED:
            unwanted = shutil.ignore_patterns("__pycache__", ".ruff_cache", ".pytest_cache")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        for name in LINKED:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / PAGE, folder / PAGE)
        for stub in (folder / "exercises" / ".stubs").glob("ex*.py"):  # whoever works at the desk of the original
            shutil.copy(stub, folder / "exercises")

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def edit(self, name, old, new):
        """Change one passage, which must be there exactly once."""
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def run(self, *arguments, **environment):
        return self.call("-m", "grader", *arguments, **environment)

    def call(self, *arguments, program=sys.executable, **environment):
        clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return subprocess.run(
            [program, *map(str, arguments)],
            cwd=self.folder,
            env={**clean, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "COLUMNS": "80", **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def refused(self, *arguments, **environment):
        """The one sentence with which a command refuses; it has to be one, and the exit code 2."""
        result = self.run(*arguments, **environment)
        assert (result.returncode, result.stdout) == (2, ""), result
        assert re.fullmatch(r"[^\n]+\.\n", result.stderr), result.stderr
        return result.stderr


@pytest.fixture
def author(tmp_path):
    return Author(tmp_path)


@pytest.fixture(scope="session")
def make_author(tmp_path_factory):
    return lambda: Author(tmp_path_factory.mktemp("author"))

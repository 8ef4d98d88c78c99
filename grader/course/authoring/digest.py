"""A digest of files, by which something made from them at some cost tells whether it is stale."""

from __future__ import annotations

import ast
import hashlib
from functools import lru_cache
from pathlib import Path

from grader.core.paths import SOLUTIONS

CHECKING = ("grader/core/probing.py", "grader/core/judging.py")
SUITES = ("solutions/*.py", "tests/public/*.py", "tests/hidden/*.py", *CHECKING)


def digest(*patterns: str, root: Path = Path()) -> str:
    """Of the names and contents of all files that match, seen from a folder, by default the current one.

    What a solution's docstrings say does not count: a lesson's sentence changes nothing that checks or mistakes show.
    """
    files = sorted(path for pattern in patterns for path in root.glob(pattern))
    parts = [f"{path.relative_to(root).as_posix()} {hashlib.sha256(_content(path)).hexdigest()}" for path in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _content(path: Path) -> bytes:
    whole = path.read_bytes()
    return without_docstrings(whole) if path.parent.name == SOLUTIONS.name else whole


@lru_cache(maxsize=64)
def without_docstrings(source: bytes) -> bytes:
    """The lines of a source that are no docstring's; of a source that is no Python, all of them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    firsts = [n.body[0] for n in ast.walk(tree) if isinstance(n, documented) and ast.get_docstring(n, clean=False)]
    told = {line for first in firsts for line in range(first.lineno, (first.end_lineno or first.lineno) + 1)}
    return b"".join(line for number, line in enumerate(source.splitlines(keepends=True), 1) if number not in told)

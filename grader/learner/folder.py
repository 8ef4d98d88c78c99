"""A learner's folder made out of the installed package: its exercises, and the stubs from which they began."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.files import back_up, write_text
from grader.core.paths import EXERCISES, PUBLIC
from grader.learner.terminal import wrapped

FRESH = PUBLIC.parents[1] / "stubs"
STUBS = EXERCISES / ".stubs"
README = """\
# The minigrad kata

Open exercises/ex01_derivatives.py, read the lesson at its top, write the missing lines, and run

    minigrad test 1

| command | does |
|---|---|
| `minigrad test 1` | runs the checks of an exercise |
| `minigrad hint 1` | a hint for the first open task, one step further each time |
| `minigrad explain 1` | says on which smallest expression your code goes wrong, and where |
| `minigrad catch 1` | looks over your own checks in exercises/catch/ex01.py |
| `minigrad reset 1` | starts afresh; your file is kept in .minigrad/backups |
| `minigrad progress` | how far you are and what comes next |
| `minigrad watch` | runs the checks on every save and moves on when they pass |
| `minigrad update` | brings new exercises and lessons; what you have written stays |

Run them anywhere in this folder. Hand in the files of exercises/.
"""


def make_folder(folder: Path) -> str:
    """Make a new folder, or complete an empty one. Raises KataError where something else is there."""
    if folder.is_dir() and any(folder.iterdir()):
        is_ours = (folder / STUBS).is_dir()
        what = "is a folder of the kata already: minigrad update brings it up to date" if is_ours else "is not empty"
        raise KataError(f"{folder} {what}; give another name, as in minigrad init kata.")
    if folder.exists() and not folder.is_dir():
        raise KataError(f"{folder} is a file; give another name, as in minigrad init kata.")
    (folder / STUBS).mkdir(parents=True, exist_ok=True)
    for name, text in _fresh():
        write_text(folder / EXERCISES / name, text)
        write_text(folder / STUBS / name, text)
    write_text(folder / "README.md", README)
    first = read_catalogue()[1].file
    begin = f"{folder} has the exercises. Go there, open {first.as_posix()}, read the lesson, write the missing lines"
    return wrapped(f"{begin}, and run minigrad test 1.")


def update_folder(folder: Path) -> str:
    """Bring new stubs and lessons; returns what was done. A file that somebody worked on keeps all but its lesson."""
    told = [wrapped(sentence) for name, text in _fresh() if (sentence := _update(folder, name, text))]
    return "\n".join(told or ["Everything is up to date."])


def _fresh() -> Iterator[tuple[str, str]]:
    for exercise in read_catalogue().values():
        yield exercise.file.name, (FRESH / exercise.file.name).read_text(encoding="utf-8")


def _update(folder: Path, name: str, text: str) -> str:
    """Bring one exercise up to date; a sentence where it was not."""
    path, stub = folder / EXERCISES / name, folder / STUBS / name
    before = stub.read_text(encoding="utf-8") if stub.exists() else None
    if before == text and path.exists():
        return ""
    mine = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n") if path.exists() else None
    write_text(stub, text)
    if mine is None:
        write_text(path, text)
        return f"{path} is new."
    if mine in (before, text):
        write_text(path, text)
        return f"{path} has changed; you had not begun it."
    old, new = lesson(before or ""), lesson(text)
    number = next(n for n, each in read_catalogue().items() if each.file.name == name)
    if old and new != old and mine.startswith(old):
        kept = back_up(path)
        write_text(path, new + mine.removeprefix(old))
        return f"{path} has a new lesson; your code in it is as it was, and the file as it was is {kept}."
    return f"{path} has changed, and yours is left as it is; minigrad reset {number} begins with the new one."


def lesson(source: str) -> str:
    """A module's text up to the end of its docstring; empty where it has none."""
    try:
        first = ast.parse(source).body[:1]
    except (SyntaxError, ValueError):
        return ""
    if not first or not isinstance(first[0], ast.Expr) or not isinstance(first[0].value, ast.Constant):
        return ""
    return "".join(source.splitlines(keepends=True)[: first[0].end_lineno])

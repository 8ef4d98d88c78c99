"""Wheats: right answers in other styles than the worked ones. A check that fails one of them is unfair.

They lie in wheats/exNN.toml. Each has one task or several, the reason why it is right, and the code that takes the
place of the worked answer; what stands before a definition, such as an import, goes where the definition goes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.overlay import put
from grader.core.records import Exercise
from grader.core.source import functions
from grader.course.authoring.cut import solution

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WHEATS = Path(__file__).with_name("wheats")
TEXTS = ("id", "why", "code")


class WheatError(KataError):
    """A mistake in the wheats, as a sentence for their author."""


@dataclass(frozen=True)
class Wheat:
    """A right answer to some tasks of an exercise; `source` is the whole module with it."""

    exercise: int
    id: str
    tasks: tuple[str, ...]
    why: str
    source: str


def read_wheats(numbers: Iterable[int] | None = None, folder: Path = WHEATS) -> list[Wheat]:
    """Every wheat of these exercises, in the order of the files. Raises WheatError."""
    catalogue = read_catalogue()
    chosen = [catalogue[n] for n in (catalogue if numbers is None else numbers)]
    return [wheat for exercise in chosen for wheat in _wheats(exercise, folder / exercise.wheats.name)]


def _wheats(exercise: Exercise, path: Path) -> Iterator[Wheat]:
    if not path.exists():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WheatError(f"{path.name} is not TOML: {error}.") from None
    worked = solution(exercise)
    seen = set()
    for entry in content.get("wheat", []):
        where = f"{path.name}: {entry.get('id', 'an entry without id')}"
        tasks = _tasks(entry, exercise, where)
        if entry["id"] in seen:
            raise WheatError(f"{where} is the id of two wheats; give each its own.")
        seen.add(entry["id"])
        source = replaced(worked, tasks, entry["code"], where)
        yield Wheat(exercise.number, entry["id"], tasks, entry["why"].strip(), source)


def _tasks(entry: dict[str, Any], exercise: Exercise, where: str) -> tuple[str, ...]:
    """The tasks of an entry, which has all that it needs."""
    which = "tasks" if "tasks" in entry else "task"
    texts = [entry.get(name) for name in TEXTS]
    if set(entry) != {*TEXTS, which} or not all(isinstance(text, str) and text.strip() for text in texts):
        raise WheatError(f"{where} needs exactly id, why, code and task, or tasks in place of task, and none empty.")
    tasks = tuple(entry["tasks"]) if which == "tasks" else (entry["task"],)
    known = [task.name for task in exercise.tasks]
    for task in tasks:
        if task not in known:
            raise WheatError(f"{where}: exercise {exercise.number} has no task {task!r}, but {', '.join(known)}.")
    return tasks


def replaced(source: str, tasks: Sequence[str], code: str, where: str) -> str:
    """A solution in which some tasks are answered by this code. Raises WheatError."""
    found = functions(source)
    answers = _answers(code, [found[task].name for task in tasks], where)
    changed = put(source, dict(zip(tasks, answers, strict=True)))
    try:
        compile(changed, where, "exec")
    except SyntaxError as error:
        raise WheatError(f"{where}: Python cannot read the module with its code: {error}.") from None
    lost = found.keys() - functions(changed).keys()
    if lost:
        raise WheatError(f"{where}: {', '.join(sorted(lost))} is lost; its code needs the solution's decorator.")
    return changed


def _answers(code: str, names: Sequence[str], where: str) -> Iterator[str]:
    """The text of each function, in the order of the tasks, with what stands before it."""
    text = dedent(code)
    try:
        nodes = ast.parse(text).body
    except SyntaxError as error:
        raise WheatError(f"{where}: Python cannot read its code: {error}.") from None
    lines = text.splitlines(keepends=True)
    wanted, begin = list(names), 0
    for node in nodes:
        if wanted and isinstance(node, ast.FunctionDef) and node.name == wanted[0]:
            yield "".join(lines[begin : node.end_lineno]).strip("\n") + "\n"
            wanted, begin = wanted[1:], node.end_lineno or 0
    if wanted or "".join(lines[begin:]).strip():
        raise WheatError(f"{where}: its code must define {', '.join(names)}, in this order, and end with the last.")

"""Reads catalogue.toml: what each exercise is called, what it asks for, and the hints."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from grader.core.errors import KataError
from grader.core.names import tag
from grader.core.records import Exercise, Part, Task

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CATALOGUE = Path(__file__).with_name("catalogue.toml")
HINTS = ("one that points at the place", "one that teaches the idea", "one that all but gives the answer")
MOST = 10_000  # points of a task
FIELDS: dict[str, type] = {
    "number": int,
    "module": str,
    "part": str,
    "package": str,
    "title": str,
    "goal": str,
    "builds_on": list,
    "reading": list,
    "catch": float,
}
PACKAGE = re.compile(r"[a-z][a-z0-9_]*")
TASK_FIELDS: dict[str, type] = {"name": str, "points": float, "hints": list, "returns": bool}


class CatalogueError(KataError):
    """A mistake in the catalogue, as a sentence that says what to write."""


def read_catalogue(path: Path = CATALOGUE) -> dict[int, Exercise]:
    """All exercises by number; a file is read once. Raises CatalogueError."""
    return dict(_read(path))


@lru_cache
def _read(path: Path) -> dict[int, Exercise]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name} is not valid TOML: {error}.") from None
    if set(content) != {"parts", "exercise"}:
        raise CatalogueError(f"{path.name} has {sorted(content)} at the top; it needs [parts] and [[exercise]] tables.")
    parts = _parts(content["parts"], path.name)
    tables = _tables(content, path.name, "exercise")
    exercises = [_exercise(table, place, parts) for place, table in enumerate(tables, 1)]
    for place, exercise in enumerate(exercises, 1):
        if exercise.number != place:
            raise CatalogueError(
                f"{path.name}: exercise {place} in the file has number = {exercise.number}; write number = {place}."
            )
        if place > 1 and _place_of(exercise.part, parts) < _place_of(exercises[place - 2].part, parts):
            before = f"part = {exercise.part.name!r} comes before that of exercise {place - 1}"
            raise CatalogueError(f"exercise {place}: {before}; keep the exercises of a part together.")
    return {exercise.number: exercise for exercise in exercises}


def needed_by(exercise: Exercise) -> list[int]:
    """The exercises that this one builds on, and those that these build on, in order."""
    catalogue = read_catalogue()
    needed: set[int] = set()
    waiting = list(exercise.builds_on)
    while waiting:
        number = waiting.pop()
        if number not in needed:
            needed.add(number)
            waiting += catalogue[number].builds_on
    return sorted(needed)


def by_part(exercises: Iterable[Exercise]) -> list[tuple[Part, list[Exercise]]]:
    """The exercises of each part, in order."""
    return [(part, list(own)) for part, own in groupby(exercises, key=lambda exercise: exercise.part)]


def _place_of(part: Part, parts: dict[str, Part]) -> int:
    return list(parts).index(part.name)


def _parts(table: Any, where: str) -> dict[str, Part]:
    if not isinstance(table, dict) or not all(isinstance(title, str) and title.strip() for title in table.values()):
        raise CatalogueError(f'{where}: parts is {table!r}; write lines such as I = "The engine" under [parts].')
    return {name: Part(name, title) for name, title in table.items()}


def _exercise(table: dict[str, Any], place: int, parts: dict[str, Part]) -> Exercise:
    where = f"exercise {place}"
    values = _fields({"catch": 2, **table}, FIELDS, where, also={"task"})
    later = [n for n in values["builds_on"] if not (isinstance(n, int) and 0 < n < values["number"])]
    if later:
        raise CatalogueError(f"{where}: builds_on = {later} must name earlier exercises, such as [{place - 1}].")
    if not values["module"].startswith(f"{tag(values['number'])}_"):
        raise CatalogueError(f"{where}: module = {values['module']!r} must begin with {tag(values['number'])}_.")
    if values["part"] not in parts:
        raise CatalogueError(f"{where}: part = {values['part']!r} is not under [parts], which has {', '.join(parts)}.")
    if not PACKAGE.fullmatch(values["package"]) or keyword.iskeyword(values["package"]):
        name = f"package = {values['package']!r} is not a name for a module"
        raise CatalogueError(f'{where}: {name}; write a word of small letters, as in package = "engine".')
    tasks = tuple(_task(task, where) for task in _tables(table, where, "exercise.task"))
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        raise CatalogueError(f"{where}: two tasks have one name, of {names}; give each task a name of its own.")
    if not tasks:
        raise CatalogueError(f"{where} has no task: add [[exercise.task]] with name, points and hints.")
    sequences = {name: tuple(values[name]) for name in ("builds_on", "reading")}
    return Exercise(**{**values, **sequences, "part": parts[values["part"]]}, tasks=tasks)


def _tables(parent: dict[str, Any], where: str, heading: str) -> list[dict[str, Any]]:
    tables = parent.get(heading.rpartition(".")[2], [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CatalogueError(f"{where}: {heading} is {tables!r}; write [[{heading}]] above its fields.")
    return tables


def _task(table: dict[str, Any], where: str) -> Task:
    where = f"{where}, task {table.get('name', '?')}"
    values = _fields({"returns": True, **table}, TASK_FIELDS, where)
    hints = tuple(values["hints"])
    if len(hints) != len(HINTS) or not all(isinstance(hint, str) and hint.strip() for hint in hints):
        raise CatalogueError(f"{where}: hints must be {len(HINTS)} texts: {'; '.join(HINTS)}.")
    points = values["points"]
    if not 0 < points < MOST or round(points, 2) != points:
        raise CatalogueError(f"{where}: points = {points}; a task is worth more than 0, with two decimals at most.")
    return Task(values["name"], values["points"], hints, values["returns"])


def _fields(
    table: dict[str, Any], fields: dict[str, type], where: str, also: frozenset[str] | set[str] = frozenset()
) -> dict[str, Any]:
    for name, kind in fields.items():
        value = table.get(name)
        kinds = {kind, int} if kind is float else {kind}
        if type(value) not in kinds or (isinstance(value, str) and not value.strip()):
            example = {int: "1", float: "1", str: '"…"', list: "[…]", bool: "false"}[kind]
            found = "is missing" if value is None else f"is {value!r}"
            raise CatalogueError(f"{where}: {name} {found}; write {name} = {example}.")
    for name in table:
        if name not in fields and name not in also:
            raise CatalogueError(f"{where}: {name} is not known; it has {', '.join([*fields, *also])}.")
    return {name: table[name] for name in fields}

"""Cuts the stubs out of the solutions: `make exercises`.

A worked answer stands between `### BEGIN SOLUTION` and `### END SOLUTION`, nbgrader's delimiters with nbgrader's rules:
a region that is nested, unclosed or unopened is an error.
"""

from __future__ import annotations

import ast
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError, in_words
from grader.core.files import back_up, write_text
from grader.core.paths import DESK, STUBS
from grader.core.records import Exercise
from grader.core.source import Function, functions

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class CutError(KataError):
    """A mistake in a solution's source, as a sentence for its author."""


def cut(source: str, exercise: Exercise) -> str:
    """The stub of a solution: every region becomes a NotImplementedError that names exercise and task."""
    found = functions(source)
    kept: list[str] = []
    begun = 0
    tasks = []
    for number, line in enumerate(source.splitlines(), 1):
        where = f"{exercise.file.name}, line {number}"
        if BEGIN in line:
            if begun:
                raise CutError(f"{where}: a solution region begins inside the one from line {begun}; end that first.")
            begun = number
            task = _task_at(found, number, where)
            tasks.append(task)
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(f'{indent}raise NotImplementedError("exercise {exercise.number}: {task}")')
        elif END in line:
            if not begun:
                raise CutError(f"{where}: a solution region ends that never began; write {BEGIN} before it.")
            begun = 0
        elif not begun:
            kept.append(line)
    if begun:
        raise CutError(f"{exercise.file.name}, line {begun}: this solution region never ends; write {END} after it.")
    expected = [task.name for task in exercise.tasks]
    if sorted(tasks) != sorted(expected):
        raise CutError(
            f"{exercise.file.name} has regions for {tasks}, the catalogue has the tasks {expected}; make them agree."
        )
    return "\n".join(kept) + "\n"


def _task_at(found: dict[str, Function], line: int, where: str) -> str:
    for function in found.values():
        if function.first <= line <= function.last:
            return function.task
    raise CutError(f"{where}: this solution region is in no function; a region is the body of one.")


def solution(exercise: Exercise) -> str:
    """The source of a worked answer. Raises CutError where there is none or Python cannot read it."""
    path = exercise.solution
    if not path.exists():
        raise CutError(f"{path} is missing; the catalogue names it as exercise {exercise.number}.")
    try:
        source = path.read_text(encoding="utf-8")
        ast.parse(source)
    except (SyntaxError, ValueError) as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise CutError(f"{path}{place}: {in_words(error)}; mend the solution.") from None
    return source


def stubs() -> dict[str, str]:
    """All stubs by module name, as they should be now."""
    texts = {}
    for exercise in read_catalogue().values():
        texts[exercise.module] = cut(solution(exercise), exercise)
    return texts


def write_exercises(*, force: bool) -> list[str]:
    """Bring exercises/ up to date; returns a sentence per file that changed.

    A file that differs from the stub it began as holds somebody's work: it is refused, or backed up when forced.
    """
    fresh = stubs()
    changed = [name for name in fresh if _has_work(name, fresh[name])]
    if changed and not force:
        files = ", ".join(str(DESK / f"{name}.py") for name in changed)
        raise KataError(f"{files} has been worked on and is left alone; FORCE=1 replaces it and keeps a backup.")
    STUBS.mkdir(parents=True, exist_ok=True)
    sentences = []
    for name, text in fresh.items():
        path = DESK / f"{name}.py"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            kept = f" (the old file is {back_up(path)})" if name in changed else ""
            write_text(path, text)
            sentences.append(f"{path} is cut again{kept}.")
        write_text(STUBS / f"{name}.py", text)
    return sentences


def _has_work(name: str, fresh: str) -> bool:
    path, origin = DESK / f"{name}.py", STUBS / f"{name}.py"
    if not path.exists():
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return text != fresh and not (origin.exists() and text == origin.read_text(encoding="utf-8"))


def stale_files() -> list[Path]:
    """Files in exercises/ that are not what the solutions would be cut to now."""
    wanted = {folder / f"{name}.py": text for name, text in stubs().items() for folder in (DESK, STUBS)}
    return [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]

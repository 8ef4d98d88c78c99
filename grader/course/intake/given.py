"""What an exercise gives beside its tasks, its imports and helpers, put back where a notebook has lost it.

Jupyter lets a locked cell be deleted, and a kernel that has run it does not notice. A notebook without it would not
even import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.core.records import Exercise
from grader.core.source import functions, lines_of


def completed(source: str, solution: str, exercise: Exercise) -> str:
    """A source with the given statements of which it lacks a name in front, or as it is where Python cannot read it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    bound = {name for node in body for name in names_bound(node)}
    if "*" in bound:
        return source
    lacking = [text for node, text in _given(solution, exercise) if not bound >= set(names_bound(node))]
    future = [node.end_lineno or 0 for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    lines = lines_of(source)
    place = max(future, default=0)
    return "".join([*lines[:place], *lacking, *lines[place:]])


def _given(solution: str, exercise: Exercise) -> Iterator[tuple[ast.stmt, str]]:
    """The statements after the lesson that hold no task."""
    found = functions(solution)
    tasks = {found[task.name].first for task in exercise.tasks}
    lines = lines_of(solution)
    for node in ast.parse(solution).body[1:]:
        own = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if tasks.isdisjoint(own):
            yield node, "".join(lines[own.start - 1 : own.stop - 1])


def names_bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds where it stands; '*' for an import of everything."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in aliases)
        case _:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id
                elif isinstance(inner, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                    yield from names_bound(inner) if inner is not node else ()

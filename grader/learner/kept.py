"""What code keeps from one call to the next: a check then ends otherwise after other checks than by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.core.records import Exercise, Status, Verdict
from grader.learner.exercises import as_imported, run

SHARED = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)


def ended_otherwise(exercise: Exercise, verdicts: Sequence[Verdict]) -> dict[str, Verdict]:
    """What the checks that fail show where none ran before them, by id, where that is something else.

    Each of them takes a process of its own, so this is asked of a file alone in which something can be kept.
    """
    failed = [v for v in verdicts if v.status.is_wrong and v.status is not Status.TIMED_OUT]
    if not failed or not can_keep(as_imported(exercise.file)):
        return {}
    alone = ((v, run(exercise, only={v.check.id})[0]) for v in failed)
    return {v.check.id: by_itself for v, by_itself in alone if by_itself.observation != v.observation}


def can_keep(source: str) -> bool:
    """Whether a default, a name outside of functions or `global` may hold what an earlier call has changed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    holds = any(isinstance(value, SHARED) for value in _kept(tree))
    return holds or any(isinstance(node, ast.Global) for node in ast.walk(tree))


def _kept(tree: ast.Module) -> Iterator[ast.expr | None]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            yield from (*node.args.defaults, *node.args.kw_defaults)
        if isinstance(node, (ast.Module, ast.ClassDef)):
            yield from (each.value for each in node.body if isinstance(each, (ast.Assign, ast.AnnAssign)))

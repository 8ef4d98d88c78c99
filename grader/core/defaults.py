"""Defaults that all calls of a function share: a list, a set or a dict that the line with def makes, once."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.core.source import own_parts

MADE = (ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
MAKERS = ("list", "set", "dict", "deque", "defaultdict", "OrderedDict", "Counter")
CHANGE = (
    *("append", "appendleft", "extend", "extendleft", "insert", "add", "update", "setdefault"),
    *("pop", "popleft", "popitem", "remove", "discard", "clear", "sort", "reverse"),
)


def changes_a_default(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a function changes one of its own defaults, which the next call then finds as this one has left it.

    A name that the function sets itself, as in order = list(order), may stand for an object of its own.
    """
    return bool(_changed_defaults(node))


def leaves_a_changed_default(call: ast.Call, node: ast.FunctionDef) -> bool:
    """Whether a call of a function gives nothing for a default that the function changes."""
    by_place = [name.arg for name in (*node.args.posonlyargs, *node.args.args)]
    given = {*by_place[: len(call.args)], *(keyword.arg for keyword in call.keywords)}
    unknown = None in given or any(isinstance(argument, ast.Starred) for argument in call.args)
    return not unknown and not _changed_defaults(node) <= given


def _changed_defaults(node: ast.FunctionDef) -> set[str]:
    return (set(_shared(node.args)) - set(_set_anew(node))) & set(_changed(node.body))


def _shared(arguments: ast.arguments) -> Iterator[str]:
    """The parameters whose default is an object that can be changed."""
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    last = [*arguments.defaults, *arguments.kw_defaults]  # the first names may have none
    given = zip(names[len(names) - len(last) :], last, strict=True)
    return (name.arg for name, default in given if default is not None and _is_made(default))


def _is_made(default: ast.expr) -> bool:
    called = default.func if isinstance(default, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return isinstance(default, MADE) or name in MAKERS


def _set_anew(node: ast.FunctionDef) -> Iterator[str]:
    """The names that are set to something else, but for those that += changes in place."""
    in_place = {id(part.target) for part in own_parts(node) if isinstance(part, ast.AugAssign)}
    for part in own_parts(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and id(part) not in in_place:
            yield part.id


def _changed(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names whose object some lines change: by a method, by +=, or in one of its places."""
    for part in (part for line in body for part in ast.walk(line)):
        changed = None
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in CHANGE:
            changed = part.func.value
        elif isinstance(part, ast.AugAssign):
            changed = part.target
        elif isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            changed = part.value
        if isinstance(changed, ast.Name):
            yield changed.id

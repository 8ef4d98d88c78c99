"""Functions that are made in a loop and read its variables only when the loop is over, when these no longer change."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.core.source import all_parts, name_called, own_parts

PUT_IN = ("append", "insert", "add", "appendleft")
WHOLE = ("list", "tuple", "set")


def reads_the_loop_late(node: ast.FunctionDef, _: bool) -> bool:
    """Whether functions that read a variable of their loop are kept until the loop is over."""
    return any(_kept_by_a_comprehension(part) or _kept_by_a_loop(part, node) for part in all_parts(node))


def _kept_by_a_comprehension(part: ast.AST) -> bool:
    """Whether the entries of a list, set or dict are such functions; a generator hands out one in each turn."""
    if isinstance(part, ast.Call) and name_called(part) in WHOLE and len(part.args) == 1:
        part = part.args[0]
    elif isinstance(part, ast.GeneratorExp):
        return False
    if not isinstance(part, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        return False
    entry = part.value if isinstance(part, ast.DictComp) else part.elt
    variables = {name for turn in part.generators for name in _stored(turn.target)}
    made = [each for each in _entries(entry) if isinstance(each, ast.Lambda)]
    return any(not variables.isdisjoint(_read(each)) for each in made)


def _kept_by_a_loop(part: ast.AST, node: ast.FunctionDef) -> bool:
    """Whether a loop keeps such functions in a list that it does not look at itself, or as steps of values."""
    if not isinstance(part, (ast.For, ast.While)):
        return False
    turn, last = [part, *own_parts(part)], part.end_lineno or part.lineno
    behind = [each for each in own_parts(node) if isinstance(each, ast.Name) and each.lineno > last]
    variables = {name for each in turn for name in _set_anew(each)} - _set_again(behind, node)
    made: dict[str, ast.AST] = {each.name: each for each in turn if isinstance(each, ast.FunctionDef)}
    called = {name_called(each) for each in turn if isinstance(each, ast.Call)}
    for holder, value in _kept(turn):
        if isinstance(holder, ast.Name):
            looked_at = sum(isinstance(each, ast.Name) and each.id == holder.id for each in ast.walk(part))
            if looked_at > 1 or not any(each.id == holder.id for each in behind):
                continue
        for each in _entries(value):
            function = made.get(each.id) if isinstance(each, ast.Name) and each.id not in called else each
            if isinstance(function, (ast.Lambda, ast.FunctionDef)) and not variables.isdisjoint(_read(function)):
                return True
    return False


def _set_again(behind: Iterable[ast.Name], node: ast.FunctionDef) -> set[str]:
    """The names that are set behind a loop, but for those of comprehensions, which are names of their own."""
    turns = [part.target for part in own_parts(node) if isinstance(part, ast.comprehension)]
    apart = {id(part) for target in turns for part in ast.walk(target)}
    return {name.id for name in behind if isinstance(name.ctx, ast.Store) and id(name) not in apart}


def _kept(turn: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a loop puts into something, and where: by append, into a place of a list, or as the step of a value."""
    for part in turn:
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in PUT_IN:
            yield from ((part.func.value, each) for each in part.args)
        elif isinstance(part, ast.AugAssign):
            yield part.target, part.value
        elif isinstance(part, ast.Assign):
            for target in part.targets:
                if isinstance(target, ast.Subscript):
                    yield target.value, part.value
                elif isinstance(target, ast.Attribute) and target.attr == "_backward":
                    yield target, part.value


def _entries(value: ast.expr) -> list[ast.expr]:
    """A value, or what a display of several holds."""
    return value.elts if isinstance(value, (ast.Tuple, ast.List, ast.Set)) else [value]


def _set_anew(part: ast.AST) -> set[str]:
    """The names that have another thing in them in every turn: not a sum that grows, which may be meant as a whole."""
    if isinstance(part, ast.For):
        return _stored(part.target)
    if isinstance(part, ast.While):
        counted = {name for each in own_parts(part) if isinstance(each, ast.AugAssign) for name in _stored(each.target)}
        return counted & _names(part.test)
    if isinstance(part, ast.Assign):
        return {name for target in part.targets for name in _stored(target)} - _names(part.value)
    return set()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _stored(node: ast.AST) -> set[str]:
    """The names that are set in a target or a line."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _read(function: ast.Lambda | ast.FunctionDef) -> set[str]:
    """The names that a function takes from around it when it is called; its defaults are taken when it is made."""
    arguments = function.args
    own = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    own |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    body = function.body if isinstance(function.body, list) else [function.body]
    names = [part for each in body for part in ast.walk(each) if isinstance(part, ast.Name)]
    own |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    own |= {part.arg for each in body for part in ast.walk(each) if isinstance(part, ast.arg)}
    return {name.id for name in names} - own

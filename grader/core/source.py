"""The functions in an exercise's source, by task name: 'gradient', 'Neuron.parameters', 'Value.__add__'."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from textwrap import dedent


@dataclass(frozen=True)
class Function:
    """A function or method and where it stands: lines from 1, decorators excluded from `first`."""

    name: str
    owner: str
    first: int
    last: int
    top: int

    @property
    def task(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name


def functions(source: str) -> dict[str, Function]:
    """Every function at the top level or in a class, also those attached by `@add_to_class(Owner)`.

    Raises SyntaxError. A name that is defined twice stands for the last definition, as in Python.
    """
    return {function.task: function for function, _ in function_nodes(source)}


def function_nodes(source: str) -> Iterator[tuple[Function, ast.FunctionDef]]:
    """The same functions, each with its part of the syntax tree. Raises SyntaxError."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            yield _function(node, _attached_to(node)), node
        elif isinstance(node, ast.ClassDef):
            yield from ((_function(item, node.name), item) for item in node.body if isinstance(item, ast.FunctionDef))


@lru_cache(maxsize=256)  # for a function, at which many look one after the other
def all_parts(node: ast.AST) -> tuple[ast.AST, ...]:
    """A node and everything in it."""
    return tuple(ast.walk(node))


@lru_cache(maxsize=256)
def own_parts(node: ast.AST) -> tuple[ast.AST, ...]:
    """What belongs to a function itself and not to another inside it."""
    found = []
    pending = list(ast.iter_child_nodes(node))
    while pending:
        part = pending.pop()
        found.append(part)
        if not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(part)
    return tuple(found)


def name_called(value: ast.AST) -> str:
    """The name of what a call calls, where it has a plain one; or else empty."""
    return value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""


def text_of(source: str, function: Function) -> str:
    """A function's own lines, dedented, without decorators."""
    lines = lines_of(source)[function.first - 1 : function.last]
    return dedent("".join(lines)).rstrip("\n") + "\n"


def lines_of(source: str) -> list[str]:
    """The lines with their ends, as Python counts them: str.splitlines also begins one at a form feed and the like."""
    return list(io.StringIO(source, newline=None))


def _function(node: ast.FunctionDef, owner: str) -> Function:
    top = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return Function(node.name, owner, node.lineno, node.end_lineno or node.lineno, top)


def _attached_to(node: ast.FunctionDef) -> str:
    """'Value' for a function under @add_to_class(Value), '' for any other."""
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="add_to_class"), args=[ast.Name(id=owner)]):
                return owner
    return ""

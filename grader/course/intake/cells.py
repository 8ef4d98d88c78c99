"""What raises in a cell ends that cell, as in Jupyter, and not the import of the notebook."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator, Sequence

from grader.core.probing import is_exercise

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
EMPTY = "try:\n    pass\nexcept (Exception, SystemExit):\n    pass"


def contained(cell: str) -> str | None:
    """A cell of Python as it is where it only defines and imports, else inside a `try`. Nothing of it is run here.

    It is empty where an import would run none of it, and None where it is not Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a student's code is not for the instructor
            tree = ast.parse(cell)
            compile(tree, "<cell>", "exec", dont_inherit=True)
            if tree.body and all(map(_is_never_imported, tree.body)):
                return ""
            if all(map(_is_definition, tree.body)):
                return cell
            return ast.unparse(_in_try(tree))
    except UNREADABLE:
        return None


def kept(answer: str) -> str | None:
    """An answer with each statement that does more than define something inside a `try` of its own; None if no Python.

    So what was tried out in the cell costs no definition, above or below it. Definitions stand as they were written.
    """
    try:
        body = ast.parse(answer).body
    except UNREADABLE:
        return None
    lines, text, above = _lines(answer), [], 0
    for first, last, nodes in _by_lines(body):
        text += lines[above : first - 1]
        if all(isinstance(node, ast.ClassDef) or _is_definition(node) for node in nodes):
            text += lines[first - 1 : last]
        else:
            text.append(ast.unparse(_in_try(ast.Module(nodes, []))))
        above = last
    return "\n".join(text + lines[above:])


def without_future(sources: Sequence[str]) -> tuple[str, list[str]]:
    """One `from __future__ import` of all that are in the sources, and these without: a kernel takes it in any cell."""
    names: dict[str, None] = {}
    rest = []
    for source in sources:
        lines = _lines(source)
        for first, last, nodes in _by_lines(
            ast.parse(source).body if "__future__" in source and _is_python(source) else []
        ):
            future = [node for node in nodes if _is_future(node)]
            if future:
                names |= {alias.name: None for node in future for alias in node.names}  # type: ignore[attr-defined]
                others = ast.unparse(ast.Module([node for node in nodes if node not in future], []))
                lines[first - 1 : last] = [others, *[""] * (last - first)]
        rest.append("\n".join(lines))
    return (f"from __future__ import {', '.join(names)}" if names else ""), rest


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except UNREADABLE:
        return False
    return True


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _lines(source: str) -> list[str]:
    """As Python counts them, for which a form feed ends none."""
    return source.split("\n")


def _by_lines(body: Sequence[ast.stmt]) -> Iterator[tuple[int, int, list[ast.stmt]]]:
    """The first and last line of each statement, decorators included; of several that share a line, all of them."""
    group: list[ast.stmt] = []
    first = last = 0
    for node in body:
        begin = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        if group and begin > last:
            yield first, last, group
            group = []
        first = first if group else begin
        last = node.end_lineno or node.lineno
        group.append(node)
    if group:
        yield first, last, group


def _in_try(tree: ast.Module) -> ast.Module:
    """A module with all its statements in one `try`, but for `from __future__`, which must stand first."""
    outer = ast.parse(EMPTY)
    block = outer.body[0]
    assert isinstance(block, ast.Try)
    future = [node for node in tree.body if _is_future(node)]
    block.body = [node for node in tree.body if node not in future]
    outer.body = [*future, block]
    return outer


def _is_definition(node: ast.stmt) -> bool:  # noqa: PLR0911 - a return for each kind
    """Whether a statement does nothing when it is run but give something a name, or nothing at all."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Pass):
        return True
    match node:
        case ast.ClassDef(body=body):
            return all(map(_is_definition, body))
        case ast.Import(names=aliases):
            return all(_is_here(alias.name) for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0):
            return _is_here(module)  # __future__ too
        case ast.Assign(value=ast.Constant()) | ast.AnnAssign(value=ast.Constant()) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Try(body=body, handlers=handlers, orelse=more, finalbody=last):
            caught = [inner for handler in handlers for inner in handler.body]
            return all(map(_is_definition, [*body, *caught, *more, *last]))
    return _is_never_imported(node)


def _is_never_imported(node: ast.stmt) -> bool:
    """Whether a statement is under `if __name__ == "__main__":`, as all of the first cell is that notebooks have."""
    match node:
        case ast.If(
            test=ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant("__main__")]),
            orelse=[],
        ):
            return True
    return False


def _is_here(module: str) -> bool:
    """Whether the grader has a module: Python's own, the exercises, and the one package that they need."""
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names or is_exercise(top) or top == "graphviz"

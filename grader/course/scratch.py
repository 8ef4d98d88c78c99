"""Cells beside the answers: what raises there ends its own cell, as in Jupyter, and not the import of the notebook."""

from __future__ import annotations

import ast
import sys
import warnings

from grader.learner.probing import is_exercise

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
EMPTY = "try:\n    pass\nexcept (Exception, SystemExit):\n    pass"


def contained(cell: str) -> str | None:
    """A cell of Python as it is where it only defines and imports, else inside a `try`. Nothing of it is run here.

    It is empty where an import would run none of it, and None where it is no Python.
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


def _in_try(tree: ast.Module) -> ast.Module:
    """A module with all its statements in one `try`, but for `from __future__`, which must stand first."""
    outer = ast.parse(EMPTY)
    block = outer.body[0]
    assert isinstance(block, ast.Try)
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    block.body = [node for node in tree.body if node not in future]
    outer.body = [*future, block]
    return outer


def _is_definition(node: ast.stmt) -> bool:
    """Whether a statement does nothing when it is run but give something a name, or nothing at all."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Pass():
            return True
        case ast.Import(names=aliases):
            return all(_is_here(alias.name) for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0):
            return _is_here(module)
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

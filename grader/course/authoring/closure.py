"""Which files of the grader a module needs: its own, those that it imports at any depth, and the data beside them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

DATA = re.compile(r"[\w.-]+\.\w+")  # the name of a file that lies beside the module which says it


def closure(module: str, root: Path = Path()) -> list[Path]:
    """The files behind a module, seen from the folder in which its package lies; nothing is imported.

    What is imported within a function counts; what is imported by a name that is put together does not.
    """
    found: set[Path] = set()
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        source = _source(name, root)
        if name not in seen and source is not None:
            tree = ast.parse((root / source).read_bytes())
            found |= {source, *_data(tree, source, root)}
            waiting += [name.rpartition(".")[0], *_imported(tree)]
        seen.add(name)
    return sorted(found)


def _source(module: str, root: Path) -> Path | None:
    """The file of a module or package; None for what is not of this tree."""
    place = Path(*module.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py") if module else ()
    return next((path for path in candidates if (root / path).is_file()), None)


def _imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, and every name taken from one: it may be a module too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _data(tree: ast.AST, source: Path, root: Path) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DATA.fullmatch(node.value):
            path = source.with_name(node.value)
            if (root / path).is_file():
                yield path

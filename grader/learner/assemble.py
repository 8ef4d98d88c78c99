"""Makes one ordinary package of the learner's exercise modules: methods move into the class that they were added to."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

import black

from grader.learner.catalogue import read_catalogue
from grader.learner.exercises import file_of
from grader.learner.paths import BUILD
from grader.learner.source import Function, functions
from grader.learner.state import write_text

PACKAGE = "my_minigrad"
TARGETS = {
    1: "numeric",
    2: "engine",
    3: "engine",
    4: "engine",
    5: "engine",
    6: "engine",
    7: "graph",
    8: "nn",
    9: "nn",
    10: "training",
    11: "moons",
}
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")  # a pasted worked answer has them
GIVEN = "add_to_class"  # the device that spreads a class over modules; a plain class needs none
PROJECT = f"""[build-system]
requires = ["setuptools>=64"]
build-backend = "setuptools.build_meta"

[project]
name = "{PACKAGE.replace("_", "-")}"
version = "1.0.0"
description = "A scalar automatic-differentiation engine and neural networks, written from scratch."
requires-python = ">=3.10"

[tool.setuptools]
packages = ["{PACKAGE}"]
"""


@dataclass
class Module:
    """One module of the package while it grows: import lines, and the source of everything else by place."""

    imports: dict[str, None] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)


def assemble(folder: Path = BUILD / PACKAGE) -> Path:
    """Write the package, replacing an earlier one; returns its folder. Raises ValueError where a file is not Python."""
    sources = {number: _read(file_of(exercise)) for number, exercise in read_catalogue().items()}
    methods = _attached(sources)
    modules: dict[str, Module] = defaultdict(Module)
    for number, source in sources.items():
        _take_apart(source, modules[TARGETS[number]], methods)
    partial = folder.with_name(folder.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / PACKAGE).mkdir(parents=True)
    exports = {name: _defined("\n".join(module.blocks)) for name, module in modules.items()}
    for name, module in modules.items():
        write_text(partial / PACKAGE / f"{name}.py", _module_text(name, module, exports))
    lines = [f"from {PACKAGE}.{name} import {', '.join(names)}" for name, names in exports.items() if names]
    names = sorted({name for names in exports.values() for name in names})
    listing = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]"
    write_text(
        partial / PACKAGE / "__init__.py", _formatted('"""My own minigrad."""\n\n' + "\n".join([*lines, "", listing]))
    )
    write_text(partial / "pyproject.toml", PROJECT)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return folder


def _read(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        source = "\n".join(line for line in lines if line.strip() not in MARKERS) + "\n"
        ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{path}, line {error.lineno}: {error.msg}; mend it and run the command again.") from None
    return source


def _attached(sources: dict[int, str]) -> dict[str, dict[str, str]]:
    """Source of the methods that modules add to a class, by class and name; the last exercise that adds one wins."""
    methods: dict[str, dict[str, str]] = defaultdict(dict)
    for source in sources.values():
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and (function := _attached_function(source, node)):
                methods[function.owner][function.name] = "\n".join(lines[function.first - 1 : function.last])
    return methods


def _attached_function(source: str, node: ast.FunctionDef) -> Function | None:
    return next((f for f in functions(source).values() if f.first == node.lineno and f.owner), None)


def _take_apart(source: str, module: Module, methods: dict[str, dict[str, str]]) -> None:
    """Sort a file's statements into import lines and blocks; classes get their added methods."""
    lines = source.splitlines()
    body = ast.parse(source).body
    previous = 0
    for place, node in enumerate(body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        comments = [line for line in lines[previous : first - 1] if line.startswith("#")]
        block = "\n".join([*comments, *lines[first - 1 : last]])
        previous = last
        if place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the lesson
        if isinstance(node, ast.FunctionDef) and (node.name == GIVEN or _attached_function(source, node)):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ex")):
                module.imports[block] = None
        elif isinstance(node, ast.ClassDef):
            module.blocks.append(_class_text(lines, node, methods.get(node.name, {}), comments))
        else:
            module.blocks.append(block)


def _class_text(lines: list[str], node: ast.ClassDef, added: dict[str, str], comments: list[str]) -> str:
    replaced = set()
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name in added:
            top = min([item.lineno, *(d.lineno for d in item.decorator_list)])
            replaced |= set(range(top, (item.end_lineno or item.lineno) + 1))
    kept = [lines[i - 1] for i in range(node.lineno, (node.end_lineno or node.lineno) + 1) if i not in replaced]
    methods = [indent(dedent(text), "    ") for text in added.values()]
    return "\n".join([*comments, *kept, *(line for text in methods for line in ("", text))])


def _defined(source: str) -> list[str]:
    """The public names that a module's source defines."""
    names: dict[str, None] = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, ast.Assign):
            names |= {target.id: None for target in node.targets if isinstance(target, ast.Name)}
    return [name for name in names if not name.startswith("_")]


def _module_text(name: str, module: Module, exports: dict[str, list[str]]) -> str:
    body = "\n\n\n".join(module.blocks)
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)} - set(_defined(body))
    lines = [line for line in module.imports if _is_used(line, used)]
    for other, offered in exports.items():
        names = [n for n in offered if n in used]
        if other != name and names:
            lines.append(f"from {PACKAGE}.{other} import {', '.join(names)}")
            used -= set(names)
    title = f'"""The {name} of my own minigrad."""'
    return _formatted("\n\n".join([title, "\n".join(lines), body]))


def _is_used(line: str, used: set[str]) -> bool:
    (node,) = ast.parse(line).body
    return any((alias.asname or alias.name).split(".")[0] in used for alias in node.names)  # type: ignore[attr-defined]


def _formatted(source: str) -> str:
    return black.format_str(source, mode=black.Mode(line_length=100))

"""Makes one ordinary package of the learner's exercise modules: methods move into the class that they were added to."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

import black

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.paths import BUILD
from grader.core.probing import is_exercise
from grader.core.records import Exercise
from grader.core.source import Function, functions
from grader.learner.exercises import text_of_file

PACKAGE = "my_minigrad"
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")  # a pasted worked answer has them
GIVEN = "add_to_class"  # the device that spreads a class over modules; a plain class needs none
LINE = 100  # characters
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

[tool.black]
line-length = {LINE}
"""


@dataclass
class Module:
    """One module of the package while it grows: import lines, and the source of everything else by place."""

    imports: dict[str, None] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    helpers: dict[str, tuple[int, str]] = field(default_factory=dict)  # exercise and meaning of every function


def assemble(folder: Path = BUILD / PACKAGE) -> Path:
    """Write the package, replacing an earlier one; returns its folder. Raises KataError where a file is not Python."""
    catalogue = read_catalogue()
    sources = {number: _read(exercise) for number, exercise in catalogue.items()}
    methods = _attached(sources)
    modules: dict[str, Module] = defaultdict(Module)
    for number, source in sources.items():
        _take_apart(number, source, modules[catalogue[number].package], methods)
    partial = folder.with_name(folder.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / PACKAGE).mkdir(parents=True)
    exports = {name: _defined("\n".join(module.blocks)) for name, module in modules.items()}
    for name, module in modules.items():
        write_text(partial / PACKAGE / f"{name}.py", _module_text(name, module, exports))
    public = {name: [n for n in names if not n.startswith("_")] for name, names in exports.items()}
    lines = [f"from {PACKAGE}.{name} import {', '.join(names)}" for name, names in public.items() if names]
    names = sorted({name for names in public.values() for name in names})
    listing = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]"
    write_text(
        partial / PACKAGE / "__init__.py", _formatted('"""My own minigrad."""\n\n' + "\n".join([*lines, "", listing]))
    )
    write_text(partial / "pyproject.toml", PROJECT)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return folder


def _read(exercise: Exercise) -> str:
    source = text_of_file(exercise)
    try:
        ast.parse(source)
    except SyntaxError as error:
        place = f"{exercise.file}, line {error.lineno}"
        raise KataError(f"{place}: {error.msg}; mend it and run the command again.") from None
    return "\n".join(line for line in source.split("\n") if line.strip() not in MARKERS) + "\n"


def unwritten() -> list[str]:
    """The tasks that are still stubs: 'exercise 7: trace'."""
    found = []
    for exercise in read_catalogue().values():
        source = _read(exercise)
        names = [f"exercise {exercise.number}: {task.name}" for task in exercise.tasks]
        found += [name for name in names if f'NotImplementedError("{name}")' in source]
    return found


def _attached(sources: dict[int, str]) -> dict[str, dict[str, str]]:
    """Source of the methods that modules add to a class, by class and name; the last exercise that adds one wins."""
    methods: dict[str, dict[str, str]] = defaultdict(dict)
    for source in sources.values():
        lines = source.split("\n")
        previous = 0
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and (function := _attached_function(source, node)):
                comments = _comments(lines[previous : function.top - 1])
                text = [*comments, *lines[function.first - 1 : function.last]]
                methods[function.owner][function.name] = "\n".join(text)
            previous = node.end_lineno or node.lineno
    return methods


def _comments(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("#")]


def _attached_function(source: str, node: ast.FunctionDef) -> Function | None:
    return next((f for f in functions(source).values() if f.first == node.lineno and f.owner), None)


def _take_apart(number: int, source: str, module: Module, methods: dict[str, dict[str, str]]) -> None:
    """Sort a file's statements into import lines and blocks; classes get their added methods."""
    lines = source.split("\n")
    body = ast.parse(source).body
    previous = 0
    for place, node in enumerate(body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        comments = _comments(lines[previous : first - 1])
        block = "\n".join([*comments, *lines[first - 1 : last]])
        previous = last
        if place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the lesson
        if isinstance(node, ast.FunctionDef) and (node.name == GIVEN or _attached_function(source, node)):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if not (isinstance(node, ast.ImportFrom) and is_exercise(node.module or "")):
                module.imports[block] = None
        elif isinstance(node, ast.ClassDef):
            module.blocks.append(_class_text(lines, node, methods.get(node.name, {}), comments))
        elif not (isinstance(node, ast.FunctionDef) and _is_repeated(number, node, module.helpers)):
            module.blocks.append(block)


def _is_repeated(number: int, node: ast.FunctionDef, helpers: dict[str, tuple[int, str]]) -> bool:
    """Whether an earlier exercise of the same module has this very function; KataError for another of that name."""
    earlier, meaning = helpers.setdefault(node.name, (number, ast.dump(node)))
    if earlier != number and meaning != ast.dump(node):
        clash = f"Exercises {earlier} and {number} both define {node.name}, and differently"
        raise KataError(f"{clash}; give one of them another name, since both go into one module.")
    return earlier != number


def _class_text(lines: list[str], node: ast.ClassDef, added: dict[str, str], comments: list[str]) -> str:
    replaced = set()
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name in added:
            top = min([item.lineno, *(d.lineno for d in item.decorator_list)])
            replaced |= set(range(top, (item.end_lineno or item.lineno) + 1))
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    kept = [lines[i - 1] for i in range(first, (node.end_lineno or node.lineno) + 1) if i not in replaced]
    methods = [indent(dedent(text), "    ") for text in added.values()]
    return "\n".join([*comments, *kept, *(line for text in methods for line in ("", text))])


def _defined(source: str) -> list[str]:
    """The names that a module's source defines."""
    names: dict[str, None] = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inner = (part for target in targets for part in ast.walk(target))
            names |= {part.id: None for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return list(names)


def _module_text(name: str, module: Module, exports: dict[str, list[str]]) -> str:
    body = "\n\n\n".join(module.blocks)
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)} - set(_defined(body))
    lines = [line for line in module.imports if _is_used(line, used)]
    for other, offered in exports.items():
        if other == name:  # those that come later cannot have been meant
            break
        names = [n for n in offered if n in used]
        if names:
            lines.append(f"from {PACKAGE}.{other} import {', '.join(names)}")
            used -= set(names)
    title = f'"""The {name} of my own minigrad."""'
    lines.insert(0, "from __future__ import annotations")  # a hint such as `other: Value` may stand in Value itself
    return _formatted("\n\n".join([title, "\n".join(lines), body]))


def _is_used(line: str, used: set[str]) -> bool:
    (node,) = ast.parse(line).body
    names = [(alias.asname or alias.name).split(".")[0] for alias in node.names]  # type: ignore[attr-defined]
    return any(name == "*" or name in used for name in names)


def _formatted(source: str) -> str:
    return black.format_str(source, mode=black.Mode(line_length=LINE))

"""A learner's own code among worked answers: one task of theirs, or the helpers that they wrote for themselves."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from textwrap import dedent, indent

from grader.core.source import Function, functions, lines_of


def with_own_task(worked: str, own: str, task: str) -> str | None:
    """The worked answers of an exercise with the learner's function for one task, and the learner's helpers.

    None where the learner has no such function, or Python cannot read what they wrote.
    """
    try:
        found = functions(own)
        helpers = own_helpers(own, worked)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if task not in found:
        return None
    return put(worked, {task: _text(own, found[task])}) + helpers


def with_worked_tasks(own: str, worked: str, tasks: Collection[str]) -> str | None:
    """The learner's file in which the worked answers, or the stubs, do some of the tasks.

    None where either file lacks one of them, or Python cannot read it.
    """
    try:
        found, known = functions(own), functions(worked)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not set(tasks) <= found.keys() & known.keys():
        return None
    return put(own, {task: _text(worked, known[task]) for task in tasks})


def _text(source: str, function: Function) -> str:
    """A function as it is written, its decorators included."""
    return "".join(lines_of(source)[function.top - 1 : function.last])


def put(source: str, texts: Mapping[str, str]) -> str:
    """A module in which other texts stand for the functions of some tasks, their decorators included."""
    found, lines = functions(source), lines_of(source)
    for task in sorted(texts, key=lambda task: -found[task].top):  # from the last, so that the others stay in place
        first = lines[found[task].first - 1]
        margin = first[: len(first) - len(first.lstrip())]
        text = dedent(texts[task]).strip("\n") + "\n"
        lines[found[task].top - 1 : found[task].last] = [indent(text, margin)]
    return "".join(lines)


def with_own_helpers(worked: Mapping[str, str], own: Mapping[str, str], later: str) -> dict[str, str]:
    """The worked answers by module, with what a later file of the learner imports from earlier ones and they lack.

    Raises nothing: where Python cannot read a file, its helpers are left out.
    """
    try:
        missing = [name for name, imported in _imports(later) if name in worked and _lacks(worked[name], imported)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        missing = []
    return dict(_with_helpers(worked, own)) if missing else dict(worked)


def _with_helpers(worked: Mapping[str, str], own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for module, text in worked.items():
        helpers = ""
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            helpers = own_helpers(own.get(module, ""), text)
        yield module, text + helpers


def own_helpers(own: str, worked: str) -> str:
    """What at the top level of the learner's file binds names that the worked one does not have, and no others."""
    known = {name for node in ast.parse(worked).body for name in _bound(node)}
    lines = lines_of(own)
    found = [_helper(node, known, lines) for node in ast.parse(own).body]
    return "".join(f"\n\n{text}\n" for text in found if text)


def _helper(node: ast.stmt, known: set[str], lines: list[str]) -> str:
    names = set(_bound(node))
    if isinstance(node, (ast.Import, ast.ImportFrom)) and names - known:
        new = [alias for alias in node.names if (alias.asname or alias.name).partition(".")[0] in names - known]
        return ast.unparse(ast.ImportFrom(node.module, new, node.level) if isinstance(node, ast.ImportFrom) else node)
    if not names or names & known:
        return ""
    decorators = [each.lineno for each in getattr(node, "decorator_list", ())]
    return "".join(lines[min([node.lineno, *decorators]) - 1 : node.end_lineno]).rstrip("\n")


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds: a definition's, an import's, an assignment's; of others none are looked for."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        attached = any("add_to_class" in ast.dump(each) for each in node.decorator_list)
        yield f"{ast.unparse(node.decorator_list[-1])}.{node.name}" if attached else node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))


def _imports(source: str) -> Iterator[tuple[str, list[str]]]:
    """The names that a module takes from others, by `from … import …` at its top level."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", [alias.name for alias in node.names]


def _lacks(worked: str, names: list[str]) -> bool:
    bound = {name for node in ast.parse(worked).body for name in _bound(node)}
    return any(name != "*" and name not in bound for name in names)

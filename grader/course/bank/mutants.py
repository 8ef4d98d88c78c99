"""Mutants: a worked answer with one small change each, made by machine, such as a plus that became a minus.

A suite is measured by how many of them it fails. A mutant that no suite can fail, since it behaves as the answer does
wherever the lesson says what happens, is equivalent; equivalents.toml lists these, each with the reason.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from grader.core.errors import KataError
from grader.core.records import Exercise
from grader.core.source import functions
from grader.course.authoring.cut import BEGIN, END

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
Change = tuple[ast.AST, ast.AST]  # a node and what stands in its place
Names = dict[str, list[list[str]]]  # groups of names, by the attribute that they have in common


@dataclass(frozen=True)
class Mutant:
    """One changed answer. The id names the task, the operator and both texts of the line, but not where the line is."""

    id: str
    exercise: int
    task: str
    operator: str
    line: int
    original: str
    changed: str
    source: str


def mutants(exercise: Exercise, source: str) -> Iterator[Mutant]:
    """Every answer of an exercise with one change; none twice, and none that Python compiles to what it was."""
    seen = {_meaning(source)}
    ids: Counter[str] = Counter()
    for task, node, begin, end in _regions(source):
        for operator, anchor, change in _changes(node, begin, end):
            mutated = _spliced(source, anchor, change)
            meaning = _meaning(mutated)
            if meaning in seen:
                continue
            seen.add(meaning)
            line = anchor.lineno  # type: ignore[attr-defined]
            original, changed = (text.splitlines()[line - 1].strip() for text in (source, mutated))
            name = f"{exercise.tag} {task}: {operator}: {original} => {changed}"
            ids[name] += 1
            name += f" ({ids[name]})" if ids[name] > 1 else ""
            yield Mutant(name, exercise.number, task, operator, line, original, changed, mutated)


class EquivalentError(KataError):
    """A mistake in equivalents.toml, as a sentence for its author."""


def equivalents(path: Path = EQUIVALENTS) -> dict[str, str]:
    """Why each equivalent mutant is one, by its id. Raises EquivalentError."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("equivalent", [])
    except tomllib.TOMLDecodeError as error:
        raise EquivalentError(f"{path.name} is not TOML: {error}.") from None
    found: dict[str, str] = {}
    for entry in entries:
        where = f"{path.name}: {entry.get('mutant', 'an entry without mutant')}"
        if set(entry) != {"mutant", "why"} or not str(entry["why"]).strip():
            raise EquivalentError(f"{where} needs exactly the fields mutant and why.")
        if entry["mutant"] in found:
            raise EquivalentError(f"{where} is listed twice; once is enough.")
        found[entry["mutant"]] = entry["why"]
    return found


def _regions(source: str) -> Iterator[tuple[str, ast.FunctionDef, int, int]]:
    """Each task with its function and the lines of its solution region."""
    lines = source.splitlines()
    nodes = {node.lineno: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    for task, function in functions(source).items():
        numbers = range(function.first, function.last + 2)  # the end is a comment, which belongs to no function
        marks = [n for n in numbers if n <= len(lines) and lines[n - 1].strip() in (BEGIN, END)]
        if len(marks) == 2:
            yield task, nodes[function.first], marks[0], marks[1]


def _changes(function: ast.FunctionDef, begin: int, end: int) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """The changes between two lines: operator, the node to be replaced in the text, and what replaces it there."""
    names = _exchangeable(function)
    inside = [statement for statement in function.body if begin < statement.lineno < end]
    spots = [spot for statement in inside for spot in _spots(statement)]
    for operator, find in OPERATORS.items():
        for anchor, node in spots:
            for old, new in find(node, names):
                place = old if anchor is node else anchor
                yield operator, place, copy.deepcopy(place, {id(old): new})


def _spots(node: ast.AST, anchor: ast.AST | None = None) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Every node with itself, or with the f-string around it, inside of which Python 3.11 knows no positions.

    What an exception says is left alone, since no lesson asks for a certain text.
    """
    yield anchor or node, node
    if isinstance(node, ast.Raise):
        return
    if anchor is None and isinstance(node, ast.JoinedStr):
        anchor = node
    for name, child in ((name, child) for name, children in ast.iter_fields(node) for child in _listed(children)):
        if name != "format_spec":
            yield from _spots(child, anchor)


def _listed(children: Any) -> list[ast.AST]:
    return [c for c in (children if isinstance(children, list) else [children]) if isinstance(c, ast.AST)]


def _exchangeable(function: ast.FunctionDef) -> Names:
    """Names that are easily taken for each other: parameters, what is unpacked together, what has one attribute."""
    groups: Names = {"": [[argument.arg for argument in function.args.args]]}
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            groups[""].append([item.id for item in node.elts if isinstance(item, ast.Name)])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owners = groups.setdefault(node.attr, [[]])[0]
            owners += [node.value.id] if node.value.id not in owners else []
    return groups


def _spliced(source: str, old: Any, new: ast.AST) -> str:
    """The source with one node's text replaced, in brackets where it would be read differently without."""
    lines = source.encode().splitlines(keepends=True)  # positions count bytes
    first, last = lines[old.lineno - 1], lines[old.end_lineno - 1]
    before = b"".join([*lines[: old.lineno - 1], first[: old.col_offset]]).decode()
    after = b"".join([last[old.end_col_offset :], *lines[old.end_lineno :]]).decode()
    text = ast.unparse(new)
    if isinstance(new, ast.stmt):
        return before + text + after
    plain, wrapped = f"{before}{text}{after}", f"{before}({text}){after}"
    try:
        return plain if ast.dump(ast.parse(plain)) == ast.dump(ast.parse(wrapped)) else wrapped
    except SyntaxError:
        return wrapped


def _meaning(source: str) -> Any:
    return _meaning_of(compile(source, "mutant", "exec"))


def _meaning_of(code: CodeType) -> Any:
    """What a code object does, without the places in the source that it also knows."""
    constants = tuple(_meaning_of(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
    return (code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)


NEIGHBOURS: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.Div, ast.Mult),
    ast.Pow: (ast.Mult, ast.Div),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


def _arithmetic(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        for kind in NEIGHBOURS.get(type(node.op), ()):
            yield node, ast.BinOp(node.left, kind(), node.right)
        yield from ((node, side) for side in (node.left, node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node, node.operand


def _comparison(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for kind in NEIGHBOURS.get(type(op), ()):
                yield node, ast.Compare(node.left, [*node.ops[:i], kind(), *node.ops[i + 1 :]], node.comparators)


def _boolean(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        yield from ((node, ast.BoolOp(kind(), node.values)) for kind in NEIGHBOURS[type(node.op)])
        yield from ((node, value) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, node.operand


def _constant(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.FormattedValue):
        if node.format_spec:
            yield node, ast.FormattedValue(node.value, node.conversion, None)
    elif isinstance(node, ast.Constant):
        value, others = node.value, list[Any]()
        if isinstance(value, bool):
            others = [not value]
        elif isinstance(value, (int, float)):
            others = [value + 1, type(value)(0), -value]
        elif isinstance(value, str):
            others = ["", value + "x"]
        yield from ((node, ast.Constant(other)) for other in others)


def _condition(node: ast.AST, _: Names) -> Iterator[Change]:
    tests = [node.test] if isinstance(node, (ast.If, ast.While, ast.IfExp)) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        yield test, ast.UnaryOp(ast.Not(), test)
        yield test, ast.Constant(True)
        yield test, ast.Constant(False)


def _statement(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.stmt):
        yield node, ast.Pass()


def _argument(node: ast.AST, _: Names) -> Iterator[Change]:
    """Neighbours that have changed places, and arguments that have been left out."""
    if isinstance(node, ast.Call):
        for args in _swapped(node.args):
            yield node, ast.Call(node.func, args, node.keywords)
        for i in range(len(node.args) if len(node.args) > 1 else 0):
            yield node, ast.Call(node.func, [*node.args[:i], *node.args[i + 1 :]], node.keywords)
        for i in range(len(node.keywords)):
            yield node, ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        yield from ((node, ast.Tuple(items, node.ctx)) for items in _swapped(node.elts))
    if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load):
        yield from ((node, ast.List(items, node.ctx)) for items in _swapped(node.elts))


def _swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def _returned(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield node.value, ast.Constant(None)
        if isinstance(node.value, (ast.Tuple, ast.List, ast.ListComp)):
            yield node.value, ast.List([], ast.Load())
        else:
            yield node.value, ast.UnaryOp(ast.USub(), node.value)
        if isinstance(node.value, ast.BinOp):
            yield node.value, ast.Constant(0.0)


def _assignment(node: ast.AST, _: Names) -> Iterator[Change]:
    if isinstance(node, ast.AugAssign):
        yield node, ast.Assign([node.target], node.value, lineno=node.lineno)
        kind = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
        yield node, ast.AugAssign(node.target, kind(), node.value)


def _attribute(node: ast.AST, _: Names) -> Iterator[Change]:
    other = {"data": "grad", "grad": "data"}
    if isinstance(node, ast.Attribute) and node.attr in other:
        yield node, ast.Attribute(node.value, other[node.attr], node.ctx)


def _name(node: ast.AST, names: Names) -> Iterator[Change]:
    """One name for another of its group, of a long group only those beside it."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in _others(node.id, names[""]):
            yield node, ast.Name(name, node.ctx)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        for name in _others(node.value.id, names[node.attr]):
            yield node.value, ast.Name(name, ast.Load())


def _others(name: str, groups: list[list[str]]) -> Iterator[str]:
    for group in groups:
        if name in group:
            i, reach = group.index(name), 2 if len(group) == 3 else 1
            yield from (other for other in group[max(0, i - reach) : i + reach + 1] if other != name)


def _unwrapped(node: ast.AST, _: Names) -> Iterator[Change]:
    """`x` for `f(x)`, `x.f()`, `x[0]` and `x[1:]`."""
    if isinstance(node, ast.Call) and not node.keywords:
        match node.args:
            case [argument] if not isinstance(argument, ast.Starred):  # `*x` stands nowhere else
                yield node, argument
    if isinstance(node, ast.Call) and not node.args and not node.keywords and isinstance(node.func, ast.Attribute):
        yield node, node.func.value
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node, node.value


def _loop(node: ast.AST, _: Names) -> Iterator[Change]:
    """A loop without its first or its last round, or with one more; `break` and `continue`."""
    if isinstance(node, ast.Break):
        yield node, ast.Continue()
    if isinstance(node, ast.Continue):
        yield node, ast.Break()
    if isinstance(node, (ast.For, ast.comprehension)):
        for part in ("[1:]", "[:-1]"):
            yield node.iter, ast.parse(f"list({ast.unparse(node.iter)}){part}", mode="eval").body
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        more = ast.BinOp(node.args[-1], ast.Add(), ast.Constant(1))
        yield node, ast.Call(node.func, [*node.args[:-1], more], [])


OPERATORS: dict[str, Callable[[ast.AST, Names], Iterator[Change]]] = {
    "arithmetic": _arithmetic,
    "comparison": _comparison,
    "boolean": _boolean,
    "constant": _constant,
    "condition": _condition,
    "statement": _statement,
    "argument": _argument,
    "returned": _returned,
    "assignment": _assignment,
    "attribute": _attribute,
    "name": _name,
    "unwrapped": _unwrapped,
    "loop": _loop,
}

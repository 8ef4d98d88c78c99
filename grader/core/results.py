"""What becomes of a result that a task makes: lost on a line of its own, handed out as a number, without its operands.

And what its step changes, where that is neither gradient nor operand.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from grader.core.catalogue import read_catalogue
from grader.core.operations import SYNONYMS, method, operation
from grader.core.source import all_parts, name_called, own_parts

PARAMETERS = ("data", "_children", "_op", "label")  # of a Value
MAKERS = (
    "list",
    "tuple",
    "set",
    "dict",
    "sorted",
    "reversed",
    "sum",
    "max",
    "min",
    "abs",
    "len",
    "float",
    "int",
    "str",
)
LAZY = ("map", "filter")
SHOWN = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def made(node: ast.FunctionDef) -> list[ast.Call]:
    """The calls that make a Value."""
    return [part for part in all_parts(node) if isinstance(part, ast.Call) and name_called(part) == "Value"]


def parts_of(call: ast.Call) -> dict[str, ast.expr]:
    """What a Value is made from, by the names of the constructor's parameters."""
    return dict(zip(PARAMETERS, call.args, strict=False)) | {part.arg: part.value for part in call.keywords if part.arg}


def drops_a_result(value: ast.expr) -> bool:
    """Whether a line of its own makes something new, does nothing else, and so loses it."""
    if isinstance(value, ast.IfExp):
        return any(isinstance(each, ast.Call) and drops_a_result(each) for each in (value.body, value.orelse))
    cut = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice)
    return (cut or isinstance(value, (ast.Call, *SHOWN))) and _does_nothing_else(value)


def drops_a_number(value: ast.expr) -> bool:
    """Whether a line of its own computes something and loses it."""
    chosen = isinstance(value, (ast.IfExp, ast.UnaryOp)) and _does_nothing_else(value) and not drops_a_result(value)
    return isinstance(value, ast.BinOp) or chosen


def makes_and_never_walks(value: ast.expr) -> bool:
    """Whether a line of its own makes what acts only when somebody walks along it, and nobody does."""
    return isinstance(value, ast.GeneratorExp) or name_called(value) in LAZY


def _does_nothing_else(value: ast.expr) -> bool:
    """Whether all calls in it only make something; what a loop in it does is not looked into."""
    parts = list(ast.walk(value))
    acts = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.comprehension)
    makes = all(_makes(part) for part in parts if isinstance(part, ast.Call))
    return makes and not any(isinstance(part, acts) for part in parts)


def _makes(call: ast.Call) -> bool:
    """Whether a call makes a new thing and changes none."""
    if isinstance(call.func, ast.Name):
        return call.func.id in MAKERS or call.func.id in _classes()
    if not isinstance(call.func, ast.Attribute):
        return False
    of_math = isinstance(call.func.value, ast.Name) and call.func.value.id == "math" and hasattr(math, call.func.attr)
    return of_math or (call.func.attr in SYNONYMS and not call.args and not call.keywords)


@lru_cache
def _classes() -> frozenset[str]:
    """The classes of the kata, none of which does more than to make an object."""
    tasks = [task.name for each in read_catalogue().values() for task in each.tasks]
    return frozenset(owner for owner, _, _ in (name.rpartition(".") for name in tasks) if owner)


def returns_its_number(node: ast.FunctionDef, _: bool) -> bool:
    """Whether the data of a Value that was made here is handed out, and not the Value."""
    results = _results(node)
    returned = [part.value for part in own_parts(node) if isinstance(part, ast.Return)]
    return any(_is_of(value, "data", results) for value in returned)


def _results(node: ast.FunctionDef) -> set[str]:
    """The names of the Values that a function makes; an operand that is wrapped under its own name is none of them."""
    stored = [part for part in own_parts(node) if isinstance(part, ast.Assign) and name_called(part.value) == "Value"]
    names = {target.id for part in stored for target in part.targets if isinstance(target, ast.Name)}
    return names - {each.arg for each in node.args.args}


def _is_of(value: ast.expr | None, attribute: str, names: set[str]) -> bool:
    if not isinstance(value, ast.Attribute) or not isinstance(value.value, ast.Name):
        return False
    return value.attr == attribute and value.value.id in names


def leaves_the_operands_out(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a result is made of its number and, in the place of its operands, the name of the operation."""
    return any(len(call.args) == 2 and not call.keywords and _is_text(call.args[1]) for call in made(node))


def names_among_the_operands(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a text stands among the operands that a result is made from."""
    operands = [parts_of(call).get("_children") for call in made(node)]
    listed = [each.elts for each in operands if isinstance(each, (ast.Tuple, ast.List, ast.Set))]
    return any(_is_text(each) for elements in listed for each in elements)


def raises_no_error(node: ast.FunctionDef, _: bool) -> bool:
    """Whether an error is made on a line of its own."""
    lines = [part.value for part in all_parts(node) if isinstance(part, ast.Expr)]
    kinds = [getattr(builtins, name_called(value), None) for value in lines]
    return any(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds)


def spreads_the_operands(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a result is given two operands as two arguments."""
    return any(len(call.args) == 4 and not any(map(_is_text, call.args[:3])) for call in made(node))


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def names_another_operation(node: ast.FunctionDef, _: bool) -> bool:
    """Whether an operation of the lessons gives its result the name of another one."""
    if node.name not in map(method, SYNONYMS):
        return False
    given = [parts_of(call).get("_op") for call in made(node)]
    names = [operation(name.value) for name in given if isinstance(name, ast.Constant) and _is_text(name)]
    return any(name in SYNONYMS and method(name) != node.name for name in names)


def changes_the_result(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a step stores or adds something in the gradient of its own result."""
    results = _results(node)
    return any(_is_of(target, "grad", results) for target in _changed_by_steps(node))


def changes_a_number(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a step stores or adds something in the number of a Value."""
    return any(isinstance(target, ast.Attribute) and target.attr == "data" for target in _changed_by_steps(node))


def changes_an_operand(node: ast.FunctionDef, _: bool) -> bool:
    """Whether an operation stores or adds something in the number of what it is given."""
    operands = {each.arg for each in node.args.args} if node.name in map(method, SYNONYMS) else set()
    return any(_is_of(target, "data", operands) for target in _changed(own_parts(node)))


def adds_its_own_gradient(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a step adds to the gradient of an operand something that it makes of the same gradient."""
    results = _results(node)
    added = [part for step in _steps(node) for part in all_parts(step) if isinstance(part, ast.AugAssign)]
    gradients = [part for part in added if isinstance(part.target, ast.Attribute) and part.target.attr == "grad"]
    return any(_reads(part.value, part.target) and not _is_of(part.target, "grad", results) for part in gradients)


def computes_with_a_value(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a step computes with a whole Value, one that the function knows to have a gradient."""
    gradients = [part.value for part in all_parts(node) if isinstance(part, ast.Attribute) and part.attr == "grad"]
    values = {each.id for each in gradients if isinstance(each, ast.Name)}
    computed = [part for step in _steps(node) for part in all_parts(step) if isinstance(part, ast.BinOp)]
    operands = [each for part in computed for each in (part.left, part.right)]
    return any(isinstance(each, ast.Name) and each.id in values for each in operands)


def _reads(value: ast.expr, place: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and ast.unparse(part) == ast.unparse(place) for part in ast.walk(value))


def _steps(node: ast.FunctionDef) -> list[ast.FunctionDef]:
    """The functions inside that are backward steps."""
    inner = [part for part in all_parts(node) if isinstance(part, ast.FunctionDef) and part is not node]
    return [step for step in inner if "backward" in step.name]


def _changed_by_steps(node: ast.FunctionDef) -> Iterator[ast.expr]:
    """What the steps inside store or change."""
    yield from _changed(part for step in _steps(node) for part in all_parts(step))


def _changed(parts: Iterable[ast.AST]) -> Iterator[ast.expr]:
    for part in parts:
        if isinstance(part, ast.AugAssign):
            yield part.target
        elif isinstance(part, ast.Assign):
            yield from part.targets


def returns_before_its_step(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a result is handed out on a line above the one that stores its step."""
    for place, line in enumerate(node.body):
        if isinstance(line, ast.Return) and isinstance(line.value, ast.Name):
            behind = [part for part in node.body[place:] if isinstance(part, ast.Assign)]
            targets = [target for part in behind for target in part.targets]
            return any(_is_of(target, "_backward", {line.value.id}) for target in targets)
    return False


def stores_its_step_on_an_operand(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a step of the function is stored on one of its arguments, and none on anything else."""
    steps = {part.name for part in all_parts(node) if isinstance(part, ast.FunctionDef) and part is not node}
    operands = {each.arg for each in node.args.args}
    stored = [part for part in own_parts(node) if isinstance(part, ast.Assign)]
    kept = [part.targets for part in stored if isinstance(part.value, ast.Name) and part.value.id in steps]
    targets = [target for each in kept for target in each]
    return bool(targets) and all(_is_of(target, "_backward", operands) for target in targets)


def changes_a_name_only(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a name that was made from an attribute is changed, and nobody looks at it again."""
    parts = list(all_parts(node))
    read = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    stored = [part for part in parts if isinstance(part, ast.Assign) and isinstance(part.value, ast.Attribute)]
    names = {target.id for part in stored for target in part.targets if isinstance(target, ast.Name)} - read
    return any(isinstance(part, ast.AugAssign) and _is_among(part.target, names) for part in parts)


def _is_among(target: ast.expr, names: set[str]) -> bool:
    return isinstance(target, ast.Name) and target.id in names


def names_a_list_twice(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a list is changed that has got a second name, which is no copy."""
    stored = [part for part in own_parts(node) if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store)]
    changed = {part.value.id for part in stored if isinstance(part.value, ast.Name)}
    for part in own_parts(node):
        if isinstance(part, ast.Assign) and not isinstance(part.value, ast.Constant):
            names = [each.id for each in (part.value, *part.targets) if isinstance(each, ast.Name)]
            if len(names) > 1 and not changed.isdisjoint(names):
                return True
    return False


def asks_self(node: ast.FunctionDef, _: bool) -> bool:
    """Whether isinstance is asked about the first of two operands, which is a Value at any time."""
    calls = [part for part in all_parts(node) if isinstance(part, ast.Call) and name_called(part) == "isinstance"]
    asked = [[each.id for each in call.args if isinstance(each, ast.Name)] for call in calls]
    return [each.arg for each in node.args.args][:1] == ["self"] and ["self", "Value"] in asked


def puts_the_sign_behind(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a line has =+ or =- for += or -=. A plain minus stands close to its operand or away from the =."""
    stored = [part for part in all_parts(node) if isinstance(part, ast.Assign)]
    return any(_is_behind(part.targets[-1], _first(part.value)) for part in stored)


def _first(value: ast.expr) -> ast.expr:
    """What a computation begins with."""
    while isinstance(value, (ast.BinOp, ast.IfExp)):
        value = value.left if isinstance(value, ast.BinOp) else value.body
    return value


def _is_behind(target: ast.expr, value: ast.expr) -> bool:
    if not isinstance(value, ast.UnaryOp):
        return False
    before, after = value.col_offset - (target.end_col_offset or 0), value.operand.col_offset - value.col_offset
    close = target.end_lineno == value.operand.lineno and before <= len(" =")
    return close and (isinstance(value.op, ast.UAdd) or (isinstance(value.op, ast.USub) and after > len("-")))

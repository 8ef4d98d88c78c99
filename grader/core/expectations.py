"""A learner's own checks, read as data: `expect("a = Value(3.0); b = a * a; b.backward()", {"a.grad": 6.0})`.

Such a file is parsed and never run. Its snippets run where any answer runs, in a process apart, and they may not reach
behind the engine: what tells a wrong engine from a right one has to be what it computes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from grader.core.errors import KataError, in_words
from grader.core.probing import encode
from grader.core.records import Probe

FILE, CHECKS, SNIPPET, EXPRESSIONS, EXPRESSION, ITEMS = 100_000, 60, 3_000, 16, 500, 400
WITHIN = 0.1  # the widest tolerance that a check may ask for
MODULES = ("math", "random", "re")
PRIVATE = ("_backward", "_op", "_prev")  # what every engine has under these names
FORM = 'expect("a = Value(3.0); b = a * a; b.backward()", {"a.grad": 6.0})'
FIRST = {  # the same as a check can say it before an engine walks back by itself
    1: 'expect("d = derivative(lambda x: x * x, 3.0)", {"d": 6.0}, within=1e-6)',
    2: 'expect("a = Value(3.0); b = a * a", {"b.data": 9.0})',
    3: 'expect("a = Value(3.0); b = a * a; b.grad = 1.0; b._backward()", {"a.grad": 6.0})',
}
REACHING = re.compile(  # names and attributes by which a snippet would reach files, other modules or an engine's code
    r"breakpoint|builtins|codecs|compile|delattr|dir|enum|eval|exec|exit|format|format_map|getattr|globals|help|importlib"
    r"|input|io|locals|memoryview|modules|mro|open|os|quit|setattr|subprocess|sys|vars"
)
FRAMES = re.compile(r"(?:ag|cr|f|gi|tb)_\w+")
NAMED = (ast.Name, ast.Attribute, ast.arg, ast.keyword, ast.alias, ast.FunctionDef, ast.ClassDef)
IN_A_TEXT = re.compile(r"[\w.]+")
STATEMENTS = (ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await, ast.Match, ast.With)


class ExpectationError(KataError):
    """What is wrong with a file of checks, as a sentence that says where."""


@dataclass(frozen=True)
class Expectation:
    """One check of a learner: what to run and ask, and the values that they worked out, in the encoding of `encode`.

    `words`: the names, numbers and other values in it, so that neither one long check nor many short ones seem cheap.
    """

    line: int
    probe: Probe
    expected: Mapping[str, object]
    words: int


def example(number: int) -> str:
    """A check that is right in this exercise."""
    return FIRST.get(number, FORM)


def read_expectations(path: Path) -> list[Expectation]:
    """The checks of a file, in order. Raises ExpectationError with one sentence."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExpectationError(f"{path} is not UTF-8 text ({error.reason}); save it with the encoding UTF-8.") from None
    return parse_expectations(text, str(path))


def parse_expectations(text: str, where: str) -> list[Expectation]:
    """The checks in a text; `where` names it in the sentence of an ExpectationError."""
    if len(text) > FILE:
        raise ExpectationError(f"{where} has {len(text)} characters; a file of checks has at most {FILE}.")
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise ExpectationError(f"{where}, line {error.lineno or 1}: Python cannot read it: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpectationError(f"{where}: Python cannot read it: {in_words(error)}.") from None
    calls = [node for place, node in enumerate(body) if place or not _is_text(node)]
    if len(calls) > CHECKS:
        raise ExpectationError(f"{where} has {len(calls)} checks; {CHECKS} are the most: keep those that catch more.")
    return [_expectation(node, f"{where}, line {node.lineno}") for node in calls]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _expectation(node: ast.stmt, where: str) -> Expectation:
    match node:
        case ast.Expr(ast.Call(ast.Name("expect"), [snippet, ast.Dict() as table], keywords)):
            code, of_code = _snippet(snippet, where)
            values, of_values = _values(table, where)
            within = _within(keywords, where)
        case _:
            raise ExpectationError(f"{where}: only checks such as {FORM} may stand here.")
    if not values or len(values) > EXPRESSIONS:
        raise ExpectationError(f"{where}: a check expects from 1 to {EXPRESSIONS} values, not {len(values)}.")
    tolerance = {} if within is None else {"rel": within, "abs": within}
    return Expectation(node.lineno, Probe(code, tuple(values), **tolerance), values, of_code + of_values)


def _snippet(node: ast.expr, where: str) -> tuple[str, int]:
    """The text, and how many words it has."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise ExpectationError(f"{where}: the snippet is a text in quotation marks, as in {FORM}.")
    if len(node.value) > SNIPPET:
        raise ExpectationError(f"{where}: a snippet has at most {SNIPPET} characters, not {len(node.value)}.")
    return node.value, _read(dedent(node.value).strip("\n") + "\n", "exec", where)


def _values(table: ast.Dict, where: str) -> tuple[dict[str, object], int]:
    """What is expected of each expression, and how many words both have."""
    found: dict[str, object] = {}
    words = 0
    for key, node in zip(table.keys, table.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise ExpectationError(f'{where}: what is asked is a text in quotation marks, such as "a.grad".')
        if key.value in found or len(key.value) > EXPRESSION:
            why = "is asked twice" if key.value in found else f"is longer than {EXPRESSION} characters"
            raise ExpectationError(f"{where}: {key.value[:40]!r} {why}.")
        words += _read(key.value, "eval", where) + _words(node)
        found[key.value] = _value(node, f"{where}: the value of {key.value!r}")
    return found, words


def _value(node: ast.expr, where: str) -> object:
    """A literal: a number, a text, True, False, None, or a list of these."""
    if sum(1 for _ in ast.walk(node)) > ITEMS:
        raise ExpectationError(f"{where} has more than {ITEMS} parts; ask for less.")
    try:
        value = encode(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        value = {"object": ""}
    if _has_object(value):
        raise ExpectationError(f"{where} is not written out: it has to be a number, a text, or a list of these.")
    return value


def _has_object(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_object, value))
    return isinstance(value, dict) and "object" in value


def _within(keywords: list[ast.keyword], where: str) -> float | None:
    """By how much a number may be off, or by what share of it, where the check says so."""
    if not keywords:
        return None
    match keywords:
        case [ast.keyword("within", ast.Constant(float() as within))] if 0 < within <= WITHIN:
            return within
    raise ExpectationError(f"{where}: after the values only within= may stand, a number up to {WITHIN}.")


def _read(code: str, mode: str, where: str) -> int:
    """Parse a snippet or an expression, and refuse what reaches behind the engine; returns how many words it has."""
    try:
        tree = ast.parse(code, mode=mode)
    except SyntaxError as error:
        raise ExpectationError(f"{where}: Python cannot read {code[:60]!r}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpectationError(f"{where}: Python cannot read {code[:60]!r}: {in_words(error)}.") from None
    for node in ast.walk(tree):
        if refused := _refused(node):
            why = "which asks an engine for its numbers alone"
            allowed = f" With an underscore only {', '.join(sorted(PRIVATE))} may." if refused.startswith("_") else ""
            raise ExpectationError(f"{where}: {refused} may not be used in a check, {why}.{allowed}")
    return _words(tree)


def _words(tree: ast.AST) -> int:
    """The names, numbers and other values in it; a text has as many words as are in it, and at least one."""
    nodes = list(ast.walk(tree))
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    texts = [max(1, len(IN_A_TEXT.findall(value))) for value in values if isinstance(value, str)]
    return sum(isinstance(node, NAMED) for node in nodes) + len(values) - len(texts) + sum(texts)


def _refused(node: ast.AST) -> str:
    """What in a snippet could read files, or the engine's own code; empty for all else."""
    match node:
        case ast.Import(names):
            return next((f"import {each.name}" for each in names if each.name not in MODULES), "")
        case ast.ImportFrom(module=module, names=names):
            private = [each.name for each in names if each.name.startswith("_")]
            return f"from {module} import" if module not in MODULES or node.level or private else ""
        case ast.Name(name) if REACHING.fullmatch(name) or name.startswith("__"):
            return name
        case ast.Attribute(attr=name) if REACHING.fullmatch(name) or FRAMES.fullmatch(name) or _is_private(name):
            return name
        case _:
            return type(node).__name__.lower() if isinstance(node, STATEMENTS) else ""


def _is_private(name: str) -> bool:
    return name.startswith("_") and name not in PRIVATE

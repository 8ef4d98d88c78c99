"""Lines such as `d = a * b; (d + c).tanh()` as a graph, read and not run: no engine is needed for it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from grader.core.errors import KataError
from minigrad_reference.drawing.text import short

OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
SHOWN = 60  # characters
CURVES = ("exp", "log", "tanh", "sigmoid", "relu")


@dataclass(eq=False)
class Term:
    """One value of the graph, as the drawing expects it. What an operation gives is not computed here."""

    data: float
    label: str = ""
    _op: str = ""
    _prev: tuple[Term, ...] = ()
    grad: float = 0.0


def terms(text: str, values: Mapping[str, float]) -> list[Term]:
    """Every value behind the last line, operands first; `values` are the names that the text does not define.

    Raises KataError, a sentence, for what is not Python, has no value or needs an engine to be run.
    """
    reader = _Reader(values)
    last = None
    try:
        for statement in parsed(text).body:
            last = reader.statement(statement)
    except RecursionError:
        raise too_deep() from None
    if last is None:
        raise KataError("The expression is empty; give one such as EXPRESSION='(a*b + c).tanh()'.")
    needed = {last}
    for term in reversed(reader.made):
        if term in needed:
            needed.update(term._prev)  # noqa: SLF001 (what every engine calls it)
    return [term for term in reader.made if term in needed]


def parsed(text: str) -> ast.Module:
    """The text as Python reads it; KataError where it cannot."""
    try:
        return ast.parse(text.strip())
    except (RecursionError, MemoryError):
        raise too_deep() from None
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise KataError(f"Python cannot read the expression{line}: {getattr(error, 'msg', error)}.") from None


class _Reader:
    """Terms in the order in which Python would compute them."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values
        self.named: dict[str, Term] = {}
        self.made: list[Term] = []

    def statement(self, node: ast.stmt) -> Term:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            term = self.term(node.value)
            term.label = term.label if term in self.named.values() else name
            self.named[name] = term
            return term
        if isinstance(node, ast.Expr):
            return self.term(node.value)
        raise _unreadable(node)

    def term(self, node: ast.expr) -> Term:
        if (number := _number(node)) is not None:
            return self.make(Term(number, f"{number:g}"))
        match node:
            case ast.Name(id=name):
                return self.name(name)
            case ast.BinOp() if _is_binary(node):
                return self.binary(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.made_of("neg", [operand])
            case ast.Call(keywords=[]):
                return self.call(node)
        raise _unreadable(node)

    def call(self, node: ast.Call) -> Term:
        """Value(2.0), x.tanh() or tanh(x)."""
        match node.func, node.args:
            case ast.Name(id="Value"), [argument] if (number := _number(argument)) is not None:
                return self.make(Term(number))
            case ast.Name(id=curve), [argument] if curve in CURVES:
                return self.made_of(curve, [argument])
            case ast.Attribute(attr=curve, value=operand), [] if curve in CURVES:
                return self.made_of(curve, [operand])
        raise _unreadable(node)

    def binary(self, node: ast.BinOp) -> Term:
        """A long sum is one operation within another on the left side, so these are taken in a loop."""
        last, chain = node, [node]
        while _is_binary(last.left):
            last = last.left
            chain.append(last)
        term = self.term(last.left)
        for link in reversed(chain):
            term = self.link(term, link)
        return term

    def link(self, left: Term, node: ast.BinOp) -> Term:
        """A number as exponent belongs to the operation; everything else has two operands."""
        exponent = _number(node.right) if isinstance(node.op, ast.Pow) else None
        if exponent is not None:
            return self.make(Term(0.0, "", f"**{exponent!r}".removesuffix(".0"), (left,)))
        return self.make(Term(0.0, "", OPERATORS[type(node.op)], (left, self.term(node.right))))

    def made_of(self, op: str, operands: Sequence[ast.expr]) -> Term:
        return self.make(Term(0.0, "", op, tuple(map(self.term, operands))))

    def name(self, name: str) -> Term:
        if name not in self.named:
            if name not in self.values:
                raise without_value(name)
            self.named[name] = self.make(Term(self.values[name], name))
        return self.named[name]

    def make(self, term: Term) -> Term:
        self.made.append(term)
        return term


def too_deep() -> KataError:
    return KataError("The expression goes too deep to be read at once; give some of it names, as in d = a * b; d + c.")


def without_value(name: str) -> KataError:
    return KataError(f"{name} has no value; give it one, as in VALUES='{name}=2'.")


def _number(node: ast.expr) -> float | None:
    """The number that is written there, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    written = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(written, int | float) or isinstance(written, bool):
        return None
    try:
        return float(written)
    except OverflowError:
        raise KataError(f"Line {node.lineno}: a number of {len(str(written))} digits is too large.") from None


def _is_binary(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and type(node.op) in OPERATORS


def _unreadable(node: ast.stmt | ast.expr) -> KataError:
    shown = short(ast.unparse(node).splitlines()[0].rstrip(":"), SHOWN)
    what = "numbers, names, + - * / **, exp, log, tanh, sigmoid, relu and name = expression"
    return KataError(f"Line {node.lineno}, {shown}: only {what} are read; ENGINE=mine or reference runs any Python.")

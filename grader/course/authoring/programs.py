"""Small programs over two leaves: each operation in every way, two in a row, then random graphs with shared values."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from grader.core.catalogue import needed_by, read_catalogue
from grader.core.records import Exercise

LEAVES = {"a": 2.0, "b": -3.0}
LETTERS = "cdefghk"
NUMBERS = ("3", "0.5")  # unlike the leaf beside each: 2 - a and a - 2 would be the same for a = 2
LARGEST, SAMPLED = 6, 30  # operations in a random program, random programs per exercise
Partials = Callable[..., tuple[float, ...]]


@dataclass(frozen=True)
class Spelling:
    """How an operation is written over names or numbers, and which task introduces it.

    `symbol` is what its nodes say, `partials` its partial derivatives at the data of the operands.
    """

    text: str
    symbol: str
    partials: Partials
    task: str

    @property
    def is_binary(self) -> bool:
        return "{1}" in self.text

    @property
    def reflected(self) -> str:
        """The task for a number on the left: Value.__rsub__ for 3 - a."""
        return self.task.replace("__", "__r", 1)


SPELLINGS = (
    Spelling("{0} + {1}", "+", lambda x, y: (1.0, 1.0), "Value.__add__"),  # noqa: ARG005
    Spelling("{0} * {1}", "*", lambda x, y: (y, x), "Value.__mul__"),
    Spelling("-{0}", "neg", lambda x: (-1.0,), "Value.__neg__"),  # noqa: ARG005
    Spelling("{0} - {1}", "-", lambda x, y: (1.0, -1.0), "Value.__sub__"),  # noqa: ARG005
    Spelling("{0} ** 2", "**2", lambda x: (2.0 * x,), "Value.__pow__"),
    Spelling("{0} ** -1", "**-1", lambda x: (-1.0 / (x * x),), "Value.__pow__"),
    Spelling("{0} / {1}", "/", lambda x, y: (1.0 / y, -x / (y * y)), "Value.__truediv__"),
    Spelling("{0}.exp()", "exp", lambda x: (math.exp(x),), "Value.exp"),
    Spelling("{0}.log()", "log", lambda x: (1.0 / x,), "Value.log"),
    Spelling("{0}.tanh()", "tanh", lambda x: (1.0 - math.tanh(x) ** 2,), "Value.tanh"),
    Spelling("{0}.relu()", "relu", lambda x: (1.0 if x > 0 else 0.0,), "Value.relu"),
    Spelling("{0}.sigmoid()", "sigmoid", lambda x: (math.exp(-x) / (1.0 + math.exp(-x)) ** 2,), "Value.sigmoid"),
)
FIRST = SPELLINGS[:2]  # every exercise with operations has these


@dataclass(frozen=True)
class Line:
    """`name = spelling of operands`; these are names of values, or numbers as text."""

    name: str
    spelling: Spelling
    operands: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.name} = {self.spelling.text.format(*self.operands)}"


@dataclass(frozen=True)
class Program:
    """Lines of which the last makes the root."""

    lines: tuple[Line, ...]

    @property
    def root(self) -> str:
        return self.lines[-1].name

    @property
    def leaves(self) -> list[str]:
        return [name for name in LEAVES if any(name in line.operands for line in self.lines)]

    def data(self) -> dict[str, float] | None:
        """The data of every value by name; None where an operation is undefined or a number unwieldy."""
        data = {name: LEAVES[name] for name in self.leaves}
        try:
            for line in self.lines:
                data[line.name] = _evaluate(line, _operands(line, data))
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return data if all(1e-3 < abs(x) < 1e3 or x == 0 for x in data.values()) else None

    def backward(self, data: dict[str, float]) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
        """Every gradient, and what each result passes to its operands, by the partial derivatives above."""
        grads = dict.fromkeys(data, 0.0)
        grads[self.root] = 1.0
        passed: dict[str, tuple[float, ...]] = {}
        for line in reversed(self.lines):
            shares = [local * grads[line.name] for local in line.spelling.partials(*_operands(line, data))]
            kept = [(name, share) for name, share in zip(line.operands, shares, strict=True) if name in data]
            passed[line.name] = tuple(share for _, share in kept)
            for name, share in kept:
                grads[name] += share
        return grads, passed


def programs(exercise: Exercise) -> list[Program]:
    """The simplest first. They know what the exercise builds on and no more: a slip elsewhere shows in none of them."""
    own = {task.name for task in exercise.tasks}
    known = own.union(*({task.name for task in read_catalogue()[n].tasks} for n in needed_by(exercise)))
    every = [spelling for spelling in SPELLINGS if spelling in FIRST or spelling.task in known]
    new = [spelling for spelling in SPELLINGS if spelling.task in own] or FIRST
    singles = [Line("c", spelling, operands) for spelling in new for operands in _operands_of(spelling, own)]
    pairs = [
        (line, Line("d", spelling, operands))
        for line in singles
        if all(operand in LEAVES for operand in line.operands)
        for spelling in FIRST
        for operands in (("c", "a"), ("c", "c"), ("a", "c"), ("c", NUMBERS[0]))
    ]
    return [*(Program((line,)) for line in singles), *map(Program, pairs), *_random_programs(exercise.number, every)]


def _operands_of(spelling: Spelling, tasks: Collection[str]) -> Iterator[tuple[str, ...]]:
    a, b = LEAVES
    if not spelling.is_binary:
        yield from ((a,), (b,))
        return
    yield from ((a, b), (a, a), (a, NUMBERS[0]), (b, NUMBERS[1]))
    if spelling.reflected in tasks:
        yield from ((NUMBERS[0], a), (NUMBERS[1], b))


def _random_programs(seed: int, every: list[Spelling]) -> Iterator[Program]:
    rng = random.Random(seed)
    for place in range(SAMPLED):
        size = 3 + place * (LARGEST - 2) // SAMPLED
        names = list(LEAVES)
        lines = []
        for name in LETTERS[:size]:
            spelling = rng.choice(every)
            recent = [names[-1], rng.choice(names)]  # the last one is used, so that everything hangs together
            rng.shuffle(recent)
            lines.append(Line(name, spelling, tuple(recent) if spelling.is_binary else (names[-1],)))
            names.append(name)
        yield Program(tuple(lines))


def _operands(line: Line, data: dict[str, float]) -> list[float]:
    return [data[operand] if operand in data else float(operand) for operand in line.operands]


def _evaluate(line: Line, values: list[float]) -> float:
    namespace: dict[str, object] = {"Number": _Number}
    names = [f"Number({value!r})" for value in values]
    return float(eval(line.spelling.text.format(*names), namespace))  # noqa: S307 - our own templates


class _Number(float):
    """A float with the unary operations, to see whether a program makes sense before any oracle is asked."""

    def exp(self) -> float:
        return math.exp(self)

    def log(self) -> float:
        return math.log(self)

    def tanh(self) -> float:
        return math.tanh(self)

    def relu(self) -> float:
        if not self:
            raise ValueError("relu has a corner at 0, where several slopes are right")
        return max(0.0, self)

    def sigmoid(self) -> float:
        return 1.0 / (1.0 + math.exp(-self))

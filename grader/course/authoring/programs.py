"""Small programs over two leaves: each operation in every way, two in a row, then random graphs with shared values."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.core.catalogue import needed_by, read_catalogue
from grader.core.records import Exercise
from minigrad_reference.drawing.operations import Operation, operation

LEAVES = {"a": 2.0, "b": -3.0}
LETTERS = "cdefghk"
NUMBERS = ("3", "0.5")  # unlike the leaf beside each: 2 - a and a - 2 would be the same for a = 2
LARGEST, SAMPLED = 6, 30  # operations in a random program, random programs per exercise


@dataclass(frozen=True)
class Spelling:
    """How an operation is written in Python, over names or numbers, and which task introduces it.

    `symbol` is what its nodes say; `corner` is where several slopes are right.
    """

    text: str
    symbol: str
    task: str
    corner: float | None = None

    @property
    def is_binary(self) -> bool:
        return "{1}" in self.text

    @property
    def meaning(self) -> Operation:
        known = operation(self.symbol, 1 + self.is_binary)
        if not known:
            raise LookupError(f"{self.symbol} is not in minigrad_reference/drawing/operations.py.")
        return known

    @property
    def reflected(self) -> str:
        """The task for a number on the left: Value.__rsub__ for 3 - a."""
        return self.task.replace("__", "__r", 1)


SPELLINGS = (
    Spelling("{0} + {1}", "+", "Value.__add__"),
    Spelling("{0} * {1}", "*", "Value.__mul__"),
    Spelling("-{0}", "neg", "Value.__neg__"),
    Spelling("{0} - {1}", "-", "Value.__sub__"),
    Spelling("{0} ** 2", "**2", "Value.__pow__"),
    Spelling("{0} ** -1", "**-1", "Value.__pow__"),
    Spelling("{0} / {1}", "/", "Value.__truediv__"),
    Spelling("{0}.exp()", "exp", "Value.exp"),
    Spelling("{0}.log()", "log", "Value.log"),
    Spelling("{0}.tanh()", "tanh", "Value.tanh"),
    Spelling("{0}.relu()", "relu", "Value.relu", corner=0.0),
    Spelling("{0}.sigmoid()", "sigmoid", "Value.sigmoid"),
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
        """The data of every value by name; None where one is undefined, unwieldy or has no single slope."""
        data = {name: LEAVES[name] for name in self.leaves}
        for line in self.lines:
            values = _operands(line, data)
            if line.spelling.corner in values:
                return None
            data[line.name] = float(line.spelling.meaning.result(values))
        return data if all(1e-3 < abs(x) < 1e3 or x == 0 for x in data.values()) else None

    def backward(self, data: dict[str, float]) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
        """Every gradient, and what each result passes to its operands, by the slopes of the operations."""
        grads = dict.fromkeys(data, 0.0)
        grads[self.root] = 1.0
        passed: dict[str, tuple[float, ...]] = {}
        for line in reversed(self.lines):
            slopes = line.spelling.meaning.slopes(_operands(line, data), data[line.name])
            shares = [(slope or 0.0) * grads[line.name] for slope in slopes]
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

"""Submissions as the field brings them: known mistakes in combination, among right answers in other styles.

They are drawn from a seed: one to three mistakes in one task, in two tasks of an exercise, or in two exercises; around
them right answers from the wheats, other names for local variables, and helpers in earlier files.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.core.catalogue import read_catalogue
from grader.core.records import Misconception
from grader.course.bank.chaffs import Chaff, read_bank
from grader.course.bank.pairs import with_edits
from grader.course.bank.wheats import Wheat, read_wheats
from grader.course.grading.suites import read_solutions

SHAPES = ("one task", "one task", "one task", "two tasks", "two tasks", "two exercises", "two exercises")
MOST = 3  # mistakes
STYLED, RENAMED, HELPED = 0.4, 0.3, 0.2  # the shares of submissions with each
HELPER = "\n\ndef same(x):\n    return x\n"


@dataclass(frozen=True)
class Made:
    """A submission, by exercise the sources that are not the worked ones, and the mistakes that were put into it."""

    sources: Mapping[int, str]
    planted: tuple[Misconception, ...]

    @property
    def exercises(self) -> frozenset[int]:
        return frozenset(m.exercise for m in self.planted)

    @property
    def tasks(self) -> frozenset[tuple[int, str]]:
        return frozenset((m.exercise, m.task) for m in self.planted)


def made(count: int, seed: int = 0) -> Iterator[Made]:
    """So many submissions, none twice."""
    rng = random.Random(seed)
    seen: set[tuple[tuple[int, str], ...]] = set()
    field = Field(read_solutions(), read_bank(), read_wheats())
    while len(seen) < count:
        submission = field.draw(rng)
        if submission and (key := tuple(sorted(submission.sources.items()))) not in seen:
            seen.add(key)
            yield submission


@dataclass(frozen=True)
class Field:
    """What submissions are made of."""

    solutions: Mapping[int, str]
    chaffs: Sequence[Chaff]
    wheats: Sequence[Wheat]

    def draw(self, rng: random.Random) -> Made | None:
        """One submission; None where the mistakes that were drawn do not go together."""
        chosen = self._mistakes(rng)
        planted = tuple(dict.fromkeys(chaff.misconception for chaff in chosen))
        sources = {}
        for number in {m.exercise for m in planted}:
            own = [chaff for chaff in chosen if chaff.misconception.exercise == number]
            base = self._base(number, {chaff.misconception.task for chaff in own}, rng)
            source = with_edits(base, own) or with_edits(self.solutions[number], own)
            if source is None or len(planted) < len(chosen):
                return None
            sources[number] = renamed(source) if rng.random() < RENAMED else source
        return Made({**sources, **(self._helped(sources) if rng.random() < HELPED else {})}, planted)

    def _mistakes(self, rng: random.Random) -> list[Chaff]:
        first = rng.choice(self.chaffs)
        here, shape = first.misconception, rng.choice(SHAPES)
        pool = [chaff for chaff in self.chaffs if chaff != first and _stands(chaff.misconception, here) == shape]
        if shape == "two exercises":
            there = rng.choice(pool).misconception.exercise
            pool = [chaff for chaff in pool if chaff.misconception.exercise == there]
        wanted = rng.randint(0 if shape == "one task" else 1, MOST - 1)
        return [first, *rng.sample(pool, min(wanted, len(pool)))]

    def _base(self, number: int, tasks: set[str], rng: random.Random) -> str:
        """The worked exercise, or a right one in which other tasks are answered in another style."""
        styles = [w.source for w in self.wheats if w.exercise == number and tasks.isdisjoint(w.tasks)]
        return rng.choice(styles) if styles and rng.random() < STYLED else self.solutions[number]

    def _helped(self, sources: Mapping[int, str]) -> dict[int, str]:
        """The last exercise of these imports a helper that stands in the file before it."""
        last = max(sources)
        if last == 1:
            return {}
        before = read_catalogue()[last - 1].module
        importing = _after_the_lesson(sources[last], f"from {before} import same\n")
        return {last: importing, last - 1: sources.get(last - 1, self.solutions[last - 1]) + HELPER}


def _stands(one: Misconception, other: Misconception) -> str:
    """How two mistakes stand to each other, as a shape."""
    if one.exercise != other.exercise:
        return "two exercises"
    return "one task" if one.task == other.task else "two tasks"


def _after_the_lesson(source: str, line: str) -> str:
    lines = source.splitlines(keepends=True)
    first = ast.parse(source).body[1]
    decorators = [each.lineno for each in getattr(first, "decorator_list", ())]
    return "".join([*lines[: (place := min([first.lineno, *decorators]) - 1)], line, *lines[place:]])


def renamed(source: str) -> str:
    """The same module with other names for the local variables of its functions, and in Python's own layout."""
    tree = ast.parse(source)
    for node in tree.body:
        functions = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in functions:
            if isinstance(function, ast.FunctionDef):
                _rename(function)
    return ast.unparse(tree) + "\n"


def _rename(function: ast.FunctionDef) -> None:
    """Arguments keep their names, since checks pass some by name; so do functions, which messages may name."""
    kept = {arg.arg for node in ast.walk(function) if isinstance(node, ast.arguments) for arg in _arguments(node)}
    kept |= {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef)} | set(dir(builtins))
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    local = {node.id for node in names if isinstance(node.ctx, ast.Store)} - kept
    for node in names:
        if node.id in local:
            node.id = f"{node.id}_"


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    rest = [arg for arg in (arguments.vararg, arguments.kwarg) if arg]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]

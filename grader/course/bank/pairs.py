"""Pairs: worked answers with two known mistakes in one task, since people make two at once."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from grader.core.catalogue import read_catalogue
from grader.core.records import Misconception
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import BankError, Chaff, edited

TOKEN = re.compile(r"\w+|\n *| +|.", re.DOTALL)


@dataclass(frozen=True)
class Pair:
    """Two chaffs of one task, by their places among those of their exercise, and the source that has both."""

    exercise: int
    places: tuple[int, int]
    source: str


def pairs(chaffs: Iterable[Chaff]) -> Iterator[Pair]:
    """Every two chaffs of one task whose edits leave each other in place, in the order of the bank."""
    by_exercise: dict[int, list[Chaff]] = {}
    for chaff in chaffs:
        by_exercise.setdefault(chaff.misconception.exercise, []).append(chaff)
    for number, own in by_exercise.items():
        worked = solution(read_catalogue()[number])
        seen = {chaff.source for chaff in own}
        changes = [_changes(worked, chaff.source) for chaff in own]
        for one, other in itertools.combinations(range(len(own)), 2):
            if not _of_one_task(own[one].misconception, own[other].misconception):
                continue
            source = _with_both(worked, own[one], own[other]) or _merged(worked, changes[one], changes[other])
            if source and source not in seen:
                seen.add(source)
                yield Pair(number, (one, other), source)


def _of_one_task(one: Misconception, other: Misconception) -> bool:
    return one.task == other.task and one != other


def _with_both(worked: str, one: Chaff, other: Chaff) -> str | None:
    """The answer after the edits of both, in the order that works; None where neither does."""
    return with_edits(worked, (one, other)) or with_edits(worked, (other, one))


class Change(NamedTuple):
    """The tokens of the worked answer from `start` to `end`, `old`, are `new` in a chaff."""

    start: int
    end: int
    old: str
    new: str

    def lies_within(self, other: Change) -> bool:
        return other.start <= self.start and self.end <= other.end and self != other


def _changes(worked: str, source: str) -> list[Change]:
    before, after = TOKEN.findall(worked), TOKEN.findall(source)
    start = _alike(before, after)
    same = _alike(before[start:][::-1], after[start:][::-1])  # at the end
    old, new = before[start : len(before) - same], after[start : len(after) - same]
    return [
        Change(start + i, start + j, "".join(old[i:j]), "".join(new[k:m]))
        for step, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if step != "equal"
    ]


def _alike(one: list[str], other: list[str]) -> int:
    """How many tokens are the same from the beginning."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _merged(worked: str, one: list[Change], other: list[Change]) -> str | None:
    """The answer with the changes of both, token by token, where no two of them touch the same tokens and it is Python.

    An edit may take more of a line than it changes, so that the other's does not find its text any more.
    """
    own, others = _unless_taken_away(one, other), _unless_taken_away(other, one)
    if own is None or others is None:
        return None
    tokens, merged, reached = TOKEN.findall(worked), [], 0
    changes = sorted((*own, *others))
    if any(late.start < early.end or late.start == early.start for early, late in itertools.pairwise(changes)):
        return None
    for change in changes:
        merged += [*tokens[reached : change.start], change.new]
        reached = change.end
    source = "".join((*merged, *tokens[reached:]))
    try:
        ast.parse(source)
    except SyntaxError:
        return None
    return source


def _unless_taken_away(own: list[Change], other: list[Change]) -> list[Change] | None:
    """The changes of one without those in what the other deletes; None where one of these is made nowhere else."""
    deleted = [change for change in other if not change.new]
    kept = [change for change in own if not any(map(change.lies_within, deleted))]
    remaining = {(change.old, change.new) for change in kept}
    return kept if all((change.old, change.new) in remaining for change in own) else None


def with_edits(source: str, chaffs: Sequence[Chaff]) -> str | None:
    """A source after the edits of several chaffs; None where one takes away what another edits."""
    try:
        for chaff in chaffs:
            source = edited(source, chaff.misconception.task, chaff.edits, chaff.misconception.id)
    except BankError:
        return None
    return source

"""Pairs: worked answers with two known mistakes in one task, since people make two at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.core.catalogue import read_catalogue
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import BankError, Chaff, edited


@dataclass(frozen=True)
class Pair:
    """Two chaffs of one task, by their places among those of their exercise, and the source that has both."""

    exercise: int
    places: tuple[int, int]
    source: str


def pairs(chaffs: Iterable[Chaff]) -> Iterator[Pair]:
    """Every two first chaffs of misconceptions of one task whose edits leave each other in place, in the bank's order.

    The others, which show the same belief in another place, are as well known by what they show alone.
    """
    by_exercise: dict[int, list[Chaff]] = {}
    for chaff in chaffs:
        by_exercise.setdefault(chaff.misconception.exercise, []).append(chaff)
    for number, own in by_exercise.items():
        worked = solution(read_catalogue()[number])
        seen = {chaff.source for chaff in own}
        firsts = {chaff.misconception: place for place, chaff in reversed(list(enumerate(own)))}
        for one, other in itertools.combinations(sorted(firsts.values()), 2):
            source = _with_both(worked, own[one], own[other])
            if source and source not in seen:
                seen.add(source)
                yield Pair(number, (one, other), source)


def _with_both(worked: str, one: Chaff, other: Chaff) -> str | None:
    """The answer after the edits of both, in the order that works; None where neither does."""
    if one.misconception.task != other.misconception.task:
        return None
    return with_edits(worked, (one, other)) or with_edits(worked, (other, one))


def with_edits(source: str, chaffs: Sequence[Chaff]) -> str | None:
    """A source after the edits of several chaffs; None where one takes away what another edits."""
    try:
        for chaff in chaffs:
            source = edited(source, chaff.misconception.task, chaff.edits, chaff.misconception.id)
    except BankError:
        return None
    return source

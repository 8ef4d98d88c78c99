"""The marks of a class as records: marks, people, entries and the ledger of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from grader.course.grading.lateness import Lateness


@dataclass(frozen=True)
class Marks:
    """What a report says of the exercises that count: points earned and points there are, by exercise."""

    submission: str
    scores: Mapping[int, Decimal]
    maxima: Mapping[int, Decimal]
    notes: str


@dataclass(frozen=True)
class Person:
    """A row of the roster, by its place; ids, e-mail addresses and names in the forms in which they are compared.

    `times` are what the columns of school systems say of the hand-in, by the heading.
    """

    row: int
    name: str
    id: str
    email: str
    keys: Mapping[str, frozenset[str]]
    submitted_at: str = ""
    times: Mapping[str, str] = field(default_factory=dict)

    @property
    def called(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id or self.email


@dataclass(frozen=True)
class Entry:
    """A line of the gradebook: a submission, a person, or both. `time_from` says who told when it was handed in."""

    marks: Marks | None = None
    person: Person | None = None
    matched_by: str = ""
    submitted: datetime | None = None
    time_from: str = ""
    lateness: Lateness = field(default_factory=Lateness)

    @property
    def score(self) -> Decimal:
        return sum(self.marks.scores.values(), Decimal(0)) if self.marks else Decimal(0)

    @property
    def mark(self) -> Decimal:
        return self.score - self.lateness.deduction


@dataclass(frozen=True)
class Ledger:
    """Entries in the roster's order, then those that are nobody's; who has none and why; what else to know."""

    entries: tuple[Entry, ...]
    maximum: Decimal
    unmatched: tuple[tuple[str, str, str], ...]
    notices: tuple[str, ...]

    @property
    def whole(self) -> list[tuple[Marks, Person, Entry]]:
        """The entries that are somebody's."""
        return [(e.marks, e.person, e) for e in self.entries if e.marks and e.person]

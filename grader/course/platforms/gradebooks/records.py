"""The marks of a class as records: marks, people, entries and the ledger of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from grader.course.grading.adjustments import Adjustment, Decided
from grader.course.grading.lateness import Lateness


@dataclass(frozen=True)
class Marks:
    """What a report says of the exercises that count: points earned and points there are, by exercise."""

    submission: str
    scores: Mapping[int, Decimal]
    maxima: Mapping[int, Decimal]
    notes: str
    unread: bool = False  # nothing in it could be read


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
    extension: str = ""  # until when its system lets them hand in
    group: str = ""
    submission: str = ""  # which counts, where there are several

    @property
    def called(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id or self.email


@dataclass(frozen=True)
class Entry:
    """A line of the gradebook: a submission, a person, or both. `time_from` says who told when it was handed in.

    `pending` says why there is no mark before somebody has decided; `decided` is what came of the adjustments.
    """

    marks: Marks | None = None
    person: Person | None = None
    matched_by: str = ""
    submitted: datetime | None = None
    time_from: str = ""
    lateness: Lateness = field(default_factory=Lateness)
    adjustments: tuple[Adjustment, ...] = ()
    decided: Decided | None = None
    pending: str = ""
    excused: bool = False  # as a whole

    @property
    def score(self) -> Decimal:
        return sum(self.marks.scores.values(), Decimal(0)) if self.marks else Decimal(0)

    @property
    def mark(self) -> Decimal | None:
        """None where there is none: nothing was graded, or it waits for a decision, or it is excused."""
        if self.decided is not None:
            return self.decided.mark
        return self.score - self.lateness.deduction if self.marks and not self.pending else None


@dataclass(frozen=True)
class Ledger:
    """Entries in the roster's order, then those that are nobody's; who has none and why; what else to know."""

    entries: tuple[Entry, ...]
    maximum: Decimal
    unmatched: tuple[tuple[str, str, str], ...]
    notices: tuple[str, ...]
    undecided: tuple[str, ...] = ()  # of these the ones about decisions that are nobody's
    write: str = "empty"  # which marks that are in the school's system are replaced: none, those lower, or "all"

    @property
    def whole(self) -> list[tuple[Person, Entry]]:
        """The entries that are somebody's and have a mark or are excused."""
        return [(e.person, e) for e in self.entries if e.person and (e.mark is not None or e.excused)]

    @property
    def matched(self) -> int:
        return len({e.marks.submission for e in self.entries if e.marks and e.person})

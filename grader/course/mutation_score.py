"""How well the checks catch known mistakes, and how well the diagnosis names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.course.answer_key import make_key
from grader.course.chaffs import fingerprint, read_bank, verdicts
from grader.course.suites import HIDDEN_SUITE
from grader.learner.catalogue import read_catalogue
from grader.learner.checks import load_checks
from grader.learner.diagnosis import diagnose
from grader.learner.key import read_key
from grader.learner.paths import PUBLIC, SOLUTIONS
from grader.learner.records import Diagnosis, Misconception, Status


@dataclass(frozen=True)
class Row:
    """A chaff, how many checks of either suite it fails, and what the diagnosis calls it."""

    misconception: Misconception
    public: int
    hidden: int
    named: tuple[Diagnosis, ...]

    @property
    def right(self) -> bool:
        return [d.misconception.id for d in self.named] == [self.misconception.id]


def chaff_rows(numbers: Iterable[int] | None = None) -> Iterator[Row]:
    """Every chaff of these exercises against both suites."""
    catalogue = read_catalogue()
    solutions = {n: (SOLUTIONS / f"{e.module}.py").read_text(encoding="utf-8") for n, e in catalogue.items()}
    key = {**read_key(PUBLIC / "key.json"), **make_key(HIDDEN_SUITE, 0)}
    for number in numbers or catalogue:
        public = [check.id for check in load_checks(PUBLIC, number)]
        checks = [*load_checks(PUBLIC, number), *load_checks(HIDDEN_SUITE, number)]
        chaffs = read_bank([number])
        found = [verdicts(chaff.source, catalogue[number], checks, key, solutions) for chaff in chaffs]
        fixed = [[v for v in vs if not v.check.random] for vs in found]
        known = [fingerprint(chaff, vs) for chaff, vs in zip(chaffs, fixed, strict=True)]
        for chaff, vs, seen in zip(chaffs, found, fixed, strict=True):
            failed = [v.check.id for v in vs if v.status is not Status.PASSED]
            in_public = sum(check in public for check in failed)
            yield Row(chaff.misconception, in_public, len(failed) - in_public, diagnose(seen, known))

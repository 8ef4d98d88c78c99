"""Makes the fingerprints of both suites: every chaff and every pair is run, and what the checks show on it is kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.fingerprints import SAYS_WHAT, file_in
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Fingerprint, Observation, Status, Verdict
from grader.course.authoring.digest import CHECKING, digest
from grader.course.bank.chaffs import Chaff, read_bank, run_chaffs
from grader.course.bank.pairs import Pair, pairs
from grader.course.bank.trials import Trial, run_trials

SUITES = (PUBLIC, HIDDEN_SUITE)
SHARED = (*CHECKING, "tests/public/conftest.py", "tests/hidden/conftest.py", "tests/hidden/generators.py")
MAKING = ("grader/core/fingerprints.py", "grader/course/bank/fingerprints.py", "grader/course/bank/pairs.py")
Runs = Iterable[tuple[Chaff, list[Verdict]]]


def shown_by(found: Iterable[Verdict]) -> dict[str, Observation]:
    """What fails, by check id; a random check, which asks something else in each run, says nothing."""
    return {
        v.check.id: v.observation
        for v in found
        if v.status is not Status.PASSED and v.observation is not None and not v.check.random
    }


def fingerprint(chaff: Chaff, found: Iterable[Verdict]) -> Fingerprint:
    """What the verdicts on a chaff say of its misconception."""
    return Fingerprint((chaff.misconception,), shown_by(found))


def run_pairs(chosen: Sequence[Pair]) -> Iterator[tuple[Pair, list[Verdict]]]:
    """Each pair with its verdicts in both suites."""
    return zip(chosen, run_trials(Trial(pair.exercise, pair.source) for pair in chosen), strict=True)


def made_from(number: int) -> tuple[str, ...]:
    """What the fingerprints of an exercise come from: its own files, the answers that it builds on, and our code."""
    exercise = read_catalogue()[number]
    answers = [each.solution for n, each in read_catalogue().items() if n <= number]
    own = (exercise.public_suite, exercise.hidden_suite, exercise.misconceptions)
    return (*(path.as_posix() for path in (*answers, *own)), *SHARED, *MAKING)


def fingerprint_texts(numbers: Collection[int]) -> dict[Path, str]:
    """The files of these exercises as they should be, in the order of the bank. For all of them that takes minutes."""
    bank = read_bank(numbers)
    alone = chaff_entries(run_chaffs(bank))
    both = pair_entries(run_pairs(list(pairs(bank))), alone)
    return {
        file_in(suite / FINGERPRINTS, n): fingerprint_text(n, alone.get(n, ()), both.get(n, ()), suite)
        for suite in SUITES
        for n in numbers
    }


class Entry(TypedDict):
    """What the file says of a chaff: by check, values or a fault."""

    misconception: dict[str, object]
    shown: dict[str, dict[str, object]]


class PairEntry(TypedDict):
    """What it says of two together, by their places; a number is for what one of the two shows alone."""

    of: list[int]
    shown: dict[str, dict[str, object] | int]


def chaff_entries(runs: Runs) -> dict[int, list[Entry]]:
    """What the file says of each chaff, by exercise."""
    entries: dict[int, list[Entry]] = {}
    for chaff, found in runs:
        entry = Entry(misconception=asdict(chaff.misconception), shown=_written(shown_by(found)))
        entries.setdefault(chaff.misconception.exercise, []).append(entry)
    return entries


def pair_entries(
    runs: Iterable[tuple[Pair, list[Verdict]]], alone: Mapping[int, Sequence[Entry]]
) -> dict[int, list[PairEntry]]:
    """What the files say of pairs, by exercise; one that shows nothing, or what one of the two does, is left out."""
    entries: dict[int, list[PairEntry]] = {}
    for pair, found in runs:
        both = [alone[pair.exercise][place]["shown"] for place in pair.places]
        shown = _written(shown_by(found))
        if shown and shown not in both:
            told = {check: _told(its, [single.get(check) for single in both]) for check, its in shown.items()}
            entries.setdefault(pair.exercise, []).append(PairEntry(of=list(pair.places), shown=told))
    return entries


def _written(shown: Mapping[str, Observation]) -> dict[str, dict[str, object]]:
    """Observations as the file has them: of a fault its type and message, not the lines that it comes from."""
    return {
        check: {"fault": [o.fault.type, o.fault.message if o.fault.type in SAYS_WHAT else ""]}
        if o.fault
        else {"values": o.values}
        for check, o in shown.items()
    }


def _told(its: dict[str, object], both: Sequence[dict[str, object] | None]) -> dict[str, object] | int:
    return both.index(its) if its in both else its


def fingerprint_text(number: int, alone: Iterable[Entry], both: Iterable[PairEntry], suite: Path) -> str:
    """The file of one exercise in one suite, a line for each entry."""
    checks = {check.id for check in load_checks(suite, number)}
    singles, twos = (",\n".join(_line(entry, checks) for entry in entries) for entries in (alone, both))
    return f'{_beginning(number)}, "chaffs": [\n{singles}\n], "pairs": [\n{twos}\n]}}\n'


def _beginning(number: int) -> str:
    return f'{{"made_from": "{digest(*made_from(number))}"'


def _line(entry: Entry | PairEntry, checks: set[str]) -> str:
    """An entry with what it shows at these checks."""
    shown = {check: its for check, its in entry["shown"].items() if check in checks}
    return json.dumps({**entry, "shown": shown}, sort_keys=True)


def stale_fingerprints() -> list[int]:
    """The exercises whose files are not made from what its chaffs and checks are now."""
    return [n for n in read_catalogue() if not all(_is_fresh(file_in(suite / FINGERPRINTS, n), n) for suite in SUITES)]


def _is_fresh(path: Path, number: int) -> bool:
    return path.exists() and path.read_text(encoding="utf-8").startswith(_beginning(number))

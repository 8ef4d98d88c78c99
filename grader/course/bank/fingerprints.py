"""Makes the fingerprints of both suites: every chaff and every pair is run, and what the checks show on it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

from grader.core.checks import load_checks
from grader.core.fingerprints import SAYS_WHAT
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Fingerprint, Observation, Status, Verdict
from grader.course.authoring.digest import SUITES, digest
from grader.course.bank.chaffs import Chaff, read_bank, run_chaffs
from grader.course.bank.pairs import Pair, pairs
from grader.course.bank.trials import Trial, run_trials

MAKING = ("grader/core/fingerprints.py", "grader/course/bank/fingerprints.py", "grader/course/bank/pairs.py")
MADE_FROM = (*SUITES, *MAKING, "grader/course/bank/misconceptions/*.toml")
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


def fingerprint_texts() -> dict[Path, str]:
    """The fingerprint file of either suite as it should be, in the order of the bank. Runs everything: minutes."""
    bank = read_bank()
    alone = chaff_entries(run_chaffs(bank))
    both = pair_entries(run_pairs(list(pairs(bank))), alone)
    return {suite / FINGERPRINTS: fingerprint_text(alone, both, suite) for suite in (PUBLIC, HIDDEN_SUITE)}


def with_fingerprints_of(number: int) -> dict[Path, str]:
    """The fingerprint files with new entries for one exercise.

    They stay as stale as they were: what the others show may have changed as well.
    """
    bank = read_bank([number])
    alone = chaff_entries(run_chaffs(bank))
    both = pair_entries(run_pairs(list(pairs(bank))), alone)
    texts = {}
    for suite in (PUBLIC, HIDDEN_SUITE):
        old = json.loads((suite / FINGERPRINTS).read_text(encoding="utf-8"))
        new = json.loads(fingerprint_text(alone, both, suite))
        chaffs = [each for each in old["chaffs"] if each["misconception"]["exercise"] != number] + new["chaffs"]
        twos = [each for each in old["pairs"] if each["exercise"] != number] + new["pairs"]
        chaffs.sort(key=lambda each: int(each["misconception"]["exercise"]))
        twos.sort(key=lambda each: int(each["exercise"]))
        texts[suite / FINGERPRINTS] = _text(old["made_from"], _lines(chaffs), _lines(twos))
    return texts


def _lines(entries: Iterable[object]) -> str:
    return ",\n".join(json.dumps(entry, sort_keys=True) for entry in entries)


class Entry(TypedDict):
    """What the file says of a chaff: by check, values or a fault."""

    misconception: dict[str, object]
    shown: dict[str, dict[str, object]]


class PairEntry(TypedDict):
    """What it says of two together, by their places; a number is for what one of the two shows alone."""

    exercise: int
    of: list[int]
    shown: dict[str, dict[str, object] | int]


def chaff_entries(runs: Runs) -> dict[int, list[Entry]]:
    """What the file says of each chaff, by exercise."""
    entries: dict[int, list[Entry]] = {}
    for chaff, found in runs:
        entry = Entry(misconception=asdict(chaff.misconception), shown=_written(shown_by(found)))
        entries.setdefault(chaff.misconception.exercise, []).append(entry)
    return entries


def pair_entries(runs: Iterable[tuple[Pair, list[Verdict]]], alone: Mapping[int, Sequence[Entry]]) -> list[PairEntry]:
    """What the file says of each pair; one that shows nothing, or what one of the two does, has nothing to say."""
    entries = []
    for pair, found in runs:
        both = [alone[pair.exercise][place]["shown"] for place in pair.places]
        shown = _written(shown_by(found))
        if shown and shown not in both:
            told = {check: _told(its, [single.get(check) for single in both]) for check, its in shown.items()}
            entries.append(PairEntry(exercise=pair.exercise, of=list(pair.places), shown=told))
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


def fingerprint_text(alone: Mapping[int, Sequence[Entry]], both: Iterable[PairEntry], suite: Path) -> str:
    """The file of one suite, a line for each entry."""
    checks = {check.id for check in load_checks(suite)}
    singles = ",\n".join(_line(entry, checks) for its in alone.values() for entry in its)
    twos = ",\n".join(_line(entry, checks) for entry in both)
    return _text(digest(*MADE_FROM), singles, twos)


def _text(made_from: str, singles: str, twos: str) -> str:
    return f'{{"made_from": "{made_from}", "chaffs": [\n{singles}\n], "pairs": [\n{twos}\n]}}\n'


def _line(entry: Entry | PairEntry, checks: set[str]) -> str:
    """An entry with what it shows at these checks."""
    shown = {check: its for check, its in entry["shown"].items() if check in checks}
    return json.dumps({**entry, "shown": shown}, sort_keys=True)


def stale_fingerprints() -> list[Path]:
    """The fingerprint files that are not made from what the chaffs and the checks are now."""
    wanted = f'{{"made_from": "{digest(*MADE_FROM)}"'
    files = [suite / FINGERPRINTS for suite in (PUBLIC, HIDDEN_SUITE)]
    return [path for path in files if not path.exists() or not path.read_text(encoding="utf-8").startswith(wanted)]

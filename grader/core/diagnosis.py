"""Names the misconception behind a set of verdicts, where one accounts for what fails and for what passes.

The evidence is a fingerprint per misconception: what the checks showed on a chaff, the smallest edit of the worked
answer that behaves as the belief does. Nothing is guessed: where no fingerprint fits, nothing is claimed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.core.judging import same
from grader.core.records import Diagnosis, Fault, Fingerprint, Misconception, Observation, Status, Verdict

AT_ONCE, PER_TASK = 3, 6  # misconceptions in one explanation, candidates for one task
SAYS_WHAT = ("AttributeError", "NameError", "TypeError")  # of other exceptions the type says all that can be compared
QUOTED = re.compile(r"'([^']*)'")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Candidate:
    """A fingerprint seen beside a submission: the failures that it predicts exactly, and all that it touches.

    `missed` counts the passed checks, all of other tasks, that fail on the chaff.
    """

    fingerprint: Fingerprint
    predicted: frozenset[str]
    touched: frozenset[str]
    missed: int

    @property
    def task(self) -> str:
        return self.fingerprint.misconception.task


def diagnose(verdicts: Iterable[Verdict], fingerprints: Iterable[Fingerprint]) -> tuple[Diagnosis, ...]:
    """The misconceptions that explain the verdicts of one exercise: at most one for each task, often none."""
    known = [v for v in verdicts if v.observation is not None and v.status.is_known]
    failures = {v.check.id: v for v in known if v.status is not Status.PASSED}
    if not failures:
        return ()
    passed: dict[str, set[str]] = {}
    for v in known:
        if v.status is Status.PASSED:
            passed.setdefault(v.check.task, set()).add(v.check.id)
    possible = [f for f in fingerprints if passed.get(f.misconception.task, set()).isdisjoint(f.shown)]
    candidates = [_candidate(f, failures, set().union(*passed.values())) for f in possible]
    return _best([c for c in candidates if c.predicted], failures, _reach(possible))


def _reach(fingerprints: Iterable[Fingerprint]) -> dict[str, set[str]]:
    """The checks that a mistake in a task can make fail, by task: also those of other tasks that build on it."""
    reach: dict[str, set[str]] = {}
    for fingerprint in fingerprints:
        reach.setdefault(fingerprint.misconception.task, set()).update(fingerprint.shown)
    return reach


def _candidate(fingerprint: Fingerprint, failures: dict[str, Verdict], passed: set[str]) -> Candidate:
    touched = frozenset(failures.keys() & fingerprint.shown.keys())
    task = fingerprint.misconception.task
    predicted = frozenset(
        check
        for check in touched
        if alike(fingerprint.shown[check], failures[check]) and not goes_round_elsewhere(failures[check], task)
    )
    return Candidate(fingerprint, predicted, touched, len(fingerprint.shown.keys() & passed))


def alike(shown: Observation, verdict: Verdict) -> bool:
    """Whether a submission showed at a check what a chaff did."""
    got, probe = verdict.observation, verdict.check.probe
    if got is None or (shown.fault is None) != (got.fault is None):
        return False
    if shown.fault is not None and got.fault is not None:
        return _same_fault(shown.fault, got.fault)
    return all(
        same(_plain(value), _plain(got.values.get(text)), probe.rel, probe.abs) for text, value in shown.values.items()
    )


def goes_round_elsewhere(verdict: Verdict, task: str) -> bool:
    """Whether a recursion without end is that of another task's function, which this one's only calls."""
    fault = verdict.fault
    if fault is None or fault.type != RecursionError.__name__:
        return False
    called = [frame.function for frame in fault.frames]
    again = {function for function in called if called.count(function) > 1}
    own = task.rpartition(".")[2]
    return own in called and own not in again and any(name.startswith("__") for name in again)


def _same_fault(one: Fault, other: Fault) -> bool:
    return one.type == other.type and (one.type not in SAYS_WHAT or said(one.message) == said(other.message))


def said(message: str) -> list[str]:
    """What an exception names, in quotes, since Pythons differ in the words around it; else the whole message."""
    return QUOTED.findall(message) or [message]


def _plain(value: Any) -> Any:
    """A value without the addresses that objects are printed with."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and "repr" in value:
        return {**value, "repr": ADDRESS.sub("", value["repr"])}
    return value


def _best(
    candidates: Sequence[Candidate], failures: dict[str, Verdict], reach: dict[str, set[str]]
) -> tuple[Diagnosis, ...]:
    """The combination that predicts most with fewest misconceptions, and is surprised by fewest passes."""
    best: list[tuple[Candidate, ...]] = []
    record = (0, 0, 0)
    for combination in _combinations(candidates):
        if not _accounts(combination, failures, reach):
            continue
        predicted = frozenset().union(*(c.predicted for c in combination))
        score = (len(predicted), -len(combination), -sum(c.missed for c in combination))
        if score > record:
            best, record = [], score
        best += [combination] if score == record else []
    return tuple(_diagnosis(place, best) for place in range(len(best[0]))) if best else ()


def _combinations(candidates: Sequence[Candidate]) -> Iterable[tuple[Candidate, ...]]:
    by_task: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: -len(c.predicted)):
        by_task.setdefault(candidate.task, []).append(candidate)
    groups = [group[:PER_TASK] for group in by_task.values()]
    for count in range(1, min(AT_ONCE, len(groups)) + 1):
        for chosen in itertools.combinations(groups, count):
            yield from itertools.product(*chosen)


def _accounts(combination: tuple[Candidate, ...], failures: dict[str, Verdict], reach: dict[str, set[str]]) -> bool:
    """Whether every failure in the tasks that are blamed is predicted, or is where two mistakes meet.

    Failures elsewhere may stay unexplained, unless whatever is wrong there could be behind those that are.
    """
    tasks = {candidate.task for candidate in combination}
    unexplained = set()
    for check, verdict in failures.items():
        touching = [c for c in combination if check in c.touched]
        if len(touching) == 1 and check not in touching[0].predicted:
            return False
        if not touching:
            unexplained.add(verdict.check.task)
    if unexplained & tasks:
        return False
    return not any(c.touched <= reach.get(task, set()) for c in combination for task in unexplained)


def _diagnosis(place: int, best: list[tuple[Candidate, ...]]) -> Diagnosis:
    chosen = best[0][place]
    misconception = chosen.fingerprint.misconception
    others = {c.fingerprint.misconception for combination in best for c in combination if c.task == chosen.task}
    alternatives = sorted(others - {misconception}, key=lambda m: m.id)
    confidence = len(chosen.predicted) / len(chosen.touched)
    return Diagnosis(misconception, chosen.touched, round(confidence, 3), tuple(alternatives))


def read_fingerprints(path: Path) -> tuple[Fingerprint, ...]:
    """The fingerprints in a file that `make fingerprints` wrote; none where there is no such file."""
    if not path.exists():
        return ()
    return tuple(
        Fingerprint(
            Misconception(**entry["misconception"]),
            {check: _observation(shown) for check, shown in entry["shown"].items()},
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))["chaffs"]
    )


def _observation(shown: dict[str, Any]) -> Observation:
    """An observation as the file holds it: values, or a fault's type and message alone."""
    if "fault" in shown:
        kind, message = shown["fault"]
        return Observation({}, Fault(kind, message, "run", ()))
    return Observation(shown["values"])

"""Names the misconception behind a set of verdicts, where one accounts for what fails and for what passes.

The evidence is a fingerprint per misconception: what the checks showed on a chaff, the smallest edit of the worked
answer that behaves as the belief does. Nothing is guessed: where no fingerprint fits, nothing is claimed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.core.fingerprints import SAYS_WHAT
from grader.core.judging import same
from grader.core.records import Diagnosis, Fault, Fingerprint, Misconception, Observation, Status, Verdict

AT_ONCE, PER_TASK, IN_ONE_TASK = 3, 6, 3  # tasks in one explanation, candidates for one, misconceptions in one
FREE = 0.1  # the share of what several in one task touch that may be where they meet, unlike what each alone shows
QUOTED = re.compile(r"'([^']*)'")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Candidate:
    """Misconceptions of one task beside a submission: the failures that they predict exactly, and all that they touch.

    `free` are failures where two of them meet and neither alone says what is seen. `missed` counts the passed checks,
    all of other tasks, that fail on the chaff.
    """

    misconceptions: tuple[Misconception, ...]
    predicted: frozenset[str]
    touched: frozenset[str]
    missed: int
    free: frozenset[str] = frozenset()

    @property
    def task(self) -> str:
        return self.misconceptions[0].task

    def explains(self, failures: frozenset[str]) -> bool:
        """Whether nothing that it touches is otherwise than predicted, and nothing of these is left over."""
        return failures <= self.touched and self.touched <= self.predicted | self.free


def diagnose(verdicts: Iterable[Verdict], fingerprints: Iterable[Fingerprint]) -> tuple[Diagnosis, ...]:
    """The misconceptions that explain the verdicts of one exercise, the fewest that do so; often none."""
    known = [v for v in verdicts if v.observation is not None and v.status.is_known]
    failures = {v.check.id: v for v in known if v.status is not Status.PASSED}
    if not failures:
        return ()
    passed: dict[str, set[str]] = {}
    for v in known:
        if v.status is Status.PASSED:
            passed.setdefault(v.check.task, set()).add(v.check.id)
    possible = [f for f in fingerprints if passed.get(f.task, set()).isdisjoint(f.shown)]
    seen: dict[tuple[str, int], bool] = {}
    candidates = [_candidate(f, failures, set().union(*passed.values()), seen) for f in possible]
    return _best(_by_task([c for c in candidates if c.predicted], failures), failures, _reach(possible))


def _reach(fingerprints: Iterable[Fingerprint]) -> dict[str, set[str]]:
    """The checks that a mistake in a task can make fail, by task: also those of other tasks that build on it."""
    reach: dict[str, set[str]] = {}
    for fingerprint in fingerprints:
        reach.setdefault(fingerprint.task, set()).update(fingerprint.shown)
    return reach


def _candidate(
    fingerprint: Fingerprint, failures: dict[str, Verdict], passed: set[str], seen: dict[tuple[str, int], bool]
) -> Candidate:
    """`seen` remembers what was compared: a pair shows most of what its two misconceptions show alone."""
    touched = frozenset(failures.keys() & fingerprint.shown.keys())
    for check in touched:
        if (check, id(fingerprint.shown[check])) not in seen:
            seen[check, id(fingerprint.shown[check])] = alike(fingerprint.shown[check], failures[check])
    task = fingerprint.misconceptions[0].task
    alike_here = (check for check in touched if seen[check, id(fingerprint.shown[check])])
    predicted = frozenset(check for check in alike_here if not goes_round_elsewhere(failures[check], task))
    return Candidate(fingerprint.misconceptions, predicted, touched, len(fingerprint.shown.keys() & passed))


def _by_task(candidates: Iterable[Candidate], failures: dict[str, Verdict]) -> list[list[Candidate]]:
    """The best candidates of each task, and what several of them say together where none explains its task alone."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: (-len(c.predicted), len(c.misconceptions))):
        groups.setdefault(candidate.task, []).append(candidate)
    own: dict[str, set[str]] = {}
    for check, verdict in failures.items():
        own.setdefault(verdict.check.task, set()).add(check)
    found = []
    for task, group in groups.items():
        whole = [c for c in group if c.explains(frozenset(own.get(task, ())))]
        found.append((whole or [*_joined(group[: 2 * PER_TASK]), *group])[:PER_TASK])
    return found


def _joined(group: Sequence[Candidate]) -> list[Candidate]:
    """Two candidates of one task as one, where each predicts something that the other does not touch."""
    found = []
    for one, other in itertools.combinations(group, 2):
        both = dict.fromkeys((*one.misconceptions, *other.misconceptions))
        if len(both) > IN_ONE_TASK or not (one.predicted - other.touched and other.predicted - one.touched):
            continue
        meeting = one.touched & other.touched
        predicted, touched = one.predicted | other.predicted, one.touched | other.touched
        free = (meeting | one.free | other.free) - predicted
        if touched <= predicted | free and len(free) <= FREE * len(touched):
            found.append(Candidate(tuple(both), predicted, touched, max(one.missed, other.missed), free))
    return sorted(found, key=lambda c: (-len(c.predicted), len(c.misconceptions)))


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


def _plain(value: object) -> object:
    """A value without the addresses that objects are printed with."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and "repr" in value:
        return {**value, "repr": ADDRESS.sub("", value["repr"])}
    return value


def _best(
    groups: Sequence[Sequence[Candidate]], failures: dict[str, Verdict], reach: dict[str, set[str]]
) -> tuple[Diagnosis, ...]:
    """The combination that predicts most with fewest misconceptions, and is surprised by fewest passes."""
    best: list[tuple[Candidate, ...]] = []
    record = (0, 0, 0)
    for combination in _combinations(groups):
        if not _accounts(combination, failures, reach):
            continue
        predicted = frozenset().union(*(c.predicted for c in combination))
        count = sum(len(c.misconceptions) for c in combination)
        score = (len(predicted), -count, -sum(c.missed for c in combination))
        if score > record:
            best, record = [], score
        best += [combination] if score == record else []
    if not best:
        return ()
    others = [m for combination in best for c in combination for m in c.misconceptions]
    return tuple(_diagnosis(m, c, others) for c in best[0] for m in c.misconceptions)


def _combinations(groups: Sequence[Sequence[Candidate]]) -> Iterable[tuple[Candidate, ...]]:
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
        if len(touching) == 1 and check not in touching[0].predicted | touching[0].free:
            return False
        if not touching:
            unexplained.add(verdict.check.task)
    if unexplained & tasks:
        return False
    return not any(c.touched <= reach.get(task, set()) for c in combination for task in unexplained)


def _diagnosis(misconception: Misconception, chosen: Candidate, named: Iterable[Misconception]) -> Diagnosis:
    """With what the other combinations that say as much have in the place of this misconception."""
    others = {m for m in named if m.task == chosen.task} - set(chosen.misconceptions)
    alternatives = tuple(sorted(others, key=lambda m: m.id))
    return Diagnosis(misconception, chosen.touched, round(len(chosen.predicted) / len(chosen.touched), 3), alternatives)

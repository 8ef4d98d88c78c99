"""Names the misconception behind a set of verdicts, where one accounts for what fails and for what passes.

The evidence is a fingerprint per misconception: what the checks showed on a chaff, the smallest edit of the worked
answer that behaves as the belief does. Nothing is guessed: where no fingerprint fits, nothing is claimed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.core.catalogue import read_catalogue
from grader.core.fingerprints import SAYS_WHAT
from grader.core.judging import same
from grader.core.operations import as_meant
from grader.core.records import Diagnosis, Fault, Fingerprint, Misconception, Observation, Status, Verdict
from grader.core.slips import OPERATION, SPELLING, SYMPTOMS, Slip, as_misconception

AT_ONCE, PER_TASK, IN_ONE_TASK = 3, 6, 3  # tasks in one explanation, candidates for one, misconceptions in one
FREE = 0.1  # the share of what several in one task touch that may be where they meet, unlike what each alone shows
SHARE = 0.25  # of what several touch, that they predict where they predict fewer failures than they are
QUOTED = re.compile(r"'([^']*)'")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
NUMBER = re.compile(r"((?<![\w.])-?\d+\.\d+(?:e[-+]?\d+)?)")


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

    @property
    def common(self) -> int:
        return min(m.common for m in self.misconceptions)

    @property
    def is_shown(self) -> bool:
        """Whether it predicts anything; of several, as many failures as there are of them, or a good share."""
        enough = len(self.predicted) >= len(self.misconceptions) or len(self.predicted) > SHARE * len(self.touched)
        return bool(self.predicted) and enough

    def explains(self, failures: frozenset[str]) -> bool:
        """Whether nothing that it touches is otherwise than predicted, and nothing of these is left over."""
        return failures <= self.touched and self.touched <= self.predicted | self.free


def diagnose(
    verdicts: Iterable[Verdict], fingerprints: Iterable[Fingerprint], slips: Sequence[Slip] | None = None
) -> tuple[Diagnosis, ...]:
    """The misconceptions that explain the verdicts of one exercise, the fewest that do so; often none.

    A task of which no check fails is not accused, whatever its misconceptions would say of a neighbour's failures.
    Slips are named as well, since they are seen: in their tasks nothing is inferred that they are no part of. They are
    None where nobody has looked for any.
    """
    known = [v for v in verdicts if v.observation is not None and v.status.is_known]
    failures = {v.check.id: v for v in known if not is_right(v)}
    passed: dict[str, set[str]] = {}
    for v in known:
        if is_right(v):
            passed.setdefault(v.check.task, set()).add(v.check.id)
    prints = list(fingerprints)
    failing = {v.check.task for v in failures.values()}
    possible = [f for f in prints if f.task in failing and passed.get(f.task, set()).isdisjoint(f.shown)]
    seen: dict[tuple[str, int], bool] = {}
    chosen = [f for f in possible if _has(f, slips or ())]
    candidates = [_candidate(f, failures, set().union(*passed.values()), seen) for f in chosen]
    groups = _by_task([c for c in candidates if c.is_shown], failures)
    alone = {f.misconceptions[0]: frozenset(f.shown) for f in prints if len(f.misconceptions) == 1}
    inferred = _best(groups, failures, _reach(possible), slips, alone)
    return (*inferred, *_seen(slips or (), inferred, known, prints))


def is_right(verdict: Verdict) -> bool:
    """Whether a check passes, or would if operations were named as the lesson does."""
    spelled = bool(verdict.differences) and all(d.spelled for d in verdict.differences)
    return verdict.status is Status.PASSED or (verdict.status is Status.FAILED and spelled)


def _has(fingerprint: Fingerprint, slips: Iterable[Slip]) -> bool:
    """Whether a fingerprint is of all the slips seen in its task, but for symptoms and the name of an operation."""
    kinds = {slip.kind for slip in slips if slip.task == fingerprint.task} - {SPELLING, OPERATION, *SYMPTOMS}
    return kinds <= {m.slip for m in fingerprint.misconceptions}


def _seen(
    slips: Sequence[Slip], inferred: Iterable[Diagnosis], known: Sequence[Verdict], prints: Iterable[Fingerprint]
) -> Iterator[Diagnosis]:
    """The slips that nothing inferred is a case of, in the words of the bank where it has some for the place.

    A symptom is told where nothing is said of its task.
    """
    told = {(d.misconception.task, d.misconception.slip) for d in inferred}
    seen = {task for task, _ in told} | {slip.task for slip in slips if slip.kind not in SYMPTOMS}
    told |= {(slip.task, slip.kind) for slip in slips if slip.kind in SYMPTOMS and slip.task in seen}
    named = {task for task, _ in told} | {slip.task for slip in slips if slip.kind != SPELLING}
    unnamed = {v.check.task for v in known if not is_right(v)} - named
    bank = {(m.task, m.slip): m for f in prints for m in f.misconceptions if m.slip}
    for slip in slips:
        own = [v for v in known if v.check.task == slip.task and v.status is not Status.PASSED]
        if slip.kind == SPELLING:
            own = [v for v in known if any(slip.names in d.spelled for d in v.differences)]
        if own and (slip.task, slip.kind) not in told:
            exercise = read_catalogue()[own[0].check.exercise]
            beyond = slip.kind == SPELLING and slip.task in unnamed
            what = bank.get((slip.task, slip.kind)) or as_misconception(slip, exercise, beyond=beyond)
            yield Diagnosis(what, frozenset(v.check.id for v in own), 1.0)


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
    for candidate in sorted(candidates, key=_rank):
        groups.setdefault(candidate.task, []).append(candidate)
    own: dict[str, set[str]] = {}
    for check, verdict in failures.items():
        own.setdefault(verdict.check.task, set()).add(check)
    found = []
    for task, group in groups.items():
        whole = [c for c in group if c.explains(frozenset(own.get(task, ())))]
        single = [c for c in group if len(c.misconceptions) == 1 and c not in whole]
        others = single if whole else [*_joined(group[: 5 * PER_TASK]), *group]
        found.append([*whole[:PER_TASK], *others[: PER_TASK // 2 if whole else PER_TASK]])
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
    return sorted(found, key=_rank)


def _rank(candidate: Candidate) -> tuple[int, int, int]:
    """What predicts most comes first, then what needs fewest misconceptions, then what is commonest."""
    return -len(candidate.predicted), len(candidate.misconceptions), -candidate.common


def alike(shown: Observation, verdict: Verdict) -> bool:
    """Whether a submission showed at a check what a chaff did."""
    got, probe = verdict.observation, verdict.check.probe
    if got is None or (shown.fault is None) != (got.fault is None):
        return False
    if shown.fault is not None and got.fault is not None:
        return _same_fault(shown.fault, got.fault)
    for text, value in shown.values.items():  # noqa: SIM110 - as below
        if not means_same(value, got.values.get(text), probe.rel, probe.abs):
            return False
    return True


def means_same(one: object, other: object, rel: float, abs_: float) -> bool:
    """Whether two encoded values agree where names of operations are taken as they are meant, and addresses are not.

    Some hundred observations are compared with each that was made, and most differ in their first numbers: so nothing
    is made of a list as a whole, and numbers need no more than the comparison.
    """
    if type(one) is float and type(other) is float:
        return math.isclose(one, other, rel_tol=rel, abs_tol=abs_)
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        for a, b in zip(one, other, strict=True):  # noqa: SIM110 - all() makes a generator for each list
            if not means_same(a, b, rel, abs_):
                return False
        return True
    return same(as_meant(_plain(one)), as_meant(_plain(other)), rel, abs_)


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
    """A value in which a printed object is its texts and its numbers, without the address that it is printed with.

    The last digit of a hyperbolic tangent is another one with another C library, and so in a browser.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and "repr" in value:
        texts = NUMBER.split(ADDRESS.sub("", value["repr"]))  # every second one is a number
        return [value["object"], *(float(text) if i % 2 else text for i, text in enumerate(texts))]
    return value


def _best(
    groups: Sequence[Sequence[Candidate]],
    failures: dict[str, Verdict],
    reach: dict[str, set[str]],
    slips: Sequence[Slip] | None,
    alone: Mapping[Misconception, frozenset[str]],
) -> tuple[Diagnosis, ...]:
    """The combination that predicts most with fewest misconceptions, and is surprised by fewest passes.

    Of several that do as well the one of what is commonest, with the others as equals.
    """
    best: list[tuple[Candidate, ...]] = []
    record = (0, 0, 0, 0, 0)
    for combination in _combinations(groups):
        if not _accounts(combination, failures, reach):
            continue
        predicted = frozenset().union(*(c.predicted for c in combination))
        count = sum(len(c.misconceptions) for c in combination)
        unseen = sum(_unseen(c, slips) for c in combination)
        accounted = predicted | _meetings(combination)
        score = (len(accounted), -count, len(predicted), -sum(c.missed for c in combination), -unseen)
        if score > record:
            best, record = [], score
        best += [combination] if score == record else []
    if not best:
        return ()
    commonest = max(best, key=lambda combination: sum(c.common for c in combination))
    named = [[m for c in combination for m in c.misconceptions] for combination in best]
    return tuple(
        _diagnosis(m, c, [other for others in named if m not in others for other in others], alone)
        for c in commonest
        for m in c.misconceptions
    )


def _meetings(combination: Sequence[Candidate]) -> frozenset[str]:
    """The failures that several of them touch: there any result may be seen."""
    pairs = itertools.combinations(combination, 2)
    return frozenset().union(*(one.touched & other.touched for one, other in pairs))


def _unseen(candidate: Candidate, slips: Sequence[Slip] | None) -> int:
    """How many of its misconceptions are slips that would have been seen."""
    kinds = {slip.kind for slip in slips or () if slip.task == candidate.task}
    return 0 if slips is None else sum(bool(m.slip) and m.slip not in kinds for m in candidate.misconceptions)


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


def _diagnosis(
    misconception: Misconception,
    chosen: Candidate,
    named: Iterable[Misconception],
    alone: Mapping[Misconception, frozenset[str]],
) -> Diagnosis:
    """With what the other combinations that say as much have in the place of this misconception.

    Of several in one task each is blamed for what it shows alone, and all for what they only show together.
    """
    others = dict.fromkeys(m for m in named if m.task == chosen.task and m not in chosen.misconceptions)
    alternatives = tuple(sorted(others, key=lambda m: -m.common))
    beside = frozenset().union(*(alone.get(m, ()) for m in chosen.misconceptions if m != misconception))
    checks = chosen.touched - (beside - alone.get(misconception, frozenset()))
    checks = checks if checks & chosen.predicted else chosen.touched
    return Diagnosis(misconception, checks, round(len(checks & chosen.predicted) / len(checks), 3), alternatives)

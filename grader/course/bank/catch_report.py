"""What `make catch-N` says: each check, what is wrong with some, how much is caught, and one that got away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.core.expectations import Expectation, read_expectations
from grader.core.judging import same, show
from grader.core.records import Exercise, Fault
from grader.core.text import MARGIN, told
from grader.course.grading.catching import Catch, Judged
from grader.learner.catch import bar, begin_checks, own_checks, remember, within_reach
from grader.learner.exercises import exercise
from grader.learner.state import Score
from grader.learner.terminal import wrapped

NAMES = {"reference": "the reference", "pytorch": "PyTorch"}
ON_WRONG_ENGINES = """is right and which wrong engines it catches.

The sport is to catch them all with few words. Every name and every number that you write in a check is a word; signs,
comments, and Python's own words such as for and lambda are free."""
MISSING = ("AttributeError", "NameError", "TypeError")  # where something is asked that comes in a later exercise
RAISED = ("TypeError", "ValueError")  # which the lessons ask for
SOME = 3  # values that are left open are told
ROUNDED = (0.0001, 0.001, 0.01)  # by so much a number may be off that somebody has rounded


def catch_exercise(number: int, judge: Callable[[Exercise, Sequence[Expectation]], Catch]) -> str:
    """Judge the learner's checks of an exercise, keep the best, and say what came out. Raises KataError."""
    chosen = exercise(number)
    if begun := begin_checks(chosen, ON_WRONG_ENGINES):
        return begun
    found = judge(chosen, own_checks(chosen))
    score = len(found.caught), len(found.chaffs), found.words
    before = remember(number, score, [m.id for m in found.escaped])
    return catch_text(found, before)


def catch_text(found: Catch, before: Score | None = None) -> str:
    """The whole report; `before` is the best so far: caught, of how many, with how many words."""
    oracles = " and ".join(NAMES[oracle] for oracle in found.oracles)
    lines = [f"Exercise {found.exercise.number}: {found.exercise.title}", "", *map(_line, found.judged)]
    details = [text for each in found.judged for text in _details(each, found, oracles)]
    return "\n".join(lines) + "".join(f"\n\n{text}" for text in [*details, _sum(found, before), *_escaped(found)])


def _line(judged: Judged) -> str:
    if judged.fault:
        word = "cannot be run"
    elif judged.torn:
        word = "undecided"
    elif judged.wrong:
        word = "wrong"
    elif judged.accused:
        word = "accuses"
    else:
        word = f"catches {len(judged.catches)} with {judged.expectation.words} words"
    return f"{MARGIN}line {judged.expectation.line:<4} {word:<26} {', '.join(judged.expectation.expected)}"[:100]


def _details(judged: Judged, found: Catch, oracles: str) -> list[str]:
    """What is wrong with one check, and why one might have thought so."""
    number, where = found.exercise.number, f"line {judged.expectation.line}"
    if judged.fault:
        return [wrapped(f"CANNOT BE RUN, {where}: {_why_not(judged, judged.fault, number)}")]
    if judged.torn:
        return [wrapped(f"UNDECIDED, {where}: {oracles} differ on {', '.join(judged.torn)}, so nobody can be blamed.")]
    if judged.wrong:
        return [_wrong(judged, where, oracles), *_belief(judged)]
    if judged.accused:
        said = ["it fails an answer that is right as well.", *_freedom(judged, found.wheats), judged.accused[0]]
        return [wrapped(f"ACCUSES, {where}: {' '.join(said)}")]
    return []


def _why_not(judged: Judged, fault: Fault, number: int) -> str:
    """What ends a check: its snippet, what it asks for, or that it asks for more than the exercise has."""
    said = f"{fault.type}: {fault.message}".rstrip(": .")
    if fault == judged.shown.reference.fault:
        meant = " If it has to stop there, catch that in the snippet, with try and except, and ask whether it came."
        return f"the reference stops at it ({said}).{meant if fault.type in RAISED else ''}"
    if fault in (seen.fault for seen in judged.shown.variants[:1]):
        later = f". A check can only use {within_reach(number)}."
        free = ", and the reference does not. Both are right, so it is left open."
        return f"the worked answer stops at it ({said}){later if fault.type in MISSING else free}"
    return f"{fault.message}; ask for something in it that is, such as the data of a Value."


def _wrong(judged: Judged, where: str, oracles: str) -> str:
    right, expected = judged.shown.reference.values, judged.expectation.expected
    verb = "have" if " and " in oracles else "has"
    rows = [f"{t}: you expect {show(expected[t])}, {oracles} {verb} {show(right[t])}" for t in judged.wrong]
    said = "\n".join(wrapped(row, MARGIN, f"{MARGIN}    ") for row in rows)
    rounded = next((w for w in ROUNDED if all(same(expected[t], right[t], w, w) for t in judged.wrong)), None)
    more = f" It is right but for its last digits: write within={rounded:g} after the values." if rounded else ""
    return f"{wrapped(f'WRONG, {where}: this check counts for nothing.{more}')}\n{said}"


def _freedom(judged: Judged, wheats: int) -> list[str]:
    """What right answers show where they differ, each value once."""
    seen = [judged.shown.reference, *(each for each in judged.shown.variants[:wheats] if not each.fault)]
    values = {text: list(dict.fromkeys(show(each.values[text]) for each in seen)) for text in judged.free}
    return [f"{text} is left open; right answers have {' or '.join(its[:SOME])}." for text, its in values.items()]


def _belief(judged: Judged) -> list[str]:
    """The commonest belief that gives the learner's numbers."""
    return ["\n\n".join(wrapped(text, MARGIN) for text in told(belief)) for belief in judged.beliefs[:1]]


def _sum(found: Catch, before: Score | None) -> str:
    caught, chaffs = len(found.caught), len(found.chaffs)
    counting = len(found.counting)
    with_ = f"{counting} check{'s' * (counting != 1)} of {found.words} words"
    best = f" Best so far: {before[0]} with {before[2]} words." if before else ""
    worked = found.exercise.worked_catches
    few = f" {sum(e.words for e in read_expectations(worked))} words can catch all." if worked.exists() else ""
    said = f"{caught} of {chaffs} wrong engines caught, with {with_}.{best}{few}{_spare(found)}"
    return f"{bar(caught, chaffs)}\n{wrapped(said)}"


def _spare(found: Catch) -> str:
    """The longest check without which as many are caught."""
    for each in sorted(found.counting, key=lambda its: -its.expectation.words):
        others = (other.catches for other in found.counting if other is not each)
        if each.catches <= frozenset().union(*others):
            return f" Without line {each.expectation.line} as many are caught."
    return ""


def _escaped(found: Catch) -> list[str]:
    """One that got away, by the question that its belief has to answer."""
    half = " You catch this belief in one engine; it came through in another."
    caught = found.beliefs_caught
    return [
        wrapped(f"One that got away ({m.task}). Ask yourself: {m.question}{half if m.id in caught else ''}")
        for m in found.escaped[:1]
    ]

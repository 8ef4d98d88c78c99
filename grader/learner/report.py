"""Verdicts as text that a learner reads. ASCII alone, so that every console shows it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.core.probing import OBSERVED, PROBE_FILE
from grader.core.records import Diagnosis, Exercise, Status, Verdict, are_right_but_too_deep
from grader.core.source import functions
from grader.core.text import MARGIN, explain, told
from grader.learner.engines import what_it_trains
from grader.learner.exercises import as_imported, is_to_be_repaired, where
from grader.learner.terminal import BLUE, BROWN, GREEN, RED, coloured, wrapped
from grader.learner.waiting import cause_of

if TYPE_CHECKING:
    from grader.learner.causes import Causes

COLOURS = {"good": GREEN, "bad": RED, "warn": BROWN}
STATUS = 13  # columns
BEGIN = "Open {file}: the lesson stands at its top, then write {task}."
ALIKE = "Other mistakes look the same to these checks:"
ALSO = "Also stopped by this:"
READING = "To read more about it:"
WHAT_IS_WRONG = (
    'A check is "wrong" if anything that its lines give is not as expected, also a number beside what its title says. '
    "The first of each task is told here."
)
PASSES_ALONE = (
    "By themselves, in a fresh Python, these lines give what is expected: it is otherwise after other calls. What does "
    "your code keep from one call to the next?"
)
TOO_DEEP = "What you wrote is right, but a recursion cannot go as deep as the deepest graph of the checks."


def exercise_report(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool = False) -> str:
    """A line per check, the first failure of each task in full, the beliefs behind it, the sum, what to do next.

    `explained` says whether `make explain-N` has something to show.
    """
    verdicts = causes.told(verdicts)
    parts = [click.style(f"Exercise {exercise.number}: {exercise.title}", bold=True) + "\n"]
    for task in exercise.tasks:
        parts += [task.name, *(_line(verdict) for verdict in verdicts if verdict.check.task == task.name)]
    return (
        "\n".join(parts)
        + _meaning_of_wrong(exercise, verdicts)
        + "".join(f"\n\n{_detail(failure, exercise, causes)}" for failure in failures(exercise, verdicts, causes))
        + "".join(f"\n\n{_belief(why)}" for why in reasons(causes, verdicts))
        + "\n\n"
        + _reading(exercise, verdicts)
        + _ending(exercise, verdicts, causes, explained)
    )


def _meaning_of_wrong(exercise: Exercise, verdicts: Sequence[Verdict]) -> str:
    """What the word says, where titles are all that is told of some checks that are wrong."""
    tasks = [v.check.task for v in verdicts if v.status is Status.FAILED]
    return "\n\n" + wrapped(WHAT_IS_WRONG) if any(tasks.count(task.name) > 1 for task in exercise.tasks) else ""


@dataclass(frozen=True)
class Failure:
    """The first failure of a task, and the other tasks that the same thing stops at the same place.

    `crash` is the first one with an exception behind it, where what is told in full has none.
    """

    verdict: Verdict
    also: tuple[str, ...] = ()
    crash: Verdict | None = None


@dataclass(frozen=True)
class Why:
    """A belief behind failures: heading, title with its place, paragraphs, and what else would look the same."""

    heading: str
    title: str
    paragraphs: tuple[str, ...]
    alike: tuple[tuple[str, ...], ...]


def failures(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes) -> list[Failure]:
    """What is told in full: the first failure of each task that was begun, and the same thing only once.

    What fails by itself comes before what passes where no check ran before it, and what is only too deep comes last.
    """
    found: dict[object, Failure] = {}
    for task in exercise.tasks:
        wrong = [v for v in verdicts if v.check.task == task.name and v.status is not Status.PASSED]
        begun = sorted((v for v in wrong if not _is_untouched(v)), key=lambda v: _precedence(v, causes))
        if begun:
            first = begun[0]
            crash = next((v for v in begun if v.status is Status.CRASHED), None) if first.fault is None else None
            known = found.get(cause_of(first))
            found[cause_of(first)] = (
                Failure(known.verdict, (*known.also, task.name), known.crash) if known else Failure(first, crash=crash)
            )
    return list(found.values())


def _precedence(verdict: Verdict, causes: Causes) -> int:
    return 2 if verdict.status is Status.TOO_DEEP else int(verdict.check.id in causes.right_alone)


def reasons(causes: Causes, verdicts: Sequence[Verdict]) -> list[Why]:
    """What is believed earlier, where it accounts for a failure or may do so, and what is believed here.

    Of several beliefs in one task the one behind the failure that is told comes first.
    """
    earlier = [
        _why(same, "WHY" if each.checks is not None else "PERHAPS WHY")
        for each in causes.earlier
        for same in _by_belief(each.beliefs)
    ]
    in_order = [verdict.check.id for verdict in verdicts]
    own = sorted(causes.own, key=lambda d: min((in_order.index(check) for check in d.checks), default=0))
    return earlier + [_why(same, "WHY") for same in _by_belief(own)]


def _by_belief(diagnoses: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """In the order of the tasks; what is believed of several tasks in the same words stands together."""
    found: dict[object, list[Diagnosis]] = {}
    for diagnosis in sorted(diagnoses, key=_place):
        m = diagnosis.misconception
        found.setdefault((m.belief, m.explanation), []).append(diagnosis)
    return list(found.values())


def _place(diagnosis: Diagnosis) -> int:
    m = diagnosis.misconception
    return [task.name for task in read_catalogue()[m.exercise].tasks].index(m.task)


def _why(diagnoses: Sequence[Diagnosis], heading: str) -> Why:
    """What the failures tell of what was believed, of one task or of several, and why it is not so."""
    m = diagnoses[0].misconception
    where = f"exercise {m.exercise}, {m.task}"
    _, *parts = told(m)
    others = [diagnosis.misconception for diagnosis in diagnoses[1:]]
    parts += [f"It is the same in {other.task}: {other.title[0].lower()}{other.title[1:]}." for other in others]
    alike = tuple(tuple(f"{a.title}." for a in each.alternatives) for each in diagnoses if each.alternatives)
    return Why(heading, f"{m.title} ({where}).", tuple(parts), alike)


def _belief(why: Why) -> str:
    alike = ["\n".join([f"{MARGIN}{ALIKE}", *map(_item, titles)]) for titles in why.alike]
    return "\n\n".join(
        [_headed(why.heading, BLUE, why.title), *(wrapped(part, MARGIN) for part in why.paragraphs), *alike]
    )


def _item(text: str) -> str:
    return wrapped(f"- {text}", MARGIN, f"{MARGIN}  ")


def _line(verdict: Verdict) -> str:
    word = verdict.status.word
    return _headed(word, COLOURS.get(verdict.status.colour), verdict.check.title, " " * (STATUS - len(word)))


def _heading(verdict: Verdict) -> str:
    word = verdict.status.word.upper()
    return _headed(word, COLOURS.get(verdict.status.colour), f"{verdict.check.task}: {verdict.check.title}")


def _headed(word: str, colour: int | None, text: str, margin: str = "") -> str:
    """A coloured word and a sentence that hangs beside it."""
    indent = " " * (len(margin) + len(word) + 2)
    lines = wrapped(text, indent)
    return margin + (coloured(word, colour) if colour else word) + lines[len(margin) + len(word) :]


def _detail(failure: Failure, exercise: Exercise, causes: Causes) -> str:
    """In full; tasks that are stopped by the same thing at the same place are only named under it."""
    below = map(wrapped, also_told(failure, causes))
    return "\n\n".join([_heading(failure.verdict), explain(failure.verdict, exercise, wrapped), *below])


def also_told(failure: Failure, causes: Causes) -> list[str]:
    """What else there is to say: which tasks it stops too, which one calls itself, and which wait for this one."""
    calls_itself = _calling_itself(failure.verdict)
    names = " and ".join(filter(None, [", ".join(failure.also[:-1]), *failure.also[-1:]]))
    stopped = [f"{ALSO} {names}."] if names else []
    stopped += [f"The recursion is in {calls_itself}."] if calls_itself else []
    stopped += [PASSES_ALONE] if failure.verdict.check.id in causes.right_alone else []
    if failure.crash is not None and failure.verdict.check.task not in {d.misconception.task for d in causes.own}:
        stopped.append(_crash_told(failure.crash))
    return stopped + [each.sentence for each in causes.waiting if each.on == failure.verdict.check.task]


def _crash_told(verdict: Verdict) -> str:
    """The exception of another check of the task, and where it came up."""
    assert verdict.fault is not None
    own = [frame for frame in verdict.fault.frames if frame.file not in (PROBE_FILE, OBSERVED)]
    where = f" in {own[-1].file}, line {own[-1].line}" if own else ""
    return f"Another check of {verdict.check.task} crashes{where}: {verdict.message}"


def _calling_itself(verdict: Verdict) -> str:
    """The task in which a recursion goes too deep, where it is another one than the check is for; or else empty."""
    if verdict.status is not Status.TOO_DEEP or verdict.fault is None:
        return ""
    frames = verdict.fault.frames
    again = [frame for before, frame in pairwise(frames) if before == frame]
    files = {each.file.name: each for each in read_catalogue().values()}
    owner = files.get(again[0].file) if again else None
    if owner is None:
        return ""
    inside = ""
    with suppress(OSError, SyntaxError):  # of a file that has been changed meanwhile
        found = functions(as_imported(owner.file)).values()
        inside = next((each.task for each in found if each.first <= again[0].line <= each.last), "")
    if inside == verdict.check.task or not inside:
        return ""
    return inside if owner.number == verdict.check.exercise else f"{inside} of exercise {owner.number}"


def _is_untouched(verdict: Verdict) -> bool:
    """Also where the check first runs into another stub of the same exercise."""
    return verdict.status is Status.NOT_ATTEMPTED or verdict.blocked_by == verdict.check.exercise


def _reading(exercise: Exercise, verdicts: Sequence[Verdict]) -> str:
    """What there is to read for somebody who is done."""
    if any(v.status is not Status.PASSED for v in verdicts):
        return ""
    return "\n".join([READING, *map(_item, exercise.reading)]) + "\n\n"


def _ending(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    passed = sum(v.status is Status.PASSED for v in verdicts)
    line = f"{passed} of {len(verdicts)} checks pass."
    ending = wrapped(f"{line} {next_step(exercise, verdicts, causes, explained)}")
    return ending.replace(line, coloured(line, GREEN), 1) if passed == len(verdicts) else ending


def next_step(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    """What to do now, as sentences with the commands that do it."""
    n = exercise.number
    following = what_it_trains() if n == max(read_catalogue()) else f"make test-exercise-{n + 1}{where()}"
    if is_to_be_repaired() and not any(v.status.blocks for v in verdicts):
        return _believed(n)
    if are_right_but_too_deep(verdicts):
        return f"{TOO_DEEP} You can go on; the next command is {following}."
    if any(v.status is not Status.PASSED for v in verdicts):
        return _what_to_do(exercise, verdicts, causes, explained)
    return f"{_comparison(exercise)}Next: {following}."


def _comparison(exercise: Exercise) -> str:
    """An offer to compare, where there is something to compare with."""
    if not SOLUTIONS.exists():
        return ""
    style = " and one in another style" if exercise.wheats.exists() else ""
    return f"Compare yours with the worked answer{style}: make solution-{exercise.number}. "


def _believed(number: int) -> str:
    return f"make repair-{number} says what was believed, once it is mended."


def _what_to_do(exercise: Exercise, verdicts: Sequence[Verdict], causes: Causes, explained: bool) -> str:
    n = exercise.number
    blocker = _blocker(exercise, verdicts)
    untouched = [t.name for t in exercise.tasks if all(_is_untouched(v) for v in verdicts if v.check.task == t.name)]
    if len(untouched) == len(exercise.tasks):
        return BEGIN.format(file=exercise.file, task=untouched[0])
    if blocker:
        return f"Exercise {blocker} comes first: make test-exercise-{blocker}{where()}."
    if causes.earlier:
        return _what_comes_first(verdicts, causes)
    if all(v.fault is not None and v.fault.type == "SyntaxError" for v in verdicts):
        return "Mend that line and run again."
    more = _believed(n) if is_to_be_repaired() else f"make hint-{n}{where()} says a little more each time."
    return f"make explain-{n}{where()} shows where it goes wrong; {more}" if explained else more


def _blocker(exercise: Exercise, verdicts: Sequence[Verdict]) -> int | None:
    """The first of the earlier exercises without which checks cannot be run."""
    found = {v.blocked_by for v in verdicts if v.blocked_by not in (None, exercise.number)}
    return min((number for number in found if number), default=None)


def _what_comes_first(verdicts: Sequence[Verdict], causes: Causes) -> str:
    """Which earlier exercise to repair, and why."""
    first = causes.earlier[0]
    do = f"make test-exercise-{first.number}{where()}"
    if first.checks is None:
        return f"Exercise {first.number} does not pass either; repair it first: {do}."
    failing = sum(v.status.is_wrong for v in verdicts)
    share = "what fails" if len(first.checks) == failing else f"{len(first.checks)} of the {failing} checks that fail"
    return f"Exercise {first.number} is behind {share} here; repair it first: {do}."

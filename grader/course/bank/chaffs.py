"""Chaffs: worked answers, each with one known mistake.

A bank of misconceptions lies in misconceptions/exNN.toml. Each entry has the belief in the learner's words and the
smallest edits of the worked answer that behave as that belief does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.records import Exercise, Misconception, Verdict
from grader.core.slips import kinds
from grader.core.source import functions
from grader.course.authoring.cut import solution

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BANK = Path(__file__).with_name("misconceptions")
TEXTS = ("id", "task", "title", "belief", "explanation", "question")
COMMON = (1, 2, 3)  # seldom met, now and then, often


class BankError(KataError):
    """A mistake in the bank, as a sentence for its author."""


@dataclass(frozen=True)
class Chaff:
    """A misconception and one exercise's source that has it, by edits (old text, new text) of one task."""

    misconception: Misconception
    source: str
    edits: tuple[tuple[str, str], ...]


def read_bank(numbers: Iterable[int] | None = None, folder: Path = BANK) -> list[Chaff]:
    """Every chaff of these exercises, in the order of the bank; a misconception may have several. Raises BankError."""
    catalogue = read_catalogue()
    chosen = [catalogue[n] for n in (catalogue if numbers is None else numbers)]
    chaffs = [chaff for exercise in chosen for chaff in _chaffs(exercise, folder / exercise.misconceptions.name)]
    owners: dict[str, int] = {}
    for misconception in (chaff.misconception for chaff in chaffs):
        if owners.setdefault(misconception.id, misconception.exercise) != misconception.exercise:
            where = f"exercises {owners[misconception.id]} and {misconception.exercise}"
            raise BankError(f"{misconception.id} is the id of misconceptions in {where}; give each its own.")
    return chaffs


def _chaffs(exercise: Exercise, path: Path) -> Iterator[Chaff]:
    if not path.exists():
        return
    source = solution(exercise)
    seen = set()
    for entry in _entries(path):
        where = f"{path.name}: {entry.get('id', 'an entry without id')}"
        misconception = _misconception(entry, exercise, where)
        if misconception.id in seen:
            raise BankError(f"{where} is the id of two misconceptions; give each its own.")
        seen.add(misconception.id)
        for edits in _edits(entry["chaffs"], where):
            yield Chaff(misconception, edited(source, misconception.task, edits, where), edits)


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BankError(f"{path.name} is not TOML: {error}.") from None
    entries = content.get("misconception")
    if set(content) != {"misconception"} or not isinstance(entries, list) or not all(type(e) is dict for e in entries):
        raise BankError(f"{path.name} needs [[misconception]] tables, and nothing else.")
    return entries


def _misconception(entry: dict[str, Any], exercise: Exercise, where: str) -> Misconception:
    texts = [entry.get(name) for name in TEXTS]
    wanted = set(entry) - {"common", "slip"} == {*TEXTS, "chaffs"}
    if not wanted or not all(isinstance(text, str) and text.strip() for text in texts):
        raise BankError(f"{where} needs exactly the texts {', '.join(TEXTS)}, none empty, and chaffs.")
    common, slip = entry.get("common", 2), entry.get("slip", "")
    if type(common) is not int or common not in COMMON:
        raise BankError(f"{where}: common = {common!r}; write 1 for seldom, 2 for now and then, or 3 for often.")
    if slip and slip not in kinds():
        raise BankError(f"{where}: slip = {slip!r} is no kind of slip; there are {', '.join(kinds())}.")
    tasks = [task.name for task in exercise.tasks]
    if entry["task"] not in tasks:
        raise BankError(f"{where}: exercise {exercise.number} has no task {entry['task']!r}, but {', '.join(tasks)}.")
    texts_ = {name: entry[name].strip() for name in TEXTS}
    return Misconception(exercise=exercise.number, **texts_, common=common, slip=slip)


def _edits(chaffs: Any, where: str) -> list[tuple[tuple[str, str], ...]]:
    """The edits of each chaff of an entry."""
    if not isinstance(chaffs, list) or not chaffs or not all(map(are_edits, chaffs)):
        raise BankError(f"{where}: chaffs is a list of chaffs, each a list of edits [old text, new text] that differ.")
    return [tuple((old, new) for old, new in edits) for edits in chaffs]


def are_edits(edits: Any) -> bool:
    return isinstance(edits, list) and bool(edits) and all(map(_is_edit, edits))


def _is_edit(edit: Any) -> bool:
    return isinstance(edit, list) and [type(text) for text in edit] == [str, str] and edit[0] != edit[1]


def edited(source: str, task: str | None, edits: Iterable[Sequence[str]], where: str) -> str:
    """A solution after some edits (old text, new text) of one task, or of all its text. Raises BankError."""
    lines = source.splitlines(keepends=True)
    first, last = _span(source, task) if task else (0, len(lines))
    text, place = "".join(lines[first:last]), task or "the solution"
    for old, new in edits:
        if text.count(old) != 1:
            times = f"{text.count(old)} times in {place}"
            raise BankError(f"{where}: {old!r} stands {times}; an edit needs it exactly once.")
        text = text.replace(old, new)
    changed = "".join([*lines[:first], text, *lines[last:]])
    try:
        _compile(changed, where)
    except SyntaxError as error:
        raise BankError(f"{where}: after its edits Python cannot read {place}: {error}.") from None
    return changed


@lru_cache(maxsize=512)  # of two chaffs in one answer, the first is an answer of its own, and met with every second
def _span(source: str, task: str) -> tuple[int, int]:
    function = functions(source)[task]
    return function.first - 1, function.last


@lru_cache(maxsize=512)
def _compile(source: str, where: str) -> None:
    compile(source, where, "exec")


def run_chaffs(chaffs: Sequence[Chaff], seeds: tuple[int, ...] = ()) -> Iterator[tuple[Chaff, list[Verdict]]]:
    """Each chaff with its verdicts in both suites; `seeds` add the checks that are random."""
    from grader.course.bank.trials import Trial, run_trials

    trials = [Trial(chaff.misconception.exercise, chaff.source, seeds) for chaff in chaffs]
    return zip(chaffs, run_trials(trials), strict=True)

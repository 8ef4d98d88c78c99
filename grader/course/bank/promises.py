"""Promises: what each lesson says under "What to write" and "Conventions", and the public check that holds it.

They lie in promises/exNN.toml, piece by piece. Joined, the pieces are these two sections, word for word, so that a
sentence which is new or changed asks its author for the check that holds it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.fingerprints import read_fingerprints
from grader.core.key import read_key
from grader.core.paths import FINGERPRINTS, PUBLIC
from grader.core.records import Check, Exercise, Status
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import are_edits, edited, read_bank
from grader.course.bank.trials import verdicts
from grader.course.bank.wheats import read_wheats
from grader.course.grading.suites import read_solutions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROMISES = Path(__file__).with_name("promises")
SECTION = re.compile(
    r"^(?:What to write|Conventions)\n-+\n(.*?)(?=^(?:Run `make|[^\n]+\n---))", re.MULTILINE | re.DOTALL
)
BULLET = re.compile(r"^- ", re.MULTILINE)
FORMS = (
    {"says", "misconception", "check"},  # whoever believes this breaks it
    {"says", "broken", "edits", "check"},  # nobody believes it; but so it would be broken
    {"says", "wheat"},  # it leaves something open, of which this right answer makes use
    {"says", "why"},  # there is nothing to observe
)


class PromiseError(KataError):
    """A mistake in the promises, as a sentence for their author."""


@dataclass(frozen=True)
class Promise:
    """A piece of a lesson: how it is broken and the id of a check that tells, or `why` there is nothing to tell.

    What breaks it is a misconception of the bank, or `source`, a worked answer with an edit.
    """

    says: str
    broken: str = ""
    check: str = ""
    misconception: str = ""
    source: str = ""
    why: str = ""


def read_promises(exercise: Exercise, folder: Path = PROMISES) -> list[Promise]:
    """What a lesson promises, in its order; a piece that can be broken in two ways comes twice. Raises PromiseError."""
    path = folder / exercise.promises.name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise PromiseError(
            f"{path.name} is missing; write in {exercise.promises} which checks hold what the lesson promises."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PromiseError(f"{path.name} is not TOML: {error}.") from None
    titles = {chaff.misconception.id: chaff.misconception.title for chaff in read_bank([exercise.number])}
    wheats = {wheat.id: wheat.why for wheat in read_wheats([exercise.number])}
    return [_promise(entry, exercise, titles, wheats) for entry in content.get("promise", [])]


def _promise(entry: dict[str, Any], exercise: Exercise, titles: dict[str, str], wheats: dict[str, str]) -> Promise:
    says = str(entry.get("says", ""))
    where = f"{exercise.promises.name}: {says!r}"
    if set(entry) not in FORMS or not all(entry.values()):
        raise PromiseError(f"{where} needs {'; or '.join(', '.join(sorted(form - {'says'})) for form in FORMS)}.")
    for kind, known in (("misconception", titles), ("wheat", wheats)):
        if kind in entry and entry[kind] not in known:
            raise PromiseError(f"{where}: exercise {exercise.number} has no {kind} {entry[kind]!r}.")
    if "check" not in entry:
        return Promise(says, why=entry.get("why") or wheats[entry["wheat"]])
    check = f"{exercise.tag}.{entry['check']}"
    if "edits" in entry and not are_edits(entry["edits"]):
        raise PromiseError(f"{where}: edits is a list of edits [old text, new text] that differ.")
    if "misconception" in entry:
        return Promise(says, titles[entry["misconception"]], check, misconception=entry["misconception"])
    return Promise(says, entry["broken"], check, source=edited(solution(exercise), None, entry["edits"], where))


def broken_promises(exercise: Exercise, folder: Path = PROMISES) -> Iterator[str]:
    """A sentence for each promise that no check holds, and for the first word that is not the lesson's."""
    promises = read_promises(exercise, folder)
    yield from _other_words(exercise, [says for says, _ in groupby(promise.says for promise in promises)])
    checks = {check.id: check for check in load_checks(PUBLIC, exercise.number)}
    for promise in promises:
        if promise.check and (promise.check not in checks or not _fails(exercise, promise, checks[promise.check])):
            yield f"{exercise.promises}: {promise.check} does not fail for {promise.says!r} broken so: {promise.broken}"


def _other_words(exercise: Exercise, pieces: Iterable[str]) -> Iterator[str]:
    lesson = ast.get_docstring(ast.parse(solution(exercise))) or ""
    wanted = " ".join(BULLET.sub("", text) for text in SECTION.findall(lesson)).split()
    found = " ".join(pieces).split()
    for place, (there, here) in enumerate(zip_longest(wanted, found)):
        if there != here:
            around = slice(max(0, place - 3), place + 5)
            where = f"{' '.join(found[around])!r} where the lesson says {' '.join(wanted[around])!r}"
            yield f"{exercise.promises} says {where}; write a promise for each of its words."
            return


def _fails(exercise: Exercise, promise: Promise, check: Check) -> bool:
    """Whether a check fails where a promise is broken."""
    if promise.misconception:
        return check.id in _shown(exercise.number)[promise.misconception]
    key = read_key(PUBLIC / "key.json")
    (verdict,) = verdicts(promise.source, exercise, [check], key, read_solutions())
    return verdict.status is not Status.PASSED


@lru_cache
def _shown(number: int) -> dict[str, set[str]]:
    """The ids of the public checks at which each misconception shows."""
    shown: defaultdict[str, set[str]] = defaultdict(set)
    for fingerprint in read_fingerprints(PUBLIC / FINGERPRINTS, number):
        if len(fingerprint.misconceptions) == 1:
            shown[fingerprint.misconceptions[0].id].update(fingerprint.shown)
    return shown

"""Chaffs: worked answers, each with one known mistake, and what the checks show on them.

A bank of misconceptions lies in misconceptions/exNN.toml. Each entry has the belief in the learner's words and the
smallest edits of the worked answer that behave as that belief does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.course.sandbox import sandbox
from grader.course.worker import Worker
from grader.learner.catalogue import read_catalogue
from grader.learner.judging import judge
from grader.learner.key import expected_values
from grader.learner.paths import SOLUTIONS
from grader.learner.records import Check, Exercise, Fingerprint, Misconception, Status, Verdict
from grader.learner.source import functions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BANK = Path(__file__).with_name("misconceptions")
TEXTS = tuple(field.name for field in fields(Misconception) if field.name != "exercise")
TIME_OUTS = 2  # in one run; the checks behind them are left out


class BankError(ValueError):
    """A mistake in the bank, as a sentence for its author."""


@dataclass(frozen=True)
class Chaff:
    """A misconception and one exercise's source that has it."""

    misconception: Misconception
    source: str


def read_bank(numbers: Iterable[int] | None = None) -> list[Chaff]:
    """Every chaff of these exercises, in the order of the bank; a misconception may have several. Raises BankError."""
    catalogue = read_catalogue()
    chosen = [catalogue[n] for n in (catalogue if numbers is None else numbers)]
    chaffs = [chaff for exercise in chosen for chaff in _chaffs(exercise)]
    names = list(dict.fromkeys((c.misconception.exercise, c.misconception.id) for c in chaffs))
    for name in {name for _, name in names}:
        if sum(n == name for _, n in names) > 1:
            raise BankError(f"{name} is the id of misconceptions in two exercises; ids are unique in the bank.")
    return chaffs


def _chaffs(exercise: Exercise) -> Iterable[Chaff]:
    path = BANK / f"ex{exercise.number:02d}.toml"
    if not path.exists():
        return
    source = (SOLUTIONS / f"{exercise.module}.py").read_text(encoding="utf-8")
    seen = set()
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["misconception"]:
        where = f"{path.name}: {entry.get('id', 'an entry without id')}"
        if set(entry) != {*TEXTS, "chaffs"} or entry["id"] in seen or not entry["chaffs"]:
            raise BankError(f"{where} needs an id of its own and exactly the fields {', '.join(TEXTS)} and chaffs.")
        seen.add(entry["id"])
        if entry["task"] not in {task.name for task in exercise.tasks}:
            raise BankError(f"{where}: exercise {exercise.number} has no task {entry['task']!r}.")
        misconception = Misconception(exercise=exercise.number, **{name: entry[name].strip() for name in TEXTS})
        for edits in entry["chaffs"]:
            yield Chaff(misconception, edited(source, misconception.task, edits, where))


def edited(source: str, task: str, edits: Iterable[Sequence[str]], where: str) -> str:
    """A solution after some edits (old text, new text) of one task. Raises BankError."""
    function = functions(source)[task]
    lines = source.splitlines(keepends=True)
    text = "".join(lines[function.first - 1 : function.last])
    for old, new in edits:
        if text.count(old) != 1:
            raise BankError(
                f"{where}: {old!r} stands {text.count(old)} times in {task}; an edit needs it exactly once."
            )
        text = text.replace(old, new)
    changed = "".join([*lines[: function.first - 1], text, *lines[function.last :]])
    try:
        compile(changed, where, "exec")
    except SyntaxError as error:
        raise BankError(f"{where}: after its edits Python cannot read {task}: {error}.") from None
    return changed


def verdicts(
    source: str, exercise: Exercise, checks: Sequence[Check], keys: Mapping[str, Any], solutions: Mapping[int, str]
) -> list[Verdict]:
    """The checks of an exercise on some source, with the worked answers as its predecessors."""
    found: list[Verdict] = []
    with TemporaryDirectory(prefix="minigrad-") as folder:
        Path(folder).chmod(0o711)
        desk = Path(folder, "desk")
        desk.mkdir()
        for number, text in {**solutions, exercise.number: source}.items():
            if number <= exercise.number:
                (desk / f"{read_catalogue()[number].module}.py").write_text(text, encoding="utf-8")
        with Worker(sandbox(), desk) as worker:
            for check in checks:
                if sum(v.status is Status.TIMED_OUT for v in found) >= TIME_OUTS:
                    break
                expected = expected_values(keys, check, exercise.module)
                found.append(judge(check, exercise, worker.observe(exercise, check), expected))
    return found


def fingerprint(chaff: Chaff, found: Iterable[Verdict]) -> Fingerprint:
    """What the verdicts on a chaff say of its misconception."""
    shown = {v.check.id: v.observation for v in found if v.status is not Status.PASSED and v.observation is not None}
    return Fingerprint(chaff.misconception, shown)


def fingerprint_text(fingerprints: Iterable[Fingerprint], checks: Iterable[Check]) -> str:
    """Fingerprints as a JSON file for these checks; faults without the lines of the chaff that they come from."""
    known = {check.id for check in checks}
    entries = []
    for item in fingerprints:
        shown: dict[str, Any] = {}
        for check, observation in item.shown.items():
            if check in known:
                fault = observation.fault
                shown[check] = {"fault": [fault.type, fault.message]} if fault else {"values": observation.values}
        entries.append({"misconception": asdict(item.misconception), "shown": shown})
    return json.dumps(entries, indent=1, sort_keys=True) + "\n"

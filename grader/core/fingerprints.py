"""The fingerprints in a suite's folder, as `make fingerprints` writes them: what the checks show on each chaff.

There is a file for each exercise. A pair, two chaffs of one task in one answer, is written as far as it differs from
both: 0 stands for what the first of them shows at a check, 1 for what the second does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.core.names import tag
from grader.core.records import Fault, Fingerprint, Misconception, Observation

SAYS_WHAT = ("AttributeError", "NameError", "TypeError")  # of other exceptions the type says all that can be compared


def read_fingerprints(folder: Path, exercise: int | None = None) -> tuple[Fingerprint, ...]:
    """Those of a folder, or of one exercise: each chaff's, then each pair's; none where there is no such file."""
    paths = sorted(folder.glob("ex*.json")) if exercise is None else [file_in(folder, exercise)]
    return tuple(each for path in paths if path.exists() for each in _read(path))


def file_in(folder: Path, exercise: int) -> Path:
    """The file of an exercise in a folder of fingerprints."""
    return folder / f"{tag(exercise)}.json"


def _read(path: Path) -> Iterator[Fingerprint]:
    content = json.loads(path.read_text(encoding="utf-8"))
    alone = []
    for entry in content["chaffs"]:
        shown = {check: _observation(its) for check, its in entry["shown"].items()}
        alone.append(Fingerprint((Misconception(**entry["misconception"]),), shown))
    yield from alone
    yield from (_pair(entry, alone) for entry in content["pairs"])


def _pair(entry: dict[str, Any], alone: list[Fingerprint]) -> Fingerprint:
    both = [alone[place] for place in entry["of"]]
    shown = {
        check: _observation(its) if isinstance(its, dict) else both[its].shown[check]
        for check, its in entry["shown"].items()
    }
    return Fingerprint((*both[0].misconceptions, *both[1].misconceptions), shown)


def _observation(shown: dict[str, Any]) -> Observation:
    """An observation as the file holds it: values, or a fault's type and message alone."""
    if "fault" in shown:
        kind, message = shown["fault"]
        return Observation({}, Fault(kind, message, "run", ()))
    return Observation(shown["values"])

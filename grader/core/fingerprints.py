"""The fingerprints in a suite's folder, as `make fingerprints` writes them: what the checks show on each chaff.

A pair, two chaffs of one task in one answer, is written as far as it differs from both: 0 stands for what the first of
them shows at a check, 1 for what the second does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from grader.core.records import Fault, Fingerprint, Misconception, Observation

SAYS_WHAT = ("AttributeError", "NameError", "TypeError")  # of other exceptions the type says all that can be compared


def read_fingerprints(path: Path, exercise: int | None = None) -> tuple[Fingerprint, ...]:
    """Those of the file, or of one exercise: each chaff's, then each pair's; none where there is no such file."""
    if not path.exists():
        return ()
    content = json.loads(path.read_text(encoding="utf-8"))
    alone: dict[int, list[Fingerprint]] = defaultdict(list)
    for entry in content["chaffs"]:
        misconception = entry["misconception"]
        if exercise in (None, misconception["exercise"]):
            shown = {check: _observation(its) for check, its in entry["shown"].items()}
            alone[misconception["exercise"]].append(Fingerprint((Misconception(**misconception),), shown))
    pairs = [_pair(entry, alone[entry["exercise"]]) for entry in content["pairs"] if entry["exercise"] in alone]
    return (*(each for its in alone.values() for each in its), *pairs)


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

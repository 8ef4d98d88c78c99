"""Gradescope: what it exports of an assignment, and who handed in what by the metadata beside it.

Its marks go back by the autograder; whoever grades an export here posts them by a plain file. The metadata is YAML as
Ruby writes it, with symbols for keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from grader.core.errors import MISSING, KataError
from grader.core.tables import Sheet
from grader.course.intake.handins import Claimant, Given
from grader.course.platforms.gradebooks.system import System

METADATA = "submission_metadata.yml"
LARGEST = 20_000_000  # bytes


class MetadataError(KataError):
    """Why the metadata of an export cannot be used, as a sentence."""


def gives(folder: Path, names: Sequence[str]) -> Mapping[str, Given]:
    """The folders of an export, with everybody who submitted each. Raises MetadataError."""
    if METADATA not in names:
        return {}
    content = _read(folder / METADATA)
    found = {METADATA: Given(METADATA, METADATA, work=False)}
    for name, about in content.items():
        if name in names and isinstance(about, dict):
            claimants = tuple(_claimants(about.get(":submitters")))
            found[name] = Given(name, name, claimants=claimants, submitted=_told(about.get(":created_at")))
    return found


def _told(time: object) -> str:
    """Without a zone it is UTC, as Ruby writes times."""
    if isinstance(time, datetime):
        return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).isoformat()
    return str(time or "")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as error:
        error_of_package = MetadataError("The package PyYAML is not here, which reads Gradescope's metadata.")
        error_of_package.exit_code = MISSING
        raise error_of_package from error
    try:
        data = path.read_bytes()
        content = yaml.safe_load(data.decode("utf-8-sig")) if len(data) <= LARGEST else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise MetadataError(f"{path} cannot be read; export the submissions from Gradescope again.")
    return content


def _claimants(submitters: object) -> Iterator[Claimant]:
    for one in submitters if isinstance(submitters, list) else []:
        if isinstance(one, dict):
            told = {key: str(one.get(f":{key}") or "").strip() for key in ("name", "sid", "email")}
            if any(told.values()):
                yield Claimant(told["name"], told["sid"], told["email"])


def knows(sheet: Sheet) -> bool:
    return sheet.column("sid") is not None


SYSTEM = System(name="gradescope", title="Gradescope", knows=knows, gives=gives)

"""Reports as files: reports/*.json of a graded class, read and checked in one place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import fastjsonschema

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.course.grading.report import Report

SEAL = "seal"
SCHEMA = Path(__file__).with_name("report.schema.json")


class ReportError(KataError):
    """Why there are no reports, or what is wrong with one, as a sentence that says what to do."""


def read_reports(folder: Path) -> dict[str, Report]:
    """The reports of a folder by file name without its suffix. Raises ReportError."""
    reports = {path.stem: read_report(path) for path in sorted(folder.glob("*.json"))}
    if not reports:
        raise ReportError(f"{folder} holds no reports; grade the class first: make grade SUBMISSIONS=folder.")
    return reports


def read_report(path: Path) -> Report:
    """One report. Raises ReportError."""
    try:
        content = _validate()(json.loads(path.read_text(encoding="utf-8")))
        report = Report.from_json(content)
        if isinstance(content, dict) and content.get(SEAL, seal := _seal(report)) != seal:
            raise ReportError(
                f"{path} was changed after it was graded. Put your decision into adjustments.csv, "
                "and grade the class again, which makes the report anew."
            )
    except fastjsonschema.JsonSchemaValueException as error:
        why = f"{path} is not a report of this version ({error.message.removeprefix('data.')})"
    except (OSError, ValueError, RecursionError):
        why = f"{path} is not a report, but damaged"
    else:
        return report
    raise ReportError(f"{why}; grade the class again with FORCE=1.")


@cache
def _validate() -> Callable[[object], object]:
    """The schema in the draft that fastjsonschema knows; a later report may say more than it."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    draft = {"$schema": "http://json-schema.org/draft-07/schema#", "additionalProperties": True}
    validate: Callable[[object], object] = fastjsonschema.compile({**schema, **draft})
    return validate


def write_report(path: Path, report: Report) -> None:
    """Write a report, whole or not at all."""
    content = {**report.as_json(), SEAL: _seal(report)}
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _seal(report: Report) -> str:
    """A digest of all that a report says, but for the time that it took: who edits a mark breaks it."""
    content = replace(report, seconds=None).as_json()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_of(folder: Path, student: str) -> Path:
    """A report's file: the student's name as far as a file name can hold it, and a digest that keeps all names apart.

    It does not depend on who else is there; that a report is this student's is asked of the report itself.
    """
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in student)[:60].lstrip(".")
    return folder / f"{kept}-{_digest(student)}.json"


def _digest(student: str) -> str:
    return hashlib.sha256(student.encode(errors="surrogatepass")).hexdigest()[:32]


def rename_reports(folder: Path) -> None:
    """Reports of the first edition, whose names had a digest of eight digits, get the name that they have now."""
    for path in folder.glob("*-" + "[0-9a-f]" * 8 + ".json"):
        with suppress(OSError, ReportError):
            student = read_report(path).student
            if path.stem.endswith(f"-{_digest(student)[:8]}"):
                path.replace(file_of(folder, student))

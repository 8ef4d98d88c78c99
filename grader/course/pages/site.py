"""The pages of a class, beside its reports: reports/*.json become pages/*.html and pages/index.html."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastjsonschema

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.course.grading.report import SCHEMA
from grader.course.pages.rendering import class_page, student_page

PICTURES = "pictures"
LARGEST_PICTURE = 1_000_000  # characters


class SiteError(KataError):
    """Why there are no pages, in a sentence that says what to do."""


def write_site(out: Path) -> Iterator[Path]:
    """Write a page per report in `out`, then index.html for the class, each whole or not at all; yields their paths.

    The explain pictures of a student, if there are any, lie in pictures/<the report's name>/<exercise>.svg. All reports
    are read before anything is written. Raises SiteError.
    """
    reports = read_reports(out / "reports")
    pages = out / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for stem, report in reports.items():
        write_text(pages / f"{stem}.html", student_page(report, read_pictures(out / PICTURES / stem)))
        yield pages / f"{stem}.html"
    write_text(pages / "index.html", class_page(reports))
    yield pages / "index.html"


def read_reports(folder: Path) -> dict[str, dict[str, Any]]:
    """The reports of a folder by file name without its suffix. Raises SiteError."""
    validate = fastjsonschema.compile(_schema())
    reports = {path.stem: _read(path, validate) for path in sorted(folder.glob("*.json"))}
    if not reports:
        raise SiteError(f"{folder} holds no reports; grade a class first: make grade SUBMISSIONS=folder.")
    return reports


def _read(path: Path, validate: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    try:
        return validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):  # what a schema does not allow is a ValueError too
        raise SiteError(f"{path} is not a report of this version; grade the class again with FORCE=1.") from None


def _schema() -> dict[str, Any]:
    """The schema of a report, in the draft that fastjsonschema knows; a later report may say more than it."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return {**schema, "$schema": "http://json-schema.org/draft-07/schema#", "additionalProperties": True}


def read_pictures(folder: Path) -> dict[int, str]:
    """Explain pictures by exercise number; what is not one, or is too large for a page, is left out."""
    found = {}
    for path in sorted(folder.glob("*.svg")):
        if path.stem.isdecimal() and path.stat().st_size <= LARGEST_PICTURE:
            found[int(path.stem)] = path.read_text(encoding="utf-8", errors="replace")
    return found

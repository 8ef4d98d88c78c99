"""The pages of a class, beside its reports: reports/*.json become pages/*.html and pages/index.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.core.files import write_text
from grader.course.grading.roll import read_class
from grader.course.pages.rendering import class_page, student_page
from grader.course.pages.standing import CourseOfPages, Standing

PICTURES = "pictures"
LARGEST_PICTURE = 1_000_000  # characters


def write_site(
    out: Path, standings: Mapping[str, Standing] | None = None, course: CourseOfPages | None = None
) -> Iterator[Path]:
    """Write a page per report in `out`, then index.html for the class, each whole or not at all; yields their paths.

    The explain pictures of a student, if there are any, lie in pictures/<the report's name>/<exercise>.svg. All reports
    are read before anything is written. `standings` are by the student's name. A page of somebody who is no more in the
    class is removed. Raises ReportError.
    """
    standings, course = standings or {}, course or CourseOfPages()
    reports = read_class(out).reports
    pages = out / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for path in pages.glob("*.html"):
        if path.stem not in reports:
            path.unlink()
    for stem, report in reports.items():
        pictures, standing = read_pictures(out / PICTURES / stem), standings.get(report.student)
        write_text(pages / f"{stem}.html", student_page(report, pictures, standing, course.title))
        yield pages / f"{stem}.html"
    write_text(pages / "index.html", class_page(reports, standings, course))
    yield pages / "index.html"


def read_pictures(folder: Path) -> dict[int, str]:
    """Explain pictures by exercise number; what is not one, or is too large for a page, is left out."""
    found = {}
    for path in sorted(folder.glob("*.svg")):
        if path.stem.isdecimal() and path.stat().st_size <= LARGEST_PICTURE:
            found[int(path.stem)] = path.read_text(encoding="utf-8", errors="replace")
    return found

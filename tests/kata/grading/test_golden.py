"""Thirty submissions get the marks, the report and the page that they have always got.

Where a change is meant, `GOLDEN=1 pytest tests/kata/grading/test_golden.py` writes the golden files again.
"""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.suites import load_course
from grader.course.grading.telling import as_text
from grader.course.intake.submission import Submission
from grader.course.pages.rendering import student_page
from tests.kata.thirty import NUMBERS, thirty

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
SEED = 11
FLEETING = {"seconds": 0.0, "sandbox": "any"}  # what is not of the submission


def grade_thirty():
    """The report of each of the thirty, in their order."""
    course, fence = load_course(frozenset(NUMBERS), seed=SEED), sandbox()

    def graded(place_and_student):
        place, student = place_and_student
        sources = {number: student.edited(number, source) for number, source in student.sources.items()}
        found = grade(Submission(f"s{place:02}", sources, ()), course, fence)
        return replace(make_report(found, course, fence.level), **FLEETING)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(graded, enumerate(thirty(course.solutions))))


def summed_up(report):
    """The marks of a report by task, and digests of all that it says as JSON and as a page."""
    return {
        "score": report.score,
        "tasks": {f"{e.number} {t.name}": t.score for e in report.exercises for t in e.tasks},
        "json": digest(json.dumps(report.as_json(), sort_keys=True)),
        "page": digest(student_page(report)),
    }


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def reports():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return grade_thirty()


def golden(text, path):
    if os.environ.get("GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"GOLDEN=1 writes {path} again"


def test_the_marks_reports_and_pages_of_thirty_are_the_golden_ones(reports):
    marks = {report.student: summed_up(report) for report in reports}
    golden(json.dumps(marks, indent=1) + "\n", GOLDEN / "marks.json")


def test_the_texts_of_thirty_are_the_golden_ones(reports):
    golden("\n".join(map(as_text, reports)), GOLDEN / "reports.txt")

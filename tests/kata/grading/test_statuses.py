"""A status is known in one place: a new one is a line in the records and one in the schema of reports."""

import ast
import json
from pathlib import Path

import pytest

from grader.core.records import Status
from grader.course.classroom.changes import CheckChange, StudentChange, as_markdown
from grader.course.grading.report import Report
from grader.course.grading.report_files import SCHEMA
from grader.course.grading.telling import as_markdown as report_as_markdown
from grader.course.grading.telling import as_text
from grader.course.pages.rendering import TEMPLATES, student_page
from grader.course.platforms.gradescope import _paragraphs
from grader.learner.report import COLOURS

ROOT = Path(__file__).parents[3]
KEYS = {status.key for status in Status}


def document(status):
    check = {
        "id": "ex01.a",
        "title": "A title",
        "status": status.key,
        "points": 0,
        "max_points": 1,
        "visibility": "visible",
        "message": "",
        "diagnosis": None,
        "carried_forward": False,
    }
    task = {"name": "task", "score": 0, "max_score": 1, "checks": [check]}
    exercise = {"number": 1, "title": "One", "score": 0, "max_score": 1, "carried_forward": "", "tasks": [task]}
    whole = {"version": 1, "student": "s", "score": 0, "max_score": 1, "seed": 1, "sandbox": "process"}
    return Report.from_json({**whole, "seconds": 0, "submission": "0" * 64, "notes": [], "exercises": [exercise]})


def listed(tree):
    """The statuses that each display of a module lists, as attributes or as the JSON names them."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
            members = node.keys if isinstance(node, ast.Dict) else node.elts
            yield {name for member in members if (name := named(member)) in KEYS}


def named(node):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Status":
        return node.attr.lower()
    return node.value if isinstance(node, ast.Constant) else None


def test_no_module_but_the_records_lists_statuses():
    lists = {
        str(path.relative_to(ROOT)): found
        for path in ROOT.joinpath("grader").rglob("*.py")
        if path != ROOT / "grader/core/records.py"
        for found in listed(ast.parse(path.read_text(encoding="utf-8")))
        if len(found) > 1
    }
    assert lists == {}


def test_the_style_sheet_and_the_terminal_know_colours_and_no_status():
    style = TEMPLATES.joinpath("page.css").read_text(encoding="utf-8")
    assert not [key for key in KEYS if f".{key}" in style]
    assert [status.colour for status in Status if f".{status.colour}" not in style] == []
    assert {*COLOURS} == {status.colour for status in Status} - {"quiet"}


def test_the_schema_of_reports_names_every_status():
    definitions = json.dumps(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert json.dumps([status.key for status in Status]) in definitions
    assert [Status.of(status.key) for status in Status] == [*Status]


@pytest.mark.parametrize("status", Status)
def test_a_status_is_the_same_word_in_every_text_and_has_its_sign_on_the_page(status):
    report = document(status)
    if status is not Status.PASSED:
        assert f"{status.word:>13}  A title" in as_text(report)
        assert f"- {status.word}: A title" in report_as_markdown(report)
        assert next(_paragraphs(report.exercises[0].checks[0])) == f"{status.word.capitalize()}."
    badge = f'<span class="badge {status.colour}"><span aria-hidden="true">{status.sign}</span> {status.word}</span>'
    assert badge in student_page(report)
    change = CheckChange("ex01.a", "A title", (None, 0), (None, status), "the check is new")
    assert f"→ {status.word} |" in as_markdown([StudentChange("s", (0, 0), (change,))])

"""A report is the same after it was written and read, and what is no report is refused in one sentence."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import KataError
from grader.core.records import Status
from grader.course.grading.report import (
    Alternative,
    CheckReport,
    ExerciseReport,
    NamedMisconception,
    Report,
    TaskReport,
)
from grader.course.grading.report_files import SCHEMA, read_report, write_report

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
POINTS = st.integers(0, 9) | st.floats(0, 1e6)
NAMED = st.builds(
    NamedMisconception,
    id=st.sampled_from(["sum-overwrites", "other"]),
    title=TEXT,
    belief=TEXT,
    explanation=TEXT,
    question=TEXT,
    confidence=st.floats(0, 1),
    alternatives=st.lists(st.builds(Alternative, TEXT, TEXT), max_size=1).map(tuple),
)
CHECK = st.builds(
    CheckReport,
    id=st.sampled_from(["ex01.a", "ex12.b_c"]),
    title=TEXT,
    status=st.sampled_from(Status),
    points=POINTS,
    max_points=POINTS,
    visibility=st.sampled_from(["visible", "hidden"]),
    message=TEXT,
    diagnosis=st.none() | NAMED,
    carried_forward=st.booleans(),
)
TASK = st.builds(TaskReport, TEXT, POINTS, POINTS, st.lists(CHECK, max_size=2).map(tuple))
EXERCISE = st.builds(
    ExerciseReport, st.integers(1, 99), TEXT, POINTS, POINTS, TEXT, st.lists(TASK, max_size=2).map(tuple)
)
REPORT = st.builds(
    Report,
    student=TEXT,
    score=POINTS,
    max_score=POINTS,
    seed=st.integers(0),
    sandbox=TEXT,
    seconds=st.none() | POINTS,
    submission=TEXT,
    notes=st.lists(TEXT, max_size=2).map(tuple),
    exercises=st.lists(EXERCISE, max_size=2).map(tuple),
    made_of=TEXT,
)


@given(REPORT)
def test_a_report_is_the_same_after_json_and_fits_the_schema(report):
    document = json.loads(json.dumps(report.as_json()))
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert Report.from_json(document) == report


@given(REPORT)
def test_what_a_later_kata_adds_to_a_report_is_left_out(report):
    assert Report.from_json({**report.as_json(), "colour": "blue"}) == report


@pytest.fixture
def whole():
    check = CheckReport("ex01.a", "A title", Status.PASSED, 1.0, 1.0, "visible", "", None, carried_forward=False)
    exercises = (ExerciseReport(1, "One", 1.0, 1, "", (TaskReport("task", 1.0, 1, (check,)),)),)
    return Report("ada", 1.0, 1, 7, "hardened", 0.5, "0" * 64, ("A note.",), exercises, "f")


def test_a_report_is_the_same_after_its_file(whole, tmp_path):
    write_report(tmp_path / "ada.json", whole)
    assert read_report(tmp_path / "ada.json") == whole


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda document: document.update(score="all"), r"score must be number"),
        (lambda document: document.pop("notes"), r"must contain \['notes'\] properties"),
        (lambda document: document["exercises"][0].update(score=-1), r"exercises\[0\]\.score must be bigger than"),
        (
            lambda document: document["exercises"][0]["tasks"][0]["checks"][0].update(status="new"),
            r"exercises\[0\]\.tasks\[0\]\.checks\[0\]\.status must be one of",
        ),
    ],
)
def test_a_report_that_is_none_is_named_with_what_is_wrong_in_it(whole, tmp_path, damage, said):
    document = whole.as_json()
    damage(document)
    (tmp_path / "ada.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(KataError, match=rf"ada\.json is not a report of this version \(.*{said}.*\); grade the class"):
        read_report(tmp_path / "ada.json")


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "\xff"])
def test_a_damaged_report_is_told_as_one(tmp_path, content):
    (tmp_path / "ada.json").write_text(content, encoding="latin-1")
    with pytest.raises(KataError, match=r"ada\.json is not a report, but damaged; grade the class again"):
        read_report(tmp_path / "ada.json")

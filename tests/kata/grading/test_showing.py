"""The staff sees why a hidden check failed, with the values and the student's lines; nothing of it goes to students."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.errors import KataError
from grader.course.classroom import classroom
from grader.course.classroom.showing import FOLDER, as_text, exercise_of, report_on, show, sources_of, write_page
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import HIDDEN, Report
from grader.course.grading.roll import read_class
from grader.course.grading.suites import load_course
from grader.course.intake.handins import find_hand_ins
from grader.course.intake.submission import Submission
from grader.course.pages.site import write_site
from grader.course.platforms.gradebooks.systems import systems
from grader.course.platforms.handback import write_feedback

ROOT = Path(__file__).parents[3]
SLIP = ("return rise / (2 * h)", "return rise / h")


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield load_course(frozenset({1}), seed=7)


@pytest.fixture(scope="module")
def submission(course):
    assert SLIP[0] in course.solutions[1]
    return Submission("jane", {1: course.solutions[1].replace(*SLIP)}, ())


@pytest.fixture(scope="module")
def shown(course, submission):
    return show(submission, course, sandbox(), 1)


def test_the_check_that_guide_and_help_name_is_one_that_there_is():
    texts = [
        ROOT / "docs/instructors.md",
        *(ROOT / "grader/course" / name for name in ("commands.py", "classroom/showing.py")),
    ]
    named = {found for path in texts for found in re.findall(r"\bex[0-9]{2}\.\w+", path.read_text(encoding="utf-8"))}
    named -= {"ex04.py", "ex04.toml"}
    suite = load_course(frozenset({4}), seed=7).suites
    assert named == {"ex04.ladder_of_shared_values"}
    assert named <= {check.id for each in suite for check in each.checks}


def hidden_texts(course):
    """What hidden checks run: each line that no public check and no lesson has too."""
    public = "\n".join(c.probe.code for s in course.suites if s.visibility != HIDDEN for c in s.checks)
    codes = [c.probe.code for s in course.suites if s.visibility == HIDDEN for c in s.checks]
    lines = {line.strip() for code in codes for line in code.splitlines() if len(line.strip()) > 14}
    return {line for line in lines if line not in public and line not in course.solutions[1]}


def test_a_hidden_check_is_shown_with_what_ran_what_was_expected_what_came_and_the_lines(course, submission, shown):
    hidden = [check for check in shown if check.visibility == HIDDEN]
    assert hidden
    assert any("expected" in check.told and "got" in check.told for check in hidden)
    text = as_text("jane", shown, sources_of(submission, course.exercises[1], shown, course), [])
    assert any(line in text for line in hidden_texts(course))
    assert SLIP[1] in text
    assert all(check.id in text for check in shown)


def test_one_check_is_shown_by_its_name_and_an_unknown_one_is_a_sentence(course, submission, shown):
    (only,) = show(submission, course, sandbox(), 1, shown[-1].id)
    assert only == shown[-1]
    with pytest.raises(KataError, match=r"There is no check 'ex01\.nothing'; those of exercise 1 are ex01"):
        show(submission, course, sandbox(), 1, "ex01.nothing")
    assert exercise_of("ex01.slope", None, course.exercises) == 1
    with pytest.raises(KataError, match="Which check"):
        exercise_of(None, None, course.exercises)


def test_a_part_of_a_name_is_enough_where_it_is_one_persons():
    blank = Report("", 0, 1, 7, "", None, "", (), ())
    reports = [replace(blank, student=name) for name in ("okafora_103", "leekim_102", "leeann_108", "lee")]
    assert report_on("Okafor", reports).student == "okafora_103"
    assert report_on("lee", reports).student == "lee"
    with pytest.raises(KataError, match=r"'LEE' could be any of 'leekim_102', 'leeann_108', 'lee'; marks\.csv"):
        report_on("LEE", reports)
    with pytest.raises(KataError, match="'jane' is in none of the reports; marks"):
        report_on("jane", reports)
    assert report_on("jane", reports, ["leekim_102"]).student == "leekim_102"
    with pytest.raises(KataError, match=r"'jane' could be any of 'leekim_102', 'lee'; marks\.csv"):
        report_on("jane", reports, ["leekim_102", "lee"])


def test_what_is_told_of_many_checks_is_told_once(course, tmp_path):
    broken = Submission("jane", {1: f"{course.solutions[1]}\nn = input()\n"}, ())
    checks = show(broken, course, sandbox(), 1)
    assert len(checks) > 20
    text = as_text("jane", checks, {}, [])
    page = write_page(tmp_path, "jane", checks, {}, []).read_text(encoding="utf-8")
    for told in (text, page):
        assert told.count("The checks give no input: input() finds nothing to read.") == 1
        assert all(check.id in told for check in checks)


def test_nothing_that_hidden_checks_run_is_in_anything_for_students(course, submission, shown, tmp_path, monkeypatch):
    """And the scan would find it: the page for the staff has it."""
    (tmp_path / "class" / "jane").mkdir(parents=True)
    (tmp_path / "class" / "jane" / "ex01_derivatives.py").write_text(submission.sources[1], encoding="utf-8")
    monkeypatch.setattr(classroom, "load_apart", lambda seed: course)
    list(classroom.grade_class(find_hand_ins(tmp_path / "class"), tmp_path, 1, force=False, seed=7))
    page = write_page(tmp_path, "jane", shown, {}, [])
    pages = list(write_site(tmp_path))
    feedback, *_ = write_feedback(tmp_path, systems()["csv"], read_class(tmp_path).roll, ["jane"])
    with zipfile.ZipFile(feedback) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    texts += [path.read_text(encoding="utf-8") for path in (*pages, *(tmp_path / "reports").glob("*.json"))]
    secrets = hidden_texts(course)
    assert secrets
    assert not [secret for secret in secrets for text in texts if secret in text]
    assert any(secret in page.read_text(encoding="utf-8").replace("&#39;", "'") for secret in secrets)
    assert page.parent == tmp_path / FOLDER
    assert "Do not send this page to a student" in page.read_text(encoding="utf-8")


def test_what_was_not_asked_for_costs_nothing_and_is_not_spoken_of():
    """A right exercise 2 alone, where carried work counts half: exercise 1 was not asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        asked = load_course(frozenset({2}), seed=7)
    half = type(asked.carried_share)(1, 2)
    asked = type(asked)(**{**vars(asked), "carried_share": half})
    report = make_report(grade(Submission("jane", {2: asked.solutions[2]}, ()), asked, sandbox()), asked, "")
    assert report.score == report.max_score
    assert not report.exercises[0].carried_forward

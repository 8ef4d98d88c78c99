"""A course may give points for wrong engines that a student's own checks catch; the checks are a stranger's."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.expectations import FORM, parse_expectations
from grader.core.records import Observation, Status
from grader.course.bank.chaffs import read_bank
from grader.course.fence.sandbox import sandbox
from grader.course.grading.catching import NOT_ASKED, Variant, _worse
from grader.course.grading.config import read_settings
from grader.course.grading.grading import grade
from grader.course.grading.marking import OWN_CHECKS, make_report
from grader.course.grading.report import Report
from grader.course.intake.reading import read_within_limits
from grader.course.intake.submission import Submission
from tests.kata.few import CHAFFS, course_of_catches, course_of_one

RIGHT = 'expect("d = derivative(lambda x: x * x, 3.0)", {"d": 6.0}, within=1e-6)\n'
WRONG = 'expect("d = derivative(lambda x: x * x, 3.0)", {"d": 3.0}, within=1e-6)\n'


@pytest.fixture(scope="module")
def course():
    return course_of_catches()


@pytest.fixture
def own_checks(course, tmp_path):
    def report(text):
        Path(tmp_path, "exercises", "catch").mkdir(parents=True)
        Path(tmp_path, "exercises", "ex01_derivatives.py").write_text(course.solutions[1], encoding="utf-8")
        if text is not None:
            Path(tmp_path, "exercises", "catch", "ex01.py").write_text(text, encoding="utf-8")
        submission = read_within_limits(tmp_path, "ann", course.exercises)
        found = make_report(grade(submission, course, sandbox()), course, "any")
        assert Report.from_json(found.as_json()) == found
        (exercise,) = found.exercises
        assert exercise.max_score == sum(task.max_score for task in exercise.tasks)
        return next(task for task in exercise.tasks if task.name == OWN_CHECKS)

    return report


def test_a_right_check_earns_a_share_of_the_points(own_checks):
    task = own_checks(RIGHT)
    caught, away = task.checks
    assert 0 < task.score < task.max_score == read_catalogue()[1].catch
    assert (caught.status, away.status) == (Status.PASSED, Status.FAILED)
    assert task.score == caught.points
    assert caught.max_points + away.max_points == pytest.approx(task.max_score)
    assert f"of {CHAFFS} known wrong engines" in caught.title


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WRONG, "Line 1: another value is right for d."),
        ('expect("x = open(1)", {"x": 1})', "open may not be used in a check"),
        ("import os; os.abort()", "only checks such as"),
        ("(" * 50_000, "Python cannot read it"),
    ],
)
def test_a_check_that_is_wrong_or_hostile_earns_nothing_and_is_told_why(own_checks, text, said):
    task = own_checks(text)
    assert task.score == 0
    assert said in " ".join(check.message for check in task.checks)
    assert "6.0" not in str(task).replace(FORM, "")


HOSTILE = {  # a snippet, what is asked, what it pretends; and what the report says of its line
    ("", "sum(1 for _ in iter(int, 1))", 1): "it cannot be run",
    ("x = [0] * 10**12", "x", 1): "it cannot be run",
    ("x = 10**10**8", "x", 1): "it cannot be run",
    ("def f(): f()\nf()", "1", 1): "it cannot be run",
    ("raise SystemExit(0)", "1", 1): "it cannot be run",
    ("raise KeyboardInterrupt", "1", 1): "it cannot be run",
    ("""print('{"id": 8, "values": {"x": 1}}')""", "x", 1): "it cannot be run",
    ("import random as __builtins__\nx = d", "x", 1): "it cannot be run",
    ("x = 'a' * 10**6", "x", "a"): "it cannot be run",
    ("import math\nmath.isclose = math.isfinite = lambda *a, **k: True\nd = 7.0", "d", 6.0): "another value is right",
    ("class Liar(float):\n    def __eq__(self, _): return True\nd = Liar(7)", "d", 6.0): "it cannot be run",
    ("derivative = lambda f, x: 6.0\nd = derivative(0, 0)", "d", 6.0): "",  # is right, and catches nobody
}


def test_hostile_checks_end_each_by_itself_and_earn_nothing(own_checks, course):
    lines = [f"expect({code!r}, {{{asked!r}: {value!r}}})\n" for code, asked, value in HOSTILE]
    task = own_checks("".join(lines))
    assert task.score == 0
    said = dict(re.findall(r"Line (\d+): ([^.]*?)(?: for|\.)", task.checks[0].message))
    assert [said.get(str(line), "") for line in range(1, len(lines) + 1)] == list(HOSTILE.values())
    chaffs = {line.strip() for each in course.variants[1][3:] for line in each.source.splitlines()}
    shown = str(task)
    assert not [line for line in chaffs if len(line) > 12 and line in shown]


def test_without_time_nothing_is_caught_and_the_report_says_so(course):
    late = replace(course, limits=replace(course.limits, submission_seconds=0), suites=())
    graded = grade(Submission("ann", {}, (), catches={1: RIGHT}), late, sandbox())
    (check,) = make_report(graded, late, "any").exercises[0].tasks[-1].checks
    assert (check.points, check.message) == (0, "Line 1: there was no time left for it.")


RIGHT_ENGINE, WRONG_ENGINE = Variant(""), Variant("", read_bank([1])[0].misconception)
HELD, FAILED = Observation({"d": 6.0}), Observation({"d": 3.0})


@pytest.mark.parametrize(
    ("variant", "answers", "counts"),
    [
        (RIGHT_ENGINE, (HELD, FAILED), FAILED),
        (RIGHT_ENGINE, (FAILED, HELD), FAILED),
        (RIGHT_ENGINE, (HELD, NOT_ASKED), HELD),
        (WRONG_ENGINE, (HELD, FAILED), HELD),
        (WRONG_ENGINE, (FAILED, HELD), HELD),
        (WRONG_ENGINE, (FAILED, FAILED), FAILED),
        (WRONG_ENGINE, (FAILED, NOT_ASKED), NOT_ASKED),
    ],
)
def test_of_two_answers_that_chance_made_different_the_one_counts_that_earns_less(variant, answers, counts):
    (check,) = parse_expectations(RIGHT, "mine")
    assert _worse(variant, check, *answers) is counts


def test_no_check_is_not_attempted(own_checks):
    (check,) = own_checks(None).checks
    assert (check.status, check.points, check.max_points) == (Status.NOT_ATTEMPTED, 0, read_catalogue()[1].catch)


def test_a_file_of_checks_is_no_exercise_and_changes_the_digest(tmp_path):
    path = tmp_path / "bob.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("exercises/ex02_value.py", "x = 2")
        archive.writestr("exercises/catch/ex02.py", RIGHT)
        archive.writestr("exercises/catch/ex01.py", RIGHT)
    found = read_within_limits(path)
    assert (found.sources, sorted(found.catches)) == ({2: "x = 2"}, [1, 2])
    assert found.digest != replace(found, catches={}).digest


def test_catches_give_no_points_unless_the_course_says_so(tmp_path):
    assert not read_settings().catch
    assert course_of_one().variants == {}
    (tmp_path / "course.toml").write_text("catch = true\n", encoding="utf-8")
    assert read_settings(tmp_path / "course.toml").catch

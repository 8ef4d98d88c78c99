"""What students hold can be learned by heart, and earns nothing: public checks have twins with numbers of their own."""

import json
from collections import Counter

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import read_key
from grader.core.paths import PUBLIC
from grader.course.authoring.answer_key import available_oracles
from grader.course.authoring.cut import stubs
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import HIDDEN, VISIBLE
from grader.course.grading.suites import load_course
from grader.course.grading.twins import make_twins, twin
from grader.course.intake.submission import Submission

pytestmark = pytest.mark.timeout(120)

TABLE = """
import sys
KEY = {key!r}
known = {{text: value for values in KEY.values() for text, value in values.items()}}
def answer(self, module, code, expressions, seconds=None):
    here = {{**known, **KEY.get(code, {{}})}}
    return {{"values": {{text: here.get(text, True) for text in expressions}}}}
sys.modules["__main__"].Desk.observe = answer
"""
NUMERIC = """
def _slope(f, x):
    h = 6e-6 * max(abs(x), 1.0)
    return (f(x + h) - f(x - h)) / (2 * h)

def _by_differences(op, f):
    def method(self, *others):
        values = [self, *(o if isinstance(o, Value) else Value(o) for o in others)]
        out = Value(f(*[v.data for v in values]), values, op)
        def _backward():
            numbers = [v.data for v in values]
            for i, v in enumerate(values):
                v.grad += _slope(lambda x: f(*numbers[:i], x, *numbers[i + 1:]), v.data) * out.grad
        out._backward = _backward
        return out
    return method
"""
OPERATIONS = {
    3: """
Value.__add__ = _by_differences("+", lambda a, b: a + b)
Value.__mul__ = _by_differences("*", lambda a, b: a * b)
""",
    6: "\n".join(f'Value.{f} = _by_differences("{f}", math.{f})' for f in ("exp", "log", "tanh")) + "\n",
}


@pytest.fixture(scope="module")
def course():
    return load_course(seed=7)


@pytest.fixture(scope="module")
def few():
    """As many exercises as the operations that are derived by differences need."""
    return load_course(frozenset(range(1, 7)), seed=7)


def graded(course, sources):
    fence = sandbox()
    found = grade(Submission("mallory", sources, ()), course, fence)
    return found, make_report(found, course, fence.level).as_json()


def test_a_table_of_the_public_answers_with_nothing_written_earns_nothing(course):
    public = course.suites[0]
    keys = {
        n: {c.probe.code: public.key[c.id]["values"] for c in public.checks if c.exercise == n}
        for n in course.exercises
    }
    sources = {n: TABLE.format(key=key) for n, key in keys.items()}
    found, document = graded(course, sources)
    assert document["score"] == 0
    assert not any(mark.proves for marks in found.marks.values() for mark in marks)


def test_stubs_earn_nothing_and_show_no_belief(course):
    texts = stubs()
    found, document = graded(course, {n: texts[module] for n, module in course.modules.items()})
    assert document["score"] == 0
    checks = [c for e in document["exercises"] for t in e["tasks"] for c in t["checks"]]
    assert {c["diagnosis"] for c in checks} == {None}
    assert not any(found.diagnoses.values())


def test_what_an_earlier_exercise_exports_earns_nothing_as_the_next_one(course):
    """Without a line of one's own, on one's own earlier exercises and on the worked ones."""
    earlier = {n: f"from {course.modules[n - 1]} import *\n" for n in course.exercises if n > 1}
    _, carried = graded(course, earlier)
    assert carried["score"] == 0
    _, document = graded(course, {1: course.solutions[1], **earlier})
    assert document["score"] == document["exercises"][0]["score"]


def test_empty_files_earn_nothing(few):
    _, empty = graded(few, dict.fromkeys(few.exercises, ""))
    assert empty["score"] == 0


def test_the_worked_answers_have_all_marks_and_every_exercise_is_proved(course):
    found, document = graded(course, course.solutions)
    assert document["score"] == document["max_score"]
    for number, marks in found.marks.items():
        visible = [mark for mark in marks if mark.visibility == VISIBLE]
        assert {mark.verdict.check.id for mark in visible if mark.proves} == {
            name for name, its in course.suites[0].twins.items() if its.check.exercise == number
        }
        assert any(mark.proves for mark in visible), number


def test_derivatives_by_differences_earn_little_where_they_are_used(few):
    solutions = {n: few.solutions[n] for n in few.exercises}
    sources = {n: text + (NUMERIC + OPERATIONS[n] if n in OPERATIONS else "") for n, text in solutions.items()}
    sources[6] = sources[6].replace("import math\n", "import math\nimport sys\n", 1)
    found, document = graded(few, sources)
    tasks = {(e["number"], t["name"]): t["score"] / t["max_score"] for e in document["exercises"] for t in e["tasks"]}
    for task in ((3, "Value.__add__"), (3, "Value.__mul__"), (6, "Value.exp"), (6, "Value.log"), (6, "Value.tanh")):
        assert tasks[task] < 0.5, task
    assert found.marks[1]
    assert tasks[4, "Value.backward"] == 1.0, "what is right beside it keeps its marks"


def test_a_right_number_that_is_learned_fails_with_a_sentence_and_no_secret(few):
    sources = {1: few.solutions[1]}
    sources[1] = sources[1].replace(
        "    rise = f(x + h) - f(x - h)\n    return rise / (2 * h)\n",
        "    return {(3.0, 1e-6): 6.0, (2.0, 0.5): 12.25}[x, h]\n",
    )
    assert sources[1] != few.solutions[1]
    found, document = graded(few, sources)
    check = next(
        c for t in document["exercises"][0]["tasks"] for c in t["checks"] if c["id"] == "ex01.slope_of_a_parabola"
    )
    assert check["status"] == "failed"
    assert check["points"] == 0
    assert check["message"].startswith("It is right with the numbers below.")
    assert "derivative(square, 3.0)" in check["message"]
    for its in few.suites[0].twins.values():
        assert its.check.probe.code not in json.dumps(document)
    assert found.diagnoses[1] == () or check["diagnosis"] is None


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_oracles_agree_on_every_twin(seed):
    """make_twins raises OracleError where they do not."""
    found = make_twins(load_checks(PUBLIC), read_key(PUBLIC / "key.json"), seed, available_oracles())
    checks = load_checks(PUBLIC)
    by_exercise = Counter(its.check.exercise for its in found.values())
    assert set(by_exercise) == set(read_catalogue())
    assert sum(c.points for c in checks if c.id in found) >= 0.75 * sum(c.points for c in checks)


def test_a_twin_is_the_same_check_with_other_numbers_by_seed():
    (check,) = (c for c in load_checks(PUBLIC) if c.id == "ex01.inputs_are_unchanged")
    one, again, other = (twin(check, seed, read_catalogue()[1]) for seed in (1, 1, 2))
    assert one == again != other
    assert one.id == check.id
    assert one.probe.code.count("0.1") + one.probe.code.count("0.7") < 4
    listed = [line.split("=", 1)[1] for line in one.probe.code.splitlines() if line.startswith("xs = ")]
    assert f"xs =={listed[0]}" in one.probe.code, "the same number goes to the same place"


def test_a_hidden_check_has_no_twin(course):
    assert [bool(suite.twins) for suite in course.suites] == [True, False]
    assert course.suites[1].visibility == HIDDEN

"""Marks are fair: right work gets them, an early slip does not sink later work, and nothing hidden is shown."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from grader.core.catalogue import read_catalogue
from grader.core.judging import same
from grader.core.key import expected_values
from grader.core.records import Probe
from grader.course.fence.folders import desk, sweep
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Limits, Worker
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import HIDDEN, Report
from grader.course.grading.suites import load_course
from grader.course.grading.telling import as_markdown, as_text
from grader.course.intake.submission import Submission

ROOT = Path(__file__).parents[3]
EXERCISES = range(1, 9)  # of the course that most of these grade
SCHEMA = json.loads((ROOT / "grader/course/grading/report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield load_course(frozenset(EXERCISES), seed=7)


@pytest.fixture(scope="module")
def whole(course):  # noqa: ARG001
    return load_course(seed=7)


def graded(course, changes=None, numbers=None):
    """The report of the solutions with passages replaced: {3: [(old, new)]}; None as list leaves an exercise out."""
    sources = {n: s for n, s in course.solutions.items() if numbers is None or n in numbers}
    for number, edits in (changes or {}).items():
        for old, new in edits or ():
            assert sources[number].count(old) == 1, old
            sources[number] = sources[number].replace(old, new)
        if edits is None:
            del sources[number]
    fence = sandbox()
    return make_report(grade(Submission("student", sources, ()), course, fence), course, fence.level).as_json()


def exercise(document, number):
    return next(e for e in document["exercises"] if e["number"] == number)


def statuses(document, number):
    return {c["id"]: c["status"] for t in exercise(document, number)["tasks"] for c in t["checks"]}


WRONG_PRODUCT = [("self.grad += other.data * out.grad", "self.grad += (other.data + 0.125) * out.grad")]


def test_the_solutions_get_every_point_and_the_report_fits_its_schema(whole):
    document = graded(whole)
    jsonschema.validate(document, SCHEMA)
    assert (
        document["score"] == document["max_score"] == sum(t.points for e in read_catalogue().values() for t in e.tasks)
    )
    assert {s for e in document["exercises"] for s in statuses(document, e["number"]).values()} == {"passed"}


def test_nothing_handed_in_is_not_attempted_and_gets_nothing(course):
    document = graded(course, numbers=set())
    jsonschema.validate(document, SCHEMA)
    assert document["score"] == 0
    assert {s for e in document["exercises"] for s in statuses(document, e["number"]).values()} == {"not_attempted"}


EQUAL_BY_NUMBER = "def __eq__(self, other):\n        return self.data == other.data\n\n    "
HASHED_BY_NUMBER = "def __hash__(self):\n        return hash(self.data)\n\n    "
NOT_KEPT = {  # what a lesson promises: the exercise, an edit of its answer, the checks that fail
    "values are equal by number": (
        2,
        "def __repr__",
        EQUAL_BY_NUMBER + HASHED_BY_NUMBER,
        {"equal_numbers_are_two_values"},
    ),
    "values are equal and without hash": (2, "def __repr__", EQUAL_BY_NUMBER, {"equal_numbers_are_two_values"}),
    "all neurons begin alike": (
        8,
        "self.w = [Value",
        "random.seed(1)\n        ",
        {"neurons_draw_weights_of_their_own"},
    ),
    "parameters come from a generator": (8, "[*self.w, self.b]", "iter(", {"number_of_parameters"}),
    "parameters come as a tuple": (8, "[*self.w, self.b]", "tuple(", {"number_of_parameters"}),
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_a_lesson_promises_and_is_not_kept_costs_its_own_check_and_no_other(course, name):
    number, old, before, checks = NOT_KEPT[name]
    new = before + old + ")" * before.endswith("(")
    document = graded(course, {number: [(old, new)]})
    failed = {check for n in EXERCISES for check, status in statuses(document, n).items() if status != "passed"}
    assert failed == {f"ex{number:02d}.{check}" for check in checks}
    assert {e["number"] for e in document["exercises"] if e["score"] < e["max_score"]} == {number}


def test_a_slip_in_exercise_3_costs_exercise_3_alone_and_the_report_says_where_it_is(course):
    document = graded(course, {3: WRONG_PRODUCT})
    jsonschema.validate(document, SCHEMA)
    assert 0 < exercise(document, 3)["score"] < exercise(document, 3)["max_score"]
    for number in set(EXERCISES) - {3}:
        assert exercise(document, number)["score"] == exercise(document, number)["max_score"], number
    assert exercise(document, 5)["carried_forward"].endswith("the mistake is in exercise 3.")
    assert exercise(document, 1)["carried_forward"] == exercise(document, 3)["carried_forward"] == ""
    carried = [c["visibility"] for t in exercise(document, 5)["tasks"] for c in t["checks"] if c["carried_forward"]]
    assert carried.count(HIDDEN) > 0
    assert exercise(document, 5)["carried_forward"].startswith(f"{carried.count('visible')} checks pass on")


@pytest.mark.parametrize(("share", "part"), [(0.5, 0.5), (0.0, 0.0)])
def test_a_course_may_give_less_for_what_is_right_on_the_worked_answers_alone(course, share, part):
    strict = replace(course, carried_share=Fraction(share))
    changes = {3: WRONG_PRODUCT}
    full, less = (exercise(graded(which, changes, numbers={1, 2, 3, 4}), 4) for which in (course, strict))
    checks = [c for t in full["tasks"] for c in t["checks"]]
    assert full["score"] == full["max_score"]
    carried = sum(check["points"] for check in checks if check["carried_forward"])
    assert carried > 0
    assert less["score"] == pytest.approx(full["score"] - (1 - part) * carried, abs=1e-3)
    assert less["score"] == pytest.approx(sum(c["points"] for t in less["tasks"] for c in t["checks"]), abs=1e-3)


def test_no_check_is_passed_by_answering_one_simple_value_to_everything(whole):
    simple = (True, False, None, 0, 1, -1, 0.0, 1.0, -1.0, "", [], [0.0], [1.0], [True], [False])
    for suite in whole.suites:
        for check in suite.checks:
            expected = expected_values(suite.key, check, whole.modules[check.exercise]).values()
            for value in simple:
                told = [same(answer, value, check.probe.rel, check.probe.abs) for answer in expected]
                assert not all(told), (check.id, value)


def test_course_toml_chooses_the_exercises_and_the_limits(tmp_path, monkeypatch):
    for name in ("grader", "tests", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    text = 'exercises = "2"\ncarried_forward = 25\n[limits]\ncpu_seconds = 7\n'
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    chosen = load_course(seed=7)
    assert list(chosen.exercises) == [2]
    assert {check.exercise for suite in chosen.suites for check in suite.checks} == {2}
    assert chosen.carried_share == 0.25
    assert chosen.limits == Limits(cpu_seconds=7.0)
    assert list(load_course(frozenset({1, 3}), seed=7).exercises) == [1, 3]


def test_a_missing_exercise_costs_itself_alone(course):
    document = graded(course, {4: None})
    assert exercise(document, 4)["score"] == 0
    assert document["score"] == document["max_score"] - exercise(document, 4)["max_score"]


def test_a_mistake_of_its_own_is_not_carried_away(course):
    document = graded(course, {3: WRONG_PRODUCT, 6: [("(1.0 - out.data**2) * out.grad", "out.data * out.grad")]})
    tanh = next(t for t in exercise(document, 6)["tasks"] if t["name"] == "Value.tanh")
    assert tanh["score"] < tanh["max_score"]
    assert {c["status"] for c in tanh["checks"]} == {"passed", "failed"}


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        ("while True:\n            pass", "timed_out"),
        ("raise ValueError('lost')", "crashed"),
        ("import os; os._exit(0)", "crashed"),
        ("import numpy", "crashed"),
        ("x = bytearray(2**31)", "crashed"),
    ],
)
def test_a_broken_method_costs_its_own_checks_and_no_others(course, edit, status):
    old = "return [*self.w, self.b]"
    brisk = replace(course, limits=Limits(cpu_seconds=1.0))  # a loop shows in one second what it shows in two
    document = graded(brisk, {8: [(old, f"{edit}\n        {old}")]})
    tasks = {t["name"]: t for t in exercise(document, 8)["tasks"]}
    assert tasks["Neuron.parameters"]["score"] == 0
    first, *others = [c["status"] for c in tasks["Neuron.parameters"]["checks"]]
    assert first == status
    assert {*others} <= {status, "timed_out"}  # what takes time or memory is not asked for ever
    assert tasks["Neuron.__call__"]["score"] == tasks["Neuron.__call__"]["max_score"]
    assert exercise(document, 7)["score"] == exercise(document, 7)["max_score"]


def test_what_a_student_sees_holds_no_hidden_probe_and_no_hidden_value(course):
    document = graded(course, {3: WRONG_PRODUCT})
    report = Report.from_json(document)
    shown = as_text(report) + as_markdown(report) + json.dumps(document)
    hidden = next(suite for suite in course.suites if suite.visibility == HIDDEN)
    lines = {line.strip() for check in hidden.checks for line in check.probe.code.splitlines() if len(line) > 20}
    public = {
        line.strip() for s in course.suites if s is not hidden for c in s.checks for line in c.probe.code.splitlines()
    }
    assert lines - public
    assert not [line for line in lines - public if line in shown]
    for e in document["exercises"]:
        assert all(c["message"] == "" for t in e["tasks"] for c in t["checks"] if c["visibility"] == HIDDEN)


def test_the_same_seed_gives_the_same_verdicts_and_another_seed_asks_something_else(course):
    again, other = (load_course(frozenset(EXERCISES), seed) for seed in (7, 8))
    assert again == course
    assert [s.checks for s in other.suites] != [s.checks for s in course.suites]
    changes = {4: [("reversed(topological_order(self))", "topological_order(self)")]}
    first, second = graded(course, changes), graded(again, changes)
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


@pytest.mark.slow
@pytest.mark.usefixtures("course")
def test_a_wrong_traversal_gets_the_same_verdicts_in_a_hundred_gradings():
    """The order of its walk goes by the addresses of objects; graphs of thousands of values are asked a few times."""
    whole = load_course(frozenset({4}), seed=7)
    suites = (
        replace(s, checks=tuple(c for c in s.checks if not c.deep and "thousands" not in c.id)[::3])
        for s in whole.suites
    )
    quick = replace(whole, suites=tuple(suites))
    walk = [
        ("for operand in value._prev:", "for operand in set(value._prev):"),
        ("work.append((value, True))", "order.append(value)"),
    ]
    for course, times in ((whole, 5), (quick, 95)):
        first = statuses(graded(course, {4: walk}, numbers={1, 2, 3, 4}), 4)
        assert "failed" in first.values()
        assert len(first) > (20 if course is whole else 7)
        assert all(statuses(graded(course, {4: walk}, numbers={1, 2, 3, 4}), 4) == first for _ in range(times))


def test_an_endless_loop_costs_its_own_task_and_none_beside_before_or_after(course):
    loop = [("    order = []\n", "    while True:\n        pass\n    order = []\n")]
    limits = Limits(cpu_seconds=1.0, submission_seconds=250)  # however busy the machine is
    patient = replace(course, limits=limits)
    document = graded(patient, {4: loop}, numbers=set(range(1, 6)))
    order, backward = exercise(document, 4)["tasks"]
    assert (order["name"], order["score"]) == ("topological_order", 0)
    assert backward["score"] == backward["max_score"]
    for number in (1, 2, 3, 5):
        assert exercise(document, number)["score"] == exercise(document, number)["max_score"], number


def test_a_submission_has_its_time_and_what_is_left_is_not_run_whatever_the_verdicts(course):
    two = replace(
        course,
        exercises={2: course.exercises[2]},
        suites=tuple(replace(s, checks=tuple(c for c in s.checks if c.exercise == 2)) for s in course.suites),
        limits=Limits(submission_seconds=2.4),
    )
    slow = course.solutions[2] + "\n_init = Value.__init__\ndef _slow(self, *a, **k):\n"
    slow += "    import time; time.sleep(0.05); _init(self, *a, **k)\nValue.__init__ = _slow\n"
    found = grade(Submission("slow", {1: course.solutions[1], 2: slow}, ()), two, sandbox())
    said = [mark.verdict.message for mark in found.marks[2]]
    assert 1 <= said.count("Not run: the submission's time was used up.") < len(said)
    assert found.seconds < 30


def test_what_goes_by_hashes_and_addresses_is_the_same_in_each_process(course):
    source = "class Thing: pass\nthings = [Thing() for _ in range(50)]\n"
    source += "words = list({f'{n}' for n in range(50)})\nplaces = [things.index(t) for t in set(things)]\n"
    seen = set()
    for _ in range(3):
        with desk() as folder:
            (folder / "ex01_derivatives.py").write_text(source, encoding="utf-8")
            with Worker(sandbox(), folder) as worker:
                probe = Probe("", ("words", "places"))
                seen.add(repr(worker.observe(course.exercises[1].module, probe).values))
    assert len(seen) == 1


def test_a_killed_process_leaves_no_folder_for_longer_than_the_next_run():
    code = "import os, signal; from grader.course.fence.folders import desk, own_folder\nwith desk():\n"
    code += "    print(own_folder(), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert left.is_dir()
    with desk() as mine:
        sweep()
        assert mine.is_dir()
    assert not left.exists()

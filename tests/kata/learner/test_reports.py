"""Whole reports, for each shape of failure. UPDATE_GOLDEN=1 writes them anew; read what changed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.judging import judge
from grader.core.probing import PROBE_FILE
from grader.core.records import Check, Diagnosis, Fault, Frame, Misconception, Observation, Probe, Status, Verdict
from grader.core.text import explain, rows_of
from grader.learner.causes import Causes
from grader.learner.report import Failure, also_told, failures

CATALOGUE = read_catalogue()
GOLDEN = Path(__file__).with_name("golden")


def not_attempted(_):
    return 1


def all_right(learner):
    learner.solve(1)
    return 1


def wrong_value(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += other.data * out.grad", "self.grad += other.grad * out.grad")
    return 3


def exception(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += other.data * out.grad", "self.grad += othr.data * out.grad")
    return 3


def printed_output(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += other.data * out.grad", "print('upstream', out.grad); self.grad = out.grad")
    return 3


def syntax_error(learner):
    learner.solve(1, 2)
    learner.edit(3, 'out = Value(self.data * other.data, (self, other), "*")', "out = Value(self.data *")
    return 3


def missing_name(learner):
    learner.solve(2)
    learner.edit(1, "def gradient(", "def gradiant(")
    return 1


def empty_file(learner):
    learner.file(1).write_text("", encoding="utf-8")
    return 1


def time_out(learner):
    learner.edit(1, "def gradient(f, xs, h=1e-6):", "def gradient(f, xs, h=1e-6):\n    while True: pass")
    return 1


def endless_recursion(learner):
    learner.solve(1)
    learner.edit(2, 'return Value(self.data + other.data, (self, other), "+")', "return self + other")
    return 2


def blocked_by_a_stub(learner):
    learner.solve(1, 2, 4)
    return 4


def blocked_by_a_syntax_error(learner):
    learner.solve(1, 2, 4)
    learner.file(3).write_text("def (", encoding="utf-8")
    return 4


def misconception(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad")
    learner.edit_again(3, "other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad")
    return 3


def two_misconceptions(learner):
    learner.solve(1, 2, 3, 4)
    learner.edit(5, "return -self + other", "return self - other")
    learner.edit_again(5, "return self**-1 * other", "return self * other**-1")
    return 5


def misconceptions_that_look_alike(learner):
    learner.solve(1, 2, 3)
    learner.edit(4, "reversed(topological_order(self))", "topological_order(self)")
    return 4


def misconception_before(learner):
    learner.solve(1, 2, 4)
    learner.edit(3, "self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad")
    learner.edit_again(3, "other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad")
    return 4


SHAPES = [
    not_attempted,
    all_right,
    wrong_value,
    exception,
    printed_output,
    syntax_error,
    missing_name,
    empty_file,
    time_out,
    endless_recursion,
    blocked_by_a_stub,
    blocked_by_a_syntax_error,
    misconception,
    two_misconceptions,
    misconceptions_that_look_alike,
    misconception_before,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_report_is_the_golden_one(learner, shape):
    number = shape(learner)
    result = learner.run("test", number)
    path = GOLDEN / f"{shape.__name__}.txt"
    text = f"{result.stdout}{result.stderr}exit code {result.returncode}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert result.returncode == (0 if shape is all_right else 1)


def test_every_golden_report_belongs_to_a_shape_and_is_plain_ascii():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {shape.__name__ for shape in SHAPES}
    assert all(path.read_text(encoding="utf-8").isascii() for path in GOLDEN.glob("*.txt"))


def test_a_table_with_several_rows_or_long_ones_stands_row_by_row():
    assert rows_of("[[1, 2], [3]]") == ["[[1, 2],", " [3]]"]
    assert rows_of("[[[1], [2]], [[3]]]") == ["[[[1], [2]],", " [[3]]]"]
    assert rows_of("[1, 2]") == ["[1, 2]"]
    check = Check("a", 14, "count_bigrams", 1, "Counts", Probe("", ("counts",)))
    told = explain(
        judge(check, CATALOGUE[14], Observation({"counts": [[0, 1], [2, 3], [4, 5]]}), {"counts": 7}), CATALOGUE[14]
    )
    got = "        got      "
    assert told.endswith("\n".join([f"{got}[[0, 1],", f"{' ' * len(got)} [2, 3],", f"{' ' * len(got)} [4, 5]]"]))


def test_what_else_is_stopped_is_named_in_one_sentence():
    stopped = Verdict(Check("a", 14, "sample", 1, "Draws", Probe("", ("x",))), Status.CRASHED)
    assert also_told(Failure(stopped), Causes()) == []
    assert also_told(Failure(stopped, ("A",)), Causes()) == ["Also stopped by this: A."]
    assert also_told(Failure(stopped, ("A", "B", "C")), Causes()) == ["Also stopped by this: A, B and C."]


def test_a_crash_behind_a_wrong_number_is_told_where_no_belief_is():
    probe = Probe("", ("x",))
    wrong = Verdict(Check("a", 14, "sample", 1, "Draws", probe), Status.FAILED)
    places = (Frame(PROBE_FILE, 1, "", "sample(p)"), Frame("ex14_bigrams.py", 7, "sample", "return 1 / 0"))
    fault = Fault("ZeroDivisionError", "division by zero", "run", places)
    crash = replace(
        wrong, check=replace(wrong.check, name="b"), status=Status.CRASHED, message="It stops.", fault=fault
    )
    (failure,) = failures(CATALOGUE[14], [wrong, crash], Causes())
    assert failure == Failure(wrong, crash=crash)
    assert also_told(failure, Causes()) == ["Another check of sample crashes in ex14_bigrams.py, line 7: It stops."]
    belief = Misconception("m", 14, "sample", "A title", "A belief.", "An explanation.", "A question?")
    assert also_told(failure, Causes((Diagnosis(belief, frozenset({wrong.check.id}), 1.0),))) == []
    (failure,) = failures(CATALOGUE[14], [crash, wrong], Causes())
    assert failure == Failure(crash)

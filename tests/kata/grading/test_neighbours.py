"""Nobody pays for a neighbour: a right answer keeps its marks beside a wrong one."""

import re
from dataclasses import replace

import pytest

from grader.core.overlay import own_helpers, put, with_own_helpers, with_own_task, with_worked_tasks
from grader.core.records import Status
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.suites import load_course, read_solutions
from grader.course.intake.submission import Submission

WORKED = read_solutions()
TASKS = ("derivative", "gradient")


def graded(number, sources, **limits):
    """One exercise of a submission in which these sources are changed, and the course."""
    course = load_course(frozenset({number}), seed=3)
    course = replace(course, limits=replace(course.limits, **limits))
    own = {n: WORKED[n] for n in range(1, number + 1)} | sources
    return grade(Submission("ann", own, ()), course, sandbox()), course


def marks(number, sources):
    """Whether each check passes, by task."""
    tasks = {}
    for mark in graded(number, sources)[0].marks[number]:
        tasks.setdefault(mark.verdict.check.task, []).append(mark.verdict.status is Status.PASSED)
    return tasks


def changed(number, *edits):
    source = WORKED[number]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {number: source}


def are_whole(tasks, *but):
    return [task for task, passed in tasks.items() if not all(passed)] == list(but)


def test_training_keeps_its_marks_beside_a_loss_that_is_not_divided():
    tasks = marks(10, changed(10, ("return total / len(predictions)", "return total")))
    assert are_whole(tasks, "mean_squared_error")


def test_a_gradient_that_asks_the_derivative_keeps_its_marks_beside_a_wrong_one_and_is_not_accused():
    """The first exercise, too, has tasks that are answered with one another."""
    tail = "derivative(lambda x: f([*xs[:i], x, *xs[i + 1 :]]), xs[i], h) for i in range(len(xs))]\n"
    place = WORKED[1].index("    ### BEGIN SOLUTION\n", WORKED[1].index("def gradient("))
    wrong = WORKED[1][:place].replace("rise / (2 * h)", "rise / 2 * h") + f"    return [{tail}"
    found, _ = graded(1, {1: wrong})
    tasks = {task: [m.verdict.status for m in found.marks[1] if m.verdict.check.task == task] for task in TASKS}
    assert Status.FAILED in tasks["derivative"]
    assert set(tasks["gradient"]) == {Status.PASSED}
    assert [d.misconception.id for d in found.diagnoses[1]] == ["derivative-brackets-missing"]


def test_differences_and_quotients_keep_their_marks_beside_a_negation_that_is_a_leaf():
    tasks = marks(5, changed(5, ("return self * -1.0", "return Value(-self.data)")))
    assert are_whole(tasks, "Value.__neg__")


def test_the_report_says_what_is_right_beside_which_wrong_answer():
    found, course = graded(5, changed(5, ("return self * -1.0", "return Value(-self.data)")))
    (told,) = (exercise.carried_forward for exercise in make_report(found, course, "any").exercises)
    assert re.fullmatch(
        r"\d+ checks pass beside worked answers to the other tasks: the mistake is in Value.__neg__\.", told
    )


def test_a_layer_that_unwraps_and_a_network_that_leaves_that_to_it_are_both_named():
    """The network passes with such a layer where it would not with a right one: no single surrounding shows both."""
    unwraps = "outs = [neuron(x) for neuron in self.neurons]\n        return outs[0] if len(outs) == 1 else outs"
    layer = ("return [neuron(x) for neuron in self.neurons]", unwraps)
    found, _ = graded(9, changed(9, layer, ("return x[0] if len(x) == 1 else x", "return x")))
    named = [(d.misconception.task, d.misconception.id) for d in found.diagnoses[9]]
    assert named == [
        ("Layer.__call__", "layer-unwraps-single-output"),
        ("MLP.__call__", "mlp-single-output-in-list"),
    ]


def test_a_right_walk_back_keeps_its_marks_beside_an_order_that_runs_out_of_time():
    """Its checks ran out of time as often as they may, on worked earlier exercises too: because of the order."""
    along_every_way = ("elif value not in met:", "else:")
    found, _ = graded(4, changed(4, along_every_way), cpu_seconds=0.3, wall_seconds=3.0)
    tasks = {mark.verdict.check.task for mark in found.marks[4] if mark.verdict.status is not Status.PASSED}
    assert tasks == {"topological_order"}
    assert [d.misconception.id for d in found.diagnoses[4]] == ["order-lists-again"]


def test_answers_that_go_round_among_worked_ones_alone_keep_their_marks_beside_wrong_ones():
    """0 - a asks for no -a where the difference is the student's own, as it does in the worked one."""
    own = (("return self * -1.0", "return 0 - self"), ("return -self + other", "return Value(other) + self * -1.0"))
    wrong = (("return self * other\n", "return other * self\n"), ("return self**-1 * other", "return self**-1"))
    assert are_whole(marks(5, changed(5, *own)))
    found, _ = graded(5, changed(5, own[0], ("return -self + other", "return Value(other) + -1 * self"), *wrong))
    tasks = {mark.verdict.check.task for mark in found.marks[5] if mark.verdict.status is not Status.PASSED}
    assert tasks == {"Value.__rmul__", "Value.__rtruediv__"}
    assert {d.misconception.task for d in found.diagnoses[5]} == tasks


def test_a_negative_and_a_difference_that_ask_each_other_stay_wrong_beside_something_else():
    tasks = marks(
        5, changed(5, ("return self * -1.0", "return 0 - self"), ("return self**-1 * other", "return self**-1"))
    )
    assert are_whole(tasks, "Value.__neg__", "Value.__rtruediv__")


def test_an_answer_that_asserts_something_still_does_among_the_solutions():
    tasks = marks(8, changed(8, ("return [*self.w, self.b]", "return [*self.w]")))
    assert are_whole(tasks, "Neuron.parameters")


def test_a_wrong_answer_gets_nothing_from_right_neighbours():
    wrong = changed(
        5, ("return self * -1.0", "return Value(-self.data)"), ("return -self + other", "return self - other")
    )
    tasks = marks(5, wrong)
    assert not all(tasks["Value.__neg__"])
    assert not all(tasks["Value.__rsub__"])
    assert are_whole(tasks, "Value.__neg__", "Value.__rsub__")


@pytest.mark.parametrize(
    "line", ["raise NameError('total')", "Value.__sub__ = Value.__rsub__ = Value.__truediv__ = None"]
)
def test_what_spoils_right_answers_from_outside_of_them_is_no_neighbour(line):
    """The file ends at its import, or three right answers are replaced at its end."""
    tasks = marks(5, {5: f"{WORKED[5]}\n{line}\n"})
    assert not all(tasks["Value.__sub__"])
    assert not all(tasks["Value.__truediv__"])


def test_a_helper_of_an_earlier_file_that_a_later_one_imports_lets_work_be_carried_forward():
    """With exercise 4 wrong, exercise 5 is marked on the solutions, with the function that it takes from exercise 3."""
    three = WORKED[3] + "\n\ndef once(function):\n    return function\n"
    five = WORKED[5].replace(
        "from ex04_backward import (", "from ex03_chain_rule import once\nfrom ex04_backward import ("
    )
    five = five.replace("@add_to_class(Value)\ndef __neg__", "@add_to_class(Value)\n@once\ndef __neg__")
    four = changed(4, ("    self.grad = 1.0\n", "    self.grad = 2.0\n"))
    assert are_whole(marks(5, {3: three, **four, 5: five}))


# the mixtures themselves

OWN = """import math as m
from lib import known, new

LIMIT: int = 3
a = b = 1

@add_to_class(Value)
def tanh(self):
    return m.tanh(self.data)

@add_to_class(Value)
def extra(self):
    return 1

def helper():
    return LIMIT

print("not this")
"""
THEIRS = """from lib import known

@add_to_class(Value)
def tanh(self):
    return 0

a = 2
"""


def test_helpers_are_what_binds_new_names_alone():
    text = own_helpers(OWN, THEIRS)
    assert "known" not in text
    assert "not this" not in text
    assert "a = b" not in text  # it would change what the worked file has
    assert "def tanh" not in text
    for wanted in ("import math as m", "from lib import new", "LIMIT: int = 3", "def extra", "def helper"):
        assert wanted in text
    compile(text, "helpers", "exec")


def test_one_task_of_the_learners_stands_among_worked_answers_with_its_helpers():
    text = with_own_task(THEIRS, OWN, "Value.tanh")
    assert "m.tanh(self.data)" in text
    assert "return 0" not in text
    assert "import math as m" in text
    assert with_own_task(THEIRS, OWN, "Value.relu") is None
    assert with_own_task(THEIRS, "def tanh(:", "Value.tanh") is None


def test_worked_answers_to_some_tasks_stand_in_the_learners_file():
    text = with_worked_tasks(THEIRS, OWN, ["Value.tanh"])
    assert text is not None
    assert "m.tanh(self.data)" in text
    assert with_worked_tasks("def tanh(:", OWN, ["Value.tanh"]) is None
    assert with_worked_tasks("x = 1", OWN, ["Value.tanh"]) is None


def test_an_answer_takes_the_margin_of_the_place_that_it_is_put_in():
    source = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    text = put(source, {"A.f": "  def f(self):\n    return 3\n"})
    assert text == "class A:\n    def f(self):\n      return 3\n\n    def g(self):\n        return 2\n"


@pytest.mark.parametrize("later", ["from ex02_value import Value", "import ex02_value", "def broken(:", ""])
def test_worked_files_are_as_they_are_where_no_helper_is_imported(later):
    worked = {"ex02_value": "class Value:\n    pass\n"}
    assert with_own_helpers(worked, {"ex02_value": "def helper():\n    pass\n"}, later) == worked


def test_a_helper_that_is_passed_on_by_the_file_between_is_found():
    worked = {"ex02_value": "class Value:\n    pass\n", "ex03_chain_rule": "from ex02_value import Value\n"}
    own = {"ex02_value": "def once():\n    pass\n", "ex03_chain_rule": "from ex02_value import Value, once\n"}
    made = with_own_helpers(worked, own, "from ex03_chain_rule import Value, once")
    assert "def once" in made["ex02_value"]
    assert "from ex02_value import once" in made["ex03_chain_rule"]

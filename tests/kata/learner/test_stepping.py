"""`step`, and the page that `explain` writes, as their users meet them."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.probing import Desk
from grader.course.bank.chaffs import read_bank
from grader.learner.explain import simplest
from grader.learner.expression import terms
from grader.learner.stepping import EXPRESSION, VALUES, parse_values
from minigrad_reference import Value
from minigrad_reference.drawing import trace
from minigrad_reference.drawing.play import boxes_of, right_numbers
from minigrad_reference.drawing.stepper import stepper

SAID = "The page is build/step/step.html; open it in a browser.\n"
ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
NOT_OF_ORDER = {"backward-seed-added", "backward-zeroes-gradients"}  # seen in a second pass alone
IN_ORDER_HERE = {"order-level-too-small"}  # its levels go wrong elsewhere, and happen to be in a right order here
OF_DOUBLES = {"order-waits-for-a-double"}  # no operation here uses one Value twice
LEAVES = {"a": 2.0, "b": -3.0, "c": 0.5}


def page_of(folder, path="build/step/step.html"):
    """The data that the page's script reads."""
    html = (folder / path).read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', html, re.DOTALL)
    return json.loads(found)


def names(page):
    return [node["name"] for node in page["nodes"]]


# reading an expression


@st.composite
def expressions(draw, depth=3):
    if depth == 0:
        return draw(st.sampled_from([*LEAVES, "2.0", "1.5"]))
    inner = expressions(depth=depth - 1)
    x, y = draw(inner), draw(inner)
    patterns = "{x} + {y}", "{x} * {y}", "{x} - {y}", "-{x}", "{x}**2", "{x}.tanh()", "{x}.sigmoid()", "{x}.relu()"
    return f"({draw(st.sampled_from(patterns))})".format(x=x, y=y)


@settings(max_examples=50)
@given(expressions())
def test_an_expression_that_is_read_has_the_numbers_of_one_that_is_run(text):
    """Every value of the read graph: the reference, run on the same text, has the same at its root and leaves."""
    leaves = {name: Value(number, label=name) for name, number in LEAVES.items()}
    with_values = text.replace("2.0", "Value(2.0)").replace("1.5", "Value(1.5)")
    root = eval(with_values, {"Value": Value, **leaves})  # noqa: S307
    root.backward()
    read = terms(text, LEAVES)
    right = dict(zip(map(id, read), right_numbers(read), strict=True))
    assert right[id(read[-1])] == pytest.approx((root.data, root.grad), rel=1e-9, abs=1e-12)
    for term in read:
        if term.label in leaves:
            assert right[id(term)] == pytest.approx((leaves[term.label].data, leaves[term.label].grad), abs=1e-9)


def test_names_are_kept_shared_values_are_one_and_what_is_not_used_is_left_out():
    read = terms("x = Value(3.0); y = x * x; u = Value(9.0); z = exp(u); y.tanh() + x**-0.5", {})
    made = [(term.label, term._op, [read.index(o) for o in term._prev]) for term in read]
    power = ("", "**-0.5", [0])
    assert made == [("x", "", []), ("y", "*", [0, 0]), ("", "tanh", [1]), power, ("", "+", [2, 3])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The expression is empty; give one such as EXPRESSION='(a*b + c).tanh()'."),
        ("a +", "Python cannot read the expression, line 1: invalid syntax."),
        ("a * q", "q has no value; give it one, as in VALUES='q=2'."),
        ("a\nfor x in b: pass", "Line 2, for x in b: only numbers, names,"),
        ("abs(a)", "Line 1, abs(a): only numbers, names,"),
        ("a % b", "Line 1, a % b: only numbers, names,"),
        ("a.sin()", "Line 1, a.sin(): only numbers, names,"),
        ("a * 1" + "0" * 400, "Line 1: a number of 401 digits is too large."),
        ("a ** -1" + "0" * 400, "Line 1: a number of 401 digits is too large."),
        ("-" * 3000 + "a", "The expression goes too deep to be read at once; give some of it names, as in"),
        ("abs(" + "a + " * 40 + "a)", "Line 1, abs(a + a"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text, said):
    with pytest.raises(KataError, match="^" + re.escape(said)):
        terms(text, LEAVES)


def test_values_are_names_and_numbers():
    assert parse_values("a=2 b=-3, c=7.5e1") == {"a": 2.0, "b": -3.0, "c": 75.0}
    for wrong in ("a", "a=", "=2", "2=a", "a=b", "a b=2"):
        with pytest.raises(KataError, match=r"^VALUES are names and numbers"):
            parse_values(wrong)


# the command


def test_the_default_is_a_small_expression_and_needs_no_engine(learner):
    result = learner.run("step")
    assert (result.returncode, result.stdout, result.stderr) == (0, SAID, "")
    page = page_of(learner.folder)
    assert names(page) == list("abdefgh")
    assert not page["compared"]
    assert EXPRESSION in (learner.folder / "build/step/step.html").read_text(encoding="utf-8")


def test_expression_values_and_file_can_be_given(learner):
    learner.run("step", EXPRESSION="p = x * y; p.relu() + a", VALUES="x=4 y=0.5 a=2")
    page = page_of(learner.folder)
    assert (names(page), page["nodes"][-1]["data"]) == (["x", "y", "p", "v1", "a", "v2"], 4.0)
    (learner.folder / "mine.py").write_text(
        "x = Value(3.0)\ny = x\nfor _ in range(3):\n    y = y * x\ny\n", encoding="utf-8"
    )
    learner.run("step", FILE="mine.py", ENGINE="reference")
    page = page_of(learner.folder)
    assert (len(page["nodes"]), page["nodes"][0]["name"], page["nodes"][-1]["data"]) == (4, "x", 81.0)


def test_on_a_right_engine_of_ones_own_nothing_differs(learner):
    learner.solve(*read_catalogue())
    assert learner.run("step", ENGINE="mine").stdout == SAID
    page = page_of(learner.folder)
    assert (page["compared"], page["first"]) == (True, None)
    assert learner.run("step", ENGINE="mine", NETWORK="toy").stdout == SAID
    assert page_of(learner.folder)["first"] is None


def test_on_a_wrong_engine_the_first_difference_is_said_and_shown(learner):
    learner.solve(*read_catalogue())
    learner.edit(6, "(1.0 - out.data**2) * out.grad", "(1.0 - self.data**2) * out.grad")
    result = learner.run("step", ENGINE="mine", EXPRESSION="d = a * b; e = d + c; f = e.tanh()", VALUES="a=2 b=-3 c=7")
    said = "Your numbers first differ on the way back, from f back to e: e.grad is 0,\nexpected 0.41997."
    assert result.stdout == f"{said} e should receive 0.41997 there.\n{SAID}"
    assert page_of(learner.folder)["first"]["step"] == 5


def test_a_wrong_seed_of_ones_own_is_found_at_the_root(learner):
    learner.solve(*read_catalogue())
    learner.edit_again(4, "    self.grad = 1.0\n", "    self.grad = 2.0\n")
    text = "y = a * a; z = y + a; z * y"
    said = learner.run("step", ENGINE="mine", EXPRESSION=text).stdout
    assert "in v1: v1.grad is 2, expected 1. The way back begins there:" in " ".join(said.split())


def test_a_name_that_is_made_up_is_never_one_that_was_given():
    nodes = terms("v1 = a * b; f = (v1 + a).tanh(); x = f * a; x = x + v1", LEAVES)
    found = [box.name for box in boxes_of(nodes)]
    assert found == ["a", "b", "v1", "v2", "f", "x (1)", "x (2)"]
    assert len(set(found)) == len(found)


def test_the_default_expression_shows_every_mistake_of_order_that_explain_shows_but_two(tmp_path):
    """Where it would say that all is right, explain-4 is silent too, but for levels that are too small and doubles."""
    lines = "\n".join(f"{name} = Value({number}, label={name!r})" for name, number in VALUES.items())
    probe = f"{lines}\n{EXPRESSION.replace('; ', chr(10))}\nh.backward()\n"
    nodes = terms(EXPRESSION, VALUES)
    right = {node.label: grad for node, (_, grad) in zip(nodes, right_numbers(nodes), strict=True)}
    silent = []
    for place, chaff in enumerate(read_bank([4])):
        folder = shutil.copytree(ROOT / "solutions", tmp_path / str(place))
        (folder / "ex04_backward.py").write_text(chaff.source, encoding="utf-8")
        found = simplest(CATALOGUE[4], folder)
        shown = Desk(folder).observe("ex05_operators", probe, [f"{name}.grad" for name in right], 2.0)
        same = list(shown["values"].values()) == pytest.approx(list(right.values()))
        if same and found is not None and found.fault is None and found.first[0] is not None:
            silent.append(chaff.misconception.id)
    assert set(silent) <= NOT_OF_ORDER | IN_ORDER_HERE | OF_DOUBLES


def test_a_long_sum_is_read_and_a_graph_too_deep_for_a_page_is_said():
    nodes = terms("+".join(["a"] * 600), LEAVES)
    assert right_numbers(nodes)[0] == (2.0, 600.0)
    with pytest.raises(ValueError, match=r"^The graph is 599 operations deep; the page plays one of at most 300: "):
        stepper(nodes)
    assert "</html>" in stepper(terms("+".join(["a"] * 60), LEAVES)).html


@pytest.mark.parametrize("name", ["toy", "moons"])
def test_a_networks_prediction_has_names_for_its_neurons(learner, name):
    assert learner.run("step", NETWORK=name).stdout == SAID
    found = names(page_of(learner.folder))
    assert found[-1] == "prediction"
    assert {"x1", "layer 1 neuron 1 w1", "layer 1 neuron 4", "layer 2 neuron 3 b", "layer 2 neuron 4 sum"} <= set(found)
    assert not any(name.startswith("v") for name in found)


def test_a_networks_prediction_on_a_learners_own_engine_has_no_value_without_a_name(learner):
    learner.solve(*range(1, 10))
    assert "The page is" in learner.run("step", NETWORK="toy", ENGINE="mine").stdout
    found = names(page_of(learner.folder))
    inside = {f"layer 2 neuron 3 {what}" for what in ("w4", "b", "product 4", "sum 4")}
    assert inside | {"layer 1 neuron 3 x2", "layer 2 neuron 3", "prediction"} <= set(found)
    assert not any(name.startswith("v") for name in found)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ENGINE": "mine"}, "Your own engine is not complete: exercise 3: Value.__mul__ is still a stub.\n"),
        (
            {"EXPRESSION": "1 / 0", "ENGINE": "reference"},
            "The expression stopped: ZeroDivisionError: division by zero.\n",
        ),
        ({"EXPRESSION": "3", "ENGINE": "reference"}, "The last line gives 3 and not a Value; it must be"),
        ({"EXPRESSION": "import math", "ENGINE": "reference"}, "The last line gives None and not a Value; it must be"),
        ({"FILE": "nowhere.py"}, "nowhere.py cannot be read: No such file or directory.\n"),
        ({"VALUES": "a=1"}, "b has no value; give it one, as in VALUES='b=2'.\n"),
        ({"VALUES": "a=1", "ENGINE": "reference"}, "b has no value; give it one, as in VALUES='b=2'.\n"),
        ({"EXPRESSION": "a * 1" + "0" * 400, "ENGINE": "reference"}, "The expression stopped: OverflowError: "),
        ({"VALUES": "a"}, "VALUES are names and numbers such as 'a=2 b=-3', and 'a' is none of them.\n"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_no_file(learner, variables, said):
    result = learner.run("step", **variables)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert not (learner.folder / "build" / "step").exists()


# explain


def test_explain_writes_the_stepper_with_the_learners_numbers(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += other.data * out.grad", "self.grad = other.data * out.grad")
    said = learner.run("explain", 3).stdout
    assert said.endswith("Step by step, in a browser: build/explain/exercise-3.html.\n")
    page = page_of(learner.folder, "build/explain/exercise-3.html")
    sentence = page["first"]["sentence"]
    assert sentence.startswith("Your numbers first differ on the way back")
    wrong = [(node["name"], node["wrong"]["grad"][0], node["data"]) for node in page["nodes"] if node["wrong"]]
    for name, got, _ in wrong:  # the same numbers as in the text above
        assert re.search(rf"^    {name} .* {re.escape(got.replace('−', '-'))}\S* \(expected ", said, re.MULTILINE)
    assert wrong


def test_explain_has_no_stepper_where_there_are_no_gradients(learner):
    learner.edit(2, "self.data * other.data, (self, other)", "self.data + other.data, (self, other)")
    said = learner.run("explain", 2).stdout
    assert "The picture: build/explain/exercise-2.svg" in said
    assert "Step by step" not in said
    assert not (learner.folder / "build/explain/exercise-2.html").exists()


def test_a_graph_that_is_run_and_walked_is_the_one_that_is_read():
    a, b, c = (Value(x, label=name) for name, x in LEAVES.items())
    run = trace((a * b + c).tanh() * a)[0]
    read = terms("(a * b + c).tanh() * a", LEAVES)
    assert [term._op for term in read if term._op] == [value._op for value in run if value._op]

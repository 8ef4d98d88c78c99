"""`explain`: the simplest expression on which a learner's code differs, in words and as a picture.

UPDATE_GOLDEN=1 writes the texts anew; read what changed.
"""

import gc
import os
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.judging import same
from grader.core.records import Probe
from grader.core.source import functions
from grader.course.authoring.answer_key import ask
from grader.course.bank.wheats import read_wheats
from grader.learner.explain import as_text, simplest
from grader.learner.explanation import ABS, REL, Explanation, shares_of, sketches
from grader.learner.picture import picture
from minigrad_reference.drawing.palette import LIGHT
from minigrad_reference.drawing.shares import Flaw
from tests.kata.lazily import Lazily

Image = Lazily("PIL.Image")

GOLDEN = Path(__file__).with_name("golden") / "explain"
ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
SKETCHES = [sketch for exercise in CATALOGUE.values() for sketch in sketches(exercise)]
WITH_GRADS = [s for s in SKETCHES if all(node.grad for node in s.nodes)]
HIDDEN = ROOT / "tests" / "hidden"
RED, BOLD = LIGHT["bad"], 2.0
SVG = "{http://www.w3.org/2000/svg}"
LEVEL_BY_LEVEL = """\
    order = []
    queue = [root]
    while queue:
        value = queue.pop(0)
        if value not in order:
            order.insert(0, value)
            queue.extend(value._prev)
"""


@dataclass(frozen=True)
class Case:
    """A mistake, the cells (value, number, got, expected) that must be red, and the edges over which it goes wrong."""

    exercise: int
    edits: tuple[tuple[str, str], ...]
    wrong: tuple[tuple[str, str, str, str], ...] = ()
    edges: tuple[tuple[str, str], ...] = ()


@pytest.fixture(scope="module", autouse=True)
def _a_heap_that_is_not_walked():
    """What earlier tests have left is walked now, and not in the one second that a sketch has in this process."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


CASES = {
    "slope_divided_by_h": Case(
        1,
        (("return rise / (2 * h)", "return rise / h"),),
        (("slope", "data", "6", "3"),),
        (("x", "slope"),),
    ),
    "operand_forgotten": Case(
        2, (('self.data + other.data, (self, other), "+"', 'self.data + other.data, (self,), "+"'),)
    ),
    "gradient_assigned": Case(
        3,
        (
            ("self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad"),
            ("other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad"),
        ),
        (("a", "grad", "1", "2"),),
        (("a", "c"),),
    ),
    "breadth_first": Case(
        4,
        (),
        (("a", "grad", "72", "108"), ("b", "grad", "−24", "−48")),
        (("b", "c"),),
    ),
    "root_skipped": Case(
        4,
        (("reversed(topological_order(self))", "reversed(topological_order(self)[:-1])"),),
        (("a", "grad", "0", "1"), ("b", "grad", "0", "1")),
        (("b", "c"),),
    ),
    "rsub_swapped": Case(
        5,
        (("return -self + other", "return self - other"),),
        (("a", "grad", "1", "−1"), ("c", "data", "−1", "1")),
        (("a", "c"),),
    ),
    "tanh_of_the_input": Case(
        6,
        (("(1.0 - out.data**2) * out.grad", "(1.0 - self.data**2) * out.grad"),),
        (("a", "grad", "−3", "0.070651"),),
        (("a", "c"),),
    ),
    "trace_reversed": Case(7, (("{(operand, result) for", "{(result, operand) for"),)),
    "bias_forgotten": Case(
        8,
        (("        s = self.b\n", "        s = Value(0.0)\n"),),
        (("n.b", "grad", "0", "1"), ("out", "data", "0.75", "1.5")),
        (("n.w[0]", "out"), ("x1", "out"), ("n.b", "out")),
    ),
    "zero_grad_clears_data": Case(
        9,
        (("p.grad = 0.0", "p.data = 0.0"),),
        (("after zero_grad", "data", "[2.0, 1.0]", "[0.0, 0.0]"),),
        (("gradients", "after zero_grad"),),
    ),
    "squares_not_averaged": Case(
        10,
        (("return total / len(predictions)", "return total"),),
        (("p", "grad", "4", "2"), ("q", "grad", "−4", "−2"), ("loss", "data", "8", "4")),
        (("p", "loss"), ("q", "loss")),
    ),
    "step_uphill": Case(
        10,
        (("p.data -= learning_rate", "p.data += learning_rate"),),
        (("p", "data", "2.3", "1.7"), ("q", "data", "−1.4", "−0.6")),
    ),
    "margin_added": Case(
        11,
        (("(1 - label * score).relu()", "(1 + label * score).relu()"),),
        (("s", "grad", "1", "−1"), ("loss", "data", "1.25", "0.75")),
        (("s", "loss"),),
    ),
    "total_of_numbers": Case(
        12,
        (("total = sum(powers)", "total = sum(power.data for power in powers)"),),
        (("s", "grad", "0.73106", "0.19661"), ("t", "grad", "0", "−0.19661")),
        (("t", "out[0]"), ("t", "out[1]")),
    ),
    "corrected_means_not_used": Case(
        13, (("self.m[i] / (1 - b1**self.t)", "self.m[i]"), ("self.v[i] / (1 - b2**self.t)", "self.v[i]"))
    ),
    "the_same_token_predicted": Case(
        14, (("cross_entropy(table[before], after)", "cross_entropy(table[before], before)"),)
    ),
    "rows_copied": Case(15, (("return self.rows[index]", "return [Value(v.data) for v in self.rows[index]]"),)),
    "scores_not_scaled": Case(16, (("Value(0.0)) / root)", "Value(0.0)))"),)),
    "keys_not_cut_into_heads": Case(16, (("key[part] for key in keys", "key[:width] for key in keys"),)),
    "residual_forgotten": Case(17, (("x = [a + b for a, b in zip(x, seen)]", "x = seen"),)),
    "position_not_added": Case(
        17, (("[t + p for t, p in zip(self.tokens(token), self.positions(position))]", "self.tokens(token)"),)
    ),
    "gradients_not_cleared": Case(18, (("        model.zero_grad()\n", ""),)),
    "past_made_anew": Case(
        18, (("sample(model(token, position, past)", "sample(model(token, position, model.new_past())"),)
    ),
}
ON_GRAPHS = [name for name, case in CASES.items() if case.wrong]


def level_by_level(learner):
    """The list goes level by level from the root, and is turned round."""
    learner.solve(4)
    text = learner.file(4).read_text(encoding="utf-8")
    answer = text[text.index("    order = []\n") : text.index("    return order\n")]
    learner.edit_again(4, answer, LEVEL_BY_LEVEL)


def make_mistake(learner, name):
    case = CASES[name]
    learner.solve(*read_catalogue())
    for old, new in case.edits:
        learner.edit_again(case.exercise, old, new)
    if name == "breadth_first":
        level_by_level(learner)
    return case.exercise


@pytest.fixture(scope="module")
def explained(make_learner):
    """By name of a case: what the command said, and the folder of its pictures."""

    @lru_cache
    def run(name):
        learner = make_learner()
        number = make_mistake(learner, name)
        return learner.run("explain", number), learner.folder / "build" / "explain"

    return run


# in words


SHARES = """\
        for operand, slope in {self: other.data, other: self.data}.items():
            operand.grad += slope * out.grad
"""
BY_STACK = """\
    met, order, todo = set(), [], [root]
    while todo:
        value = todo.pop()
        if value not in met:
            met.add(value)
            order.append(value)
            todo.extend(value._prev)
    return order[::-1]
"""


def test_a_share_that_was_never_passed_on_is_not_said_to_be_replaced(learner):
    learner.solve(1, 2)
    learner.edit(3, "        self.grad += other.data * out.grad\n        other.grad += self.data * out.grad\n", SHARES)
    result = learner.run("explain", 3).stdout
    assert "a should receive 2.0 and 2.0 from c.\n" in result
    assert "replaced" not in result


def test_a_gradient_that_is_passed_on_too_early_is_not_said_to_be_replaced(learner):
    learner.solve(1, 2, 3)
    text = (ROOT / CATALOGUE[4].solution).read_text(encoding="utf-8")
    function = functions(text)["topological_order"]
    body = text.splitlines(keepends=True)[function.first : function.last]
    learner.edit(4, "".join(body), BY_STACK)
    result = learner.run("explain", 4).stdout
    assert "too early, its gradient is not complete" in result
    assert "replaced" not in result


CASE = "        if self is other:\n            self.grad += 2 * self.data * out.grad\n"
RELU_OR_SELF = "if self.data > 0:\n        return self\n    out = Value(0.0)"
SINGLE, TWICE = "A single turn of the step of c adds twice what it should.", "has arrived twice"
AGAIN = {  # exercise, edits, and what is said of a share that is twice as large
    "another operand's gradient": (3, [("other.grad += 1.0 * out.grad", "other.grad += self.grad")], ""),
    "a second share for the right side": (
        3,
        [("other.grad += 1.0 * out.grad", "other.grad += 2.0 * out.grad")],
        SINGLE,
    ),
    "a case of its own": (
        3,
        [("        self.grad += other.data *", f"{CASE}        self.grad += other.data *")],
        SINGLE,
    ),
    "a slope of x, where x is 2": (6, [("slope = 1.0 if self", "slope = self.data if self")], SINGLE),
    "a step that is called twice": (
        4,
        [("        value._backward()\n", "        value._backward()\n        value._backward()\n")],
        TWICE,
    ),
}


@pytest.mark.parametrize("case", AGAIN)
def test_a_share_is_said_to_have_arrived_again_only_where_it_has(case, learner):
    number, edits, said = AGAIN[case]
    learner.solve(*range(1, number + 1))
    for old, new in edits:
        learner.edit_again(number, old, new)
    result = " ".join(learner.run("explain", number).stdout.split())
    assert "On the way back it first goes wrong" in result
    assert [each for each in (SINGLE, TWICE) if each in result] == [said] * bool(said)


def test_what_two_names_of_one_value_receive_is_put_down_to_no_step(learner):
    learner.solve(*range(1, 6))
    learner.edit(6, 'out = Value(self.data if self.data > 0 else 0.0, (self,), "relu")', RELU_OR_SELF)
    result = " ".join(learner.run("explain", 6).stdout.split())
    assert "c is a itself, so both gradients are one." in result
    assert [each for each in (SINGLE.replace(" c ", f" {giver} ") for giver in "abcd") if each in result] == []
    assert TWICE not in result


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_the_golden_one(explained, name):
    result, _ = explained(name)
    assert (result.returncode, result.stderr) == (0, "")
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8")
    assert result.stdout.isascii()


def test_every_golden_text_belongs_to_a_mistake():
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


def test_every_exercise_has_a_mistake_that_is_explained():
    assert {case.exercise for case in CASES.values()} == set(CATALOGUE)


@pytest.mark.parametrize("number", CATALOGUE)
def test_on_the_worked_answers_no_sketch_differs(graduate, number):
    assert sketches(CATALOGUE[number])
    assert simplest(CATALOGUE[number], graduate.folder / "exercises") is None


def test_on_right_answers_in_other_styles_no_sketch_differs(graduate, tmp_path):
    wheats = read_wheats()
    assert wheats
    accused = []
    for place, wheat in enumerate(wheats):
        folder = shutil.copytree(graduate.folder / "exercises", tmp_path / str(place))
        module = CATALOGUE[wheat.exercise].module
        (folder / f"{module}.py").write_text(wheat.source, encoding="utf-8")
        accused += [wheat.id] if simplest(CATALOGUE[wheat.exercise], folder) else []
    assert accused == []


def test_a_list_of_parameters_that_grows_is_shown_at_the_second_call(learner):
    learner.solve(*range(1, 8))
    learner.edit(8, "return [*self.w, self.b]", "self.w.append(self.b)\n        return self.w")
    said = learner.run("explain", 8).stdout
    rows = [line.partition("[")[2] for line in said.splitlines() if line.startswith("    n.parameters()")]
    assert rows == ["0.5, 0.75]", "0.5, 0.75, 0.75] (expected [0.5, 0.75])"]
    first = "It first goes wrong in n.parameters() again, which should be the result of parameters."
    assert first in " ".join(said.split())


def test_there_is_nothing_to_explain_where_all_is_right_or_a_stub_that_no_sketch_needs(learner):
    learner.solve(*range(1, 8))
    said = "There is nothing to explain: exercise 7 is right as far as it is written.\n"
    assert learner.run("explain", 7).stdout == said
    begin, stub = "### BEGIN SOLUTION\n", '    raise NotImplementedError("exercise 7: draw_dot")\n'
    learner.edit_again(7, f"{begin}    dot =", f"{begin}{stub}    dot =")
    assert learner.run("explain", 7).stdout == said


def test_what_only_larger_graphs_show_is_left_to_the_checks(learner):
    learner.solve(1, 2, 3)
    learner.edit(4, "    while work:\n", "    while work and len(order) < 1000:\n")
    result = learner.run("explain", 4)
    said = "None of the expressions that this command tries shows it; make test-exercise-4 shows the checks that fail."
    assert (result.returncode, " ".join(result.stdout.split())) == (0, said)
    assert not (learner.folder / "build").exists()
    (learner.folder / "other").symlink_to("exercises")
    said = " ".join(learner.run("explain", 4, DESK="other").stdout.split())
    assert "make test-exercise-4 DESK=other shows the checks that fail." in said


@pytest.mark.parametrize(("solved", "number"), [((1, 2), 3), ((1, 2, 4), 4)])
def test_a_stub_is_named_also_one_of_an_earlier_exercise(learner, solved, number):
    learner.solve(*solved)
    assert learner.run("explain", number).stdout == "Value.__add__ of exercise 3 is not written yet.\n"


def test_an_exception_shows_the_snippet_and_the_learners_line(learner):
    learner.solve(1, 2)
    learner.edit(3, "self.grad += other.data * out.grad", "self.grad += othr.data * out.grad")
    said = learner.run("explain", 3).stdout
    assert said.startswith("There are no numbers to draw.\n\nNameError: name 'othr' is not defined\n\nRun:\n")
    assert "    c = a * b\n    c.grad = 1.0\n    c._backward()\n" in said
    assert said.endswith("in _backward\n        self.grad += othr.data * out.grad\n")
    assert not (learner.folder / "build").exists()


def test_an_endless_loop_is_called_one_and_its_line_is_shown(learner):
    learner.edit(1, "def gradient(f, xs, h=1e-6):", "def gradient(f, xs, h=1e-6):\n    while True: pass")
    said = learner.run("explain", 1).stdout
    assert "It did not end within its time limit: probably an endless loop.\n" in said
    assert said.endswith("in gradient\n        while True: pass\n")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (3, "Python cannot read ex03_chain_rule.py, line 1: invalid syntax."),
        (2, "Exercise 2 cannot be imported (ex02_value.py, line 1): SyntaxError: invalid syntax."),
    ],
)
def test_a_file_that_python_cannot_read_is_named_with_its_line(learner, broken, said):
    learner.solve(1, 2, 3)
    learner.file(broken).write_text("def (", encoding="utf-8")
    assert said in " ".join(learner.run("explain", 3).stdout.split())


def test_a_wrong_request_and_a_missing_file_are_one_sentence(learner):
    last = max(CATALOGUE)
    refusal = f"There is no exercise {last + 1}; they go from 1 to {last}.\n"
    assert learner.refused("explain", last + 1) == refusal
    learner.file(3).unlink()
    assert learner.refused("explain", 3).startswith("exercises/ex03_chain_rule.py is missing; make reset-3 ")


def test_what_the_code_prints_is_not_mixed_with_the_text(learner):
    make_mistake(learner, "rsub_swapped")
    learner.edit_again(5, "    return self - other", "    print('HERE')\n    return self - other")
    assert learner.run("explain", 5).stdout == (GOLDEN / "rsub_swapped.txt").read_text(encoding="utf-8")


# as a picture


def drawing(path):
    """The nodes and edges of an SVG by name: a value, an operation 'c op', a pair of those."""
    found = {}
    for group in ET.parse(path).iter(f"{SVG}g"):  # noqa: S314 (our own file)
        if group.get("class") in ("node", "edge"):
            names = [_name(key) for key in group.findtext(f"{SVG}title").split("->")]
            found.setdefault(tuple(names) if len(names) == 2 else names[0], []).append(group)
    return found


def _name(key):
    code, op = re.fullmatch(r"n([0-9a-f]+)(op)?", key).groups()
    return bytes.fromhex(code).decode() + (" op" if op else "")


def shown(group):
    return " ".join(" ".join("".join(t.itertext()).replace("\xa0", " ") for t in group.iter(f"{SVG}text")).split())


def in_red(group):
    """What is written in red, and in bold."""
    return [t.text for t in group.iter(f"{SVG}text") if t.get("fill") == RED and t.get("font-weight") == "bold"]


def is_red(group):
    return RED in {element.get(what) for element in group.iter() for what in ("fill", "stroke")}


def is_bold_red(group):
    path = group.find(f"{SVG}path")
    return path.get("stroke") == RED and float(path.get("stroke-width", "1")) > BOLD


@pytest.mark.parametrize("name", ON_GRAPHS)
def test_wrong_numbers_are_red_with_the_expected_ones_beside_and_right_ones_are_quiet(explained, name):
    result, folder = explained(name)
    found = drawing(folder / f"exercise-{CASES[name].exercise}.svg")
    values = {key: groups[0] for key, groups in found.items() if isinstance(key, str) and not key.endswith(" op")}
    wrong = {}
    for value, number, got, expected in CASES[name].wrong:
        wrong.setdefault(value, []).append(got)
        assert f"{number} {got} ✗ expected {expected}" in shown(values[value])
    assert {value: in_red(group) for value, group in values.items() if is_red(group)} == wrong
    assert set(values) == {
        line.split("  ")[0] for line in re.findall(r"^    (\S.*?  .*)$", result.stdout, re.MULTILINE)[1:]
    }


@pytest.mark.parametrize("name", ON_GRAPHS)
def test_the_edge_where_it_first_goes_wrong_is_bold_red_and_no_other_is_red(explained, name):
    _, folder = explained(name)
    found = drawing(folder / f"exercise-{CASES[name].exercise}.svg")
    edges = {key: groups for key, groups in found.items() if isinstance(key, tuple)}
    marked = {(operand, f"{result} op") for operand, result in CASES[name].edges}
    assert {key for key, groups in edges.items() if any(map(is_red, groups))} == marked
    assert {key for key, groups in edges.items() if all(map(is_bold_red, groups))} == marked


def test_the_edge_says_what_should_come_back(explained):
    _, folder = explained("tanh_of_the_input")
    assert shown(drawing(folder / "exercise-6.svg")["a", "c op"][0]) == "should pass back 0.070651"


def test_the_backward_order_is_numbered_and_what_comes_too_early_is_red(explained):
    _, folder = explained("breadth_first")
    found = {key: shown(groups[0]) for key, groups in drawing(folder / "exercise-4.svg").items()}
    assert {key: found[key] for key in ("c op", "d op", "e op")} == {
        "c op": "* back 2: too early ✗",
        "d op": "* back 3",
        "e op": "* back 1",
    }
    _, folder = explained("tanh_of_the_input")
    assert shown(drawing(folder / "exercise-6.svg")["c op"][0]) == "tanh back 1"


def test_a_step_that_is_never_called_has_no_number_and_no_place_in_the_order(explained):
    result, folder = explained("root_skipped")
    assert "Your backward order: a, b.\nThe step of c is never called.\n" in result.stdout
    assert shown(drawing(folder / "exercise-4.svg")["c op"][0]) == "+"


def test_missing_and_superfluous_edges_of_the_graph_are_red_and_say_which_they_are(explained):
    _, folder = explained("trace_reversed")
    edges = {key: groups for key, groups in drawing(folder / "exercise-7.svg").items() if isinstance(key, tuple)}
    red = {key: shown(group) for key, groups in edges.items() for group in groups if is_red(group)}
    assert red == {
        ("a", "c op"): "missing",
        ("b", "c op"): "missing",
        ("c", "a"): "should not be there",
        ("c", "b"): "should not be there",
    }
    assert all(edges[operand, "c op"][0].find(f"{SVG}path").get("stroke-dasharray") for operand in "ab")
    _, folder = explained("operand_forgotten")
    edges = {key: groups for key, groups in drawing(folder / "exercise-2.svg").items() if isinstance(key, tuple)}
    assert {key for key, groups in edges.items() if any(map(is_red, groups))} == {("b", "c op")}


@pytest.mark.parametrize("name", ["gradient_assigned", "zero_grad_clears_data"])
def test_the_picture_carries_its_snippet_and_comes_as_png_too(explained, name):
    result, folder = explained(name)
    number = CASES[name].exercise
    assert f"The picture: build/explain/exercise-{number}.svg and exercise-{number}.png.\n" in result.stdout
    written = shown(ET.parse(folder / f"exercise-{number}.svg").getroot())  # noqa: S314 (our own file)
    snippet = re.findall(r"^    (.*)$", result.stdout.partition("\n    value ")[0], re.MULTILINE)
    assert snippet
    assert " ".join(" ".join(snippet).split()) in written
    with Image.open(folder / f"exercise-{number}.png") as image:
        assert min(image.size) > 100


# the sketches


@pytest.mark.parametrize("number", CATALOGUE)
def test_the_reference_shows_what_every_sketch_expects(number):
    for sketch in sketches(CATALOGUE[number]):
        probe = Probe(sketch.snippet, (*sketch.probe.observe, *filter(None, [sketch.order])))
        values = ask(number, probe, "reference", "a sketch")
        order = values.get(sketch.order, [])
        assert not Explanation(sketch, values, order=tuple(order)).differs, sketch.snippet
        assert not Explanation(sketch, values, order=tuple(order)).too_early, sketch.snippet
        assert sorted(order) == (sorted(n.name for n in sketch.nodes) if sketch.order else [])


def test_sketches_come_with_the_fewest_operations_first():
    for number in range(2, 8):
        sizes = [sum(bool(node.op) for node in sketch.nodes) for sketch in sketches(CATALOGUE[number])]
        assert sizes[0] == 1
        assert sizes == sorted(sizes)
        assert sizes[-1] >= 5


def test_where_the_order_of_the_operands_matters_the_numbers_of_a_sketch_tell_which_it_was():
    found = []
    for sketch in sketches(CATALOGUE[5]):
        line = sketch.snippet.splitlines()[-2]
        if operation := re.fullmatch(r"c = (\S+) ([-/]) (\S+)", line):
            left, right = ({"a": 2.0, "b": -3.0}.get(name) or float(name) for name in operation.group(1, 3))
            turned = right - left if operation[2] == "-" else right / left
            found += [line]
            assert operation[1] == operation[3] or turned != sketch.nodes[-1].expected_data, line
    assert {"c = 3 - a", "c = a - b", "c = 3 / a"} <= set(found)


def test_no_sketch_is_a_hidden_probe_or_holds_one_or_is_part_of_one():
    public = {check.probe.code for check in load_checks(ROOT / "tests" / "public")}
    hidden = [c for seed in range(3) for c in load_checks(HIDDEN, seed=seed) if c.probe.code not in public]
    assert hidden
    for check in hidden:
        for sketch in SKETCHES:
            if sketch.exercise == check.exercise:
                assert check.probe.code.strip() not in sketch.snippet, check.id
                assert sketch.snippet.strip() not in check.probe.code, check.id


def test_explain_needs_nothing_of_the_hidden_suite_nor_of_the_solutions(learner):
    make_mistake(learner, "rsub_swapped")
    (learner.folder / "tests").unlink()
    (learner.folder / "solutions").unlink()
    shutil.copytree(ROOT / "tests" / "public", learner.folder / "tests" / "public")
    assert learner.run("explain", 5).stdout == (GOLDEN / "rsub_swapped.txt").read_text(encoding="utf-8")


# where it first goes wrong


def right(sketch):
    """What a right engine shows at a sketch."""
    shown = {node.data: node.expected_data for node in sketch.nodes}
    return shown | {node.grad: node.expected_grad for node in sketch.nodes if node.grad}


def consumers(sketch, node):
    return [other for other in sketch.nodes if node.name in other.operands]


law = settings(max_examples=60)


@law
@given(st.sampled_from(WITH_GRADS), st.data())
def test_first_is_a_wrong_gradient_all_of_whose_consumers_have_right_ones(sketch, data):
    wrong = data.draw(st.sets(st.sampled_from([node.grad for node in sketch.nodes])))
    found = Explanation(sketch, right(sketch) | dict.fromkeys(wrong, 12345.0))
    node, edges = found.first
    assert (node is None) == (not wrong)
    assert found.differs == bool(wrong)
    if node:
        assert found.wrong_grad(node)
        assert not any(found.wrong_grad(consumer) for consumer in consumers(sketch, node))
        assert {operand for operand, _ in edges} <= {node.name}
        assert {result for _, result in edges} == {consumer.name for consumer in consumers(sketch, node)}


@law
@given(st.sampled_from(SKETCHES), st.data())
def test_wrong_data_comes_before_wrong_gradients_and_first_is_where_all_operands_are_right(sketch, data):
    wrong = data.draw(st.lists(st.sampled_from(sketch.nodes), min_size=1))
    got = right(sketch) | {node.data: "wrong" for node in wrong} | {node.grad: "wrong" for node in sketch.nodes}
    found = Explanation(sketch, got)
    node, edges = found.first
    assert node in wrong
    assert not any(found.wrong_data(other) for other in sketch.nodes if other.name in node.operands)
    assert edges == tuple((operand, node.name) for operand in node.operands)


@law
@given(st.sampled_from(WITH_GRADS), st.data())
def test_where_one_share_of_a_gradient_is_missing_its_edge_is_marked(sketch, data):
    node = data.draw(st.sampled_from(sketch.nodes))
    shares = [share for share in shares_of(sketch, node.name) if abs(share[1]) > 1e-6]  # not what rounding leaves
    if not shares:
        return
    consumer, lost = data.draw(st.sampled_from(shares))
    found = Explanation(sketch, {**right(sketch), node.grad: node.expected_grad - lost})
    equal = {c for c, share in shares if same(share, lost, REL, ABS)}
    equal |= {
        c for c, _ in shares if found.flaw(node) == Flaw(c, before=lost)
    }  # as if its share had replaced the other
    assert found.first[0] is node
    assert len(found.first[1]) == 1
    assert found.first[1][0][1] in equal
    assert consumer in equal


@law
@given(st.sampled_from(WITH_GRADS))
def test_the_shares_that_a_value_receives_are_its_gradient(sketch):
    for node in sketch.nodes:
        shares = [share for _, share in shares_of(sketch, node.name)]
        if shares and all(n.passed for n in consumers(sketch, node)):
            assert same(node.expected_grad, float(sum(shares)), 1e-9, 1e-9)


@law
@given(st.sampled_from(WITH_GRADS), st.data())
def test_text_and_picture_hold_every_number_of_the_learner(sketch, data):
    node = data.draw(st.sampled_from(sketch.nodes))
    found = Explanation(sketch, {**right(sketch), node.grad: 12345.0})
    assert f"12345.0 (expected {node.expected_grad:.6g}"[:-1].rstrip(".") in as_text(found)
    source = picture(found).source
    assert source.count("<B>12345</B>") == source.count("expected") == 1


@law
@given(st.sampled_from(WITH_GRADS), st.data(), st.floats(1e-5, 1e-2))
def test_two_numbers_that_differ_are_never_shown_alike(sketch, data, share):
    far_from_zero = [node for node in sketch.nodes if abs(node.expected_grad) > 1e-9]  # not what rounding leaves of 0
    node = data.draw(st.sampled_from(far_from_zero))
    found = Explanation(sketch, {**right(sketch), node.grad: node.expected_grad * (1 + share)})
    (got, expected) = re.search(r"(\S+) \(expected (\S+)\)", as_text(found)).groups()
    assert got != expected
    (drawn,) = re.findall(r"<B>([^<]*)</B> ✗</FONT></TD></TR><TR><TD>expected ([^<]*)<", picture(found).source)
    assert drawn[0] != drawn[1]

"""What the stepper computes and writes: steps, numbers, the first difference. The page itself: test_stepper_page.py."""

import json
import math
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from minigrad_reference import Value, drawing
from minigrad_reference.drawing import training_page, value_to_html
from minigrad_reference.drawing.difference import Difference, FirstDifference, differences, first_difference
from minigrad_reference.drawing.operations import OPERATIONS, operation
from minigrad_reference.drawing.play import Backward, Forward, Seed, Share, boxes_of, play, right_numbers
from minigrad_reference.drawing.stepper import SCRIPTS, Stepper, stepper
from tests.kata.lazily import Lazily

torch = Lazily("torch")
NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, -3.0, 2.0, 700.0, 710.0, -1000.0, 1e200, -1e200, math.inf, -math.inf, math.nan]
IN_TORCH = {
    "+": Lazily("torch", "add"),
    "*": Lazily("torch", "mul"),
    "-": Lazily("torch", "sub"),
    "/": Lazily("torch", "div"),
    "neg": Lazily("torch", "neg"),
    "exp": Lazily("torch", "exp"),
    "log": Lazily("torch", "log"),
    "tanh": Lazily("torch", "tanh"),
    "sigmoid": Lazily("torch", "sigmoid"),
    "relu": Lazily("torch", "relu"),
    "**2": lambda x: x**2,
    "**-1": lambda x: x**-1,
    "**0": lambda x: x**0,
    "**0.5": lambda x: x**0.5,
    "**3": lambda x: x**3,
    "**-1.5": lambda x: x**-1.5,
}


def leaf(data, label=""):
    return SimpleNamespace(data=data, grad=0.0, label=label, _op="", _prev=())


def node(op, *operands, data=0.0, label=""):
    return SimpleNamespace(data=data, grad=0.0, label=label, _op=op, _prev=operands)


def content(page):
    """The data that the script reads."""
    (found,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page.html, re.DOTALL)
    return json.loads(found)


def example():
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(7.0, label="c")
    d = a * b
    e = d + c
    f = e.tanh()
    d.label, e.label, f.label = "d", "e", "f"
    return a, b, c, d, e, f


# operations


@pytest.mark.parametrize("op", IN_TORCH)
def test_results_and_slopes_are_those_of_pytorch_also_where_python_would_raise(op):
    binary = op in ("+", "*", "-", "/")
    for x in NUMBERS:
        if op == "**0.5" and str(x) in ("-0.0", "-inf"):  # torch takes the square root, which is not pow there
            continue
        for y in NUMBERS if binary else [0.0]:
            xs = [x, y] if binary else [x]
            tensors = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in xs]
            result = IN_TORCH[op](*tensors)
            result.backward()
            known = operation(op, len(xs))
            found = known.result(xs)
            slopes = [slope or 0.0 for slope in known.slopes(xs, found)]
            expected = [result.item(), *(tensor.grad.item() for tensor in tensors)]
            if op == "/" and y == 0:  # torch computes the second slope in another order: NaN or infinity
                expected, slopes = expected[:2], slopes[:1]
            assert [found, *slopes] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), xs


def test_a_value_as_exponent_has_two_slopes():
    known = operation("**", 2)
    assert known.slopes([2.0, 3.0], 8.0) == pytest.approx([12.0, 8 * math.log(2)])


def test_every_operation_of_the_reference_is_known():
    x, y = Value(0.5), Value(2.0)
    made = [x + y, x - y, x * y, x / y, x**y, x**2, x**-1.5, x**1e-9, -x, x.exp(), x.log(), x.tanh(), x.sigmoid()]
    made += [x.relu(), Value.weighted_sum([x, y], [y, x], x)]
    assert all(operation(value._op, len(value._prev)) for value in made)
    assert {value._op for value in made} >= set(OPERATIONS)


@pytest.mark.parametrize(("op", "operands"), [("abs", 1), ("*", 1), ("tanh", 2), ("**x", 1), ("", 1), ("dot", 2)])
def test_what_is_not_known_or_has_other_operands_is_not_guessed(op, operands):
    assert operation(op, operands) is None


# the play


def test_the_numbers_are_those_of_the_reference_whatever_its_gradients_are_at_the_time():
    nodes = example()
    right = right_numbers(nodes)
    nodes[-1].backward()
    assert right == [(v.data, v.grad) for v in nodes]
    assert right_numbers(nodes) == right


def test_one_step_per_operation_forward_then_the_seed_then_one_per_operation_back():
    steps = play(boxes_of(example()))
    assert steps[:4] == [Forward(3), Forward(4), Forward(5), Seed(5)]
    assert [(type(step), step.node) for step in steps[4:]] == [(Backward, 5), (Backward, 4), (Backward, 3)]


def test_a_value_used_twice_by_one_operation_receives_two_shares():
    a = Value(3.0, label="a")
    shares = Share(0, 3.0, 3.0, 0.0, 3.0), Share(0, 3.0, 3.0, 3.0, 6.0)
    assert play(boxes_of([a, a * a]))[-1] == Backward(1, 1.0, shares)


def test_a_gradient_is_complete_when_the_last_consumer_has_passed_on():
    a = Value(3.0)
    b = a + a
    c = b * a
    boxes = boxes_of([a, b, c])
    play(boxes)
    assert [box.complete for box in boxes] == [5, 4, 3]


def test_behind_an_unknown_operation_no_gradient_counts_as_complete():
    a, b = leaf(2.0, "a"), leaf(3.0, "b")
    c = node("abs", a, data=2.0)
    nodes = [a, b, c, node("*", c, b)]
    boxes = boxes_of(nodes)
    assert play(boxes)[-1] == Backward(2, 3.0, ())
    assert [box.complete is None for box in boxes] == [True, False, False, False]
    page = content(stepper(nodes))
    assert page["unknown"] == ["abs"]


def test_an_infinite_gradient_does_not_get_through_a_relu_that_is_off():
    x = leaf(-1.0)
    y = node("relu", x)
    z = node("log", y)
    assert right_numbers([x, y, z]) == [(-1.0, 0.0), (0.0, math.inf), (-math.inf, 1.0)]


def test_data_that_no_longer_fits_the_leaves_is_computed_anew():
    nodes = example()
    nodes[0].data = 4.0
    assert [data for data, _ in right_numbers(nodes)][3:] == [-12.0, -5.0, math.tanh(-5.0)]


def test_nodes_out_of_order_are_refused_by_name():
    a, b, c, d, e, f = example()
    with pytest.raises(
        ValueError, match=r"^The nodes are not in topological order: e comes before one of its operands\.$"
    ):
        stepper([a, b, c, e, d, f])


def test_a_graph_far_deeper_than_the_recursion_limit_is_played():
    nodes = [Value(1.0)]
    for _ in range(3 * sys.getrecursionlimit()):
        nodes.append(nodes[-1] + nodes[0])
    assert right_numbers(nodes)[0] == (1.0, float(len(nodes)))


# what differs


def wrong(**changes):
    """The example after a right backward pass, but for these numbers: d_grad=9."""
    nodes = example()
    nodes[-1].backward()
    for name, number in changes.items():
        label, attribute = name.split("_")
        setattr(next(v for v in nodes if v.label == label), attribute, number)
    return nodes[-1]


def test_right_numbers_differ_nowhere():
    page = value_to_html(wrong(), compare=True)
    assert (page.difference, content(page)["first"], content(page)["compared"]) == ("", None, True)


def test_wrong_data_is_found_before_any_gradient_and_at_the_step_that_computes_it():
    page = value_to_html(wrong(e_data=13.0, f_grad=2.0), compare=True)
    assert page.difference == "Your numbers first differ in e, the result of +: e.data is 13, expected 1."
    assert content(page)["first"]["step"] == 2


def test_a_wrong_gradient_is_found_on_the_way_back_with_the_share_that_is_missing():
    page = value_to_html(wrong(c_grad=0.0, a_grad=0.0), compare=True)
    way = "Your numbers first differ on the way back, from e back to c: c.grad is 0, expected 0.41997."
    assert page.difference == f"{way} c should receive 0.41997 there."
    assert content(page)["first"]["step"] == 6


def test_a_wrong_seed_is_found_at_the_root():
    page = value_to_html(wrong(f_grad=0.0), compare=True)
    assert page.difference == (
        "Your numbers first differ on the way back in f: f.grad is 0, expected 1. The way back begins there: "
        "backward sets this gradient to 1."
    )
    assert content(page)["first"]["step"] == 4


def test_the_differences_are_records_with_the_numbers_as_they_came():
    nodes = example()
    nodes[-1].backward()
    slope = nodes[4].grad
    theirs = [(node.data, node.grad) for node in nodes]
    theirs[0] = (2.0, "none")
    theirs[2] = (7.0, 0.0)
    boxes = boxes_of(nodes)
    steps = play(boxes)
    missing = Difference(2, "grad", slope, 0.0)
    found = differences(boxes, theirs)
    assert found == [Difference(0, "grad", -3 * slope, "none"), missing]
    assert first_difference(boxes, steps, found) == FirstDifference(missing, step=6, giver=4, shares=(slope,))


@pytest.mark.parametrize(
    ("number", "shown"), [(math.nan, "nan"), (math.inf, "inf"), ("five", "'five'"), (10**400, "inf"), ([1.0], "[1.0]")]
)
def test_a_number_that_is_none_is_a_difference_and_is_shown(number, shown):
    assert f"e.data is {shown}, expected 1." in value_to_html(wrong(e_data=number), compare=True).difference


def test_numbers_that_differ_are_told_with_the_digits_that_show_it():
    page = value_to_html(wrong(e_data=1.000004), compare=True)
    assert page.difference.endswith(": e.data is 1.000004, expected 1.")
    (found,) = [node["wrong"]["data"] for node in content(page)["nodes"] if "data" in node["wrong"]]
    assert found == ["1.000004", "1"]


# the file


def test_with_a_path_the_file_is_written_whole_and_the_path_comes_back(tmp_path):
    path = value_to_html(example()[-1], tmp_path / "page.html")
    assert path == tmp_path / "page.html"
    assert path.read_text(encoding="utf-8") == value_to_html(example()[-1]).html
    with pytest.raises(FileNotFoundError):
        value_to_html(example()[-1], tmp_path / "nowhere" / "page.html")
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_the_page_names_no_address_but_that_of_svg():
    page = value_to_html(example()[-1])
    assert isinstance(page, Stepper)
    assert set(re.findall(r"\w+://[^\s\"'<]+", page.html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<(link|img|iframe)|\bsrc=|@import|\burl\(|\bfetch\(", page.html)


def test_labels_and_operations_of_any_kind_leave_the_page_whole():
    hostile = (
        "</script><script>window.hacked=1</script>",
        "\0\udc80\u202e $style ${x} {0} {y} %s \\N \\n",
        "A" * 10_000,
        "-->",
    )
    for words in hostile:
        a = leaf(1.0, words)
        page = stepper([a, node(words, a, data=1.0, label=words)], title=words)
        page.html.encode()
        assert page.html.lower().count("<script") == 2
        assert len(content(page)["nodes"]) == 2


def test_the_script_reads_what_an_operation_means_and_computes_the_rest():
    a = Value(1 / 3, label="a")
    of_a = {"name": "a", "heading": "a", "op": "", "operands": [], "known": False, "text": "", "rules": []}
    of_a |= {"data": 1 / 3, "computed": 0, "complete": 3, "wrong": {}}
    of_v = {"name": "v1", "heading": "v1 = a * a", "op": "*", "operands": [0, 0], "known": True, "text": "{0} * {1}"}
    of_v |= {"rules": ["{1}", "{0}"], "data": 1 / 9, "computed": 1, "complete": 2, "wrong": {}}
    assert content(value_to_html(a * a))["nodes"] == [of_a, of_v]


def test_infinities_and_nan_are_in_the_page_as_words_that_javascript_reads():
    nodes = content(stepper([leaf(math.inf, "a"), leaf(math.nan, "b"), leaf(-math.inf, "c"), leaf(1e300, "d")]))[
        "nodes"
    ]
    assert [n["data"] for n in nodes] == ["Infinity", "NaN", "-Infinity", 1e300]


def test_a_leaf_alone_has_one_step():
    assert play(boxes_of([Value(2.0)])) == [Seed(0)]


def test_names_are_told_apart_and_what_has_none_is_numbered():
    w, x = Value(1.0, label="w"), Value(2.0, label="w")
    assert [n["name"] for n in content(value_to_html((w * x).tanh()))["nodes"]] == ["w (1)", "w (2)", "v1", "v2"]


@pytest.mark.parametrize("name", [*SCRIPTS, *training_page.SCRIPTS])
def test_each_part_of_the_script_stays_modest(name):
    script = Path(drawing.__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    assert script.count("\n") < 300
    assert max(map(len, script.splitlines())) < 200

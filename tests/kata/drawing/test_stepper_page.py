"""The stepper's page in a real browser: what it shows, how it moves, for everybody, and that it asks for nothing."""

import math
import random
from types import SimpleNamespace

import pytest

from minigrad_reference import MLP, Value
from minigrad_reference.drawing import trace, value_to_html
from minigrad_reference.drawing.stepper import stepper
from tests.kata.lazily import Lazily

torch = Lazily("torch")
IN_TORCH = {
    "+": sum,
    "*": lambda xs: xs[0] * xs[1],
    "-": lambda xs: xs[0] - xs[1],
    "/": lambda xs: xs[0] / xs[1],
    "**": lambda xs: xs[0] ** xs[1],
    "neg": lambda xs: -xs[0],
    "dot": lambda xs: sum(w * x for w, x in zip(xs[: len(xs) // 2], xs[len(xs) // 2 : -1], strict=True)) + xs[-1],
    **{name: lambda xs, name=name: getattr(torch, name)(xs[0]) for name in ("exp", "log", "tanh", "sigmoid", "relu")},
}


def example():
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(7.0, label="c")
    d = a * b
    e = d + c
    f = e.tanh()
    d.label, e.label, f.label = "d", "e", "f"
    return f


def reuse():
    a = Value(3.0, label="a")
    b = a + a
    return b * b + a * a + a


def every_operation():
    x, y = Value(0.7, label="x"), Value(1.9, label="y")
    z = (x / y - y**2 + x**-1.5).sigmoid() * (x * y).exp() + (-x).relu() + y.relu() * x**y
    return z.log() + 0.1 / x


def neuron():
    xs, ws = [Value(2.0), Value(-1.0)], [Value(0.5), Value(-1.5)]
    return Value.weighted_sum(ws, xs, Value(0.25)).tanh()


def prediction():
    return MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0)([2.0, 3.0, -1.0])


def three_hundred():
    """A scalar network of single sums and products, as the learner's own engine makes it: 300 nodes or more."""
    rng = random.Random(0)
    values = [Value(rng.uniform(-1, 1), label=f"x{i}") for i in range(4)]
    for size in (9, 8, 1):
        outputs = []
        for _ in range(size):
            total = Value(rng.uniform(-1, 1), label="b")
            for x in values:
                total = total + Value(rng.uniform(-1, 1), label="w") * x
            outputs.append(total.tanh())
        values = outputs
    return values[0]


def large_network():
    return MLP(2, [16, 16, 1], "relu", seed=0)([1.0, -0.5])


GRAPHS = [example, reuse, every_operation, neuron, prediction, three_hundred, large_network]


def in_torch(root):
    """Data and gradient of every node by PyTorch, operation by operation."""
    nodes = trace(root)[0]
    found = {}
    for node in nodes:
        operands = [found[id(operand)] for operand in node._prev]
        if not operands:
            tensor = torch.tensor(node.data, dtype=torch.float64, requires_grad=True)
        elif node._op in IN_TORCH:
            tensor = IN_TORCH[node._op](operands)
        else:
            tensor = operands[0] ** float(node._op[2:])
        tensor.retain_grad()
        found[id(node)] = tensor
    found[id(root)].backward()
    return [[t.item() for t in found.values()], [t.grad.item() if t.grad is not None else 0.0 for t in found.values()]]


@pytest.mark.parametrize("graph", GRAPHS)
def test_stepped_to_the_end_every_number_is_pytorchs_and_back_at_the_start_all_is_as_before(window, graph):
    root = graph()
    w = window(value_to_html(root))
    w.page.select_option("#view", "every")
    begun = w.state
    assert w.step == 0
    operations = sum(bool(node._prev) for node in trace(root)[0])
    assert w.last == 2 * operations + 1
    if w.last < 100:
        w.press("ArrowRight", w.last)
    else:
        w.press("ArrowRight", 5)
        assert w.step == 5
        w.press("End")
    assert w.step == w.last
    data, grads = in_torch(root)
    assert w.numbers(1) == pytest.approx(data, rel=1e-9, abs=1e-12)
    assert w.numbers(2) == pytest.approx(grads, rel=1e-9, abs=1e-12)
    assert all(w.node(i)[2].endswith("✓") for i in (0, len(data) - 1))
    if w.last < 100:
        w.press("ArrowLeft", w.last)
    else:
        w.press("ArrowLeft", 5)
        w.press("Home")
    assert w.state == begun


def test_three_hundred_nodes_really_are_that_many():
    assert len(trace(three_hundred())[0]) >= 300
    assert len(trace(large_network())[0]) >= 300


def test_every_state_on_the_way_back_is_the_one_on_the_way_there(window):
    w = window(value_to_html(reuse()))
    there = []
    for _ in range(w.last):
        there.append(w.state)
        w.press("ArrowRight")
    for state in reversed(there):
        w.press("ArrowLeft")
        assert w.state == state


def test_the_gradients_grow_step_by_step_as_pytorchs_rules_say(window):
    w = window(value_to_html(example()))
    w.press("ArrowRight", 3)
    slope = 1 - math.tanh(1.0) ** 2
    grown = [[0.0] * 6, [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, slope, 1], [0, 0, slope, slope, slope, 1]]
    for grads in [*grown, [-3 * slope, 2 * slope, slope, slope, slope, 1]]:
        assert w.numbers(2) == pytest.approx(grads)
        w.press("ArrowRight")


def test_a_step_forward_shows_formula_numbers_and_which_values_are_used(window):
    w = window(value_to_html(example()))
    assert w.node(2) == ["d = a * b", "data ·", "grad 0"]
    w.press("ArrowRight")
    assert w.node(2) == ["d = a * b", "data −6", "grad 0"]
    assert w.sentence == "d = a * b = 2 * (−3) = −6."
    assert w.page.locator("#formula b").all_text_contents() == ["a * b", "2 * (−3)", "−6"]
    assert w.page.eval_on_selector_all(".node.input", "all => all.map(n => n.id)") == ["n0", "n1"]
    assert w.page.eval_on_selector_all(".node.work", "all => all.map(n => n.id)") == ["n2"]
    assert w.page.eval_on_selector_all(".edge.work", "all => all.map(n => n.id)") == ["e2-0", "e2-1"]


def test_a_step_back_shows_local_times_upstream_and_the_sum_so_far_once_for_every_use(window):
    a = Value(3.0, label="a")
    w = window(value_to_html(a * a))
    w.press("End")
    rows = [row.locator("b").all_text_contents() for row in w.page.locator("#shares .equation").all()]
    assert rows == [["3", "1", "3", "0", "3", "3"], ["3", "1", "3", "3", "3", "6"]]
    assert "local: ∂v1/∂a = a" in w.page.text_content("#shares")
    assert w.page.locator(".passing").all_text_contents() == ["◂ 3 × 1", "◂ 3 × 1"]
    assert w.node(0) == ["a", "data 3", "grad 6 ✓", "3 ◂ v1", "3 ◂ v1", "+0.01 → v1 +0.0601"]


def test_a_gradient_is_marked_complete_only_when_it_is(window):
    w = window(value_to_html(reuse()))
    w.press("End")
    w.press("ArrowLeft")
    assert [line.endswith("✓") for line in (w.node(0)[2], w.node(1)[2])] == [False, True]


def test_keys_alone_reach_everything(window):
    w = window(value_to_html(example()))
    reached = set()
    for _ in range(24):
        w.press("Tab")
        at = "document.activeElement"
        name, outline = w.page.evaluate(f"[{at}.id, getComputedStyle({at}).outlineStyle]")
        reached.add(name)
        assert not name or outline == "solid", name
    assert reached >= {"forward", "play", "to-end", "position", "speed", "jump", "view", "predict", "pane"}
    w.page.focus("#forward")
    w.press("Enter")
    assert w.step == 1
    w.press("ArrowRight")
    w.press("ArrowLeft")
    w.press("End")
    assert (w.step, w.sentence[:8]) == (w.last, "d passes")
    w.press("Home")
    assert w.step == 0
    w.page.focus("#position")
    w.press("ArrowRight")  # the slider's own key: one step and not two
    assert w.step == 1
    w.page.focus("#speed")
    w.press("ArrowDown")
    w.press("Home")  # the list's own key
    assert (w.step, w.page.input_value("#speed")) == (1, "2400")


def test_space_plays_to_the_end_and_stops_and_pauses_on_the_way(window):
    w = window(value_to_html(example()))
    w.page.select_option("#speed", "400")
    w.page.focus("#pane")
    w.press("Space")
    assert w.page.text_content("#play") == "Pause"
    while w.step == 0:  # not a step by its number, which a busy machine may pass by
        w.page.wait_for_timeout(20)
    w.press("Space")
    stopped = w.step
    w.page.wait_for_timeout(600)
    assert (w.step, w.page.text_content("#play")) == (stopped, "Play")
    w.page.click("#play")
    w.page.wait_for_selector("#forward:disabled", timeout=10_000)
    assert (w.step, w.page.text_content("#play")) == (w.last, "Play")


def test_the_list_and_a_click_jump_to_the_step_of_a_value(window):
    w = window(value_to_html(example()))
    w.page.select_option("#jump", label="e")
    assert w.sentence.startswith("e = d + c")
    w.page.click("#n5")
    assert w.sentence.startswith("f = tanh(e)")
    w.press("End")
    w.page.click("#n4")  # on the way back: where its gradient is complete
    assert w.sentence.startswith("f passes its gradient 1 back: e receives")
    w.page.click("#n0")
    assert w.step == w.last


def test_an_address_can_name_the_step(window):
    w = window(value_to_html(example()))
    w.page.goto("about:blank")
    w.page.goto(w.address + "#4")
    assert w.step == 4
    w.asked = [w.address]


def test_the_first_difference_has_a_banner_a_jump_and_both_numbers_in_the_node(window):
    root = example()
    root.backward()
    d = root._prev[0]._prev[0]
    d.grad = 0.0
    w = window(value_to_html(root, compare=True))
    assert "first differ on the way back, from e back to d: d.grad is 0, expected 0.41997." in w.page.inner_text(
        "#difference"
    )
    assert w.node(2)[2] == "grad 0"
    w.page.click("#show-difference")
    assert w.sentence.startswith("e passes its gradient")
    assert w.node(2)[2] == "grad 0.41997 ✓"
    assert w.node(2)[-1] == "✗ your grad is 0"
    width = "(node, at) => Math.max(...[...node.querySelectorAll(at)].map((part) => part.getBBox().width))"
    fits = f"(all) => all.map((node) => ({width})(node, 'text') < ({width})(node, 'rect'))"
    assert all(w.page.eval_on_selector_all(".node", fits))
    assert not w.page.is_visible("#agreement")


def test_where_nothing_differs_the_page_says_so(window):
    root = example()
    root.backward()
    w = window(value_to_html(root, compare=True))
    assert w.page.is_visible("#agreement")
    assert not w.page.is_visible("#difference")


HOSTILE = [
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"onload="window.hacked=1',
    "]]></title></svg><svg onload=window.hacked=1>",
    "\\N \\G &lt;b&gt; ${1} \0\x1b\udc80",
]


def test_hostile_labels_and_operations_are_shown_and_do_nothing(window):
    leaves = [SimpleNamespace(data=1.0, grad=0.0, label=words, _op="", _prev=()) for words in HOSTILE]
    root = SimpleNamespace(data=2.0, grad=0.0, label=HOSTILE[0], _op=HOSTILE[1], _prev=leaves)
    w = window(stepper([*leaves, root], [(words, words) for words in [*HOSTILE, "x"]], HOSTILE[0]))
    w.press("ArrowRight", w.last)
    assert w.page.evaluate("window.hacked") is None
    assert w.page.locator("img").count() == 0
    assert w.page.text_content("h1") == HOSTILE[0]
    assert w.node(1)[0] == "<img src=x onerror=window.h…"
    assert "Not known here: <img src=x" in w.page.text_content("#unknown")


def test_infinities_and_nan_are_shown(window):
    x = Value(0.0, label="x")
    w = window(value_to_html(1.0 / x - x.log() * 0.0))
    w.press("End")
    text = w.page.text_content("#pane")
    assert "data inf" in text
    assert "data nan" in text
    assert w.last == w.step


def test_two_steppers_in_one_notebook_page_do_not_meet(window):
    frames = [value_to_html(graph())._repr_html_() for graph in (example, reuse)]
    w = window("<!DOCTYPE html><meta charset=utf-8><title>notebook</title>" + "".join(frames))
    w.asked = [w.address]  # the frames' own pages are in the page
    first, second = w.page.frames[1:]
    first.click("#forward")
    second.click("#to-end")
    places = [frame.input_value("#position") for frame in (first, second)]
    assert places == ["1", second.get_attribute("#position", "max")]
    reach = "() => { try { return parent.document.title } catch (error) { return 'refused' } }"
    assert first.evaluate(reach) == "refused"  # a page in a frame cannot touch the notebook


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_window(window, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    root = example()
    w = window(value_to_html(root, compare=True), width=width, scheme=scheme)  # no backward pass: all gradients are 0
    for moment in (0, 2, 6):
        w.press("Home")
        w.press("ArrowRight", moment)
        found = Axe().run(w.page)
        assert found.violations_count == 0, found.generate_report()
        assert "color-contrast" in {rule["id"] for rule in found.response["passes"]}
        assert w.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_pane_follows_the_value_at_work(window):
    w = window(value_to_html(prediction()), width=375)
    for _ in range(10):
        w.press("ArrowRight", 4)
        node, pane = (w.page.locator(at).bounding_box() for at in (".node.work", "#pane"))
        assert pane["x"] <= node["x"] + node["width"] / 2 <= pane["x"] + pane["width"]
        assert pane["y"] <= node["y"] + node["height"] / 2 <= pane["y"] + pane["height"]


def test_edges_flow_unless_less_motion_is_asked_for(window):
    for motion, name in (("no-preference", "flow"), ("reduce", "none")):
        w = window(value_to_html(example()), motion=motion)
        w.press("ArrowRight")
        assert w.page.eval_on_selector(".edge.work path", "e => getComputedStyle(e).animationName") == name


def test_each_step_is_announced_and_the_keys_are_on_the_page(window):
    w = window(value_to_html(example()))
    assert w.page.get_attribute("#sentence", "aria-live") == "polite"
    assert {"←", "→", "Space", "Home", "End"} == set(w.page.locator("kbd").all_text_contents())

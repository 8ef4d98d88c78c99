"""The live stepper in a real browser: every number is computed in the page, from leaves that are dragged or typed."""

import math
import random
from urllib.parse import parse_qs

import pytest

from grader.learner.expression import terms
from grader.learner.stepping import EXPRESSION
from minigrad_reference import MLP
from minigrad_reference.drawing import trace, value_to_html
from minigrad_reference.drawing.lanes import Event
from minigrad_reference.drawing.network import name_neurons
from minigrad_reference.drawing.operations import OPERATIONS, operation
from minigrad_reference.drawing.play import boxes_of, play, right_numbers
from minigrad_reference.drawing.stepper import stepper
from minigrad_reference.drawing.text import shown
from tests.kata.drawing.test_stepper_page import example, in_torch, large_network, reuse, three_hundred
from tests.kata.drawing.window import Window

PLACES = 50
A_PIXEL = 0.025  # a drag over so many pixels adds so much
EXPRESSIONS = [
    EXPRESSION,
    "a * a + a",
    "d = a * b; e = d + c; f = e.tanh()",
    "s = (a * b - c / a).sigmoid(); s**3 * exp(-a) + s",
    "log(a) * c**2 / b + relu(c) - relu(-c)",
    "p = a**-1.5; q = p**b; (q - p) * (q + p).tanh()",
    "x = exp(a) / (exp(a) + exp(b) + exp(c)); -log(x) + x * x",
]
EXTREME = [0.0, 1.0, -1.0, 0.5, -3.0, 2.0, 700.0, 710.0, -1000.0, 1e200, -1e200, math.inf, -math.inf, math.nan]
ASKED = [("+", 3), ("*", 2), ("-", 2), ("/", 2), ("**", 2), ("dot", 5)] + [
    (op, 1) for op in ("neg", "exp", "log", "tanh", "sigmoid", "relu", "**2", "**-1", "**0", "**0.5", "**3", "**-1.5")
]
COMPUTED = """([op, xs]) => {
  const {result, slopes} = operationOf(op), y = result(xs.map(Number));
  return [y, ...slopes(xs.map(Number), y)].map((x) => x === null ? null : String(x));
}"""
BESIDE = """(lane) => [...document.querySelectorAll(`#${lane} .node rect`)].map((rect) => {
  const [box, pane] = [rect, rect.closest(".pane")].map((one) => one.getBoundingClientRect());
  return [box.x - pane.x, box.y - pane.y, box.width, box.height].map(Math.round);
})"""
TYPED = """(places) => places.map((place) => {
  const fields = [...document.querySelectorAll("#leaves input")];
  for (const field of fields) leaves[field.dataset.leaf] = place[field.getAttribute("aria-label")];
  fields[0].value = place[fields[0].getAttribute("aria-label")];
  fields[0].dispatchEvent(new Event("input"));  // which computes and draws everything, once for all three
  const value = (line) => nodes.map((_, i) => Number(document.querySelectorAll(`#n${i} text`)[line].dataset.value));
  return [value(1), value(2)];
})"""


def page(text, **values):
    return stepper(terms(text, {"a": 2.0, "b": -1.5, "c": 7.0} | values), title=text)


def of(w, name):
    """The lines of a value's box."""
    return w.page.evaluate("(name) => lines(nodes.findIndex((node) => node.name === name), done)", name)


def field(w, name):
    return w.page.get_by_role("textbox", name=name, exact=True)


def scrub(w, name):
    """What is dragged beside the graph, with the field of a leaf."""
    return field(w, name).locator("xpath=..").locator(".scrub")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_typed_at_fifty_random_places_every_number_is_pytorchs(window, text):
    rng = random.Random(text)
    w = window(page(text))
    w.page.select_option("#view", "every")
    w.press("End")
    places = [{name: round(rng.uniform(0.2, 2.5), 3) for name in "abc"} for _ in range(PLACES)]
    for place, found in zip(places, w.page.evaluate(TYPED, places), strict=True):
        data, grads = in_torch(terms(text, place)[-1])
        assert found[0] == pytest.approx(data, rel=1e-9, abs=1e-12)
        assert found[1] == pytest.approx(grads, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_dragged_to_fifty_random_places_every_number_is_pytorchs(window, text):
    rng = random.Random(text)
    w = window(page(text, a=1.0, b=1.0, c=1.0))
    w.page.select_option("#view", "every")
    w.press("End")
    names = [name for name in "abc" if field(w, name).count()]
    place = dict.fromkeys(names, 1.0)
    places = []
    for at in range(PLACES):
        name = names[at * len(names) // PLACES]
        if name not in dict(places):
            w.page.mouse.up()
            box = scrub(w, name).bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            w.page.mouse.move(x, y)
            w.page.mouse.down()
        w.page.mouse.move(x + (rng.uniform(0.2, 2.5) - 1.0) / A_PIXEL, y)
        place[name] = float(field(w, name).input_value())
        data, grads = in_torch(terms(text, place)[-1])
        assert w.numbers(1) == pytest.approx(data, rel=1e-9, abs=1e-12)
        assert w.numbers(2) == pytest.approx(grads, rel=1e-9, abs=1e-12)
        places.append((name, place[name]))
    assert all(0.1 < number < 2.6 for _, number in places)
    assert len(set(places)) > PLACES / 2  # a drag goes by steps of 0.05


def test_the_twelve_operations_are_pythons_also_at_zero_infinity_and_nan(window):
    assert {op for op, _ in ASKED} >= set(OPERATIONS) | {"+", "dot"}
    w = window(page("a * b"))
    rng = random.Random(0)
    for op, operands in ASKED:
        places = [[rng.choice(EXTREME) for _ in range(operands)] for _ in range(40)] + [[x] * operands for x in EXTREME]
        words = [["NaN" if math.isnan(x) else str(x).replace("inf", "Infinity") for x in xs] for xs in places]
        known = operation(op, operands)
        found = w.page.evaluate(f"(all) => all.map((xs) => ({COMPUTED})(['{op}', xs]))", words)
        for xs, got in zip(places, found, strict=True):
            y = known.result(xs)
            expected = [y, *known.slopes(xs, y)]
            numbers = [None if text is None else float(text) for text in got]
            assert [x is None for x in numbers] == [x is None for x in expected], (op, xs)
            pairs = [(x, right) for x, right in zip(numbers, expected, strict=True) if x is not None]
            assert [x for x, _ in pairs] == pytest.approx([x for _, x in pairs], rel=1e-9, nan_ok=True), (op, xs)


def test_a_number_is_written_as_python_writes_it(window):
    w = window(page("a * b"))
    rng = random.Random(0)
    numbers = [rng.uniform(-10, 10) * 10 ** rng.randint(-9, 12) for _ in range(500)] + [
        0.0,
        1e-5,
        1e-4,
        99999.9,
        1e5,
        1e300,
    ]
    assert w.page.evaluate("(xs) => xs.map(shown)", numbers) == [shown(x) for x in numbers]


@pytest.mark.parametrize("graph", [example, reuse, three_hundred])
def test_the_steps_are_those_of_the_play_in_python(window, graph):
    nodes = trace(graph())[0]
    steps = play(boxes_of(nodes))
    w = window(stepper(nodes))
    kinds = w.page.evaluate("run.steps.map(({kind, node}) => [kind, node])")
    assert kinds == [[type(step).__name__.lower(), step.node] for step in steps]


def test_a_leaf_is_dragged_beside_the_graph_and_in_it_and_everything_follows(window):
    w = window(page("d = a * b; e = d + a"))
    w.press("End")
    for target in (w.page.locator(".scrub").first, w.page.locator("#n0")):
        before = float(field(w, "a").input_value())
        box = target.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + 12
        w.page.mouse.move(x, y)
        w.page.mouse.down()
        w.page.mouse.move(x + 20, y)
        w.page.mouse.move(x + 60, y)
        w.page.mouse.up()
        a = float(field(w, "a").input_value())
        assert a == pytest.approx(before + 1.5)
        right = right_numbers(terms("d = a * b; e = d + a", {"a": a, "b": -1.5}))
        assert [w.numbers(1), w.numbers(2)] == [pytest.approx(x) for x in zip(*right, strict=True)]
        assert w.step == w.last
    w.page.click("#reset")
    assert field(w, "a").input_value() == "2"
    assert w.page.is_disabled("#reset")


def test_under_a_gradient_stands_what_comes_of_really_moving_the_value(window):
    w = window(page("f = a * a * b", b=3.0))
    w.press("End")
    moved = 2.01**2 * 3 - 12
    assert [line["text"] for line in of(w, "a")][-1] == f"+0.01 → f +{shown(moved)}"
    told = w.page.text_content("#moved")
    assert f"If a grows by 0.01, f changes by +{shown(moved)}, really computed; 0.01 × a.grad is 0.12." in told
    field(w, "b").fill("-3")
    assert [line["text"] for line in of(w, "a")][-1] == f"+0.01 → f {shown(-moved)}"


def test_what_is_no_number_changes_nothing_and_is_marked_until_the_field_is_left(window):
    w = window(page("a * b"))
    w.press("End")
    before = w.numbers(2)
    for text in ("", "x", "1e999", "--2"):
        field(w, "a").fill(text)
        assert w.numbers(2) == before
        assert field(w, "a").get_attribute("aria-invalid") == "true"
    w.page.focus("#pane")
    assert (field(w, "a").input_value(), field(w, "a").get_attribute("aria-invalid")) == ("2", "false")


# predict first

MORE = "d = a * b; e = d + a; f = e * e"
BELIEFS = [  # expression, step to be foreseen, the answer, right or the words of the belief
    ("d = a * b", 1, "-3", "Right: d.data is −3."),
    ("d = a * b", 1, "0.5", "that is the sum"),
    ("d = a * b", 1, "3", "the sign is lost"),
    ("d = a - b", 1, "-3.5", "the order of the operands counts"),
    ("d = a**3", 1, "6", "multiplies by the exponent"),
    ("d = a * b", 2, "0", "as fast as itself"),
    ("d = a * b", 2, "-3", "whatever its value is"),
    ("d = a * b", 3, "2", "by a's own data"),
    ("d = a * b", 3, "-0.5", "adds local and upstream"),
    ("d = a * a; e = d * b", 5, "-3", "counts one use; d uses a 2 times"),
    (MORE, 5, "-2", "Right: e.grad is −2."),
    (MORE, 5, "-1", "counts one use; f uses e 2 times"),
    (MORE, 7, "3", "replaces the −2"),
    (MORE, 7, "-2", "what a had before"),
    (MORE, 7, "-3.5", "is the local derivative alone"),
    (MORE, 7, "-4", "hands the upstream gradient on as it is"),
    (MORE, 7, "123", "Look at the numbers once more"),
    (MORE, 7, "seven", "Type a number"),
]


@pytest.fixture(scope="module")
def foreseen(browser, tmp_path_factory):
    """What is said of each answer; one window for all."""
    said, folder = {}, tmp_path_factory.mktemp("predict")
    for text in dict.fromkeys(text for text, *_ in BELIEFS):
        w = Window(browser, page(text).write(folder / "page.html"))
        w.page.check("#predict")
        for _, step, answer, _ in (belief for belief in BELIEFS if belief[0] == text):
            w.page.evaluate("(count) => show(count)", step - 1)
            w.page.click("#forward")
            asked = w.sentence, w.step
            w.page.fill("#answer", answer)
            w.press("Enter")
            said[text, step, answer] = asked, w.page.text_content("#verdict"), w.step
        w.close()
    return said


@pytest.mark.parametrize(("text", "step", "answer", "words"), BELIEFS)
def test_a_wrong_answer_is_matched_with_the_belief_that_gives_it(foreseen, text, step, answer, words):
    (sentence, before), verdict, after = foreseen[text, step, answer]
    assert words in verdict
    assert sentence.endswith("?")
    assert (before, after) == (step - 1, step if verdict.startswith("Right") else step - 1)


def test_the_number_that_is_asked_for_is_nowhere_to_be_read_until_it_is_shown(window):
    w = window(page("a * b", a=3.0, b=47.0))
    w.page.check("#predict")
    w.page.click("#forward")
    assert "141" not in w.page.inner_text("body")
    assert w.page.evaluate("document.activeElement.id") == "answer"
    w.page.click("#reveal")
    assert w.page.text_content("#sentence") == "v1 = a * b = 3 * 47 = 141."


# the address


def test_the_address_keeps_expression_leaves_and_step(window):
    text = "d = a * b; e = d + a"
    w = window(page(text))
    w.press("ArrowRight", 4)
    field(w, "a").fill("-2.5")
    w.page.wait_for_url("**a=-2.5**")
    kept = w.page.url
    assert parse_qs(kept.partition("#")[2]) == {"step": ["4"], "a": ["-2.5"], "b": ["-1.5"], "expression": [text]}
    w.page.goto("about:blank")
    w.page.goto(kept)
    w.asked = [w.address]
    assert (w.step, field(w, "a").input_value(), w.node(2)[1]) == (4, "-2.5", "data 3.75")
    w.page.goto("about:blank")
    w.page.goto(kept.replace("d+%3D+a", "d+%3D+q"))
    w.asked = [w.address]
    assert field(w, "a").input_value() == "2"
    assert "this page plays another expression" in w.page.inner_text("#other")


# what is in view

BOTH = """() => {
  const pane = document.querySelector("#pane").getBoundingClientRect();
  return [...document.querySelectorAll(".node.work, .node.input")].every((node) => {
    const box = node.getBoundingClientRect();
    const across = box.left >= pane.left - 1 && box.right <= pane.right + 1;
    return across && box.top >= pane.top - 1 && box.bottom <= pane.bottom + 1;
  });
}"""
LETTERS = "() => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width * 12"  # their height in pixels


@pytest.mark.parametrize("graph", ["default", "three hundred", "large network"])
def test_on_a_phone_giver_and_receivers_are_in_view_together_at_every_step(window, graph):
    root = {"three hundred": three_hundred, "large network": large_network}.get(graph)
    w = window(value_to_html(root()) if root else page(EXPRESSION), width=375)
    for step in range(1, w.last + 1, max(1, w.last // 12)):
        w.page.evaluate("(count) => show(count)", step)
        assert w.page.evaluate(BOTH), step
        assert w.page.evaluate(LETTERS) >= 7
        assert w.page.locator(".node.work").count() == 1


@pytest.mark.parametrize("graph", [three_hundred, large_network])
def test_a_graph_of_three_hundred_values_is_folded_by_layer_and_neuron(window, graph):
    w = window(value_to_html(graph()))
    layers = w.page.locator(".node").count()
    assert layers <= 6
    w.press("ArrowRight", 30)
    assert w.page.locator(".node.work").count() == 1
    assert w.page.locator(".node.fold").count() >= 2
    w.page.select_option("#view", "neurons")
    assert layers < w.page.locator(".node.fold").count() < 60
    titles = w.page.evaluate("[...document.querySelectorAll('.fold text.name')].map((line) => line.textContent)")
    assert len(set(titles)) == len(titles)
    w.page.select_option("#view", "every")
    assert w.page.locator(".node").count() >= 300


def test_keys_work_after_every_control(window):
    w = window(page(EXPRESSION))
    for control in ("forward", "back", "to-start", "position", "speed", "jump", "view", "predict", "pane"):
        w.page.evaluate("show(3)")
        w.page.focus(f"#{control}")
        w.press("ArrowRight")
        assert w.step == 4, control
    w.page.evaluate("show(3)")
    field(w, "a").fill("1")
    w.press("Enter")
    w.press("ArrowRight")
    assert w.step == 4


def test_a_turned_phone_shows_giver_and_receivers_too(window):
    w = window(page(EXPRESSION), width=375)
    w.page.evaluate("show(8)")
    w.page.set_viewport_size({"width": 844, "height": 375})
    w.page.wait_for_timeout(100)
    assert w.page.evaluate(BOTH)


# your order beside one that works


def too_early():
    text = "c = b * a; d = c * a; e = c * d"
    events = [  # c passes on before d has
        Event(None, 1.0, ((4, 0.0, 1.0),)),
        Event(4, 1.0, ((2, 0.0, -12.0), (3, 0.0, -6.0))),
        Event(2, -12.0, ((0, 0.0, -24.0), (1, 0.0, 36.0))),
        Event(3, -6.0, ((2, -12.0, -24.0), (1, 36.0, 72.0))),
    ]
    nodes = terms(text, {"a": 2.0, "b": -3.0})
    grads = [-24.0, 72.0, -24.0, -6.0, 1.0]
    theirs = [(data, grad) for (data, _), grad in zip(right_numbers(nodes), grads, strict=True)]
    return stepper(nodes, theirs, text, events)


def test_the_late_share_is_shown_in_red_and_in_words_beside_an_order_that_works(window):
    from axe_playwright_python.sync_playwright import Axe

    w = window(too_early(), width=375)
    assert "c has already passed on; too late: this share stays in c." in w.page.text_content("#lanes-title")
    assert w.page.locator("#theirs .order span").all_text_contents() == ["e", "c", "✗ d"]
    assert w.page.locator("#works .order span").all_text_contents() == ["e", "d", "c"]
    assert w.page.locator("#theirs text.wrong").filter(has_text="✗ −12 ◂ d: too late").count() == 1
    assert w.page.locator("#works .wrong").count() == 0
    w.page.focus("#lane-step")
    w.press("Home")
    assert w.page.locator("#theirs .share").count() == 0
    w.page.click("#lane-next")
    w.page.click("#lane-next")
    assert "e passes its gradient 1 on." in w.page.text_content("#theirs .told")
    found = Axe().run(w.page)
    assert found.violations_count == 0, found.generate_report()


def test_every_gradient_stands_above_its_own_shares_yours_above_yours_and_the_right_one_above_the_right_ones(window):
    w = window(too_early())
    w.press("End")
    w.page.fill("#lane-step", "4")
    of_a = {lane: w.page.locator(f"#{lane} #n1 text").all_text_contents() for lane in ("theirs", "works", "pane")}
    assert of_a["theirs"] == ["a", "data 2", "grad 72 ✗", "36 ◂ c", "36 ◂ d"]
    assert of_a["works"] == ["a", "data 2", "grad 108", "36 ◂ d", "72 ◂ c"]
    told = "+0.01 → e +1.0854", "✗ your grad is 72"  # (2.01³ − 2³) × (−3)²
    assert of_a["pane"] == ["a", "data 2", "grad 108 ✓", "36 ◂ d", "72 ◂ c", *told]
    of_c = w.page.locator("#pane #n2 text").all_text_contents()
    assert of_c[2:] == ["grad −24 ✓", "−12 ◂ e", "−12 ◂ d", of_c[5]]


def test_of_many_shares_those_are_listed_of_which_most_of_the_gradient_is_made(window):
    w = window(page("b * a + 5 * a + 7 * a + 0 * a + 0 * a + 4 * a"))
    w.press("End")
    shares = [line["text"].partition(" ")[0] for line in of(w, "a") if line["kind"] == "share"]
    assert shares == ["4", "7", "5", "6"]
    assert "grad 14.5 ✓" in [line["text"] for line in of(w, "a")]


@pytest.mark.parametrize("sizes", [[4, 4, 1], [16, 16, 1]])
def test_in_a_network_a_fold_and_a_value_say_which_neuron_they_are_and_can_be_read_on_a_phone(window, sizes):
    model = MLP(3, sizes, "tanh", seed=0)
    prediction = model([2.0, 3.0, -1.0])
    name_neurons(model, prediction)
    w = window(value_to_html(prediction), width=375)
    for step in range(1, w.last + 1, 3):
        w.page.evaluate("(count) => show(count)", step)
        assert w.page.evaluate(BOTH), step
        assert w.page.evaluate(LETTERS) >= 7, step
    w.page.evaluate("(count) => show(count)", 0)
    w.page.select_option("#view", "neurons")
    folds = w.page.locator(".fold text.name").all_text_contents()
    hidden = [f"layer {i} neuron {j}" for i in (1, 2) for j in range(1, sizes[0] + 1)]
    assert sorted(folds) == sorted([*hidden, "prediction"])


def test_both_orders_are_drawn_whole_and_alike(window):
    w = window(too_early())
    for step in range(5):
        w.page.fill("#lane-step", str(step))
        places = [w.page.evaluate(BESIDE, lane) for lane in ("theirs", "works")]
        assert places[0] == places[1]
        assert w.page.evaluate("[...document.querySelectorAll('.pane')].every((p) => p.scrollWidth <= p.clientWidth)")
        ends = [w.page.is_disabled(f"#lane-{way}") for way in ("back", "next")]
        assert ends == [step == 0, step == 4]

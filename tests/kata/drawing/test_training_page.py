"""training.html in a real browser: every number and every map is computed in the page from the recorded weights."""

import json
import re

import pytest

from minigrad_reference import MLP, linear_decay, max_margin, mean_squared_error, train
from minigrad_reference.drawing.palette import DARK, LIGHT
from minigrad_reference.drawing.training_page import training_page
from tests.kata.drawing.window import Window, until
from tests.kata.lazily import Lazily

Film = Lazily("minigrad_reference.drawing", "Film")
INPUTS = [(1.0, 0.5), (-1.0, 0.25), (0.5, -1.0), (-0.5, -0.75)]
LABELS = [1.0, -1.0, 1.0, -1.0]
STEPS = 4
HERE = "outputs(frames[at].layers, cursor)"
PIXEL = """(canvas, [x, y]) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  return [...copy.getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3).join();
}"""


def parts(colour):
    """Red, green and blue of a colour, as PIXEL gives them."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def trained(model, inputs, loss):
    """The page of a short training, and the film that it is made of."""
    film = Film(inputs, LABELS, STEPS)
    film.take(0, model)
    history = []
    for epoch in train(model, inputs, LABELS, loss, linear_decay(0.5), STEPS):
        film.take(epoch.number, model)
        history.append(epoch)
    losses, rates = [epoch.loss for epoch in history], [epoch.rate for epoch in history]
    accuracies = [epoch.accuracy for epoch in history]
    made = training_page(film, [*losses, 0.125], [*accuracies, 1.0], rates, "How <it> learned", "prediction.html")
    return made, losses


@pytest.fixture(scope="module")
def moons():
    """A network with relus, of which the first is off for every sample."""
    model = MLP(2, [3, 1], "relu", seed=0)
    dead = model.layers[0].neurons[0]
    dead.b.data = -100.0
    page, losses = trained(model, INPUTS, lambda scores, labels, _: max_margin(scores, labels))
    return page, losses, model


@pytest.fixture(scope="module")
def w(browser, moons, tmp_path_factory):
    path = tmp_path_factory.mktemp("training") / "training.html"
    path.write_text(moons[0], encoding="utf-8")
    window = Window(browser, path)
    yield window
    window.close()


def test_at_the_end_the_score_at_every_sample_is_the_models(w, moons):
    for point in INPUTS:
        score = w.page.evaluate(f"(point) => {{ cursor = point; render(); return {HERE}.at(-1)[0]; }}", list(point))
        assert score == pytest.approx(moons[2](point).data, rel=1e-5)


def test_the_slider_goes_through_the_steps_with_loss_and_rate(w, moons):
    for step, loss in enumerate(moons[1]):
        w.page.evaluate("(step) => move(step)", step)
        shown = w.page.text_content("#figures")
        assert shown.startswith(f"Step {step} of {STEPS}: loss {loss:.4f}, accuracy ")
        assert "next rate" in shown
    w.page.evaluate("move(99)")
    assert w.page.text_content("#figures") == f"Step {STEPS} of {STEPS}: loss 0.1250, accuracy 100 %"


def test_the_curve_is_lines_and_nothing_between_them_is_filled(w):
    fills = w.page.eval_on_selector_all("#curve path", "(all) => all.map((path) => getComputedStyle(path).fill)")
    assert fills == ["none"] * 4


def test_every_neuron_has_a_map_and_a_relu_that_is_off_is_marked_and_said(w):
    assert w.page.locator(".neuron canvas").count() == 2 + 3 + 1
    drawn = "(all) => all.map((c) => new Set(c.getContext('2d').getImageData(0, 0, 40, 40).data).size)"
    colours = w.page.eval_on_selector_all(".neuron canvas", drawn)
    assert colours[2] == 1  # off: the colour of the page everywhere
    assert all(count > 3 for count in colours[:2] + colours[-1:])
    assert "layer 1 neuron 1" in w.page.text_content("#off")
    assert w.page.locator(".neuron.off").first.get_attribute("aria-label").endswith("off for every sample")


def test_the_maps_follow_the_screen_to_dark_and_back(w):
    background = f"({PIXEL})(document.querySelectorAll('.neuron canvas')[2], [0, 0])"  # of the relu that is off
    for scheme, theme in (("dark", DARK), ("light", LIGHT)):
        w.page.emulate_media(color_scheme=scheme)
        until(w.page, f"{background} === '{parts(theme['page'])}'")


def test_the_line_lies_where_the_score_is_0_between_the_points_of_the_grid(w):
    line = w.page.evaluate("zeroLine(Array.from({ length: GRID * GRID }, (_, k) => (k % GRID) - 12.25))")
    places = re.findall(r"[ML]([\d.]+) [\d.]+", line)
    cell = w.page.evaluate("SIDE / GRID")
    assert len(places) == 2 * (w.page.evaluate("GRID") - 1)
    assert {float(x) for x in places} == {(12.25 + 0.5) * cell}


def test_only_a_sample_on_the_wrong_side_has_a_cross(w):
    at = f"({PIXEL})(byId('plane'), toField(inputs[0]))"
    right = 1 if w.page.evaluate("outputs(frames[at].layers, inputs[0]).at(-1)[0]") > 0 else -1
    seen = []
    for label in (right, -right):
        w.page.evaluate("(label) => { labels[0] = label; cursor = [...inputs[1]]; render(); }", label)
        seen.append(w.page.evaluate(at) == parts(LIGHT["bad"]))
    w.page.evaluate("(label) => { labels[0] = label; render(); }", LABELS[0])
    assert seen == [False, True]


def test_a_weight_is_told_and_a_chosen_neuron_fills_the_plane(w, moons):
    w.page.evaluate("tellWeight(wires.find(({depth, j, i}) => depth === 1 && j === 0 && i === 2))")
    weight = moons[2].layers[1].neurons[0].w[2].data
    told = w.page.text_content("#told").replace("−", "-")
    assert re.search(r"The weight from layer 1 neuron 3 to layer 2 neuron 1 is (\S+);", told)
    assert float(re.search(r"is (\S+);", told)[1]) == pytest.approx(weight, rel=1e-3)
    w.page.evaluate("move(0)")
    then = re.search(r"is (\S+); it began as (\S+)\. ", w.page.text_content("#told"))
    assert then[1] == then[2]
    w.page.evaluate("move(99)")
    w.page.locator(".neuron").nth(3).click()
    assert "There layer 1 neuron 2 is " in w.page.text_content("#cursor")
    assert w.page.text_content("#plane-title") == "What layer 1 neuron 2 makes of the plane"
    w.page.locator(".neuron").nth(3).click()
    assert w.page.text_content("#plane-title") == "What it says"


def test_the_cross_is_dragged_and_moved_by_keys(w):
    box = w.page.locator("#plane").bounding_box()
    w.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = w.page.evaluate("[...cursor]")
    middle = w.page.evaluate("span.map(([low, high]) => (low + high) / 2)")
    assert before == pytest.approx(middle, abs=0.02)
    w.press("ArrowRight")
    assert w.page.evaluate("cursor[0]") > before[0]


def test_axe_finds_no_barrier_and_the_title_is_text(w):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(w.page)
    assert found.violations_count == 0, found.generate_report()
    assert w.page.text_content("h1") == "How <it> learned"
    assert w.page.get_attribute("a", "href") == "prediction.html"


def test_with_three_inputs_a_sample_is_chosen_instead_of_a_point(browser, tmp_path):
    model = MLP(3, [2, 1], ["tanh"] * 2, seed=0)
    inputs = [(*point, 1.0) for point in INPUTS]
    path = tmp_path / "page.html"
    made, _ = trained(model, inputs, lambda scores, labels, _: mean_squared_error(scores, labels))
    path.write_text(made, encoding="utf-8")
    window = Window(browser, path, width=375, scheme="dark")
    window.page.select_option("#sample", "2")
    assert window.page.evaluate(f"{HERE}.at(-1)[0]") == pytest.approx(model(inputs[2]).data, rel=1e-5)
    assert not window.page.is_visible("#plane")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 375
    window.close()


def test_the_page_holds_the_weights_of_its_frames(moons):
    (found,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', moons[0], re.DOTALL)
    read = json.loads(found)
    assert (read["sizes"], read["activations"]) == ([2, 3, 1], ["relu", "linear"])
    assert [frame["step"] for frame in read["frames"]] == [0, 1, 2, 3, 4]
    last = [[w.data for w in neuron.w] for neuron in moons[2].layers[0].neurons]
    assert read["frames"][-1]["layers"][0]["w"] == [pytest.approx(row, rel=1e-6) for row in last]

"""`make images`: draws every picture that README and docs show."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.images.made_up_class import made_up_class
from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.course.authoring.freshness import IMAGES, record
from grader.course.bank.chaffs import read_bank
from grader.course.pages.rendering import class_page
from grader.course.pages.standing import CourseOfPages
from grader.learner.datasets import load
from grader.learner.explain import simplest
from grader.learner.explanation import Explanation
from grader.learner.expression import terms
from grader.learner.picture import picture, sketch_page
from grader.learner.stepping import EXPRESSION, VALUES
from minigrad_reference import MLP, Value, accuracy, l2_penalty, linear_decay, max_margin, train
from minigrad_reference.drawing import Film, decision_boundary, draw_dot, render
from minigrad_reference.drawing.stepper import stepper
from minigrad_reference.files import write_whole

HERE = Path(__file__).parent
EPOCHS = 50  # what `make train` does by default
WIDTH, SCALE = 640, 1.6  # of a page that is shown: on a phone half as wide it can still be read


def expression() -> None:
    """The graph of a small expression after its backward pass."""
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(7.0, label="c")
    d = a * b
    d.label = "d"
    e = d + c
    e.label = "e"
    f = e.tanh()
    f.label = "f"
    f.backward()
    dot = draw_dot(f)
    dot.graph_attr["rankdir"] = "TB"  # narrow enough to be read on a phone
    render(dot, HERE / "expression.svg")


def weighted_sum() -> None:
    """One neuron as it is stored and as the sums and products that it stands for."""
    weights = [Value(0.5, label="w1"), Value(-1.5, label="w2")]
    inputs = [Value(2.0, label="x1"), Value(1.0, label="x2")]
    out = Value.weighted_sum(weights, inputs, Value(0.25, label="b"))
    out.label = "out"
    out.backward()
    render(draw_dot(out), HERE / "weighted_sum.svg")
    render(draw_dot(out, expand=True), HERE / "weighted_sum_expanded.svg")


def training() -> None:
    """What `make train` draws by default: the boundary, and the film of how it came about."""
    data = load("moons")
    model = MLP(2, [16, 16, 1], "relu", seed=0)
    film = Film(data.inputs, data.targets, EPOCHS)
    film.take(0, model)
    history = []
    for epoch in train(model, data.inputs, data.targets, _margin, linear_decay(), EPOCHS):
        film.take(epoch.number, model)
        history.append((epoch.loss, epoch.accuracy))
    scores = [model(x) for x in data.inputs]
    history.append((_margin(scores, data.targets, model.parameters()).data, accuracy(scores, data.targets)))
    film.save(*zip(*history, strict=True), HERE / "training.gif")
    decision_boundary(lambda x: model(x).data, data.inputs, data.targets, HERE / "decision_boundary.png")


def _margin(scores: Sequence[Value], labels: Sequence[float], parameters: Sequence[Value]) -> Value:
    return max_margin(scores, labels) + l2_penalty(parameters)


def breadth_first() -> Explanation:
    """What `make explain-4` finds for a breadth-first topological order."""
    exercise = read_catalogue()[4]
    chaff = next(c for c in read_bank([4]) if c.misconception.id == "order-breadth-first")
    with TemporaryDirectory() as folder:
        shutil.copytree(SOLUTIONS, folder, dirs_exist_ok=True)
        Path(folder, exercise.file.name).write_text(chaff.source, encoding="utf-8")
        found = simplest(exercise, Path(folder))
    if found is None:
        raise SystemExit("No sketch shows a breadth-first order any more; choose another misconception.")
    return found


def explanation() -> None:
    """What `make explain-4` draws."""
    for kind in ("svg", "png"):  # a notebook shows the PNG
        render(picture(breadth_first()), HERE / f"explain.{kind}")


def steps() -> None:
    """The stepper at three moments: forward, backward where a gradient is summed up, and where numbers first differ."""
    reuse = "d = a * b; e = d + a; f = e.tanh()"
    difference = sketch_page(breadth_first())
    if difference is None:
        raise SystemExit("The sketch of a breadth-first order cannot be played; choose another misconception.")
    shoot(stepper(terms(EXPRESSION, VALUES), title=EXPRESSION).html, "#2", HERE / "step_forward.png", 700)
    shoot(stepper(terms(reuse, {"a": 2.0, "b": -1.5}), title=reuse).html, "#7", HERE / "step_backward.png", 880)
    shoot(difference.html, "#7", HERE / "step_difference.png", 900)


def a_class() -> None:
    """The first half of a class's page: scores, exercises, misconceptions."""
    reports = {report.student.lower(): report for report in made_up_class()}
    page = class_page(reports, course=CourseOfPages(title="A made-up class"))
    shoot(page, "", HERE / "class.png", 1750)


def shoot(page: str, place: str, path: Path, height: int) -> None:
    """A page at a place, as chromium shows it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit(f"{path.name} is taken by chromium, which is not here; on Debian: apt-get install chromium.")
    with TemporaryDirectory() as folder:
        address = Path(folder, "page.html").as_uri() + place
        Path(folder, "page.html").write_text(page, encoding="utf-8")
        quiet = "--headless", "--no-sandbox", "--hide-scrollbars", "--force-prefers-reduced-motion"
        shot = Path(folder, path.name)
        size = f"--window-size={WIDTH},{height}", f"--force-device-scale-factor={SCALE}"
        command = [browser, *quiet, *size, f"--screenshot={shot}", address]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        write_whole(path, shot.read_bytes())


if __name__ == "__main__":
    expression()
    weighted_sum()
    training()
    explanation()
    steps()
    a_class()
    record(IMAGES)

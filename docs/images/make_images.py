"""`make images`: draws every picture that README and docs show."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.course.chaffs import read_bank
from grader.learner.catalogue import read_catalogue
from grader.learner.datasets import load
from grader.learner.explain import simplest
from grader.learner.paths import SOLUTIONS
from grader.learner.picture import picture
from minigrad_reference import MLP, Value, l2_penalty, linear_decay, max_margin, train
from minigrad_reference.drawing import decision_boundary, draw_dot, render

HERE = Path(__file__).parent


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
    render(draw_dot(f), HERE / "expression.svg")


def weighted_sum() -> None:
    """One neuron as it is stored and as the sums and products that it stands for."""
    weights = [Value(0.5, label="w1"), Value(-1.5, label="w2")]
    inputs = [Value(2.0, label="x1"), Value(1.0, label="x2")]
    out = Value.weighted_sum(weights, inputs, Value(0.25, label="b"))
    out.label = "out"
    out.backward()
    render(draw_dot(out), HERE / "weighted_sum.svg")
    render(draw_dot(out, expand=True), HERE / "weighted_sum_expanded.svg")


def boundary() -> None:
    """What `make train` draws by default."""
    data = load("moons")
    model = MLP(2, [16, 16, 1], "relu", seed=0)
    for _ in train(
        model, data.inputs, data.targets, lambda s, t, p: max_margin(s, t) + l2_penalty(p), linear_decay(), 50
    ):
        pass
    decision_boundary(lambda x: model(x).data, data.inputs, data.targets, HERE / "decision_boundary.png")


def explanation() -> None:
    """What `make explain-4` draws for a breadth-first topological order."""
    exercise = read_catalogue()[4]
    chaff = next(c for c in read_bank([4]) if c.misconception.id == "order-breadth-first")
    with TemporaryDirectory() as folder:
        shutil.copytree(SOLUTIONS, folder, dirs_exist_ok=True)
        Path(folder, f"{exercise.module}.py").write_text(chaff.source, encoding="utf-8")
        found = simplest(exercise, Path(folder))
    if found is None:
        raise SystemExit("No sketch shows a breadth-first order any more; choose another misconception.")
    render(picture(found), HERE / "explain.svg")


if __name__ == "__main__":
    expression()
    weighted_sum()
    boundary()
    explanation()

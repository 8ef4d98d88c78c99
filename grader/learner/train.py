"""`make train`: train the final network, report its progress, and draw the results."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.core.errors import words_of
from grader.learner.datasets import TOY, Dataset
from grader.learner.engines import Engine, Epoch, check_finite
from grader.learner.terminal import wrapped
from minigrad_reference.drawing import (
    Film,
    decision_boundary,
    draw_dot,
    draw_network,
    loss_curve,
    render,
    sparkline,
    trace,
)
from minigrad_reference.drawing.film import scores_of, state_of
from minigrad_reference.drawing.network import layer_columns, name_neurons
from minigrad_reference.drawing.stepper import stepper
from minigrad_reference.drawing.training_page import training_page

FOLDER = Path("build/train")
FILES = (
    "training.html",
    "prediction.html",
    "loss_over_epochs.png",
    "decision_boundary.png",
    "training.gif",
    "final_prediction_graph.svg",
    "final_prediction_graph.png",
    "computation_graph.svg",
    "computation_graph.png",
    "network.svg",
    "predictions.csv",
    "metrics.json",
)
ROWS_SHOWN = 10
TOY_RATE = 0.1
PLAYED = 3000  # values of a prediction that a page can still play


@dataclass(frozen=True)
class Plan:
    """What to train: on which data, sizes of the hidden layers, the rate to start from (None: the usual one)."""

    dataset: Dataset
    hidden: Sequence[int]
    epochs: int
    rate: float | None
    seed: int


@dataclass(frozen=True)
class Metrics:
    """What metrics.json says of a trained network; `sizes` are those of its layers, the inputs first."""

    loss: float
    accuracy: float
    epochs: int
    seconds: float
    seed: int
    dataset: str
    sizes: list[int]


@dataclass(frozen=True)
class Result:
    """A trained network, what it went through, its score for every sample, and its figures."""

    model: Any
    history: Sequence[Epoch]
    film: Film
    scores: Sequence[Any]
    metrics: Metrics
    rates: Sequence[float]

    @property
    def losses(self) -> list[float]:
        """Of the network before its first step, between, and after its last; so are the accuracies."""
        return [*(epoch.loss for epoch in self.history), self.metrics.loss]

    @property
    def accuracies(self) -> list[float]:
        return [*(epoch.accuracy for epoch in self.history), self.metrics.accuracy]


def train(engine: Engine, plan: Plan, console: Console) -> None:
    """Train, print, and fill build/train; what was there is replaced only once everything new is complete.

    Two moons and CSV data: ReLU, max-margin loss with L2 penalty. The toy set: tanh throughout, mean squared error.
    """
    dataset = plan.dataset
    result = _trained(engine, plan, console)
    metrics = result.metrics
    console.print(wrapped(f"The trained network: loss {metrics.loss:.4f}, accuracy {metrics.accuracy:.1%}."))
    console.print(_loss_in_a_line(result.losses, bars=not console.options.ascii_only))
    console.print(_predictions_table(result.scores, dataset.targets))
    FOLDER.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="train-", dir=FOLDER.parent) as partial:
        with console.status("Drawing …"):
            _write(Path(partial), engine, dataset, result)
        _publish(Path(partial))
    console.print(wrapped(f"Open {FOLDER / 'training.html'} in a browser to look into the training."))
    console.print(f"Pictures and figures are in {FOLDER}:")
    for name in FILES:
        if (FOLDER / name).exists():
            console.print(f"  {name}")
    if len(dataset.inputs[0]) != 2:
        had = f"No decision boundary: it needs 2 inputs and {dataset.name} has {len(dataset.inputs[0])}."
        console.print(wrapped(had))


def _trained(engine: Engine, plan: Plan, console: Console) -> Result:
    dataset, toy = plan.dataset, plan.dataset is TOY
    nouts = [*plan.hidden, 1]
    sizes = [len(dataset.inputs[0]), *nouts]
    model = engine.MLP(sizes[0], nouts, ["tanh"] * len(nouts) if toy else "relu", seed=plan.seed)
    shape, parameters = "-".join(map(str, sizes)), len(model.parameters())
    said = f"A {shape} network with {parameters} parameters, {len(dataset.inputs)} samples ({dataset.name})."
    console.print(wrapped(said))
    started = time.perf_counter()
    loss_of = _squared(engine) if toy else _margin(engine)
    rate = plan.rate or (TOY_RATE if toy else 1.0)
    steps = engine.train(model, dataset.inputs, dataset.targets, loss_of, rate, plan.epochs)
    film = Film(dataset.inputs, dataset.targets, plan.epochs)
    film.take(0, model)
    history = []
    for epoch in _reported(steps, plan.epochs, console):
        history.append(epoch)
        film.take(epoch.number, model)
    seconds = round(time.perf_counter() - started, 3)
    scores = [model(x) for x in dataset.inputs]
    loss = loss_of(scores, dataset.targets, model.parameters()).data
    check_finite(loss, plan.epochs)
    metrics = Metrics(
        loss=loss,
        accuracy=engine.accuracy(scores, dataset.targets),
        epochs=plan.epochs,
        seconds=seconds,
        seed=plan.seed,
        dataset=dataset.name,
        sizes=sizes,
    )
    rates = [rate * (1 - 0.9 * k / plan.epochs) for k in range(plan.epochs)]
    return Result(model, history, film, scores, metrics, rates)


def _margin(engine: Engine) -> Callable[..., Any]:
    def loss(scores: Sequence[Any], targets: Sequence[float], parameters: Sequence[Any]) -> Any:
        return engine.hinge_loss(scores, targets) + engine.l2_penalty(parameters)

    return loss


def _squared(engine: Engine) -> Callable[..., Any]:
    def loss(scores: Sequence[Any], targets: Sequence[float], _: Sequence[Any]) -> Any:
        return engine.mean_squared_error(scores, targets)

    return loss


def _reported(steps: Iterator[Epoch], epochs: int, console: Console) -> Iterator[Epoch]:
    """Go through the training with a progress bar, printing about ten epochs."""
    columns = TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        for epoch in progress.track(steps, total=epochs):
            if epoch.number % max(1, epochs // 10) == 0 or epoch.number == epochs:
                figures = f"Loss: {epoch.loss:.4f}, Accuracy: {epoch.accuracy:.1%}"
                progress.console.print(f"Epoch {epoch.number}/{epochs}, {figures}", highlight=False)
            yield epoch


def _loss_in_a_line(losses: Sequence[float], *, bars: bool) -> str:
    """What the pictures say of the loss, where they cannot be seen."""
    drawn = f": {sparkline(losses)}" if bars else "."
    return wrapped(f"The loss on its way from {losses[0]:.4f} to {losses[-1]:.4f}{drawn}")


def _predictions_table(scores: Sequence[Any], targets: Sequence[float]) -> Table:
    shown = min(ROWS_SHOWN, len(targets))
    rest = f", {shown} of {len(targets)}; all are in predictions.csv" if shown < len(targets) else ""
    table = Table(title=wrapped(f"Final predictions{rest}"), title_justify="left")
    for heading in ("sample", "target", "predicted"):
        table.add_column(heading, justify="right")
    for i in range(shown):
        table.add_row(str(i + 1), f"{targets[i]:+.0f}", f"{scores[i].data:+.4f}")
    return table


def _write(folder: Path, engine: Engine, dataset: Dataset, result: Result) -> None:
    model, history = result.model, result.history
    loss_curve([e.loss for e in history], [e.accuracy for e in history], folder / "loss_over_epochs.png")
    result.film.save(result.losses, result.accuracies, folder / "training.gif")
    if len(dataset.inputs[0]) == 2:
        path = folder / "decision_boundary.png"
        end = state_of(model)  # arithmetic on arrays: thousands of points on Values would take longer than the training
        decision_boundary(lambda x: float(scores_of(end, [x])[0]), dataset.inputs, dataset.targets, path)
    prediction = result.scores[0]
    model.zero_grad()
    prediction.backward()
    name_neurons(model, prediction)
    _draw(draw_dot(prediction, layer_columns(model, prediction)), folder / "final_prediction_graph")
    _write_pages(folder, dataset, result)
    _draw(_toy_loss_graph(engine), folder / "computation_graph")
    _render(draw_network(model), folder / "network.svg")
    with (folder / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        rows = ([f"{t:g}", repr(s.data)] for t, s in zip(dataset.targets, result.scores, strict=True))
        csv.writer(file, lineterminator="\n").writerows([["target", "predicted"], *rows])
    (folder / "metrics.json").write_text(json.dumps(vars(result.metrics), indent=2) + "\n", encoding="utf-8")


def _write_pages(folder: Path, dataset: Dataset, result: Result) -> None:
    """The page that looks into the training, and the one that plays the first prediction, unless it is too large."""
    nodes = trace(result.scores[0])[0]
    shape = "-".join(map(str, result.metrics.sizes))
    played = ""
    if len(nodes) <= PLAYED:
        with suppress(ValueError):  # too deep for a page
            title = f"What the {shape} network predicts for the first sample of {dataset.name}"
            played = stepper(nodes, title=title).write(folder / "prediction.html").name
    title = f"How a {shape} network learned {dataset.name}"
    page = training_page(result.film, result.losses, result.accuracies, result.rates, title, played)
    (folder / "training.html").write_text(page, encoding="utf-8")


def _draw(graph: Any, path: Path) -> None:
    for suffix in (".svg", ".png"):
        _render(graph, path.with_suffix(suffix))


def _render(graph: Any, path: Path) -> None:
    with words_of(RuntimeError):
        render(graph, path)


def _toy_loss_graph(engine: Engine) -> Any:
    """The loss of the toy set under an untrained 3-4-4-1 tanh network, after one backward pass."""
    model = engine.MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0)
    scores = [model(x) for x in TOY.inputs]
    targets = [engine.Value(t, label=f"target {i}") for i, t in enumerate(TOY.targets, 1)]
    loss = engine.mean_squared_error(scores, targets)
    loss.label = "loss"
    loss.backward()
    name_neurons(model, *scores)
    return draw_dot(loss, layer_columns(model, loss))


def _publish(complete: Path) -> None:
    """Move a complete set of files into build/train and drop what an earlier run left under the same names."""
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        if (complete / name).exists():
            (complete / name).replace(FOLDER / name)
        else:
            (FOLDER / name).unlink(missing_ok=True)

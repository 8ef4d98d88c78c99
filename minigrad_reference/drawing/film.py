"""Training as a film: the decision boundary and the loss as they change. Where no picture is shown: a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from minigrad_reference.drawing.plots import CROSS, INK, PLAIN, SHADES, is_wrong, samples, save, sheet, span
from minigrad_reference.files import write_whole

FRAMES = 40  # a film has so many steps of training, or fewer
GRID = 45  # points per side at which a frame's scores are computed
PAUSE, REST = 100, 2500  # milliseconds: of a frame, of the last one
SHARP = 90  # dots per inch
COLOURS = 128  # in the film's palette
NEAR = 8  # steps of a colour that are not seen
BARS = "▁▂▃▄▅▆▇█"
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0.0), "linear": lambda x: x}

State: TypeAlias = Sequence[tuple[Any, Any, str]]  # weights, biases and activation of each layer


class Film:
    """A network while it trains. Its numbers are kept on the way, and drawn at the end.

    `steps` is how many there will be; a frame is taken before the first, after the last, and evenly between.
    """

    def __init__(self, inputs: Sequence[Sequence[float]], labels: Sequence[float], steps: int) -> None:
        self.inputs, self.labels = inputs, labels
        count = min(FRAMES, steps)
        self.wanted = {round(i * steps / count) for i in range(count + 1)}
        self.states: dict[int, State] = {}

    def take(self, step: int, model: Any) -> None:
        """Take a frame of the network as it is after so many steps, if there is to be one."""
        if step in self.wanted:
            self.states[step] = state_of(model)

    @PLAIN
    def save(self, losses: Sequence[float], accuracies: Sequence[float], path: str | Path) -> None:
        """Write an animated GIF, given loss and accuracy (0 to 1) after 0, 1, 2, … steps.

        Above the loss it shows the decision boundary, if there are two inputs: side by side they are too small for a
        phone.
        """
        plane = len(self.inputs[0]) == 2
        figure = sheet(4.5, 5.4 if plane else 3.6, dpi=SHARP)
        canvas = FigureCanvasAgg(figure)
        heights = [2, 1] if plane else [1]
        axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        parts: list[_Boundary | _Curve] = [_Curve(axes[-1], losses, accuracies)]
        parts += [_Boundary(axes[0], self)] if plane else []
        frames = []
        for step in sorted(self.states):
            for part in parts:
                part.show(step)
            canvas.draw()
            figure.set_layout_engine("none")  # as the first frame lies, so lie all
            frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
        write_whole(path, _animated(frames))

    @PLAIN
    def stills(self, path: str | Path, count: int = 4) -> None:
        """Write a PNG of `count` frames side by side, the first and the last among them. There must be two inputs."""
        steps = sorted(self.states)
        places = [(i / (count - 1)) ** 2 * (len(steps) - 1) for i in range(count)]  # at first there is more to see
        figure = Figure(figsize=(3.2 * count, 3.2), dpi=80, layout="constrained")
        for axes, place in zip(figure.subplots(1, count, sharey=True), places, strict=True):
            _Boundary(axes, self).show(steps[round(place)])
        save(figure, path)


def state_of(model: Any) -> State:
    """A copy of a network's numbers."""
    return [
        (
            np.array([[w.data for w in neuron.w] for neuron in layer.neurons]),
            np.array([neuron.b.data for neuron in layer.neurons]),
            layer.neurons[0].activation,
        )
        for layer in model.layers
    ]


def scores_of(state: State, points: Sequence[Sequence[float]]) -> Any:
    """The score of a network in that state for each point, an array. In a whole film there are too many for Values."""
    out: Any = np.array(points, dtype=float)
    for weights, biases, activation in state:
        out = ACTIVATIONS[activation](out @ weights.T + biases)
    return out[:, 0]


class _Boundary:
    """The score over the plane, in colours that mean the same in every frame."""

    def __init__(self, axes: Any, film: Film) -> None:
        self.axes, self.line = axes, None
        self.xs, self.ys = (span([point[i] for point in film.inputs], GRID) for i in (0, 1))
        points = [(x, y) for y in self.ys for x in self.xs]
        self.scores = {step: scores_of(state, points).reshape(GRID, GRID) for step, state in film.states.items()}
        last = self.scores[max(film.states)]
        reach = max(1e-9, float(np.abs(last).max()))
        edges = (self.xs[0], self.xs[-1], self.ys[0], self.ys[-1])
        look = {"extent": edges, "origin": "lower", "aspect": "auto", "interpolation": "bilinear"}
        self.map = axes.imshow(last, cmap=SHADES, vmin=-reach, vmax=reach, alpha=0.8, **look)
        samples(axes, film.inputs, film.labels, size=16)
        self.wrong = {step: _wrong(state, film) for step, state in film.states.items()}
        self.crosses = axes.scatter([], [], **{**CROSS, "s": 24, "linewidths": 1.5})
        axes.set(xlabel="x1", ylabel="x2")

    def show(self, step: int) -> None:
        if self.line:
            self.line.remove()
        scores = self.scores[step]
        crosses = scores.min() < 0 < scores.max()
        self.line = self.axes.contour(self.xs, self.ys, scores, [0.0], colors=INK, linewidths=2) if crosses else None
        self.map.set_data(scores)
        self.crosses.set_offsets(self.wrong[step])
        self.axes.set_title(f"after {step} {'step' if step == 1 else 'steps'}", fontsize=10)


def _wrong(state: State, film: Film) -> Any:
    """The samples on the wrong side."""
    scores = scores_of(state, film.inputs)
    wrong = [x for x, score, label in zip(film.inputs, scores, film.labels, strict=True) if is_wrong(score, label)]
    return np.array(wrong).reshape(-1, 2)


class _Curve:
    """The loss as far as the training has come, before the pale line of where it will go."""

    def __init__(self, axes: Any, losses: Sequence[float], accuracies: Sequence[float]) -> None:
        self.axes, self.losses, self.accuracies = axes, losses, accuracies
        axes.plot(losses, color=INK, alpha=0.2)
        (self.line,) = axes.plot([], [], color=INK, linewidth=2)
        (self.dot,) = axes.plot([], [], "o", color=INK)
        axes.set(xlabel="step", ylabel="loss", ylim=(0, 1.1 * max(losses) or 1))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)

    def show(self, step: int) -> None:
        loss = self.losses[step]
        self.line.set_data(range(step + 1), self.losses[: step + 1])
        self.dot.set_data([step], [loss])
        self.axes.set_title(f"loss {loss:.4f}, accuracy {self.accuracies[step]:.0%}", fontsize=10)


def _animated(frames: Sequence[Any]) -> bytes:
    """One GIF of all frames, which rests on the last; between them the first and the last have every colour."""
    width, height = frames[0].size
    both = Image.new("RGB", (width, 2 * height))
    both.paste(frames[0], (0, 0))
    both.paste(frames[-1], (0, height))
    palette = both.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    colours, page = np.reshape(palette.getpalette(), (-1, 3)), both.getpixel((0, 0))
    means = (np.abs(colours - page) < NEAR).all(axis=1)  # of the page and of pale shades, which Pillow may prefer
    colours[means] = page
    palette.putpalette(colours.flatten().tolist())
    first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    pauses = [PAUSE] * len(others) + [REST]
    content = BytesIO()
    first.save(content, "GIF", save_all=True, append_images=others, duration=pauses, loop=0)
    return content.getvalue()


def sparkline(numbers: Sequence[float], width: int = 40) -> str:
    """Numbers from 0 up as bars of text, at most `width` of them."""
    count = min(width, len(numbers))
    chosen = [numbers[round(i * (len(numbers) - 1) / max(1, count - 1))] for i in range(count)]
    top = max(chosen) or 1.0
    return "".join(BARS[min(len(BARS) - 1, int(len(BARS) * number / top))] for number in chosen)

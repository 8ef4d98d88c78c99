"""A training that goes on a few steps at a time, so that it can be watched, and points moved between two steps."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from grader.core.errors import KataError
from grader.learner.engines import Engine, load_engine, own_code
from grader.learner.messages import Layer

HIDDEN = (16, 16)
FEW = 20  # points of one step: so a learner's engine is quick enough to be watched


class Training:
    """The final network on an engine, 'reference' or 'mine'. Raises KataError where one's own is not complete."""

    def __init__(self, engine: str, seed: int) -> None:
        self.name, self.steps, self.chance = engine, 0, random.Random(seed)
        with _own_words(engine):
            self.engine: Engine = load_engine(engine)
            self.model: Any = self.engine.MLP(2, [*HIDDEN, 1], "relu", seed=seed)

    def go(self, points: Sequence[Sequence[float]], rate: float, steps: int) -> list[float]:
        """So many steps, each on a few of the points (x, y, label); returns the losses. Raises KataError."""
        if not points:
            raise KataError("There is no point to learn from; add some.")
        with _own_words(self.name):
            return [self._step(self.chance.sample(points, min(FEW, len(points))), rate) for _ in range(steps)]

    def _step(self, points: Sequence[Sequence[float]], rate: float) -> float:
        inputs, labels = [[x, y] for x, y, _ in points], [label for *_, label in points]
        (epoch,) = self.engine.train(self.model, inputs, labels, self._loss, rate, 1)
        self.steps += 1
        return float(epoch.loss)

    def _loss(self, scores: Sequence[Any], labels: Sequence[float], parameters: Sequence[Any]) -> Any:
        return self.engine.hinge_loss(scores, labels) + self.engine.l2_penalty(parameters)

    def numbers(self) -> list[Layer]:
        """The network as it is now."""
        return [
            Layer(
                w=[[float(w.data) for w in neuron.w] for neuron in layer.neurons],
                b=[float(neuron.b.data) for neuron in layer.neurons],
                activation=layer.neurons[0].activation,
            )
            for layer in self.model.layers
        ]


@contextmanager
def _own_words(engine: str) -> Iterator[None]:
    """What stops a learner's engine, in words; afterwards Python collects its garbage by itself again."""
    try:
        with own_code(engine):
            yield
    except NotImplementedError as error:
        raise KataError(f"Your own engine is not complete: {error} is still a stub.") from None
    finally:
        gc.enable()

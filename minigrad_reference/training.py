"""Gradient descent over a whole data set, one step per epoch."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from minigrad_reference.engine import Value
from minigrad_reference.losses import accuracy
from minigrad_reference.nn import MLP

Loss = Callable[[Sequence[Value], Sequence[float], Sequence[Value]], Value]
Schedule = Callable[[int, int], float]


@dataclass(frozen=True)
class Epoch:
    """What one step saw: loss and accuracy (0 to 1) are those of the weights before the step."""

    number: int
    loss: float
    accuracy: float
    rate: float


def linear_decay(first: float = 1.0, drop: float = 0.9) -> Schedule:
    """The rate first * (1 - drop * epoch / epochs), epoch counted from 0."""
    return lambda epoch, epochs: first * (1 - drop * epoch / epochs)


def sgd_step(parameters: Sequence[Value], rate: float) -> None:
    """Move every parameter against its gradient by rate * gradient."""
    for parameter in parameters:
        parameter.data -= rate * parameter.grad


def train(
    model: MLP,
    inputs: Sequence[Sequence[float]],
    targets: Sequence[float],
    loss: Loss,
    schedule: Schedule,
    epochs: int,
) -> Iterator[Epoch]:
    """Train `model` in place, yielding after each of `epochs` steps.

    `loss(scores, targets, parameters)` makes the value to minimise. Targets are -1 or +1 where accuracy is to mean
    anything. Raises FloatingPointError when the loss stops being finite.
    """
    for number in range(1, epochs + 1):
        rate = schedule(number - 1, epochs)
        yield train_step(model, inputs, targets, loss, rate, number)


def train_step(
    model: MLP, inputs: Sequence[Sequence[float]], targets: Sequence[float], loss: Loss, rate: float, number: int = 1
) -> Epoch:
    """One epoch: forward, zero, backward, update."""
    parameters = model.parameters()
    with collector_paused():
        scores = [model(x) for x in inputs]
        total = loss(scores, targets, parameters)
        if not abs(total.data) < float("inf"):
            raise FloatingPointError(f"the loss is {total.data} in epoch {number}; a smaller learning rate may help")
        model.zero_grad()
        total.backward()
        sgd_step(parameters, rate)
        return Epoch(number, total.data, accuracy(scores, targets), rate)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run a block without the cyclic garbage collector.

    Values form no reference cycles, so reference counting frees every graph by itself; the collector would only walk
    a growing graph again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

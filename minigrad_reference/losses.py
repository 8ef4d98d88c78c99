"""What a network is trained to make small, and how often its decisions are right."""

from __future__ import annotations

from collections.abc import Sequence

from minigrad_reference.engine import Number, Value


def mean_squared_error(predictions: Sequence[Value], targets: Sequence[Number]) -> Value:
    """Mean over the samples of (prediction - target)^2. Raises ValueError unless there are as many of each, and any."""
    _check(predictions, targets)
    errors = [(prediction - target) ** 2 for prediction, target in zip(predictions, targets, strict=True)]
    return sum(errors[1:], errors[0]) / len(errors)


def max_margin(scores: Sequence[Value], labels: Sequence[float]) -> Value:
    """Mean over the samples of max(0, 1 - label * score), the SVM or hinge loss; labels are -1 or +1."""
    _check(scores, labels)
    losses = [(1 - label * score).relu() for score, label in zip(scores, labels, strict=True)]
    return sum(losses[1:], losses[0]) / len(losses)


def l2_penalty(parameters: Sequence[Value], strength: float = 1e-4) -> Value:
    """The sum of the squared parameters times `strength`, as one weighted sum of the parameters with themselves."""
    return strength * Value.weighted_sum(parameters, parameters, Value(0.0))


def accuracy(scores: Sequence[Value], labels: Sequence[float]) -> float:
    """The share of samples, 0 to 1, whose score has the sign of its label; a score of 0 counts as -1."""
    _check(scores, labels)
    return sum((score.data > 0) == (label > 0) for score, label in zip(scores, labels, strict=True)) / len(labels)


def _check(ours: Sequence[object], theirs: Sequence[object]) -> None:
    if not ours or len(ours) != len(theirs):
        raise ValueError(f"as many predictions as targets are needed, and at least one: {len(ours)} and {len(theirs)}")

"""A training that is watched: it goes on from step to step, on the points as they are then."""

import pytest

from grader.core.errors import KataError
from grader.learner.datasets import load
from grader.learner.live import Training

DATA = load("moons")
POINTS = [[*point, label] for point, label in zip(DATA.inputs, DATA.targets, strict=True)]


def test_it_goes_on_where_it_was_and_learns():
    training = Training("reference", seed=0)
    begun = training.numbers()
    losses = [*training.go(POINTS, 0.5, 20), *training.go(POINTS, 0.5, 20)]
    assert (training.steps, len(losses)) == (40, 40)
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])
    assert [len(layer.b) for layer in training.numbers()] == [16, 16, 1]
    assert training.numbers() != begun


def test_without_a_point_it_says_so():
    with pytest.raises(KataError, match="no point to learn from"):
        Training("reference", seed=0).go([], 0.5, 1)

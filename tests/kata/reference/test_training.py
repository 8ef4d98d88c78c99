"""Gradient descent: single steps by hand, the schedule, what stops it, and that it learns."""

import gc
from concurrent.futures import ProcessPoolExecutor

import pytest

from grader.learner.datasets import load
from minigrad_reference import (
    MLP,
    Value,
    l2_penalty,
    linear_decay,
    max_margin,
    mean_squared_error,
    sgd_step,
    train,
)
from minigrad_reference.training import collector_paused, train_step


def squared(scores, targets, _):
    return mean_squared_error(scores, targets)


def margin(scores, targets, parameters):
    return max_margin(scores, targets) + l2_penalty(parameters)


@pytest.mark.parametrize(
    ("epoch", "epochs", "expected"), [(0, 50, 1.0), (25, 50, 1 - 0.9 / 2), (49, 50, 1 - 0.9 * 49 / 50), (0, 1, 1.0)]
)
def test_linear_decay_falls_from_one_towards_one_tenth(epoch, epochs, expected):
    assert linear_decay()(epoch, epochs) == expected


def test_linear_decay_scales_with_its_first_rate_and_drop():
    assert linear_decay(0.5)(0, 10) == 0.5
    assert linear_decay(0.5, drop=0.2)(5, 10) == 0.5 * (1 - 0.2 * 5 / 10)


def test_a_step_moves_every_parameter_against_its_gradient_by_rate_times_gradient():
    a, b = Value(1.0), Value(-2.0)
    a.grad, b.grad = 4.0, -8.0
    sgd_step([a, b], 0.25)
    assert (a.data, b.data) == (0.0, 0.0)
    assert (a.grad, b.grad) == (4.0, -8.0)


def tiny():
    model = MLP(1, [1], seed=0)
    for parameter, data in zip(model.parameters(), (2.0, 0.5), strict=True):
        parameter.data = data
    return model


def test_one_epoch_of_a_linear_neuron_is_the_one_computed_by_hand():
    model = tiny()  # 2 x + 0.5 = 4.5 at x = 2, and the target is -1
    epoch = train_step(model, [[2.0]], [-1.0], squared, rate=0.1)
    assert (epoch.number, epoch.loss, epoch.accuracy, epoch.rate) == (1, 5.5**2, 0.0, 0.1)
    gradient = 2 * 5.5
    assert [p.data for p in model.parameters()] == pytest.approx([2.0 - 0.1 * gradient * 2.0, 0.5 - 0.1 * gradient])


def test_gradients_do_not_carry_over_from_one_step_to_the_next():
    fresh, used = tiny(), tiny()
    for parameter in used.parameters():
        parameter.grad = 1000.0
    for model in (fresh, used):
        train_step(model, [[2.0]], [-1.0], squared, rate=0.1)
    assert [p.data for p in used.parameters()] == [p.data for p in fresh.parameters()]


def test_train_yields_one_epoch_per_step_with_its_rate_and_trains_only_as_far_as_it_is_asked():
    model = tiny()
    steps = train(model, [[2.0]], [-1.0], squared, linear_decay(0.1), 3)
    assert [p.data for p in model.parameters()] == [2.0, 0.5]
    history = list(steps)
    assert [epoch.number for epoch in history] == [1, 2, 3]
    assert [epoch.rate for epoch in history] == [0.1 * (1 - 0.9 * i / 3) for i in range(3)]
    assert history[-1].loss < history[0].loss


@pytest.mark.parametrize("bad", [1e200, float("inf"), float("nan")])
def test_a_loss_that_is_not_finite_raises_and_moves_no_weight(bad):
    model = tiny()
    with pytest.raises(FloatingPointError, match=r"the loss is (inf|nan) in epoch 4; a smaller learning rate may help"):
        train_step(model, [[bad]], [-1.0], squared, rate=0.1, number=4)
    assert [p.data for p in model.parameters()] == [2.0, 0.5]


def test_a_learning_rate_that_is_far_too_large_ends_in_that_error():
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        list(train(tiny(), [[2.0]], [-1.0], squared, linear_decay(1e6), 100))


def test_a_targets_list_of_another_length_is_a_value_error():
    with pytest.raises(ValueError, match="as many predictions as targets"):
        train_step(tiny(), [[2.0], [3.0]], [-1.0], squared, rate=0.1)


def test_the_collector_pauses_during_a_step_and_runs_again_after_it_even_if_it_raises():
    seen = []

    def watching(scores, targets, parameters):
        seen.append(gc.isenabled())
        return squared(scores, targets, parameters)

    assert gc.isenabled()
    train_step(tiny(), [[2.0]], [-1.0], watching, rate=0.1)
    assert gc.isenabled()
    with pytest.raises(FloatingPointError):
        train_step(tiny(), [[1e200]], [-1.0], watching, rate=0.1)
    assert gc.isenabled()
    assert seen == [False, False]


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_toy_set_is_fitted_by_a_small_tanh_network():
    data = load("toy")
    model = MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0)
    history = list(train(model, data.inputs, data.targets, squared, linear_decay(0.1), 200))
    assert history[-1].loss < 0.1 < history[0].loss
    assert history[-1].accuracy == 1.0


def moons_accuracy(seed):
    data = load("moons")
    model = MLP(2, [16, 16, 1], "relu", seed=seed)
    return list(train(model, data.inputs, data.targets, margin, linear_decay(), 50))[-1].accuracy


def test_two_moons_are_learned_completely_in_fifty_epochs_from_the_default_seed():
    assert moons_accuracy(seed=0) == 1.0


@pytest.mark.slow
def test_two_moons_are_learned_to_98_percent_in_fifty_epochs_from_at_least_19_of_20_seeds():
    with ProcessPoolExecutor() as pool:
        reached = list(pool.map(moons_accuracy, range(20)))
    assert sum(accuracy >= 0.98 for accuracy in reached) >= 19, reached

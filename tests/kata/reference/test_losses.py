"""Losses and accuracy against numbers computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad_reference import Value, accuracy, l2_penalty, max_margin, mean_squared_error

FINITE = st.floats(-100, 100)


def values(*numbers):
    return [Value(x) for x in numbers]


def test_mean_squared_error_and_its_gradients_are_those_computed_by_hand():
    predictions = values(1.0, 3.0)
    loss = mean_squared_error(predictions, [0.0, 5.0])
    loss.backward()
    assert loss.data == (1.0 + 4.0) / 2
    assert [p.grad for p in predictions] == [1.0, -2.0]


def test_mean_squared_error_takes_values_as_targets():
    assert mean_squared_error(values(1.0), values(4.0)).data == 9.0


def test_max_margin_and_its_gradients_are_those_computed_by_hand():
    scores = values(2.0, 0.5, 0.5, -3.0)
    loss = max_margin(scores, [1, 1, -1, -1])
    loss.backward()
    assert loss.data == (0.0 + 0.5 + 1.5 + 0.0) / 4
    assert [s.grad for s in scores] == [0.0, -0.25, 0.25, 0.0]


def test_max_margin_has_gradient_zero_where_the_margin_is_just_reached():
    (score,) = scores = values(1.0)
    max_margin(scores, [1]).backward()
    assert score.grad == 0.0


@pytest.mark.parametrize(("strength", "expected"), [(1.0, 14.0), (0.5, 7.0)])
def test_l2_penalty_is_strength_times_the_sum_of_squares_with_gradient_two_p(strength, expected):
    parameters = values(1.0, -2.0, 3.0)
    penalty = l2_penalty(parameters, strength)
    penalty.backward()
    assert penalty.data == expected
    assert [p.grad for p in parameters] == [2 * strength * p.data for p in parameters]


def test_l2_penalty_has_strength_one_ten_thousandth_by_default():
    assert l2_penalty(values(1.0, -2.0, 3.0)).data == pytest.approx(14e-4, rel=1e-12)


@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ([0.1, -0.1], [1, -1], 1.0),
        ([0.1, -0.1], [-1, 1], 0.0),
        ([2.0, 2.0, -2.0, -2.0], [1, -1, -1, -1], 0.75),
        ([0.0], [-1], 1.0),
        ([0.0], [1], 0.0),
    ],
)
def test_accuracy_is_the_share_of_scores_with_the_sign_of_their_label_and_zero_counts_as_minus(
    scores, labels, expected
):
    assert accuracy(values(*scores), labels) == expected


@given(st.lists(st.tuples(FINITE, st.sampled_from([-1, 1])), min_size=1, max_size=10))
def test_losses_are_never_negative_and_accuracy_is_a_share(pairs):
    scores, labels = [Value(s) for s, _ in pairs], [label for _, label in pairs]
    assert mean_squared_error(scores, labels).data >= 0
    assert max_margin(scores, labels).data >= 0
    assert 0 <= accuracy(scores, labels) <= 1


@pytest.mark.parametrize("f", [mean_squared_error, max_margin, accuracy])
@pytest.mark.parametrize(("ours", "theirs"), [(2, 1), (1, 2), (0, 0), (0, 1)])
def test_unequal_numbers_of_predictions_and_targets_or_none_are_a_value_error_that_names_both(f, ours, theirs):
    with pytest.raises(ValueError, match=f"at least one: {ours} and {theirs}"):
        f(values(*[1.0] * ours), [1] * theirs)

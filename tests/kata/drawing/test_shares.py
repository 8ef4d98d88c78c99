"""What a wrong gradient tells of the shares that it should be the sum of, and how the banner of a page says it."""

import pytest

from minigrad_reference import Value
from minigrad_reference.drawing import value_to_html
from minigrad_reference.drawing.shares import Flaw, flaw

SAID = "Your numbers first differ on the way back"


@pytest.mark.parametrize(
    ("shares", "got", "found"),
    [
        ([("d", 1.0), ("c", 2.0)], 3.0, None),
        ([("d", 1.0), ("c", 2.0)], 1.0, Flaw("c")),
        ([("d", 1.0), ("c", 2.0)], 2.0, Flaw("c", before=1.0)),
        ([("e", 5.0), ("d", 1.0), ("c", 2.0)], 3.0, Flaw("d", before=5.0)),
        ([("c", 2.0)], 4.0, Flaw("c", times=2)),
        ([("c", 2.0)], 6.0, Flaw("c", times=3)),
        ([("d", 1.0), ("c", 2.0)], 5.0, Flaw("c", times=2)),
        ([("c", 2.0)], 0.0, Flaw("c")),
        ([("c", 2.0)], 7.7, None),
        ([("c", 2.0)], float("nan"), None),
        ([], 3.0, None),
    ],
)
def test_a_share_that_is_missing_replaced_or_repeated_is_found_by_its_giver(shares, got, found):
    assert flaw(shares, got) == found


def banner(root, **grads):
    """The sentence for a right backward pass in which some gradients are then other ones."""
    page = value_to_html(root, compare=True)
    assert page.difference == ""
    for value in _all(root):
        value.grad = grads.get(value.label, value.grad)
    return value_to_html(root, compare=True).difference


def _all(root):
    from minigrad_reference.drawing import trace

    return trace(root)[0]


def named(**values):
    for name, value in values.items():
        value.label = name
    return values.values()


def test_a_value_that_is_listed_twice_has_received_its_share_twice():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    (c,) = named(c=a * b)
    c.backward()
    said = banner(c, b=4.0, a=3.0)
    assert said == f"{SAID}, from c back to b: b.grad is 4, expected 2. b should receive 2 there once."


def test_a_value_over_itself_should_receive_both_of_its_shares():
    a = Value(2.0, label="a")
    (c,) = named(c=a / a)
    c.backward()
    said = banner(c, a=0.5)
    assert said == f"{SAID}, from c back to a: a.grad is 0.5, expected 0. a should receive 0.5 and −0.5 there."


def test_a_missing_seed_is_named():
    a = Value(2.0, label="a")
    (c,) = named(c=a * 3)
    c.backward()
    said = banner(c, c=0.0, a=0.0)
    seed = "The way back begins there: backward sets this gradient to 1."
    assert said == f"{SAID} in c: c.grad is 0, expected 1. {seed}"


def test_what_overwrites_is_named_and_not_what_came_before_it():
    """A product that assigns: the sum's share, 1, came first and is lost at the product."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    d = a * b
    e = d + a
    named(d=d, e=e)
    e.backward()
    said = banner(e, a=-3.0)
    added = "a should receive −3 there, added to the 1 from before."
    assert said == f"{SAID}, from d back to a: a.grad is −3, expected −2. {added}"

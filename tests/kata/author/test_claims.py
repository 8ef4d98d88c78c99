"""What lessons, hints and misconceptions say with numbers is run, and no number is said that nothing shows."""

import pytest

from prose import CATALOGUE, Desk, bank, equations, is_true, read_claims, run, texts, tools


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_claim_of_an_exercise_is_true(number):
    worked, chaffs = Desk(number), {m.id: chaffs for m, chaffs in bank(number).items()}
    untrue = [
        (text.place, line)
        for text in texts(number)
        for line in run(text.claim, tools(worked, chaffs.get(text.place, []) if "wrong" in text.claim else []))
    ]
    assert untrue == []


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_number_in_a_text_is_in_an_example_a_claim_or_plain_arithmetic(number):
    assert {text.place: text.unproved() for text in texts(number) if text.unproved()} == {}


@pytest.mark.parametrize("number", CATALOGUE)
def test_plain_arithmetic_in_every_text_is_right(number):
    assert [(t.place, said) for t in texts(number) for said in equations(t.prose) if not is_true(said)] == []


@pytest.mark.parametrize("number", CATALOGUE)
def test_no_claim_is_of_a_text_that_is_gone(number):
    claims = read_claims(number)
    places = {text.place for text in texts(number)}
    assert {f"hints of {name}" for name in claims["hints"]} | set(claims["misconceptions"]) <= places

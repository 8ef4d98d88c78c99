"""What a lesson promises is held by a check that fails without it, and a promise that is not is told."""

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.bank.chaffs import BankError
from grader.course.bank.promises import PROMISES, PromiseError, broken_promises, read_promises

CATALOGUE = read_catalogue()


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_word_of_a_lesson_that_promises_something_is_held_by_a_check(number):
    assert list(broken_promises(CATALOGUE[number])) == []


@pytest.mark.parametrize("number", CATALOGUE)
def test_most_of_what_a_lesson_promises_can_be_seen(number):
    promises = read_promises(CATALOGUE[number])
    assert sum(bool(promise.check) for promise in promises) >= len(promises) / 2


FAULTS = {
    "a sentence that the lesson has not": (
        'says = "`h` is used as it is given."',
        'says = "`h` is halved."',
        "where the lesson says 'float. `h` is used as it is given.'; write a promise for each of its words",
    ),
    "a part of a sentence that the lesson has not": (
        'says = "of that length,"\nmisconception = "gradient-returns-in-the-loop"',
        'says = "in order,"\nmisconception = "gradient-returns-in-the-loop"',
        "where the lesson says 'returns a list of that length, in the'",
    ),
    "a check that the misconception passes": (
        'misconception = "derivative-ignores-step"\ncheck = "one_step_to_each_side"',
        'misconception = "derivative-ignores-step"\ncheck = "slope_of_a_parabola"',
        "ex01.slope_of_a_parabola does not fail for '`h` is used as it is given.'",
    ),
    "a check that the edit passes": (
        'check = "slope_of_whole_numbers_is_a_float"',
        'check = "slope_of_a_parabola"',
        "ex01.slope_of_a_parabola does not fail for '`derivative` returns a float.' broken so: A slope that is whole",
    ),
    "a check that is not there": (
        'check = "slope_of_whole_numbers_is_a_float"',
        'check = "slope_of_the_moon"',
        "ex01.slope_of_the_moon does not fail",
    ),
}


@pytest.fixture
def changed(tmp_path):
    """The promises of exercise 1 after an edit: the folder that they are in then."""

    def change(old, new):
        text = (PROMISES / "ex01.toml").read_text(encoding="utf-8")
        assert text.count(old) == 1
        (tmp_path / "ex01.toml").write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change


@pytest.mark.parametrize("name", FAULTS)
def test_a_promise_that_is_not_held_is_told(name, changed):
    old, new, sentence = FAULTS[name]
    (said,) = broken_promises(CATALOGUE[1], changed(old, new))
    assert sentence in said


MISTAKES = {
    "a misconception of no one": (
        '"derivative-ignores-step"',
        '"derivative-of-old"',
        "exercise 1 has no misconception ",
    ),
    "no check": (
        '\ncheck = "one_step_to_each_side"\n\n[[promise]]\nsays = "`gradient` calls',
        '\n\n[[promise]]\nsays = "`gradient` calls',
        "needs check, misconception; or ",
    ),
    "an edit of nothing": (
        '    return slopes", "    return tuple',
        '    return slants", "    return tuple',
        "stands 0 times in the solution",
    ),
    "an edit without its new text": (
        '["    return slopes", "    return tuple(slopes)"]',
        '["    return slopes"]',
        "edits is a list of edits",
    ),
    "no TOML": ('[[promise]]\nsays = "of that', '[[promise]\nsays = "of that', "ex01.toml is not TOML"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_in_a_sentence(name, changed):
    old, new, sentence = MISTAKES[name]
    with pytest.raises((PromiseError, BankError)) as error:
        read_promises(CATALOGUE[1], changed(old, new))
    assert sentence in str(error.value)


def test_promises_that_are_missing_are_asked_for(tmp_path):
    with pytest.raises(PromiseError, match=r"ex01.toml is missing; write in .*ex01.toml which"):
        read_promises(CATALOGUE[1], tmp_path)

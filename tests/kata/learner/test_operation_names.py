"""Names of operations: what people mean by them, and what is only spelled otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.operations import SYNONYMS, as_meant, method, operation, spellings

MEANT = {
    "+": ("+", " + ", "add", "Add", " plus ", "__add__", "SUM"),
    "*": ("*", "* ", "mul", "times", "__mul__"),
    "**": ("**", "pow", "POW", "^", "__pow__"),
    "**2": ("**2", "** 2", "**2.0", "^2", "pow2", "pow(2)", "pow_2", "power 2"),
    "**-1": ("**-1", "pow(-1)", "**-1.0"),
    "**0.5": ("**0.5", "^0.50", "**.5"),
    "relu": ("ReLU", "relu", "Relu "),
    "log": ("ln", "LOG"),
}


@pytest.mark.parametrize("meant", MEANT)
def test_spellings_of_one_operation_mean_it(meant):
    assert {operation(name) for name in MEANT[meant]} == {meant}


@pytest.mark.parametrize("name", ["", "a", "x1", "ValueError", "additional", "my sum", "**x", "K\u212aelvin"])
def test_other_texts_mean_themselves(name):
    assert operation(name) == name


def test_a_long_text_means_itself_however_much_of_it_is_blank():
    assert operation("add" + " " * 50) == "add" + " " * 50


NAMES = st.sampled_from(sorted(name for names in MEANT.values() for name in names)) | st.text(max_size=8)


@given(NAMES)
def test_what_is_meant_means_itself(name):
    assert operation(operation(name)) == operation(name)


@given(st.lists(NAMES | st.integers() | st.none()))
def test_values_keep_their_form(values):
    assert len(as_meant(values)) == len(values)
    assert [v for v in as_meant(values) if not isinstance(v, str)] == [v for v in values if not isinstance(v, str)]


def test_only_what_means_the_same_is_spelled_otherwise():
    assert spellings(["+", 1, ["*"]], ["add", 2, ["* "]]) == (("+", "add"), ("*", "* "))
    assert spellings(["+", "+"], ["add", "add"]) == (("+", "add"),)
    assert spellings("+", "+") == spellings("+", "*") == spellings("**3", "**") == spellings(1, "+") == ()


def test_each_operation_is_made_by_a_method():
    assert {method(name) for name in (*SYNONYMS, "**3")} >= {"__add__", "__mul__", "__pow__", "tanh", "sigmoid"}
    assert method("pow 2") == "__pow__"

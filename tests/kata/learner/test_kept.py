"""The lines that a report shows give what it says, also where code keeps something from one call to the next."""

import re
from ast import literal_eval

import pytest

from grader.core.catalogue import read_catalogue
from grader.learner.kept import can_keep
from grader.learner.report import PASSES_ALONE
from tests.kata.learner.conftest import ROOT

ORDER = "def topological_order(root):"
BEGINNING = "    order = []\n    met = set()\n"
LAST = """last = []


def topological_order(root):
    global last
    last = last or order_of(root)
    return last


def order_of(root):"""
SLOPE = "(f(right) - f(left)) / (2 * h)"
KEPT = {
    "a default": (4, (ORDER, "def topological_order(root, order=[], met=set()):"), (BEGINNING, "")),
    "names outside of functions": (4, (ORDER, f"order = []\nmet = set()\n\n\n{ORDER}"), (BEGINNING, "")),
    "a name that is declared global": (4, (ORDER, LAST)),
}
WRONG_ANYHOW = (
    1,
    ("def derivative(", "asked = []\n\n\ndef derivative("),
    ("    rise = ", "    asked.append(x)\n    rise = "),
    (SLOPE, f"{SLOPE} + 1 + len(asked)"),
)


@pytest.fixture
def shown(learner):
    """What is told in full of the first failure after some edits, and what its lines print in a fresh Python."""

    def run(number, *edits):
        learner.solve(*range(1, number + 1))
        for old, new in edits:
            learner.edit_again(number, old, new)
        told = learner.run("test", str(number)).stdout.split("\nWRONG  ")[1]
        code = told.split("Run:\n")[1].split("\n\nThen:")[0].replace("\n    ", "\n").removeprefix("    ")
        found = re.search(r"Then:\n    (.+)\n +expected (.+)\n +got +(.+)\n", told)
        printed = learner.call("-c", f"import sys\nsys.path.insert(0, 'exercises')\n{code}\nprint({found[1]})")
        return told, found[2], found[3], printed.stdout.rstrip("\n")

    return run


@pytest.mark.parametrize("kind", KEPT)
def test_lines_that_are_right_by_themselves_are_said_to_be_so(shown, kind):
    told, expected, got, printed = shown(*KEPT[kind])
    assert printed == expected != got
    assert PASSES_ALONE in " ".join(told.split())


def test_what_is_wrong_by_itself_is_shown_as_it_is_by_itself(shown):
    told, expected, got, printed = shown(*WRONG_ANYHOW)
    one_more = [value + 1 for value in literal_eval(expected)]
    assert literal_eval(got) == pytest.approx(one_more)
    assert literal_eval(printed) == pytest.approx(one_more)
    assert PASSES_ALONE not in " ".join(told.split())


def test_right_answers_are_not_asked_a_second_time_for_what_they_keep():
    for exercise in read_catalogue().values():
        source = (ROOT / exercise.solution).read_text(encoding="utf-8")
        assert not can_keep(source), exercise.number

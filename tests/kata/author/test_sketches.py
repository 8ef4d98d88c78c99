"""Sketches: the operations in them, the programs that make none, and two oracles for every gradient."""

from dataclasses import replace

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.authoring import programs as module
from grader.course.authoring import sketches
from grader.course.authoring.answer_key import OracleError
from grader.course.authoring.programs import SPELLINGS, Line, Program, programs
from minigrad_reference.drawing.operations import OPERATIONS

CATALOGUE = read_catalogue()
BY_SYMBOL = {spelling.symbol: spelling for spelling in SPELLINGS}
OPERATORS = {"neg", "-", "**2", "**-1", "/"}
CURVES = {"exp", "log", "tanh", "relu", "sigmoid"}


def program(*lines):
    """A program of lines such as ("c", "*", "a", "b")."""
    return Program(tuple(Line(name, BY_SYMBOL[symbol], tuple(operands)) for name, symbol, *operands in lines))


@pytest.mark.parametrize(
    ("number", "operations"),
    [(2, set()), (3, set()), (4, set()), (5, OPERATORS), (6, OPERATORS | CURVES), (7, set())],
)
def test_programs_have_the_operations_that_the_exercise_builds_on_and_no_later_ones(number, operations):
    lines = [line for made in programs(CATALOGUE[number]) for line in made.lines]
    assert {line.spelling.symbol for line in lines} == {"+", "*"} | operations


def test_a_number_stands_on_the_left_only_where_a_task_asks_for_it():
    for number in sketches.FORMS:
        first = [made.lines[0] for made in programs(CATALOGUE[number]) if len(made.lines) == 1]
        left = {line.spelling.symbol for line in first if line.operands[0] not in module.LEAVES}
        assert left == ({"-", "/"} if number == 5 else set())


@pytest.mark.parametrize(
    "lines",
    [
        [("c", "log", "b")],
        [("c", "-", "a", "a"), ("d", "/", "a", "c")],
        [("c", "-", "a", "a"), ("d", "**-1", "c")],
        [("c", "-", "a", "a"), ("d", "log", "c")],
        [("c", "-", "a", "a"), ("d", "relu", "c")],
        [("c", "exp", "a"), ("d", "exp", "c")],
    ],
)
def test_a_program_that_is_undefined_unwieldy_or_at_a_corner_makes_no_sketch(lines):
    assert program(*lines[:-1], ("z", "+", "a", "b")).data()
    assert program(*lines).data() is None


def test_a_slope_that_no_oracle_confirms_leaves_the_author_without_sketches(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "tanh", replace(OPERATIONS["tanh"], slopes=lambda *_: [2.0]))
    monkeypatch.setattr(sketches, "read_catalogue", lambda: {6: CATALOGUE[6]})
    monkeypatch.setattr(sketches, "available_oracles", lambda: ("reference",))
    monkeypatch.setattr(sketches, "programs", lambda _: [program(("c", "tanh", "a"))])
    said = r"^a\.grad is 0\.07\d+ by the oracles but 2\.0 by the slopes: a = Value\(2\.0\)\n"
    with pytest.raises(OracleError, match=said):
        sketches.sketches()

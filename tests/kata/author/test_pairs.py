"""Two chaffs of a task are composed wherever both mistakes can stand in one answer."""

import ast

from grader.core.source import function_nodes
from grader.course.bank.chaffs import read_bank
from grader.course.bank.pairs import pairs


def both(number, *ids):
    """What the two mistakes make of their function, without its docstring; None if they are no pair."""
    bank = read_bank([number])
    for pair in pairs(bank):
        mistakes = [bank[place].misconception for place in pair.places]
        if {m.id for m in mistakes} == set(ids):
            (node,) = (n for f, n in function_nodes(pair.source) if f.task == mistakes[0].task)
            return ast.unparse(ast.Module(node.body[1:], []))
    return None


def test_what_one_does_twice_stays_where_the_other_takes_one_of_its_places_away():
    lines = both(7, "draw-label-without-grad", "draw-numbers-two-decimals").splitlines()
    assert lines[3].strip() == "label = f'{{ {v.label} | data {v.data:.2f} }}'"


def test_two_mistakes_stand_side_by_side_within_one_line():
    assert both(11, "hinge-margin-sign", "hinge-clamps-the-score") == (
        "total = Value(0.0)\n"
        "for score, label in zip(scores, labels):\n"
        "    total = total + (1 + label * score.relu())\n"
        "return total / len(scores)"
    )


def test_nothing_is_composed_where_one_takes_away_what_the_other_does():
    assert both(9, "mlp-always-first-output", "mlp-single-output-in-list") is None
    assert both(2, "mul-remembers-copies", "mul-returns-number") is None

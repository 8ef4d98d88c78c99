"""Marks are counted by one rule, for a learner on GitHub as for the course: they are whole and add up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.marks import Marked, in_points, marked, rounded, total
from grader.core.records import Check, Probe, Status, Task, Verdict


def verdict(points, status=Status.PASSED, task="task"):
    return Verdict(Check("test_a", 1, task, points, "A", Probe("", ())), status)


VERDICTS = st.lists(st.builds(verdict, st.integers(1, 9), st.sampled_from(Status)), min_size=1, max_size=20)


HUNDREDTHS = st.integers(1, 2000).map(lambda number: number / 100)


@given(st.integers(1, 20) | HUNDREDTHS, VERDICTS)
def test_the_checks_of_a_task_are_worth_its_points_and_give_what_passes(points, verdicts):
    found = marked(Task("task", points, ()), verdicts)
    assert sum(found.worths) == Fraction(str(points))
    weights = [v.check.points for v in verdicts]
    passed = sum(w for w, v in zip(weights, verdicts, strict=True) if v.status is Status.PASSED)
    assert found.points == pytest.approx(points * passed / sum(weights), abs=5e-5)


def test_tenths_of_points_add_up_as_written():
    tasks = [marked(Task("task", points, ()), [verdict(1), verdict(1)]) for points in (0.1, 0.2, 2.5)]
    assert [task.points for task in tasks] == [0.1, 0.2, 2.5]
    assert total(task.points for task in tasks) == 2.8
    assert tasks[2].earned == [Fraction(5, 4)] * 2


def test_what_counts_half_gives_half_and_what_fails_gives_nothing():
    verdicts = verdict(1), verdict(2), verdict(1, Status.TOO_DEEP)
    found = Marked(Task("task", 8, ()), verdicts, (Fraction(1), Fraction(1, 2), Fraction(1)))
    assert (found.earned, found.points) == ([2, 2, 0], 4)


def test_a_task_has_its_own_checks_alone_and_without_any_gives_nothing():
    assert marked(Task("task", 3, ()), [verdict(1, task="other")]).points == 0


def test_thirds_add_up_to_what_is_shown():
    third = rounded(Fraction(1, 3))
    assert (third, total([third] * 3)) == (0.3333, 0.9999)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 point"), (1.0, "1 point"), (0, "0 points"), (2.5, "2.5 points"), ("+1", "+1 point"), ("-1", "-1 point")],
)
def test_one_point_is_said_as_one(number, said):
    assert in_points(number) == said

"""The submissions of the field score: drawn alike from a seed, readable, and right where no mistake was put."""

import ast

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.records import Status
from grader.course.bank.chaffs import read_bank
from grader.course.bank.field import MOST, Made, made, renamed
from grader.course.bank.field_score import MEANINGS, SEEDS, FieldScore, _take, field_score
from grader.course.bank.pairs import with_edits
from grader.course.bank.trials import Trial, run_trial
from grader.course.grading.suites import load_course, read_solutions

WORKED = read_solutions()


@pytest.fixture(scope="module")
def field():
    return list(made(80, seed=3))


def test_the_same_seed_draws_the_same_submissions_and_none_twice(field):
    assert list(made(80, seed=3)) == field
    assert len({tuple(sorted(each.sources.items())) for each in field}) == len(field)


def test_each_has_one_to_three_mistakes_in_sources_that_python_can_read(field):
    for each in field:
        assert 1 <= len(each.planted) == len(set(each.planted)) <= MOST
        for number in each.exercises:
            assert ast.dump(ast.parse(each.sources[number])) != ast.dump(ast.parse(WORKED[number]))


def test_mistakes_meet_in_a_task_in_an_exercise_and_in_two_exercises(field):
    several = [each for each in field if len(each.planted) > 1]
    assert {(len(each.exercises), len(each.tasks) > 1) for each in several} == {(1, False), (1, True), (2, True)}


def test_some_are_in_other_styles_with_other_names_and_with_helpers(field):
    texts = [source for each in field for source in each.sources.values()]
    assert any("import same" in text for text in texts)
    assert any("out_" in text for text in texts)


@pytest.mark.parametrize("number", read_catalogue())
def test_a_right_answer_with_other_names_is_right(number):
    assert {v.status for v in run_trial(Trial(number, renamed(WORKED[number])))} == {Status.PASSED}


def test_each_figure_says_what_it_counts_and_figures_add_up():
    assert set(MEANINGS) == set(vars(FieldScore()))
    assert FieldScore(submissions=1, named=2) + FieldScore(submissions=2, uncaught=1) == FieldScore(
        submissions=3, named=2, uncaught=1
    )


def test_a_mistake_that_one_in_the_function_it_asks_undoes_is_no_mistake_that_the_checks_let_pass():
    """b - a is right where the method for a - b is asked the wrong way round, and subtracts the wrong way round."""
    wanted = ("sub-operands-swapped", "rsub-operands-swapped")
    chaffs = [chaff for chaff in read_bank([5]) if chaff.misconception.id in wanted]
    source = with_edits(WORKED[5], chaffs)
    _take({seed: load_course(frozenset({5}), seed=seed) for seed in (0, *SEEDS)})
    score = field_score(Made({5: source}, tuple(chaff.misconception for chaff in chaffs)))
    assert (score.failing_tasks, score.named_truly, score.cancelled, score.uncaught) == (1, 1, 1, 0)

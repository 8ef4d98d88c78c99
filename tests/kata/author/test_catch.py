"""Catch: a learner's checks are judged by the oracles, by right answers in other styles, and by known wrong ones."""

import json
import re
import sys
from dataclasses import replace

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.expectations import FORM, parse_expectations, read_expectations
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, PUBLIC
from grader.core.records import Fault, Observation
from grader.course.bank import catching
from grader.course.bank.catch_report import catch_text
from grader.course.bank.catching import catch
from grader.course.bank.chaffs import read_bank
from grader.course.bank.variants import UNSURE, read_variants, worked_before
from grader.course.bank.witnesses import ask_pytorch
from grader.course.bank.worked_checks import Candidate, smallest, worked_checks
from grader.course.grading.catching import Catch, Shown, Variant, catch_of_a_stranger, judge_expectation
from grader.course.release.site import self_study

CATALOGUE = read_catalogue()
WORKED = [number for number, exercise in CATALOGUE.items() if exercise.worked_catches.exists()]
MINE = """
expect("def f(x): return x * x\\nd = derivative(f, 3.0)", {"d": 6.0}, within=1e-6)
expect("def f(x): return x * x\\nd = derivative(f, 3.0)", {"d": 3.0}, within=1e-6)
expect("x = nothing", {"x": 1})
expect("d = [derivative(lambda x: x ** 3, 2.0)]", {"d": [12.0], "len(d)": 1}, within=1e-4)
expect("x = derivative", {"x": 1})
expect("d = derivative(lambda x: x ** 3 / 7, 1.0)", {"d": 0.43})
expect("raise ValueError", {"1": 1})
"""


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catching, "FOLDER", tmp_path_factory.mktemp("catch"))
        patch.setattr(catching, "available_oracles", lambda: ("reference",))  # torch has a test of its own
        yield


@pytest.fixture(scope="module")
def found():
    return catch(CATALOGUE[1], parse_expectations(MINE, "mine"))


def judged_by_variants(exercise, expectations):
    return catch_of_a_stranger(exercise, read_variants(exercise), expectations, 1000, worked_before(exercise))


def test_a_right_check_catches_wrong_engines_and_others_count_for_nothing(found):
    right, wrong, faulty, other, odd, _, _ = found.judged
    assert [each.counts for each in found.judged] == [True, False, False, True, False, False, False]
    assert right.catches
    assert found.caught == right.catches | other.catches
    assert (wrong.wrong, wrong.catches) == (("d",), frozenset())
    assert faulty.fault.type == "NameError"
    assert "no number" in odd.fault.message


def test_numbers_that_come_from_a_known_belief_are_told_by_it(found):
    wrong = found.judged[1]
    ids = {belief.id for belief in wrong.beliefs}
    assert ids
    assert ids <= {misconception.id for misconception in found.chaffs}
    assert wrong.beliefs[0].belief in " ".join(catch_text(found).split())


def test_what_was_caught_is_told_in_numbers(found):
    told = json.loads(catching.write_catch(found).read_text(encoding="utf-8"))
    assert told == {
        "wheats": found.wheats,
        "chaffs": len(found.chaffs),
        "caught": len(found.caught),
        "accused": 0,
        "checks": 7,
        "words": 21,
    }


def test_the_report_says_each_line_the_sum_and_one_question_and_no_code(found):
    text = catch_text(found, (30, 30, 90))
    flat = " ".join(text.split())
    assert "line 3 wrong" in flat
    assert "CANNOT BE RUN, line 4: the reference stops at it (NameError: name 'nothing' is not defined)." in flat
    assert "CANNOT BE RUN, line 6: x is no number, no text and no list of these; ask for something in it" in flat
    assert (
        "WRONG, line 7: this check counts for nothing. It is right but for its last digits: write within=0.01" in flat
    )
    assert "line 8: the reference stops at it (ValueError). If it has to stop there, catch that in the snippet" in flat
    assert flat.count("It is right but for") == flat.count("has to stop") == 1
    assert "you expect 3.0, the reference has 6.0" in flat
    engines = f"{len(found.caught)} of {len(found.chaffs)} wrong engines caught"
    assert f"{engines}, with 2 checks of 21 words. Best so far: 30 with 90" in flat
    assert "line 2 catches" in flat
    assert found.escaped[0].question in flat
    assert "return" not in text


def test_a_page_without_processes_judges_as_a_terminal_does(found, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    assert catch_text(self_study.judge(CATALOGUE[1], parse_expectations(MINE, "mine"))) == catch_text(found)


def test_what_was_asked_before_is_not_asked_again(found, monkeypatch):
    def ask(*_):
        raise AssertionError

    monkeypatch.setattr(catching, "ask_variants", ask)
    monkeypatch.setattr(catching, "ask_reference", ask)
    again = catch(CATALOGUE[1], parse_expectations(MINE, "mine"))
    assert again.as_json() == found.as_json()
    assert [each.catches for each in again.judged] == [each.catches for each in found.judged]


def test_a_check_that_forbids_what_is_right_is_told_which_freedom():
    asked = 'expect("a = Value(2.0); b = Value(3.0); c = a * b", {"[v.data for v in topological_order(c)]": [%s, 6.0]})'
    orders = parse_expectations("\n".join(asked % order for order in ("2.0, 3.0", "3.0, 2.0")), "mine")
    found = catch(CATALOGUE[4], orders)
    assert [each.counts for each in found.judged] == [False, False]
    said = " ".join(catch_text(found).split())
    assert all(each.accused[0] in said for each in found.judged)
    assert found.as_json()["accused"] == 2


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, 0.25])
def test_the_slope_of_relu_at_its_corner_is_left_open_whatever_is_expected(slope, monkeypatch):
    kept = [each for each in read_variants(CATALOGUE[6]) if not each.misconception]
    monkeypatch.setattr(catching, "read_variants", lambda _: kept)
    check = f'expect("x = Value(0.0); y = x.relu(); y.backward()", {{"y.data": 0.0, "x.grad": {slope}}})'
    checks = parse_expectations(check, "mine")
    found = catch(CATALOGUE[6], checks)
    (judged,) = found.judged
    assert (judged.counts, judged.wrong, judged.free) == (False, (), ("x.grad",))
    said = " ".join(catch_text(found).split())
    assert "x.grad is left open; right answers have 0.0 or 0.5 or 1.0." in said
    assert "its slope at exactly 0 is left open" in said
    (graded,) = catch_of_a_stranger(CATALOGUE[6], kept, checks, 1000, worked_before(CATALOGUE[6])).judged
    assert (graded.counts, graded.wrong, graded.accused[0]) == (False, (), judged.accused[0])


@pytest.mark.parametrize("mine", [1.0, 6.0])
def test_where_the_worked_answer_and_the_reference_differ_both_are_told(mine, monkeypatch):
    kept = [each for each in read_variants(CATALOGUE[4]) if not each.misconception]
    monkeypatch.setattr(catching, "read_variants", lambda _: kept)
    code = "a = Value(2.0); c = a * a; d = c * 5.0; d.backward(); c.backward()"
    found = catch(CATALOGUE[4], parse_expectations(f'expect("{code}", {{"c.grad": {mine}}})', "mine"))
    said = " ".join(catch_text(found).split())
    assert not found.counting
    assert f"c.grad is left open; right answers have 6.0 or 1.0. {UNSURE}" in said


def test_what_is_wrong_beside_what_is_left_open_is_wrong():
    code = "x = Value(0.0); y = x.relu(); y.backward()"
    (check,) = parse_expectations(f'expect("{code}", {{"x.grad": 1.0, "y.data": 2.0}})', "mine")
    seen = [Observation({"x.grad": slope, "y.data": 0.0}) for slope in (0.0, 0.0, 0.5)]
    judged = judge_expectation(check, Shown(seen[0], None, (*seen[1:],)), [Variant(""), Variant("")])
    assert (judged.wrong, judged.accused) == (("y.data",), ())


def test_what_stops_right_answers_alone_is_left_open_and_not_called_too_late():
    (check,) = parse_expectations('expect("y = Value(800.0).exp()", {"y.data": 1e999})', "mine")
    fault = Observation({}, Fault("OverflowError", "math range error", "run", ()))
    shown = Shown(Observation({"y.data": {"float": "inf"}}), None, (fault,))
    judged = judge_expectation(check, shown, [Variant("")])
    said = " ".join(catch_text(Catch(CATALOGUE[6], ("reference",), 1, (), (judged,))).split())
    assert "(OverflowError: math range error), and the reference does not. Both are right, so it is left open." in said
    assert "can only use" not in said


def test_a_belief_that_is_half_caught_is_asked_about_last_and_told_so(found):
    places = {}
    for place, belief in enumerate(found.chaffs):
        places.setdefault(belief.id, []).append(place)
    whole = next(each for each in places.values() if len(each) > 1)
    others = [place for each in places.values() for place in each if place not in whole]
    most = replace(found.judged[0], catches=frozenset([whole[0], *others[1:]]))
    assert [m.id for m in replace(found, judged=(most,)).escaped][-1] == found.chaffs[whole[0]].id
    all_but_one = replace(found, judged=(replace(most, catches=frozenset([whole[0], *others])),))
    said = " ".join(catch_text(all_but_one).split())
    half = "You catch this belief in one engine; it came through in another."
    assert said.endswith(f"{found.chaffs[whole[0]].question} {half}")


def test_a_check_that_adds_nothing_is_named_since_its_words_count(found):
    right, other = found.judged[0], found.judged[3]
    less = replace(other, catches=right.catches & other.catches)
    assert "Without line 5 as many are caught." in catch_text(replace(found, judged=(right, less)))
    more = replace(right, catches=frozenset({0, 1})), replace(other, catches=frozenset({1, 2}))
    assert "Without line" not in catch_text(replace(found, judged=more))


def test_a_number_that_a_right_answer_shows_is_left_open_and_follows_from_no_belief():
    (check,) = parse_expectations(
        'expect("a = Value(3.0); b = a * 2.0; b.grad = 50.0; b.backward()", {"b.grad": 1.0, "a.grad": 2.0})', "mine"
    )
    seen = [Observation({"b.grad": value, "a.grad": 2.0}) for value in (51.0, 1.0, 1.0)]
    belief = read_bank([4])[0].misconception
    variants = [Variant("", why="it is free"), Variant("", belief)]
    judged = judge_expectation(check, Shown(seen[0], None, (*seen[1:],)), variants)
    assert (judged.counts, judged.wrong, judged.beliefs) == (False, (), ())
    assert (judged.accused, judged.free) == (("it is free",), ("b.grad",))
    said = catch_text(Catch(CATALOGUE[4], ("reference",), 1, (belief,), (judged,)))
    assert "b.grad is left open; right answers have 51.0 or 1.0. it is free" in " ".join(said.split())


def test_a_check_that_uses_what_a_later_exercise_makes_is_told_so_and_accuses_nobody():
    (early,) = catch(CATALOGUE[3], parse_expectations(FORM, "mine")).judged
    assert (early.counts, early.accused, early.fault.type) == (False, (), "AttributeError")
    said = " ".join(catch_text(Catch(CATALOGUE[3], ("reference",), 0, (), (early,))).split())
    assert "the worked answer stops at it (AttributeError: 'Value' object has no attribute 'backward')" in said
    assert "A check can only use what exercises 1 to 3 make." in said


def test_a_snippet_can_leave_nothing_behind_that_tells_the_engines_apart():
    """It counts its runs, and would show another number wherever it were run a second time."""
    code = "import math\\nmath.runs = 2 if math.pi < 3 else 1\\nmath.pi = 0"
    found = judged_by_variants(CATALOGUE[1], parse_expectations(f'expect("{code}", {{"math.runs": 1}})', "mine"))
    assert [(each.is_right, len(each.catches)) for each in found.judged] == [(True, 0)]


def test_pytorch_answers_in_a_process_apart():
    exercise = CATALOGUE[4]
    checks = parse_expectations(f'{FORM}\nexpect("x = nothing", {{"x": 1}})', "mine")
    right, faulty = ask_pytorch(exercise, [check.probe for check in checks])
    assert right.values == {"a.grad": 6.0}
    assert "name 'nothing' is not defined" in faulty.fault.message


@pytest.mark.parametrize("number", WORKED)
def test_worked_checks_have_the_fewest_words_that_catch_every_wrong_engine(number):
    exercise = CATALOGUE[number]
    text = exercise.worked_catches.read_text(encoding="utf-8")
    assert text == worked_checks(exercise), "make worked-checks"
    words = sum(each.words for each in read_expectations(exercise.worked_catches))
    chaffs = len(read_bank([number]))
    engines = f"all {chaffs} known wrong engines" if chaffs > 1 else "the one known wrong engine"
    assert re.search(f" checks? of {words} words catch(es)? {engines} ", text)


@pytest.mark.slow
@pytest.mark.parametrize("number", [WORKED[0], WORKED[9]])  # of all of them the fingerprints say the same
def test_worked_checks_catch_every_wrong_engine_and_accuse_no_right_one(number):
    exercise = CATALOGUE[number]
    found = judged_by_variants(exercise, read_expectations(exercise.worked_catches))
    assert [each.expectation.line for each in found.judged if not each.counts] == []
    assert found.escaped == []


def test_the_search_finds_a_smaller_set_than_taking_the_best_each_time():
    sets = {"a": {1, 2, 3, 4}, "b": {1, 2, 5}, "c": {3, 4, 6}, "d": {5}, "e": {6}}
    candidates = [Candidate(None, name, 7, frozenset(catches)) for name, catches in sets.items()]
    assert [each.text for each in smallest(candidates)] == ["b", "c"]


def test_the_search_takes_two_short_checks_for_a_long_one_that_catches_as_much():
    sets = {"long": (30, {1, 2, 3}), "short": (8, {1, 2}), "other": (12, {2, 3})}
    candidates = [Candidate(None, name, words, frozenset(catches)) for name, (words, catches) in sets.items()]
    assert [each.text for each in smallest(candidates)] == ["short", "other"]


def test_each_exercise_whose_fingerprints_are_known_has_a_worked_file():
    known = {each.exercise for each in read_fingerprints(PUBLIC / FINGERPRINTS)}
    assert sorted(known) == WORKED, "make worked-checks"

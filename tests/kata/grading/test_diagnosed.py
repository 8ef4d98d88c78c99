"""A graded submission says what was believed: in the JSON, in the texts, and where a failure is carried forward."""

import json
from pathlib import Path

import jsonschema
import pytest

from grader.core.text import told
from grader.course.bank.chaffs import edited, read_bank
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import HIDDEN, Report
from grader.course.grading.suites import load_course
from grader.course.grading.telling import as_markdown, as_text
from grader.course.intake.submission import Submission

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "grader/course/grading/report.schema.json").read_text(encoding="utf-8"))
FIELDS = {"id", "title", "belief", "explanation", "question", "confidence", "alternatives"}
EXERCISES = range(1, 12)  # whatever is graded here is graded with these
SPY = "Zanzibar"  # a string that no bank has


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield load_course(frozenset(EXERCISES), seed=7)


@pytest.fixture(scope="module")
def bank():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        chaffs = read_bank()
    return {chaff.misconception.id: chaff for chaff in reversed(chaffs)}


@pytest.fixture(scope="module")
def graded(course, bank):
    """The report of the solutions with the first chaff of each of these misconceptions; each set is graded once."""
    known = {}

    def document(*ids):
        if ids not in known:
            sources = {n: course.solutions[n] for n in EXERCISES}
            for chaff in (bank[name] for name in ids):
                number, task = chaff.misconception.exercise, chaff.misconception.task
                sources[number] = edited(sources[number], task, chaff.edits, chaff.misconception.id)
            known[ids] = handed_in(course, sources)
        return known[ids]

    return document


def handed_in(course, sources):
    fence = sandbox()
    document = make_report(grade(Submission("student", sources, ()), course, fence), course, fence.level).as_json()
    jsonschema.validate(document, SCHEMA)
    return document


def exercise(document, number):
    return next(e for e in document["exercises"] if e["number"] == number)


def checks(document, number=None):
    chosen = [e for e in document["exercises"] if number in (None, e["number"])]
    return [c for e in chosen for task in e["tasks"] for c in task["checks"]]


def named(document, number=None):
    return {c["diagnosis"]["id"] for c in checks(document, number) if c["diagnosis"]}


def flat(text):
    """In one line, without what Markdown escapes."""
    return " ".join(text.replace("\\", "").split())


ONE, OTHER = "tanh-slope-of-input", "accuracy-counts"


def test_the_solutions_have_no_diagnosis_and_their_texts_say_nothing_of_beliefs(graded):
    document = graded()
    assert named(document) == set()
    assert all(
        "Why:" not in text and "you thought" not in text
        for text in (as_text(Report.from_json(document)), as_markdown(Report.from_json(document)))
    )


def test_a_chaff_is_named_at_checks_that_fail_alone_and_in_the_words_of_the_bank(graded, bank):
    document = graded(ONE)
    m = bank[ONE].misconception
    failed = [c for c in checks(document) if c["status"] != "passed"]
    assert failed
    assert named(document) == {ONE}
    for check in (c for c in checks(document) if c["diagnosis"]):
        assert check in failed
        assert set(check["diagnosis"]) == FIELDS
        said = {name: check["diagnosis"][name] for name in ("title", "belief", "explanation", "question")}
        assert said == {name: getattr(m, name) for name in said}
        assert (check["diagnosis"]["confidence"], check["diagnosis"]["alternatives"]) == (1.0, [])


def test_every_check_that_fails_has_it_but_for_those_that_are_random(course, graded):
    random = {c.id for suite in course.suites for c in suite.checks if c.random}
    failed = [c for c in checks(graded(ONE)) if c["status"] != "passed"]
    assert {c["id"] for c in failed if c["diagnosis"] is None} == random & {c["id"] for c in failed}
    assert {c["id"] for c in failed} & random


@pytest.mark.parametrize("render", [as_text, as_markdown], ids=["text", "Markdown"])
def test_belief_explanation_and_question_stand_once_in_the_text(graded, bank, render):
    m = bank[ONE].misconception
    text = flat(render(Report.from_json(graded(ONE))))
    for said in told(m):
        assert text.count(flat(said)) == 1, said


def test_text_is_folded_to_a_hundred_characters(graded):
    lines = as_text(Report.from_json(graded(ONE, OTHER))).splitlines()
    begin = next(place for place, line in enumerate(lines) if line.strip().startswith("Why: "))
    assert max(map(len, lines[begin : begin + 8])) <= 100


def test_two_chaffs_in_different_exercises_are_each_named_in_their_own(graded, bank):
    document = graded(ONE, OTHER)
    assert (named(document, 6), named(document, 11)) == ({ONE}, {OTHER})
    assert named(document) == {ONE, OTHER}
    for render in (as_text, as_markdown):
        text = flat(render(Report.from_json(document)))
        titles = [flat(f"Why: {bank[name].misconception.title}.") for name in (ONE, OTHER)]
        assert [text.count(title) for title in titles] == [1, 1]
        assert text.index(titles[0]) < text.index(titles[1])


def test_two_chaffs_in_tasks_of_one_exercise_are_both_named_at_their_own_checks(graded):
    document = graded("rsub-operands-swapped", "pow-keeps-exponent")
    assert named(document, 5) == {"rsub-operands-swapped", "pow-keeps-exponent"}
    by_task = {
        task["name"]: {c["diagnosis"]["id"] for c in task["checks"] if c["diagnosis"]}
        for task in exercise(document, 5)["tasks"]
    }
    assert by_task["Value.__rsub__"] == {"rsub-operands-swapped"}
    assert by_task["Value.__pow__"] == {"pow-keeps-exponent"}


SLIP = "mul-own-value"  # each factor receives its own number: whatever multiplies is wrong


def test_a_slip_that_sinks_later_exercises_is_named_in_its_own_and_in_the_sentences_of_the_later_ones(graded, bank):
    document = graded(SLIP)
    title = bank[SLIP].misconception.title
    assert named(document) == named(document, 3) == {SLIP}
    carried = [e for e in document["exercises"] if e["carried_forward"]]
    assert {e["number"] for e in carried} >= {4, 5, 8, 9, 10, 11}
    for e in carried:
        assert e["carried_forward"].endswith(f"the mistake is in exercise 3 ({title}).")
        assert e["score"] == e["max_score"]
    for render in (as_text, as_markdown):
        assert render(Report.from_json(document)).replace("\\", "").count(f"in exercise 3 ({title}).") == len(carried)


def test_a_slip_of_a_later_exercises_own_is_named_there_although_an_earlier_one_is_wrong_too(graded, bank):
    document = graded(SLIP, "mse-sum")
    assert (named(document, 3), named(document, 10)) == ({SLIP}, {"mse-sum"})
    sentence = exercise(document, 11)["carried_forward"]
    titles = [bank[name].misconception.title for name in (SLIP, "mse-sum")]
    assert sentence.endswith(f"the mistake is in exercise 3 ({titles[0]}) or in exercise 10 ({titles[1]}).")


def test_hidden_checks_that_fail_carry_the_diagnosis_but_no_message(graded):
    failed = [c for c in checks(graded(ONE)) if c["visibility"] == HIDDEN and c["status"] != "passed"]
    assert {c["message"] for c in failed} == {""}
    assert {c["diagnosis"]["id"] for c in failed if c["diagnosis"]} == {ONE}
    visible = [c for c in checks(graded(ONE)) if c["visibility"] != HIDDEN and c["status"] != "passed"]
    assert all(c["message"] and c["diagnosis"]["id"] == ONE for c in visible)


def test_a_mistake_that_no_chaff_makes_is_not_named(course):
    old = "(1.0 - out.data**2) * out.grad"
    source = course.solutions[6].replace(old, "(1.0 - out.data**2 + 0.0625) * out.grad")
    assert source != course.solutions[6]
    document = handed_in(course, {n: source if n == 6 else s for n, s in course.solutions.items() if n <= 6})
    assert {c["status"] for c in checks(document, 6)} == {"passed", "failed"}
    assert named(document) == set()


def test_nothing_handed_in_has_no_diagnosis(course):
    assert named(handed_in(course, {})) == set()


HOSTILE = {
    "as a title of an exception": f'raise type("{SPY}", (Exception,), {{}})("{SPY}")',
    "as a name in quotes": f"""raise AttributeError("'{SPY}' object has no attribute '{SPY}'")""",
    "as a value": f'return "{SPY}"',
    "as an object": f'return type("{SPY}", (), {{"__repr__": lambda self: "{SPY}"}})()',
    "as an operation": f'return Value(self.data, (self,), "{SPY}")',
}


@pytest.mark.parametrize("how", HOSTILE)
def test_no_string_of_a_submission_comes_into_a_diagnosis(course, how):
    head, _, tail = course.solutions[6].partition("def tanh(self):\n")
    begin = "    ### BEGIN SOLUTION\n"
    hostile = f"{head}def tanh(self):\n{tail.replace(begin, f'{begin}    {HOSTILE[how]}{chr(10)}', 1)}"
    document = handed_in(course, {n: hostile if n == 6 else s for n, s in course.solutions.items() if n <= 6})
    failed = [c for c in checks(document, 6) if c["status"] != "passed"]
    assert failed
    assert SPY in json.dumps([c["message"] for c in failed])
    assert SPY not in json.dumps([c["diagnosis"] for c in checks(document)])
    assert SPY not in json.dumps([e["carried_forward"] for e in document["exercises"]])


def test_a_hostile_source_that_looks_like_a_chaff_gets_the_banks_own_words(course, bank):
    m = bank[ONE].misconception
    source = f'{bank[ONE].source}\n\n{SPY} = "{SPY}"\n'
    document = handed_in(course, {n: source if n == 6 else s for n, s in course.solutions.items() if n <= 6})
    assert named(document) == {ONE}
    assert SPY not in json.dumps([c["diagnosis"] for c in checks(document)])
    assert {c["diagnosis"]["belief"] for c in checks(document) if c["diagnosis"]} == {m.belief}


def test_a_right_recursion_is_too_deep_and_nothing_is_carried_forward_because_of_it(graded, bank):
    document = graded("order-recursive", SLIP)
    failed = [c for c in checks(document, 4) if c["status"] != "passed"]
    assert {c["status"] for c in failed} == {"too_deep"}
    assert {c["points"] for c in failed} == {0}
    assert 0 < exercise(document, 4)["score"] < exercise(document, 4)["max_score"]
    title = bank[SLIP].misconception.title
    assert exercise(document, 5)["carried_forward"].endswith(f"the mistake is in exercise 3 ({title}).")
    assert "      too deep  " in as_text(Report.from_json(document))

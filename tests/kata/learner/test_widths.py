"""What a learner reads most, at three widths of the terminal. UPDATE_GOLDEN=1 writes it anew; read what changed."""

import os
from io import StringIO
from pathlib import Path

import click
import pytest

from grader.core.catalogue import read_catalogue
from grader.core.records import Status, Verdict
from grader.learner import terminal
from grader.learner.causes import find_causes
from grader.learner.exercises import run
from grader.learner.explain import as_text, simplest
from grader.learner.greeting import greeting
from grader.learner.hints import next_hint
from grader.learner.progress import tell_progress
from grader.learner.report import exercise_report
from tests.kata.learner.conftest import public_checks

GOLDEN = Path(__file__).with_name("golden") / "widths"
WIDTHS = 60, 80, 120
WIDE = 1000  # where next to nothing is wrapped
CATALOGUE = read_catalogue()


@pytest.fixture(scope="module")
def said(make_learner):
    """Every report by width and command, of somebody with exercises 1 and 2 right and 3 wrong."""
    learner = make_learner()
    learner.solve(1, 2)
    learner.edit(3, "self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad")
    learner.edit_again(3, "other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad")
    exercise = CATALOGUE[3]
    with pytest.MonkeyPatch.context() as here:
        here.chdir(learner.folder)
        verdicts = run(exercise)
        causes, found = find_causes(exercise, verdicts), simplest(exercise)
        state = {n: Status.PASSED if n < 3 else Status.NOT_ATTEMPTED for n in CATALOGUE}
        results = {n: [Verdict(check, state[n]) for check in public_checks(n)] for n in CATALOGUE}
        results[3] = verdicts
        shown = {}
        for width in (*WIDTHS, WIDE):
            here.setenv("COLUMNS", str(width))
            shown[width] = {
                "make": greeting(),
                "make test-exercise-3": click.unstyle(exercise_report(exercise, verdicts, causes, explained=True)),
                "make explain-3": as_text(found).rstrip(),
                "make hint-3": next_hint(3),
                "make progress": progress(results),
            }
        return shown


def progress(results):
    console = terminal.console()
    console.file = StringIO()
    tell_progress(results, console)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


@pytest.mark.parametrize("width", WIDTHS)
def test_what_a_learner_reads_is_the_golden_one_at_this_width(said, width):
    path = GOLDEN / f"{width}.txt"
    text = "\n\n".join(f"$ {command}\n{shown}" for command, shown in said[width].items()) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_broken_and_no_line_is_wider_than_the_terminal(said, width):
    for command, shown in said[width].items():
        if command != "make hint-3":  # says more each time
            assert set(shown.split()) <= set(said[WIDE][command].split()), command
        assert [line for line in shown.splitlines() if len(line) >= width] == [], command


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sentence_hangs_below_its_first_word_and_not_below_its_number_or_status(said, width):
    """A line that goes on begins where the sentence began: nothing of it stands in the column of what is before it."""
    _, hints, _ = said[width]["make hint-3"].split("\n\n")
    begun = [line[:3] for line in hints.splitlines() if line[0] != " "]
    assert begun == ["1. ", "2. ", "3. "][: len(begun)]
    assert begun
    assert all(line[:3] in {*begun, "   "} for line in hints.splitlines())
    report = said[width]["make test-exercise-3"].split("\n\n")[1].splitlines()
    ones = {line[:15].strip() for line in report if line[:1] == " "}
    assert ones == {"", "passed", "wrong"}

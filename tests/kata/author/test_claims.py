"""What the texts of the kata say with numbers is run, and no number is said that nothing shows."""

import re
import textwrap
from codeop import CommandCompiler

import pytest
from prose import (
    CATALOGUE,
    COUNTED,
    ROOT,
    Desk,
    Text,
    bank,
    equations,
    is_true,
    read_claims,
    readme,
    run,
    texts,
    tools,
    walkthrough,
)

PAGES = {
    "README": readme,
    "from_scratch": lambda: walkthrough(ROOT / "notebooks/from_scratch.ipynb"),
    "names": lambda: walkthrough(ROOT / "notebooks/names.ipynb"),
    "two_moons": lambda: walkthrough(ROOT / "notebooks/two_moons.ipynb"),
}
WORDS = dict(zip(("nine", "ten", "eleven", "twelve", "thirteen"), range(9, 14), strict=True))


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_claim_of_an_exercise_is_true(number):
    worked, chaffs = Desk(number), {m.id: chaffs for m, chaffs in bank(number).items()}
    untrue = []
    for text in texts(number):
        names = tools(worked, chaffs.get(text.place, []) if "wrong" in text.claim else [])
        untrue += [(text.place, line) for line in run(text.claim, {**names, "said": text.prose})]
    assert untrue == []


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_number_in_a_text_is_in_an_example_a_claim_or_plain_arithmetic(number):
    assert {text.place: text.unproved() for text in texts(number) if text.unproved()} == {}


@pytest.mark.parametrize("number", CATALOGUE)
def test_plain_arithmetic_in_every_text_is_right(number):
    assert [(t.place, said) for t in texts(number) for said in equations(t.prose) if not is_true(said)] == []


@pytest.mark.parametrize("number", CATALOGUE)
def test_no_claim_is_of_a_text_that_is_gone(number):
    claims = read_claims(number)
    places = {text.place for text in texts(number)}
    assert {f"hints of {name}" for name in claims["hints"]} | set(claims["misconceptions"]) <= places


@pytest.mark.parametrize("number", CATALOGUE)
def test_lines_that_a_lesson_gives_to_be_run_can_be_pasted_at_the_prompt_of_python(number):
    assert [line for block in to_be_run(texts(number)[0].prose) for line in refused(block)] == []


@pytest.mark.parametrize("name", PAGES)
def test_what_readme_and_walkthroughs_say_with_numbers_is_true(name):
    text = PAGES[name]()
    assert list(run(text.claim, {**tools(Desk(max(CATALOGUE)), []), "ROOT": ROOT})) == []
    assert text.unproved() == []
    assert [said for said in equations(text.prose) if not is_true(said)] == []


def test_exercises_and_misconceptions_are_counted_alike_in_readme_and_guides():
    known = {"exercises": len(CATALOGUE), "misconceptions": sum(len(bank(number)) for number in CATALOGUE)}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md"), *(ROOT / "grader").glob("**/README.md")]
    said = [
        (page.name, kind, int(WORDS.get(count.lower(), count)))
        for page in pages
        for count, kind in re.findall(COUNTED, page.read_text(encoding="utf-8"))
        if count.isdigit() or count.lower() in WORDS
    ]
    assert said
    assert [entry for entry in said if entry[2] != known[entry[1]]] == []


def to_be_run(prose):
    """The indented blocks that begin with an import."""
    return [textwrap.dedent(block) for block in re.findall(r"(?m)^    import .*\n(?:(?:    .*)?\n)*", prose)]


def refused(block):
    """The lines at which a prompt, which takes one line after the other, finds a syntax error."""
    complete, waiting = CommandCompiler(), []
    for line in [*block.splitlines(), ""]:
        waiting.append(line)
        try:
            if complete("\n".join(waiting)):
                waiting = []
        except SyntaxError:
            yield line
            waiting = []


# that the tests above can see something


def test_a_block_that_ends_without_an_empty_line_is_refused_by_a_prompt():
    (block,) = to_be_run("Run it:\n\n    import os\n    if os:\n        x = 1\n    y = 2\n\nThen\n")
    assert list(refused(block)) == ["y = 2"]
    assert list(refused(block.replace("y = 2", "\ny = 2"))) == []


@pytest.mark.parametrize("claim", ["1 + 1 == 3", "x = 2\nx == 3", "1 == 1; [1] == [2]", "False"])
def test_a_claim_that_is_not_true_is_told(claim):
    assert len(list(run(claim, {}))) == 1


@pytest.mark.parametrize(
    "said", ["2 * 3 = 7", "35/3  = 11.6668", "(9.61 - 8.41) / 0.2 = 5", "1 = 1 = 2", "0.5 - 1 = -0.6"]
)
def test_arithmetic_that_is_not_right_is_told(said):
    (found,) = equations(f"We know that {said}.")
    assert not is_true(found)


@pytest.mark.parametrize(
    "said", ["2 + 2 = 4", "-10 * 2**-3 = -1.25", "1 - 0.4621**2 = 0.7865", "8 / 2 * 4 = 16 = 4 * 4"]
)
def test_arithmetic_that_is_right_is_found_and_true(said):
    (found,) = equations(f"We know that {said}.")
    assert is_true(found)


def test_numbers_of_formulas_and_places_need_no_proof_and_all_others_do():
    text = Text("a hint", "In exercise 7, n * x**2 and 3 * x give -81 and 0.41997 at 1e-6, 5,000 times; see xs[4].", "")
    assert text.unproved() == ["-81", "0.41997", "1e-6", "5,000"]
    assert Text("a hint", text.prose, "f(5_000) == -81 and 0.41997 < 1e-6").unproved() == []

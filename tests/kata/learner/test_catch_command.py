"""`make catch-N` and `make repair-N` as a learner meets them."""

import json
import shutil
from functools import cache

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.fingerprints import read_fingerprints
from grader.course.authoring.cut import solution
from grader.course.bank import repair
from grader.course.bank.chaffs import read_bank
from grader.course.bank.repair import choose
from grader.learner.explanation import sketches
from grader.learner.worked import without_markers
from tests.kata.learner.conftest import RECURSIVE_ORDER

WORKED = read_catalogue()[1].solution


@pytest.fixture
def student(learner):
    """As in a student's copy: nothing of the course is there."""
    (learner.folder / "grader").unlink()
    (learner.folder / "grader").mkdir()
    root = WORKED.resolve().parents[1] / "grader"
    for path in root.iterdir():
        if path.name not in ("course", "__pycache__"):
            (learner.folder / "grader" / path.name).symlink_to(path)
    return learner


def test_the_first_call_makes_a_file_that_says_how(student):
    begun = student.run("catch", 1)
    assert begun.returncode == 0
    assert "exercises/catch/ex01.py is new: write your first check in it" in " ".join(begun.stdout.split())
    assert "exercises/catch/ex01.py has no check yet; write one such as expect(" in student.refused("catch", 1)


def test_without_wrong_engines_the_learners_own_engine_is_compared_once_it_passes(student):
    checks = student.folder / "exercises" / "catch" / "ex01.py"
    checks.parent.mkdir()
    checks.write_text('expect("d = derivative(lambda x: x * x, 3.0)", {"d": 6.0}, within=1e-6)\n', encoding="utf-8")
    assert "does not pass its own checks yet" in " ".join(student.run("catch", 1).stdout.split())
    student.solve(1)
    agreed = " ".join(student.run("catch", 1).stdout.split())
    assert agreed.startswith(
        "1 check has the right form. Your own engine, which passes the public checks, shows the same"
    )
    checks.write_text('expect("d = derivative(lambda x: x * x, 3.0)", {"d": 3}, within=1e-6)\n', encoding="utf-8")
    said = student.run("catch", 1).stdout
    assert "Line 1: your engine shows another value." in said
    assert "you expect 3" in said


def test_an_engine_is_repaired_in_its_own_folder_and_the_belief_told_when_it_passes(learner):
    mine = learner.file(1).read_bytes()
    begun = learner.run("repair", 1, SEED="3")
    assert "build/repair/ex01/ex01_derivatives.py is somebody's exercise 1" in " ".join(begun.stdout.split())
    folder = learner.folder / "build" / "repair" / "ex01"
    broken = (folder / WORKED.name).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in broken
    (named,) = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))["repair"].values()
    belief = next(c.misconception for c in read_bank([1]) if c.misconception.id == named)
    still = " ".join(learner.run("repair", 1).stdout.split())
    assert "checks fail in build/repair/ex01/ex01_derivatives.py" in still
    assert belief.belief not in still
    for telling in ("hint", "solution"):
        assert "has a mistake for you to find: make repair-1 runs" in learner.refused(telling, 1, DESK=str(folder))
    report = " ".join(learner.run("test", 1, DESK=str(folder)).stdout.split())
    assert report.endswith("make repair-1 says what was believed, once it is mended.")
    assert belief.belief not in report
    shutil.copy(WORKED, folder)
    passes = " ".join(learner.run("test", 1, DESK=str(folder)).stdout.split())
    assert "solution-1" not in passes
    assert passes.endswith("make repair-1 says what was believed, once it is mended.")
    mended = " ".join(learner.run("repair", 1).stdout.split())
    assert mended.startswith("Mended: every check passes.")
    assert belief.belief in mended
    assert "You have mended 1 known mistake so far" in mended
    assert learner.file(1).read_bytes() == mine
    assert "Mended in other engines: 1 known mistake." in learner.run("progress").stdout


def test_a_recursion_in_the_right_order_has_mended_all_but_a_recursion(learner):
    chaffs = {each.misconception.id: each.misconception for each in read_bank([4])}
    file = learner.folder / "build" / "repair" / "ex04" / read_catalogue()[4].file.name
    state = learner.folder / ".minigrad" / "state.json"
    for belief, is_mended in (("order-preorder", True), ("order-recursive", False)):
        learner.run("repair", 4, SEED="1", FORCE="1")
        text = without_markers(solution(read_catalogue()[4]))
        start, end = text.index("def topological_order"), text.index("@add_to_class(Value)\ndef backward")
        file.write_text(f"{text[:start]}{RECURSIVE_ORDER}\n\n{text[end:]}", encoding="utf-8")
        state.write_text(json.dumps({"repair": {"4": belief}}), encoding="utf-8")
        said = " ".join(learner.run("repair", 4).stdout.split())
        assert said.startswith("Mended: every check passes but those of the deepest graphs") == is_mended, said
        assert (chaffs[belief].belief in said) == is_mended


def test_the_same_command_checks_what_somebody_wrote_and_giving_up_keeps_it_and_tells_the_belief(learner):
    learner.run("repair", 1, SEED="3")
    file = learner.folder / "build" / "repair" / "ex01" / WORKED.name
    file.write_text("# mine\n", encoding="utf-8")
    assert "checks fail in" in " ".join(learner.run("repair", 1, SEED="3").stdout.split())
    assert file.read_text(encoding="utf-8") == "# mine\n"
    (named,) = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))["repair"].values()
    belief = next(c.misconception for c in read_bank([1]) if c.misconception.id == named)
    another = " ".join(learner.run("repair", 1, FORCE="1").stdout.split())
    assert another.startswith(f"Given up. This was the mistake: Why: {belief.title}.")
    assert "is kept as .minigrad/backups/" in another
    (begun,) = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))["repair"].values()
    assert begun != named
    (kept,) = (learner.folder / ".minigrad" / "backups").iterdir()
    assert kept.read_text(encoding="utf-8") == "# mine\n"


def test_the_choice_is_by_seed_and_difficulty_and_prefers_what_got_away(monkeypatch):
    monkeypatch.setattr(repair, "read_fingerprints", cache(read_fingerprints))  # a large file, for so many choices
    exercise = read_catalogue()[3]
    assert choose(exercise, 5, None) == choose(exercise, 5, None)
    kinds = {level: {choose(exercise, seed, level).misconception.id for seed in range(6)} for level in ("easy", "hard")}
    assert kinds["easy"] - kinds["hard"]
    away = next(iter(kinds["hard"]))
    assert {choose(exercise, seed, None, prefer=[away]).misconception.id for seed in range(3)} == {away}
    assert {choose(exercise, seed, None, prefer=[away], done=[away]).misconception.id for seed in range(4)} != {away}


def test_a_broken_engine_is_checked_and_a_drawing_promised_only_where_there_is_one(learner):
    begun = " ".join(learner.run("repair", 15, SEED="1", DIFFICULTY="easy").stdout.split())
    still = " ".join(learner.run("repair", 15).stdout.split())
    assert "is somebody's exercise 15, with one mistake in it" in begun
    assert "checks fail in build/repair/ex15/ex15_layers.py" in still
    drawn = bool(sketches(read_catalogue()[15]))
    assert ["make explain-15 DESK=build/repair/ex15 draws" in said for said in (begun, still)] == [drawn, drawn]


def test_one_sentence_for_a_number_that_is_no_exercise(learner):
    assert "There is no exercise 99" in learner.refused("repair", 99)
    assert "There is no exercise 99" in learner.refused("catch", 99)

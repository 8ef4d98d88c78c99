"""One more exercise is content alone: with its skeletons filled in, every command knows it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
LEFT = shutil.ignore_patterns(
    *(".git", ".venv", "build", "kata", "__pycache__", ".*_cache", ".hypothesis", ".minigrad", "*.gif", "*.ipynb")
)
AUTHOR = "tests/kata/author"
VARIABLES = ("CI", "DEBUG", "DESK", "EXERCISE", "EXERCISES", "FORCE", "NAME", "PYTEST_ADDOPTS")
N = max(read_catalogue()) + 1
PACKAGE = read_catalogue()[N - 1].package
MODULE, TASK = f"ex{N:02d}_squared_hinge", "squared_hinge"
CONTENT = {
    f"solutions/{MODULE}.py",
    f"tests/public/test_{MODULE}.py",
    f"tests/hidden/test_{MODULE}.py",
    f"grader/course/bank/misconceptions/ex{N:02d}.toml",
    f"grader/course/bank/wheats/ex{N:02d}.toml",
    f"grader/course/bank/promises/ex{N:02d}.toml",
    f"{AUTHOR}/claims/ex{N:02d}.toml",
    f"grader/course/oracles/reference/ex{N:02d}.py",
    f"grader/course/oracles/pytorch/ex{N:02d}.py",
    "grader/core/catalogue.toml",
}
LISTS = {"README.md", "exercises/README.md"}  # where the author writes a line
MADE = {
    f"exercises/{MODULE}.py",
    f"exercises/.stubs/{MODULE}.py",
    "tests/public/key.json",
    "tests/public/sketches.json",
    f"tests/public/fingerprints/ex{N:02d}.json",
    f"tests/hidden/fingerprints/ex{N:02d}.json",
    f"solutions/catch/ex{N:02d}.py",
    "docs/promises.md",
}
LATER = re.compile(r" is stale; run `make (mutation-score|images|notebooks)`\.$")
LOOP = """    total = Value(0.0)
    for score, label in zip(scores, labels):
        total = total + (1 - label * score).relu() ** 2
    return total / len(scores)
"""
SLIP = "(1 - label * score).relu() ** 2", "((1 - label * score) ** 2).relu()"
CHECK = '''
@check("squared_hinge", points=1)
def test_{name}(probe):
    """{title}"""
    probe("s, t = Value({s}), Value({t})\\nloss = squared_hinge([s, t], [1, -1])\\nloss.backward()", {observed})
'''
WORDS = {
    "reference": """from minigrad_reference import Value


def squared_hinge(scores: list[Value], labels: list[float]) -> Value:
    missing = [(1 - label * score).relu() for score, label in zip(scores, labels, strict=True)]
    return sum((m * m for m in missing), Value(0.0)) / len(missing)


WORDS = {"squared_hinge": squared_hinge}
""",
    "pytorch": """import torch

from grader.course.oracles.pytorch.engine import Value, apply


def squared_hinge(scores: list[Value], labels: list[float]) -> Value:
    sides = torch.tensor(labels, dtype=torch.float64)
    return apply(lambda *s: torch.relu(1 - sides * torch.stack(s)).square().mean(), "hinge2", *scores)


WORDS = {"squared_hinge": squared_hinge}
""",
}
MISCONCEPTION = """[[misconception]]
id = "squared-before-clamped"
task = "squared_hinge"
title = "The square is taken before the clamp"
belief = "It makes no difference whether I square first and clamp then."
explanation = "A square is never negative, so a clamp after it does nothing, and what is clearly right costs something."
question = "What does a point with margin 3 cost?"
chaffs = [
  [["(1 - label * score).relu() ** 2", "((1 - label * score) ** 2).relu()"]],
]
"""
WHEAT = """[[wheat]]
id = "a-product-for-the-square"
task = "squared_hinge"
why = "A square is a product of a value with itself."
code = '''
def squared_hinge(scores, labels):
    missing = [(1 - label * score).relu() for score, label in zip(scores, labels)]
    return sum((m * m for m in missing), Value(0.0)) / len(missing)
'''
"""


PROMISE = f"""[[promise]]
says = "`{TASK}`: Here stands what it takes and what it gives."
misconception = "squared-before-clamped"
check = "loss_data"
"""
CLAIMS = """lesson = '''
squared_hinge([Value(3.0)], [1]).data == 0
'''

[misconceptions]
squared-before-clamped = '''
squared_hinge([Value(3.0)], [1]).data == 0; wrong.squared_hinge([wrong.Value(3.0)], [1]).data == 4
'''
"""


class Copy:
    """The tree with no tests of its own but the author's, and its commands."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT, dirs_exist_ok=True)
        shutil.copytree(ROOT / AUTHOR, folder / AUTHOR, ignore=LEFT)
        for stub in (folder / "exercises" / ".stubs").glob("ex*.py"):
            shutil.copy(stub, folder / "exercises")
        self.before = self.files()

    def files(self):
        files = (path for path in self.folder.rglob("*") if path.is_file() and "build" not in path.parts)
        return {path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in files}

    def changed(self):
        now = self.files()
        return {name for name in now.keys() | self.before.keys() if now.get(name) != self.before.get(name)}

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *arguments, exit_code=0):
        clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        done = subprocess.run(
            [sys.executable, "-B", "-m", "grader", *map(str, arguments)],
            cwd=self.folder,
            env={**clean, "NO_COLOR": "1", "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout


def complaints(text):
    """What the proofs say, without the lines that name the proofs."""
    return [line.strip() for line in text.splitlines() if not line.startswith(("    ok  ", "FAILED  "))]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A copy in which new-exercise has been run: the copy, what was printed, and what verify says of it."""
    copy = Copy(tmp_path_factory.mktemp("added"))
    steps = copy.run("new-exercise", TASK)
    return copy, steps, copy.run("verify", "--exercise", N, exit_code=1), copy.changed()


@pytest.fixture(scope="module")
def added(begun):
    """The copy with the skeletons filled in, and everything made of them that is quick to make."""
    copy, *_ = begun
    fill_in(copy)
    of_it = ["--exercise", N]
    for command in (["exercises"], ["key"], ["fingerprints", *of_it], ["worked-checks", *of_it], ["promises"]):
        copy.run(*command)
    list_it(copy)
    return copy


def list_it(copy):
    """The lines that verify says, behind those of the last exercise."""
    said = copy.run("verify", "--exercise", N, exit_code=1)
    for page, line in re.findall(r"^ +(\S*README.md) does not list .*; write there: (.*)$", said, re.MULTILINE):
        before = f"\n{N - 1}. "
        head, found, rest = copy.read(page).rpartition(before)
        last, end, behind = rest.partition("\n")
        copy.write(page, f"{head}{found}{last}\n{line}{end}{behind}")


def fill_in(copy):
    """What an author does: every TO WRITE is replaced."""
    solution = f"solutions/{MODULE}.py"
    text = copy.read(solution).replace(f"def {TASK}():", f"def {TASK}(scores, labels):")
    text = text.replace('    raise ValueError("TO WRITE: the worked answer")\n', LOOP)
    copy.write(solution, text.replace("TO WRITE: ", "Here stands "))
    before, entry = copy.read("grader/core/catalogue.toml").split(f"number = {N}\n")
    entry = entry.replace("builds_on = []", "builds_on = [6]").replace("TO WRITE: ", "Here stands ")
    copy.write("grader/core/catalogue.toml", f"{before}number = {N}\n{entry}")
    for suite, name, s, t in (("public", "loss", 3.0, 0.5), ("hidden", "other_loss", 2.5, -3.5)):
        path = f"tests/{suite}/test_{MODULE}.py"
        head = copy.read(path).partition("\n# TO WRITE")[0]
        data = CHECK.format(name=f"{name}_data", title="The loss of two points.", observed='"loss.data"', s=s, t=t)
        slopes = CHECK.format(name=f"{name}_grad", title="Its slopes.", observed='"s.grad", "t.grad"', s=s, t=t)
        copy.write(path, f"{head}\n{data}\n{slopes}")
    copy.write(f"grader/course/bank/misconceptions/ex{N:02d}.toml", MISCONCEPTION)
    copy.write(f"grader/course/bank/wheats/ex{N:02d}.toml", WHEAT)
    copy.write(f"grader/course/bank/promises/ex{N:02d}.toml", PROMISE)
    copy.write(f"{AUTHOR}/claims/ex{N:02d}.toml", CLAIMS)
    for oracle, words in WORDS.items():
        copy.write(f"grader/course/oracles/{oracle}/ex{N:02d}.py", f'"""The squared hinge."""\n\n{words}')


def test_new_exercise_writes_skeletons_and_says_what_to_do(begun):
    _, steps, _, changed = begun
    assert changed == CONTENT
    assert re.findall(r"^(\d+)\. ", steps, re.MULTILINE) == [str(n) for n in range(1, 13)]
    assert all(name in steps for name in (*CONTENT, *LISTS, f"solutions/catch/ex{N:02d}.py"))


def test_verify_names_each_thing_of_a_skeleton_that_is_missing(begun):
    _, _, said, _ = begun
    for sentence in (
        *(f"{name}, line \\d+, is to be written: " for name in CONTENT),
        f"Exercise {N} has no public check of {TASK}\\.",
        f"Exercise {N} has fewer than 2 hidden checks of {TASK}\\.",
        f"misconceptions/ex{N:02d}.toml has no \\[\\[misconception\\]\\]; write one at least\\.",
        f"wheats/ex{N:02d}.toml has no \\[\\[wheat\\]\\]; write one at least\\.",
        f"promises/ex{N:02d}.toml has no \\[\\[promise\\]\\]; write one at least\\.",
        f"the oracle reference has no word for {TASK}; write it there\\.",
        f"the oracle pytorch has no word for {TASK}; write it there\\.",
        f"solutions/catch/ex{N:02d}.py is missing; run `make fingerprints worked-checks EXERCISE={N}`\\.",
        f"README.md does not list exercise {N}; write there: {N}\\. \\[Squared hinge\\]",
        f"exercises/README.md does not list exercise {N}; write there: {N}\\. Squared hinge\\. ",
        f"exercises/{MODULE}.py is stale; run `make exercises`\\.",
    ):
        assert re.search(sentence, said), (sentence, said)
    assert said.count("a hint that") == 3


def test_an_exercise_that_is_there_is_not_overwritten(begun):
    copy, *_ = begun
    stray = copy.folder / "solutions" / f"ex{N + 1:02d}_again.py"
    stray.write_text("# mine\n")
    try:
        before = copy.files()
        copy.run("new-exercise", "again", exit_code=2)
        assert copy.files() == before
    finally:
        stray.unlink()


def test_nothing_but_content_has_changed(added):
    assert added.changed() - MADE - {".minigrad/state.json"} == CONTENT | LISTS


def test_verify_finds_nothing_but_what_is_made_last(added):
    said = complaints(added.run("verify", "--exercise", N, exit_code=1))
    assert not [line for line in said if not LATER.search(line)]
    assert any("mutation-score" in line for line in said)


def test_the_tests_of_an_exercises_files_and_texts_pass(added):
    claims, catch = f"{AUTHOR}/test_claims.py", f"{AUTHOR}/test_catch.py"
    of_texts = [f"{claims}::{name}[{N}]" for name in re.findall(r"def (test_\w+)\(number\)", added.read(claims))]
    searched = f"{catch}::test_worked_checks_have_the_fewest_words_that_catch_every_wrong_engine[{N}]"
    known = f"{catch}::test_each_exercise_whose_fingerprints_are_known_has_a_worked_file"
    assert of_texts
    added.run("-m", "pytest", "-q", f"{AUTHOR}/test_names.py", *of_texts, searched, known)


def test_the_learners_commands_know_it(added):
    desk = added.folder / "exercises"
    stub = added.read(f"exercises/{MODULE}.py")
    assert f'NotImplementedError("exercise {N}: {TASK}")' in stub
    for path in (added.folder / "solutions").glob("ex*.py"):
        shutil.copy(path, desk)
    said = " ".join(added.run("test", N).split())
    assert "2 of 2 checks pass. " in said
    assert said.endswith("Next: make names ENGINE=mine.")
    assert "Your files are one package now" in added.run("my-minigrad")
    assert f"def {TASK}(" in added.read(f"build/my_minigrad/my_minigrad/{PACKAGE}.py")
    assert "loss" in added.run("train", "--engine", "mine", "--epochs", 2, "--hidden", "2")
    wrong = added.read(f"solutions/{MODULE}.py").replace(*SLIP)
    added.write(f"exercises/{MODULE}.py", wrong)
    assert "WHY  The square is taken before the clamp" in " ".join(added.run("test", N, exit_code=1).split("\n"))
    assert "hint 1 of 3" in added.run("hint", N)
    assert added.run("explain", N)


def test_the_courses_commands_know_it(added):
    added.run("grade", "solutions", "--exercise", N, "--json", "build/report.json", "--weak-sandbox")
    report = json.loads(added.read("build/report.json"))
    assert [(e["number"], e["score"], e["max_score"]) for e in report["exercises"]] == [(N, 1, 1)]
    for stub in (added.folder / "exercises" / ".stubs").glob("ex*.py"):
        shutil.copy(stub, added.folder / "exercises")
    added.run("release")
    assert (added.folder / "build" / "release" / "student" / "exercises" / f"{MODULE}.py").exists()
    added.run("nbgrader", "--exercises", str(N))
    assert list((added.folder / "build" / "nbgrader").rglob(f"{MODULE}.ipynb"))
    added.run("gradescope", "--exercises", str(N), "--seeds", 1)
    with zipfile.ZipFile(added.folder / "build" / "gradescope" / "autograder.zip") as packed:
        assert any(f"ex{N:02d}.loss_data".encode() in packed.read(name) for name in packed.namelist())

"""Copies are found whatever they are called, and right answers of the usual form accuse nobody."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from benchmarks.classroom import make_class
from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.course.authoring.cut import cut
from grader.course.authoring.notebooks import notebooks
from grader.course.bank.wheats import read_wheats, replaced
from grader.course.grading.grading import Course
from tests.kata.lazily import Lazily

similarity = Lazily("grader.course.classroom.similarity")
ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
OWN = """
def mean_squared_error(predictions, targets):
    together = list(zip(predictions, targets))  # my own way
    total = Value(0.0)
    while together:
        guess, truth = together.pop()
        gap = guess - truth
        if isinstance(gap, Value):
            total = total + gap * gap / len(targets)
        else:
            total += Value(gap * gap) * (1 / len(targets))
    return total
"""
ANOTHER = """
def mean_squared_error(predictions, targets):
    errors = []
    for place in range(len(targets)):
        errors.append((targets[place] - predictions[place]) ** 2)
    first, *others = errors
    for error in others:
        first = error + first
    return first * len(errors) ** -1
"""
RENAMED = {"together": "paare", "total": "summe", "guess": "p", "truth": "q", "gap": "unterschied"}


@pytest.fixture(scope="module", autouse=True)
def _here():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.fixture(scope="module")
def solutions():
    return {n: (ROOT / SOLUTIONS / f"{e.module}.py").read_text(encoding="utf-8") for n, e in CATALOGUE.items()}


def answered(solutions, code):
    return replaced(solutions[10], ["mean_squared_error"], code, "test")


def renamed(source):
    source = source.replace("  # my own way", "").replace("= list(", "=   list(")
    for old, new in RENAMED.items():
        source = re.sub(rf"\b{old}\b", new, source)
    return source


def test_a_copy_under_other_names_is_found_and_comes_first(solutions):
    own = answered(solutions, OWN)
    sources = {"ada": own, "bob": renamed(own), "cyd": answered(solutions, ANOTHER), "dan": solutions[10]}
    assert sources["ada"] != sources["bob"]
    (pair,) = similarity.similar_pairs({student: {10: source} for student, source in sources.items()})
    assert pair.students == ("ada", "bob")
    (overlap,) = pair.overlaps
    assert (overlap.exercise, overlap.shares) == (10, (1, 1))
    assert "together.pop()" in overlap.passages[0]
    assert "paare.pop()" in overlap.passages[1]
    assert "def train" not in overlap.passages[0]


def test_independent_right_answers_are_no_pair_at_any_threshold(solutions):
    """Each known right answer in another style is a student; what they share is too short to say anything."""
    wheats = [w for w in read_wheats() if w.exercise in (4, 6, 10)]
    students = {wheat.id: {wheat.exercise: wheat.source} for wheat in wheats}
    students |= {
        "worked": solutions,
        "own": {10: answered(solutions, OWN)},
        "another": {10: answered(solutions, ANOTHER)},
    }
    assert similarity.similar_pairs(students, threshold=0) == []


def test_stubs_worked_answers_and_what_many_have_accuse_nobody(solutions):
    solutions = {4: solutions[4], 10: solutions[10]}
    stubs = {n: cut(source, CATALOGUE[n]) for n, source in solutions.items()}
    many = {f"s{i}": {10: answered(solutions, OWN)} for i in range(similarity.COMMON + 1)}
    assert similarity.similar_pairs({"ada": stubs, "bob": stubs, "cyd": solutions, "dan": solutions, **many}) == []
    del many["s0"]
    assert len(similarity.similar_pairs(many)) == similarity.COMMON * (similarity.COMMON - 1) // 2


@pytest.mark.slow
def test_a_made_up_class_is_accused_of_its_copy_alone(solutions):
    course = Course(CATALOGUE, {n: e.module for n, e in CATALOGUE.items()}, solutions, (), 7)
    classroom = {student.name: student.sources for student in make_class(course, 40)}
    classroom["ada"] = {**solutions, 10: answered(solutions, OWN)}
    classroom["bob"] = {**solutions, 10: renamed(answered(solutions, OWN))}
    assert [pair.students for pair in similarity.similar_pairs(classroom)] == [("ada", "bob")]


def test_what_is_no_python_or_too_long_is_no_reason_to_stop():
    odd = {"a": "def f(:\n" * 9, "b": "", "c": "\0\ud800", "d": "x = 1\n" * 50_000, "e": "('''" * 999}
    assert similarity.similar_pairs({student: {4: source} for student, source in odd.items()}) == []


HOSTILE = "=1+1<script>alert(1)</script>"


def test_names_and_passages_are_text_on_the_page_and_in_the_sheet(tmp_path):
    pair = similarity.Pair(
        (HOSTILE, "b\x1b\u202e"),
        (similarity.Overlap(4, 90, (0.7, 1.0), (HOSTILE, "</pre><img src=x onerror=alert(1)>")),),
    )
    page, sheet = similarity.write_pairs(tmp_path, [pair], {HOSTILE: {}, "b": {}}, 0.6)
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    assert "A hint, not a proof." in text
    with sheet.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["student"], row["exercise"], row["share_of_student"]) == (f"'{HOSTILE}", "4", "0.70")
    assert list(similarity.rows([])) == [next(iter(similarity.rows([])))]


@pytest.mark.slow
def test_the_command_reads_folders_archives_and_notebooks(solutions, tmp_path):
    own = answered(solutions, OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        text = notebooks([10], answers=True)[CATALOGUE[10].module]
    content = json.loads(text)
    (cell,) = [c for c in content["cells"] if c["metadata"]["nbgrader"]["grade_id"] == "ex10-mean_squared_error"]
    cell["source"] = renamed(OWN)
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/ex10_training.py").write_text(own, encoding="utf-8")
    (tmp_path / "in/cyd").mkdir()
    (tmp_path / "in/cyd/ex10_training.py").write_text(solutions[10], encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "in/bob.zip", "w") as archive:
        archive.writestr("ex10_training.ipynb", json.dumps(content))
    command = [sys.executable, "-m", "grader", "similarity", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Pairs that resemble each other: 1 among 3 submissions" in ended.stdout
    with (tmp_path / "out/similarity.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["student"], row["other_student"]) for row in csv.DictReader(file)] == [("ada", "bob")]

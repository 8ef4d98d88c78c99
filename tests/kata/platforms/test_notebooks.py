"""The notebooks are the exercises: the same lesson, the same code, the same checks, the same marks."""

import base64
import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import read_key
from grader.core.source import functions
from grader.course.authoring.cut import cut
from grader.course.authoring.illustrations import LINE
from grader.course.authoring.notebooks import FIRST_CELL, checks_id, notebook, notebooks
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.suites import load_course
from grader.course.intake.notebook import read_notebook
from grader.course.intake.submission import read_submission

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
NUMBERS = sorted(CATALOGUE)
GRADED = range(1, 8)  # by the grader, here: what is wrong below is wrong in these
POINTS = sum(task.points for number in GRADED for task in CATALOGUE[number].tasks)
# Runs the code cells of notebooks as a kernel does, in one IPython without one; shows what each cell of checks came to.
RUN = """
import json, os, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
results = {}
for name in sys.argv[1:]:
    shell.reset()
    for module in [module for module in sys.modules if module.startswith("ex")]:
        del sys.modules[module]
    for cell in json.load(open(name))["cells"]:
        if cell["cell_type"] == "code":
            result = shell.run_cell("".join(cell["source"]))
            if cell["metadata"]["nbgrader"]["grade"]:
                results[cell["metadata"]["nbgrader"]["grade_id"]] = result.result if result.success else "error"
print("RESULTS" + json.dumps(results))
"""


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        course = load_course(frozenset(GRADED), seed=7)
    suites = tuple(replace(suite, checks=suite.checks[::3]) for suite in course.suites)  # enough for every task
    tasks = {(number, task.name) for number in GRADED for task in CATALOGUE[number].tasks}
    assert {(check.exercise, check.task) for suite in suites for check in suite.checks} == tasks
    return replace(course, suites=suites)


def solution(number):
    return (ROOT / "solutions" / f"{CATALOGUE[number].module}.py").read_text(encoding="utf-8")


def as_notebook(number, source):
    checks = load_checks(ROOT / "tests/public", number)
    return notebook(CATALOGUE[number], source, checks, read_key(ROOT / "tests/public/key.json"))


def write(folder, texts):
    for name, text in texts.items():
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return folder


def run(folder, *names):
    pytest.importorskip("IPython")
    command = [sys.executable, "-c", RUN, *(f"{name}.ipynb" for name in names)]
    environment = {"IPYTHONDIR": str(folder / ".ipython"), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=100)
    return json.loads(done.stdout.rpartition("RESULTS")[2]), done.stdout


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("answers", [False, True])
def test_a_notebook_is_valid_and_its_points_are_the_catalogues(number, answers):
    exercise = CATALOGUE[number]
    node = nbformat.reads(notebooks([number], answers=answers)[exercise.module], as_version=4)
    nbformat.validate(node)
    abouts = [cell.metadata.nbgrader for cell in node.cells]
    assert all(about.locked != about.solution for about in abouts)
    assert all(cell.metadata.get("deletable") is False for cell in node.cells if not cell.metadata.nbgrader.solution)
    graded = {about.grade_id: about.points for about in abouts if about.grade}
    assert graded == {checks_id(exercise, task): task.points for task in exercise.tasks}


@pytest.mark.parametrize("number", NUMBERS)
def test_nbgraders_own_validation_accepts_every_notebook(number):
    validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
    for answers in (False, True):
        text = notebooks([number], answers=answers)[CATALOGUE[number].module]
        validator.validate_nb(nbformat.reads(text, as_version=4))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_notebook_holds_the_code_of_its_source_and_nothing_else_that_is_imported(number):
    source = solution(number)
    lesson_end = source.index('"""', 3) + 3
    for text in (source, cut(source, CATALOGUE[number])):
        read = read_notebook(as_notebook(number, text)).source
        read = read.replace(FIRST_CELL.read_text(encoding="utf-8").strip("\n"), "")
        assert read.split() == text[lesson_end:].split()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_students_notebook_shows_the_stub_and_no_line_of_the_answer(number):
    text = notebooks([number])[CATALOGUE[number].module]
    assert "SOLUTION" not in text
    stubs = functions(read_notebook(text).source)
    assert all(task.name in stubs for task in CATALOGUE[number].tasks)
    assert text.count("raise NotImplementedError") == len(CATALOGUE[number].tasks)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_word_of_the_lesson_is_shown_as_it_stands(number):
    source = solution(number)
    lesson = source[3 : source.index('"""', 3)].partition("Run `make test-exercise-")[0]
    cells = [c for c in json.loads(as_notebook(number, source))["cells"] if c["cell_type"] == "markdown"]
    html = MarkdownIt("commonmark").render("\n\n".join("".join(cell["source"]) for cell in cells))
    html = re.sub(r'<img src="attachment:[^"]+" alt="([^"]+)" />', r"\1", html)
    shown = unescape(re.sub(r"<[^>]+>", "", html)).partition("Run the cells from the top.")[0]
    lesson = LINE.sub(r"\g<words>", lesson)
    plain = re.sub(r"(?m)^\s*-+$|^- ", "", lesson).replace("`", "")
    title, _, rest = plain.partition("\n")
    assert shown.replace("`", "").split() == [*title.rstrip(".").split(), *rest.split()]
    assert "<em>" not in html
    assert "<strong>" not in html


def test_a_picture_that_a_lesson_names_is_in_its_notebook():
    shown = {}
    for number in NUMBERS:
        cells = json.loads(as_notebook(number, solution(number)))["cells"]
        for cell in cells:
            for name, content in cell.get("attachments", {}).items():
                assert f"](attachment:{name})" in "".join(cell["source"])
                ((kind, data),) = content.items()
                assert kind == "image/png"  # JupyterLab shows no SVG that is attached
                picture = base64.b64decode(data)
                assert picture.startswith(b"\x89PNG")
                assert picture == (ROOT / "docs/images" / name).read_bytes()
                shown.setdefault(number, []).append(name)
    assert shown == {3: ["step_backward.png"], 4: ["explain.png"], 11: ["decision_boundary.png"]}


def test_the_answers_pass_their_checks_when_the_cells_are_run(tmp_path):
    texts = notebooks(answers=True)
    results, _ = run(write(tmp_path, texts), *texts)
    assert results == {checks_id(e, task): task.points for e in CATALOGUE.values() for task in e.tasks}


def test_stubs_earn_nothing_when_the_cells_are_run(tmp_path):
    texts = notebooks()
    results, shown = run(write(tmp_path, texts), *list(texts)[:4])
    assert set(results.values()) == {0}
    assert "NotImplementedError: exercise 1: gradient" in shown


def test_a_wrong_answer_earns_its_share_and_is_told_what_is_wrong(tmp_path):
    texts = notebooks(range(1, 4), answers=True)
    texts["ex03_chain_rule"] = texts["ex03_chain_rule"].replace("other.grad += 1.0 *", "other.grad = 1.0 *")
    results, shown = run(write(tmp_path, texts), "ex03_chain_rule")
    assert 0 < results["ex03-Value-__add__-checks"] < 2
    assert results["ex03-Value-__mul__-checks"] == 3
    assert "wrong   Operands of two sums receive both gradients" in shown
    assert "b.grad is 10.0, expected 12.0" in shown


def test_earlier_exercises_are_found_as_notebook_or_file_beside_it_or_in_the_next_folder(tmp_path):
    here, there = tmp_path / "week2", tmp_path / "week1"
    for folder in (here, there):
        folder.mkdir()
    write(here, notebooks([4], answers=True))
    write(there, notebooks([1, 2], answers=True))
    (here / "ex03_chain_rule.py").write_text(solution(3), encoding="utf-8")
    results, _ = run(here, "ex04_backward")
    assert sum(results.values()) == sum(task.points for task in CATALOGUE[4].tasks)


def test_an_earlier_exercise_that_is_nowhere_is_asked_for(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    _, shown = run(write(folder, notebooks([4])), "ex04_backward")
    assert "put your ex03_chain_rule.ipynb or ex03_chain_rule.py beside this notebook" in shown


SUBMISSIONS = {
    "right": [],
    "wrong": [(3, "self.grad += other.data * out.grad", "self.grad = other.data * out.grad")],
    "broken": [(6, 'out = Value(math.exp(self.data), (self,), "exp")', "out = = 3")],
    "raising": [(2, 'return Value(self.data + other.data, (self, other), "+")', "return self.nothing")],
}


@pytest.mark.parametrize("kind", [*SUBMISSIONS, "half-done"])
def test_a_submission_has_the_same_mark_as_files_and_as_notebooks(course, tmp_path, kind):
    sources = {number: solution(number) for number in GRADED}
    for number, old, new in SUBMISSIONS.get(kind, []):
        assert old in sources[number]
        sources[number] = sources[number].replace(old, new)
    if kind == "half-done":
        sources = {n: s if n < 4 else cut(s, CATALOGUE[n]) for n, s in sources.items() if n < 6}
    files, cells = tmp_path / "files", tmp_path / "cells"
    for folder in (files, cells):
        folder.mkdir()
    for number, source in sources.items():
        (files / f"{CATALOGUE[number].module}.py").write_text(source, encoding="utf-8")
    write(cells, {CATALOGUE[n].module: edited(as_notebook(n, solution(n)), solution(n), s) for n, s in sources.items()})
    fence = sandbox()
    of_files, of_cells = (
        make_report(grade(read_submission(f, "s"), course, fence), course, fence.level) for f in (files, cells)
    )
    assert marks(of_files) == marks(of_cells)
    assert of_files.score < POINTS or kind == "right"


def edited(text, before, after):
    """A student changes lines of their cells, which are lines of the source."""
    node = nbformat.reads(text, as_version=4)
    if after == cut(before, CATALOGUE[int(re.match('"""Exercise (\\d+)', before)[1])]):
        return as_notebook(int(re.match('"""Exercise (\\d+)', before)[1]), after)
    pairs = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    for cell in node.cells:
        for old, new in pairs:
            cell.source = cell.source.replace(old, new)
    return nbformat.writes(node)


def marks(report):
    return [(check.id, check.status, check.points) for _, _, check in report.checks]


def test_a_notebook_that_lost_its_metadata_is_still_imported(course, tmp_path):
    texts = notebooks(GRADED, answers=True)
    for name, text in texts.items():
        content = json.loads(text)
        for cell in content["cells"]:
            cell["metadata"] = {}
            cell.pop("id")
        texts[name] = json.dumps(content)
    fence = sandbox()
    report = make_report(grade(read_submission(write(tmp_path, texts), "s"), course, fence), course, fence.level)
    assert report.score == POINTS

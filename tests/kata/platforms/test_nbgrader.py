"""nbgrader's own commands, run as the guide says, give the marks of this grader; a student's code meets no kernel."""

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from tests.kata.layered import make_environment
from tests.kata.lazily import Lazily
from tests.kata.points import POINTS

if not find_spec("nbgrader"):
    pytest.skip("nbgrader is not installed", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]  # SQLAlchemy's

Gradebook = Lazily("nbgrader.api", "Gradebook")
ROOT = Path(__file__).parents[3]
BASH = shutil.which("bash") or "bash"
PAGE = (ROOT / "docs/instructors/nbgrader.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) for line in block.strip().splitlines()]
FEW = range(1, 8)  # of the exercises: only who is right hands in all
SEED = 11  # of the course, as of the thirty: the oracles have answered it before
ADDED = ("self.grad += other.data * out.grad", "other.grad += self.data * out.grad")
PLAIN = 'export PATH="$PWD/../.venv/bin:$PATH"'
CHEAT = """
import os, sys
for place in (@MARK@, "breach", "../breach"):
    try:
        open(place, "w").write("breach")
    except OSError:
        pass
print("<script>alert('printed')</script>")
class Liar(float):
    def __eq__(self, other): return True
    def __repr__(self): return "<script>alert('liar')</script>"
def derivative(f, x, h=1e-5):
    raise ValueError("<script>alert('raised')</script>")
"""


@pytest.fixture(scope="module")
def kata(tmp_path_factory):
    """A folder that is the kata but for what is built in it, with what its rule installs and nothing else."""
    folder = tmp_path_factory.mktemp("kata")
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "build":
            (folder / path.name).symlink_to(path)
    make_environment(folder / ".venv", ["nbgrader"])
    return folder


def environment(kata):
    launcher = kata / "trap/ipykernel_launcher.py"  # what nbgrader starts as a kernel
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(f"open({str(kata / 'kernel-was-started')!r}, 'w')", encoding="utf-8")
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **keep,
        "HOME": str(kata),
        "PYTHONPATH": str(launcher.parent),
        "WEAK_SANDBOX": "1",
    }


def shell(folder, commands, env):
    script = "\n".join(["set -e", *commands])
    done = subprocess.run([BASH, "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def change(path, edit):
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def source_of(content, grade_id, text=None):
    (cell,) = [c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    if text is not None:
        cell["source"] = text
    return "".join(cell["source"])


def submit(folder, student, assignment="minigrad", start="source", numbers=FEW):
    to = folder / "submitted" / student / assignment
    to.mkdir(parents=True)
    for module in (read_catalogue()[number].module for number in numbers):
        path = folder / start / assignment / f"{module}.ipynb"
        if path.exists():
            shutil.copy(path, to)
    return to


def draw_seed(folder):
    folder.mkdir(parents=True)
    (folder / "seed.json").write_text(json.dumps({"seed": SEED}), encoding="utf-8")
    return folder


def mistaken(notebooks):
    path = notebooks / "ex03_chain_rule.ipynb"
    text = path.read_text(encoding="utf-8")
    for line in ADDED:
        assert line in text
        text = text.replace(line, line.replace("+=", "="))
    path.write_text(text, encoding="utf-8")


def under_other_names(notebooks):
    """As a browser names a second download, by words alone, and as a file of Python: no name is nbgrader's."""
    (notebooks / "ex01_derivatives.ipynb").rename(notebooks / "ex01_derivatives (1).ipynb")
    (notebooks / "ex02_value.ipynb").unlink()
    shutil.copy(ROOT / "solutions/ex02_value.py", notebooks)
    (notebooks / "ex03_chain_rule.ipynb").rename(notebooks / "chain_rule.ipynb")


def damage(notebooks):  # noqa: C901 - seven small edits
    """Every exercise in another way; the worked answers are all still there, except in exercise 1."""
    (notebooks / "ex01_derivatives.ipynb").write_text('{"cells": [', encoding="utf-8")

    def without_checks(content):
        content["cells"] = [c for c in content["cells"] if not c["id"].endswith("-checks")]
        content["metadata"] = {"kernelspec": {"name": "julia-9", "display_name": "Julia", "language": "julia"}}
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 2_000_000}]

    def odd_metadata(content):
        for cell in content["cells"]:
            about = cell["metadata"]["nbgrader"]
            cell["metadata"]["nbgrader"] = {"grade": True, "grade_id": []} if about["grade"] else {"solution": "yes"}

    def copied_and_reordered(content):
        copies = [dict(cell) for cell in content["cells"] if "backward" in cell["id"]]
        content["cells"] = content["cells"][::-1][-5:][::-1] + content["cells"][5:] + copies
        content["nbformat"] = 7

    def no_metadata(content):
        for cell in content["cells"]:
            cell["metadata"] = {}

    def strange_cells(content):
        note = {"cell_type": "markdown", "metadata": {}, "source": "<script>alert('note')</script>"}
        content["cells"][3:3] = [17, note, {"cell_type": "code", "source": "own = 1"}, {"cell_type": "raw"}, None]

    def other_ids(content):
        for place, cell in enumerate(content["cells"]):
            cell["id"] = f"id{place}"
            if not cell["metadata"]["nbgrader"]["grade"]:
                cell["metadata"]["nbgrader"]["grade_id"] = f"cell-{place}"

    edits = [without_checks, odd_metadata, copied_and_reordered, no_metadata, strange_cells, other_ids]
    for number, edit in enumerate(edits, 2):
        path = notebooks / f"{read_catalogue()[number].module}.ipynb"
        change(path, edit)


@pytest.fixture(scope="module")
def graded(kata):
    """The guide's commands in its order, with five students who submit when it says so."""
    env = environment(kata)
    before = COMMANDS[: COMMANDS.index("nbgrader autograde minigrad")]
    after = COMMANDS[len(before) : COMMANDS.index("nbgrader export") + 1]
    course = draw_seed(kata / "build/nbgrader")
    assert "continue" not in shell(kata, before, env)
    submit(course, "right", numbers=read_catalogue())
    submit(course, "untouched", start="release")
    mistaken(submit(course, "wrong"))
    damage(submit(course, "damaged"))
    hostile = submit(course, "hostile") / "ex01_derivatives.ipynb"
    cheat = CHEAT.replace("@MARK@", repr(str(kata / "breach")))
    change(hostile, lambda content: source_of(content, "ex01-derivative", cheat))
    change(hostile, lambda content: source_of(content, "ex01-first", f"open({str(kata / 'breach')!r}, 'w')"))
    (hostile.parent / "secret.txt").symlink_to(kata / "Makefile")
    (hostile.parent / "endless.txt").symlink_to("/dev/zero")
    (hostile.parent / "timestamp.txt").write_text("yesterday", encoding="utf-8")
    (hostile.parent / "plain.txt").write_text("kept", encoding="utf-8")
    entering = [line for line in before if line.startswith(("cd", "export"))]
    shell(kata, [*entering, *after], env)
    return course


def scores(course, student, assignment="minigrad"):
    """By notebook, from nbgrader's gradebook."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        submission = book.find_submission(assignment, student)
        return {notebook.name: (notebook.score, notebook.max_score) for notebook in submission.notebooks}


def by_grade(course, student):
    """What `make grade` gives for the same notebooks and questions, by notebook."""
    file = course / f"{student}.json"
    command = [sys.executable, "-m", "grader", "grade", str(course / "submitted" / student / "minigrad")]
    options = ["--json", str(file), "--seed", str(SEED), "--weak-sandbox"]
    subprocess.run(command + options, cwd=ROOT, check=True, capture_output=True)
    document = json.loads(file.read_text(encoding="utf-8"))
    modules = sorted(path.stem for path in (course / "source/minigrad").glob("*.ipynb"))
    return {m: (e["score"], e["max_score"]) for m, e in zip(modules, document["exercises"], strict=True)}


def feedback(course, student, module):
    return (course / "feedback" / student / "minigrad" / f"{module}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("student", ["right", "untouched", "wrong", "hostile"])
def test_the_gradebook_of_nbgrader_has_the_marks_of_make_grade(graded, student):
    found, expected = scores(graded, student), by_grade(graded, student)
    assert {m: pytest.approx(pair) for m, pair in found.items()} == expected
    total = sum(score for score, _ in found.values())
    assert {"right": total == POINTS, "untouched": total == 0}.get(student, 0 < total < POINTS)


def test_the_export_has_everybody(graded):
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert set(rows) == {"right", "untouched", "wrong", "damaged", "hostile"}
    assert rows["right"] == POINTS
    assert rows["untouched"] == 0


def test_a_mistake_earns_its_part_and_the_feedback_says_what_was_believed(graded):
    points = scores(graded, "wrong")
    assert 0 < points["ex03_chain_rule"][0] < points["ex03_chain_rule"][1]
    page = html.unescape(re.sub(r"<[^>]+>", "", feedback(graded, "wrong", "ex03_chain_rule")))
    assert "wrong  A product adds to gradients that are there already" in page
    assert "expected 108" in page
    assert "Ask yourself:" in page


def test_a_broken_notebook_is_graded_as_far_as_it_goes(graded):
    found = scores(graded, "damaged")
    handed_in = [read_catalogue()[number].module for number in FEW]
    assert [module for module in handed_in if found[module][0] < found[module][1]] == ["ex01_derivatives"]
    assert "not a notebook" in feedback(graded, "damaged", "ex01_derivatives")


def test_no_kernel_is_started_and_hostile_code_writes_nothing(kata, graded):
    assert sum(score for score, _ in scores(graded, "right").values()) == POINTS
    assert not (kata / "kernel-was-started").exists()
    assert not [path for path in [*kata.rglob("breach"), ROOT / "breach"] if path.exists()]


def test_links_beside_the_notebooks_are_left_aside_with_a_note_and_a_time_that_is_none_stops_nobody(graded):
    for step in ("autograded", "feedback"):
        names = {path.name for path in (graded / step / "hostile" / "minigrad").iterdir()}
        assert "plain.txt" in names
        assert not names & {"secret.txt", "endless.txt"}
    assert "is a link or no ordinary file and is left aside" in html.unescape(
        feedback(graded, "hostile", "ex01_derivatives")
    )


def test_what_hostile_code_and_markdown_say_is_text_in_the_feedback(graded):
    pages = "".join(path.read_text(encoding="utf-8") for path in (graded / "feedback").rglob("*.html"))
    assert "alert('" in html.unescape(pages)
    assert "<script>alert" not in pages


def test_nothing_hidden_is_in_feedback_release_or_the_graded_notebooks(graded):
    hidden = load_checks(ROOT / "tests/hidden", seed=SEED)
    public = {check.probe.code.strip() for check in load_checks(ROOT / "tests/public")}
    texts = [
        html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8"))).replace('\\"', '"').split("\n")
        for folder in ("feedback", "release", "autograded")
        for path in (graded / folder).rglob("*.*")
        if path.suffix in (".html", ".ipynb")
    ]
    shown = {
        line.strip().strip(",").removeprefix('"').removesuffix('"').removesuffix("\\n").strip()
        for text in texts
        for line in text
    }
    assert "a = Value(3.0)" in shown
    known = {line.strip() for code in public for line in code.splitlines()}
    for check in hidden:
        own = {line.strip() for line in check.probe.code.splitlines() if len(line.strip()) > 14} - known
        assert not own or not own <= shown, check.id


@pytest.fixture(scope="module")
def plain(kata, graded):
    """Three of the same notebooks in a course folder of nbgrader alone."""
    folder = kata / "plain"
    (folder / "source/minigrad").mkdir(parents=True)
    for path in sorted((graded / "source/minigrad").glob("*.ipynb"))[:3]:
        shutil.copy(path, folder / "source/minigrad")
    shell(folder, [PLAIN, "nbgrader generate_assignment minigrad"], environment(kata))
    return folder


def test_a_kernel_would_have_been_noticed(kata, plain):
    """The trap of the test above works: nbgrader without our configuration springs it."""
    submit(plain, "trapped", numbers=[1])
    shell(plain, [PLAIN, "nbgrader autograde minigrad --student trapped || true"], environment(kata))
    assert (kata / "kernel-was-started").exists()
    (kata / "kernel-was-started").unlink()
    shutil.rmtree(plain / "submitted")


def test_plain_nbgrader_grades_the_same_notebooks_right_and_wrong(kata, plain):
    env = {name: value for name, value in environment(kata).items() if name != "PYTHONPATH"}
    submit(plain, "right")
    submit(plain, "untouched", start="release")
    mistaken(submit(plain, "wrong"))
    shell(plain, [PLAIN, "nbgrader autograde minigrad"], env)
    assert all(score == most for score, most in scores(plain, "right").values())
    assert all(score == 0 for score, _ in scores(plain, "untouched").values())
    points = scores(plain, "wrong")
    assert 0 < points["ex03_chain_rule"][0] < points["ex03_chain_rule"][1]
    assert points["ex02_value"][0] == points["ex02_value"][1]


def test_a_later_assignment_stands_on_what_was_submitted_for_an_earlier_one(kata):
    env = {**environment(kata), "OUT": "build/weekly"}
    course = draw_seed(kata / "build/weekly")
    week1 = next(line for line in COMMANDS if "ASSIGNMENT=week1" in line)
    enter = ["cd build/weekly", 'export PATH="$PWD/../../.venv/bin:$PATH"']
    shell(kata, [week1, "make nbgrader ASSIGNMENT=week2 EXERCISES=4"], env)
    shell(kata, [*enter, "nbgrader generate_assignment week1", "nbgrader generate_assignment week2"], env)
    submit(course, "right", "week1")
    submit(course, "right", "week2")
    submit(course, "late", "week1")
    under_other_names(submit(course, "named", "week1"))
    shell(kata, [*enter, "nbgrader autograde week1", "nbgrader autograde week2"], env)
    assert set(scores(course, "right", "week1")) == {"ex01_derivatives", "ex02_value", "ex03_chain_rule"}
    assert all(score == most for score, most in scores(course, "right", "week2").values())
    assert scores(course, "named", "week1") == scores(course, "right", "week1")
    shown = (course / "autograded/named/week1/ex02_value.ipynb").read_text(encoding="utf-8")
    assert "# It came as 'ex02_value.py', which stands above." in shown
    assert "class Value:" in shown


def test_a_changed_notebook_is_never_replaced_without_being_asked(kata):
    env = {**environment(kata), "OUT": "build/edited"}
    command = "make nbgrader EXERCISES=1"
    first = shell(kata, [command], env)
    assert "nbgrader generate_assignment minigrad" in first
    seed = (kata / "build/edited/seed.json").read_text(encoding="utf-8")
    assert json.loads(seed)["seed"] >= 0  # drawn for this course
    path = kata / "build/edited/source/minigrad/ex01_derivatives.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    done = subprocess.run([BASH, "-c", command], cwd=kata, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "FORCE=1" in done.stderr
    assert path.read_text(encoding="utf-8").endswith(" ")
    shell(kata, [f"{command} FORCE=1"], env)
    assert not path.read_text(encoding="utf-8").endswith(" ")
    assert (kata / "build/edited/seed.json").read_text(encoding="utf-8") == seed
    assert list((kata / ".minigrad/backups").glob("ex01_derivatives-*.ipynb"))

"""Pictures of what is wrong: drawn of what students' code shows behind the fence, and harmless whatever that is."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.course.classroom import pictures
from grader.course.classroom.classroom import grade_class
from grader.course.fence.worker import Limits
from grader.course.grading.grading import Course
from grader.course.grading.report_files import read_report
from grader.course.intake.handins import find_hand_ins
from minigrad_reference.drawing.palette import with_dark
from tests.kata.few import kata_of

ROOT = Path(__file__).parents[3]
SLIP = ("self.grad += other.data * out.grad", "self.grad += other.grad * out.grad")
ANSWER = "sys.modules['__main__'].Desk.observe = lambda *a, **k: {'values': {e: HOSTILE for e in a[3]}}"
HOSTILE = {
    "signs": "'\\x1b[31m<script>alert(1)</script>\\u202e\\0' * 9",
    "an object": "{'object': 'A\\x1b\\n', 'repr': '</text><script>\\x07\\\\N \\\\G &amp;'}",
    "lists": "[['a', ['b']], ['a', 'b', 'c'], [[1], 'b'], 'ab', 7, {'float': 'nan'}, ['a', 'nobody'], ['a', 'c']] * 99",
    "numbers": "[1e308, -0.0, {'float': '-inf'}, 2**62, True, None]",
    "much": "'w' * 100_000",
}
DARK = with_dark("<svg >").removeprefix("<svg >")  # the one style of a picture, which is ours
ENDS = {"it never ends": "while True: pass", "it ends": "import os; os._exit(0)", "it raises": "raise ValueError"}


@pytest.fixture(scope="module")
def course():
    """Exercises, names and worked answers; pictures need no suite."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        exercises = read_catalogue()
        modules = {number: exercise.module for number, exercise in exercises.items()}
        yield Course(exercises, modules, solutions(modules), (), 7)


def solutions(modules):
    return {number: (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8") for number, module in modules.items()}


@pytest.fixture(scope="module", autouse=True)
def _here():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


def drawn(course, number, source):
    """The picture of one exercise as the tree of its SVG, and its text."""
    found = pictures.simplest(course.exercises[number], source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture.svg")
        pictures.render(pictures.picture(found), path)
        text = path.read_text(encoding="utf-8")
    return ET.fromstring(text), text  # noqa: S314 - what is tested here is that it is harmless


def test_the_picture_shows_the_wrong_number_beside_the_right_one(course):
    source = course.solutions[3].replace(*SLIP, 1)
    assert source != course.solutions[3]
    found = pictures.simplest(course.exercises[3], source)
    node, _ = found.first
    tree, _ = drawn(course, 3, source)
    words = [element.text for element in tree.iter() if element.text and element.text.strip()]
    assert any(word.startswith("expected") for word in words)
    assert node.name in words
    assert pictures.simplest(course.exercises[3], course.solutions[3]) is None


@pytest.mark.parametrize("number", [3, 4, 7])
@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_code_answers_the_picture_is_an_image_and_nothing_else(course, number, what):
    attack = f"\nimport sys\nHOSTILE = {HOSTILE[what]}\n{ANSWER}\n"
    _, text = drawn(course, number, course.solutions[number] + attack)
    assert text.count(DARK) == 1
    tree = ET.fromstring(text.replace(DARK, ""))  # noqa: S314 - what is tested here is that it is harmless
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "polyline", "path", "ellipse", "text", "comment"}, tags
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(text) < 100_000


def test_what_code_reads_on_its_desk_and_answers_as_text_is_drawn_as_its_type(course):
    """The worked answers lie there; whatever can be read of them would go from a sketch into the student's page."""
    reads = """
import os, sys
here = os.path.dirname(__file__)
found = [open(os.path.join(where, n), "rb").read() for where, _, names in os.walk(here) for n in names]
assert any(b"Value" in each for each in found)
HOSTILE = repr(found)[-400:] + "TOLD"
"""
    tree, text = drawn(course, 3, f"{course.solutions[3]}\n{reads}{ANSWER}\n")
    assert "TOLD" not in text
    words = {element.text for element in tree.iter() if element.text}
    assert "something (of type str)" in words


def test_code_is_asked_within_the_limits_of_the_course(course):
    slow = f"import time\ntime.sleep(0.5)\n{course.solutions[3]}"
    assert pictures.simplest(course.exercises[3], slow) is None
    found = pictures.simplest(course.exercises[3], slow, limits=Limits(wall_seconds=0.2))
    assert found.fault.type == "TimeIsUp"


@pytest.mark.slow
@pytest.mark.parametrize("how", ENDS)
def test_code_that_ends_the_conversation_has_no_picture_and_costs_little(course, how):
    found = pictures.simplest(course.exercises[3], f"{course.solutions[3]}\n{ENDS[how]}\n")
    assert found.fault is not None


@pytest.mark.slow
def test_pages_of_a_class_have_a_picture_where_something_is_wrong_and_nowhere_else(course, monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    folder.chmod(0o755)
    try:
        for student in ("right", "wrong", "changed"):
            (folder / "in" / student).mkdir(parents=True)
            for number in range(1, 6):
                source = course.solutions[number]
                source = source.replace(*SLIP) if number == 3 and student != "right" else source
                (folder / "in" / student / f"{course.modules[number]}.py").write_text(source, encoding="utf-8")
        (folder / "kata").mkdir()
        monkeypatch.chdir(kata_of(folder / "kata", "1-5"))
        list(grade_class(find_hand_ins(folder / "in"), folder / "out", 2, force=False, seed=7))
        (folder / "in/changed/ex05_operators.py").write_text("pass\n", encoding="utf-8")
        stale = folder / "out/pictures" / next((folder / "out/reports").glob("right-*")).stem
        stale.mkdir(parents=True)
        (stale / "3.svg").write_text("<svg/>", encoding="utf-8")
        command = [sys.executable, "-m", "grader", "pages", str(folder / "out"), "--weak-sandbox"]
        command += ["--submissions", str(folder / "in")]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "Pictures of what goes wrong: 1 in " in ended.stdout
        found = {path.parent.name.split("-")[0] for path in (folder / "out/pictures").rglob("*.svg")}
        assert found == {"wrong"}
        for report in (folder / "out/reports").glob("*.json"):
            page = (folder / "out/pages" / f"{report.stem}.html").read_text(encoding="utf-8")
            assert ("<img " in page) is (read_report(report).student == "wrong")
    finally:
        shutil.rmtree(folder)

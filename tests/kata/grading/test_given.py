"""What an exercise gives is put back where a notebook has lost it, and nothing else is touched."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.grading.suites import load_course
from grader.course.intake.given import completed
from grader.course.intake.reading import with_given
from grader.course.intake.submission import Submission

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()


def solution(number):
    return (ROOT / SOLUTIONS / f"{CATALOGUE[number].module}.py").read_text(encoding="utf-8")


def complete(number, source):
    return completed(source, solution(number), CATALOGUE[number])


@pytest.mark.parametrize("number", CATALOGUE)
def test_a_whole_source_stays_as_it_is(number):
    assert complete(number, solution(number)) == solution(number)


def test_what_is_lacking_stands_in_front_in_its_order_and_answers_are_not_given():
    found = complete(8, "class Neuron(Module):\n    pass\n")
    assert found.startswith("import random\nfrom ex07_graph import (")
    assert found.index("class Module:") < found.index("class Neuron(Module):\n    pass\n")
    assert found.count("class Neuron") == 1
    assert "def derivative" not in complete(1, "def gradient(): pass\n")


def test_only_what_is_lacking_is_put_back_and_behind_the_future():
    found = complete(3, "from __future__ import annotations\nfrom ex02_value import *\n")
    assert found == "from __future__ import annotations\nfrom ex02_value import *\n"
    found = complete(6, "from __future__ import annotations\nimport math\nx = 1\n")
    assert found.startswith("from __future__ import annotations\nfrom ex05_operators import (")
    assert found.endswith(")\nimport math\nx = 1\n")


@pytest.mark.parametrize("source", ["def f(:\n", "-" * 50_000 + "1", "\0"])
def test_what_python_cannot_read_stays_as_it_is(source):
    assert complete(3, source) == source


def test_a_notebook_without_its_imports_gets_its_marks_and_a_file_does_not():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        course = load_course(frozenset({1, 2, 3}), seed=7)
    sources = {n: course.solutions[n] for n in (1, 2, 3)}
    line = "from ex02_value import Value, add_to_class, derivative, gradient\n"
    assert line in sources[3]
    sources[3] = sources[3].replace(line, "")
    file = Submission("file", sources, ())
    notebook = replace(file, notebooks=frozenset({3}))
    fence = sandbox()
    marks = [make_report(grade(s, course, fence), course, fence.level) for s in (file, notebook)]
    assert [found.exercises[2].score for found in marks] == [0, marks[1].exercises[2].max_score]
    assert marks[0].submission == marks[1].submission == file.digest
    assert with_given(file, course.exercises, course.solutions) == file

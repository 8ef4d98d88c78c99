"""An assignment of nbgrader that leaves an exercise out has its file, which later ones import."""

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.authoring.cut import cut, solution
from grader.course.grading.suites import load_course
from tests.kata.lazily import Lazily

pytestmark = [
    pytest.mark.skipif(not find_spec("nbgrader"), reason="nbgrader is not installed"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # SQLAlchemy's
]
ROOT = Path(__file__).parents[3]
LEFT_OUT = read_catalogue()[2]


def test_the_file_is_handed_out_and_what_is_handed_in_with_it_is_what_later_notebooks_import(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    nbgrader = pytest.importorskip("grader.course.platforms.nbgrader")
    monkeypatch.setenv("WEAK_SANDBOX", "1")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")  # alembic is there
    (tmp_path / "seed.json").write_text(json.dumps({"seed": 7}), encoding="utf-8")
    course = load_course(frozenset({1, 3}), seed=7)
    monkeypatch.setattr(nbgrader, "_course", lambda _: course)
    nbgrader.write_course(tmp_path, "minigrad", (1, 3), force=False)
    config = Lazily("traitlets.config", "Config")()
    nbgrader.configure(config)
    config.CourseDirectory.root = str(tmp_path)
    api = Lazily("nbgrader.apps", "NbGraderAPI")(config=config)
    assert api.generate_assignment("minigrad")["success"]
    released = tmp_path / "release" / "minigrad"
    assert (released / LEFT_OUT.file.name).read_text(encoding="utf-8") == cut(solution(LEFT_OUT), LEFT_OUT)
    assert sorted(path.stem for path in released.glob("*.ipynb")) == ["ex01_derivatives", "ex03_chain_rule"]
    submitted = tmp_path / "submitted" / "ann" / "minigrad"
    shutil.copytree(tmp_path / "source" / "minigrad", submitted)
    shutil.copy(LEFT_OUT.solution, submitted)
    found = api.autograde("minigrad", "ann")
    assert found["success"], found
    with api.gradebook as book:
        submission = book.find_submission("minigrad", "ann")
        assert (submission.score, len(submission.notebooks)) == (submission.max_score, 2)
        assert not [comment for each in submission.notebooks for comment in each.comments if comment.comment]

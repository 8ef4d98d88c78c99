"""Points for what a student's own checks catch arrive by each path: a plain folder, Gradescope and nbgrader."""

import json
import os
import pickle
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.paths import CATCH
from grader.course import commands
from grader.course.authoring.notebooks import own_checks_id
from grader.course.bank import variants
from grader.course.grading.marking import OWN_CHECKS
from grader.course.platforms import gradescope
from grader.course.platforms.gradescope_zip import points_of
from tests.kata.few import course_of_catches
from tests.kata.lazily import Lazily

ROOT = Path(__file__).parents[3]
CHECKS = 'expect("d = derivative(lambda x: x * x, 3.0)", {"d": 6.0}, within=1e-6)\n'
EXERCISE = read_catalogue()[1]
OPTIONS = {"hidden": "after_published", "leaderboard": False, "weak_sandbox": True}


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield course_of_catches(chaffs=3)


@pytest.fixture
def hand_in(course, tmp_path):
    """A right answer with a file of checks, in a folder."""
    folder = tmp_path / "submission"
    (folder / CATCH).mkdir(parents=True)
    (folder / EXERCISE.file.name).write_text(course.solutions[1], encoding="utf-8")
    (folder / CATCH / EXERCISE.catches.name).write_text(CHECKS, encoding="utf-8")
    return folder


@pytest.fixture
def earned(hand_in, course, tmp_path, monkeypatch):
    """The points in the report of `make grade`, with which the other paths are compared."""
    monkeypatch.setattr(variants, "load_course", lambda *_: course)
    report = tmp_path / "report.json"
    commands.grade.callback(hand_in, 1, report, None, 7, weak_sandbox=True)
    document = json.loads(report.read_text(encoding="utf-8"))
    (own,) = [task for task in document["exercises"][0]["tasks"] if task["name"] == OWN_CHECKS]
    assert 0 < own["score"] <= own["max_score"] == EXERCISE.catch
    assert document["max_score"] == points_of(course) == EXERCISE.catch + sum(t.points for t in EXERCISE.tasks)
    return own["score"]


def test_they_are_in_the_report_of_a_plain_folder_and_in_the_results_of_gradescope(hand_in, earned, course, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / gradescope.OPTIONS).write_text(json.dumps(OPTIONS), encoding="utf-8")
    (tmp_path / "source" / gradescope.COURSES).write_bytes(pickle.dumps([course]))
    (tmp_path / "results").mkdir()
    gradescope.run(hand_in.parent)
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    own = [test for test in results["tests"] if test["name"].startswith(f"{OWN_CHECKS}: ")]
    assert sum(test["score"] for test in own) == earned
    assert sum(test["max_score"] for test in own) == pytest.approx(EXERCISE.catch)


@pytest.mark.skipif(not find_spec("nbgrader"), reason="nbgrader is not installed")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # SQLAlchemy's
def test_they_are_in_the_gradebook_of_nbgrader(hand_in, earned, course, tmp_path, monkeypatch):
    nbgrader = pytest.importorskip("grader.course.platforms.nbgrader")
    folder, settings = tmp_path / "course", nbgrader.read_settings()
    folder.mkdir()
    (folder / "seed.json").write_text(json.dumps({"seed": 7}), encoding="utf-8")
    monkeypatch.setattr(nbgrader, "read_settings", lambda: nbgrader.replace(settings, catch=True))
    monkeypatch.setattr(nbgrader, "_course", lambda _: course)
    monkeypatch.setenv("WEAK_SANDBOX", "1")
    # nbgrader starts alembic by its name, which is no program of the machine's but of this environment.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    nbgrader.write_course(folder, "minigrad", [1], force=False)
    config = Lazily("traitlets.config", "Config")()
    nbgrader.configure(config)
    config.CourseDirectory.root = str(folder)
    api = Lazily("nbgrader.apps", "NbGraderAPI")(config=config)
    assert api.generate_assignment("minigrad")["success"]
    submitted = folder / "submitted" / "ann" / "minigrad"
    shutil.copytree(folder / "source" / "minigrad", submitted)
    shutil.copytree(hand_in / CATCH, submitted / CATCH)
    found = api.autograde("minigrad", "ann")
    assert found["success"], found
    with api.gradebook as book:
        grades = {
            grade.name: grade for each in book.find_submission("minigrad", "ann").notebooks for grade in each.grades
        }
        own = grades[own_checks_id(EXERCISE)]
        assert (own.score, own.max_score) == (earned, EXERCISE.catch)

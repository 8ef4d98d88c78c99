"""Thirty submissions get the marks, the report and the page that they have always got, by all five paths the same.

The paths are local, Dask, GitHub, Gradescope and nbgrader; locally all thirty are graded, elsewhere one of each kind.
Where a change is meant, `GOLDEN=1 pytest tests/kata/platforms/test_five_paths.py` writes the golden files again.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from test_github import github, make_repository, run
from test_gradescope import METADATA, OPTIONS, Platform, as_root

from benchmarks.loopback import loopback
from grader.course.authoring.notebooks import checks_id
from grader.course.grading.config import Settings
from grader.course.grading.report import Report
from grader.course.grading.suites import load_course
from grader.course.grading.telling import as_text
from grader.course.pages.rendering import student_page
from grader.course.platforms.gradescope_zip import autograder
from grader.course.release.release import student_files, zipped
from tests.kata.few import kata_of
from tests.kata.lazily import Lazily
from tests.kata.thirty import CATALOGUE, NUMBERS, thirty

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]  # SQLAlchemy's

write_course = Lazily("grader.course.platforms.nbgrader", "write_course")
Gradebook = Lazily("nbgrader.api", "Gradebook")
ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
SEED = 11
# What is not of the submission, and the digest of it: a sentence of a lesson changes that of every right answer.
FLEETING = {"seconds": 0.0, "sandbox": "any", "made_of": "", "submission": ""}
OF_EACH_KIND = (0, 1, 4, 6, *range(8, 13), 14, 23, 25, 26)


@pytest.fixture(scope="module")
def kata(tmp_path_factory):
    """The course grades the exercises that the thirty hand in."""
    return kata_of(tmp_path_factory.mktemp("kata"), f"{NUMBERS[0]}-{NUMBERS[-1]}")


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield load_course(frozenset(NUMBERS), seed=SEED)


@pytest.fixture(scope="module")
def students(course):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        found = {f"s{place:02}": student for place, student in enumerate(thirty(course.solutions))}
    assert len(found) == 30
    return found


@pytest.fixture(scope="module")
def few(students):
    return {name: student for place, (name, student) in enumerate(students.items()) if place in OF_EACH_KIND}


def write_class(folder, students):
    """A folder of files per student."""
    for name, student in students.items():
        write(folder / name, student.files())
    return folder


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in files.items():
        (folder / f"{module}.py").write_text(source, encoding="utf-8")


def grade_class(kata, folder, out, **variables):
    """The command of `make grade`."""
    own = {"OUT": str(out), "SEED": str(SEED), "FORCE": "", "JOBS": "2", **variables}
    command = [sys.executable, "-m", "grader", "grade-class", str(folder)]
    done = subprocess.run(command, cwd=kata, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "reports").iterdir()]
    return {document["student"]: document for document in sorted(documents, key=lambda found: found["student"])}


@pytest.fixture(scope="module")
def local(kata, students, tmp_path_factory):
    """The reports of `make grade`, with which the other paths are compared."""
    folder = tmp_path_factory.mktemp("local")
    return grade_class(kata, write_class(folder / "class", students), folder / "out")


def marks(document):
    """Points by exercise and task."""
    return {(e["number"], t["name"]): t["score"] for e in document["exercises"] for t in e["tasks"]}


def verdicts(reports, names):
    """All that was found of what was handed in, and nothing of where that lay or how long it took."""
    return {name: {part: reports[name][part] for part in ("submission", "score", "exercises")} for name in names}


def summed_up(report):
    """The marks of a report by task, and digests of all that it says as JSON and as a page."""
    return {
        "score": report.score,
        "tasks": {f"{e.number} {t.name}": t.score for e in report.exercises for t in e.tasks},
        "json": digest(json.dumps(report.as_json(), sort_keys=True)),
        "page": digest(student_page(report)),
    }


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def golden(text, path):
    if os.environ.get("GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"GOLDEN=1 writes {path} again"


@pytest.fixture(scope="module")
def reports(local):
    return [replace(Report.from_json(document), **FLEETING) for document in local.values()]


def test_the_marks_reports_and_pages_of_thirty_are_the_golden_ones(reports):
    marks = {report.student: summed_up(report) for report in reports}
    golden(json.dumps(marks, indent=1) + "\n", GOLDEN / "marks.json")


def test_the_texts_of_thirty_are_the_golden_ones(reports):
    golden("\n".join(map(as_text, reports)), GOLDEN / "reports.txt")


def test_the_thirty_are_of_all_kinds(local):
    scores = [document["score"] for document in local.values()]
    assert (len(scores), min(scores), max(scores)) == (30, 0, 16)
    assert len(set(scores)) > 12
    checks = [c for d in local.values() for e in d["exercises"] for t in e["tasks"] for c in t["checks"]]
    assert {check["status"] for check in checks} >= {"passed", "failed", "not_attempted", "crashed"}
    assert any(check["carried_forward"] for check in checks)


def test_dask_gives_the_same_reports(kata, few, local, tmp_path):
    with TemporaryDirectory() as folder, loopback(Path(folder)) as dask:  # which the fenced user can reach
        dask.worker()
        dask.worker()
        reports = grade_class(kata, write_class(tmp_path / "class", few), tmp_path / "out", SCHEDULER=dask.address)
    assert verdicts(reports, reports) == verdicts(local, few)


@pytest.fixture(scope="module")
def clones(few, tmp_path_factory):
    """Each student's repository, made from the release, as `git clone` gives it to the course."""
    folder = tmp_path_factory.mktemp("github")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        released = student_files(NUMBERS, Settings())
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    template = make_repository(released, folder / "template")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "kata"]):
        assert run([*git, *command], template).returncode == 0
    for name, student in few.items():
        origin = folder / "origins" / name
        assert run([*git, "clone", "-q", str(template), str(origin)], folder).returncode == 0
        for path in (origin / "exercises").glob("ex*.py"):
            path.unlink()
        write(origin / "exercises", student.files())
        assert run([*git, "commit", "-q", "-a", "-m", "work", "--allow-empty"], origin).returncode == 0
        assert run([*git, "clone", "-q", str(origin), str(folder / "clones" / name)], folder).returncode == 0
    return folder / "clones"


def test_github_gives_the_same_reports_for_clones(kata, clones, few, local, tmp_path):
    reports = grade_class(kata, clones, tmp_path / "out")
    assert verdicts(reports, reports) == verdicts(local, few)


@pytest.mark.parametrize("name", ["s00", "s01", "s04", "s23", "s25"])
def test_what_a_student_sees_after_a_push_agrees_with_the_marks(clones, local, name):
    """The public checks; what is right only among worked answers is wrong there."""
    done = github(clones / name)
    checks = [(e["number"], c) for e in local[name]["exercises"] for t in e["tasks"] for c in t["checks"]]
    public = [(number, check) for number, check in checks if check["visibility"] == "visible"]
    carried = [check["carried_forward"] for _, check in public]
    assert any(carried) == (name in ("s23", "s25"))
    found = {check["status"] for _, check in public}
    # beside a recursion that is right but too deep, what is carried is no mistake either: it is too deep itself there
    wrong = found & {"failed", "crashed", "timed_out"} or (any(carried) and "too_deep" not in found)
    assert done.returncode == bool(wrong)
    passed = Counter(number for number, check in public if check["status"] == "passed" and not check["carried_forward"])
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| (\d+)/\d+ \|", done.stdout, re.MULTILINE)
    assert {int(number): int(count) for number, count in rows} == {n: passed[n] for n in NUMBERS}


@as_root
def test_gradescope_gives_the_same_marks(few, local, course, tmp_path):
    archive = zipped(autograder([course], OPTIONS), top="")

    def found(name):
        platform = Platform(tmp_path / name, archive)
        platform.borrow_python()
        platform.write_metadata({**METADATA, "users": [{"id": name, "name": name}]})
        write(platform.root / "submission", few[name].files())
        return platform.run()

    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(few, pool.map(found, few), strict=True))
    for name, result in results.items():
        assert result["score"] == local[name]["score"], name
        points = defaultdict(float)
        for test in result["tests"]:
            number, task = test["number"].partition(".")[0], test["name"].partition(": ")[0]
            points[int(number), task] += test["score"]
        assert dict(points) == pytest.approx(marks(local[name]), abs=1e-2), name


@pytest.mark.skipif(not find_spec("nbgrader"), reason="nbgrader is not installed")
def test_nbgrader_gives_the_same_marks(few, local, tmp_path):
    from test_nbgrader import environment, shell

    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "seed.json").write_text(json.dumps({"seed": SEED}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        write_course(folder, "minigrad", NUMBERS, force=False)
    for name, student in few.items():
        submitted = folder / "submitted" / name / "minigrad"
        submitted.mkdir(parents=True)
        for module, text in student.notebooks():
            (submitted / f"{module}.ipynb").write_text(text, encoding="utf-8")
    path = f'export PATH="{Path(sys.executable).parent}:$PATH"'
    shell(folder, [path, "nbgrader generate_assignment minigrad", "nbgrader autograde minigrad"], environment(tmp_path))
    assert not (tmp_path / "kernel-was-started").exists()
    tasks = {checks_id(CATALOGUE[n], t): (n, t.name) for n in NUMBERS for t in CATALOGUE[n].tasks}
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        for name in few:
            expected = {task: score for task, score in marks(local[name]).items() if task[0] in NUMBERS}
            notebooks = book.find_submission("minigrad", name).notebooks
            found = {tasks[g.name]: g.score for n in notebooks for g in n.grades if g.name in tasks}
            assert found == pytest.approx(expected, abs=1e-4), name
            assert sum(found.values()) == pytest.approx(local[name]["score"], abs=1e-3)

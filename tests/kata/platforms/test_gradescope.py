"""Gradescope, played: its layout and metadata, root with Docker's capabilities, submissions of all kinds."""

import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from grader.core.catalogue import read_catalogue
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.grading.marking import make_report
from grader.course.intake.submission import read_submission
from grader.course.platforms.gradescope import chosen, late, results
from grader.course.platforms.gradescope_zip import autograder, make_courses, write_zip
from grader.course.release.release import zipped

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads(Path(__file__).with_name("gradescope.schema.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/instructors/gradescope.md").read_text(encoding="utf-8")
OPTIONS = {"hidden": "after_published", "leaderboard": False, "weak_sandbox": False}
DOCKER = (  # what a container's root has unless told otherwise, from Docker's documents on runtime privileges
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,"
    "audit_write,setfcap"
)
EXERCISES = range(1, 7)  # of the course here: each hand-in is graded anew
POINTS = sum(task.points for number in EXERCISES for task in read_catalogue()[number].tasks)
METADATA = {
    "id": 123456,
    "created_at": "2027-01-29T20:30:00.000000-08:00",
    "assignment": {
        "due_date": "2027-01-29T23:59:00.000000-08:00",
        "late_due_date": "2027-01-31T23:59:00.000000-08:00",
        "title": "The minigrad kata",
        "total_points": "66.0",
    },
    "submission_method": "upload",
    "users": [{"email": "ada@example.org", "id": 7, "name": "Ada Lovelace"}],
    "previous_submissions": [],
}
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="Gradescope's container runs as root")


@pytest.fixture(scope="module")
def courses():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield make_courses(EXERCISES, [3, 4])


@pytest.fixture(scope="module")
def archive(courses):
    return zipped(autograder(courses, OPTIONS), top="")


class Platform:
    """A container's file system under a folder; `run` is what happens to one submission."""

    def __init__(self, root, archive):
        self.root = root
        for name in ("source", "submission", "results"):
            (root / name).mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            opened.extractall(root / "source")
            for info in opened.infolist():
                (root / "source" / info.filename).chmod(info.external_attr >> 16)
        shutil.copy(root / "source/run_autograder", root)  # where the platform puts it
        self.write_metadata(METADATA)

    def write_metadata(self, metadata):
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")

    def borrow_python(self):
        """This environment's packages in place of those that setup.sh would install."""
        python = self.root / "venv/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
        python.chmod(0o755)

    def hand_in(self, *numbers, edits=None):
        for number in numbers:
            path = ROOT / read_catalogue()[number].solution
            text = path.read_text(encoding="utf-8")
            for old, new in (edits or {}).get(number, ()):
                assert text.count(old) == 1, old
                text = text.replace(old, new)
            (self.root / "submission" / path.name).write_text(text, encoding="utf-8")

    def start(self, *command, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "AUTOGRADER_ROOT": str(self.root),
            "SECRET": "swordfish",
            **variables,
        }
        if os.geteuid() == 0 and shutil.which("setpriv"):
            kept = ",".join(f"+{name}" for name in DOCKER.split(","))
            command = ["setpriv", f"--bounding-set=-all,{kept}", "--inh-caps=-all", *command]
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )

    def run(self):
        done = self.start(self.root / "run_autograder")
        assert done.returncode == 0, done.stderr
        found = json.loads((self.root / "results/results.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, SCHEMA)
        return found


@pytest.fixture
def platform(tmp_path, archive):
    platform = Platform(tmp_path / "autograder", archive)
    platform.borrow_python()
    return platform


def by_exercise(found):
    points = {}
    for test in found["tests"]:
        number = int(test["number"].split(".")[0])
        points[number] = points.get(number, 0) + test["score"]
    return points


# The zip


def test_the_zip_has_what_gradescope_needs_at_its_root_and_nothing_that_it_does_not(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        modes = {info.filename: info.external_attr >> 16 for info in opened.infolist()}
        requirements = opened.read("requirements.txt").decode()
        scripts = [opened.read(name).decode() for name in ("setup.sh", "run_autograder")]
    assert modes["setup.sh"] & stat.S_IXUSR
    assert modes["run_autograder"] & stat.S_IXUSR
    assert all(text.startswith("#!/usr/bin/env bash\n") and "\r" not in text for text in scripts)
    assert "torch" not in requirements
    assert all(re.fullmatch(r"[\w-]+==[\w.]+(;.*)?", line) for line in requirements.splitlines())
    assert not [name for name in modes if re.search(r"solutions/|tests/|oracles|misconceptions|wheats/|\.pyc$", name)]


def test_the_zip_is_written_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    path, points = write_zip([1], 1, OPTIONS, tmp_path / "build" / "autograder.zip")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert points == 3
    assert [entry.name for entry in path.parent.iterdir()] == ["autograder.zip"]


def test_the_courses_differ_in_their_random_checks_and_a_student_always_gets_the_same(courses):
    assert [course.seed for course in courses] == [3, 4]
    assert courses[0].suites[1].key != courses[1].suites[1].key
    got = {chosen(courses, {"users": [{"id": number}]}).seed for number in range(20)}
    assert got == {3, 4}
    one, other = {"id": 1}, {"id": 2}
    assert chosen(courses, {"users": [one, other]}) is chosen(courses, {"users": [other, one]})


# Submissions


@as_root
def test_right_work_gets_every_point_behind_a_hardened_fence(platform):
    platform.hand_in(*EXERCISES)
    found = platform.run()
    assert found["score"] == POINTS
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(POINTS, abs=1e-2)
    assert {test["status"] for test in found["tests"]} == {"passed"}
    assert found["extra_data"]["sandbox"] == "hardened"
    assert "leaderboard" not in found


@as_root
def test_wrong_work_gets_the_mark_of_the_local_grader_and_is_told_why(platform, courses):
    slips = {1: [("return rise / (2 * h)", "return rise / h")], 4: [("self.grad = 1.0", "self.grad = 2.0")]}
    platform.hand_in(*EXERCISES[:-1], edits=slips)
    found = platform.run()
    fence, course = sandbox(), chosen(courses, METADATA)
    local = make_report(grade(read_submission(platform.root / "submission"), course, fence), course, fence.level)
    assert found["score"] == local.score < POINTS
    scores = by_exercise(found)
    for exercise in local.exercises:
        assert scores[exercise.number] == pytest.approx(exercise.score, abs=1e-2)
    wrong = next(test for test in found["tests"] if test["number"] == "1.1")
    assert (wrong["status"], wrong["visibility"]) == ("failed", "visible")
    for text in ("expected", "Why: The run is taken as h, though it is 2h.", "Ask yourself: "):
        assert text in wrong["output"]
    assert "Not handed in: ex06_activations.py" in found["output"]


@as_root
def test_nothing_hidden_is_in_what_a_student_sees(platform, courses):
    platform.hand_in(*EXERCISES, edits={4: [("self.grad = 1.0", "self.grad = 2.0")]})
    text = json.dumps(platform.run())
    (hidden,) = (suite for suite in courses[0].suites if suite.visibility == "hidden")
    lines = {line.strip() for check in hidden.checks for line in check.probe.code.splitlines()}
    public = {
        line.strip()
        for suite in courses[0].suites
        if suite is not hidden
        for c in suite.checks
        for line in c.probe.code.splitlines()
    }
    assert not [line for line in lines - public if len(line) > 20 and json.dumps(line)[1:-1] in text]


@as_root
def test_nothing_handed_in_is_a_mark_of_0_with_a_sentence(platform):
    found = platform.run()
    assert found["score"] == 0
    assert "There is nothing to grade in 'submission'" in found["output"]
    assert {test["status"] for test in found["tests"]} == {"failed"}


HOSTILE = """
import os, sys
found = []
for path in {paths!r}:
    try:
        found.append(open(path, "rb").read()[:40])
    except OSError:
        pass
    try:
        open(path, "w").write('{{"score": 1000}}')
        found.append("written")
    except OSError:
        pass
try:
    found += os.listdir({source!r})
except OSError:
    pass
found += [value for name, value in os.environ.items() if name in ("SECRET", "AUTOGRADER_ROOT")]
if found:
    raise ValueError("LEAK " + repr(found))
try:
    if os.fork() == 0:
        os._exit(0)
except OSError:
    pass
print('{{"score": 1000}}')
sys.stdout.flush()
"""


@as_root
def test_a_hostile_submission_reads_and_writes_nothing_and_gets_no_more_than_it_earned(platform):
    platform.hand_in(1, 2)
    root = platform.root
    paths = [root / name for name in ("source/courses.pickle", "source/options.json", "results/results.json")]
    paths += [root / "submission_metadata.json", root / "submission/ex01_derivatives.py", root / "run_autograder"]
    before = (root / "source/courses.pickle").read_bytes()
    code = HOSTILE.format(paths=[str(path) for path in paths], source=str(root / "source"))
    path = root / "submission/ex03_chain_rule.py"
    path.write_text(code + "\nos._exit(0)\n", encoding="utf-8")
    (root / "submission/results.json").write_text('{"score": 1000}', encoding="utf-8")
    (root / "submission/ex05_operators.py").symlink_to(root / "source/courses.pickle")
    found = platform.run()
    assert found["score"] == 5  # of exercises 1 and 2
    assert "LEAK" not in json.dumps(found)
    assert "swordfish" not in json.dumps(found)
    assert (root / "source/courses.pickle").read_bytes() == before
    assert stat.S_IMODE((root / "source").stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "results").stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "results/results.json").stat().st_mode) == 0o600
    assert [entry.name for entry in (root / "results").iterdir()] == ["results.json"]
    assert sorted(entry.name for entry in root.iterdir()) == [
        "results",
        "run_autograder",
        "source",
        "submission",
        "submission_metadata.json",
        "venv",
    ]


@as_root
def test_what_is_raised_and_printed_stays_text_without_control_characters(platform):
    bell = "\\x1b]0;title\\x07<script>alert(1)</script>"
    platform.hand_in(1, edits={1: [("return rise / (2 * h)", f'raise ValueError("{bell}")')]})
    found = platform.run()
    assert found["test_output_format"] == found["output_format"] == found["test_name_format"] == "text"
    assert "<script>" in json.dumps(found)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", "".join(test["output"] for test in found["tests"]))


@as_root
def test_without_a_fence_there_is_no_result_and_the_course_is_told_why(platform):
    (platform.root / "source/landlockpy.py").write_text("raise ImportError\n", encoding="utf-8")
    platform.hand_in(1)
    done = platform.start(platform.root / "run_autograder")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no result: The sandbox is not hardened (")
    assert "the package landlockpy is not installed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (platform.root / "results/results.json").exists()


# Visibility, dates, leaderboard


@pytest.fixture(scope="module")
def document(courses):
    from grader.course.intake.submission import Submission

    fence = sandbox()
    sources = {number: source for number, source in courses[0].solutions.items() if number < 3}
    return make_report(grade(Submission("Ada", sources, ()), courses[0], fence), courses[0], fence.level)


@pytest.mark.parametrize("hidden", ["visible", "hidden", "after_due_date", "after_published"])
def test_each_check_has_its_visibility(document, hidden):
    found = results(document, METADATA, {**OPTIONS, "hidden": hidden}, 1.0)
    jsonschema.validate(found, SCHEMA)
    wanted = [check.visibility for _, _, check in document.checks]
    got = [test["visibility"] for test in found["tests"]]
    assert got == [hidden if visibility == "hidden" else "visible" for visibility in wanted]
    assert "hidden" in wanted


@pytest.mark.parametrize("hidden", ["visible", "hidden", "after_due_date", "after_published"])
def test_the_total_and_what_gives_it_away_are_told_only_where_all_checks_are_shown(document, hidden):
    too_late = {**METADATA, "created_at": "2027-02-05T00:00:00-08:00"}
    found = results(document, too_late, {**OPTIONS, "hidden": hidden, "late": RULES}, 1.0)
    lost = found["extra_data"]["late_deduction"]
    told = {float(number) for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", found["output"])}
    assert lost > 0
    assert bool({document.score, found["score"], lost} & told) is (hidden == "visible")
    assert "That takes off points." in found["output"] or hidden == "visible"
    public = [check for _, _, check in document.checks if not check.hidden]
    points = f"{round(sum(check.points for check in public), 2):g}"
    assert found["output"].startswith(points) is (hidden != "visible")


def test_without_a_due_date_hidden_checks_wait_until_marks_are_published(document):
    found = results(document, {}, {**OPTIONS, "hidden": "after_due_date"}, 1.0)
    jsonschema.validate(found, SCHEMA)
    assert {test["visibility"] for test in found["tests"]} == {"visible", "after_published"}


@pytest.mark.parametrize(
    ("created", "sentence"),
    [
        ("2027-01-29T23:58:59.000000-08:00", ""),
        ("2027-01-30T08:00:00.000000+00:00", "Handed in 0 h 01 min after the due date."),
        ("2027-01-30T02:04:00-08:00", "Handed in 2 h 05 min after the due date."),
        ("2027-02-01T00:00:00-08:00", "Handed in 48 h 01 min after the due date, and after the late due date."),
        ("yesterday", ""),
    ],
)
def test_late_work_is_told_so_by_the_due_dates_of_the_assignment(document, created, sentence):
    found = results(document, {**METADATA, "created_at": created}, OPTIONS, 1.0)
    assert (sentence in found["output"]) if sentence else ("Handed in" not in found["output"])
    assert (found["extra_data"]["seconds_late"] > 0) is bool(sentence)
    assert found["score"] == document.score  # where course.toml takes nothing off


RULES = {"percent_per_day": "10", "grace_days": "1", "cap": "25"}


@pytest.mark.parametrize(
    ("created", "share"),
    [
        ("2027-01-29T23:59:00-08:00", 0),
        ("2027-01-30T07:59:00Z", 0),
        ("2027-01-30T23:59:00-08:00", 0),  # a day of grace
        ("2027-01-30T23:59:01-08:00", 0.1),
        ("2027-02-05T00:00:00-08:00", 0.25),
        ("no date", 0),
    ],
)
def test_late_work_loses_what_course_toml_says(document, created, share):
    metadata = {**METADATA, "created_at": created}
    found = results(document, metadata, {**OPTIONS, "late": RULES}, 1.0)
    jsonschema.validate(found, SCHEMA)
    lost = found["extra_data"]["late_deduction"]
    assert lost == pytest.approx(document.score * share)
    assert found["score"] == pytest.approx(document.score - lost)
    assert ("That takes off " in found["output"]) is (share > 0)


def test_an_extension_moves_what_is_late(document):
    late_by_far = {**METADATA, "created_at": "2027-02-01T00:00:00-08:00"}
    extended = {**METADATA["users"][0], "assignment": {"due_date": "2027-02-02T00:00:00.000000-08:00"}}
    found = results(document, {**late_by_far, "users": [extended]}, {**OPTIONS, "late": RULES}, 1.0)
    assert found["score"] == document.score


def test_an_extension_counts_for_the_student_who_has_it():
    metadata = {**METADATA, "created_at": "2027-02-01T00:00:00-08:00"}
    extended = {"id": 7, "name": "Ada", "assignment": {"due_date": "2027-02-02T00:00:00-08:00"}}
    assert late(metadata)
    assert not late({**metadata, "users": [extended]})


def test_the_leaderboard_is_there_if_asked_for_and_tells_nothing_of_hidden_checks(document):
    found = results(document, METADATA, {**OPTIONS, "leaderboard": True}, 1.0)
    jsonschema.validate(found, SCHEMA)
    (entry,) = found["leaderboard"]
    seen = [check.points for _, _, check in document.checks if not check.hidden]
    assert entry["value"] == pytest.approx(sum(seen), abs=0.01)
    assert entry["value"] < found["score"]


# The whole way


@as_root
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_setup_installs_what_grading_needs_without_torch(tmp_path, archive):
    platform = Platform(tmp_path / "autograder", archive)
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    done = platform.start("bash", platform.root / "source/setup.sh", HOME=os.environ.get("HOME", "/root"), **pip)
    assert done.returncode == 0, done.stderr
    installed = {path.name.split("-")[0].lower() for path in (platform.root / "venv").glob("lib/*/site-packages/*")}
    assert {"click", "graphviz", "landlockpy"} <= installed
    assert installed.isdisjoint({"torch", "pytest", "nbgrader"})
    platform.hand_in(*EXERCISES)
    found = platform.run()
    assert (found["score"], found["extra_data"]["sandbox"]) == (POINTS, "hardened")

"""A push is graded with the public checks where the student sees it; the course grades clones with the hidden ones."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.course.grading.config import Settings
from grader.course.grading.report_files import read_reports
from grader.course.release.release import student_files
from tests.kata.few import kata_of

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads(Path(__file__).with_name("classroom50.schema.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/instructors/github.md").read_text(encoding="utf-8")
VARIABLES = ("CI", "DEBUG", "DESK", "FORCE", "OUT", "PYTEST_ADDOPTS", "PYTHON", "RESULT", "SUBMISSIONS", "VENV")
RUNNER = {
    "CLASSROOM": "cs101",
    "ASSIGNMENT": "minigrad",
    "OWNER": "alice",
    "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "https://github.com/cs101/alice/commit/1",
    "RELEASE_URL": "https://github.com/cs101/alice/releases/tag/submit/1",
}
EXERCISES = range(1, 7)  # of the copy that is pushed here: enough for every sentence, and each push is graded anew
POINTS = sum(task.points for number in EXERCISES for task in read_catalogue()[number].tasks)
SLOPE = ("return rise / (2 * h)", "return rise / h")
PRODUCT = ("self.grad += other.data * out.grad", "self.grad = other.data * out.grad")


def run(command, folder, **variables):
    clean = {n: v for n, v in os.environ.items() if n not in VARIABLES and not n.startswith("GITHUB_")}
    variables = {**clean, "NO_COLOR": "1", "COLUMNS": "80", **{name: str(value) for name, value in variables.items()}}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def github(folder, **variables):
    return run([sys.executable, "-m", "grader", "github"], folder, **variables)


@pytest.fixture(scope="module")
def released():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return student_files(EXERCISES, Settings())


@pytest.fixture
def repository(released, tmp_path):
    return make_repository(released, tmp_path / "kata")


def make_repository(released, folder):
    for path, content in released.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def solve(folder, *numbers, edits=()):
    for number in numbers:
        path = ROOT / read_catalogue()[number].solution
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / "exercises" / path.name).write_text(text, encoding="utf-8")


def commands_in(text):
    """The workflow commands, as GitHub's runner reads them: their properties and their text."""
    found = []
    for line in text.splitlines():
        if match := re.fullmatch(r"::error (.*?)::(.*)", line):
            properties = dict(part.split("=", 1) for part in match[1].split(","))
            found.append(({k: decoded(v) for k, v in properties.items()}, decoded(match[2])))
    return found


def decoded(text):
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


# The workflow


def test_stubs_are_not_wrong_and_right_work_passes(repository):
    done = github(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert commands_in(done.stdout) == []
    assert done.stdout.startswith("## 0 of ")
    solve(repository, *EXERCISES)
    done = github(repository)
    assert done.returncode == 0
    assert re.search(r"\| 4 \| Backward \| (\d+)/\1 \|", done.stdout)


def test_a_wrong_task_is_annotated_at_its_function_with_the_belief_behind_it(repository):
    solve(repository, 1, 2)
    solve(repository, 3, edits=[PRODUCT])
    done = github(repository)
    assert done.returncode == 1
    ((properties, text), *rest) = commands_in(done.stdout)
    assert rest == []
    assert properties["file"] == "exercises/ex03_chain_rule.py"
    assert properties["title"] == "Exercise 3, Value.__mul__: wrong"
    lines = (repository / properties["file"]).read_text(encoding="utf-8").splitlines()
    assert lines[int(properties["line"]) - 1].lstrip().startswith("def __mul__")
    assert "expected" in text
    assert "Run:" in text


def test_a_crash_is_annotated_at_the_line_that_raises(repository):
    solve(repository, 1, edits=[("    rise = f(x + h) - f(x - h)", '    rise = f(x + h) - f(x - hh), "50%::x,y"')])
    ((properties, text), *_) = commands_in(github(repository).stdout)
    lines = (repository / properties["file"]).read_text(encoding="utf-8").splitlines()
    assert "hh" in lines[int(properties["line"]) - 1]
    assert "NameError" in text
    assert '"50%::x,y"' in text  # and it came through GitHub's encoding


def test_a_file_that_is_no_python_or_missing_does_not_stop_the_others(repository):
    solve(repository, 2)
    (repository / "exercises/ex01_derivatives.py").write_text("def derivative(:\n", encoding="utf-8")
    (repository / "exercises/ex06_activations.py").unlink()
    done = github(repository)
    assert done.returncode == 1
    assert "Activations (the file is missing) | 0/0 | 0 of" in done.stdout
    properties, _ = commands_in(done.stdout)[0]
    assert (properties["file"], properties["line"]) == ("exercises/ex01_derivatives.py", "1")


def test_what_a_students_code_prints_or_raises_is_no_workflow_command_and_no_markdown(repository, tmp_path):
    forged = "::error file=README.md,line=1::forged"
    solve(
        repository,
        1,
        edits=[
            (
                "    rise = f(x + h) - f(x - h)",
                f'    print("{forged}")\n    raise ValueError("\\n{forged}\\n```\\n# forged\\n<img src=x>")',
            )
        ],
    )
    done = github(repository, GITHUB_STEP_SUMMARY=tmp_path / "summary.md")
    assert {properties["file"] for properties, _ in commands_in(done.stdout)} == {"exercises/ex01_derivatives.py"}
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", summary, flags=re.MULTILINE | re.DOTALL)
    assert "forged" in summary
    assert "forged" not in outside
    assert "<img" not in outside


def test_the_summary_is_added_to_what_earlier_steps_wrote(repository, tmp_path):
    solve(repository, 1, edits=[SLOPE])
    solve(repository, 2)
    solve(repository, 3, edits=[PRODUCT])
    (tmp_path / "summary.md").write_text("# before\n", encoding="utf-8")
    github(repository, GITHUB_STEP_SUMMARY=tmp_path / "summary.md")
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# before\n## ")
    checks = len(load_checks(ROOT / "tests/public", 2))
    assert f"| 2 | Value | {checks}/{checks} | 2 of 2 |" in summary
    assert "### 3. Value.__mul__: wrong" in summary
    assert "Ask yourself: " in summary


def test_no_more_annotations_are_written_than_github_shows(repository):
    solve(repository, *EXERCISES)
    for path in (repository / "exercises").glob("ex*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("### BEGIN SOLUTION", 'raise ValueError("late")'), encoding="utf-8")
    assert len(commands_in(github(repository).stdout)) == 10


def test_a_classroom_50_result_fits_its_schema_and_has_the_marks_of_the_public_checks(repository, tmp_path):
    solve(repository, 1, 2)
    solve(repository, 3, edits=[PRODUCT])
    github(repository, RESULT=tmp_path / "result.json", **RUNNER)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(result, SCHEMA)
    assert (result["classroom"], result["owner"], result["submission"]) == ("cs101", "alice", "submit/1")
    assert result["max-score"] == POINTS
    assert 5 < result["score"] < 10  # exercises 1 and 2 have 5, exercise 3 is half done
    assert sum(test["score"] for test in result["tests"]) == pytest.approx(result["score"], abs=1e-3)
    assert sum(test["max-score"] for test in result["tests"]) == pytest.approx(POINTS, abs=1e-2)


def test_a_classroom_50_result_without_its_runner_is_refused_in_one_sentence(repository, tmp_path):
    done = github(repository, RESULT=tmp_path / "result.json")
    assert done.returncode == 2
    assert done.stderr == (
        "A Classroom 50 result needs CLASSROOM and ASSIGNMENT in the environment; its runner sets them.\n"
    )
    assert not (tmp_path / "result.json").exists()


def steps():
    text = (ROOT / "grader/course/release/student/.github/workflows/grade.yml").read_text(encoding="utf-8")
    return re.findall(r"run: (.+)", text)


def test_the_workflow_may_only_read_and_ends_by_itself():
    text = (ROOT / "grader/course/release/student/.github/workflows/grade.yml").read_text(encoding="utf-8")
    assert "permissions:\n  contents: read\n" in text
    assert "timeout-minutes: 10" in text
    assert "pull_request_target" not in text
    assert "secrets" not in text


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_steps_of_the_workflow_grade_a_fresh_clone(repository, tmp_path):
    solve(repository, 1, 2)
    solve(repository, 3, edits=[PRODUCT])
    install, check = steps()
    assert run(["bash", "-e", "-c", install], repository).returncode == 0
    done = run(["bash", "-e", "-c", check], repository, GITHUB_STEP_SUMMARY=tmp_path / "summary.md", CI="true")
    assert done.returncode != 0
    assert len(commands_in(done.stdout)) == 1
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("## ")


# Clones


def clone(released, folder, *numbers, edits=()):
    """A student's repository as git has it, committed and cloned."""
    origin = make_repository(released, folder.parent.parent / "origins" / folder.name)
    solve(origin, *numbers, edits=edits)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "work"]):
        assert run(["git", *author, *command], origin).returncode == 0
    assert run(["git", "clone", "-q", str(origin), str(folder)], folder.parent).returncode == 0
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_folder_of_clones_is_graded_with_the_hidden_checks_whatever_else_lies_in_them(released, tmp_path):
    clones = tmp_path / "clones"
    clones.mkdir()
    clone(released, clones / "minigrad-alice", *EXERCISES)
    bob = clone(released, clones / "minigrad-bob", 1, 2)
    for path in (bob / "tests/public").glob("test_*.py"):  # passes all public checks
        path.write_text("def test_all_is_well():\n    pass\n", encoding="utf-8")
    (bob / "tests/public/key.json").write_text("{}", encoding="utf-8")
    shutil.copytree(
        clones / "minigrad-alice/exercises", bob / "build/my_minigrad/exercises"
    )  # is none of bob's hand-in
    shutil.copytree(clones / "minigrad-alice/exercises", bob / ".venv/exercises")
    (bob / ".minigrad/backups").mkdir(parents=True)
    shutil.copy(clones / "minigrad-alice/exercises/ex03_chain_rule.py", bob / ".minigrad/backups")
    (tmp_path / "elsewhere").mkdir()
    clone(released, tmp_path / "elsewhere/kata", 1, edits=[SLOPE])
    shutil.move(tmp_path / "elsewhere", clones / "carol")  # a clone in a folder of its own
    (tmp_path / "kata").mkdir()
    kata = kata_of(tmp_path / "kata", f"{EXERCISES[0]}-{EXERCISES[-1]}")
    done = run([sys.executable, "-m", "grader", "grade-class", str(clones), "--out", str(tmp_path / "out")], kata)
    assert done.returncode == 0, done.stderr
    reports = {report.student: report for report in read_reports(tmp_path / "out/reports").values()}
    assert set(reports) == {"minigrad-alice", "minigrad-bob", "carol"}
    scores = {student: [each.score for each in report.exercises] for student, report in reports.items()}
    assert reports["minigrad-alice"].score == POINTS
    assert scores["minigrad-bob"][:2] == scores["minigrad-alice"][:2]
    assert not any(scores["minigrad-bob"][2:])
    assert 0 <= scores["carol"][0] < scores["minigrad-alice"][0]


# The guide


def test_the_commands_of_the_guide_are_those_that_are_tested_here():
    found = [
        line for block in re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.split("\n")
    ]
    found = [line for line in found if line]
    assert found == ["make release", "make grade SUBMISSIONS=clones", "RESULT=result.json make github"]
    makefiles = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "grader/course/release/student/Makefile")
    ]
    for target in ("release", "grade", "github"):
        assert any(re.search(rf"^{target}:", text, re.MULTILINE) for text in makefiles)

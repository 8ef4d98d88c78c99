"""What students get works by itself, and holds nothing of the course."""

import ast
import io
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.names import tag
from grader.course.grading.config import Settings, read_settings
from grader.course.release.leaks import contents_of, files_of, leaks, read_secrets
from grader.course.release.release import LeakError, refuse_leaks, release, student_files, zipped

ROOT = Path(__file__).parents[3]
VARIABLES = ("CI", "DEBUG", "DESK", "ENGINE", "EXERCISES", "FORCE", "PYTEST_ADDOPTS", "PYTHON", "VENV", "VIRTUAL_ENV")
PAGE = (ROOT / "docs/instructors/release.md").read_text(encoding="utf-8")
CHECKS = {number: load_checks(ROOT / "tests/public", number) for number in read_catalogue()}


@pytest.fixture(scope="module", autouse=True)
def in_the_tree():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.fixture(scope="module")
def files(in_the_tree):  # noqa: ARG001
    return student_files(list(read_catalogue()), Settings())


@pytest.fixture(scope="module")
def of_five(in_the_tree):  # noqa: ARG001
    return student_files(range(1, 6), Settings())


@pytest.fixture(scope="module")
def released(in_the_tree, tmp_path_factory):  # noqa: ARG001
    """A folder with all that `make release` makes of three exercises."""
    out = tmp_path_factory.mktemp("release") / "out"
    release(range(1, 4), Settings(), out)
    return out


def run(command, folder, **variables):
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    variables = {**clean, "NO_COLOR": "1", "COLUMNS": "80", **variables}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def kata(folder, *arguments, **variables):
    return run([sys.executable, "-m", "grader", *map(str, arguments)], folder, **variables)


@pytest.fixture
def student(files, tmp_path):
    """A student's copy, unpacked."""
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "minigrad-kata"


def solve(folder, *numbers):
    for number in numbers:
        path = ROOT / read_catalogue()[number].solution
        shutil.copy(path, folder / "exercises")


def found(path, text):
    content = text if isinstance(text, bytes) else text.encode()
    return leaks({path: content}, read_secrets())


# What is in it


def test_nothing_of_the_course_is_in_a_release(files):
    assert leaks(files, read_secrets()) == []
    engine = ("engine.py", "language.py", "nn.py", "losses.py", "numeric.py", "training.py")
    assert not [path for path in files if path.startswith("minigrad_reference/") and path.endswith(engine)]
    assert not [path for path in files if re.search(r"solution(?!\.py)|hidden|grader/course|chaff|wheat|oracle", path)]


def test_all_that_a_student_needs_is_in_a_release(files):
    assert {
        "Makefile",
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "constraints.txt",
        "grader/__main__.py",
        "grader/environment.py",
        "grader/learner/data/elements.txt",
        "grader/learner/data/names.txt",
        "grader/learner/data/two_moons.csv",
        "tests/public/key.json",
        "tests/public/sketches.json",
        ".vscode/settings.json",
        ".devcontainer/devcontainer.json",
        ".github/workflows/grade.yml",
    } <= files.keys()
    for number in read_catalogue():
        assert sum(f"/{tag(number)}_" in path for path in files) >= 2  # the exercise and its stub
        assert f"tests/public/fingerprints/{tag(number)}.json" in files


def test_a_course_that_stops_before_the_language_model_has_no_command_for_it(files):
    assert b"\nnames: train-layer" in files["Makefile"]
    assert b"make names" in files["README.md"]
    eleven = student_files(range(1, 12), Settings())
    assert b"grader names" not in eleven["Makefile"]
    assert b"train names" not in eleven["Makefile"]
    assert b"make names" not in eleven["README.md"]
    assert b"make train" in eleven["README.md"]


def test_what_travels_imports_nothing_of_the_kata_that_does_not(files):
    """Even within a function; the course and the reference's model are asked for, and may be missing."""
    asked_for = ("grader/learner/engines.py", "minigrad_reference/language.py")
    missing = {
        (path, name)
        for path, content in files.items()
        if path.endswith(".py") and path.startswith(("grader/", "minigrad_reference/"))
        for name in _imported(ast.parse(content))
        if (ROOT / name).is_file() and name not in files and not name.startswith("grader/course/")
    }
    assert missing == {asked_for}


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"{alias.name.replace('.', '/')}.py" for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield f"{node.module.replace('.', '/')}.py"
            yield from (f"{node.module.replace('.', '/')}/{alias.name}.py" for alias in node.names)


def test_the_pictures_of_its_lessons_are_in_a_release_and_no_others_pass(of_five):
    picture = "docs/images/step_backward.png"
    two = student_files(range(1, 3), Settings())
    assert {path for path in of_five if path.startswith("docs/")} == {picture, "docs/images/explain.svg"}
    assert not [path for path in two if path.startswith("docs/")]
    assert not found(picture, of_five[picture])
    other = (ROOT / "docs/images/step_forward.png").read_bytes()
    for content in (other, of_five[picture] + b"\0"):
        assert any("pictures that no lesson shows" in find for find in found(picture, content))


def test_a_release_of_five_exercises_holds_the_parts_of_these_alone(of_five):
    assert leaks(of_five, read_secrets()) == []
    assert not [path for path in of_five if re.search(r"ex(0[6-9]|1\d)[_.]", path)]
    known = {path: text.decode() for path, text in of_five.items() if re.match(r"tests/public/.*\.json$", path)}
    assert len(known) == len(("key", "sketches")) + 5
    for path, text in known.items():
        assert text
        assert not re.search(r'"ex(0[6-9]|1\d)\.|"exercise": ([6-9]|1\d)\b', text), path
    assert b"ex06_" not in of_five["grader/core/catalogue.toml"]
    assert of_five["grader/core/catalogue.toml"].count(b"[[exercise]]") == 5


def test_any_choice_of_exercises_that_course_toml_takes_can_be_released(tmp_path):
    """Also the example in that file: exercise 6 imports the file of exercise 5, which then comes along ungraded."""
    example = '"1-4, 6"'
    assert example in (ROOT / "course.toml").read_text(encoding="utf-8")
    course = f"exercises = {example}\ndeadline = 2027-01-29T23:59:59\n"
    (tmp_path / "course.toml").write_text(course, encoding="utf-8")
    settings = read_settings(tmp_path / "course.toml")
    files = student_files(settings.exercises, settings)
    assert [path for path in sorted(files) if re.fullmatch(r"exercises/ex\d\d_\w+\.py", path)] == [
        read_catalogue()[number].file.as_posix() for number in range(1, 7)
    ]
    rows = [line for line in files["README.md"].decode().splitlines() if "](exercises/ex" in line and line[0] == "|"]
    assert ["(not graded)" in row for row in rows] == [False, False, False, False, True, False]
    assert ["2027-01-29" in row for row in rows] == [True, True, True, True, False, True]
    assert files["grader/core/catalogue.toml"].count(b"[[exercise]]") == 6


def test_the_same_tree_gives_the_same_zip(files):
    assert zipped(files) == zipped(dict(reversed(files.items())))


def test_title_and_deadlines_of_the_course_are_in_the_readme(tmp_path):
    (tmp_path / "course.toml").write_text(
        'title = "Learning by gradients"\ntime_zone = "Europe/Berlin"\n[deadlines]\n1-2 = 2027-01-29T23:59:00\n',
        encoding="utf-8",
    )
    readme = student_files(range(1, 4), read_settings(tmp_path / "course.toml"))["README.md"].decode()
    assert readme.startswith("# Learning by gradients\n")
    assert readme.count("2027-01-29 23:59 CET") == 2


def test_the_packages_of_a_release_are_the_learners_and_those_for_pictures_all_pinned(files):
    pins = {re.split("[=;]", line)[0].lower() for line in files["constraints.txt"].decode().splitlines()[1:]}
    assert {"click", "pytest", "rich", "pygments", "matplotlib", "numpy", "pygraphviz"} <= pins
    assert pins.isdisjoint({"torch", "nbgrader", "landlockpy", "hypothesis", "scikit-learn", "playwright"})
    assert b"torch" not in files["pyproject.toml"]


def test_the_notebooks_are_a_zip_of_their_own_with_nothing_of_the_course_in_it(released):
    found = contents_of(released / "notebooks.zip")
    assert [Path(path).name for path in found] == [
        "ex01_derivatives.ipynb",
        "ex02_value.ipynb",
        "ex03_chain_rule.ipynb",
    ]
    assert leaks(found, read_secrets()) == []


# The scanner


def test_a_line_of_a_worked_answer_is_found_however_it_is_wrapped():
    line = "self.grad += other.data * out.grad"
    for path, text in {
        "README.md": f"Try `{line}` there.\n",
        "exercises/notes.txt": "self.grad  +=\n    other.data * out.grad\n",
        "tests/public/sketches.json": json.dumps([f"x = 1\n{line}\ny = 2"]),
        "exercises/ex03.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["pass\n", f"    {line}\n"]}]}),
    }.items():
        assert any("holds a line of solutions/ex03_chain_rule.py" in s for s in found(path, text)), path


def test_a_line_that_leaves_a_bracket_open_is_found_with_the_next_and_alone_is_anybodys():
    half = [line.strip() for line in (ROOT / "minigrad_reference/nn.py").read_text(encoding="utf-8").splitlines()]
    place = half.index('return ", ".join(')
    assert found("notes.txt", half[place]) == []
    assert found("notes.txt", "\n".join(half[place : place + 2]))


def test_a_worked_answer_with_other_names_is_found_by_its_syntax_tree():
    source = (ROOT / "solutions/ex04_backward.py").read_text(encoding="utf-8")
    start = source.index("def topological_order")
    answer = re.sub(r"    ### .*\n", "", source[start : source.index("@add_to_class", start)])
    for old, new in (("order", "queue"), ("work", "todo"), ("value", "item"), ("met", "seen"), ("operand", "below")):
        answer = re.sub(rf"\b{old}\b", new, answer)
    answer = answer.replace("operands_done", "ready")
    sentences = found("grader/learner/order.py", answer)
    assert "grader/learner/order.py holds the syntax tree of a function of solutions/ex04_backward.py." in sentences


def test_a_hidden_check_is_found_by_its_name_its_lines_and_its_tree():
    source = (ROOT / "tests/hidden/test_ex04_backward.py").read_text(encoding="utf-8")
    start = source.index('@check("topological_order", points=2)')
    check = source[start : source.index("@check", start + 1)]
    name = re.search(r"def test_(\w+)", check)[1]
    sentences = found("tests/public/test_ex04_more.py", check)
    for what in ("names a check of", "holds a line of", "holds the syntax tree of a function of"):
        assert f"tests/public/test_ex04_more.py {what} tests/hidden/test_ex04_backward.py." in sentences
    assert found("tests/public/key.json", json.dumps({f"ex04.{name}": 1}))
    renamed = re.sub(r"def test_\w+", "def test_something", check)
    assert any("syntax tree" in sentence for sentence in found("tests/public/test_ex04_more.py", renamed))


def test_a_compiled_file_is_found_whatever_it_is_called(tmp_path):
    compiled = tmp_path / "compiled"
    py_compile.compile(str(ROOT / "solutions/ex02_value.py"), str(compiled), doraise=True)
    for path in ("exercises/__pycache__/ex02_value.cpython-311.pyc", "exercises/ex02.pyc", "docs/notes.txt"):
        assert any("is not plain text" in sentence for sentence in found(path, compiled.read_bytes())), path
    hidden = tmp_path / "hidden"
    py_compile.compile(str(ROOT / "tests/hidden/test_ex04_backward.py"), str(hidden), doraise=True)
    sentences = found("notes.bin", hidden.read_bytes())
    assert any("names a check of tests/hidden/test_ex04_backward.py" in sentence for sentence in sentences)


def test_an_archive_the_engine_a_wheat_and_a_chaff_are_found():
    assert any("is not plain text" in s for s in found("more.zip", zipped({"ex01.py": b"answer = 1\n" * 9})))
    for source in ("minigrad_reference/engine.py", "minigrad_reference/drawing/walk.py"):
        assert found("exercises/more.py", (ROOT / source).read_bytes()), source
    for source in ("grader/course/bank/wheats/ex04.toml", "grader/course/bank/misconceptions/ex04.toml"):
        assert found("grader/learner/more.toml", (ROOT / source).read_bytes()), source
    assert found("grader/course/more.py", "x = 1\n") == [
        "grader/course/more.py lies in course/, which stays with the course."
    ]


def test_every_function_of_every_solution_is_found_by_a_line_or_its_tree():
    from grader.core.source import functions, text_of

    missed = []
    for path in sorted((ROOT / "solutions").glob("ex*.py")):
        source = path.read_text(encoding="utf-8")
        for function in functions(source).values():
            text = text_of(source, function)
            if "### BEGIN SOLUTION" in text and not found("more.py", text.replace("###", "#")):
                missed.append(f"{path.name}: {function.task}")
    assert missed == []


def test_a_release_with_a_find_is_refused_and_the_one_before_stays(released, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "grader/learner", tmp_path / "learner", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("grader.course.release.release.LEARNER", tmp_path / "learner")
    monkeypatch.setattr("grader.course.release.release._folder", planted_folder(tmp_path / "learner"))
    out = tmp_path / "out"
    shutil.copytree(released, out)
    before = files_of(out)
    shutil.copy(ROOT / "solutions/ex02_value.py", tmp_path / "learner/forgotten.py")
    with pytest.raises(
        LeakError, match=r"^Nothing is released: grader/learner/forgotten\.py holds a line of solutions"
    ):
        release(range(1, 3), Settings(), out)
    assert files_of(out) == before
    assert sorted(path.name for path in out.iterdir()) == ["notebooks.zip", "student", "student.zip"]


def planted_folder(copy):
    """The release's own walk over folders, on a copy of grader/learner under its usual name."""
    from grader.course.release.release import _folder

    return lambda source, target: _folder(source, Path("grader/learner") if source == copy else target)


def test_a_message_about_many_finds_names_the_first_ten_and_counts_the_rest():
    planted = {f"copy{i:02d}.py": (ROOT / "solutions/ex01_derivatives.py").read_bytes() for i in range(20)}
    with pytest.raises(LeakError, match=r"There are \d+ more finds\.$") as caught:
        refuse_leaks(planted)
    assert str(caught.value).count("copy") == 10


# A student's copy at work


def test_every_command_of_a_student_works_in_a_copy_alone(student):
    assert kata(student, "test", 1).returncode == 1
    assert "derivative, hint 1 of 3" in kata(student, "hint", 1).stdout
    solve(student, 1)
    passed = kata(student, "test", 1)
    assert passed.returncode == 0
    count = len(CHECKS[1])
    assert passed.stdout.endswith(f"{count} of {count} checks pass. Next: make test-exercise-2.\n")  # no worked answer
    assert f"{count} of {sum(map(len, CHECKS.values()))} checks pass" in kata(student, "progress").stdout
    text = (student / "exercises/ex01_derivatives.py").read_text(encoding="utf-8")
    (student / "exercises/ex01_derivatives.py").write_text(text.replace("(2 * h)", "h"), encoding="utf-8")
    wrong = kata(student, "test", 1).stdout
    assert "WHY  The run is taken as h, though it is 2h" in wrong
    explained = kata(student, "explain", 1)
    assert "The picture: build/explain/exercise-1.svg" in explained.stdout, explained
    reset = kata(student, "reset", 1)
    said = " ".join(reset.stdout.split())
    assert said.startswith("exercises/ex01_derivatives.py is the stub again. Your file is kept as .minigrad/backups/")


def test_a_command_for_what_is_not_there_is_one_sentence_and_not_listed(student):
    for arguments, sentence in (
        (("solution", 1), "The worked answers are not part of this copy of the kata; ask your course for them.\n"),
        (
            ("train", "--engine", "reference"),
            "The reference engine is not part of this copy of the kata; ENGINE=mine trains your own.\n",
        ),
        (
            ("names", "--engine", "reference"),
            "The reference engine is not part of this copy of the kata; ENGINE=mine trains your own.\n",
        ),
    ):
        done = kata(student, *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
    listed = kata(student).stdout
    assert "solution" not in listed
    assert "verify" not in listed
    done = kata(student, "verify")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_student_trains_and_draws_with_the_own_engine_alone(student):
    solve(student, *read_catalogue())
    done = kata(student, "train", EPOCHS="2", DATASET="toy")
    assert done.returncode == 0, done.stderr
    made = {path.name for path in (student / "build/train").iterdir()}
    assert {"loss_over_epochs.png", "final_prediction_graph.svg", "computation_graph.svg", "network.svg"} <= made
    done = kata(student, "names", STEPS="2", WIDTH="4", HEADS="1")
    assert done.returncode == 0, done.stderr
    made = {path.name for path in (student / "build/names").iterdir()}
    assert {"names.txt", "loss.png", "attention.svg", "embedding.png", "weights.json"} <= made


def test_a_student_steps_through_an_expression_before_anything_is_written_and_on_the_own_engine(student):
    said = "The page is build/step/step.html; open it in a browser.\n"
    assert kata(student, "step").stdout == said
    stub = "Your own engine is not complete: exercise 3: Value.__mul__ is still a stub.\n"
    assert kata(student, "step", ENGINE="mine").stderr == stub
    solve(student, *read_catalogue())
    assert kata(student, "step", ENGINE="mine", NETWORK="toy").stdout == said
    path = student / "exercises" / "ex06_activations.py"
    right, wrong = "(1.0 - out.data**2) * out.grad", "(1.0 - out.data) * out.grad"
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    found = "Your numbers first differ on the way back, from f back to e: e.grad is 0.23841, expected 0.41997."
    bent = {"EXPRESSION": "d = a * b; e = d + c; f = e.tanh()", "VALUES": "a=2 b=-3 c=7"}
    assert " ".join(kata(student, "step", ENGINE="mine", **bent).stdout.split()).startswith(found)


def test_a_copy_with_fewer_exercises_ends_with_its_last(tmp_path):
    for path, content in student_files([1], Settings()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    solve(tmp_path, 1)
    assert kata(tmp_path, "test", 1).stdout.endswith("12 of 12 checks pass. Next: make progress.\n")
    done = kata(tmp_path, "train")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "Traceback" not in done.stderr


def test_an_editors_test_panel_finds_the_checks(student):
    settings = json.loads((student / ".vscode/settings.json").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *settings["python.testing.pytestArgs"]]
    done = run(command, student, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert done.returncode == 0, done.stdout
    assert f"tests/public/test_ex01_derivatives.py: {len(CHECKS[1])}\n" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_fresh_copy_works_in_an_empty_folder_with_an_empty_environment(student):
    done = run(["make", "test-exercise-1"], student)
    assert "0 of 12 checks pass" in done.stdout, done.stderr
    assert (student / ".venv").is_dir()
    for target, text in (
        ("hint-1", "hint 1 of 3"),
        ("explain-1", "derivative"),
        ("progress", "Next: write derivative"),
        ("reset-1", "is the stub already"),
        ("help", "Part I: The engine"),
    ):
        done = run(["make", target], student)
        assert done.returncode == 0, done.stderr
        assert text in done.stdout
    solve(student, 1)
    assert run(["make", "test-exercise-1"], student).returncode == 0
    packages = run([str(student / ".venv/bin/python"), "-m", "pip", "list"], student).stdout.lower()
    assert "torch" not in packages
    assert "pygraphviz" in packages

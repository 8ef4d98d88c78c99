"""Both Makefiles: what they list is what they have, and names, shells and variables of other people stop nobody."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader.__main__ import FOREIGN
from grader.learner.greeting import read_rules
from grader.learner.switches import is_on

ROOT = Path(__file__).parents[3]
MAKE = shutil.which("make")
MAKEFILES = {"course": ROOT / "Makefile", "student": ROOT / "grader/course/release/student/Makefile"}
HEADINGS = {"course": ["Your commands", "The course's commands", "The authors' commands"], "student": ["Your commands"]}
VARIABLES = ("CI", "DEBUG", "FORCE", "MAKEFLAGS", "MAKELEVEL", "OUT", "PYTHON", "SUBMISSIONS", "VENV")
NAMES = ["CS 101", "Kata (late)", "Prof's class", "x;touch marker;", "$(touch marker)", "$(shell touch marker)", "[a]*"]
pytestmark = pytest.mark.skipif(not MAKE, reason="make runs what is proved here")


def around(**variables):
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**clean, "MAKEFLAGS": "PYTHON_FOUND=true", "NO_COLOR": "1", "COLUMNS": "80", **variables}


def make(folder, *arguments, **variables):
    return subprocess.run(
        [MAKE, *arguments], cwd=folder, env=around(**variables), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def kata(tmp_path_factory):
    """The kata in a folder with a hard name, with an environment that is there already."""
    folder = tmp_path_factory.mktemp("makefiles") / "My Course's [1]"
    folder.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name not in ("build", "exercises"):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """An environment whose Python only tells what it was asked and given."""
    folder = tmp_path_factory.mktemp("echo") / "My Course's [env]"
    (folder / "bin").mkdir(parents=True)
    script = '#!/bin/sh\nprintf "%s\\n" "$@"\nprintf "SUBMISSIONS=%s\\n" "$SUBMISSIONS"\nenv | grep ^PY\n'
    (folder / "bin/python").write_text(script, encoding="utf-8")
    (folder / "bin/python").chmod(0o755)
    return folder


# What is listed


@pytest.mark.parametrize("copy", MAKEFILES)
def test_every_rule_that_people_type_is_listed_once_and_everything_listed_is_a_rule(copy):
    done = make(ROOT, "-pRrqn", "-f", MAKEFILES[copy], "help")
    targets = set(re.findall(r"^([a-z][\w%-]*):", done.stdout, re.MULTILINE))
    inner = {target for target in targets if target.endswith("-layer")} | {"learner"}
    listed = [rule.target for rule in read_rules(MAKEFILES[copy])]
    assert sorted(listed) == sorted(targets - inner)
    assert list(dict.fromkeys(rule.heading for rule in read_rules(MAKEFILES[copy]))) == HEADINGS[copy]


@pytest.mark.parametrize("copy", MAKEFILES)
def test_what_is_listed_is_a_whole_sentence(copy):
    for rule in read_rules(MAKEFILES[copy]):
        assert re.fullmatch(r"[A-Z][a-z]+ .+\.", rule.sentence), rule


def test_a_learner_sees_their_own_commands_in_the_order_of_use_and_where_the_others_are(kata):
    said = make(kata, COLUMNS="100").stdout
    typed = re.findall(r"^  make ([\w-]+)", said, re.MULTILINE)
    order = ["test-exercise-1", "hint-1", "explain-1", "solution-1", "reset-1", "catch-1"]
    order += ["repair-1", "watch", "progress", "step"]
    assert typed == [*order, "my-minigrad", "train", "names", "help"]
    assert "are listed by make course." in said
    others = make(kata, "course").stdout
    assert {"grade", "release", "key", "test"} <= set(re.findall(r"^  make ([\w-]+)", others, re.MULTILINE))
    assert not set(typed) & set(re.findall(r"^  make ([\w-]+)", others, re.MULTILINE))


def test_the_number_in_the_commands_is_the_exercise_that_was_begun_last(tmp_path):
    for name in ("grader", "minigrad_reference", "Makefile", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    shutil.copy(ROOT / "solutions/ex04_backward.py", tmp_path / "exercises")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    assert "  make test-exercise-4  " in make(tmp_path).stdout


@pytest.mark.parametrize("columns", ["0", "30", "40", "60", "80", "132"])
def test_the_first_screen_fits_the_terminal_and_no_word_is_broken_or_cut(kata, columns):
    for command in ("help", "course"):
        said = make(kata, command, COLUMNS=columns).stdout
        assert "..." not in said
        words = " ".join(said.split())
        for rule in read_rules():
            if (rule.heading == "Your commands") == (command == "help"):
                assert rule.sentence in words
        width = int(columns) or 80
        assert [line for line in said.splitlines() if len(line) > width and len(line.split()) > 1] == []


# Names


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["argument", "environment"])
def test_whatever_a_folder_is_called_it_is_a_name_and_nothing_of_it_is_run(name, place, kata, echo):
    folder = kata
    for target in ("grade", "regrade", "similarity", "pages"):
        given = [f"SUBMISSIONS={name}", f"VENV={echo}"] if place == "argument" else []
        said = {} if given else {"SUBMISSIONS": name, "VENV": str(echo)}
        done = make(folder, target, *given, **said)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"SUBMISSIONS={name}\n" in done.stdout
    for target in ("scheduler", "worker"):
        values = {"LISTEN": name, "SCHEDULER": name, "JOBS": name, "VENV": str(echo)}
        assert f"{name}\n" in make(folder, target, **values).stdout
    assert not (folder / "marker").exists()


@pytest.mark.parametrize("copy", MAKEFILES)
@pytest.mark.parametrize("rule", ["test-exercise", "hint", "explain", "solution", "reset"])
def test_what_follows_the_name_of_a_rule_is_a_name_too(copy, rule, echo, tmp_path):
    shutil.copy(MAKEFILES[copy], tmp_path)
    done = make(tmp_path, f"{rule}-1;touch marker;'$(touch marker)", VENV=str(echo))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1;touch marker;'(touch marker)\n" in done.stdout.replace("$", "")
    assert not (tmp_path / "marker").exists()


def test_an_active_environment_in_a_folder_with_a_space_is_found(tmp_path):
    python = tmp_path / "My Course" / ".venv/bin/python3"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho asked\n", encoding="utf-8")
    python.chmod(0o755)
    shutil.copy(MAKEFILES["course"], tmp_path / "My Course")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    done = make(tmp_path / "My Course", "learner", MAKEFLAGS="", PATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "asked\n", "")


# Variables


def test_the_makefiles_keep_from_every_command_what_the_grader_drops(echo):
    for makefile in MAKEFILES.values():
        kept = re.findall(r"^unexport (.+)", makefile.read_text(encoding="utf-8"), re.MULTILINE)
        assert " ".join(kept).split() == FOREIGN
    done = make(ROOT, "progress", VENV=str(echo), **dict.fromkeys(FOREIGN, "x"))
    assert not set(re.findall(r"^(\w+)=", done.stdout, re.MULTILINE)) & set(FOREIGN)


@pytest.fixture(scope="module")
def shadows(tmp_path_factory):
    """Modules of another Python: whoever imports one of them fails."""
    folder = tmp_path_factory.mktemp("shadows")
    for name in ("random", "click", "typing", "pytest_missing"):
        (folder / f"{name}.py").write_text("raise SystemExit('the wrong one')\n", encoding="utf-8")
    return str(folder)


HOSTILE = [
    {"PYTHONPATH": "SHADOWS"},
    {"PYTHONOPTIMIZE": "2"},
    {"PYTHONSAFEPATH": "1"},
    {"PYTHONWARNINGS": "error"},
    {"PYTHONINSPECT": "1"},
    {"PYTHONHOME": "/nowhere"},
    {"PYTEST_PLUGINS": "no_such_plugin"},
    {"PYTEST_ADDOPTS": "--no-such-option"},
]


@pytest.mark.parametrize("variables", HOSTILE, ids=lambda v: next(iter(v)))
@pytest.mark.parametrize("way", ["make", "module"])
def test_variables_meant_for_another_python_change_nothing(variables, way, kata, shadows):
    if way == "module" and next(iter(variables)) in ("PYTHONHOME", "PYTHONSAFEPATH"):
        command = [sys.executable, "-E", "-m", "grader", "test", "1"]  # Python itself would find nothing, us included
    elif way == "module":
        command = [sys.executable, "-m", "grader", "test", "1"]
    else:
        command = [MAKE, "test-exercise-1"]
    hostile = {name: value.replace("SHADOWS", shadows) for name, value in variables.items()}
    done = subprocess.run(command, cwd=kata, env=around(**hostile), capture_output=True, text=True, check=False)
    assert "0 of 12 checks pass." in done.stdout
    assert re.fullmatch(r"(make: .* Error 1\n)?", done.stderr)


def test_no_rule_starts_python_in_a_way_that_takes_modules_from_the_root():
    for makefile in MAKEFILES.values():
        started = re.findall(r'"\$\$(?:PY|PYTHON_FOUND)" (.+)', makefile.read_text(encoding="utf-8"))
        assert len(started) > 10
        assert not [line for line in started if not re.match(r"grader[ /]|grader$|tests/kata/pythons.py", line)]


def test_a_file_in_the_root_that_is_called_as_a_module_of_the_library_is_not_that_module(kata):
    names = ("random", "json", "typing", "statistics", "copy", "collections", "click", "pytest")
    for name in names:
        (kata / f"{name}.py").write_text("raise SystemExit('the wrong one')\n", encoding="utf-8")
    try:
        for target in ("progress", "test-exercise-1", "sandbox"):
            done = make(kata, target)
            assert "the wrong one" not in done.stdout + done.stderr
            assert done.stdout
        for module in ("distributed.cli.dask_scheduler", "distributed.cli.dask_worker", "pytest"):
            command = [sys.executable, "grader", "-m", module, "--version"]
            done = subprocess.run(command, cwd=kata, env=around(), capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            assert re.search(r"\d+\.\d+\.\d+", done.stdout)
        for name in ("typing", "collections", "copy"):  # Python itself takes these before it starts a module
            (kata / f"{name}.py").unlink()
        command = [sys.executable, "-m", "grader", "test", "1"]
        said = subprocess.run(command, cwd=kata, env=around(), capture_output=True, text=True, check=False)
        assert "0 of 12 checks pass." in said.stdout, said.stderr
    finally:
        for name in names:
            (kata / f"{name}.py").unlink(missing_ok=True)


@pytest.mark.parametrize(("value", "on"), [("0", False), ("", False), ("off", False), ("1", True), ("yes", True)])
def test_every_reader_of_a_switch_reads_it_as_the_commands_own_option(value, on, monkeypatch):
    monkeypatch.setenv("WANTED", value)
    command = click.Command("ask", params=[click.Option(["--wanted"], envvar="WANTED", is_flag=True)])
    with command.make_context("ask", []) as context:
        assert context.params["wanted"] is is_on("WANTED") is on


def test_debug_0_is_off_for_every_reader_so_an_endless_loop_ends(kata):
    file = kata / "exercises/ex01_derivatives.py"
    stub = file.read_text(encoding="utf-8")
    file.write_text(stub.replace('    """Return', '    while True: pass\n    """Return', 1), encoding="utf-8")
    try:
        done = subprocess.run(
            [MAKE, "test-exercise-1"], cwd=kata, env=around(DEBUG="0"), capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    finally:
        file.write_text(stub, encoding="utf-8")
    assert "timed out  The slope of x * x at 3 is 6." in done.stdout
    assert done.returncode == 2


# The last line


def at_a_terminal(folder, *arguments, **variables):
    """What a terminal shows, and make's exit code."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(MAKE, [MAKE, *arguments], around(**variables))  # noqa: S606 - no shell is meant
    shown = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("target", ["test-exercise-1", "hint-99", "test-exercise-x"])
def test_make_adds_no_line_to_a_report_at_a_terminal_and_tells_scripts_and_ci_by_its_exit_code(kata, target):
    shown, code = at_a_terminal(kata, target)
    assert "***" not in shown
    assert code == 0
    shown, code = at_a_terminal(kata, target, CI="true")
    assert code == 2
    assert make(kata, target).returncode == 2

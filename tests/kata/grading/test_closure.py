"""What a module needs is found by its imports, wherever the files lie: for a grader's digest, and for what travels."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.authoring.closure import closure
from grader.course.classroom import executors
from grader.course.platforms.gradescope_zip import RUN

ROOT = Path(__file__).parents[3]
TREE = {
    "house/__init__.py": "",
    "house/door.py": "import json\nfrom house import hall\n",
    "house/hall.py": "def enter():\n    from house.rooms.attic import box\n    return box\n",
    "house/rooms/__init__.py": "import house.rooms.stairs\n",
    "house/rooms/stairs.py": "",
    "house/rooms/attic.py": 'box = Path(__file__).with_name("box.toml")\n',
    "house/rooms/box.toml": "",
    "house/rooms/crate.toml": "",
    "house/rooms/cellar.py": "import house.door\n",
    "house/box.toml": "",
}


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_a_module_needs_what_it_imports_at_any_depth_and_the_data_that_they_name_beside_them(tmp_path):
    write(tmp_path, TREE)
    needed = set(TREE) - {"house/rooms/crate.toml", "house/rooms/cellar.py", "house/box.toml"}
    assert [path.as_posix() for path in closure("house.door", tmp_path)] == sorted(needed)


def test_modules_that_import_each_other_are_found_once(tmp_path):
    write(tmp_path, {"a.py": "import b\n", "b.py": "import a\n"})
    assert closure("a", tmp_path) == [Path("a.py"), Path("b.py")]


def test_what_is_not_of_the_tree_needs_nothing(tmp_path):
    assert closure("json", tmp_path) == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kata")
    shutil.copytree(ROOT / "grader", folder / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("name", "is_another"),
    [
        ("grading.py", True),
        ("worker.py", True),
        ("submission.py", True),
        ("judging.py", True),
        ("probing.py", True),
        ("catalogue.toml", True),
        ("similarity.py", False),
        ("mutants.py", False),
        ("train.py", False),
    ],
)
def test_a_worker_has_another_kata_when_something_that_grades_differs_there(copy, monkeypatch, name, is_another):
    monkeypatch.setattr(executors, "KATA", copy)
    before = executors.kata.__wrapped__()
    (path,) = (copy / "grader").rglob(name)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n# changed\n", encoding="utf-8")
    assert (executors.kata.__wrapped__() != before) == is_another
    path.write_text(text, encoding="utf-8")


def test_what_travels_to_gradescope_can_be_imported_there_alone(tmp_path):
    """Every module of it, so that no import is missing, and nothing more than the run needs."""
    paths = closure(RUN, ROOT)
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    modules = [".".join(path.with_suffix("").parts) for path in paths if path.suffix == ".py"]
    lines = [f"import {module.removesuffix('.__init__')}" for module in modules]
    command = [sys.executable, "-I", "-c", "import sys; sys.path.insert(0, '.')\n" + "\n".join(lines)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    stays = {"nbgrader", "gradebooks", "oracles", "pages", "commands", "chaffs", "mutants", "cut", "leaks", "train"}
    assert {part for path in paths for part in path.with_suffix("").parts} & stays == set()

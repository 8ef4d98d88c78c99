"""The kata as a wheel: in an environment with what it asks for and nothing else, without a clone and without make."""

import re
import shutil
import subprocess
import venv
import zipfile
from importlib.metadata import PathDistribution, distribution

import pytest
from packaging.requirements import Requirement

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.course.grading.config import Settings
from grader.course.release import wheel
from grader.course.release.leaks import Secrets, leaks
from grader.learner import folder as folders
from grader.package import in_words
from tests.kata.layered import COMMAND, PACKAGES, _files, _link
from tests.kata.learner.conftest import ROOT

EXERCISES = read_catalogue()
FEW = (1, 2, 3)
MEGABYTE = 1_000_000
MAKEFILE = "grader/course/release/student/Makefile"


def required(requirements):
    """The distributions behind these requirements, as they are installed here."""
    found, waiting = {}, [Requirement(text) for text in requirements]
    while waiting:
        asked = waiting.pop()
        if asked.name not in found and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
            found[asked.name] = distribution(asked.name)
            waiting += [Requirement(text) for text in found[asked.name].requires or ()]
    return {each._path.name for each in found.values()}


@pytest.fixture(scope="module")
def scanned():
    return []


@pytest.fixture(scope="module")
def built(tmp_path_factory, scanned):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(wheel, "refuse_leaks", scanned.append)  # that it finds leaks, the release proves
        return wheel.make_wheel(FEW, Settings(), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """An environment with the wheel, as pip would unpack it, and what it asks for."""
    place = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(symlinks=True).create(place)
    packages = next(place.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(built) as archive:
        archive.extractall(packages)
    about = PathDistribution(next(packages.glob("*.dist-info")))
    for name in required(about.requires):
        _link(name, place)
    for script in about.entry_points.select(group="console_scripts"):
        text = COMMAND.format(python=place / "bin" / "python", module=script.module, attr=script.attr)
        (place / "bin" / script.name).write_text(text, encoding="utf-8")
        (place / "bin" / script.name).chmod(0o755)
    return place


@pytest.fixture
def minigrad(installed, tmp_path):
    """Runs it by a terminal without anything of the kata around it."""

    def run(*arguments, inside=tmp_path):
        environment = {"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "80"}
        command = [str(installed / "bin" / "minigrad"), *map(str, arguments)]
        return subprocess.run(command, cwd=inside, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def desk(tmp_path):
    """A learner's folder, of all exercises, made in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(folders, "FRESH", tmp_path / "fresh")
        shutil.copytree(ROOT / "exercises" / ".stubs", tmp_path / "fresh")
        folders.make_folder(tmp_path / "mine")
        patch.chdir(tmp_path / "mine")
        yield tmp_path / "mine"


@pytest.mark.slow
def test_a_folder_is_made_and_its_checks_run_anywhere_in_it(minigrad, tmp_path):
    where = "C:\\Users\\Ada Lövelace\\my kata"
    assert "read the lesson" in minigrad("init", where).stdout
    folder = tmp_path / where
    assert sorted(each.name for each in (folder / "exercises").glob("*.py")) == [
        EXERCISES[number].file.name for number in FEW
    ]
    stub = minigrad("test", 2, inside=folder)
    assert (stub.returncode, stub.stderr) == (1, "")
    assert "0 of 13 checks pass. Open exercises/ex02_value.py" in " ".join(stub.stdout.split())
    for number in FEW:
        shutil.copy(ROOT / EXERCISES[number].solution, folder / "exercises")
    right = minigrad("test", 2, inside=folder / "exercises")
    assert right.returncode == 0, right
    assert re.search(r"(\d+) of \1 checks pass", right.stdout)
    assert "make " not in stub.stdout + right.stdout
    assert "Everything passes." in minigrad("progress", inside=folder).stdout


@pytest.mark.slow
def test_a_mistake_is_named_and_explained_without_graphviz(minigrad, tmp_path):
    minigrad("init")
    folder = tmp_path / "minigrad"
    for number in FEW:
        text = (ROOT / EXERCISES[number].solution).read_text(encoding="utf-8")
        (folder / "exercises" / EXERCISES[number].file.name).write_text(
            re.sub(r"\.grad \+= ", ".grad = ", text) if number == 3 else text, encoding="utf-8"
        )
    assert "WHY" in minigrad("test", 3, inside=folder).stdout
    told = minigrad("explain", 3, inside=folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "The simplest expression on which your code differs" in told.stdout
    assert (folder / "build/explain/exercise-3.html").exists()
    assert "hint 1 of 3" in minigrad("hint", 3, inside=folder).stdout


def test_outside_of_a_folder_one_sentence_says_how_to_begin(minigrad):
    lost = minigrad("test", 4)
    assert (lost.returncode, lost.stdout) == (2, "")
    assert (
        lost.stderr
        == "No folder of the kata is here or above: minigrad init makes one, in ./minigrad or where you say.\n"
    )


@pytest.mark.slow
def test_a_save_is_seen_by_watch(minigrad, installed, tmp_path):
    minigrad("init")
    command = [str(installed / "bin" / "minigrad"), "watch"]
    with subprocess.Popen(command, cwd=tmp_path / "minigrad", stdout=subprocess.PIPE, text=True) as process:
        seen = iter(process.stdout.readline, "")
        assert any("Watching exercises" in line for line in seen)
        shutil.copy(ROOT / EXERCISES[1].solution, tmp_path / "minigrad" / "exercises")
        assert any("12 of 12 checks pass" in line for line in seen)
        process.kill()


def test_the_wheel_and_all_that_it_needs_are_small(built, installed):
    packages = next(installed.glob("lib/python*/site-packages"))
    needed = required(PathDistribution(next(packages.glob("minigrad*.dist-info"))).requires)
    paths = [PACKAGES / path for name in needed for path in _files()[name]]
    size = sum(path.stat().st_size for path in paths if path.exists())
    size += sum(path.stat().st_size for path in packages.rglob("*") if path.is_file() and not path.is_symlink())
    assert size < 60 * MEGABYTE
    assert built.stat().st_size < MEGABYTE


def test_all_that_is_in_the_wheel_is_searched_for_leaks(built, scanned):
    with zipfile.ZipFile(built) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    (files,) = scanned
    assert inside <= files.keys()
    assert leaks(dict.fromkeys(inside, b""), Secrets()) == []  # nor does any lie where something of the course would


def test_a_folder_that_has_something_else_in_it_is_left_alone(desk, tmp_path):
    with pytest.raises(KataError, match="is a folder of the kata already: minigrad update brings it up to date"):
        folders.make_folder(desk)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "diary.txt").touch()
    with pytest.raises(KataError, match="is not empty"):
        folders.make_folder(tmp_path / "other")


def test_an_update_brings_lessons_and_exercises_and_never_goes_over_own_work(desk, tmp_path):
    fresh = tmp_path / "fresh"
    names = {number: EXERCISES[number].file.name for number in (1, 2, 3, 4)}
    mine = desk / "exercises"
    (mine / names[1]).write_text((mine / names[1]).read_text(encoding="utf-8") + "# my work\n", encoding="utf-8")
    (mine / names[2]).write_text("# all my own\n", encoding="utf-8")
    (mine / names[4]).unlink()
    for number in (1, 2, 3):
        text = (fresh / names[number]).read_text(encoding="utf-8")
        (fresh / names[number]).write_text(text.replace('"""', '"""Anew: ', 1), encoding="utf-8")
    told = " ".join(folders.update_folder(desk).split())
    assert "ex01_derivatives.py has a new lesson; your code in it is as it was" in told
    first = (mine / names[1]).read_text(encoding="utf-8")
    assert (first.startswith('"""Anew: '), first.endswith("# my work\n")) == (True, True)
    assert list((desk / ".minigrad" / "backups").glob("ex01*"))
    assert "ex02_value.py has changed, and yours is left as it is; minigrad reset 2" in told
    assert (mine / names[2]).read_text(encoding="utf-8") == "# all my own\n"
    assert (mine / names[3]).read_text(encoding="utf-8") == (fresh / names[3]).read_text(encoding="utf-8")
    assert "ex04_backward.py is new" in told
    assert folders.update_folder(desk) == "Everything is up to date."


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("run make test-exercise-4 again", "run minigrad test 4 again"),
        ("make solution-4 FORCE=1 shows it", "minigrad solution 4 --force shows it"),
        ("Next: make train ENGINE=mine.", "Next: minigrad train --engine mine."),
        ("it makes progress, they make it so", "it makes progress, they make it so"),
    ],
)
def test_a_command_is_called_what_it_is_called_here(text, here):
    assert in_words(text) == here


def test_every_command_that_a_sentence_may_name_has_a_name_here():
    rules = re.findall(r"^([a-z-]+?)(-%)?: .*##", (ROOT / MAKEFILE).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rules) > 10
    for name, numbered in set(rules) - {("help", ""), ("clean", ""), ("github", "")}:
        assert in_words(f"make {name}{numbered and '-4'}").startswith("minigrad "), name

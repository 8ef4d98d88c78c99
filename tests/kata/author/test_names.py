"""An exercise knows its names, and one function reads a name back."""

import re
from pathlib import Path

import pytest

from grader.core.catalogue import by_part, read_catalogue
from grader.core.names import number_in, tag

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()


@pytest.mark.parametrize("exercise", CATALOGUE.values(), ids=lambda exercise: exercise.tag)
def test_everything_that_belongs_to_an_exercise_lies_where_it_says_and_its_name_is_read_back(exercise):
    paths = (exercise.file, exercise.stub, exercise.solution, exercise.public_suite, exercise.hidden_suite)
    for path in (*paths, exercise.misconceptions, exercise.wheats):
        assert (ROOT / path).is_file()
        assert number_in(path.name) == number_in(path.stem) == exercise.number
    assert number_in(exercise.tag) == number_in(f"{exercise.tag}.a_check") == exercise.number == int(exercise.tag[2:])
    assert number_in(exercise.module) == exercise.number


@pytest.mark.parametrize(
    "name", ["", "ex4_backward.py", "ex004", "example.py", "conftest.py", "my_ex04.py", "extra", "EX04"]
)
def test_what_is_no_name_of_an_exercise_is_read_as_none(name):
    assert number_in(name) is None


def test_a_tag_is_made_and_a_name_is_read_in_one_place():
    """Two files that leave the house have their own: the process behind the fence and the notebooks' first cell."""
    own = {"grader/core/names.py", "grader/course/authoring/first_cell.py"}
    for path in sorted((ROOT / "grader").rglob("*.py")):
        if path.relative_to(ROOT).as_posix() not in own:
            found = re.findall(
                r"ex\{\w+.*?:02d|ex\(?\\d|glob\(f?\"(?:test_)?ex(?!\*)", path.read_text(encoding="utf-8")
            )
            assert not found, path


def test_readme_and_the_exercises_own_list_them_part_by_part():
    for page, name in (("README.md", "[{0.title}](exercises/{0.file.name})"), ("exercises/README.md", "{0.title}")):
        lines = []
        for part, exercises in by_part(CATALOGUE.values()):
            lines += [f"**{part.heading}**", ""]
            lines += [f"{each.number}. {name.format(each)}. {each.goal}" for each in exercises] + [""]
        assert "\n".join(lines).strip() in (ROOT / page).read_text(encoding="utf-8"), page
    assert tag(7) == "ex07"

"""The catalogue: what it has, and what happens where it is broken."""

import pytest

from grader.core.catalogue import CATALOGUE, CatalogueError, read_catalogue

TEXT = """[parts]
I = "Beginnings"
II = "Ends"

[[exercise]]
number = 1
module = "ex01_one"
part = "I"
package = "first"
title = "One"
goal = "Begin."
builds_on = []
reading = ["A book"]

[[exercise.task]]
name = "one"
points = 1
hints = ["look", "learn", "write"]

[[exercise]]
number = 2
module = "ex02_two"
part = "II"
package = "second"
title = "Two"
goal = "Go on."
builds_on = [1]
reading = []

[[exercise.task]]
name = "two"
points = 2
hints = ["look", "learn", "write"]
"""

FAULTS = {
    "a missing number": ("number = 2\n", "", "exercise 2: number is missing; write number = 1."),
    "a missing title": ('title = "Two"\n', "", 'exercise 2: title is missing; write title = "…".'),
    "a missing reading": ("reading = []\n", "", "exercise 2: reading is missing; write reading = […]."),
    "a missing points": ("points = 2\n", "", "exercise 2, task two: points is missing; write points = 1."),
    "a missing name": ('name = "two"\n', "", 'exercise 2, task ?: name is missing; write name = "…".'),
    "a missing hints": (
        'points = 2\nhints = ["look", "learn", "write"]\n',
        "points = 2\n",
        "exercise 2, task two: hints is missing; write hints = […].",
    ),
    "a number as text": ("number = 2", 'number = "2"', "exercise 2: number is '2'; write number = 1."),
    "a number that is true": ("number = 2", "number = true", "exercise 2: number is True; write number = 1."),
    "points as text": ("points = 2", 'points = "2"', "exercise 2, task two: points is '2'; write points = 1."),
    "points of three decimals": (
        "points = 2",
        "points = 2.125",
        "exercise 2, task two: points = 2.125; a task is worth more than 0, with two decimals at most.",
    ),
    "endless points": (
        "points = 2",
        "points = inf",
        "exercise 2, task two: points = inf; a task is worth more than 0, with two decimals at most.",
    ),
    "a goal as a number": ('goal = "Go on."', "goal = 5", "exercise 2: goal is 5; write goal ="),
    "a reading as text": ("reading = []", 'reading = "B"', "exercise 2: reading is 'B'; write reading = […]."),
    "an empty title": ('"Two"', '""', "exercise 2: title is ''; write title ="),
    "a blank goal": ('"Go on."', '"  "', "exercise 2: goal is '  '; write goal ="),
    "an unknown field": (
        "number = 2",
        "number = 2\nlevel = 3",
        "exercise 2: level is not known; it has number, module",
    ),
    "an unknown field of a task": (
        "points = 2",
        "points = 2\nlevel = 3",
        "exercise 2, task two: level is not known; it has name, points, hints, returns.",
    ),
    "a word where true or false is meant": (
        "points = 2",
        'points = 2\nreturns = "nothing"',
        "exercise 2, task two: returns is 'nothing'; write returns = false.",
    ),
    "points of 0": (
        "points = 2",
        "points = 0",
        "exercise 2, task two: points = 0; a task is worth more than 0, with two decimals at most.",
    ),
    "an exercise that builds on a later one": (
        "[1]",
        "[2]",
        "exercise 2: builds_on = [2] must name earlier exercises, such as [1].",
    ),
    "an exercise that builds on a text": ("[1]", '["1"]', "exercise 2: builds_on = ['1'] must name earlier exercises"),
    "a wrong order of numbers": (
        'number = 2\nmodule = "ex02_two"',
        'number = 3\nmodule = "ex03_two"',
        "exercise 2 in the file has number = 3; write number = 2.",
    ),
    "a wrong prefix of the module": ("ex02_two", "ex20_two", "exercise 2: module = 'ex20_two' must begin with ex02_."),
    "two hints": (
        'points = 2\nhints = ["look", "learn", "write"]',
        'points = 2\nhints = ["look", "learn"]',
        "exercise 2, task two: hints must be 3 texts: one that points at the place; one that teaches the idea",
    ),
    "an empty hint": (
        'points = 2\nhints = ["look", "learn", "write"]',
        'points = 2\nhints = ["look", " ", "write"]',
        "exercise 2, task two: hints must be 3 texts",
    ),
    "no task": (TEXT[TEXT.rindex("[[exercise.task]]") :], "", "exercise 2 has no task: add [[exercise.task]] with"),
    "two tasks of one name": (
        TEXT[TEXT.rindex("[[exercise.task]]") :],
        TEXT[TEXT.rindex("[[exercise.task]]") :] * 2,
        "exercise 2: two tasks have one name, of ['two', 'two']; give each task a name of its own.",
    ),
    "a task that is no table": (
        TEXT[TEXT.rindex("[[exercise.task]]") :],
        "task = 5\n",
        "exercise 2: exercise.task is 5; write [[exercise.task]] above its fields.",
    ),
    "an exercise that is no table": (
        TEXT,
        "exercise = 5\n[parts]\n",
        "exercise is 5; write [[exercise]] above its fields.",
    ),
    "another heading": (TEXT, "[[exercises]]\nnumber = 1\n", "has ['exercises'] at the top; it needs [parts] and"),
    "nothing": (TEXT, "", "has [] at the top; it needs [parts] and [[exercise]] tables."),
    "a part without a title": ('II = "Ends"', 'II = ""', 'write lines such as I = "The engine" under [parts].'),
    "parts that are no table": (
        TEXT[: TEXT.index("[[exercise]]")],
        "parts = 2\n",
        'parts is 2; write lines such as I = "The engine" under [parts].',
    ),
    "an unknown part": ('part = "II"', 'part = "X"', "exercise 2: part = 'X' is not under [parts], which has I, II."),
    "parts turned round": (
        'I = "Beginnings"\nII = "Ends"',
        'II = "Ends"\nI = "Beginnings"',
        "exercise 2: part = 'II' comes before that of exercise 1; keep the exercises of a part together.",
    ),
    "a package that is no name": (
        'package = "second"',
        'package = "my nn"',
        "exercise 2: package = 'my nn' is not a name for a module; write a word of small letters, as in package",
    ),
    "a package that is a word of Python": ('package = "second"', 'package = "with"', "package = 'with' is not a name"),
    "no TOML": ("number = 2", "number 2", "catalogue.toml is not valid TOML: "),
}


def catalogue(tmp_path, text):
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path)


@pytest.mark.parametrize(("written", "read"), [("2", 2), ("2.5", 2.5), ("0.25", 0.25), ("3.0", 3)])
def test_points_may_have_decimals(tmp_path, written, read):
    text = TEXT.replace("points = 2", f"points = {written}")
    assert catalogue(tmp_path, text)[2].tasks[0].points == read


def test_the_example_without_a_fault_is_read(tmp_path):
    one, two = catalogue(tmp_path, TEXT).values()
    assert (one.number, one.module, one.reading, one.tasks[0].hints) == (
        1,
        "ex01_one",
        ("A book",),
        ("look", "learn", "write"),
    )
    assert (two.title, two.goal, two.builds_on, two.tasks[0].points) == ("Two", "Go on.", (1,), 2)
    assert (one.part.heading, two.part.heading, two.package) == ("Part I: Beginnings", "Part II: Ends", "second")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_sentence_that_names_the_place_and_what_to_write(tmp_path, name):
    old, new, sentence = FAULTS[name]
    assert TEXT.count(old) == 1
    with pytest.raises(CatalogueError) as error:
        catalogue(tmp_path, TEXT.replace(old, new))
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")


def test_a_broken_catalogue_is_a_sentence_of_every_command(author):
    author.edit("grader/core/catalogue.toml", 'title = "Backward"', "title = 4")
    for command in (["exercises"], ["key"], ["test", 1], ["progress"], []):
        assert author.refused(*command) == 'exercise 4: title is 4; write title = "…".\n'


def test_the_tasks_of_the_catalogue_itself_have_three_hints_that_differ():
    exercises = read_catalogue(CATALOGUE)
    for exercise in exercises.values():
        assert exercise.reading, exercise.title
        for task in exercise.tasks:
            assert len({hint.strip().casefold() for hint in task.hints}) == 3, task.name
    hints = [hint for exercise in exercises.values() for task in exercise.tasks for hint in task.hints]
    assert len(set(hints)) == len(hints)

"""The cut: from solutions to stubs."""

import ast
import re

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.records import Exercise, Part, Task
from grader.core.source import functions
from grader.course.authoring.cut import CutError, cut, stubs

CATALOGUE = read_catalogue()
BEGIN, END = "    ### BEGIN SOLUTION", "    ### END SOLUTION"
TASKS = (Task("first", 1, ("", "", "")), Task("Thing.second", 1, ("", "", "")))
TOY = Exercise(4, "ex04_toy", Part("I", "Toys"), "toy", "Toy", "Play.", (), (), TASKS)
GOOD = f'''def first(x):
    """Doc."""
{BEGIN}
    return x
{END}


@add_to_class(Thing)
def second(self):
{BEGIN}
    y = 1
    return y
{END}


def given():
    return 3
'''


def replaced(old, new, count=1):
    assert old in GOOD
    return GOOD.replace(old, new, count)


def test_a_region_becomes_an_error_that_names_exercise_and_task_and_all_else_stays():
    assert (
        cut(GOOD, TOY)
        == '''def first(x):
    """Doc."""
    raise NotImplementedError("exercise 4: first")


@add_to_class(Thing)
def second(self):
    raise NotImplementedError("exercise 4: Thing.second")


def given():
    return 3
'''
    )


FAULTS = {
    "nested": (replaced(BEGIN, f"{BEGIN}\n{BEGIN}"), "ex04_toy.py, line 4: a solution region begins inside the one"),
    "unclosed": (GOOD[: GOOD.rindex(END)], "ex04_toy.py, line 10: this solution region never ends; write"),
    "unclosed before another": (replaced(END, ""), "ex04_toy.py, line 10: a solution region begins inside the one"),
    "unopened": (replaced(BEGIN + "\n", ""), "ex04_toy.py, line 4: a solution region ends that never began; write"),
    "in no function": (
        GOOD + "\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n",
        "ex04_toy.py, line 19: this solution region is in no function",
    ),
    "not in the catalogue": (
        replaced("    return 3", f"{BEGIN}\n    return 3\n{END}"),
        "the catalogue has the tasks ['first', 'Thing.second']; make them agree",
    ),
    "without its region": (
        replaced(f"{BEGIN}\n    return x\n{END}", "    return x"),
        "ex04_toy.py has regions for ['Thing.second'], the catalogue has the tasks ['first', 'Thing.second']",
    ),
    "two in one task": (
        replaced("    y = 1\n", f"{END}\n    y = 1\n{BEGIN}\n"),
        "ex04_toy.py has regions for ['first', 'Thing.second', 'Thing.second']",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_region_is_a_sentence_that_names_the_place(name):
    source, words = FAULTS[name]
    with pytest.raises(CutError, match=re.escape(words)) as error:
        cut(source, TOY)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("number", CATALOGUE)
def test_every_stub_compiles_and_every_task_in_it_is_nothing_but_its_error(number):
    exercise = CATALOGUE[number]
    stub = stubs()[exercise.module]
    compile(stub, exercise.module, "exec")
    assert "SOLUTION" not in stub
    found = functions(stub)
    by_line = {node.lineno: node for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.FunctionDef)}
    for task in exercise.tasks:
        docstring, *rest = by_line[found[task.name].first].body
        assert isinstance(docstring.value.value, str)
        expected = f"raise NotImplementedError('exercise {number}: {task.name}')"
        assert [ast.unparse(statement) for statement in rest] == [expected]
    assert stub.count("raise NotImplementedError") == len(exercise.tasks)


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_cutting_again_changes_nothing(author):
    first = author.run("exercises")
    assert (first.returncode, first.stderr) == (0, "")
    before = snapshot(author.folder)
    second = author.run("exercises")
    assert (second.returncode, second.stdout) == (0, "exercises/ is up to date.\n")
    assert snapshot(author.folder) == before


def test_a_changed_solution_is_cut_again_and_the_desk_follows(author):
    author.run("exercises")
    author.edit(
        "solutions/ex01_derivatives.py", "is not\n    changed. What f raises", "is not\n    touched. What f raises"
    )
    result = author.run("exercises")
    assert (result.returncode, result.stdout) == (0, "exercises/ex01_derivatives.py is cut again.\n")
    for folder in ("exercises", "exercises/.stubs"):
        assert "touched. What f raises" in author.read(f"{folder}/ex01_derivatives.py")


def test_a_file_with_work_is_refused_with_a_sentence_and_backed_up_by_force(author):
    author.run("exercises")
    stub = author.read("exercises/ex03_chain_rule.py")
    author.write("exercises/ex03_chain_rule.py", "my = 'work'\n")
    before = snapshot(author.folder)
    sentence = (
        "exercises/ex03_chain_rule.py has been worked on and is left alone; FORCE=1 replaces it and keeps a backup.\n"
    )
    assert author.refused("exercises") == sentence
    assert snapshot(author.folder) == before
    forced = author.run("exercises", FORCE="1")
    assert (forced.returncode, forced.stderr) == (0, "")
    kept = re.fullmatch(r"exercises/ex03_chain_rule.py is cut again \(the old file is (.+)\)\.\n", forced.stdout)
    assert author.read(kept[1]) == "my = 'work'\n"
    assert author.read("exercises/ex03_chain_rule.py") == stub
    assert author.run("exercises").stdout == "exercises/ is up to date.\n"


def test_a_faulty_or_missing_solution_is_a_sentence_of_the_command_and_nothing_is_written(author):
    author.edit("solutions/ex08_neuron.py", "[*self.w, self.b]\n        ### END SOLUTION", "[*self.w, self.b]")
    before = snapshot(author.folder)
    assert "this solution region never ends" in author.refused("exercises")
    assert snapshot(author.folder) == before
    (author.folder / "solutions" / "ex08_neuron.py").unlink()
    assert author.refused("exercises").startswith("solutions/ex08_neuron.py is missing; the catalogue names it")

"""Wheats: right answers in other styles pass every check, and a mistake in one ends in a sentence."""

import re
from collections import Counter

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import read_key
from grader.core.paths import HIDDEN_SUITE, PUBLIC, SOLUTIONS
from grader.core.records import Status
from grader.core.source import functions, text_of
from grader.course.authoring.answer_key import make_key
from grader.course.authoring.known_answers import known_answers
from grader.course.bank.trials import verdicts
from grader.course.bank.wheats import WheatError, read_wheats

CATALOGUE = read_catalogue()
AT_LEAST = 3  # for each exercise
GOOD = """[[wheat]]
id = "short"
task = "derivative"
why = "It is shorter."
code = '''
def derivative(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)
'''
"""
FAULTS = {
    "no TOML": ("[[wheat]]", "[[wheat", "ex01.toml is not TOML"),
    "no id": ('id = "short"\n', "", "ex01.toml: an entry without id needs exactly id, why, code and task"),
    "no reason": ('why = "It is shorter."\n', "", "ex01.toml: short needs exactly id, why, code and task"),
    "an empty reason": ("It is shorter.", " ", "ex01.toml: short needs exactly id, why, code and task"),
    "a field too many": ("why =", "points = 1\nwhy =", "ex01.toml: short needs exactly"),
    "no task": ('task = "derivative"\n', "", "ex01.toml: short needs exactly"),
    "an unknown task": (
        'task = "derivative"',
        'task = "integral"',
        "ex01.toml: short: exercise 1 has no task 'integral', but derivative, gradient.",
    ),
    "an id twice": (GOOD, GOOD * 2, "ex01.toml: short is the id of two wheats; give each its own."),
    "code that Python cannot read": ("return (f", "return ((f", "ex01.toml: short: Python cannot read its code"),
    "code for another task": ("def derivative", "def derive", "short: its code must define derivative, in this order"),
    "code for one task of two": (
        'task = "derivative"',
        'tasks = ["derivative", "gradient"]',
        "short: its code must define derivative, gradient, in this order, and end with the last.",
    ),
    "code that goes on": ("(2 * h)\n", "(2 * h)\n\n\nx = 1\n", "in this order, and end with the last."),
}


def test_a_wheat_takes_the_place_of_the_answer(tmp_path):
    (tmp_path / "ex01.toml").write_text(GOOD, encoding="utf-8")
    (wheat,) = read_wheats([1], tmp_path)
    solution = (SOLUTIONS / "ex01_derivatives.py").read_text(encoding="utf-8")
    assert (wheat.exercise, wheat.id, wheat.tasks, wheat.why) == (1, "short", ("derivative",), "It is shorter.")
    before, after = functions(solution), functions(wheat.source)
    assert text_of(wheat.source, after["derivative"]).splitlines()[1].startswith("    return (f(x + h)")
    assert text_of(wheat.source, after["gradient"]) == text_of(solution, before["gradient"])


def test_methods_are_indented_and_bring_along_what_stands_before_them(tmp_path):
    code = "import math\n\n\ndef __add__(self, b):\n    return math.pi\n\n\ndef __mul__(self, b):\n    return 2\n"
    entry = f'[[wheat]]\nid = "i"\ntasks = ["Value.__add__", "Value.__mul__"]\nwhy = "w"\ncode = \'\'\'\n{code}\'\'\'\n'
    (tmp_path / "ex02.toml").write_text(entry, encoding="utf-8")
    (wheat,) = read_wheats([2], tmp_path)
    assert "\n    import math\n\n\n    def __add__(self, b):\n        return math.pi\n" in wheat.source
    assert "\n    def __mul__(self, b):\n        return 2\n" in wheat.source
    assert "other if isinstance" not in wheat.source


def test_a_method_without_its_decorator_is_lost(tmp_path):
    entry = GOOD.replace("def derivative(f, x, h=1e-6)", "def __neg__(self)").replace('"derivative"', '"Value.__neg__"')
    (tmp_path / "ex05.toml").write_text(entry, encoding="utf-8")
    with pytest.raises(WheatError, match=re.escape("short: Value.__neg__ is lost; its code needs the solution's deco")):
        read_wheats([5], tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_said_in_a_sentence(fault, tmp_path):
    old, new, message = FAULTS[fault]
    assert GOOD.count(old) == 1
    (tmp_path / "ex01.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(WheatError, match=re.escape(message)):
        read_wheats([1], tmp_path)


def test_every_exercise_and_every_task_has_wheats():
    wheats = read_wheats()
    assert {n for n, count in Counter(w.exercise for w in wheats).items() if count >= AT_LEAST} == set(CATALOGUE)
    tasks = {(e.number, task.name) for e in CATALOGUE.values() for task in e.tasks}
    assert {(w.exercise, task) for w in wheats for task in w.tasks} == tasks


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_every_wheat_passes_every_check(seed):
    solutions = {n: (SOLUTIONS / f"{e.module}.py").read_text(encoding="utf-8") for n, e in CATALOGUE.items()}
    keys = {**read_key(PUBLIC / "key.json"), **make_key(HIDDEN_SUITE, seed, answered=known_answers)}
    checks = [*load_checks(PUBLIC), *load_checks(HIDDEN_SUITE, seed=seed)]
    checks = [check for check in checks if check.random or seed == 0]  # the others ask the same with every seed
    failed = []
    for wheat in read_wheats():
        asked = [check for check in checks if check.exercise == wheat.exercise]
        found = verdicts(wheat.source, CATALOGUE[wheat.exercise], asked, keys, solutions)
        assert len(found) == len(asked)
        failed += [(wheat.id, v.check.id, v.message) for v in found if v.status is not Status.PASSED]
    assert failed == []

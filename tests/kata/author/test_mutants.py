"""Mutants: what the operators change, what they leave alone, and that those called equivalent are."""

import re

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import read_key
from grader.core.paths import HIDDEN_SUITE, PUBLIC, SOLUTIONS
from grader.core.records import Exercise, Status
from grader.course.authoring.answer_key import make_key
from grader.course.authoring.known_answers import known_answers
from grader.course.bank.mutants import OPERATORS, EquivalentError, equivalents, mutants
from grader.course.bank.trials import verdicts

CATALOGUE = read_catalogue()
TOY = Exercise(4, "ex04_toy", "Toy", "Play.", (), (), ())
FRAME = '''
LIMIT = 1 + 1


def f(a, b, c=0.5):
    """Return 1 + 1."""
    a = a + 1
    ### BEGIN SOLUTION
    {}
    ### END SOLUTION
'''
ONE_OF_EACH = {  # the operator, a line, and all that it becomes
    "arithmetic": ("return a + b", ["return a - b", "return a * b", "return a", "return b"]),
    "comparison": ("return a > b", ["return a >= b", "return a < b"]),
    "boolean": ("return a or b", ["return a and b", "return a", "return b"]),
    "constant": ("return 3", ["return 4", "return 0", "return -3"]),
    "condition": (
        "return LIMIT if LIMIT else 7",
        ["return LIMIT if not LIMIT else 7", "return LIMIT if True else 7", "return LIMIT if False else 7"],
    ),
    "statement": ("print(a)", ["pass"]),
    "argument": ("print(1, a)", ["print(a, 1)", "print(a)", "print(1)"]),
    "returned": ("return LIMIT\n    print(a)", ["return None", "return -LIMIT"]),
    "assignment": ("a += 1", ["a = 1", "a -= 1"]),
    "attribute": ("return a.data", ["return a.grad"]),
    "name": ("return b", ["return a", "return c"]),
    "unwrapped": ("return print(LIMIT[0])", ["return LIMIT[0]", "return print(LIMIT)"]),
    "loop": (
        "return [i for i in range(a)]",
        [
            "return [i for i in list(range(a))[1:]]",
            "return [i for i in list(range(a))[:-1]]",
            "return [i for i in range(a + 1)]",
        ],
    ),
}
MORE = {
    "brackets where they are needed": ("arithmetic", "return a * b * c", "return (a + b) * c"),
    "no brackets where they are not": ("arithmetic", "return (a * b) - c", "return (a + b) - c"),
    "text": ("constant", "return 'ab'", "return 'abx'"),
    "no text": ("constant", "return 'ab'", "return ''"),
    "truth": ("constant", "return [True]", "return [False]"),
    "the text of an f-string": ("constant", "return f'{a} b'", "return f'{a}'"),
    "the format of an f-string": ("constant", "return f'{a:.4f}'", "return f'{a}'"),
    "a name in an f-string": ("name", "return f'{a} {b:.4f}'", "return f'{b} {b:.4f}'"),
    "a negation": ("boolean", "return not a", "return a"),
    "a sign": ("arithmetic", "return -a", "return a"),
    "a loop's condition": ("condition", "while a: a = b", "while not a: a = b"),
    "a filter": ("condition", "return [x for x in a if x]", "return [x for x in a if True]"),
    "a tuple": ("argument", "return (a, b)", "return (b, a)"),
    "a keyword": ("argument", "print(a, end=b)", "print(a)"),
    "a list that is returned": ("returned", "return [LIMIT]", "return []"),
    "what is assigned to": ("attribute", "a.grad += 1", "a.data += 1"),
    "names with one attribute": ("name", "LIMIT.grad = b.grad", "LIMIT.grad = LIMIT.grad"),
    "names that are unpacked together": ("name", "for x, y in a: print(x)", "for x, y in a: print(y)"),
    "a method without arguments": ("unwrapped", "return a.tanh()", "return a"),
    "the rounds of a loop": ("loop", "for x in a: print(x)", "for x in list(a)[1:]: print(x)"),
    "break": ("loop", "while a: break", "while a: continue"),
    "characters of several bytes": ("arithmetic", "return 'äß' + a", "return 'äß' - a"),
}


def made(line, operator=None):
    return [m.changed for m in mutants(TOY, FRAME.format(line)) if operator in (None, m.operator)]


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_makes_its_changes_and_no_others(operator):
    line, changed = ONE_OF_EACH[operator]
    assert made(line, operator) == changed


@pytest.mark.parametrize("case", MORE)
def test_an_operator_knows(case):
    operator, line, changed = MORE[case]
    assert changed in made(line, operator)


def test_only_the_solution_is_changed_and_of_it_only_what_is_said():
    source = FRAME.format("if a:\n        b = a + 1  # here\n\n    return (b   * c)")
    before = source.splitlines()
    found = list(mutants(TOY, source))
    assert {m.line for m in found} == {9, 10, 12}
    for m in found:
        after = m.source.splitlines()
        assert after[:8] == before[:8]
        assert after[-1] == before[-1]
        assert before[m.line - 1].strip() == m.original != m.changed == after[m.line - 1].strip()
    kept = [m for m in found if m.operator == "arithmetic" and m.line == 10]
    assert all(m.source.replace(m.changed, m.original) == source for m in kept)
    assert [m.changed for m in kept][:2] == ["b = a - 1  # here", "b = a * 1  # here"]


def test_a_change_without_effect_is_no_mutant_and_no_mutant_comes_twice():
    assert made("return 0 + 0", "arithmetic") == []
    assert sorted(made("return a if True else b")) == sorted(set(made("return a if True else b")))
    assert made("return a", "statement") == ["pass"]
    assert made("return a", "returned") == ["return -a"]  # without the return Python returns None, too


def test_an_error_message_is_left_alone():
    assert made("raise ValueError(f'{a} is not {b}')") == ["pass"]


def test_ids_do_not_depend_on_where_a_line_stands():
    lines = "a = b + 1\n    a = b + 1\n    return a"
    source = FRAME.format(lines)
    ids = [m.id for m in mutants(TOY, source)]
    assert len(set(ids)) == len(ids)
    assert "ex04 f: arithmetic: a = b + 1 => a = b - 1" in ids
    assert "ex04 f: arithmetic: a = b + 1 => a = b - 1 (2)" in ids
    moved = source.replace("LIMIT = 1 + 1", "LIMIT = 1 + 1\nMORE = 2\n").replace("Return 1 + 1.", "Return\n\n    it.")
    assert [m.id for m in mutants(TOY, moved)] == ids


def test_methods_and_functions_in_functions_have_their_task():
    source = (
        "class A:\n    def f(self, x):\n        ### BEGIN SOLUTION\n        def g():\n            return x + 1\n\n"
        "        return g\n        ### END SOLUTION\n\n\n@add_to_class(A)\ndef g(self):\n    ### BEGIN SOLUTION\n"
        "    return self\n    ### END SOLUTION\n"
    )
    found = {(m.task, m.line) for m in mutants(TOY, source)}
    assert found == {("A.f", 4), ("A.f", 5), ("A.f", 7), ("A.g", 14)}


FAULTS = {
    "no TOML": ("[[equivalent", "equivalents.toml is not TOML"),
    "no reason": ('[[equivalent]]\nmutant = "m"\n', "equivalents.toml: m needs exactly the fields mutant and why."),
    "an empty reason": ('[[equivalent]]\nmutant = "m"\nwhy = " "\n', "needs exactly the fields mutant and why."),
    "no mutant": ('[[equivalent]]\nwhy = "w"\n', "equivalents.toml: an entry without mutant needs exactly"),
    "one twice": ('[[equivalent]]\nmutant = "m"\nwhy = "w"\n' * 2, "equivalents.toml: m is listed twice"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_among_the_equivalents_is_said_in_a_sentence(fault, tmp_path):
    text, message = FAULTS[fault]
    path = tmp_path / "equivalents.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EquivalentError, match=re.escape(message)):
        equivalents(path)


@pytest.fixture(scope="module")
def of_solutions():
    """All mutants of the solutions, by id."""
    sources = {e: (SOLUTIONS / f"{e.module}.py").read_text(encoding="utf-8") for e in CATALOGUE.values()}
    return {m.id: m for exercise, source in sources.items() for m in mutants(exercise, source)}


def test_every_equivalent_is_a_mutant_that_is_made(of_solutions):
    assert set(equivalents()) - set(of_solutions) == set()


def test_every_task_has_mutants(of_solutions):
    tasks = {(e.number, task.name) for e in CATALOGUE.values() for task in e.tasks}
    assert {(m.exercise, m.task) for m in of_solutions.values()} == tasks


@pytest.mark.slow
def test_equivalents_pass_every_check(of_solutions):
    solutions = {n: (SOLUTIONS / f"{e.module}.py").read_text(encoding="utf-8") for n, e in CATALOGUE.items()}
    keys = {**read_key(PUBLIC / "key.json"), **make_key(HIDDEN_SUITE, 0, answered=known_answers)}
    checks = [*load_checks(PUBLIC), *load_checks(HIDDEN_SUITE)]
    failed = []
    for mutant in (of_solutions[name] for name in equivalents()):
        asked = [check for check in checks if check.exercise == mutant.exercise]
        found = verdicts(mutant.source, CATALOGUE[mutant.exercise], asked, keys, solutions)
        failed += [(mutant.id, v.check.id) for v in found if v.status is not Status.PASSED]
    assert failed == []

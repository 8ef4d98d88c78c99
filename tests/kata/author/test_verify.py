"""`verify` is green on the repository, and red for everything that it is there to find."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.core.records import Probe
from tests.kata.layered import make_environment

TITLES = {
    "whole": "Every exercise has its solution, its checks and its lesson, and every task has checks",
    "half done": "Every exercise is written to its end",
    "stubs": "exercises/ is what the solutions are cut to",
    "key": "The public answer key is what the oracles say now",
    "fingerprints": "The fingerprints of the misconceptions were made from what the chaffs and the checks are now",
    "sketches": "The sketches for explain are what the oracles say now",
    "score": "docs/mutation-score.md was made from what the checks and the mistakes are now",
    "pictures": "Pictures and walkthroughs show what their sources make now",
    "promises": "Every promise of a lesson is held by a check that fails without it, and docs/promises.md lists them",
    "leak": "No line of a worked answer stands in exercises/",
    "lessons": "Every worked example in a lesson gives what the lesson says",
    "pass": "Every worked answer passes every check",
    "fail": "Every stub is not attempted in every check of its task, whatever came before",
    "builds on": "Every exercise needs what it builds on, and nothing else",
    "nothing": "A submission that does nothing passes no check",
}
ROOT = Path(__file__).parents[3]
FIRST, KEY = "tests/public/test_ex01_derivatives.py", "tests/public/key.json"


def untouched(_):
    pass


def full_of_faults(author):
    """Faults that do not hide each other."""
    (author.folder / "tests/hidden").symlink_to(ROOT / "tests/hidden")
    author.edit("exercises/.stubs/ex03_chain_rule.py", "Run `make test-exercise-3`", "Run `make test`")
    author.write("solutions/ex12_more.py", '"""More."""\n')
    author.write("tests/public/test_ex13_more.py", '"""More."""\n')
    leak = "    rise = f(x + h) - f(x - h)\n"
    author.edit("exercises/ex01_derivatives.py", '    raise NotImplementedError("exercise 1: derivative")\n', leak)
    text = author.read("tests/public/test_ex04_backward.py")
    author.write(
        "tests/public/test_ex04_backward.py", text.replace('@check("topological_order"', '@check("Value.backward"')
    )
    author.edit("grader/core/catalogue.toml", "builds_on = [9]", "builds_on = [7, 8]")
    doctest = "    >>> 3.0 + 1e-17 == 3.0\n    "
    author.edit("solutions/ex01_derivatives.py", f"{doctest}True", f"{doctest}False")
    author.edit("solutions/ex05_operators.py", "return self * -1.0", "return self * 1.0")
    check = '@check("derivative", points=1)\ndef test_free(probe):\n    """Free."""\n    probe("x = 1", "x")\n'
    author.write(FIRST, f"{author.read(FIRST)}\n\n{check}")
    answer = {"probe": Probe("x = 1", ("x",)).digest("ex01_derivatives"), "values": {"x": 1}}
    author.write("tests/public/sketches.json", "[]\n")
    key = {**json.loads(author.read(KEY)), "ex01.free": answer}
    author.write(KEY, json.dumps(key, indent=1, sort_keys=True) + "\n")


def out_of_date(author):
    """A probe that changed after the key was made, and a region that lost its beginning."""
    author.edit(FIRST, "slope = derivative(square, 3.0)", "slope = derivative(square, 4.0)")
    author.edit("solutions/ex04_backward.py", "    ### BEGIN SOLUTION\n    order = []", "    order = []")


@pytest.fixture(scope="module")
def said(make_author, tmp_path_factory):
    """What `verify` says about three copies: of the right one, through make; of one, about exercise 1 alone."""
    layer = str(tmp_path_factory.mktemp("learner") / "layer")
    make_environment(Path(layer), ["learner"])

    def run(change):
        author = make_author()
        change(author)
        if change is untouched:
            return author.call("verify", program="make", VENV=layer)
        return author.run("verify", *(["--exercise", 1] if change is out_of_date else []))

    changes = (untouched, full_of_faults, out_of_date)
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(changes, pool.map(run, changes), strict=True))


def complaints(result):
    """What each proof has to say, by its title: a line for each fault."""
    found, title = {}, ""
    for line in result.stdout.splitlines():
        if line.startswith(("    ok  ", "FAILED  ")):
            title = line[8:]
            found[title] = ""
        else:
            found[title] += f"{line.strip()}\n"
    return found


@pytest.mark.slow
def test_the_repository_is_whole(said):
    result = said[untouched]
    assert (result.returncode, result.stderr) == (0, "")
    assert complaints(result) == dict.fromkeys(TITLES.values(), "")


FOUND = {
    "a stale stub": (full_of_faults, "stubs", "exercises/.stubs/ex03_chain_rule.py is stale; run `make exercises`.\n"),
    "a stale desk": (full_of_faults, "stubs", "exercises/ex01_derivatives.py is stale; run `make exercises`.\n"),
    "a stray file": (full_of_faults, "whole", "ex12_more.py belongs to no exercise of the catalogue.\n"),
    "a stray suite": (full_of_faults, "whole", "test_ex13_more.py belongs to no exercise of the catalogue.\n"),
    "a task without checks": (full_of_faults, "whole", "Exercise 4 has no public check of topological_order.\n"),
    "a line of the answer in a stub": (
        full_of_faults,
        "leak",
        "exercises/ex01_derivatives.py shows a line of the answer: rise = f(x + h) - f(x - h)\n",
    ),
    "a broken doctest": (full_of_faults, "lessons", "solutions/ex01_derivatives.py: "),
    "a wrong solution": (full_of_faults, "pass", " wrong on the solution: "),
    "a check that doing nothing passes": (full_of_faults, "nothing", "ex01.free passes when every stub is: pass\n"),
    "a check that a stub passes": (full_of_faults, "fail", "ex01.free is 'passed' on the untouched stub:"),
    "an exercise that is needed and not named": (
        full_of_faults,
        "builds on",
        " needs exercise 9; write it into builds_on of exercise 10.\n",
    ),
    "an exercise that is named and not needed": (
        full_of_faults,
        "builds on",
        "No check needs exercise 7; take it out of builds_on of exercise 10.\n",
    ),
    "stale sketches": (full_of_faults, "sketches", "tests/public/sketches.json is stale; run `make key`.\n"),
    "a stale picture": (full_of_faults, "pictures", "docs/images/explain.svg is stale; run `make images`.\n"),
    "a stale key": (out_of_date, "key", "tests/public/key.json is stale; run `make key`.\n"),
    "a check without an answer": (
        out_of_date,
        "pass",
        "The answer key has no answer to ex01.slope_of_a_parabola as it",
    ),
    "a faulty region": (out_of_date, "stubs", "a solution region ends that never began; write ### BEGIN SOLUTION"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_verify_finds(said, name):
    change, proof, sentence = FOUND[name]
    result = said[change]
    assert (result.returncode, result.stderr) == (1, "")
    found = complaints(result)
    assert list(found) == list(TITLES.values())
    assert sentence in found[TITLES[proof]]


@pytest.mark.slow
def test_verify_complains_of_nothing_else(said):
    found = complaints(said[full_of_faults])
    assert found[TITLES["key"]] == ""
    assert len(found[TITLES["stubs"]].splitlines()) == 3
    assert len(found[TITLES["whole"]].splitlines()) == 3
    assert len(found[TITLES["leak"]].splitlines()) == 1
    assert len(found[TITLES["builds on"]].splitlines()) == 3  # 11 needs 9 through 10
    assert all("ex01.free" in line for line in found[TITLES["nothing"]].splitlines())
    assert all("ex01.free" in line or "ex05." in line for line in found[TITLES["fail"]].splitlines())
    assert all(line[:4] >= "ex05" for line in found[TITLES["pass"]].splitlines() if " on the solution: " in line)

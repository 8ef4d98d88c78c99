"""`verify` is green on the repository, and red for everything that it is there to find."""

from concurrent.futures import ThreadPoolExecutor

import pytest

BEGIN = "    ### BEGIN SOLUTION\n"
TITLES = {
    "whole": "Every exercise has its solution, its checks and its lesson, and every task has checks",
    "stubs": "exercises/ is what the solutions are cut to",
    "key": "The public answer key is what the oracles say now",
    "leak": "No line of a worked answer stands in exercises/",
    "lessons": "Every worked example in a lesson gives what the lesson says",
    "pass": "Every worked answer passes every check",
    "fail": "Every stub is not attempted in every check of its task, whatever came before",
    "nothing": "A submission that does nothing passes no check",
}


def stale_stub_and_stray(author):
    author.edit("exercises/.stubs/ex01_derivatives.py", "Run `make test-exercise-1`", "Run `make test`")
    author.write("solutions/ex12_more.py", '"""More."""\n')


def leak_and_uncovered_task(author):
    leak = "    rise = f(x + h) - f(x - h)\n"
    author.edit("exercises/ex01_derivatives.py", '    raise NotImplementedError("exercise 1: derivative")\n', leak)
    author.edit("tests/public/test_ex04_backward.py", "check = exercise(4)\n", "check = exercise(4)\n_check = check\n")
    text = author.read("tests/public/test_ex04_backward.py")
    author.write(
        "tests/public/test_ex04_backward.py", text.replace('@check("topological_order"', '@check("Value.backward"')
    )


def stale_key(author):
    author.edit(
        "tests/public/test_ex01_derivatives.py", "slope = derivative(square, 3.0)", "slope = derivative(square, 4.0)"
    )


def broken_doctest_and_wrong_solution(author):
    author.edit(
        "solutions/ex01_derivatives.py", "    >>> 3.0 + 1e-17 == 3.0\n    True", "    >>> 3.0 + 1e-17 == 3.0\n    False"
    )
    author.edit("solutions/ex05_operators.py", "return self * -1.0", "return self * 1.0")


def check_that_nothing_passes(author):
    path = "tests/public/test_ex01_derivatives.py"
    check = (
        '@check("derivative", points=1)\ndef test_free(probe):\n    """Free."""\n    probe("x = derivative", "1 + 1")\n'
    )
    author.write(path, f"{author.read(path)}\n\n{check}")
    assert author.run("key").returncode == 0


def faulty_region(author):
    author.edit("solutions/ex04_backward.py", f"{BEGIN}    order = []", "    order = []")


BREAKS = {
    "nothing": (lambda _: None, {}),
    "stale stub, stray file": (
        stale_stub_and_stray,
        {
            "stubs": "exercises/.stubs/ex01_derivatives.py is stale; run `make exercises`.",
            "whole": "ex12_more.py belongs to no exercise of the catalogue.",
        },
    ),
    "leak, uncovered task": (
        leak_and_uncovered_task,
        {
            "leak": "exercises/ex01_derivatives.py shows a line of the answer: rise = f(x + h) - f(x - h)",
            "whole": "Exercise 4 has no public check of topological_order.",
            "stubs": "exercises/ex01_derivatives.py is stale",
        },
    ),
    "stale key": (
        stale_key,
        {
            "key": "tests/public/key.json is stale; run `make key`.",
            "pass": "The answer key has no answer to ex01.slope_of_a_parabola as it now stands: run `make key`.",
        },
    ),
    "broken doctest, wrong solution": (
        broken_doctest_and_wrong_solution,
        {"lessons": "solutions/ex01_derivatives.py: ", "pass": "wrong on the solution: "},
    ),
    "check that nothing passes": (
        check_that_nothing_passes,
        {
            "nothing": "ex01.free passes when every stub is: pass",
            "fail": "ex01.free is 'passed' on the untouched stub: ",
        },
    ),
    "faulty region": (
        faulty_region,
        {"stubs": "a solution region ends that never began; write ### BEGIN SOLUTION before it."},
    ),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What `verify` says about a copy of the repository that is broken in each of these ways."""
    from conftest import Author

    def run(name):
        author = Author(tmp_path_factory.mktemp("author"))
        BREAKS[name][0](author)
        return author.run("verify")

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(BREAKS, pool.map(run, BREAKS), strict=True))


def complaints(text):
    """What each failed proof has to say, by its title."""
    found, title = {}, ""
    for line in text.splitlines():
        if line.startswith(("    ok  ", "FAILED  ")):
            title = line[8:] if line.startswith("FAILED") else ""
            found |= {title: ""} if title else {}
        else:
            found[title] += f"{line.strip()}\n"
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKS)
def test_verify_names_what_is_broken_and_is_green_where_nothing_is(results, name):
    result, expected = results[name], BREAKS[name][1]
    assert result.stderr == ""
    assert result.returncode == (1 if expected else 0), result.stdout
    found = complaints(result.stdout)
    assert all(f"  {title}\n" in result.stdout for title in TITLES.values())
    for proof, sentence in expected.items():
        assert sentence in found.pop(TITLES[proof])
    allowed = {
        "broken doctest, wrong solution": {"lessons"},
        "faulty region": set(TITLES),
        "stale key": {"fail", "nothing"},
    }
    assert set(found) <= {TITLES[proof] for proof in allowed.get(name, ())}

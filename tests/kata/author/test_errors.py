"""What a person can mend is a sentence from every command; anything else is told as a bug."""

import ast
import platform
import re
from pathlib import Path

import pytest

from grader.core.errors import BUG, KataError, in_words, place_of, words_of

ROOT = Path(__file__).parents[3]

# Planted bugs: a file, a line of it, what goes wrong there, the exception, and the commands that come by.
BUGS = {
    "in hints": ("grader/learner/hints.py", "    state = read_state()\n", "max([])", "ValueError", [("hint", 1)]),
    "in cut": (
        "grader/course/authoring/cut.py",
        "    kept: list[str] = []\n",
        "int('one')",
        "ValueError",
        [("exercises",), ("release",)],
    ),
}
TOLD_LATER = {  # by the command: the mutation score has to be measured again after a change of these files
    "grader/course/bank/mutants.py": {"EquivalentError"},
    "grader/course/bank/mutation_score.py": {"measure"},
}
STOPPED = {"ProtocolError", "TooLateError", "OverdueError", "UnreadableError", "TooMuchError"}  # by whoever calls
PLAIN = re.compile(r"raise (ValueError|RuntimeError|OSError|FloatingPointError|TypeError)\b")
PARTS = TOLD_LATER | {  # of a sentence, or a value that its caller looks at: these meet no person
    "grader/course/fence/worker.py": {"_refuse"},
    "grader/course/fence/sandbox.py": {"_enter_namespaces", "_become"},
    "grader/course/oracles/pytorch/ex08.py": {"__init__", "__call__"},
    "grader/course/oracles/pytorch/ex15.py": {"__call__"},
    "grader/course/oracles/pytorch/ex17.py": {"__init__"},
    "grader/learner/checkpoint.py": {"_same", "_checked", "_finite"},
    "grader/course/grading/config.py": {
        *("selection", "take", "_line", "_zone", "_percent", "_days", "_seconds", "_seconds_in_all", "_megabytes"),
        *("_deadlines", "moment", "_none_or_zero", "_dropped"),
    },
    "grader/course/grading/adjustments.py": {"_moment"},
    "grader/course/platforms/gradebooks/moment.py": {"moment", "_hour", "_zone"},
}


@pytest.fixture(scope="module")
def broken(make_author):
    """A copy of the repository with a bug in hints and one in cut."""
    author = make_author()
    author.write("LICENSE", "")
    for file, line, bug, *_ in BUGS.values():
        author.edit(file, line, f"{line}    {bug}\n")
    return author


def planted(author, name):
    """Where a bug was planted: 'file, line 12'."""
    file, _, bug, *_ = BUGS[name]
    return f"{file}, line {author.read(file).splitlines().index(f'    {bug}') + 1}"


@pytest.mark.parametrize(("name", "command"), [(name, c) for name, bug in BUGS.items() for c in bug[-1]])
def test_a_bug_is_told_as_one_with_all_that_a_report_needs(broken, name, command):
    result = broken.run(*command)
    (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert (result.returncode, result.stdout) == (BUG, "")
    assert result.stderr.splitlines()[-1] == (
        f"This is a bug in the kata: please report grader {' '.join(map(str, command))} (version {version}, "
        f"Python {platform.python_version()}, {platform.system()}), {BUGS[name][3]} in {planted(broken, name)}; "
        "DEBUG=1 shows the traceback."
    )
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", BUGS)
def test_debug_shows_the_traceback_of_a_bug_and_the_sentence_after_it(broken, name):
    result = broken.run(*BUGS[name][-1][0], DEBUG="1")
    assert result.returncode == BUG
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert "\nThis is a bug in the kata: " in result.stderr


def test_debug_shows_no_traceback_of_what_a_person_can_mend(broken):
    assert "There is no exercise 99" in broken.refused("hint", 99, DEBUG="1")


# Mistakes of an author: the change, the sentence, and every command that comes by.
def without_an_end(author):
    author.edit("solutions/ex08_neuron.py", "[*self.w, self.b]\n        ### END SOLUTION", "[*self.w, self.b]")


def unreadable(author):
    author.edit("solutions/ex05_operators.py", "return self * -1.0", "return self *")


def no_check(author):
    path = "tests/public/test_ex01_derivatives.py"
    author.write(path, f"{author.read(path)}\n\ndef test_added():\n    assert True\n")


def a_check_that_stops(author):
    path = "tests/public/test_ex01_derivatives.py"
    author.write(path, f"{author.read(path)}\n\nnowhere\n")


def an_unanswerable_check(author):
    path = "tests/public/test_ex01_derivatives.py"
    check = '@check("derivative", points=1)\ndef test_added(probe):\n    """Added."""\n    probe("x = nowhere", "x")\n'
    author.write(path, f"{author.read(path)}\n\n{check}")


def no_points(author):
    path = "grader/core/catalogue.toml"
    text = author.read(path)
    author.write(path, re.sub(r"^points = \d+$", "points = 0", text, count=1, flags=re.MULTILINE))


MISTAKES = {
    "a region": (without_an_end, r"this solution region never ends", ["exercises", "release"]),
    "a solution": (
        unreadable,
        r"ex05_operators\.py, line \d+: SyntaxError: ",
        ["exercises", "release", "grade"],
    ),
    "a test": (no_check, r"test_added has no exercise, task and points", ["key", "grade", "release", "test"]),
    "a suite": (a_check_that_stops, r"test_ex01_derivatives\.py, line \d+: NameError: ", ["key", "grade", "test"]),
    "a probe": (an_unanswerable_check, r"ex01.added: the oracle reference cannot answer \(NameError: ", ["key"]),
    "the catalogue": (
        no_points,
        r"points = 0; a task is worth more than 0, with two decimals at most\.",
        ["key", "grade", "release", "hint", "verify"],
    ),
}
ARGUMENTS = {"grade": ["exercises"], "test": [1], "hint": [1]}


@pytest.fixture(scope="module")
def mistaken(make_author):
    """A copy of the repository for each mistake, made when it is asked for."""
    made = {}

    def copy(name):
        if name not in made:
            made[name] = make_author()
            made[name].write("LICENSE", "")
            (made[name].folder / "tests/hidden").symlink_to(ROOT / "tests/hidden")
            MISTAKES[name][0](made[name])
        return made[name]

    return copy


@pytest.mark.parametrize(("name", "command"), [(name, c) for name, mistake in MISTAKES.items() for c in mistake[-1]])
def test_a_mistake_of_an_author_is_one_sentence_from_every_command(mistaken, name, command):
    said = mistaken(name).refused(command, *ARGUMENTS.get(command, []), WEAK_SANDBOX="1")
    assert re.search(MISTAKES[name][1], said), said


def test_verify_tells_a_mistake_of_an_author_as_what_its_proofs_found(mistaken):
    result = mistaken("a suite").run("verify", "--exercise", 1)
    assert (result.returncode, result.stderr) == (1, "")
    assert "FAILED  Every worked answer passes every check\n        test_ex01_derivatives.py, line " in result.stdout
    assert "Traceback" not in result.stdout


def test_what_the_system_refuses_is_a_sentence_with_the_name_of_the_file(author):
    (author.folder / "tests/public/key.json").unlink()
    assert author.refused("test", 1) == "tests/public/key.json: No such file or directory.\n"


def test_a_package_that_is_not_there_is_no_bug_and_a_module_of_ours_is_one(author):
    author.edit(
        "grader/learner/hints.py",
        "from grader.core.paths import SOLUTIONS\n",
        "from grader.core.paths import SOLUTIONS\nimport nowhere\n",
    )
    assert author.run("hint", 1).stderr.startswith("The package nowhere is not here: use make, ")
    author.edit("grader/learner/hints.py", "import nowhere\n", "import grader.nowhere\n")
    result = author.run("hint", 1)
    assert (result.returncode, "ModuleNotFoundError in grader/learner/hints.py, line " in result.stderr) == (BUG, True)


def trees():
    for path in sorted((ROOT / "grader").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_every_error_of_ours_has_the_one_root_but_those_that_never_leave_their_caller():
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and node.name != KataError.__name__
    }
    assert len(bases) > 15
    assert {name for name, its in bases.items() if its != {KataError.__name__}} == STOPPED


def test_nothing_plain_is_raised_where_a_person_would_meet_it():
    found = {}
    for name, tree in trees():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            if any(PLAIN.match(ast.unparse(node)) for node in ast.walk(function) if isinstance(node, ast.Raise)):
                found.setdefault(name, set()).add(function.name)
    assert found.keys() <= PARTS.keys()
    for name, functions in found.items():
        assert functions <= PARTS[name], name


def test_what_a_library_says_is_for_the_person_and_what_only_resembles_it_is_not():
    with pytest.raises(KataError, match="too deep"), words_of(ValueError, RuntimeError):
        raise ValueError("too deep")
    with pytest.raises(RecursionError), words_of(ValueError, RuntimeError):
        raise RecursionError


def test_an_error_is_told_on_one_line_and_with_the_innermost_place():
    assert in_words(ValueError("two\nlines.")) == "ValueError: two lines"
    assert in_words(KeyError()) == "KeyError"
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\n(", str(ROOT / "grader/some.py"), "exec")
    assert place_of(caught.value, ROOT) == "grader/some.py, line 2"
    assert place_of(caught.value, ROOT, ["tests"]).startswith("tests/kata/author/test_errors.py, line ")
    assert place_of(caught.value, ROOT / "docs") == ""

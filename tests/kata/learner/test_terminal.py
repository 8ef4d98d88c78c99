"""What a learner's terminal shows and receives: exit codes, streams, encodings, endless loops, plain pytest."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue

CATALOGUE = read_catalogue()
HEAVY = {"torch", "numpy", "matplotlib", "rich", "hypothesis", "graphviz", "watchfiles", "black", "minigrad_reference"}
STEP = '    """Return the slope of f at x, a float, by the central difference with step h.'
PYTEST = ("-m", "pytest", "-p", "pytest_timeout")  # without the plugins that the kata does not need, it starts faster
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
SCRIPT = str(Path(sys.executable).with_name("pytest"))


def insert(learner, number, code):
    """Lines at the beginning of the first task of exercise 1, `derivative`, which is solved."""
    learner.edit(number, f"def derivative(f, x, h=1e-6):\n{STEP}", f"def derivative(f, x, h=1e-6):\n{code}\n{STEP}")


# exit codes


def test_the_exit_code_is_0_where_every_check_passes_and_nowhere_else(learner):
    assert learner.run("test", 1).returncode == 1
    learner.edit(1, "slopes.append((f(right) - f(left)) / (2 * h))", "slopes.append((f(right) - f(left)) / h)")
    some = learner.run("test", 1)
    assert "passed  The slope of x * x" in some.stdout
    assert some.returncode == 1
    learner.solve(1)
    assert learner.run("test", 1).returncode == 0
    learner.file(1).write_text("", encoding="utf-8")
    assert learner.run("test", 1).returncode == 1


@pytest.mark.parametrize("code", ["    raise SystemExit(0)", "    exit()", "    import sys; sys.exit('done')"])
def test_leaving_the_program_passes_nothing_and_the_other_task_is_still_checked(learner, code):
    insert(learner, 1, code)
    result = learner.run("test", 1)
    assert (result.returncode, result.stderr) == (1, "")
    assert "CRASHED  derivative: " in result.stdout
    assert "SystemExit" in result.stdout
    assert "6 of 12 checks pass." in result.stdout


def test_leaving_the_program_while_the_file_is_imported_passes_nothing(learner):
    learner.solve(1)
    learner.prepend(1, "raise SystemExit(0)\n")
    result = learner.run("test", 1)
    assert (result.returncode, result.stderr) == (1, "")
    assert "0 of 12 checks pass." in result.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import warnings; warnings.warn('careful', DeprecationWarning)",
        r"PATTERN = '\d'",
        "assert 1 is 1",
        "file = open('exercises/ex01_derivatives.py'); del file",
    ],
)
def test_a_learners_warning_is_no_error_neither_here_nor_in_plain_pytest(learner, code):
    learner.solve(1)
    learner.prepend(1, f"{code}\n")
    result = learner.run("test", 1)
    assert (result.returncode, result.stderr) == (0, "")
    assert learner.call(*PYTEST, "tests/public/test_ex01_derivatives.py", **ALONE).returncode == 0


def test_somebodys_pytest_habits_change_nothing(learner):
    learner.edit(1, "rise = f(x + h) - f(x - h)", "rise = 0.0")
    usual = learner.run("test", 1)
    assert learner.run("test", 1, PYTEST_ADDOPTS="-x --no-such-option -k nothing").stdout == usual.stdout


# streams


def test_a_check_run_imports_nothing_heavy(learner):
    learner.solve(1)
    result = learner.call("-X", "importtime", "-m", "grader", "test", 1)
    assert result.returncode == 0
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in result.stderr.splitlines()}
    assert {"grader", "click"} <= imported
    assert not imported & {*HEAVY, "pytest"}


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"NO_COLOR": ""}], ids=["NO_COLOR", "pipe"])
@pytest.mark.parametrize("command", ["test 1", "hint 1", "solution 1 --force", "progress", ""])
def test_neither_no_color_nor_a_pipe_gets_escape_sequences(learner, command, variables):
    result = learner.run(*command.split(), **variables)
    assert result.stdout
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_with_few_letters_shows_everything_else(learner, encoding):
    insert(learner, 1, "    print('größe ∂f/∂x'); return 0.0  # größe ∂f/∂x")
    test = learner.run("test", 1, PYTHONIOENCODING=encoding)
    assert (test.returncode, test.stderr) == (1, "")
    assert re.search(r"Printed:\n    gr(öß|\?\?)e [∂?]f/[∂?]x\n", test.stdout)
    assert "expected 6.0\n        got      0.0\n" in test.stdout
    solution = learner.run("solution", 1, "--force", PYTHONIOENCODING=encoding)
    assert (solution.returncode, solution.stderr) == (0, "")
    assert re.search(r"print\('gr(öß|\?\?)e \?f/\?x'\)", solution.stdout)
    assert "rise = f(x + h) - f(x - h)" in solution.stdout
    hint = learner.run("hint", 1, PYTHONIOENCODING=encoding)
    assert (hint.returncode, hint.stderr) == (0, "")
    assert hint.stdout.startswith("derivative, hint 1 of 3\n")
    progress = learner.run("progress", PYTHONIOENCODING=encoding)
    assert (progress.returncode, progress.stderr) == (0, "")
    assert "Next: repair derivative in exercises/ex01_derivatives.py" in progress.stdout


def test_a_narrow_terminal_shows_the_same_facts(learner):
    learner.solve(1)
    test, wide = (learner.run("test", 2, COLUMNS=columns) for columns in ("40", "200"))
    assert (test.returncode, test.stdout.split()) == (1, wide.stdout.split())
    progress = learner.run("progress", COLUMNS="40")
    assert (progress.returncode, progress.stderr) == (0, "")
    words = " ".join(progress.stdout.split())
    assert re.search(r"1 Derivat\S* 12/12 done", words)
    assert "Next: write Value.__add__ in exercises/ex02_value.py, then make test-exercise-2." in words
    solution = learner.run("solution", 1, COLUMNS="40")
    assert (solution.returncode, solution.stderr) == (0, "")
    assert "return rise / (2 * h)" in solution.stdout


def test_what_the_learner_prints_is_shown_from_both_streams_and_cut_where_it_is_long(learner):
    insert(learner, 1, "    import sys; print('here', x); print('there', file=sys.stderr); return 0.0")
    assert re.search(r"Printed:\n    here 3.0\n    there\n", learner.run("test", 1).stdout)
    insert(learner, 1, "    print(*range(1000), sep='\\n'); return 0.0")
    assert re.search(r"    14\n    \.\.\. and 985 more lines\n", learner.run("test", 1).stdout)


def test_breakpoint_opens_the_debugger_with_debug_and_the_run_goes_on(learner):
    insert(learner, 1, "    if h == 0.5:\n        seen = 41 + 1; breakpoint()")
    result = learner.run("test", 1, stdin="p seen\nc\n", DEBUG="1")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("(Pdb)") == 2
    assert "(Pdb) 42\n" in result.stdout
    assert "12 of 12 checks pass." in result.stdout


def test_breakpoint_without_debug_neither_hangs_nor_passes(learner):
    insert(learner, 1, "    breakpoint()")
    result = learner.run("test", 1)
    assert (result.returncode, result.stderr) == (1, "")
    assert "6 of 12 checks pass." in result.stdout


# endless loops

LOOPS = {
    "plain": "    while True:\n        pass",
    "Exception around it": (
        "    while True:\n        try:\n            while True:\n                pass\n"
        "        except Exception:\n            pass"
    ),
    "BaseException inside it": (
        "    while True:\n        try:\n            pass\n        except BaseException:\n            pass"
    ),
    "BaseException around a call inside it": (
        "    import time\n    while True:\n        try:\n            time.sleep(0.01)\n"
        "        except BaseException:\n            pass"
    ),
    "everything tried again": (
        "    import time\n    while True:\n        try:\n            try:\n                time.sleep(0.001)\n"
        "            except BaseException:\n                str(x)\n        except:\n            continue"
    ),
}


@pytest.mark.slow
def test_an_endless_loop_is_timed_out_whatever_it_swallows_and_the_other_task_is_checked(make_learner):
    learners = {name: make_learner() for name in LOOPS}
    for name, learner in learners.items():
        count = f"    with open({str(learner.folder / 'loops')!r}, 'a') as loops:\n        loops.write('+')\n"
        insert(learner, 1, count + LOOPS[name])
    with ThreadPoolExecutor(2) as pool:  # each takes a core for five seconds
        outcomes = dict(zip(LOOPS, pool.map(lambda learner: learner.run("test", 1), learners.values()), strict=True))
    for name, result in outcomes.items():
        assert (result.returncode, result.stderr) == (1, ""), name
        assert "    timed out  The slope of x * x at 3 is 6.\n" in result.stdout, name
        assert "TIMED OUT  derivative: " in result.stdout, name
        assert "6 of 12 checks pass." in result.stdout, name
        begun = (learners[name].folder / "loops").read_text()
        assert begun == "++", name  # by one check of six, and by the sketch that make explain-1 would draw


# plain pytest


@pytest.mark.parametrize("program", [[sys.executable, "-m", "pytest"], [SCRIPT]], ids=["python -m pytest", "pytest"])
def test_plain_pytest_says_the_same_without_the_frames_of_the_machinery(learner, program):
    program, *options = program
    suite = [*options, "tests/public/test_ex01_derivatives.py"]
    learner.edit(1, "rise = f(x + h) - f(x - h)", "rise = f(x + h) - f(x)")
    result = learner.call(*suite, program=program)
    assert (result.returncode, result.stderr) == (1, "")
    ours = learner.run("test", 1).stdout
    sentences = ours.partition("WRONG  derivative: ")[2].partition("\n\n")[2].partition("\n\nWHY")[0]
    assert "Run:\n    from ex01_derivatives import *" in sentences
    assert sentences in result.stdout
    for machinery in ("plugin.py", "probing.py", "checks.py", "def test_", "Traceback", "Failed:"):
        assert machinery not in result.stdout
    learner.solve(1)
    assert learner.call(*suite, program=program).returncode == 0


def outcomes(text):
    return dict(re.findall(r"^(tests/public/\S+::\w+) (PASSED|FAILED)", text, re.MULTILINE))


def test_all_public_files_in_one_process_give_the_verdicts_of_one_by_one(learner):
    """Exercise 2's Value must not have what later exercises add to that class."""
    learner.solve(*CATALOGUE)
    learner.edit(2, 'return Value(self.data + other.data, (self, other), "+")', 'return Value(0.0, (self, other), "+")')
    learner.edit(5, "return self * -1.0", "return self * 1.0")
    files = sorted(f"tests/public/{path.name}" for path in (learner.folder / "tests" / "public").glob("test_*.py"))
    assert len(files) == len(CATALOGUE)

    def run(*files):
        return outcomes(learner.call(*PYTEST, "-vv", *files, **ALONE).stdout)

    with ThreadPoolExecutor(2) as pool:
        one_by_one = {name: outcome for part in pool.map(run, files) for name, outcome in part.items()}
    assert run(*files) == one_by_one
    assert run(*reversed(files)) == one_by_one
    failed = {name.partition("::")[0] for name, outcome in one_by_one.items() if outcome == "FAILED"}
    assert {"tests/public/test_ex02_value.py", "tests/public/test_ex05_operators.py"} <= failed
    assert not {"tests/public/test_ex03_chain_rule.py", "tests/public/test_ex04_backward.py"} & failed

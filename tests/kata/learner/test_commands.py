"""The learner's commands, as processes of their own in a learner's folder."""

import json
import math
import random
import re
import shutil
import signal
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest
import watchfiles
from watchfiles._rust_notify import WatchfilesRustInternalError

import minigrad_reference
from grader.core.catalogue import read_catalogue
from grader.course.bank.wheats import read_wheats
from grader.learner import watch as watching
from grader.learner.styles import other_style

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
LAST = max(CATALOGUE)
BEHIND = LAST + 1
COMMANDS = ("hint", "my-minigrad", "progress", "reset", "solution", "test", "train", "watch")


def test_without_a_command_the_greeting_lists_all_exercises_and_commands_in_80_columns(learner):
    result = learner.run()
    assert (result.returncode, result.stderr) == (0, "")
    words = " ".join(result.stdout.split())
    for exercise in CATALOGUE.values():
        assert f"{exercise.number} {exercise.title} {exercise.goal}" in words
    for command in COMMANDS:
        assert re.search(rf"^  make {command}(-exercise)?(-1)? +[A-Z]", result.stdout, re.MULTILINE), command
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["test", "99"], f"no exercise 99; they go from 1 to {LAST}"),
        (["test", "x"], "Which exercise? Give its number"),
        (["test", "0"], f"no exercise 0; they go from 1 to {LAST}"),
        (["test"], "'NUMBER'"),
        (["hint", str(BEHIND)], f"no exercise {BEHIND}"),
        (["solution", str(BEHIND)], f"no exercise {BEHIND}"),
        (["reset", str(BEHIND)], f"no exercise {BEHIND}"),
        (["watch", str(BEHIND)], f"no exercise {BEHIND}"),
        (["dance"], "No such command 'dance'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_request_is_one_sentence_and_exit_code_2(learner, arguments, words):
    assert words in learner.refused(*arguments)


@pytest.mark.parametrize(
    "command",
    ["test 3", "hint 3", "solution 3", "solution 3 --force", "progress", "my-minigrad", "train --engine mine"],
)
def test_a_missing_exercise_file_is_a_sentence_that_says_how_to_get_it_back(learner, command):
    learner.solve(1, 2)
    learner.file(3).unlink()
    sentence = learner.refused(*command.split())
    assert sentence == "exercises/ex03_chain_rule.py is missing; make reset-3 puts a fresh one there.\n"


def test_reset_brings_a_missing_file_back(learner):
    stub = learner.file(3).read_bytes()
    learner.file(3).unlink()
    result = learner.run("reset", 3)
    assert (result.returncode, result.stdout) == (0, "exercises/ex03_chain_rule.py is the stub again.\n")
    assert learner.file(3).read_bytes() == stub


# hint


def hints_in(text):
    return [" ".join(part.split()) for part in re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]]


def texts(hints):
    return [" ".join(hint.split()) for hint in hints]


def test_hints_go_one_step_further_each_time_say_what_comes_after_the_last_and_their_use_is_recorded(learner):
    learner.solve(1, 2)
    task = CATALOGUE[3].tasks[0]
    for used in (1, 2, 3, 3):
        result = learner.run("hint", 3)
        assert (result.returncode, result.stderr) == (0, "")
        first, *_, last = result.stdout.strip().splitlines()
        assert first == f"Value.__add__, hint {used} of 3"
        assert hints_in(result.stdout.replace(last, "")) == texts(task.hints[:used])
        more = "make hint-3 says more." if used < 3 else "That is all; make solution-3 FORCE=1 shows an answer."
        assert last == more
        assert max(map(len, result.stdout.splitlines())) <= 80
        state = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))
        assert state == {"hints": {"3": {"Value.__add__": used}}}
    assert re.search(r"^ 3  The chain rule .* 3 *$", learner.run("progress").stdout, re.MULTILINE)


def test_once_a_task_is_solved_hints_are_about_the_next_and_after_all_there_are_none(learner):
    learner.solve(1, 2)
    assert learner.run("hint", 3).stdout.startswith("Value.__add__, hint 1 of 3\n")
    learner.edit(3, "other.grad += self.data * out.grad", 'raise NotImplementedError("exercise 3: Value.__mul__")')
    assert learner.run("hint", 3).stdout.startswith("Value.__mul__, hint 1 of 3\n")
    learner.solve(3)
    result = learner.run("hint", 3)
    assert result.stdout == "Every check of exercise 3 passes. make solution-3 shows the worked answer.\n"
    state = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))
    assert state == {"hints": {"3": {"Value.__add__": 1, "Value.__mul__": 1}}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\xff",
        '{"hints": []}',
        '{"hints": {"1": 5}}',
        '{"hints": {"1": {"derivative": "x"}}}',
        '{"hints": {"1": {"derivative": -5}}}',
        '{"hints": {"1": {"derivative": 1e400}}}',
    ],
)
def test_a_damaged_state_does_no_harm(learner, content):
    (learner.folder / ".minigrad").mkdir()
    (learner.folder / ".minigrad" / "state.json").write_text(content, encoding="latin-1")
    hint = learner.run("hint", 1)
    assert (hint.returncode, hint.stderr) == (0, "")
    assert hint.stdout.startswith("derivative, hint 1 of 3\n")
    assert learner.run("hint", 1).stdout.startswith("derivative, hint 2 of 3\n")


def test_progress_forgives_a_damaged_state_too(learner):
    (learner.folder / ".minigrad").mkdir()
    damaged = '{"hints": {"1": 5, "2": {"Value.__add__": "x", "Value.__mul__": 2}, "3": {"Value.__add__": -1}}}'
    (learner.folder / ".minigrad" / "state.json").write_text(damaged)
    result = learner.run("progress")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"^ 2  Value .* not attempted +2 *$", result.stdout, re.MULTILINE)
    assert re.search(r"^ 3  The chain rule .* not attempted *$", result.stdout, re.MULTILINE)


def test_a_hint_is_shown_even_if_its_count_cannot_be_saved(learner):
    (learner.folder / ".minigrad").write_text("in the way")
    result = learner.run("hint", 1)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("derivative, hint 1 of 3\n")
    assert result.stdout.endswith("That you have seen it could not be noted (File exists: .minigrad).\n")


def test_what_else_is_in_the_state_is_kept(learner):
    (learner.folder / ".minigrad").mkdir()
    (learner.folder / ".minigrad" / "state.json").write_text('{"hints": {"7": {"trace": 2}}, "later": true}')
    learner.run("hint", 1)
    state = json.loads((learner.folder / ".minigrad" / "state.json").read_text(encoding="utf-8"))
    assert state == {"hints": {"7": {"trace": 2}, "1": {"derivative": 1}}, "later": True}


# solution


def test_the_worked_answer_waits_until_the_checks_pass_or_force(learner):
    answer, mine = "rise = f(x + h) - f(x - h)", 'raise NotImplementedError("exercise 1: derivative")'
    sentence = "Exercise 1 does not pass yet; make solution-1 FORCE=1 shows the answer anyway.\n"
    assert learner.refused("solution", 1) == sentence
    learner.edit(1, "slopes = []", 'raise NotImplementedError("exercise 1: gradient")')
    assert learner.refused("solution", 1) == sentence  # half of it passes
    learner.run("reset", 1)
    forced = learner.run("solution", 1, FORCE="1")
    assert (forced.returncode, forced.stderr) == (0, "")
    assert answer in forced.stdout
    assert mine in forced.stdout
    learner.edit(1, answer, "rise = -f(x - h) + f(x + h)")
    passed = learner.run("solution", 1)
    assert (passed.returncode, passed.stderr) == (0, "")
    assert answer in passed.stdout
    assert "rise = -f(x - h) + f(x + h)" in passed.stdout
    assert passed.stdout.count("### BEGIN SOLUTION") == 2  # in the pasted file; not in the answers


def flat(text):
    return " ".join(text.split())


def test_what_there_is_to_read_is_told_when_an_exercise_passes_and_not_before(learner):
    reading = read_catalogue()[1].reading
    assert "To read more" not in learner.run("test", 1).stdout
    learner.edit(1, "rise = f(x + h) - f(x - h)", "rise = 0.0")
    assert "To read more" not in learner.run("test", 1).stdout
    learner.solve(1)
    shown = flat(learner.run("test", 1).stdout)
    assert f"To read more about it: {' '.join(f'- {each}' for each in reading)} 12 of 12" in shown


def test_every_exercise_has_a_right_answer_in_another_style():
    for exercise in CATALOGUE.values():
        style, wheat = other_style(exercise), read_wheats([exercise.number])[0]
        assert (style.tasks, style.why) == (wheat.tasks, wheat.why)
        assert all(line.strip() in wheat.source for line in style.code.splitlines())


def test_beside_the_worked_answer_stands_a_right_one_in_another_style(learner):
    learner.solve(1)
    style = other_style(CATALOGUE[1])
    shown = learner.run("solution", 1).stdout.partition("in another style")[2]
    assert f"This answer to derivative is right too. {style.why}" in flat(shown)
    assert style.code in shown


def test_a_students_copy_has_the_reading_and_no_answers(learner):
    learner.solve(1)
    (learner.folder / "grader").unlink()
    shutil.copytree(ROOT / "grader", learner.folder / "grader", ignore=shutil.ignore_patterns("course", "__pycache__"))
    compare = "Compare yours with the worked answer: make solution-1."
    assert flat(learner.run("test", 1).stdout).endswith(f"{compare} Next: make test-exercise-2.")
    assert "in another style" not in learner.run("solution", 1).stdout
    (learner.folder / "solutions").unlink()
    shown = flat(learner.run("test", 1).stdout)
    assert "To read more about it: - Gilbert Strang, " in shown
    assert shown.endswith("12 of 12 checks pass. Next: make test-exercise-2.")
    assert learner.refused("solution", 1).startswith("The worked answers are not part of this copy")


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_shown_too(learner):
    learner.edit(1, "rise = f(x + h) - f(x - h)", "rise = -f(x - h) + f(x + h)")
    text = learner.file(1).read_text(encoding="utf-8")
    learner.file(1).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert learner.run("test", 1).returncode == 0
    shown = learner.run("solution", 1).stdout
    assert "rise = -f(x - h) + f(x + h)" in shown
    assert "not in your file" not in shown


def test_a_file_that_is_not_python_is_no_obstacle_to_the_worked_answer_when_forced(learner):
    learner.file(1).write_text("def (", encoding="utf-8")
    result = learner.run("solution", 1, FORCE="1")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("(not in your file)") == 2


def test_a_file_that_is_not_utf_8_is_a_sentence_that_names_it(learner):
    learner.file(1).write_bytes("# Schröder\n".encode("latin-1"))
    for command in (["solution", 1, "--force"], ["my-minigrad"]):
        assert learner.refused(*command).startswith("exercises/ex01_derivatives.py is not UTF-8 text")
    assert learner.run("test", 1).returncode == 1


# reset


def backups(learner):
    return sorted(path.read_bytes() for path in (learner.folder / ".minigrad" / "backups").iterdir())


def test_reset_restores_the_stub_and_keeps_every_byte_of_the_old_file_also_twice_in_one_second(learner):
    stub = learner.file(3).read_bytes()
    old = [b"\xef\xbb\xbffirst = 1\r\n", b"second = '\xff'\n", b""]
    for content in old:
        learner.file(3).write_bytes(content)
        result = learner.run("reset", 3)
        assert (result.returncode, result.stderr) == (0, "")
        kept = re.fullmatch(
            r"exercises/ex03_chain_rule.py is the stub again. Your file is kept as\s(.+)\.\n", result.stdout
        )
        assert (learner.folder / kept[1]).read_bytes() == content
        assert learner.file(3).read_bytes() == stub
    assert backups(learner) == sorted(old)
    assert learner.run("reset", 3).stdout == "exercises/ex03_chain_rule.py is the stub already.\n"
    assert len(backups(learner)) == 3


def test_backups_of_one_second_get_names_of_their_own(learner):
    code = (
        "from pathlib import Path\n"
        "from grader.core.files import back_up\n"
        "for i in range(20):\n"
        "    Path('x.py').write_text(str(i))\n"
        "    back_up(Path('x.py'))\n"
    )
    assert learner.call("-c", code).returncode == 0
    assert backups(learner) == sorted(str(i).encode() for i in range(20))


# progress


def row(text, number):
    (found,) = re.findall(rf"^ *{number}  .*?(\d+)/(\d+) +(.*?) *$", text, re.MULTILINE)
    return int(found[0]), int(found[1]), found[2]


def test_progress_of_nothing_some_and_all_counts_right_and_names_the_next_step(learner, graduate):
    nothing = learner.run("progress")
    assert (nothing.returncode, nothing.stderr) == (0, "")
    rows = {number: row(nothing.stdout, number) for number in CATALOGUE}
    total = sum(checks for _, checks, _ in rows.values())
    assert f"0 of {total} checks pass." in nothing.stdout
    assert all(passed == 0 and state != "done" for passed, _, state in rows.values())
    last = " ".join(nothing.stdout.split("\n\n")[-1].split())
    assert last == "Next: write derivative in exercises/ex01_derivatives.py, then make test-exercise-1."

    learner.solve(1, 3, 4)
    learner.edit(2, "Value(self.data * other.data, ", "Value(self.data + other.data, ")
    some = learner.run("progress")
    by_command = [learner.run("test", number).stdout.count("\n       passed  ") for number in (1, 2, 3, 4, 5)]
    assert [row(some.stdout, number)[0] for number in CATALOGUE] == by_command + [0] * (
        len(CATALOGUE) - len(by_command)
    )
    assert f"{sum(by_command)} of {total} checks pass." in some.stdout
    assert row(some.stdout, 1) == (rows[1][1], rows[1][1], "done")
    assert row(some.stdout, 2)[2] == "wrong"
    assert 0 < by_command[1] < rows[2][1]
    last = " ".join(some.stdout.split("\n\n")[-1].split())
    assert last == "Next: repair Value.__mul__ in exercises/ex02_value.py, then make test-exercise-2."

    everything = graduate.run("progress")
    assert f"{total} of {total} checks pass." in everything.stdout
    assert all(row(everything.stdout, n) == (rows[n][1], rows[n][1], "done") for n in CATALOGUE)
    assert everything.stdout.split("\n\n")[-1].startswith("Everything passes. make my-minigrad ")


# watch


def test_watch_runs_again_on_a_save_moves_on_when_all_pass_and_ends_with_a_sentence(learner):
    with learner.started("watch") as process:
        learner.wait_for(r"(?s)Exercise 1: .*Watching exercises: save a file")
        (learner.folder / "exercises" / "notes.txt").write_text("no Python, no run")
        learner.edit(1, "return rise / (2 * h)", "return rise / h")
        learner.wait_for(r"(?s)Exercise 1: .*WRONG  derivative.*Watching")
        learner.solve(1)
        learner.wait_for(r"(?s)Exercise 1: .*12 of 12 checks pass.*Exercise 2: .*0 of \d+ checks.*Watching")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert (learner.folder / "stderr").read_text().strip() == "Interrupted: no file was changed."
    assert "Exercise 3" not in (learner.folder / "stdout").read_text(encoding="utf-8")


def test_watch_follows_the_file_that_is_saved_and_celebrates_what_is_done(learner):
    learner.solve(1, 2)
    with learner.started("watch", 3) as process:
        learner.wait_for(r"(?s)Exercise 3: .*Watching exercises: save a file")
        learner.edit(2, 'return Value(self.data * other.data, (self, other), "*")', "return self")
        learner.wait_for(r"(?s)Exercise 2: .*WRONG  Value.__mul__.*Watching")
        learner.solve(2)
        learner.wait_for(r"(?s)13 of 13 checks pass.*\nExercise 2, Value, is done.\n\nExercise 3: .*Watching")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_watch_goes_on_with_what_the_next_exercise_builds_on(learner):
    learner.solve(3, 4, 7)
    with learner.started("watch", 7) as process:
        learner.wait_for(r"(?s)\nExercise 7, .*, is done.\n\nExercise 5: Operators.*Watching")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_watch_goes_on_where_only_recursion_ends(learner):
    learner.solve(1, 2, 3)
    learner.edit(4, "def topological_order(root):", RECURSIVE)
    with learner.started("watch", 4) as process:
        learner.wait_for(
            r"(?s)Exercise 4, Backward, is right, though not for the deepest graphs.*Exercise 5: .*Watching"
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


RECURSIVE = """def topological_order(root, order=None):
    order = [] if order is None else order
    for operand in root._prev:
        if not any(operand is value for value in order):
            topological_order(operand, order)
    return order.append(root) or order


def as_it_was(root):"""


@pytest.mark.parametrize(
    "error",
    [
        OSError('OS file watch limit reached. about ["exercises"]'),
        WatchfilesRustInternalError("Error creating recommended watcher: Too many open files (os error 24)"),
    ],
)
def test_watch_looks_at_the_files_itself_where_the_system_cannot_tell_of_saves(tmp_path, monkeypatch, capsys, error):
    def limited(*folders, force_polling, **options):
        if not force_polling:
            raise error
        yield from watchfiles.watch(*folders, force_polling=True, **options)

    monkeypatch.setattr(watching, "watch", limited)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises").mkdir()
    saves = watching.saved_exercises()
    assert next(saves) == set()
    (tmp_path / "exercises" / "notes.py").write_text("")
    (tmp_path / "exercises" / "ex03_chain_rule.py").write_text("")
    assert next(filter(None, saves)) == {3}
    sentence = f"The system cannot tell of saves ({error})"
    assert capsys.readouterr().out == f"{sentence}, so the files are looked at now and then.\n"


def test_watch_misses_no_save_not_even_one_during_its_first_run(learner):
    learner.file(1).write_text("import time\nopen('begun', 'w').close()\ntime.sleep(1)\n", encoding="utf-8")
    with learner.started("watch") as process:
        learner.wait_for_file("begun")
        learner.solve(1)
        learner.wait_for("Exercise 2: ")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_watch_ends_by_itself_where_everything_passes(graduate_of_three):
    result = graduate_of_three.run("watch", 2)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "Everything passes."
    assert "Exercise 1" not in result.stdout


@pytest.mark.parametrize("command", [("test", "1"), ("progress",)], ids=" ".join)
def test_ctrl_c_ends_a_check_run_with_a_sentence(learner, command):
    learner.file(1).write_text("open('begun', 'w').close()\nwhile True:\n    pass\n", encoding="utf-8")
    with learner.started(*command) as process:
        learner.wait_for_file("begun")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert (learner.folder / "stderr").read_text().strip() == "Interrupted: no file was changed."


# my-minigrad


def package_of(learner):
    result = learner.run("my-minigrad")
    assert (result.returncode, result.stderr) == (0, "")
    return learner.folder / "build" / "my_minigrad"


@pytest.fixture(scope="module")
def package(graduate):
    """The package that is made of the worked answers; to be looked at only."""
    return package_of(graduate)


def in_the_package(folder, code):
    """What code prints in an interpreter that sees the standard library and this folder alone."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def expression(seed):
    """Code that makes the list `grads`: of a random expression in which values are used more than once."""
    rng = random.Random(seed)
    forms = (
        "a + b",
        "a * b",
        "a - b",
        "a / (b * b + 1.0)",
        "2.0 - a",
        "3 * a + 1",
        "1 / (a * a + 0.5)",
        "-a",
        "a ** 3",
        "(a * a + 1.0) ** 0.5",
        "a.exp()",
        "(a * a + 0.1).log()",
        "a.tanh()",
        "a.relu()",
        "a.sigmoid()",
    )
    lines = [f"v = [Value(x) for x in {[rng.uniform(-2, 2) for _ in range(4)]}]"]
    for form in rng.choices(forms, k=25):
        lines.append(f"a, b = v[{rng.randrange(len(lines) + 3)}], v[{rng.randrange(len(lines) + 3)}]")
        lines[-1] += f"; v.append(({form}).tanh() * 2)"
    return "\n".join([*lines, "sum(v).backward()", "grads = [x.grad for x in v]"])


def assert_gradients_are_the_references(folder):
    codes = [expression(seed) for seed in range(10)]
    script = (
        f"import json\nfrom my_minigrad import Value\nfor code in {codes!r}:\n    exec(code); print(json.dumps(grads))"
    )
    mine = [json.loads(line) for line in in_the_package(folder, script).splitlines()]
    assert len(mine) == len(codes)
    for code, grads in zip(codes, mine, strict=True):
        namespace = {"Value": minigrad_reference.Value}
        exec(code, namespace)  # noqa: S102 - our own expression
        assert grads == pytest.approx(namespace["grads"], rel=1e-9, abs=1e-12)
        assert any(math.fabs(grad) > 1e-3 for grad in grads)


def assert_is_plain_and_clean(folder):
    files = sorted((folder / "my_minigrad").glob("*.py"))
    modules = ["__init__", "engine", "graph", "language", "moons", "nn", "numeric", "training"]
    assert [path.stem for path in files] == modules
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "add_to_class" not in text
        assert "SOLUTION" not in text
        assert not re.search(r"(from|import) +ex\d\d", text)
        assert "\r" not in text
        assert "\ufeff" not in text
    command = [sys.executable, "-m", "black", "--check", "."]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_package_is_plain_modules_without_the_devices_of_the_kata(package):
    assert_is_plain_and_clean(package)


def test_the_package_needs_nothing_else_and_has_every_method_in_its_one_class(package):
    code = """
import inspect, my_minigrad as m
methods = {name for name, value in vars(m.Value).items() if inspect.isfunction(value)}
print(sorted(methods))
print(sorted(m.__all__))
print({f.__module__ for f in vars(m.Value).values() if inspect.isfunction(f)})
source = inspect.getsource(m.Value)
print(all(source.count(f"def {name}(") == 1 for name in methods))
print(inspect.getsource(m.Module).count("def zero_grad("))
"""
    methods, names, modules, once, zero_grad = in_the_package(package, code).splitlines()
    tasks = [task.name for exercise in CATALOGUE.values() for task in exercise.tasks]
    given = {"__init__", "__repr__"}
    assert (
        set(literal_eval(methods))
        == {name.removeprefix("Value.") for name in tasks if name.startswith("Value.")} | given
    )
    functions = {name.partition(".")[0] for name in tasks}
    assert functions | {"Value", "Module", "Neuron", "Layer", "MLP"} == set(literal_eval(names))
    assert literal_eval(modules) == {"my_minigrad.engine"}
    assert (once, zero_grad) == ("True", "1")


def test_gradients_of_the_package_are_the_references(package):
    assert_gradients_are_the_references(package)


def test_the_package_can_be_installed_and_used_from_there(package, tmp_path):
    options = ["--disable-pip-version-check", "--no-build-isolation", "--no-deps", "--no-index", "--target", tmp_path]
    command = [sys.executable, "-m", "pip", "install", *options, package]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert in_the_package(tmp_path, "from my_minigrad import Value; print(Value(2) * 3)") == "Value(data=6, grad=0.0)\n"


def test_making_the_package_again_leaves_nothing_of_the_old_one(learner):
    learner.solve(*CATALOGUE)
    folder = package_of(learner)
    before = {path.name: path.read_bytes() for path in (folder / "my_minigrad").iterdir()}
    (folder / "my_minigrad" / "leftover.py").write_text("old")
    package_of(learner)
    assert {path.name: path.read_bytes() for path in (folder / "my_minigrad").iterdir()} == before
    assert [path.name for path in (learner.folder / "build").iterdir()] == ["my_minigrad"]


def written_by_somebody(learner):
    """The worked answers as people really write: helpers, comments, type hints, imports, demonstrations."""
    learner.solve(*CATALOGUE)
    text = learner.file(2).read_text(encoding="utf-8")
    learner.file(2).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    learner.edit(
        3,
        '@add_to_class(Value)\ndef __mul__(self, other):\n    """Return self * other as in',
        "# Whatever is no Value becomes one; \u2028 strange ends of lines do not count.\n"
        "def _wrapped(x: Value | float) -> Value:\n    return x if isinstance(x, Value) else Value(x)\n\n\n"
        "# The product rule: u'v + uv'.\n"
        "@add_to_class(Value)\ndef __mul__(self: Value, other: Value | float) -> Value:\n"
        '    """Return self * other as in',
    )
    text = learner.file(3).read_text(encoding="utf-8")
    head, product, tail = text.partition("# The product rule")
    tail = tail.replace("other = other if isinstance(other, Value) else Value(other)", "other = _wrapped(other)")
    learner.file(3).write_text(head + product + tail, encoding="utf-8")
    learner.edit(
        4,
        "    self.grad = 1.0\n    for value",
        "    trace = []  # a name that a later exercise has, too\n    self.grad = 1.0\n    for value",
    )
    learner.edit(
        5,
        "from ex04_backward import (",
        "import itertools, os.path\nimport math as m\nfrom functools import *\nfrom ex03_chain_rule import _wrapped\n"
        "ONE: float = m.copysign(1.0, 2.0)\nZERO, EMPTY = 0.0, partial(list)\nfrom ex04_backward import (",
    )
    learner.edit_again(5, "return self * -1.0", "return self * -ONE * _wrapped(ONE) + EMPTY().count(3)")
    learner.edit(6, "\nimport math\n\n", "\nimport math\nfrom ex05_operators import ONE, ZERO\n\n")
    learner.edit_again(6, "slope = 1.0 if self.data > 0 else 0.0", "slope = ONE if self.data > 0 else ZERO")
    learner.edit(
        8,
        "class Module:",
        "from dataclasses import dataclass\nfrom ex03_chain_rule import _wrapped\n\n\n"
        "@dataclass\nclass Pair:\n    left: float\n    right: float\n\n\nclass Module:",
    )
    learner.edit_again(
        8, "s = s + wi * xi", "pair = Pair(wi, xi)\n            s = s + pair.left * _wrapped(pair.right)"
    )
    learner.file(9).write_text(
        learner.file(9).read_text(encoding="utf-8")
        + "\n\nif __name__ == '__main__':\n    print(MLP(2, [1])([1, 2]))\n",
        encoding="utf-8",
    )
    learner.edit(10, "losses = []\n", "losses, accuracy = [], None\n")


def test_a_package_is_made_of_what_people_really_write(learner):
    written_by_somebody(learner)
    assert "Everything passes." in learner.run("progress").stdout
    folder = package_of(learner)
    assert_is_plain_and_clean(folder)
    assert_gradients_are_the_references(folder)
    engine = (folder / "my_minigrad" / "engine.py").read_text(encoding="utf-8")
    assert engine.count("# The product rule: u'v + uv'.") == 1
    assert engine.count("# Whatever is no Value becomes one") == 1
    code = "from my_minigrad import MLP; print(MLP(2, [3, 1], 'relu', seed=0)([1, 2]).data)"
    reference = minigrad_reference.MLP(2, [3, 1], "relu", seed=0)([1, 2]).data
    assert float(in_the_package(folder, code)) == pytest.approx(reference)
    assert in_the_package(folder, "import my_minigrad.nn as n; print(n.Pair(1, right=2))") == "Pair(left=1, right=2)\n"


HELPER = "\n\ndef twice(x):\n    return x * {}\n"


def test_a_helper_that_two_exercises_repeat_is_kept_once_and_one_that_differs_is_a_sentence(learner):
    learner.solve(*CATALOGUE)
    for number in (3, 5):
        learner.file(number).write_text(learner.file(number).read_text(encoding="utf-8") + HELPER.format(2))
    engine = (package_of(learner) / "my_minigrad" / "engine.py").read_text(encoding="utf-8")
    assert engine.count("def twice(") == 1
    learner.solve(5)
    learner.file(5).write_text(learner.file(5).read_text(encoding="utf-8") + HELPER.format("x"))
    sentence = learner.refused("my-minigrad")
    assert sentence.startswith("Exercises 3 and 5 both define twice, and differently; give one of them another name")


def test_unwritten_stubs_are_a_package_too(learner):
    folder = package_of(learner)
    assert_is_plain_and_clean(folder)
    code = """
from my_minigrad import Value
try:
    Value(1) + Value(2)
except NotImplementedError as error:
    print(error)
"""
    assert in_the_package(folder, code) == "exercise 3: Value.__add__\n"


def test_a_syntax_error_names_file_and_line_and_leaves_the_package_as_it_was(learner):
    learner.solve(*CATALOGUE)
    folder = package_of(learner)
    lines = learner.file(5).read_text(encoding="utf-8").splitlines()
    place = lines.index("    return self * -1.0")
    lines[place] = "    return self * -"
    learner.file(5).write_text("\n".join(lines), encoding="utf-8")
    sentence = learner.refused("my-minigrad")
    assert sentence.startswith(f"exercises/ex05_operators.py, line {place + 1}: ")
    assert_gradients_are_the_references(folder)


# train


def trained(learner, engine):
    result = learner.run("train", "--engine", engine, "--epochs", 3, "--hidden", "6")
    assert (result.returncode, result.stderr) == (0, "")
    path = learner.folder / "build" / "train" / "metrics.json"
    figures = json.loads(path.read_text(encoding="utf-8"))
    figures.pop("seconds")
    return figures, [line for line in result.stdout.splitlines() if line.startswith("Epoch ")]


@pytest.mark.slow
def test_ones_own_engine_trains_to_the_same_losses_as_the_reference(graduate):
    mine, my_epochs = trained(graduate, "mine")
    reference, its_epochs = trained(graduate, "reference")
    assert mine.pop("loss") == pytest.approx(reference.pop("loss"), rel=1e-9)
    assert mine == reference
    assert len(my_epochs) == 3
    assert my_epochs == its_epochs


def test_training_on_untouched_stubs_is_one_sentence_that_names_the_first_of_them(learner):
    sentence = learner.refused("train", "--engine", "mine", "--epochs", 3)
    first = "write derivative in exercises/ex01_derivatives.py, then make test-exercise-1"
    assert sentence == f"Your own engine is not complete: {first}.\n"
    assert not (learner.folder / "build" / "train").exists()


def test_training_on_ones_own_engine_names_what_is_wrong_first_and_trains_all_the_same(learner):
    learner.solve(*CATALOGUE)
    learner.edit(3, "other.grad += self.data * out.grad", "other.grad += other.data * out.grad")
    result = learner.run("train", "--engine", "mine", "--dataset", "toy", "--epochs", 1)
    assert (result.returncode, result.stderr) == (0, "")
    repair = "repair Value.__mul__ in exercises/ex03_chain_rule.py, then make test-exercise-3"
    assert result.stdout.startswith(f"Exercise 3 does not pass yet; best {repair}.\n")


def test_a_crash_in_ones_own_engine_is_told_in_words_with_the_line(learner):
    learner.solve(*CATALOGUE)
    learner.edit(11, "def hinge_loss(scores, labels):", "def hinge_loss(scores, labels):\n    scores.shape")
    result = learner.run("train", "--engine", "mine", "--epochs", 1)
    line = learner.file(11).read_text(encoding="utf-8").splitlines().index("    scores.shape") + 1
    assert result.returncode == 2
    assert result.stderr == (
        f"Your engine stopped in exercises/ex11_moons.py, line {line} (scores.shape), with AttributeError:"
        " 'list' object has no attribute 'shape'. Exercise 11 does not pass yet; best repair hinge_loss in"
        " exercises/ex11_moons.py, then make test-exercise-11.\n"
    )


# What a learner's code does to the process in which it trains, is played or is explained

SOON = "from grader import __main__; from grader.learner import {}; {} = {}; __main__.main()"
SAMPLES = "len(scores) == 100"  # in training alone, so that every check passes
ODD = "self.data == 0.125"
HOW_IT_ENDS = [
    ("train", f'{SAMPLES} and __import__("sys").exit()', "Your engine stopped in {}, with SystemExit"),
    ("train", f'{SAMPLES} and __import__("os")._exit(0)', "Your engine stopped in {}, with SystemExit: 0"),
    ("step", f'{ODD} and __import__("os")._exit(0)', "The expression stopped: SystemExit: 0"),
    ("step", f"{ODD} and all(True for _ in iter(int, 1))", "Your engine gave no answer in time and was stopped in {}"),
    ("step", f"{ODD} and input()", "The expression stopped: EOFError: EOF when reading a line"),
    ("step", f'{ODD} and __import__("sys").exit()', "The expression stopped: SystemExit"),
]


@pytest.mark.parametrize(("command", "line", "told"), HOW_IT_ENDS)
def test_ones_own_engine_that_does_not_end_asks_or_exits_is_one_sentence(command, line, told, learner):
    learner.solve(*CATALOGUE)
    number, first = (
        (11, "    total = Value(0.0)\n    for score, label")
        if command == "train"
        else (6, "    out = Value(math.tanh(self.data)")
    )
    learner.edit(number, first, f"    {line}\n{first}")
    variables = {"EPOCHS": "1", "EXPRESSION": "a.tanh()", "VALUES": "a=0.125"}
    soon = SOON.format("engines", "engines.SECONDS", 8.0 if "iter" in line else 60.0)
    result = learner.call("-c", soon, command, "--engine", "mine", stdin="1\n", **variables)
    place = learner.file(number).read_text(encoding="utf-8").splitlines().index(f"    {line}") + 1
    where = f"exercises/{learner.file(number).name}, line {place} ({line})"
    assert (result.returncode, result.stderr) == (2, f"{told.format(where)}.\n")


def test_what_ends_python_itself_says_in_which_line(learner):
    learner.solve(*CATALOGUE)
    line = f'{ODD} and __import__("ctypes").string_at(0)'
    learner.edit(6, "    out = Value(math.tanh(self.data)", f"    {line}\n    out = Value(math.tanh(self.data)")
    result = learner.run("step", "--engine", "mine", EXPRESSION="a.tanh()", VALUES="a=0.125")
    assert result.returncode == -signal.SIGSEGV
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n")
    (file, number) = re.search(r'File "(.*)", line (\d+) in tanh$', result.stderr, re.MULTILINE).groups()
    assert Path(file).read_text(encoding="utf-8").splitlines()[int(number) - 1].strip() == line


@pytest.mark.parametrize("line", ["os._exit(0)", "sum(range(10**13))"], ids=["ends Python", "a loop in C"])
def test_code_that_takes_the_process_along_is_not_explained_in_this_one(line, learner):
    learner.solve(1)
    text = learner.file(1).read_text(encoding="utf-8")
    learner.file(1).write_text(text + f"\nimport os\n\n{line}\n", encoding="utf-8")
    what = "ends Python itself" if "exit" in line else "does not end"
    soon = SOON.format("explain", "explain.PATIENCE_OF_EXPLAIN", 60.0 if "exit" in line else 3.0)
    result = learner.call("-c", soon, "explain", "1")
    told = f"Your code {what}, so nothing can be drawn; make test-exercise-1 shows where.\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", told)

"""The process in which a learner's checks run: its end is no pass, and it sees what the grader's sees."""

import importlib.util
import os
import random
import shutil
import sys
import time
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.judging import judge
from grader.core.probing import Desk, is_exercise, results_in, silent_functions
from grader.core.records import Check, Observation, Probe, Status
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Worker
from grader.learner import exercises, prober
from grader.learner.prober import Prober

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
FIRST = CATALOGUE[1]


def check_of(number, snippet="x = run()\n", task="", **options):
    exercise = CATALOGUE[number]
    return Check("test_it", number, task or exercise.tasks[0].name, 1, "Title.", Probe(snippet, ("x",)), **options)


def desk_with(folder, number, source):
    """A folder of one exercise, and of the worked answers before it."""
    for each in CATALOGUE.values():
        if each.number < number:
            shutil.copy(ROOT / "solutions" / f"{each.module}.py", folder)
    (folder / f"{CATALOGUE[number].module}.py").write_text(source, encoding="utf-8")
    return folder


def told(folder, number, check=None):
    """The verdict of one check on a folder."""
    check = check or check_of(number)
    with Prober(folder) as process:
        observation, _ = process.observe(CATALOGUE[number].module, check.probe)
    return judge(check, CATALOGUE[number], observation, {"x": 42})


def run_once(line):
    """A module in which the second call of `run` is right and the first one does something else."""
    return f"import os, signal, sys\n\ndef run(bad=True):\n    if bad:\n        {line}\n    return 42\n"


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("os._exit(0)", Status.CRASHED, "it ended with the exit code 0 before the check was done"),
        ("os.kill(os.getpid(), signal.SIGKILL)", Status.CRASHED, "ended by the signal SIGKILL before the check"),
        ("os.closerange(0, 100)", Status.CRASHED, "it ended with the exit code 1 before the check was done"),
        ("os.execv('/bin/true', ['true'])", Status.CRASHED, "it ended with the exit code 0 before the check was done"),
        ("raise KeyboardInterrupt", Status.CRASHED, "KeyboardInterrupt"),
        ("raise BaseException('no')", Status.CRASHED, "BaseException: no"),
        ("sys.exit()", Status.CRASHED, "SystemExit"),
        ("exit('done')", Status.CRASHED, "SystemExit: done"),
        ("input('?')", Status.CRASHED, "The checks give no input: input() finds nothing to read."),
        ("sys.stdin.read()", Status.PASSED, ""),
        ("breakpoint()", Status.CRASHED, "A breakpoint needs the keyboard: make test-exercise-1 DEBUG=1."),
        ("sys.stdout.close(); sys.stderr.close()", Status.PASSED, ""),
    ],
)
def test_however_a_check_ends_it_has_a_verdict_and_the_next_one_is_run(tmp_path, line, status, words):
    folder = desk_with(tmp_path, 1, run_once(line))
    with Prober(folder) as process:
        first, second = check_of(1), check_of(1, "x = run(bad=False)\n")
        verdict = judge(first, FIRST, process.observe(FIRST.module, first.probe)[0], {"x": 42})
        assert (verdict.status, words in verdict.message) == (status, True), verdict
        assert process.observe(FIRST.module, second.probe)[0].values == {"x": 42}


def test_leaving_while_the_file_is_imported_is_no_pass_either(tmp_path):
    folder = desk_with(tmp_path, 1, "import os\nos._exit(0)\n")
    assert "exit code 0" in told(folder, 1).message


@pytest.mark.parametrize("line", ["import itertools; sum(itertools.repeat(1))", "os.kill(os.getpid(), signal.SIGSTOP)"])
def test_what_does_not_listen_to_the_alarm_is_ended_from_outside_and_the_next_check_is_run(tmp_path, monkeypatch, line):
    monkeypatch.setattr(prober, "SECONDS", 0.2)
    monkeypatch.setattr(prober, "GRACE", 0.4)
    waited = []
    with Prober(desk_with(tmp_path, 1, run_once(line)), waiting=waited.append) as process:
        observation, _ = process.observe(FIRST.module, check_of(1).probe)
        verdict = judge(check_of(1), FIRST, observation, {"x": 42})
        assert verdict.status is Status.TIMED_OUT
        assert verdict.message == "It did not end within its time limit: probably an endless loop."
        assert waited == sorted(waited)
        assert len(waited) > 1
        assert process.observe(FIRST.module, check_of(1, "x = run(False)\n").probe)[0].values == {"x": 42}


def test_nothing_is_left_of_a_process_that_was_ended(tmp_path):
    line = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])"
    with Prober(desk_with(tmp_path, 1, run_once(line))) as process:
        process.observe(FIRST.module, check_of(1).probe)
        group = process.process.pid
        os.killpg(group, 0)
    end = time.monotonic() + 20
    while _is_there(group):
        assert time.monotonic() < end
        time.sleep(0.01)


def _is_there(group):
    """Whether any process of a group lives; the system takes a moment to bury the children of a dead one."""
    states = [line for path in Path("/proc").glob("[0-9]*/stat") for line in _read(path)]
    fields = [state.rpartition(")")[2].split() for state in states]
    return any(int(each[2]) == group and each[0] != "Z" for each in fields)


def _read(path):
    try:
        return [path.read_text()]
    except OSError:
        return []


def test_prints_of_both_streams_come_in_their_order_and_with_the_check_that_printed_them(tmp_path):
    line = "print('one'); print('two', file=sys.stderr); print('three', end='')"
    with Prober(desk_with(tmp_path, 1, run_once(line))) as process:
        assert process.observe(FIRST.module, check_of(1).probe)[1] == "one\ntwo\nthree"
        assert process.observe(FIRST.module, check_of(1, "x = run(False)\n").probe)[1] == ""
        assert process.observe(FIRST.module, check_of(1, "print('größe'); x = 1\n").probe)[1] == "größe\n"


# what a learner's code may import, and what it can read: the same in the terminal and where marks are given

CANNOT = (
    "{} cannot be imported: an exercise may import the standard library, the exercises before it and,"
    " where its file does so already, graphviz. It is the same where marks are given."
)
FORBIDDEN = ("numpy", "torch", "pytest", "click", "rich", "grader", "minigrad_reference", "conftest")


@pytest.fixture(scope="module")
def fence():
    return sandbox()


def seen_by_both(folder, fence, code):
    """The observations of the terminal's process and of the grader's."""
    check = check_of(1, code)
    with Prober(folder) as process:
        mine, _ = process.observe(FIRST.module, check.probe)
    with Worker(fence, folder) as worker:
        return mine, worker.observe(FIRST.module, check.probe)


@pytest.fixture
def reachable(tmp_path):
    """A folder that the fenced user can reach."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    inner = tmp_path / "desk"
    inner.mkdir()
    return inner


def test_terminal_and_grader_refuse_the_same_imports_with_the_same_sentence(reachable, fence):
    desk_with(reachable, 1, "")
    assert importlib.util.find_spec("pytest")
    assert importlib.util.find_spec("numpy")
    for name in FORBIDDEN:
        verdicts = [
            judge(check_of(1), FIRST, seen, {"x": 1}) for seen in seen_by_both(reachable, fence, f"import {name}\n")
        ]
        assert [v.status for v in verdicts] == [Status.CRASHED] * 2, name
        assert {v.message for v in verdicts} == {CANNOT.format(name)}


def test_terminal_and_grader_allow_graphviz_and_the_standard_library(reachable, fence):
    desk_with(reachable, 1, "")
    code = "import graphviz, random, collections\nx = graphviz.Digraph().source\n"
    mine, graded = seen_by_both(reachable, fence, code)
    assert mine.values == graded.values == {"x": "digraph {\n}\n"}


def test_graphviz_is_read_when_a_drawing_is_made_and_not_where_a_file_only_imports_it(reachable, fence):
    desk_with(reachable, 1, "import graphviz\n")
    code = """
        import sys
        parts = lambda: sorted(name for name in sys.modules if name.startswith("graphviz."))
        x = [parts(), graphviz.Digraph().directed, "graphviz.graphs" in parts()]
    """
    for seen in seen_by_both(reachable, fence, dedent(code)):
        assert seen.values == {"x": [[], True, True]}


READING_ON = """def ask():
    while True:
        try:
            return float({})
        except:
            pass
"""


@pytest.mark.parametrize("read", ["input('?')", "sys.stdin.readline()", "sys.stdin.read(1)", "next(sys.stdin)"])
def test_whoever_swallows_the_end_of_the_input_and_reads_on_is_told_that_there_is_none(reachable, fence, read):
    desk_with(reachable, 1, f"import sys\n{READING_ON.format(read)}")
    for seen in seen_by_both(reachable, fence, "x = ask()\n"):
        assert (seen.fault.type, seen.fault.during) == ("EOFError", "run")
        frames = [(frame.function, frame.line) for frame in seen.fault.frames]
        assert frames == [("<module>", 1), ("ask", 5)]
        verdict = judge(check_of(1), FIRST, seen, {"x": 1})
        assert verdict.message.endswith("The checks give no input: input() finds nothing to read.")
    desk_with(reachable, 1, "")
    with Worker(fence, reachable) as worker:  # the next question is answered by another process
        reading = Probe(READING_ON.format("input()") + "ask()\n", ("1",))
        asked = [worker.observe(FIRST.module, probe) for probe in (reading, Probe("x = 2\n", ("x",)))]
    assert [seen.fault and seen.fault.type for seen in asked] == ["EOFError", None]


def test_an_input_that_has_ended_is_whole_and_empty(reachable, fence):
    desk_with(reachable, 1, "import sys\n")
    every = (
        "[sys.stdin.read(), sys.stdin.readlines(), list(sys.stdin), list(sys.stdin.buffer.read()), sys.stdin.fileno()]"
    )
    for seen in seen_by_both(reachable, fence, f"x = {every}\n"):
        assert (seen.fault, seen.values) == (None, {"x": ["", [], [], [], 0]})


def test_whoever_draws_from_the_module_shows_the_same_at_every_check_and_not_what_a_generator_given_would(
    reachable, fence
):
    desk_with(reachable, 1, "import random\n\ndrawn = random.random()\n")
    code = "x = [random.random() for _ in range(3)]\n"
    shown = [seen.values["x"] for _ in range(2) for seen in seen_by_both(reachable, fence, code)]
    assert shown == [shown[0]] * 4
    assert all(random.Random(seed).random() != shown[0][0] for seed in range(1000))


def test_whoever_asks_now_and_then_and_goes_on_without_an_answer_is_not_stopped(reachable, fence):
    line = "try:\n    n = int(input())\nexcept:\n    n = 3\n"
    desk_with(reachable, 1, line * 20)
    for seen in seen_by_both(reachable, fence, "x = n\n"):
        assert (seen.fault, seen.values) == (None, {"x": 3})


@pytest.mark.parametrize("source", ["answer = input('?')\n", "while input('?') != 'stop':\n    pass\n"])
def test_input_in_a_module_ends_at_once_in_terminal_and_grader(reachable, fence, source):
    desk_with(reachable, 1, source)
    for seen in seen_by_both(reachable, fence, "x = 1\n"):
        assert seen.fault.type == "EOFError"
        assert seen.fault.during == "import"
        verdict = judge(check_of(1), FIRST, seen, {"x": 1})
        assert verdict.message == (
            "EOFError: EOF when reading a line. The checks give no input: input() finds nothing to read."
        )


def test_input_in_a_snippet_takes_no_request_of_the_grader(reachable, fence):
    desk_with(reachable, 1, "")
    for seen in seen_by_both(reachable, fence, "x = input()\n"):
        assert seen.fault.type == "EOFError"


# what is said of a fault


def test_a_return_is_asked_after_only_where_a_task_can_give_nothing_but_none(tmp_path):
    text = (ROOT / "solutions" / "ex02_value.py").read_text(encoding="utf-8")
    worked = 'return Value(self.data * other.data, (self, other), "*")'
    assert text.count(worked) == 1
    check = check_of(2, "x = (Value(6.0) * Value(7.0)).data\n", "Value.__mul__")
    forgotten = told(desk_with(tmp_path, 2, text.replace(worked, worked.removeprefix("return "))), 2, check)
    assert forgotten.message == (
        "AttributeError: 'NoneType' object has no attribute 'data'."
        " Value.__mul__ gives None, whatever it is given: is a return missing?"
    )
    for line in ("return [].extend([1]).data", "return [1].reverse()[0]", "kept = print; return kept().data"):
        right = told(desk_with(tmp_path, 2, text.replace(worked, line)), 2, check)
        assert "NoneType" in right.message
        assert "return" not in right.message


def test_of_the_worked_answers_only_those_that_should_return_nothing_do_so(monkeypatch):
    for name in filter(is_exercise, tuple(sys.modules)):  # what other tests have imported here
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    desk = Desk(ROOT / "solutions")
    desk.namespace(CATALOGUE[max(CATALOGUE)].module)
    silent = set(silent_functions(desk.folder).split(", "))
    for name in filter(is_exercise, tuple(sys.modules)):
        del sys.modules[name]
    tasks = [task for exercise in CATALOGUE.values() for task in exercise.tasks]
    assert silent & {task.name for task in tasks} == {task.name for task in tasks if not task.returns}


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("from ex02_values import Value", Status.CRASHED, "There is no module ex02_values; did you mean ex02_value?"),
        (
            "import ex01_derivative",
            Status.CRASHED,
            "There is no module ex01_derivative; did you mean ex01_derivatives?",
        ),
    ],
)
def test_a_slip_in_the_name_of_an_exercise_is_told_with_the_right_name(tmp_path, line, status, message):
    verdict = told(desk_with(tmp_path, 3, f"{line}\n"), 3)
    assert (verdict.status, verdict.message) == (status, message)


def test_a_file_that_is_missing_is_told_as_that(tmp_path):
    desk_with(tmp_path, 3, "from ex02_value import Value\n")
    (tmp_path / "ex02_value.py").unlink()
    verdict = told(tmp_path, 3)
    assert (verdict.status, verdict.blocked_by) == (Status.BLOCKED, 2)
    assert verdict.message == "The file of exercise 2 is missing; make reset-2 makes one."


@pytest.mark.parametrize(("deep", "status"), [(True, Status.TOO_DEEP), (False, Status.CRASHED)])
def test_a_recursion_is_too_deep_only_where_the_check_is_about_depth(tmp_path, deep, status):
    verdict = told(desk_with(tmp_path, 1, "def run():\n    return run()\n"), 1, check_of(1, deep=deep))
    assert verdict.status is status
    assert not (deep and verdict.status.is_wrong)


# what the terminal shows meanwhile


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_check_that_takes_long_has_a_line_on_the_terminal_that_goes_again(monkeypatch):
    running, screen = exercises.Running(), Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    running.title = "The slope of x * x at 3 is 6."
    running.show(1.0)
    running.hide()
    assert screen.getvalue() == ""
    running.show(2.25)
    assert screen.getvalue().strip() == "Running for 2 s: The slope of x * x at 3 is 6."
    running.hide()
    assert screen.getvalue().endswith(" \r")
    monkeypatch.setattr(sys, "stderr", StringIO())
    running.show(3.0)
    assert sys.stderr.getvalue() == ""


def test_an_import_that_does_not_end_is_waited_for_once(tmp_path, monkeypatch):
    monkeypatch.setattr(prober, "SECONDS", 0.2)
    monkeypatch.chdir(ROOT)
    asked = []
    observe = Prober.observe
    monkeypatch.setattr(Prober, "observe", lambda *given: asked.append(given) or observe(*given))
    desk_with(tmp_path, 1, "while True:\n    pass\n")
    verdicts = exercises.run(FIRST, folder=tmp_path)
    assert {v.status for v in verdicts} == {Status.TIMED_OUT}
    assert len(verdicts) == 12
    assert len(asked) == 1


def test_an_observation_from_json_has_all_of_a_fault():
    fault = {"type": "A", "message": "b", "during": "run", "frames": [], "caret": "", "silent": "trace"}
    assert Observation.from_json({"fault": fault}).fault.silent == "trace"


def test_what_a_name_is_is_told_of_a_result_and_not_of_a_bare_address():
    names = {"out": None, "thing": object(), "size": 3}
    assert results_in("out.data + thing.size + size", names, set()) == ", where out is None, size is 3 (int)"
    assert results_in("thing.length", names, set()) == ""

"""An answer is an observation in the one encoding, or a ProtocolError; nothing that a process says is anything else."""

import json
import math
import os
import secrets
import shutil
import tempfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.core.probing import as_json, encode
from grader.core.records import Observation, Probe
from grader.course.fence import sandbox as fence
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import ProtocolError, Worker, observe, read_answer

IDENTIFIER = "0123456789abcdef"
SLOT = os.getpid() % 1000
EXERCISE, OTHER = read_catalogue()[1], read_catalogue()[2]
FAULTS = ("ZeroDivisionError", "MemoryError")
PROBE = Probe("x = y\n", ("x",))

texts = st.text(max_size=20) | st.sampled_from(["nan", "float", "object", "repr", "id", "values", "fault", "\ud800"])
numbers = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 10**4000, 1e308])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=20,
)
frames = st.fixed_dictionaries({"file": values, "line": values, "function": values, "text": values}) | values
faults = st.fixed_dictionaries(
    {"type": texts, "message": texts, "during": texts, "frames": st.lists(frames, max_size=12) | values},
    optional={"caret": texts | values, "silent": texts | values, "more": values},
)
answers = st.fixed_dictionaries(
    {"id": st.just(IDENTIFIER) | values},
    optional={"values": st.fixed_dictionaries({"x": values}) | values, "fault": faults | values},
)


def is_encoded(value, depth=0):
    if isinstance(value, list):
        return depth <= 8 and all(is_encoded(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return value in ({"float": "nan"}, {"float": "inf"}, {"float": "-inf"}) or (
            set(value) == {"object", "repr"} and all(type(v) is str and len(v) <= 200 for v in value.values())
        )
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, str) or (type(value) is int and abs(value) < 2**63)


def read(line):
    """An observation that is in order, or None for a ProtocolError."""
    try:
        observation = read_answer(line, IDENTIFIER, ["x"])
    except ProtocolError:
        return None
    assert type(observation) is Observation
    fault = observation.fault
    if fault is None:
        assert set(observation.values) == {"x"}
        assert is_encoded(observation.values["x"])
    else:
        assert not observation.values
        texts = [fault.type, fault.message, fault.during, fault.caret, fault.silent]
        texts += [text for frame in fault.frames for text in (frame.file, frame.function, frame.text)]
        assert all(type(text) is str and len(text) <= 500 for text in texts)
        assert all(0 <= frame.line < 10**7 for frame in fault.frames)
        assert len(fault.frames) <= 10
    return observation


@given(st.binary())
def test_any_bytes_are_refused(line):
    assert read(line) is None


@settings(max_examples=100)
@given(answers | values)
def test_any_json_is_an_observation_or_refused(answer):
    read(json.dumps(answer).encode())


@settings(max_examples=100)
@given(answers, st.data())
def test_a_damaged_answer_is_an_observation_or_refused(answer, data):
    line = bytearray(json.dumps(answer).encode())
    place = data.draw(st.integers(0, len(line) - 1))
    line[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    read(bytes(line))


@given(values)
def test_whatever_probing_encodes_is_read_as_it_is(value):
    encoded = encode(value)
    answer = {"id": IDENTIFIER, "values": {"x": encoded}}
    assert json.loads(as_json(answer)) == answer
    observation = read(as_json(answer).encode())
    assert observation is not None
    assert observation.values["x"] == encoded


@settings(max_examples=15)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_question_arrives_as_it_was_asked(text):
    probe = Probe(f"x = {text!r}\n", ("x",))
    with folder_with("") as folder, Worker(sandbox(), folder, SLOT) as worker:
        assert worker.observe(EXERCISE.module, probe).values == {"x": text}


@pytest.mark.parametrize(
    "text",
    [
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "9" * 5000,
        "9223372036854775808",
        "[" * 9 + "]" * 9,
        "[" * 900 + "]" * 900,
        "[" * 100_000,
        '{"float": "1"}',
        '{"float": NaN}',
        '{"float": ["nan"]}',
        '{"object": "float", "repr": 1}',
        "{}",
    ],
)
def test_values_outside_the_encoding_are_refused(text):
    assert read(f'{{"id": "{IDENTIFIER}", "values": {{"x": {text}}}}}'.encode()) is None


def test_an_answer_is_utf_8():
    assert read(json.dumps({"id": IDENTIFIER, "values": {"x": 1}}).encode("utf-16")) is None


@pytest.mark.parametrize("field", ["file", "function", "text", "line"])
@pytest.mark.parametrize("value", ["[" * 900 + "]" * 900, "null", "1.5", "true", "{}"])
def test_frames_of_another_form_are_refused(field, value):
    frame = {"file": '"f"', "line": "1", "function": '"f"', "text": '"t"', field: value}
    inside = ", ".join(f'"{name}": {text}' for name, text in frame.items())
    fault = f'{{"type": "A", "message": "", "during": "run", "caret": "", "frames": [{{{inside}}}]}}'
    assert read(f'{{"id": "{IDENTIFIER}", "fault": {fault}}}'.encode()) is None


@settings(max_examples=15)
@given(st.binary(max_size=200))
def test_a_real_process_that_answers_anything_ends_in_an_observation(line):
    source = f"""
import os
for descriptor in range(1, 32):
    try:
        os.write(descriptor, {line!r})
    except OSError:
        pass
os._exit(0)
"""
    (observation,) = observe_source(source, 1)
    assert observation.fault is not None
    assert observation.fault.type == "WorkerLost"


def test_a_process_that_dies_between_questions_costs_no_answer():
    source = "import os, signal\nsignal.signal(signal.SIGALRM, lambda *_: os._exit(0))\ny = 5\n"
    with folder_with(source) as folder, Worker(sandbox(), folder, SLOT) as worker:
        for _ in range(3):
            observation = worker.observe(EXERCISE.module, PROBE)
            assert observation.values == {"x": 5}
            worker.process.kill()
            os.waitid(os.P_PID, worker.process.pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("is_another", [False, True])
def test_what_this_or_another_python_compiles_runs_behind_the_fence_and_shows_no_source(is_another, monkeypatch):
    monkeypatch.setattr(fence, "_magic_number", lambda _: "" if is_another else MAGIC_NUMBER.hex())
    fence._bytecode.cache_clear()
    source = '"""Said."""\nassert False\ny = __doc__\n'
    with desk() as folder:
        sandbox().write_compiled(folder, {EXERCISE.module: source})
        assert [path.name for path in folder.iterdir()] == [f"{EXERCISE.module}.pyc"]
        (seen,) = observe(sandbox(), folder, EXERCISE.module, [PROBE], SLOT)
    assert seen == Observation({"x": None})


def test_identifiers_cannot_be_foreseen(monkeypatch):
    drawn = []
    token = secrets.token_hex
    monkeypatch.setattr(secrets, "token_hex", lambda size: drawn.append(token(size)) or drawn[-1])
    assert [observation.values for observation in observe_source("y = 5\n", 3)] == [{"x": 5}] * 3
    assert len(set(drawn)) == 3


@pytest.mark.parametrize(("megabytes", "fault"), [(100, None), (300, None), (600, "MemoryError")])
def test_what_needs_more_memory_than_most_gets_all_that_there_is(megabytes, fault):
    (observation,) = observe_source(f"y = len(bytearray({megabytes} * 10**6))\n", 1)
    assert (observation.fault and observation.fault.type) == fault
    assert observation.values == ({} if fault else {"x": megabytes * 10**6})


@pytest.mark.parametrize("line", ["1 / 0", "import os; os._exit(0)", "while True: pass", "y = bytearray(2**40)"])
def test_a_module_that_cannot_be_imported_is_tried_twice_and_not_for_each_check(line):
    with folder_with(f"{line}\n") as folder, Worker(sandbox(), folder, SLOT) as worker:
        seen = [worker.observe(EXERCISE.module, PROBE) for _ in range(2)]
        (folder / f"{EXERCISE.module}.py").write_text("y = 5\n", encoding="utf-8")  # nobody asks any more
        worker.stop()
        seen += [worker.observe(EXERCISE.module, PROBE) for _ in range(20)]
    assert {observation.fault.type for observation in seen} < {*FAULTS, "WorkerLost", "TimeIsUp"}
    assert len({observation.fault.type for observation in seen}) == 1


def test_a_module_that_an_earlier_check_has_spoiled_is_tried_alone():
    spoiling = "import sys; sys.modules['math'] = None; x = 1\n"
    with folder_with("import math\ny = 5\n") as folder, Worker(sandbox(), folder, SLOT) as worker:
        (folder / f"{OTHER.module}.py").write_text("", encoding="utf-8")
        worker.observe(OTHER.module, Probe(spoiling, ("x",)))
        assert worker.observe(EXERCISE.module, PROBE).values == {"x": 5}


class folder_with:  # noqa: N801 - reads as a function
    """A folder with one exercise that the fenced user can reach."""

    def __init__(self, source):
        self.outer = Path(tempfile.mkdtemp())
        self.outer.chmod(0o711)
        self.folder = self.outer / "desk"
        self.folder.mkdir()
        (self.folder / f"{EXERCISE.module}.py").write_text(source, encoding="utf-8")

    def __enter__(self):
        return self.folder

    def __exit__(self, *_):
        shutil.rmtree(self.outer)


def observe_source(source, times):
    with folder_with(source) as folder:
        return observe(sandbox(), folder, EXERCISE.module, [PROBE] * times, SLOT)

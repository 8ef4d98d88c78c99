"""How checks are declared, how values are told apart, and what a probe's digest depends on."""

import enum
import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.judging import same, show
from grader.core.probing import encode
from grader.core.records import Probe

HEAD = "from grader.core.checks import exercise\n\ncheck = exercise(1)\n\n\n"
GOOD = '''@check("derivative", points=1)
def test_added(probe):
    """A check."""
    probe("x = 1", "x")
'''
FAULTS = {
    "without the decorator": (
        ('@check("derivative", points=1)\n', ""),
        'test_added has no exercise, task and points: put @check("task", points=1)',
    ),
    "without a docstring": (
        ('    """A check."""\n', ""),
        "test_added has no docstring: its first line is what the learner reads",
    ),
    "of 0 points": (("points=1", "points=0"), "test_added has 0 points: a check is worth at least 1"),
    "with two probes": (
        ('    probe("x = 1", "x")\n', '    probe("x = 1", "x")\n' * 2),
        "must call probe(snippet, expression, …) once",
    ),
    "without a probe": (('    probe("x = 1", "x")\n', ""), "must call probe(snippet, expression, …) once"),
    "that observes nothing": (('"x = 1", "x"', '"x = 1"'), "with something to observe"),
    "of an unknown task": (('"derivative"', '"integral"'), "the catalogue has no task 'integral' in exercise 1"),
    "of another exercise's task": (
        ('"derivative"', '"Value.__add__"'),
        "the catalogue has no task 'Value.__add__' in exercise 1",
    ),
}
NO_PROBE = "def test_added():\n    assert True\n"


def add(author, check):
    path = "tests/public/test_ex01_derivatives.py"
    author.write(path, f"{author.read(path)}\n\n{check}")


def collected(author):
    """What plain pytest says, without the plugins that the kata does not need."""
    command = ["-m", "pytest", "-p", "pytest_timeout", "tests/public/test_ex01_derivatives.py"]
    return author.call(*command, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_with_a_fault_stops_the_run_with_a_sentence_and_passes_nothing(author, name):
    (old, new), sentence = FAULTS[name]
    assert GOOD.count(old) == 1
    add(author, GOOD.replace(old, new))
    result = collected(author)
    assert result.returncode == 4
    (error,) = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("ERROR: ")]
    assert sentence in error
    assert error.endswith(".")
    assert "passed" not in result.stdout


def test_a_test_in_a_suite_that_is_no_check_at_all_stops_the_run(author):
    add(author, NO_PROBE)
    result = collected(author)
    assert result.returncode == 4
    assert (
        "ERROR: test_ex01_derivatives.py::test_added has no exercise, task and points" in result.stdout + result.stderr
    )


def test_the_learners_command_refuses_such_a_suite_as_well(author):
    add(author, NO_PROBE)
    result = author.run("test", 1)
    assert (result.returncode, result.stdout) == (2, "")
    assert "test_added has no exercise, task and points" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_check_that_the_key_does_not_answer_is_the_graders_fault_and_no_verdict(author):
    add(author, GOOD)
    result = author.run("test", 1)
    assert (result.returncode, result.stdout) == (2, "")
    assert "The answer key has no answer to ex01.added as it now stands" in result.stderr


# same


numbers = st.floats() | st.integers()
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=20,
)
REL, ABS = 1e-9, 1e-12


@given(values)
def test_a_value_is_the_same_as_itself_nan_included(value):
    assert same(encode(value), encode(value), REL, ABS)
    assert same(encode(value), json.loads(json.dumps(encode(value))), REL, ABS)


@given(values, values)
def test_sameness_does_not_depend_on_the_side(a, b):
    assert same(encode(a), encode(b), REL, ABS) == same(encode(b), encode(a), REL, ABS)


@given(st.lists(values, max_size=5))
def test_a_tuple_is_its_list_and_a_longer_list_is_not(items):
    assert same(encode(items), encode(tuple(items)), REL, ABS)
    assert not same(encode(items), encode([*items, 0]), REL, ABS)


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_its_float_but_never_a_truth_value_or_text(n):
    assert same(n, float(n), REL, ABS)
    assert same(float(n), n, REL, ABS)
    for other in (True, False, str(n), None, [n]):
        assert not same(n, other, REL, ABS)
        assert not same(other, n, REL, ABS)


def test_true_is_not_1_and_false_is_not_0_and_nothing_is_not_none():
    assert same(True, True, REL, ABS)
    for a, b in ((True, 1), (True, 1.0), (False, 0), (None, 0), (None, False), ("", None), ([], None), ("1", 1)):
        assert not same(a, b, REL, ABS)


@given(st.floats(1e-300, 1e300), st.floats(1e-9, 1e-3), st.sampled_from([1, -1]))
def test_within_the_tolerance_is_the_same_and_twice_as_far_off_is_not(x, rel, sign):
    assert same(sign * x, sign * x * (1 + rel / 2), rel, 0.0)
    assert not same(sign * x, sign * x * (1 + 2.5 * rel), rel, 0.0)
    assert not same(sign * x, -sign * x, rel, 0.0)


def test_the_absolute_tolerance_counts_near_0():
    assert same(0.0, 1e-13, REL, ABS)
    assert not same(0.0, 1e-11, REL, ABS)


def test_infinities_and_nan_are_themselves_alone():
    special = [encode(x) for x in (math.inf, -math.inf, math.nan)]
    for i, a in enumerate(special):
        for j, b in enumerate([*special, 0.0, 1e308, "nan", "inf", None]):
            assert same(a, b, REL, ABS) == (i == j)


@given(values)
def test_every_encoded_value_can_be_shown_in_a_short_line(value):
    assert len(show(encode(value))) <= 160


# encode


class Liar(float):
    def __repr__(self):
        return "1.0"


class Whole(enum.IntEnum):
    ONE = 1


class Word(str):
    __slots__ = ()

    def __getitem__(self, _):
        raise RuntimeError


class Rude:
    def __repr__(self):
        raise RuntimeError("no")


class Silent:
    def __repr__(self):
        return None


class Overriding:
    def __repr__(self):
        return Word("x" * 1000)


class Loud:
    def __repr__(self):
        return "x" * 10**6


class Meta(type):
    @property
    def __name__(cls):
        raise RuntimeError("no")


class Nameless(metaclass=Meta):
    __class__ = float


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


CYCLE = [1]
CYCLE.append(CYCLE)
BUSH = [0]
BUSH[:] = [BUSH] * 50
ODD = {
    "a subclass of float": Liar(1.0),
    "a member of an enum": Whole.ONE,
    "a subclass of str": Word("x"),
    "a repr that raises": Rude(),
    "a repr that is no text": Silent(),
    "a repr of a hostile class": Overriding(),
    "an endless repr": Loud(),
    "a class without a name": Nameless(),
    "a class": float,
    "a set": {1.0},
    "a dict that looks like NaN": {"float": "nan"},
    "bytes": b"1",
    "a complex number": 1j,
    "a huge integer": 2**64,
    "a long text": "x" * 10**6,
    "a long list": [0] * 10**6,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_plain_value_is_an_object_that_is_the_same_as_no_number(name):
    encoded = encode(ODD[name])
    assert set(json.loads(json.dumps(encoded))) == {"object", "repr"}
    assert type(encoded["object"]) is str
    assert type(encoded["repr"]) is str
    assert len(encoded["repr"]) <= 200
    for plain in (1, 1.0, True, "x", "1.0", [0], encode(math.nan)):
        assert not same(plain, encoded, REL, ABS)
    assert "(of type " in show({**encoded, "repr": encoded["repr"][:50]})


@pytest.mark.parametrize(
    "value",
    [nested(5), nested(100), nested(5000), CYCLE, BUSH, [[0] * 10_000] * 10_000, (([], ()), {}), [Rude(), Liar(2.0)]],
    ids=["shallow", "deep", "deeper than the stack", "cycle", "bush", "wide", "empty", "with odd items"],
)
def test_any_nest_of_lists_is_json_of_a_bounded_size(value):
    assert len(json.dumps(encode(value))) < 10**6


@given(values)
def test_plain_values_keep_their_exact_types(value):
    text = json.dumps(encode(value), allow_nan=False)
    assert json.loads(text) == encode(value)


@pytest.mark.parametrize("value", [True, False, 0, 1, -(2**63) + 1, 0.5, -0.0, "", "größe", "\ud800", None])
def test_a_plain_value_is_encoded_as_itself(value):
    assert encode(value) is value


def test_the_probing_module_stands_alone(author):
    path = author.folder / "grader" / "core" / "probing.py"
    code = f"import runpy, sys; runpy.run_path({str(path)!r}); print(*sys.modules)"
    result = author.call("-I", "-S", "-c", code)
    assert (result.returncode, result.stderr) == (0, "")
    names = {name.partition(".")[0] for name in result.stdout.split()}
    assert not names - set(sys.stdlib_module_names) - {"__main__", "__mp_main__", "sitecustomize"}


# digest


def test_the_digest_changes_with_module_snippet_and_observations_alone():
    probe = Probe("\n    x = 1\n    ", ("x",))
    mark = probe.digest("ex01_one")
    others = [
        probe.digest("ex02_two"),
        Probe("x = 2", ("x",)).digest("ex01_one"),
        Probe("x = 1", ("y",)).digest("ex01_one"),
        Probe("x = 1", ("x", "x")).digest("ex01_one"),
        Probe("x = 1", ()).digest("ex01_one"),
    ]
    assert len({mark, *others}) == 6
    assert Probe("x = 1", ("x",)).digest("ex01_one") == mark  # indentation of the check's source
    assert Probe("x = 1", ("x",), rel=1e-3).digest("ex01_one") == mark  # tolerance changes no answer

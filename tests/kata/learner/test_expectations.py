"""A learner's own checks are data: the form that is read, and the sentence for everything else."""

import re
from itertools import product
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.expectations import CHECKS, EXPRESSIONS, FILE, FORM, ITEMS, SNIPPET, example, parse_expectations
from grader.core.paths import SOLUTIONS
from grader.course.bank.catch_report import ON_WRONG_ENGINES
from grader.learner.catch import ON_OWN_ENGINE, beginning
from grader.learner.prober import prober

WHERE = "exercises/catch/ex04.py"


def refusal(text):
    with pytest.raises(KataError) as refused:
        parse_expectations(text, WHERE)
    sentence = str(refused.value)
    assert sentence.startswith(WHERE), sentence
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence
    return sentence


def expect(snippet, expected="{'x': 1}", more=""):
    return f"expect({snippet!r}, {expected}{more})"


def test_a_check_is_a_snippet_expressions_and_values():
    text = f'"""Mine."""\n# by hand\n{FORM}\n'
    text += 'expect("x = 1", {"x": 1, "[x, -x]": [1, -1.5], "str(x)": "1"}, within=0.01)\n'
    first, second = parse_expectations(text, WHERE)
    assert (first.line, first.probe.observe, dict(first.expected)) == (3, ("a.grad",), {"a.grad": 6.0})
    assert first.probe.code == "a = Value(3.0); b = a * a; b.backward()\n"
    assert (second.probe.rel, second.probe.abs) == (0.01, 0.01)
    assert dict(second.expected) == {"x": 1, "[x, -x]": [1, -1.5], "str(x)": "1"}


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "a name, a number or an attribute": (FORM, 11),
        "with its comments in many lines": (FORM.replace("; ", "\\n# of its own\\n"), 11),
        "a value of any kind": ("expect('x = [None, True, -1.5e-3]', {'x': [None, True, -0.0015]}, within=0.001)", 8),
        "what a text holds": ("expect('x = str([1.5, 2.5])', {'x': '[1.5, 2.5]', \"'' + x\": ''})", 10),
        "a function and its arguments": ("expect('def f(x, *, y=1): return x + y\\nz = f(2, y=3)', {'z': 5})", 13),
    }.values(),
)
def test_names_and_values_are_words(text, words):
    assert parse_expectations(text, WHERE)[0].words == words


def test_one_long_check_has_as_many_words_as_the_short_ones_in_it():
    line, asked = "a = Value({0}.0); b{0} = a * a", '"b{0}.data": {1}.0'
    short = [f'expect("{line}", {{{{{asked}}}}})'.format(n, n * n) for n in range(3)]
    code = "; ".join(line.format(n) for n in range(3))
    values = ", ".join(asked.format(n, n * n) for n in range(3))
    (long,) = parse_expectations(f'expect("{code}", {{{values}}})', WHERE)
    assert long.words == sum(each.words for each in parse_expectations("\n".join(short), WHERE))


def test_a_snippet_may_stand_in_many_lines_with_a_margin():
    (check,) = parse_expectations('expect("""\n    a = Value(2.0)\n    b = a * a\n    """, {"b.data": 4})', WHERE)
    assert check.probe.code.splitlines()[:2] == ["a = Value(2.0)", "b = a * a"]


def test_infinity_is_written_as_a_number_that_is_too_large():
    (check,) = parse_expectations('expect("x = math.inf", {"x": 1e999})', WHERE)
    assert check.expected["x"] == {"float": "inf"}


def test_the_beginning_that_a_learner_is_given_has_an_example_that_is_right_and_no_check():
    with prober(SOLUTIONS.resolve()) as process:
        for chosen, tells in product(read_catalogue().values(), (ON_OWN_ENGINE, ON_WRONG_ENGINES)):
            text = beginning(chosen, tells)
            assert parse_expectations(text, WHERE) == []
            assert max(map(len, text.splitlines())) <= 120
            assert f"    {example(chosen.number)}\n" in text
            (check,) = parse_expectations(example(chosen.number), WHERE)
            seen, _ = process.observe(chosen.module, check.probe)
            assert seen.values == pytest.approx(dict(check.expected)), chosen.number


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "no Python": ("expect(", "line 1: Python cannot read it"),
        "a zero in it": ("x = '\0'", "Python cannot read it"),
        "too many brackets": ("(" * 500 + ")" * 500, "Python cannot read it"),
        "code of its own": ("import os\n", "only checks such as"),
        "a name for a check": ("check = " + FORM, "only checks such as"),
        "another call": ("print('x', {'x': 1})", "only checks such as"),
        "values that are computed": ("expect('x = 1', dict(x=1))", "only checks such as"),
        "a table that is spread": ("expect('x = 1', {**{'x': 1}})", "what is asked is a text"),
        "no value": (expect("x = 1", "{}"), "expects from 1 to"),
        "a snippet that is put together": ("expect('x' + 'y', {'x': 1})", "the snippet is a text"),
        "a formatted snippet": ("expect(f'x = {1}', {'x': 1})", "the snippet is a text"),
        "a snippet that is no Python": (expect("x ="), "Python cannot read 'x ="),
        "an expression that is no Python": (expect("x = 1", "{'x = 2': 1}"), "Python cannot read 'x = 2'"),
        "a value that is computed": (expect("x = 1", "{'x': 2 * 3}"), "is not written out"),
        "a value that is a name": (expect("x = 1", "{'x': y}"), "is not written out"),
        "a value that is a table": (expect("x = 1", "{'x': {1: 2}}"), "is not written out"),
        "bytes": (expect("x = 1", "{'x': b'1'}"), "is not written out"),
        "a whole number of a thousand digits": (expect("x = 1", f"{{'x': {'9' * 1000}}}"), "is not written out"),
        "an expression twice": (expect("x = 1", "{'x': 1, 'x': 2}"), "'x' is asked twice"),
        "a tolerance without end": (expect("x = 1", more=", within=1e9"), "only within="),
        "a tolerance that is computed": (expect("x = 1", more=", within=1 / 10"), "only within="),
        "another keyword": (expect("x = 1", more=", rel=0.1"), "only within="),
    }.values(),
)
def test_what_is_no_check_ends_in_one_sentence(text, said):
    assert said in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "#" * (FILE + 1),
        f"{FORM}\n" * (CHECKS + 1),
        expect("x" * (SNIPPET + 1)),
        expect("x = 1", str({f"x + {i}": i for i in range(EXPRESSIONS + 1)})),
        expect("x = 1", str({"x" * 600: 1})),
        expect("x = 1", str({"x": [1] * ITEMS})),
        expect("x = 1", "{'x': " + "[" * 90 + "]" * 90 + "}"),
    ],
)
def test_files_snippets_and_values_have_a_size(text):
    refusal(text)


@pytest.mark.parametrize(
    "snippet",
    """import os
import os as math
from os import path
from random import _os
from .math import pi
x = open('/etc/passwd').read()
x = __import__('os')
x = eval('1')
x = getattr(Value, 'x')
x = Value.__add__.__code__.co_code
x = Value.__module__
x = ().__class__.__mro__
x = random._os
x = re.enum.sys.modules
x = '{0.__class__}'.format(Value)
x = (i for i in ()).gi_frame
x = vars(Value)
with x: pass
async def f(): await x
x = __builtins__
import inspect
import math.x
x = math.__loader__.get_data('key.json')
x = random.__file__
x = Value.__init__.__globals__
x = Value(1.0)._backward.__closure__
x = f'{Value.__doc__}'
x = [y for y in type(1).__subclasses__()]
x = lambda: __file__
def f(x=__name__): pass
class X: y = __spec__
x = type(Value).mro(Value)
x = re.compile('x')
x = derivative.__wrapped__
x = ValueError().__traceback__
x = y.tb_frame
x = y.f_globals
x = (help, exit)""".splitlines(),
)
def test_a_snippet_does_not_reach_behind_the_engine(snippet):
    assert "may not be used in a check" in refusal(expect(snippet.replace("with x: pass", "with x:\n    pass")))


def test_an_expression_does_not_reach_behind_the_engine_either():
    assert "__doc__ may not be used" in refusal(expect("x = 1", "{'Value.__doc__': ''}"))


def test_a_pattern_of_classes_reads_no_hidden_attribute():
    assert "match may not be used" in refusal(expect("match Value:\n    case type(__doc__=x):\n        pass"))


def test_what_checks_are_made_of_may_be_used():
    snippet = "import math, random\na = Value(1.0)\nx = [sorted(v._op for v in a._prev), a._backward, math.pi]"
    assert parse_expectations(expect(snippet), WHERE)


def test_a_file_that_is_no_text_ends_in_one_sentence(tmp_path):
    from grader.core.expectations import read_expectations

    path = Path(tmp_path, "ex04.py")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KataError, match=re.escape(f"{path} is not UTF-8 text")):
        read_expectations(path)


def test_a_misspelt_private_name_is_refused_with_those_that_may_be_used():
    assert "_backwards may not be used in a check" in (said := refusal(expect("c._backwards()")))
    assert said.endswith("With an underscore only _backward, _op, _prev may.")

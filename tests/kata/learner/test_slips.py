"""Slips that any exercise may have: each is seen wherever it stands, in words that fit the place, and nowhere else."""

import ast
import re
from dataclasses import replace
from textwrap import dedent, indent

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.defaults import leaves_a_changed_default
from grader.core.diagnosis import diagnose
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, PUBLIC
from grader.core.records import Status
from grader.core.slips import READ, Slip, as_misconception, find_slips, kinds
from grader.core.source import function_nodes, functions
from grader.course.bank.chaffs import edited, read_bank
from grader.course.bank.wheats import read_wheats
from grader.course.grading.suites import read_solutions

CATALOGUE = read_catalogue()
WORKED = read_solutions()
ADD, MUL, POW = "Value.__add__", "Value.__mul__", "Value.__pow__"
STORED = "    out._backward = _backward\n"
IN_TURN = """\
    slopes = []
    for i in range(len(xs)):
        right = list(xs)
        left = list(xs)
        right[i] += h
        left[i] -= h
        slopes.append((f(right) - f(left)) / (2 * h))
    return slopes
"""
CLEARED = 'setattr(p, "grad", 0.0)'
MAPPED = f"map(lambda p: {CLEARED}, self.parameters())"
WRAPPED = "other = other if isinstance(other, Value) else Value(other)"
FLAT_LAYER = "[p for neuron in self.neurons for p in neuron.parameters()]"
FLAT_NETWORK = "[p for layer in self.layers for p in layer.parameters()]"
IN_A_SUM = """\
        total = 0
        for layer in self.layers:
            total += layer.parameters()
        return total
"""
CALLED = "    return [derivative(line, x, h) for line, x in zip(lines, xs)]\n"
IN_A_COMPREHENSION = "    lines = [lambda x: f([*xs[:i], x, *xs[i + 1 :]]) for i in range(len(xs))]\n"
IN_A_LOOP = """\
    lines = []
    for i in range(len(xs)):

        def line(x):
            return f([*xs[:i], x, *xs[i + 1 :]])

        lines.append(line)
"""
WALK = """\
    order = []
    met = set()
    work = [(root, False)]
    while work:
        value, operands_done = work.pop()
        if operands_done:
            order.append(value)
        elif value not in met:
            met.add(value)
            work.append((value, True))
            for operand in value._prev:
                work.append((operand, False))
    return order
"""
AGAIN = """\
    if root not in met:
        met.add(root)
        for operand in root._prev:
            topological_order(operand, order, met)
        order.append(root)
    return order
"""
VISITED = """\
def visited(value, order=[], met=set()):
    if value not in met:
        met.add(value)
        for operand in value._prev:
            visited(operand, order, met)
        order.append(value)
    return order


"""
POWERS = """\
    powers = [(value - largest).exp() for value in values]
    total = sum(powers)
    return [power / total for power in powers]
"""
BY_HAND = """\
    powers = [2.718281828459045 ** (value.data - largest) for value in values]
    shares = []
    for i, power in enumerate(powers):
        share = Value(power / sum(powers), values, "softmax")

        def passes_on():
            for j, value in enumerate(values):
                value.grad += share.data * ((i == j) - shares[j].data) * share.grad

        share._backward = passes_on
        shares.append(share)
    return shares
"""


def named(number, source, verdicts, prints=None):
    """The ids of what is named, the task and the exercise of a slip left out."""
    known = read_fingerprints(PUBLIC / FINGERPRINTS, number) if prints is None else prints
    diagnoses = diagnose(verdicts, known, find_slips(source, CATALOGUE[number], verdicts))
    return [re.sub(r"-in-value-.*", "", d.misconception.id) for d in diagnoses]


# fmt: off
SLIPS = {  # exercise, task, what is written there, and what it is called
    "a missing return": (1, "derivative", [("return rise /", "rise /")], "return-missing"),
    "print for return": (1, "derivative", [("return rise / (2 * h)", "print(rise / (2 * h))")], "return-missing"),
    "no return of a Value": (3, ADD, [("    return out\n", "")], "return-missing"),
    "no return of None among the values": (11, "accuracy", [("return right", "right")], "return-missing"),
    "a return one step too far in": (
        3, ADD, [(STORED + "    return out\n", "        return out\n\n" + STORED)], "return-in-the-inner-function",
    ),
    "a return of the function inside alone": (
        7,
        "trace",
        [("    return nodes, edges\n", "\n    def build():\n        return nodes, edges\n\n    build()\n")],
        "return-in-the-inner-function",
    ),
    "a return for two of three": (8, "Neuron.__call__", [("        return s\n", "")], "return-on-some-ways"),
    "what append gives": (
        8, "Neuron.parameters", [("[*self.w, self.b]", "list(self.w).append(self.b)")], "none-is-kept",
    ),
    "what reverse gives": (4, "topological_order", [("return order", "return order.reverse()")], "none-is-kept"),
    "a return in a for": (10, "train", [("    return losses", "        return losses")], "return-in-the-loop"),
    "a return in a while": (
        4, "topological_order", [("    return order", "        return order")], "return-in-the-loop",
    ),
    "a return in the loop of a network": (
        9, "MLP.__call__", [("  return x[0]", "      return x[0]")], "return-in-the-loop",
    ),
    "self for the result": (5, POW, [("return out", "return self")], "self-returned"),
    "self for a result of exercise 2": (
        2,
        ADD,
        [("return Value(", "out = Value("), ('(self, other), "+")', '(self, other), "+")\n        return self')],
        "self-returned",
    ),
    "backward without brackets": (10, "train", [("loss.backward()", "loss.backward")], "method-not-called"),
    "zero_grad without brackets": (11, "train", [("model.zero_grad()", "model.zero_grad")], "method-not-called"),
    "a step without brackets": (4, "Value.backward", [("value._backward()", "value._backward")], "method-not-called"),
    "parameters without brackets": (9, "Module.zero_grad", [("parameters()", "parameters")], "method-not-called"),
    "a layer's parameters without": (
        9, "MLP.parameters", [("layer.parameters()", "layer.parameters")], "method-not-called",
    ),
    "functions of a comprehension": (1, "gradient", [(IN_TURN, IN_A_COMPREHENSION + CALLED)], "loop-read-late"),
    "functions of a loop": (1, "gradient", [(IN_TURN, IN_A_LOOP + CALLED)], "loop-read-late"),
    "steps of a loop": (12, "softmax", [(POWERS, BY_HAND)], "loop-read-late"),
    "a list and a set for all calls": (
        4,
        "topological_order",
        [("(root)", "(root, order=[], met=set())"), (WALK, AGAIN)],
        "default-shared",
    ),
    "a list of slopes for all calls": (
        1, "gradient", [("h=1e-6)", "h=1e-6, *, slopes=list())"), ("    slopes = []\n", "")], "default-shared",
    ),
    "a list and a set of a helper's own": (
        4,
        "topological_order",
        [(WALK, "    return visited(root)\n"), ("def topological_order(", VISITED + "def topological_order(")],
        "default-shared",
    ),
    "a method handed on": (10, "train", [("model.parameters()", "model.parameters")], "method-not-called"),
    "a method handed to another file": (
        11, "train", [("sgd_step(model.parameters()", "sgd_step(model.parameters")], "method-not-called",
    ),
    "a curve without brackets": (8, "Neuron.__call__", [("s.tanh()", "s.tanh")], "method-not-called"),
    "relu without brackets": (11, "hinge_loss", [(".relu()", ".relu")], "method-not-called"),
    "== for = of a gradient": (4, "Value.backward", [("self.grad = 1.0", "self.grad == 1.0")], "compared-not-stored"),
    "== for = of a step": (3, MUL, [("_backward = _", "_backward == _")], "compared-not-stored"),
    "== for = of data": (10, "sgd_step", [("p.data -= ", "p.data == p.data - ")], "compared-not-stored"),
    "a result that is dropped": (10, "sgd_step", [("p.data -= ", "p.data - ")], "computed-not-kept"),
    "a Value that is made and dropped": (
        2,
        MUL,
        [(WRAPPED, "if not isinstance(other, Value):\n            Value(other)")],
        "made-and-dropped",
    ),
    "a Value made in a choice and dropped": (3, ADD, [(WRAPPED, WRAPPED[len("other = ") :])], "made-and-dropped"),
    "a result that no name is given": (6, "Value.tanh", [("out = Value(", "Value(")], "made-and-dropped"),
    "a relu that is dropped": (
        8, "Neuron.__call__", [("return s.relu()", "s.relu()\n        return s")], "made-and-dropped",
    ),
    "a copy that is dropped": (1, "gradient", [("left = list(xs)", "list(xs)")], "made-and-dropped"),
    "an order that is turned and dropped": (
        4,
        "Value.backward",
        [
            ("    for value in reversed(topological_order(self)):", "    for value in order:"),
            ("self.grad = 1.0\n", "self.grad = 1.0\n    order = topological_order(self)\n    reversed(order)\n"),
        ],
        "made-and-dropped",
    ),
    "a cut that is dropped": (
        4, "topological_order", [("    return order", "    order[::-1]\n    return order[:-1]")], "made-and-dropped",
    ),
    "a map that nobody walks along": (
        9,
        "Module.zero_grad",
        [("for p in self.parameters():\n        p.grad = 0.0", MAPPED)],
        "never-walked",
    ),
    "a generator that nobody walks along": (
        9,
        "Module.zero_grad",
        [("for p in self.parameters():\n        p.grad = 0.0", f"({CLEARED} for p in self.parameters())")],
        "never-walked",
    ),
    "a share that goes to a name": (
        3,
        ADD,
        [
            ("self.grad += 1.0 * out.grad", "for operand in (self, other):"),
            ("        other.grad += 1.0 * out.grad", "            g = operand.grad\n            g += 1.0 * out.grad"),
        ],
        "changed-in-a-name",
    ),
    "a share of a product that goes to a name": (
        3, MUL, [("self.grad += other", "g = self.grad\n        g += other")], "changed-in-a-name",
    ),
    "a step that goes to a name": (
        10, "sgd_step", [("p.data -= ", "number = p.data\n        number -= ")], "changed-in-a-name",
    ),
    "a slope that is dropped": (6, "Value.relu", [("slope = 1.0 if", "1.0 if")], "computed-not-kept"),
    "=+ in a sum": (3, ADD, [("other.grad += 1.0", "other.grad =+ 1.0")], "sign-behind-equals"),
    "=+ in a curve": (6, "Value.exp", [("self.grad += ", "self.grad =+")], "sign-behind-equals"),
    "=- in a point": (1, "gradient", [("left[i] -= h", "left[i] =- h")], "sign-behind-equals"),
    "a number for a result": (3, MUL, [("return out", "return out.data")], "number-returned"),
    "a name for the operands": (6, "Value.exp", [('(self,), "exp"', '"exp"')], "operands-left-out"),
    "a power's name for the operand": (5, POW, [("(self,), ", "")], "operands-left-out"),
    "a name among the operands": (2, ADD, [('(self, other), "+"', '(self, other, "+")')], "operation-among-operands"),
    "an error that is not raised": (8, "Neuron.__call__", [("raise ValueError(", "ValueError(")], "error-not-raised"),
    "operands one by one": (2, ADD, [('(self, other), "+"', 'self, other, "+"')], "operands-without-brackets"),
    "a product named like a sum": (3, MUL, [('"*")', '"+")')], "operation-of-another"),
    "a curve named like another": (6, "Value.sigmoid", [('"sigmoid")', '"tanh")')], "operation-of-another"),
    "a sum that is stored on the way": (
        3, ADD, [("out = Value(self.data + other.data", "self.data += other.data\n    out = Value(self.data")],
        "operand-changed",
    ),
    "one share for the result": (3, ADD, [("other.grad += 1.0", "out.grad += 1.0")], "result-updated"),
    "a curve that adds to its own gradient": (
        6, "Value.relu", [("self.grad += slope", "out.grad += slope")], "result-updated",
    ),
    "a share for a number": (3, MUL, [("other.grad += self", "other.data += self")], "step-changes-data"),
    "a return above the step": (
        6, "Value.log", [("    def _backward", "    return out\n\n    def _backward")], "return-before-the-step",
    ),
    "a return above the line that stores": (
        3, ADD, [(STORED + "    return out\n", "    return out\n" + STORED)], "return-before-the-step",
    ),
    "a step on the right operand": (3, MUL, [("out._backward = ", "other._backward = ")], "step-on-operand"),
    "a step on the only operand": (6, "Value.log", [("out._backward = ", "self._backward = ")], "step-on-operand"),
    "a gradient added to itself": (
        3, ADD, [("1.0 * out.grad\n        other", "self.grad\n        other")], "own-gradient-read",
    ),
    "a curve with the gradient of its operand": (6, "Value.tanh", [("* out.grad", "* self.grad")], "own-gradient-read"),
    "a slope of a whole Value": (6, "Value.log", [("1.0 / self.data", "1.0 / self")], "value-in-the-step"),
    "a share of a whole Value": (3, MUL, [("self.data * out.grad", "self.data * out")], "value-in-the-step"),
    "a question about self": (2, ADD, [("isinstance(other", "isinstance(self")], "asked-of-self"),
    "a number and a Value": (2, ADD, [("self.data + other.data", "self.data + other")], "value-among-numbers"),
    "a pair without brackets": (4, "topological_order", [("((value, True))", "(value, True)")], "two-things-added"),
    "a step that is named but not stored": (6, "Value.exp", [("out._backward = _", "_")], "step-not-stored"),
    "a step under another name": (6, "Value.exp", [("out._backward = ", "out.backward = ")], "step-not-stored"),
    "a name that comes too late": (
        3, ADD, [("    def _backward():", STORED + "\n    def _backward():"), ("grad\n\n" + STORED, "grad\n")],
        "name-without-thing",
    ),
    "a name that is spelled otherwise": (1, "derivative", [("return rise", "return rice")], "name-without-thing"),
    "a label for the operation": (2, MUL, [('(self, other), "*"', '(self, other), label="*"')], "operation-as-label"),
    "a label in the fourth place": (2, ADD, [('"+")', '"", "+")')], "operation-as-label"),
    "a label of a sum with a step": (3, ADD, [('"+")', 'label="+")')], "operation-as-label"),
    "a label of a power": (5, POW, [('f"**{n}")', 'label=f"**{n}")')], "operation-as-label"),
    "a label of a curve": (6, "Value.tanh", [('"tanh")', 'label="tanh")')], "operation-as-label"),
    "a step that is not stored": (6, "Value.tanh", [(STORED, "")], "step-not-stored"),
    "a step that is run at once": (6, "Value.exp", [(STORED, "    out._backward()\n")], "step-not-stored"),
    "a step that is called and stored": (6, "Value.relu", [(" = _backward", " = _backward()")], "step-called"),
    "a step with self": (3, ADD, [("def _backward()", "def _backward(self)")], "step-takes-arguments"),
    "a step with self in a later exercise": (
        6, "Value.log", [("def _backward()", "def _backward(self)")], "step-takes-arguments",
    ),
    "a number's function": (6, "Value.exp", [("math.exp(self.data)", "math.exp(self)")], "number-function-of-value"),
    "float of a Value": (11, "accuracy", [("score.data >", "float(score) >")], "number-function-of-value"),
    "max of a Value": (
        11, "hinge_loss", [("(1 - label * score).relu()", "max(0, 1 - label * score)")], "value-compared",
    ),
    "a Value beside 0": (11, "accuracy", [("score.data > 0", "score > 0")], "value-compared"),
    "the largest of Values": (
        12, "softmax", [("max(value.data for value in values)", "max(values)")], "value-compared",
    ),
    "the last of sorted Values": (
        12, "log_softmax", [("max(value.data for value in values)", "sorted(values)[-1]")], "value-compared",
    ),
    "a list of Values that is put in order": (
        12, "softmax", [("    largest = ", "    list(values).sort()\n    largest = ")], "value-compared",
    ),
    "an operand for a type": (
        2, ADD, [("isinstance(other, Value)", "isinstance(self, other)")], "isinstance-of-no-type",
    ),
    "a sum of the neurons' lists": (
        9, "Layer.parameters", [(FLAT_LAYER, "sum(n.parameters() for n in self.neurons)")], "lists-added-to-0",
    ),
    "a sum of the layers' lists": (
        9, "MLP.parameters", [(FLAT_NETWORK, "sum([n.parameters() for n in self.layers])")], "lists-added-to-0",
    ),
    "lists that are added to a 0 of one's own": (
        9,
        "MLP.parameters",
        [("        return " + FLAT_NETWORK, IN_A_SUM)],
        "lists-added-to-0",
    ),
    "a sum of the rows": (
        15, "Linear.parameters", [("[wi for row in self.w for wi in row]", "sum(self.w)")], "lists-added-to-0",
    ),
    "a sum of the parts' lists": (
        17,
        "GPT.parameters",
        [("[p for part in parts for p in part.parameters()]", "sum(part.parameters() for part in parts)")],
        "lists-added-to-0",
    ),
    "a label without its blanks": (
        7, "draw_dot", [("{{ {v.label} | data", "{{{v.label} | data")], "blanks-differ",
    ),
    "an argument too many": (5, "", ["__neg__(self)", "__neg__(self, other)"], "argument-too-many"),
    "a name in words": (2, ADD, [('"+")', '" Add ")')], "operation-named-otherwise"),
    "a name with a blank": (2, MUL, [('"*")', '"* ")')], "operation-named-otherwise"),
    "a name in capitals": (6, "Value.relu", [('"relu")', '"ReLU")')], "operation-named-otherwise"),
    "a power's name with a blank": (5, POW, [('f"**{n}"', 'f"** {n}"')], "operation-named-otherwise"),
    "a power's name with another sign": (5, POW, [('f"**{n}"', 'f"^{n}"')], "operation-named-otherwise"),
}
# fmt: on


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_seen_in_its_task_and_nothing_else_is_named(slip, found):
    number, task, edits, kind = SLIPS[slip]
    source, verdicts = found(number, task, *edits)
    assert any(v.status is not Status.PASSED for v in verdicts)
    diagnoses = diagnose(verdicts, (), find_slips(source, CATALOGUE[number], verdicts))
    assert [(d.misconception.slip, d.misconception.task) for d in diagnoses] == [(kind, task or "Value.__neg__")]
    assert diagnoses[0].checks <= {v.check.id for v in verdicts if v.status is not Status.PASSED}


def test_a_name_that_is_spelled_otherwise_hides_no_other_mistake(found):
    both = [
        ('"*")', '"mul")'),
        ("self.grad += other.data", "self.grad += self.data"),
        ("other.grad += self.data", "other.grad += other.data"),
    ]
    assert named(3, *found(3, MUL, *both)) == ["mul-own-value", "operation-named-otherwise"]
    assert named(6, *found(6, "Value.tanh", ('"tanh")', '"Tanh")'), ("out.data**2", "self.data**2"))) == [
        "tanh-slope-of-input",
        "operation-named-otherwise",
    ]
    assert named(5, *found(5, POW, ('f"**{n}"', '"pow"'), ("+= slope", "= slope"))) == [
        "pow-assigns",
        "pow-operation-without-exponent",
    ]


def test_a_slip_of_one_task_and_a_mistake_in_another_are_both_named(found):
    source, _ = found(5, POW, (STORED, ""))
    swapped = edited(source, "Value.__sub__", [("self + (-other)", "-self + other")], "a test")
    names = named(5, *found(5, "", WORKED[5], swapped))
    assert sorted(names) == ["pow-step-not-stored", "sub-operands-swapped"]


def test_what_a_slip_breaks_elsewhere_is_blamed_on_no_other_task(found):
    assert named(9, *found(9, "Layer.parameters", ("neuron.parameters()", "neuron.parameters"))) == [
        "method-not-called-in-layer-parameters-9"
    ]


def test_the_words_of_the_bank_are_taken_where_it_has_some_for_the_place(found):
    loop = ("return [neuron(x) for neuron in self.neurons]", "for n in self.neurons:\n            return [n(x)]")
    assert named(9, *found(9, "Layer.__call__", loop)) == ["layer-returns-in-the-loop"]
    assert named(3, *found(3, ADD, (STORED, ""))) == ["add-step-not-stored"]


def test_a_step_that_was_never_written_is_not_told_as_one_that_was_not_stored(found):
    node = {f.task: n for f, n in function_nodes(WORKED[5])}[POW]
    step = next(part for part in ast.walk(node) if isinstance(part, ast.FunctionDef) and part is not node)
    lines = WORKED[5].splitlines(keepends=True)[step.lineno - 1 : step.end_lineno]
    assert named(5, *found(5, POW, ("".join(lines), ""), (STORED, ""))) == ["pow-without-step"]


def test_a_fault_of_a_worked_answer_that_leaves_no_frame_is_no_slip_of_the_task_that_called_it(found):
    source, verdicts = found(8, "Neuron.__call__", ("s + wi * xi", "s + wi * Value(xi)"))
    frames = [v.fault.frames for v in verdicts if v.fault]
    assert frames
    cut = [replace(v, fault=replace(v.fault, frames=v.fault.frames[:2])) if v.fault else v for v in verdicts]
    assert {v.fault.frames[-1].file for v in cut if v.fault} == {"ex08_neuron.py"}
    assert find_slips(source, CATALOGUE[8], cut) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        "sum((neuron.parameters() for neuron in self.neurons), 1)",
        "sum(1 + neuron.parameters() for neuron in self.neurons)",
        "[1 + neuron.parameters() for neuron in self.neurons]",
    ],
)
def test_a_list_that_is_added_to_another_number_is_no_sum_from_0(wrong, found):
    source, verdicts = found(9, "Layer.parameters", (FLAT_LAYER, wrong))
    assert any("'int' and 'list'" in v.fault.message for v in verdicts if v.fault)
    assert find_slips(source, CATALOGUE[9], verdicts) == ()


def test_nothing_is_said_of_a_task_whose_checks_all_pass(found):
    source, verdicts = found(10, "train", ("loss.backward()", "loss.backward"))
    passed = [replace(v, status=Status.PASSED, differences=(), fault=None) for v in verdicts]
    assert find_slips(source, CATALOGUE[10], passed) == ()
    assert find_slips("def broken(:", CATALOGUE[10], verdicts) == ()


def kinds_in(source, number):
    returns = {task.name: task.returns for task in CATALOGUE[number].tasks}
    tasks = [(f.task, node) for f, node in function_nodes(source) if f.task in returns]
    return {(task, kind) for task, node in tasks for kind in kinds_of(node, returns[task])}


def kinds_of(node, returns):
    return {kind for kind, shows in READ.items() if shows(node, returns)}


def test_no_right_answer_has_a_slip():
    right = [*WORKED.items(), *((wheat.exercise, wheat.source) for wheat in read_wheats())]
    assert len(right) > 50
    assert [(n, kinds_in(source, n)) for n, source in right if kinds_in(source, n)] == []


LATE = {  # lines that keep functions of a loop until it is over
    "a list": "kept = [lambda: i for i in xs]",
    "a list made of a generator": "kept = list(lambda: i for i in xs)",
    "a dict": "kept = {i: lambda: i for i in xs}",
    "pairs": "kept = [(i, lambda: i) for i in xs]",
    "append": "for i in xs:\n    kept.append(lambda: i)",
    "another variable of this name": "for i in xs:\n    kept.append(lambda: i)\n[f() for i, f in enumerate(kept)]",
    "a place": "for i in xs:\n    kept[i] = lambda: i",
    "a count": "i = 0\nwhile i < 3:\n    kept += [lambda: i]\n    i += 1",
    "a variable of the turn": "for i in xs:\n    x = f(i)\n    kept.append(lambda: x)",
}
IN_TIME = {  # lines in which every function finds what it is to find
    "a default": "kept = [lambda i=i: i for i in xs]",
    "a call within the turn": "kept = [f(lambda: i) for i in xs]",
    "a function that is called at once": "kept = [(lambda: i)() for i in xs]",
    "a generator": "kept = [f() for f in (lambda: i for i in xs)]",
    "a function of its own": "kept = [make(i) for i in xs]",
    "a variable of the function": "kept = [lambda: [i for i in xs] for _ in xs]",
    "no variable of the loop": "kept = [lambda: h for _ in xs]",
    "what a call gives": "for i in xs:\n    kept.append(f(lambda: i))",
    "a function that is called by its name": "for i in xs:\n    def g():\n        return i\n    kept.append(g())",
    "a look within the turn": "for i in xs:\n    kept.append(lambda: i)\n    print(kept[-1]())",
    "the variable set again": "for i in xs:\n    kept.append(lambda: i)\nfor i, f in enumerate(kept):\n    f()",
    "a sum of the whole loop": "total = 0\nfor i in xs:\n    total += i\n    kept.append(lambda: total)",
    "the key of an order": "kept = sorted(xs, key=lambda i: i)",
}
BOTH = [*((lines, True) for lines in LATE.values()), *((lines, False) for lines in IN_TIME.values())]


@pytest.mark.parametrize(("lines", "late"), BOTH, ids=[*LATE, *IN_TIME])
def test_a_function_of_a_loop_is_a_slip_only_if_it_reads_the_loop_when_that_is_over(lines, late):
    (node,) = ast.parse("def task(f, xs, h, kept):\n" + indent(lines, "    ") + "\n    return kept\n").body
    assert ("loop-read-late" in kinds_of(node, returns=True)) == late


DROPPED = (
    "Value(x)",
    "x.tanh()",
    "sorted(xs)",
    "xs[::-1]",
    "[x, h]",
    "math.exp(x)",
    "Value(x).exp()",
    "x if h else Value(x)",
)
USED = (  # lines that do more than to make something
    *("kept.append(x)", "kept.add(Value(x))", "x.backward()", "x._backward()", "model.zero_grad()", "opt.step()"),
    *(
        "list(map(f, xs))",
        "[kept.append(x) for x in xs]",
        "sum(f(x) for x in xs)",
        "max(f(x), h)",
        "f(x)",
        "x.log(kept)",
    ),
    *("print(Value(x))", "next(xs)", "xs.sort()", "'a text'", "...", "kept = sorted(xs)", "return xs[::-1]"),
)


@pytest.mark.parametrize(
    ("line", "lost"), [*((line, True) for line in DROPPED), *((line, False) for line in USED)], ids=[*DROPPED, *USED]
)
def test_a_result_is_lost_only_if_its_line_does_nothing_else(line, lost):
    (node,) = ast.parse(f"def task(f, x, xs, h, kept):\n    {line}\n    return x\n").body
    assert ("made-and-dropped" in kinds_of(node, returns=True)) == lost


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        ("g = x.grad\n    g += h", True),
        ("g = x.grad\n    g += h\n    x.grad = g", False),
        ("g = x.grad\n    kept[0] = g\n    g += h", False),
        ("g = h\n    g += x.grad", False),
        ("g = x.grad", False),
    ],
)
def test_a_change_is_lost_in_a_name_only_if_nothing_reads_the_name(lines, lost):
    (node,) = ast.parse(f"def task(x, h, kept):\n    {lines}\n    return x\n").body
    assert ("changed-in-a-name" in kinds_of(node, returns=True)) == lost


SIGNS = {
    "x =+ h": True,
    "x=+h": True,
    "x =- h": True,
    "x=- h": True,
    "x[0] =+ h * 2": True,
    "x.grad =+1.0 * h": True,
    **dict.fromkeys(("x += h", "x = -h", "x=-h", "x = - h", "x = + h", "x = h - 1", "x =-h", "x = h =  -x"), False),
}


@pytest.mark.parametrize(("line", "behind"), SIGNS.items(), ids=SIGNS)
def test_a_sign_is_behind_the_equals_only_if_it_touches_it_and_is_meant_for_it(line, behind):
    (node,) = ast.parse(f"def task(x, h):\n    {line}\n    return x\n").body
    assert ("sign-behind-equals" in kinds_of(node, returns=True)) == behind


def test_a_symptom_is_told_only_where_nothing_says_what_is_behind_it(found):
    wrapped_twice = found(2, ADD, (WRAPPED, "other = Value(other)"))
    assert Slip(ADD, "value-among-numbers") in find_slips(wrapped_twice[0], CATALOGUE[2], wrapped_twice[1])
    assert named(2, *wrapped_twice) == ["add-wraps-everything"]
    nameless = found(6, "Value.exp", ("    out = Value(", "    Value("))
    assert [slip.kind for slip in find_slips(nameless[0], CATALOGUE[6], nameless[1])] == ["made-and-dropped"]


SHARED = {  # arguments with lines that change a default
    "a list": ("kept=[]", "kept.append(x)"),
    "a set that is called for": ("kept=set()", "kept.add(x)"),
    "a place of a dict": ("kept={}", "kept[x] = 1"),
    "a place that is deleted": ("kept={1: 2}", "del kept[1]"),
    "a list that grows in place": ("kept=[]", "kept += [x]"),
    "a number in a list": ("kept=[0]", "kept[0] += x"),
    "a queue of a module": ("kept=collections.deque()", "kept.appendleft(x)"),
    "behind a number": ("h=1e-6, kept=[]", "kept.append(x)"),
    "by name alone": ("*, h, kept=[]", "kept.append(x)"),
    "in a function inside": ("kept=[]", "def visit():\n    kept.append(x)\nvisit()"),
}
FRESH = {  # arguments with lines that do not
    "a list that is read": ("kept=[]", "return [*kept, x]"),
    "a tuple": ("kept=()", "kept += (x,)"),
    "None": ("kept=None", "kept = [] if kept is None else kept\nkept.append(x)"),
    "a copy of this name": ("kept=[]", "kept = list(kept)\nkept.append(x)"),
    "another list": ("kept=[]", "others = []\nothers.append(x)"),
    "a list that is given": ("kept, h=1e-6", "kept.append(x)"),
    "the default of a function inside": ("h=1e-6", "def visit(kept=[]):\n    kept.append(x)\nvisit()"),
}


@pytest.mark.parametrize(
    ("arguments", "lines", "shared"),
    [*((*case, True) for case in SHARED.values()), *((*case, False) for case in FRESH.values())],
    ids=[*SHARED, *FRESH],
)
def test_a_default_is_a_slip_only_if_all_calls_share_it_and_one_of_them_changes_it(arguments, lines, shared):
    (node,) = ast.parse(f"def task(x, {arguments}):\n" + indent(lines, "    ") + "\n    return x\n").body
    assert ("default-shared" in kinds_of(node, returns=True)) == shared


LEFT = {  # calls of VISITED, and whether one of its lists is left to the default
    "visited(root)": True,
    "visited(root, [])": True,
    "visited(root, met=set())": True,
    "visited(root, [], set())": False,
    "visited(root, met=set(), order=[])": False,
    "visited(*given)": False,
}


@pytest.mark.parametrize(("call", "left"), LEFT.items(), ids=LEFT)
def test_a_default_of_a_helper_is_a_slip_only_if_a_call_leaves_it_as_it_is(call, left):
    (node,) = ast.parse(VISITED).body
    assert leaves_a_changed_default(ast.parse(call, mode="eval").body, node) == left


def test_a_chaff_has_a_slip_only_if_its_misconception_is_said_to_be_one():
    places = {n: functions(source) for n, source in WORKED.items()}
    returns = {(n, task.name): task.returns for n, each in CATALOGUE.items() for task in each.tasks}
    unlike = []
    for chaff in read_bank():
        m = chaff.misconception
        place, longer = places[m.exercise][m.task], chaff.source.count("\n") - WORKED[m.exercise].count("\n")
        lines = chaff.source.splitlines(keepends=True)[place.first - 1 : place.last + longer]
        (node,) = ast.parse(dedent("".join(lines))).body
        if kinds_of(node, returns[m.exercise, m.task]) != {m.slip} & set(READ):
            unlike.append(m.id)
    assert unlike == []


def test_a_misconception_said_to_be_a_slip_that_no_text_shows_is_seen_in_what_its_chaff_does(found):
    shown = [chaff for chaff in read_bank() if chaff.misconception.slip and chaff.misconception.slip not in READ]
    assert shown
    for chaff in shown:
        m = chaff.misconception
        source, verdicts = found(m.exercise, "", WORKED[m.exercise], chaff.source)
        assert Slip(m.task, m.slip) in find_slips(source, CATALOGUE[m.exercise], verdicts), m.id


# in words


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_is_told_as_the_bank_tells_a_misconception(kind):
    m = as_misconception(Slip("Value.__pow__", kind, ("**2", "pow2")), CATALOGUE[5])
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", m.id)
    for text in (m.title, m.belief, m.explanation, m.question):
        assert text.isascii()
        assert "{" not in text
    assert m.title[-1] not in ".!?"
    assert (m.belief[-1], m.explanation[-1], m.question.count("?") > 0) == (".", ".", True)


def test_every_kind_that_is_read_has_words():
    assert set(READ) < set(kinds())


def test_a_name_is_told_beside_the_one_that_the_lesson_has(found):
    source, verdicts = found(6, "Value.relu", ('"relu")', '"ReLU")'))
    (slip,) = find_slips(source, CATALOGUE[6], verdicts)
    title = as_misconception(slip, CATALOGUE[6]).title
    assert title == 'The name of the operation differs: "relu" is expected, yours is "ReLU"'


LABELS = {  # what is written for the label, and what is told of it beside what is expected
    "an f-string": ('f"{{{v.label} | data {v.data:.4f} | grad {v.grad:.4f}}}"', "{a | data 2.0000 | grad 3.0000}"),
    "%": ('"{ %s| data %.4f | grad %.4f }" % (v.label, v.data, v.grad)', "{ a| data 2.0000 | grad 3.0000 }"),
    "format": (
        '"{{ {} | data  {:.4f} | grad {:.4f} }}".format(v.label, v.data, v.grad)',
        "{ a | data  2.0000 | grad 3.0000 }",
    ),
}
LABEL = 'f"{{ {v.label} | data {v.data:.4f} | grad {v.grad:.4f} }}"'


@pytest.mark.parametrize("way", LABELS)
def test_a_text_with_other_blanks_is_told_beside_the_one_that_is_expected(way, found):
    label, told = LABELS[way]
    source, verdicts = found(7, "draw_dot", (LABEL, label))
    (slip,) = find_slips(source, CATALOGUE[7], verdicts)
    assert (slip.kind, *slip.names) == ("blanks-differ", "{ a | data 2.0000 | grad 3.0000 }", told)


@pytest.mark.parametrize(
    "label", [LABEL.replace("{{ {", "{{{").replace("{v.data:.4f}", "{v.data:.3f} "), LABEL[:-4] + '"']
)
def test_a_text_that_differs_in_more_than_its_blanks_is_no_slip(label, found):
    source, verdicts = found(7, "draw_dot", (LABEL, label))
    assert any(v.status is not Status.PASSED for v in verdicts)
    assert find_slips(source, CATALOGUE[7], verdicts) == ()


def test_only_a_name_that_means_an_operation_is_told(found):
    source, verdicts = found(6, "Value.relu", ('"relu")', '"my private name")'))
    assert find_slips(source, CATALOGUE[6], verdicts) == ()

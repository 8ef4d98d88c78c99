"""Sketches: small expressions, simplest first, on which a learner's code can be shown to differ.

`make key` asks the oracles for every number in them and writes tests/public/sketches.json, which travels to learners.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Literal

from grader.core.catalogue import read_catalogue
from grader.core.judging import same
from grader.core.records import Node, Sketch
from grader.course.authoring.answer_key import OracleError, agreed_values, available_oracles
from grader.course.authoring.drafts import DRAFTS, leaves
from grader.course.authoring.language_drafts import DRAFTS as LANGUAGE_DRAFTS
from grader.course.authoring.programs import LEAVES, Program, programs

WRITTEN = DRAFTS | LANGUAGE_DRAFTS


@dataclass(frozen=True)
class Form:
    """What the sketches of an exercise ask for beside the data: gradients after a backward pass, edges, an order.

    `edges` says in Python whether a value `u` is an operand of a value `v`.
    """

    backward: Literal["", "by hand", "called"] = ""
    edges: str = ""
    order: bool = False


FORMS = {  # by exercise: those whose sketches are programs; drafts.py and language_drafts.py have the others
    2: Form(edges="p is u for p in v._prev"),
    3: Form(backward="by hand"),
    4: Form(backward="called", order=True),
    5: Form(backward="called"),
    6: Form(backward="called"),
    7: Form(edges="p is u and q is v for p, q in trace({root})[1]"),
}


def sketches() -> list[Sketch]:
    """Every sketch, the simplest of each exercise first, with the numbers on which the oracles agree."""
    return [_answered(sketch) for sketch in _drafts()]


def sketches_text() -> str:
    lines = (json.dumps(asdict(sketch), sort_keys=True) for sketch in sketches())
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _drafts() -> Iterator[Sketch]:
    for number, exercise in read_catalogue().items():
        yield from (Sketch(number, snippet, nodes) for snippet, nodes in WRITTEN.get(number, ()))
        if number in FORMS:
            yield from filter(None, (_sketch(number, program) for program in programs(exercise)))


def _sketch(number: int, program: Program) -> Sketch | None:
    """The sketch of a program, without the oracles' numbers; None of one that makes no sense."""
    form, data, root = FORMS[number], program.data(), program.root
    if data is None:
        return None
    nodes = leaves(program.leaves, grads=bool(form.backward))
    nodes += tuple(
        Node(
            line.name,
            line.spelling.symbol,
            tuple(operand for operand in line.operands if operand in data),
            f"{line.name}.data",
            f"{line.name}.grad" if form.backward else "",
            None,
        )
        for line in program.lines
    )
    if form.backward:
        grads, passed = program.backward(data)
        nodes = tuple(replace(n, passed=passed.get(n.name, ()), expected_grad=grads[n.name]) for n in nodes)
    names = ", ".join(f'("{n.name}", {n.name})' for n in nodes)
    pairs = form.edges.format(root=root)
    edges = f"sorted([x, y] for x, u in ({names}) for y, v in ({names}) if any({pairs}))" if pairs else ""
    order = f"[x for v in topological_order({root}) for x, u in ({names}) if u is v]" if form.order else ""
    return Sketch(number, _snippet(form, program), nodes, edges, order)


def _snippet(form: Form, program: Program) -> str:
    lines = [f"{name} = Value({LEAVES[name]})" for name in program.leaves] + [line.text for line in program.lines]
    if form.backward == "by hand":
        lines += [f"{program.root}.grad = 1.0", *(f"{line.name}._backward()" for line in reversed(program.lines))]
    elif form.backward:
        lines.append(f"{program.root}.backward()")
    return "\n".join(lines) + "\n"


def _answered(sketch: Sketch) -> Sketch:
    """A sketch with the numbers of the oracles, which must be those of the operations' slopes as well."""
    called = f"a sketch of exercise {sketch.exercise}"
    values = agreed_values(sketch.exercise, sketch.probe, available_oracles(), called)
    nodes = []
    for node in sketch.nodes:
        grad = values.get(node.grad)
        if node.expected_grad is not None and not same(node.expected_grad, grad, 1e-9, 1e-12):
            raise OracleError(
                f"{node.grad} is {grad} by the oracles but {node.expected_grad} by the slopes: {sketch.snippet}"
            )
        nodes.append(replace(node, expected_data=values[node.data], expected_grad=grad))
    return replace(sketch, nodes=tuple(nodes))

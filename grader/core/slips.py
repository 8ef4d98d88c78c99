"""Slips that every exercise may have, such as a missing return: facts about a function's text or the fault it ends in.

Where a fingerprint infers what was believed, a slip is seen. So it is named whatever else the checks show.
"""

from __future__ import annotations

import ast
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.defaults import changes_a_default, leaves_a_changed_default
from grader.core.late import reads_the_loop_late
from grader.core.operations import method
from grader.core.records import Difference, Exercise, Fault, Misconception, Verdict
from grader.core.results import (
    PARAMETERS,
    adds_its_own_gradient,
    asks_self,
    changes_a_name_only,
    changes_a_number,
    changes_an_operand,
    changes_the_result,
    computes_with_a_value,
    drops_a_number,
    drops_a_result,
    leaves_the_operands_out,
    made,
    makes_and_never_walks,
    names_a_list_twice,
    names_among_the_operands,
    names_another_operation,
    parts_of,
    puts_the_sign_behind,
    raises_no_error,
    returns_before_its_step,
    returns_its_number,
    spreads_the_operands,
    stores_its_step_on_an_operand,
)
from grader.core.source import Function, all_parts, function_nodes, name_called, own_parts
from grader.core.templates import templates

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WORDS = Path(__file__).with_name("slips.toml")
SPELLING, BLANKS, NO_NAME = "operation-named-otherwise", "blanks-differ", "name-without-thing"
OPERATION = "operation-of-another"
MIXES = "value-among-numbers"
SYMPTOMS = (NO_NAME, MIXES)  # of a fault that a misconception may be behind
STORES_NOTHING = ("made-and-dropped", "compared-not-stored", "computed-not-kept")  # a name is missed because of these
TEXTS = ("title", "belief", "explanation", "question")
GIVE_NONE = ("append", "extend", "insert", "sort", "reverse")
COMPARE = ("max", "min", "sorted", "sort")
OF_NUMBERS = ("math", "float", *dir(math))
CALLABLES = ("method", "function", "builtin_function_or_method")
MISSING_ARGUMENT = re.compile(r"(?:(?P<outer>\w+)\.<locals>\.)?(?P<name>\w+)\(\) missing \d+ required positional arg")
MIXED = re.compile(r"unsupported operand type\(s\) for .*: '(?:int|float|Value)' and '(?:int|float|Value)'")
TAKES_ONE = re.compile(r"(?:append|add)\(\) takes exactly one argument \([2-9] given\)")
ADDED_TO_0 = re.compile(r"unsupported operand type\(s\) for \+=?: '(?:int|float)' and 'list'")
QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Slip:
    """A kind of slip, as slips.toml has it, in one task; `names` are texts that differ, as expected and as given.

    `helper`: the function of the learner's own in which it stands, where that is not the task itself.
    """

    task: str
    kind: str
    names: tuple[str, str] = ("", "")
    helper: str = ""


def find_slips(source: str, exercise: Exercise, verdicts: Iterable[Verdict]) -> tuple[Slip, ...]:
    """The slips behind what is wrong in an exercise; nothing is said of a task whose checks all pass."""
    wrong = [v for v in verdicts if v.status.is_wrong]
    names = {task.name: task for task in exercise.tasks}
    found = list(_spelled(wrong, names))
    try:
        every = {f.task: (f, node) for f, node in function_nodes(source)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tuple(found)
    functions = {task: part for task, part in every.items() if task in names}
    helpers = {name: node for name, (_, node) in every.items() if name not in names}
    text = Text(exercise, functions)
    for task in dict.fromkeys(v.check.task for v in wrong if v.check.task in functions):
        node = functions[task][1]
        found += [Slip(task, kind) for kind, shows in READ.items() if shows(node, names[task].returns)]
        found += [Slip(task, "default-shared", helper=name) for name in _shares_a_default(node, helpers)]
    found += [slip for verdict in wrong for slip in text.shown(verdict)]
    found += text.spaced(wrong)
    nameless = {slip.task for slip in found if slip.kind in STORES_NOTHING}
    return tuple(dict.fromkeys(slip for slip in found if slip.kind != NO_NAME or slip.task not in nameless))


def _shares_a_default(node: ast.FunctionDef, helpers: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    """The helpers that a function calls, itself or by way of another, whose default all calls share and they change."""
    met: set[str] = set()
    pending = [node]
    while pending:
        for call in (part for part in all_parts(pending.pop()) if isinstance(part, ast.Call)):
            name = name_called(call)
            if name not in helpers:
                continue
            if leaves_a_changed_default(call, helpers[name]):
                yield name
            if name not in met:
                met.add(name)
                pending.append(helpers[name])


def _spelled(wrong: Sequence[Verdict], tasks: Iterable[str]) -> Iterator[Slip]:
    """The first name of each operation that is spelled otherwise, where this exercise is the one that makes it."""
    makes = {task.rpartition(".")[2]: task for task in tasks}
    seen = set()
    for expected, got in (names for v in wrong for d in v.differences for names in d.spelled):
        task = makes.get(method(expected))
        if task and task not in seen:
            seen.add(task)
            yield Slip(task, SPELLING, (expected, got))


def _spaced(verdict: Verdict, node: ast.FunctionDef) -> Iterator[Slip]:
    """The texts that a check looks for, where the task makes the same with other blanks."""
    for wanted in filter(None, (_looked_for(d) for d in verdict.differences)):
        made = [text for each in templates(node) if (text := each.with_its_blanks(wanted)) is not None]
        if made and wanted not in made:
            yield Slip(verdict.check.task, BLANKS, (wanted, made[0]))


def _looked_for(difference: Difference) -> str:
    """The text that a check did not find, without the quotes that a picture's source puts around it."""
    found = ast.parse(difference.expression, mode="eval").body
    if not isinstance(found, ast.Compare) or (difference.expected, difference.got) != ("True", "False"):
        return ""
    text, within = found.left, isinstance(found.ops[0], ast.In)
    return text.value.strip('"') if within and isinstance(text, ast.Constant) and isinstance(text.value, str) else ""


# read off the text of a task, of whose checks some fail


def _returned(node: ast.FunctionDef) -> list[ast.expr]:
    return [part.value for part in own_parts(node) if isinstance(part, ast.Return) and part.value is not None]


def _yields(node: ast.FunctionDef) -> bool:
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in own_parts(node))


def _idle(node: ast.FunctionDef) -> list[ast.expr]:
    """What stands on a line of its own."""
    return [part.value for part in all_parts(node) if isinstance(part, ast.Expr)]


def _inner(node: ast.FunctionDef) -> list[ast.FunctionDef]:
    return [part for part in all_parts(node) if isinstance(part, ast.FunctionDef) and part is not node]


def _gives_nothing(node: ast.FunctionDef) -> bool:
    return not _returned(node) and not _yields(node) and not isinstance(node.body[-1], ast.Raise)


def _returns_nothing(node: ast.FunctionDef, returns: bool) -> bool:
    return returns and _gives_nothing(node) and not any(map(_returned, _inner(node)))


def _returns_inside(node: ast.FunctionDef, returns: bool) -> bool:
    """Whether there is a return, but it is that of a function inside."""
    return returns and _gives_nothing(node) and any(map(_returned, _inner(node)))


def _keeps_what_append_gives(node: ast.FunctionDef, _: bool) -> bool:
    kept = [part.value for part in all_parts(node) if isinstance(part, (ast.Return, ast.Assign))]
    calls = [value.func for value in kept if isinstance(value, ast.Call)]
    return any(
        (isinstance(called, ast.Attribute) and called.attr in GIVE_NONE)
        or (isinstance(called, ast.Name) and called.id == "print")
        for called in calls
    )


def _returns_in_the_loop(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a loop ends in a return that nothing steps over, so that it never comes to a second turn."""
    loops = [part for part in all_parts(node) if isinstance(part, (ast.For, ast.While))]
    return any(
        isinstance(loop.body[-1], ast.Return) and not any(isinstance(part, ast.Continue) for part in ast.walk(loop))
        for loop in loops
    )


def _returns_self(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a result is made, and self handed out; a number that is wrapped under its own name is no result."""
    given = {each.arg for each in node.args.args}
    made = [part for part in own_parts(node) if isinstance(part, ast.Assign) and name_called(part.value) == "Value"]
    names = [target for part in made for target in part.targets]
    makes = any(not isinstance(name, ast.Name) or name.id not in given for name in names)
    returned = _returned(node)
    return makes and bool(returned) and all(isinstance(v, ast.Name) and v.id == "self" for v in returned)


def _names_a_method(node: ast.FunctionDef, _: bool) -> bool:
    return any(isinstance(value, ast.Attribute) and value.attr in _methods() for value in _idle(node))


def _compares_idly(node: ast.FunctionDef, _: bool) -> bool:
    return any(isinstance(value, ast.Compare) and isinstance(value.ops[0], ast.Eq) for value in _idle(node))


def _computes_idly(node: ast.FunctionDef, returns: bool) -> bool:
    return any(map(drops_a_number, _idle(node))) and not (returns and _gives_nothing(node))


def _drops_what_it_makes(node: ast.FunctionDef, returns: bool) -> bool:
    return any(map(drops_a_result, _idle(node))) and not (returns and _gives_nothing(node))


def _walks_nothing(node: ast.FunctionDef, _: bool) -> bool:
    return any(map(makes_and_never_walks, _idle(node)))


def _stores_no_step(node: ast.FunctionDef, _: bool) -> bool:
    """Whether nothing uses a step again; that it stands on a line by itself, or in another attribute, is no use."""
    lost = {id(value) for value in _idle(node)}
    for part in all_parts(node):
        if isinstance(part, ast.Assign) and all(map(_misses_backward, part.targets)):
            lost.add(id(part.value))
    named = {part.id for part in all_parts(node) if isinstance(part, ast.Name) and id(part) not in lost}
    return any("backward" in inner.name and inner.name not in named for inner in _inner(node))


def _misses_backward(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr != "_backward" and "backward" in target.attr


def _calls_the_step(node: ast.FunctionDef, _: bool) -> bool:
    """Whether what is stored as a step is what calling it gives, and that is None."""
    silent = {inner.name for inner in _inner(node) if _gives_nothing(inner)}
    stored = [part for part in own_parts(node) if isinstance(part, ast.Assign) and isinstance(part.value, ast.Call)]
    return any(
        isinstance(target, ast.Attribute) and target.attr == "_backward" and name_called(part.value) in silent
        for part in stored
        for target in part.targets
    )


def _labels_the_operation(node: ast.FunctionDef, _: bool) -> bool:
    """Whether a result is made of its operands with a text for its label and none for its operation."""
    return any(map(_has_a_label_only, made(node)))


def _has_a_label_only(call: ast.Call) -> bool:
    data, operands, operation, label = map(parts_of(call).get, PARAMETERS)
    nameless = operation is None or (isinstance(operation, ast.Constant) and operation.value == "")
    named = isinstance(label, (ast.Constant, ast.JoinedStr))
    return data is not None and operands is not None and nameless and named


READ: dict[str, Callable[[ast.FunctionDef, bool], bool]] = {
    "return-missing": _returns_nothing,
    "return-in-the-inner-function": _returns_inside,
    "none-is-kept": _keeps_what_append_gives,
    "return-in-the-loop": _returns_in_the_loop,
    "self-returned": _returns_self,
    "loop-read-late": reads_the_loop_late,
    "default-shared": changes_a_default,
    "method-not-called": _names_a_method,
    "compared-not-stored": _compares_idly,
    "computed-not-kept": _computes_idly,
    "made-and-dropped": _drops_what_it_makes,
    "never-walked": _walks_nothing,
    "changed-in-a-name": changes_a_name_only,
    "error-not-raised": raises_no_error,
    "sign-behind-equals": puts_the_sign_behind,
    "number-returned": returns_its_number,
    "operands-left-out": leaves_the_operands_out,
    "operands-without-brackets": spreads_the_operands,
    "operation-among-operands": names_among_the_operands,
    OPERATION: names_another_operation,
    "operand-changed": changes_an_operand,
    "result-updated": changes_the_result,
    "step-changes-data": changes_a_number,
    "value-in-the-step": computes_with_a_value,
    "own-gradient-read": adds_its_own_gradient,
    "return-before-the-step": returns_before_its_step,
    "step-on-operand": stores_its_step_on_an_operand,
    "second-name": names_a_list_twice,
    "asked-of-self": asks_self,
    "operation-as-label": _labels_the_operation,
    "step-not-stored": _stores_no_step,
    "step-called": _calls_the_step,
}


@lru_cache
def _methods() -> frozenset[str]:
    """The methods that learners write and call by name, and the step that a Value has."""
    tasks = [task.name.rpartition(".") for each in read_catalogue().values() for task in each.tasks]
    return frozenset({"_backward", *(name for owner, _, name in tasks if owner and not name.startswith("__"))})


# read off what a check shows


@dataclass(frozen=True)
class Text:
    """The tasks of an exercise as they are written."""

    exercise: Exercise
    functions: dict[str, tuple[Function, ast.FunctionDef]]

    def shown(self, verdict: Verdict) -> Iterator[Slip]:
        """What a fault says of the task that it was raised in or on its way through, or a value of the one asked."""
        through, fault = self._through(verdict), verdict.fault
        asked = [task for task in self.functions if task == verdict.check.task]
        if _shows_callable(verdict):
            yield from (Slip(task, "method-not-called") for task in (*through, *asked) if self._forgets_brackets(task))
        if _shows_none(verdict):
            yield from (Slip(task, "return-on-some-ways") for task in asked if self._falls_off(task))
        if fault is not None and fault.type in ("NameError", "UnboundLocalError"):
            yield from (Slip(task, NO_NAME, (name, "")) for task in through[-1:] for name in self._unknown(task, fault))
        if fault is not None and fault.type == "TypeError":
            for task in through[-1:]:
                node = self.functions[task][1]
                yield from (Slip(task, kind) for kind, shows in SAID.items() if shows(fault, node))
            yield from self._asks_too_much(fault)

    def spaced(self, wrong: Iterable[Verdict]) -> list[Slip]:
        """One text of each task that differs by its blanks."""
        slips: dict[str, Slip] = {}
        for verdict in (v for v in wrong if v.check.task in self.functions):
            for slip in _spaced(verdict, self.functions[verdict.check.task][1]):
                slips.setdefault(slip.task, slip)
        return list(slips.values())

    def _through(self, verdict: Verdict) -> list[str]:
        """The tasks of this exercise that a fault went through, up to the one in which it was raised.

        None where it was raised in the file of another exercise.
        """
        frames = verdict.fault.frames if verdict.fault else ()
        own = self.exercise.file.name
        if not frames or frames[-1].file != own:
            return []
        spans = [(task, function) for task, (function, _) in self.functions.items()]
        return [
            task
            for frame in frames
            for task, function in spans
            if frame.file == own and function.first <= frame.line <= function.last
        ]

    def _asks_too_much(self, fault: Fault) -> Iterator[Slip]:
        """Arguments that neither a step nor, where a check calls it by itself, a task is given."""
        missing = MISSING_ARGUMENT.search(fault.message)
        if missing is None:
            return
        step = missing["outer"] is not None
        by_check = bool(fault.frames) and fault.frames[-1].file.startswith("<")
        for task in self.functions:
            if task.rpartition(".")[2] == (missing["outer"] or missing["name"]) and (step or by_check):
                yield Slip(task, "step-takes-arguments" if step else "argument-too-many")

    def _unknown(self, task: str, fault: Fault) -> list[str]:
        """The name that a line of the task itself asks for in vain."""
        return QUOTED.findall(fault.message)[:1] if _is_on(fault.frames[-1].line, self.functions[task][1]) else []

    def _forgets_brackets(self, task: str) -> bool:
        node = self.functions[task][1]
        called = {id(part.func) for part in all_parts(node) if isinstance(part, ast.Call)}
        named = [part for part in all_parts(node) if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load)]
        return any(part.attr in _methods() - {"_backward"} and id(part) not in called for part in named)

    def _falls_off(self, task: str) -> bool:
        node = self.functions[task][1]
        returns = next(each.returns for each in self.exercise.tasks if each.name == task)
        return returns and bool(_returned(node)) and not _ends(node.body)


def _gives_a_value(fault: Fault, node: ast.FunctionDef) -> bool:
    """Whether a function for numbers is called, since worked answers leave no frame of their own behind."""
    calls = [part.func for part in all_parts(node) if isinstance(part, ast.Call)]
    owners = [called.value for called in calls if isinstance(called, ast.Attribute)]
    names = {name.id for name in [*calls, *owners] if isinstance(name, ast.Name)}
    says = fault.message.endswith(("must be real number, not Value", "not 'Value'"))
    return says and not names.isdisjoint(OF_NUMBERS)


def _compares_a_value(fault: Fault, node: ast.FunctionDef) -> bool:
    parts = list(all_parts(node))
    signs = any(isinstance(part, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for part in parts)
    called = {part.id for part in parts if isinstance(part, ast.Name)}
    called |= {part.attr for part in parts if isinstance(part, ast.Attribute)}
    says = "' not supported between instances of " in fault.message and "'Value'" in fault.message
    return says and (signs or not called.isdisjoint(COMPARE))


def _asks_for_no_type(fault: Fault, node: ast.FunctionDef) -> bool:
    """Whether isinstance is asked about one of the function's own arguments as if that were a type."""
    own = {each.arg for each in node.args.args}
    calls = [part for part in all_parts(node) if isinstance(part, ast.Call) and name_called(part) == "isinstance"]
    types = [call.args[1] for call in calls if len(call.args) > 1]
    said = fault.message.startswith("isinstance() arg 2 must be a type")
    return said and any(isinstance(each, ast.Name) and each.id in own for each in types)


def _mixes_numbers_and_values(fault: Fault, node: ast.FunctionDef) -> bool:
    """Whether the line at fault, which is the function's own, has a number beside a Value."""
    kinds = set(QUOTED.findall(fault.message))
    mixed = MIXED.match(fault.message) is not None and "Value" in kinds and len(kinds) == 2
    return mixed and _is_on(fault.frames[-1].line, node)


def _adds_two_at_once(fault: Fault, node: ast.FunctionDef) -> bool:
    says = TAKES_ONE.search(fault.message) is not None
    return says and _is_on(fault.frames[-1].line, node)


def _adds_a_list_to_0(fault: Fault, node: ast.FunctionDef) -> bool:
    """Whether lists are added up from the 0 with which sum begins, or from one that has a name of its own."""
    if ADDED_TO_0.match(fault.message) is None:
        return False
    line, inside = fault.frames[-1].line, fault.frames[-1].function.startswith("<")  # as a comprehension is
    there = [part for part in all_parts(node) if isinstance(part, (ast.expr, ast.stmt)) and _is_on(line, part)]
    sums = [part for part in there if isinstance(part, ast.Call) and name_called(part) == "sum"]
    stored = [part for part in all_parts(node) if isinstance(part, ast.Assign) and _is_0(part.value)]
    names = {target.id for part in stored for target in part.targets if isinstance(target, ast.Name)}
    first = [part.target if isinstance(part, ast.AugAssign) else getattr(part, "left", None) for part in there]
    from_a_name = any(isinstance(each, ast.Name) and each.id in names for each in first)
    return from_a_name or (not inside and any(len(call.args) == 1 and not call.keywords for call in sums))


def _is_on(line: int, part: ast.expr | ast.stmt) -> bool:
    return part.lineno <= line <= (part.end_lineno or part.lineno)


def _is_0(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and type(value.value) in (int, float) and value.value == 0


SAID: dict[str, Callable[[Fault, ast.FunctionDef], bool]] = {
    "number-function-of-value": _gives_a_value,
    "value-compared": _compares_a_value,
    "isinstance-of-no-type": _asks_for_no_type,
    "lists-added-to-0": _adds_a_list_to_0,
    MIXES: _mixes_numbers_and_values,
    "two-things-added": _adds_two_at_once,
}


def _shows_callable(verdict: Verdict) -> bool:
    if verdict.fault is not None:
        return not {*QUOTED.findall(verdict.fault.message)}.isdisjoint(CALLABLES)
    values = verdict.observation.values.values() if verdict.observation else ()
    return any(isinstance(value, dict) and value.get("object") in CALLABLES for value in values)


def _shows_none(verdict: Verdict) -> bool:
    if verdict.fault is not None:
        return "NoneType" in verdict.fault.message
    return verdict.observation is not None and None in verdict.observation.values.values()


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Whether the last of some statements lets nothing come behind it."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    if isinstance(last, ast.Match):
        return True
    if isinstance(last, (ast.With, ast.Try)):
        return _ends(last.body)
    return isinstance(last, (ast.Return, ast.Raise, ast.For, ast.While))


# in words


def as_misconception(slip: Slip, exercise: Exercise, *, beyond: bool = False) -> Misconception:
    """A slip in the words of slips.toml, which fit the place; `beyond` where it does not account for all that fails."""
    expected, got = (json.dumps(each) for each in slip.names)
    place = {"task": slip.task, "name": slip.helper or slip.task.rpartition(".")[2], "expected": expected, "got": got}
    title, belief, explanation, question = (_words()[slip.kind][text].format(**place) for text in TEXTS)
    explanation += f" {_words()[slip.kind]['beyond']}" if beyond else ""
    where = re.sub(r"[\W_]+", "-", slip.task.lower()).strip("-")
    name = f"{slip.kind}-in-{where}-{exercise.number}"
    return Misconception(name, exercise.number, slip.task, title, belief, explanation, question, slip=slip.kind)


def kinds() -> tuple[str, ...]:
    """Every kind of slip that there is."""
    return tuple(_words())


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))

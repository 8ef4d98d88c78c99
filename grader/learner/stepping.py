"""`make step`: a page that plays an expression, or the prediction of a network, forward and backward."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.core.errors import KataError, in_words, words_of
from grader.core.paths import BUILD
from grader.learner.datasets import load
from grader.learner.engines import has_reference, my_package, own_code
from grader.learner.explain import shows
from grader.learner.expression import parsed, terms, too_deep, without_value
from grader.learner.recording import read_events, watch
from grader.learner.terminal import wrapped
from minigrad_reference.drawing.network import name_neurons
from minigrad_reference.drawing.stepper import Stepper, stepper
from minigrad_reference.drawing.walk import trace

PATH = BUILD / "step" / "step.html"
EXPRESSION = "d = a * b; e = d + a; f = e * d; g = e * f; h = f * g"  # wrong with nearly every wrong order
VALUES = {"a": 2.0, "b": -1.5, "c": 7.0}
NETWORKS = {"toy": ([4, 4, 1], ["tanh"] * 3), "moons": ([16, 16, 1], "relu")}
TITLE = 80  # characters
RESULT = ast.Name("the result", ast.Store())  # what the last line gives if it gives it no name


def step_expression(text: str, values: Mapping[str, float], engine: str | None) -> str:
    """Write the page of Python lines. Says what came out."""
    return _written(expression_page(text, values, engine))


def expression_page(text: str, values: Mapping[str, float], engine: str | None) -> Stepper:
    """The page of Python lines; without an engine they are read, with one they are run."""
    title = "; ".join(line.strip() for line in text.strip().splitlines())
    title = title if len(title) <= TITLE else title[: TITLE - 1] + "…"
    values = dict(values) or VALUES
    if engine is None:
        nodes = terms(text, values)
        with words_of(ValueError, RuntimeError):
            return stepper(nodes, title=title)
    with own_code(engine):
        return _played(_run(text, values, _package(engine, "Value").Value), engine, title)


def step_network(name: str, engine: str | None) -> str:
    """Write the page of what an untrained network predicts for the first sample of a data set."""
    engine = engine or ("reference" if has_reference() else "mine")
    data = load(name)
    sizes, activation = NETWORKS[name]
    shape = "-".join(map(str, [len(data.inputs[0]), *sizes]))
    with own_code(engine):
        model = _package(engine, "MLP").MLP(len(data.inputs[0]), sizes, activation, seed=0)
        prediction = model(data.inputs[0])
        name_neurons(model, prediction)
        return _written(_played(prediction, engine, f"A {shape} network predicts a sample of {name}"))


def parse_values(text: str) -> dict[str, float]:
    """'a=2 b=-3, c=7' as numbers by name. Raises KataError with a sentence."""
    values = {}
    for part in text.replace(",", " ").split():
        name, _, number = part.partition("=")
        try:
            values[name] = float(number)
        except ValueError:
            name = ""
        if not name.isidentifier():
            raise KataError(f"VALUES are names and numbers such as 'a=2 b=-3', and {part!r} is none of them.")
    return values


def read_lines(path: Path) -> str:
    """A file of Python lines. Raises KataError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise KataError(f"{path} cannot be read: {reason}.") from None


def _package(engine: str, needed: str) -> Any:
    if engine == "mine":
        return my_package(needed)
    if not has_reference():
        raise KataError("The reference engine is not part of this copy of the kata; ENGINE=mine takes your own.")
    import minigrad_reference

    return minigrad_reference


def _run(text: str, values: Mapping[str, float], value: Any) -> Any:
    """What the last of the lines gives, with every value named as in the lines."""
    names: dict[str, Any] = {"Value": value, "math": math}
    names |= {name: value(number, label=name) for name, number in values.items()}
    tree = parsed(text)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(ast.Assign([RESULT], last.value), last))
    try:
        exec(compile(tree, "<expression>", "exec"), names)  # noqa: S102 (the learner's own lines)
    except NotImplementedError:
        raise
    except RecursionError:
        raise too_deep() from None
    except NameError as error:
        raise (without_value(error.name) if error.name else KataError(f"The expression stopped: {error}.")) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever they may raise)
        raise KataError(f"The expression stopped: {in_words(error)}.") from None
    target = tree.body[-1].targets[0] if tree.body and isinstance(tree.body[-1], ast.Assign) else None
    root = names.pop(target.id) if isinstance(target, ast.Name) else None
    if not hasattr(root, "_prev"):
        raise KataError(f"The last line gives {root!r} and not a Value; it must be the result to step through.")
    named = {name: found for name, found in names.items() if hasattr(found, "_prev") and found is not value}
    if isinstance(target, ast.Name) and target is not RESULT:
        named[target.id] = root
    for name, found in named.items():
        found.label = found.label or name
    return root


def _played(result: Any, engine: str, title: str) -> Stepper:
    """The page; the learner's own numbers are compared, after their own backward pass."""
    nodes = trace(result)[0]
    theirs, events = None, None
    if engine == "mine":
        found: list[Any] = []
        note = watch(nodes, found)
        result.backward()
        note()
        theirs = [(node.data, node.grad) for node in nodes]
        events = read_events(found, range(len(nodes)))
    try:
        with words_of(ValueError, RuntimeError):
            return stepper(nodes, theirs, title, events)
    except KataError as error:
        where = " make explain-4 shows where." if engine == "mine" and "order" in str(error) and shows(4) else ""
        raise KataError(f"{error}{where}") from None


def _written(page: Stepper) -> str:
    PATH.parent.mkdir(parents=True, exist_ok=True)
    page.write(PATH)
    said = [page.difference] if page.difference else []
    return "".join(f"{wrapped(text)}\n" for text in [*said, f"The page is {PATH}; open it in a browser."])

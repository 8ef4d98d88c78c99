"""The engines that a network or a language model can be trained on: the reference and the learner's own."""

from __future__ import annotations

import gc
import importlib.util
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError, in_words
from grader.core.probing import TimeIsUp, time_limit
from grader.learner.switches import is_on

if TYPE_CHECKING:
    from grader.core.records import Exercise, Verdict

GARBAGE = 200_000  # objects made since the last collection
SECONDS = 60.0  # after which a learner's engine is stopped that gives no graph, or no epoch of the usual network
USUAL = 33_700  # parameters times samples of that network
USUAL_LANGUAGE = 4_192  # parameters of the usual language model, which takes a step in less than a second


ENDS = (Exception, SystemExit, TimeIsUp)  # ways in which a learner's code may end


@dataclass(frozen=True)
class Epoch:
    """One step of training; loss and accuracy (0 to 1) are those of the weights before it."""

    number: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Engine:
    """What training needs of an engine.

    `train` yields an Epoch per step, with a rate falling to a tenth. `tidy` is called between graphs.
    """

    Value: Any
    MLP: Any
    mean_squared_error: Any
    hinge_loss: Any
    l2_penalty: Any
    accuracy: Any
    train: Callable[..., Iterator[Epoch]]
    tidy: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Language:
    """What a language model needs of an engine; `Adam` has `m`, `v` and `t`, which can be kept and put back.

    `step` trains on one name's tokens at a rate and gives the loss before it.
    """

    GPT: Any
    Tokenizer: Any
    Adam: Any
    generate: Callable[..., str]
    step: Callable[[Any, Any, Any, float], float]
    tidy: Callable[[], None] = lambda: None


def load_engine(name: str) -> Engine:
    """'reference' or 'mine'. Raises KataError where the learner's own is not complete."""
    return _mine() if name == "mine" else _reference()


def load_language(name: str) -> Language:
    """As `load_engine`, for exercises 12 to 18."""
    return _my_language() if name == "mine" else _reference_language()


def what_it_trains() -> str:
    """The command that trains the finished engine; in a copy with too few exercises the one for progress."""
    tasks = {task.name for exercise in read_catalogue().values() for task in exercise.tasks}
    trained = {"generate": "make names ENGINE=mine", "hinge_loss": "make train ENGINE=mine"}
    return next((command for task, command in trained.items() if task in tasks), "make progress")


def has_reference() -> bool:
    """Whether this copy of the kata has the reference engine; a student release has not."""
    return importlib.util.find_spec("minigrad_reference.engine") is not None


def _reference() -> Engine:
    _refuse_without_reference()
    import minigrad_reference as r

    def train(model: Any, inputs: Any, targets: Any, loss: Any, rate: float, epochs: int) -> Iterator[Epoch]:
        try:
            for epoch in r.train(model, inputs, targets, loss, r.linear_decay(rate), epochs):
                yield Epoch(epoch.number, epoch.loss, epoch.accuracy)
        except FloatingPointError as error:
            raise KataError(f"{str(error).capitalize()}.") from None

    return Engine(r.Value, r.MLP, r.mean_squared_error, r.max_margin, r.l2_penalty, r.accuracy, train)


def _refuse_without_reference() -> None:
    if not has_reference():
        raise KataError("The reference engine is not part of this copy of the kata; ENGINE=mine trains your own.")


def _mine() -> Engine:
    names = "Value", "MLP", "mean_squared_error", "hinge_loss", "l2_penalty", "accuracy", "sgd_step"
    with time_limit(SECONDS):
        m = my_package(*names)
    parts = {name: getattr(m, name) for name in names}
    sgd_step = parts.pop("sgd_step")

    def train(model: Any, inputs: Any, targets: Any, loss: Any, rate: float, epochs: int) -> Iterator[Epoch]:
        seconds = SECONDS * max(1.0, len(inputs) * len(model.parameters()) / USUAL)
        for k in range(epochs):
            with time_limit(seconds):
                scores = [model(x) for x in inputs]
                total = loss(scores, targets, model.parameters())
                check_finite(total.data, k + 1)
                model.zero_grad()
                total.backward()
                sgd_step(model.parameters(), rate * (1 - 0.9 * k / epochs))
                epoch = Epoch(k + 1, total.data, m.accuracy(scores, targets))
                del scores, total
                _tidy()
            yield epoch

    gc.disable()  # closures form reference cycles: `tidy` collects them once a graph is done with, not while it grows
    return Engine(**parts, train=train, tidy=_tidy)


def _reference_language() -> Language:
    _refuse_without_reference()
    from minigrad_reference import language as r

    def step(model: Any, optimiser: Any, tokens: Any, rate: float) -> float:
        optimiser.learning_rate = rate
        return r.language_step(model, optimiser, tokens)

    return Language(r.GPT, r.Tokenizer, r.Adam, r.generate, step)


def _my_language() -> Language:
    names = "GPT", "Tokenizer", "Adam", "generate"
    with time_limit(SECONDS):
        m = my_package(*names)

    def step(model: Any, optimiser: Any, tokens: Any, rate: float) -> float:
        with time_limit(SECONDS * max(1.0, len(model.parameters()) / USUAL_LANGUAGE)):
            total = model.loss(tokens)
            model.zero_grad()
            total.backward()
            optimiser.learning_rate = rate
            optimiser.step()
            loss: float = total.data
            del total
            _tidy()
        return loss

    gc.disable()  # as in `_mine`
    return Language(m.GPT, m.Tokenizer, m.Adam, m.generate, step, _tidy)


def my_package(*needed: str) -> Any:
    """The learner's files as one package, made anew. Raises KataError where it does not import or lacks a name."""
    from grader.learner.assemble import PACKAGE, assemble

    sys.path.insert(0, str(assemble()))
    try:
        package = importlib.import_module(PACKAGE)
        for name in needed:
            getattr(package, name)
    except (Exception, SystemExit) as error:  # whatever a learner's file may raise
        why = in_words(error) if isinstance(error, SystemExit) else error
        raise KataError(f"Your own engine cannot be used yet ({why}); make progress shows what is missing.") from None
    return package


@contextmanager
def own_engine() -> Iterator[str]:
    """Use the learner's engine in this block; gives a sentence about what to repair first, empty where nothing is.

    Raises KataError, in words, where something is still to be written or where the learner's own code crashes.
    """
    from grader.learner.exercises import next_step, open_exercises

    still_open = list(open_exercises())
    first = _what_to_repair(still_open)
    try:
        with _no_input(), _no_silent_end():
            yield first
    except NotImplementedError as error:
        what = next_step(*still_open[0]) if still_open else f"{error} is still a stub"
        raise KataError(f"Your own engine is not complete: {what}.") from None
    except KataError:
        raise
    except ENDS as error:
        if sentence := _stopped(error, first):
            raise KataError(sentence) from error
        raise


@contextmanager
def own_code(engine: str) -> Iterator[None]:
    """Run an engine in this block. Raises KataError, in words, where the learner's crashes or is not right yet."""
    from grader.learner.exercises import open_exercises

    mine = engine == "mine"
    try:
        with _no_input(), _no_silent_end(), time_limit(SECONDS if mine else None):
            yield
    except (KataError, NotImplementedError):
        raise
    except ENDS as error:
        if mine and (sentence := _stopped(error, _what_to_repair(open_exercises()))):
            raise KataError(sentence) from error
        raise


@contextmanager
def _no_input() -> Iterator[None]:
    """As in a check: whoever asks finds the end of the input, unless a debugger is to ask."""
    before = sys.stdin
    if not is_on("DEBUG"):
        sys.stdin = io.StringIO()
    try:
        yield
    finally:
        sys.stdin = before


@contextmanager
def _no_silent_end() -> Iterator[None]:
    """`os._exit` would end this process without a word; in this block it raises SystemExit, which can be told."""
    names = vars(os)
    silent = names["_exit"]
    names["_exit"] = sys.exit
    try:
        yield
    finally:
        names["_exit"] = silent


def _what_to_repair(still_open: Iterable[tuple[Exercise, list[Verdict]]]) -> str:
    """A sentence about the first exercise that is wrong; empty where none is."""
    from grader.learner.exercises import is_wrong, next_step

    wrong = next((found for found in still_open if is_wrong(found[1])), None)
    return f"Exercise {wrong[0].number} does not pass yet; best {next_step(*wrong)}." if wrong else ""


def _stopped(error: BaseException, first: str) -> str:
    """Where and why the learner's engine stopped; empty where nothing says that it is the engine's fault.

    An engine that does not pass may give something with which our code cannot go on.
    """
    deep = isinstance(error, RecursionError)
    what = "a recursion that is deeper than Python allows" if deep else in_words(error)
    place = _own_line(error)
    if isinstance(error, TimeIsUp):
        return f"Your engine gave no answer in time and was stopped {place or 'on its way'}. {first}".rstrip()
    if place is not None:
        return f"Your engine stopped {place}, with {what}. {first}".rstrip()
    return f"Your engine gave something that cannot be used, which ended with {what}. {first}" if first else ""


def _own_line(error: BaseException) -> str | None:
    """Where in the learner's files an error comes from; in the package made of them the lines have other numbers."""
    from grader.learner.assemble import PACKAGE
    from grader.learner.exercises import text_of_file

    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).parent.name == PACKAGE]
    if not frames:
        return None
    line = (frames[-1].line or "").strip()
    places = [
        f"in {exercise.file}, line {number}"
        for exercise in read_catalogue().values()
        for number, text in enumerate(text_of_file(exercise).splitlines(), 1)
        if text.strip() == line
    ]
    return f"{places[-1] if len(places) == 1 else f'in {frames[-1].name}'} ({line})"


def _tidy() -> None:
    if gc.get_count()[0] > GARBAGE:
        gc.collect(0)  # what is new: the weights and everything older stay where they are


def check_finite(loss: float, number: int) -> None:
    """Raise KataError for a loss from which there is no way down."""
    if not abs(loss) < float("inf"):
        raise KataError(f"The loss is {loss} in epoch {number}; a smaller learning rate may help.")

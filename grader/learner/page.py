"""The learner's commands for a page in a browser: sources in, records and sentences out.

The page shows them. It has no sentence and no rule of its own: what it makes of a command such as `make hint-4` in a
sentence is a button.
"""

from __future__ import annotations

import linecache
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.core.catalogue import by_part, read_catalogue
from grader.core.errors import KataError
from grader.core.paths import DESK, SOLUTIONS
from grader.core.probing import Loader
from grader.core.records import Exercise, Status, Verdict
from grader.core.text import parts_of
from grader.learner import explain as explaining
from grader.learner import messages, prober, report, terminal
from grader.learner.catch import catch_on_own_engine
from grader.learner.causes import Causes, find_causes
from grader.learner.exercises import exercise, is_done, is_wrong, run
from grader.learner.hints import next_hint
from grader.learner.journal import Journal
from grader.learner.messages import as_json
from grader.learner.report import ALIKE, READING, Failure, also_told, failures, next_step, reasons
from grader.learner.state import hints_used, read_state, write_state

ANY_WIDTH = 1_000_000  # a page breaks its lines itself
UNDER_WAY: list[Any] = []  # the training that is watched


def begin(alarm: Callable[[float, float], None], draw: Callable[[str, str], str]) -> None:
    """Make this Python a page's: `alarm` sets a clock that ends endless loops, `draw` is Graphviz."""
    from minigrad_reference.drawing.render import STAND_IN

    signal.setitimer = lambda _, seconds, interval=0.0: alarm(seconds, interval)  # type: ignore[assignment, return-value]
    STAND_IN.append(draw)
    sys.modules["black"] = _Plain("black")
    terminal.columns, terminal.WIDEST = lambda: ANY_WIDTH, ANY_WIDTH
    report.BEGIN = "Read the lesson, then write {task} in your file."  # which is open, and has the lesson folded away


class _Plain(ModuleType):
    """Stands for black, which cannot be here: the package that is made of a learner's files stays as they wrote it."""

    Mode = dict

    @staticmethod
    def format_str(source: str, mode: object) -> str:  # noqa: ARG004 - black's own form
        return source


def answer(request: str, asks: Callable[[str, float], None], answers: Callable[[str, str], None]) -> str:
    """What a command says, as JSON: messages.Said or messages.Refused of a messages.Request."""
    asked = messages.Request.from_json(request)
    _lay_out(asked.files, asked.state)
    prober.STAND_IN[:] = [Journal(asked.journal, asks, answers).prober]
    try:
        with _modules_as_before():
            value = COMMANDS[asked.command](*asked.arguments)
    except KataError as error:
        return as_json(messages.Refused(str(error), read_state()))
    return as_json(messages.Said(value, read_state()))


def _lay_out(files: dict[str, str], state: dict[str, object]) -> None:
    DESK.mkdir(exist_ok=True)
    for each in read_catalogue().values():
        each.file.write_text(files.get(each.file.name, each.stub.read_text(encoding="utf-8")), encoding="utf-8")
    write_state(state)
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_minigrad"]:
        del sys.modules[name]
    Loader.compiled.clear()
    linecache.clearcache()


@contextmanager
def _modules_as_before() -> Iterator[None]:
    """Put back what a learner's code changes in modules: the next command finds them as in a fresh process."""
    before = {module: dict(vars(module)) for module in list(sys.modules.values()) if isinstance(module, ModuleType)}
    try:
        yield
    finally:
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Finder"]
        for module, names in before.items():
            if module.__name__.startswith(("grader", "minigrad_reference")):
                continue  # which load what they need as they go
            for name in vars(module).keys() - names.keys():
                if module.__name__ == "builtins":
                    delattr(module, name)
            vars(module).update(names)


def contents(exercises: Iterable[Exercise]) -> list[messages.Section]:
    """The parts with their exercises, for the first page."""
    return [messages.Section(part.heading, [_about(each) for each in own]) for part, own in by_part(exercises)]


def _about(exercise: Exercise) -> messages.About:
    return messages.About(
        number=exercise.number,
        file=exercise.file.name,
        title=exercise.title,
        goal=exercise.goal,
        tasks=[task.name for task in exercise.tasks],
        stub=exercise.stub.read_text(encoding="utf-8"),
    )


def check(number: int) -> messages.Report:
    """`make test-exercise-N`."""
    chosen = exercise(number)
    verdicts = run(chosen)
    causes = find_causes(chosen, verdicts)
    told = causes.told(verdicts)
    explained = is_wrong(verdicts) and explaining.exit_code(number) == explaining.SHOWS
    passed = sum(v.status is Status.PASSED for v in verdicts)
    return messages.Report(
        title=f"Exercise {number}: {chosen.title}",
        passed=passed,
        count=len(verdicts),
        done=is_done(verdicts),
        tasks=[
            messages.Checked(task.name, [messages.Line(*_line(v)) for v in told if v.check.task == task.name])
            for task in chosen.tasks
        ],
        failures=[_failure(each, chosen, causes) for each in failures(chosen, told, causes)],
        reasons=[
            messages.Reason(why.heading, why.title, why.paragraphs, [messages.Alike(ALIKE, same) for same in why.alike])
            for why in reasons(causes, told)
        ],
        reading=messages.Reading(READING, chosen.reading) if passed == len(verdicts) else None,
        sum=f"{passed} of {len(verdicts)} checks pass.",
        next=next_step(chosen, verdicts, causes, explained),
    )


def _line(verdict: Verdict) -> tuple[str, str, str]:
    """Its word, colour and title."""
    return verdict.status.word, verdict.status.colour, verdict.check.title


def _failure(failure: Failure, exercise: Exercise, causes: Causes) -> messages.Failure:
    verdict = failure.verdict
    parts = parts_of(verdict, exercise)
    message = [parts.pop(0)] if verdict.message else []
    frames = verdict.fault.frames if verdict.fault and verdict.status is not Status.BLOCKED else ()
    return messages.Failure(
        *_line(verdict),
        task=verdict.check.task,
        message=message,
        parts=parts,
        differences=[messages.Compared(d.expression, d.expected, d.got) for d in verdict.differences],
        lines=sorted({frame.line for frame in frames if frame.file == exercise.file.name}),
        also=also_told(failure, causes),
    )


def hint(number: int) -> str:
    """`make hint-N`."""
    return next_hint(number)


def explain(number: int) -> messages.Explained:
    """`make explain-N`."""
    from grader.learner.picture import picture, sketch_page
    from minigrad_reference.drawing.palette import with_dark
    from minigrad_reference.drawing.render import picture as drawn

    said, found = explaining.in_words(exercise(number))
    if found is None:
        return messages.Explained(said)
    page = sketch_page(found)
    return messages.Explained(said, with_dark(drawn(picture(found), "svg").decode()), page.html if page else "")


def solution(number: int, force: bool = False) -> messages.Solution:
    """`make solution-N`: task by task, the learner's and the worked answer; and one in another style."""
    from grader.learner.styles import other_style
    from grader.learner.worked import beside

    chosen = exercise(number)
    tasks = beside(chosen, force=force)
    style = other_style(chosen)
    return messages.Solution(tasks, messages.OtherStyle(style.said, style.code) if style else None)


def play(expression: str, values: dict[str, float], mine: bool) -> messages.Played:
    """`make step`: the page of an expression, and where one's own numbers first differ."""
    from grader.learner.stepping import expression_page

    page = expression_page(expression, values, "mine" if mine else None)
    return messages.Played(page.html, page.difference)


def train(points: list[list[float]], rate: float, steps: int, mine: bool, fresh: bool) -> messages.Trained:
    """`make train`, live: some steps more on these points (x, y, label), or none; the network's numbers after them."""
    from grader.learner.live import Training

    engine = "mine" if mine else "reference"
    if fresh or not UNDER_WAY or UNDER_WAY[0].name != engine:
        UNDER_WAY[:] = [Training(engine, seed=0)]
    losses = UNDER_WAY[0].go(points, rate, steps) if steps else []
    return messages.Trained(losses, UNDER_WAY[0].steps, UNDER_WAY[0].numbers())


def catch(number: int, text: str | None) -> messages.Edited:
    """`make catch-N`, where no wrong engine is; `text` is the learner's file of checks, None before there is one."""
    return caught(number, text, catch_on_own_engine)


def caught(number: int, text: str | None, say: Callable[[int], str]) -> messages.Edited:
    """What a command says of a file of checks, and the file, which the first call makes."""
    path = exercise(number).catches
    path.unlink(missing_ok=True)
    if text is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return messages.Edited(say(number), path.read_text(encoding="utf-8"))


def hints() -> dict[str, dict[str, int]]:
    """How many hints were shown."""
    return hints_used(read_state())


def gives_answers() -> bool:
    """Whether the worked answers are here."""
    return Path(SOLUTIONS).exists()


COMMANDS: dict[str, Callable[..., Any]] = {
    command.__name__: command for command in (check, hint, explain, solution, play, train, catch, hints, gives_answers)
}

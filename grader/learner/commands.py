"""The learner's commands. Each imports what it needs when it runs, so that a check run starts at once."""

from __future__ import annotations

import math
import os
import sys
from functools import partial
from typing import Any

import click

from grader.core.errors import KataError

option = partial(click.option, show_envvar=True)  # a mistake names the variable, which is what was typed after `make`


class ExerciseNumber(click.ParamType[int]):
    """Which exercise."""

    name = "exercise"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not str(value).isdecimal():
            raise click.UsageError("Which exercise? Give its number, as in make test-exercise-1 or grader test 1.")
        return int(value)


NUMBER = click.argument("number", type=ExerciseNumber())
FORCE = option(
    "--force",
    envvar="FORCE",
    is_flag=True,
    help="Do it even where the command would refuse or skip it; what it replaces is backed up.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def learner(context: click.Context) -> None:
    """Learn backpropagation by writing it: exercises with checks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a narrow console still shows the rest
    context.color = False if os.environ.get("NO_COLOR") else None
    if context.invoked_subcommand is None:
        from grader.learner.greeting import greeting

        click.echo(greeting())


@learner.command()
@NUMBER
@option("--debug", envvar="DEBUG", is_flag=True, help="Let breakpoint() work: no time limit, output as it comes.")
def test(number: int, debug: bool) -> int:
    """Run the checks of an exercise."""
    from grader.core.records import Status
    from grader.learner.causes import Causes, find_causes
    from grader.learner.exercises import exercise, is_to_be_repaired, is_wrong, run
    from grader.learner.explain import shows
    from grader.learner.report import exercise_report

    chosen = exercise(number)
    verdicts = run(chosen, debug=debug)
    explained = is_wrong(verdicts) and not debug and shows(number)
    causes = Causes() if debug or is_to_be_repaired() else find_causes(chosen, verdicts)
    click.echo(exercise_report(chosen, verdicts, causes, explained))
    return 0 if all(v.status is Status.PASSED for v in verdicts) else 1


@learner.command()
def progress() -> None:
    """Show how far you are and what comes next."""
    from grader.learner.progress import show_progress

    show_progress(_console())


@learner.command()
@NUMBER
def hint(number: int) -> None:
    """Show a hint for the first open task, one step further each time."""
    from grader.learner.exercises import must_be_own
    from grader.learner.hints import next_hint

    must_be_own(number)
    click.echo(next_hint(number))


@learner.command()
@NUMBER
@FORCE
def solution(number: int, force: bool) -> None:
    """Show the worked answer beside yours, once the checks pass."""
    from grader.learner.exercises import must_be_own
    from grader.learner.solution import show_solution

    must_be_own(number)
    show_solution(number, _console(), force=force)


@learner.command()
@NUMBER
def explain(number: int) -> None:
    """Draw the simplest expression on which your code differs, and where."""
    from grader.learner.exercises import exercise
    from grader.learner.explain import explain_exercise

    click.echo(explain_exercise(exercise(number)), nl=False)


@learner.command()
@NUMBER
def catch(number: int) -> None:
    """Try your own checks in exercises/catch: their form, and whether your own engine agrees."""
    from grader.learner.catch import catch_on_own_engine

    click.echo(catch_on_own_engine(number))


@learner.command()
@NUMBER
def reset(number: int) -> None:
    """Start an exercise afresh; your file is kept as a backup."""
    from grader.learner.exercises import reset as put_back

    _say(put_back(number))


@learner.command()
@click.argument("number", type=click.IntRange(1), required=False)
def watch(number: int | None) -> None:
    """Run the checks on every save, and move on when they pass."""
    from grader.learner.watch import watch_exercises

    watch_exercises(number)


@learner.command(name="my-minigrad")
def my_minigrad() -> None:
    """Make an ordinary package of your own files."""
    from grader.learner.assemble import PACKAGE, assemble, unwritten

    folder = assemble()
    _say(f"Your files are one package now: {folder} (try: cd {folder} && python -c 'import {PACKAGE}').")
    missing = unwritten()
    if missing:
        _say(f"Still stubs in it: {', '.join(missing)}.")


@learner.command()
@option("--result", envvar="RESULT", type=click.Path(dir_okay=False), help="Write a Classroom 50 result here.")
def github(result: str | None) -> int:
    """Run all public checks and tell GitHub: annotations, summary, result."""
    import json
    from pathlib import Path

    from grader.core.files import write_text
    from grader.learner import github

    found = github.outcomes()
    for line in github.workflow_commands(found):
        click.echo(line)
    text = github.summary(found)
    if os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
            file.write(text)
    click.echo(text.partition("\n\n###")[0])
    if result:
        write_text(Path(result), json.dumps(github.result(found, os.environ), indent=1, ensure_ascii=False) + "\n")
    return 1 if any(outcome.wrong for outcome in found) else 0


class Sizes(click.ParamType[list[int]]):
    """Layer sizes such as 16,16."""

    name = "sizes"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        sizes = [int(part) if part.strip().isdecimal() else 0 for part in value.split(",")]
        if len(sizes) > 8 or any(not 1 <= size <= 64 for size in sizes):
            self.fail(f"{value!r} is not a list such as 16,16: at most 8 layer sizes from 1 to 64.", param, ctx)
        return sizes


class Rate(click.FloatRange):
    """A number in a range: 'nan' is in none, but compares as if it were."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        rate: float = super().convert(value, param, ctx)
        if math.isnan(rate):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return rate


@learner.command()
@option(
    "--engine",
    envvar="ENGINE",
    type=click.Choice(["reference", "mine"]),
    help="The engine to train: the reference, or mine, your own exercises.",
)
@option(
    "--dataset", envvar="DATASET", default="moons", help="The data to learn: moons, toy, or the path of a CSV file."
)
@option("--epochs", envvar="EPOCHS", type=click.IntRange(1, 100_000), default=50, help="How many steps to train.")
@option(
    "--seed", envvar="SEED", type=click.IntRange(0), default=0, help="The seed that the initial weights are drawn from."
)
@option("--hidden", envvar="HIDDEN", type=Sizes(), help="Sizes of the hidden layers; 16,16 or, for toy, 4,4.")
@option("--lr", envvar="LR", type=Rate(0, 1e6, min_open=True), help="The learning rate to start from.")
def train(engine: str | None, dataset: str, epochs: int, seed: int, hidden: list[int] | None, lr: float | None) -> None:
    """Train the final network and draw it into build/train."""
    from grader.learner.datasets import TOY, load
    from grader.learner.engines import has_reference, load_engine, own_engine
    from grader.learner.train import Plan
    from grader.learner.train import train as run

    data = load(dataset)
    plan = Plan(data, hidden or ([4, 4] if data is TOY else [16, 16]), epochs, lr, seed)
    name = engine or ("reference" if has_reference() else "mine")
    if name == "reference":
        run(load_engine(name), plan, _console())
        return
    with own_engine() as warning:
        click.echo(warning, nl=bool(warning))
        run(load_engine(name), plan, _console())


@learner.command()
@option(
    "--engine",
    envvar="ENGINE",
    type=click.Choice(["reference", "mine"]),
    help="The engine to train: the reference, or mine, your own exercises.",
)
@option(
    "--names",
    envvar="NAMES",
    default="people",
    help="The names to learn: people, elements, or the path of a text file with one name a line.",
)
@option("--steps", envvar="STEPS", type=click.IntRange(1, 100_000), default=1000, help="How many names to train on.")
@option(
    "--seed",
    envvar="SEED",
    type=click.IntRange(0),
    default=0,
    help="The seed that weights, the order of the names, and invented names are drawn from.",
)
@option(
    "--temperature",
    envvar="TEMPERATURE",
    type=Rate(0.01, 100),
    default=0.5,
    help="How daring the invented names are: below 1 likelier letters, above 1 rarer ones.",
)
@option("--width", envvar="WIDTH", type=click.IntRange(1, 64), default=16, help="The width of the model's vectors.")
@option("--heads", envvar="HEADS", type=click.IntRange(1, 64), default=4, help="How many heads share the width.")
@option("--layers", envvar="LAYERS", type=click.IntRange(1, 8), default=1, help="How many blocks the model has.")
@option("--resume", envvar="RESUME", is_flag=True, help="Go on with the run that is kept in build/names.")
@click.pass_context
def names(context: click.Context, /, engine: str | None, temperature: float, resume: bool, **sizes: Any) -> None:
    """Train a small GPT on names and let it invent new ones, into build/names."""
    from grader.learner.engines import has_reference, load_language, own_engine
    from grader.learner.names import invent_names, planned

    typed = {name for name in sizes if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT}
    plan, listed = planned(sizes, typed, resume=resume)
    name = engine or ("reference" if has_reference() else "mine")
    if name == "reference":
        invent_names(load_language(name), plan, listed, temperature, resume, _console())
        return
    with own_engine() as warning:
        click.echo(warning, nl=bool(warning))
        invent_names(load_language(name), plan, listed, temperature, resume, _console())


@learner.command()
@option("--expression", envvar="EXPRESSION", help="Python lines such as 'd = a * b; (d + c).tanh()'.")
@option("--values", envvar="VALUES", default="", help="The numbers for the names, as in 'a=2 b=-3 c=7'.")
@option("--file", envvar="FILE", type=click.Path(dir_okay=False), help="Read the lines from a file.")
@option(
    "--network",
    envvar="NETWORK",
    type=click.Choice(["toy", "moons"]),
    help="Play a prediction of this network instead.",
)
@option(
    "--engine",
    envvar="ENGINE",
    type=click.Choice(["reference", "mine"]),
    help="Run the lines on this engine and compare.",
)
def step(expression: str | None, values: str, file: str | None, network: str | None, engine: str | None) -> None:
    """Play a graph forward and backward in a page, step by step."""
    from pathlib import Path

    from grader.learner import stepping

    try:
        if network:
            said = stepping.step_network(network, engine)
        else:
            text = stepping.read_lines(Path(file)) if file else expression or stepping.EXPRESSION
            said = stepping.step_expression(text, stepping.parse_values(values), engine)
    except NotImplementedError as error:
        raise KataError(f"Your own engine is not complete: {error} is still a stub.") from None
    click.echo(said, nl=False)


def _say(sentence: str) -> None:
    from grader.learner.terminal import wrapped

    click.echo(wrapped(sentence))


def _console() -> Any:
    from grader.learner.terminal import console

    return console()

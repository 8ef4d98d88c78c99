"""The command line: `python -m grader COMMAND`, and behind every make target."""

from __future__ import annotations

import math
import sys
from functools import partial
from io import TextIOWrapper
from typing import Any, NoReturn

import click
from rich.console import Console

BAD_INPUT, INTERRUPTED = 2, 130
option = partial(click.option, show_envvar=True)  # a mistake names the variable, which is what was typed after `make`


@click.group()
def grader() -> None:
    """The minigrad kata."""


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


@grader.command()
@option("--dataset", envvar="DATASET", default="moons", help="moons, toy, or the path of a CSV file.")
@option("--epochs", envvar="EPOCHS", type=click.IntRange(1, 100_000), default=50)
@option("--seed", envvar="SEED", type=click.IntRange(0), default=0, help="Of the initial weights.")
@option("--hidden", envvar="HIDDEN", type=Sizes(), help="Sizes of the hidden layers; 16,16 or, for toy, 4,4.")
@option("--lr", envvar="LR", type=Rate(0, 1e6, min_open=True), help="The learning rate to start from.")
def train(dataset: str, epochs: int, seed: int, hidden: list[int] | None, lr: float | None) -> None:
    """Train the final network and draw it into build/train."""
    from grader.learner.datasets import TOY, load
    from grader.learner.train import train as run

    data = load(dataset)
    console = Console(markup=False, emoji=False, soft_wrap=True)  # the name of a file is printed as it is
    run(data, hidden or ([4, 4] if data is TOY else [16, 16]), epochs, lr, seed, console)


def main() -> NoReturn:
    """Run a command; a mistake in what was asked for is one sentence on standard error."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode still shows the rest
    try:
        grader.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        _stop(error.format_message(), BAD_INPUT)
    except click.ClickException as error:
        _stop(error.format_message(), BAD_INPUT)
    except (ValueError, FloatingPointError, OSError, RuntimeError) as error:
        _stop(str(error), BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        _stop("Interrupted: no file was changed.", INTERRUPTED)
    sys.exit(0)


def _stop(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()

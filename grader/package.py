"""`minigrad`: the kata as an installed package, without a clone or make, in a folder that `minigrad init` makes.

The wheel has the public checks and the stubs beside this code (grader/given); the folder has the learner's files alone.
"""

from __future__ import annotations

import os
import re
import sys
from io import TextIOWrapper
from pathlib import Path

import click

HERE = Path(__file__).resolve().with_name("given")
ANYWHERE = ("init", "--help")  # commands that need no folder
SPOKEN = (  # what the kata's sentences call a command, and what it is called here
    (re.compile(r"\bmake test-exercise-(\w+)"), r"minigrad test \1"),
    (re.compile(r"\bmake (hint|explain|solution|reset|catch)-(\w+)"), r"minigrad \1 \2"),
    (re.compile(r"\bmake (progress|watch|step|train|names|my-minigrad)\b"), r"minigrad \1"),
    (re.compile(r"(\bminigrad [\w-]+(?: \d+)?) FORCE=1"), r"\1 --force"),
    (re.compile(r"(\bminigrad [\w-]+) ENGINE=mine"), r"\1 --engine mine"),
    (re.compile(r"use make, which installs what a command needs"), "install minigrad-kata[train], which brings it"),
    (re.compile(r"\bor grader test (\d+)"), r"or minigrad test \1"),
)


class Spoken(TextIOWrapper):
    """A stream in which a command is called what it is called here."""

    def write(self, text: str, /) -> int:
        return super().write(in_words(text))


def in_words(text: str) -> str:
    """A text of the kata with this package's commands."""
    for pattern, command in SPOKEN:
        text = pattern.sub(command, text)
    return text


def home(start: Path) -> Path | None:
    """The learner's folder around a place, the nearest one; None where there is none."""
    return next((path for path in (start, *start.parents) if (path / "exercises" / ".stubs").is_dir()), None)


def main() -> None:
    """The commands of a learner, and `init` and `update`, from anywhere in the learner's folder."""
    os.environ["MINIGRAD_KATA"] = str(HERE)  # read by grader.core.paths, here and in the processes that are started
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            spoken = Spoken(
                stream.buffer, stream.encoding, "replace", line_buffering=stream.isatty(), write_through=True
            )
            setattr(sys, name, spoken)
    asked = sys.argv[1:2]
    if not asked or asked[0] not in ANYWHERE:
        folder = home(Path.cwd())
        if folder is None:
            sys.exit(_where_to_begin(asked))
        os.chdir(folder)
    from grader.__main__ import main as run
    from grader.learner.commands import learner

    for command in (init, update, explain):
        learner.add_command(command)
    run()


def _where_to_begin(asked: list[str]) -> int:
    say = "No folder of the kata is here or above: minigrad init makes one, in ./minigrad or where you say."
    print(say, file=sys.stderr if asked else sys.stdout)
    return 2 if asked else 0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="minigrad")
def init(folder: Path) -> None:
    """Make a folder with the exercises."""
    from grader.learner.folder import make_folder

    click.echo(make_folder(folder))


@click.command()
def update() -> None:
    """Bring new exercises and lessons into the folder; what you have written stays."""
    from grader.learner.folder import update_folder

    click.echo(update_folder(Path()))


@click.command()
@click.argument("number", type=click.IntRange(1))
def explain(number: int) -> None:
    """Say on which simplest expression your code differs, and where; draw it where Graphviz is installed."""
    from grader.learner import explain as explaining
    from grader.learner.exercises import exercise
    from grader.learner.picture import picture, sketch_page
    from grader.learner.terminal import wrapped
    from minigrad_reference.drawing.render import render

    said, found = explaining.in_words(exercise(number))
    click.echo(said)
    if found is None:
        return
    path = explaining.FOLDER / f"exercise-{number}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        render(picture(found), path)
        click.echo(wrapped(f"The picture: {path}."))
    except RuntimeError as error:
        click.echo(wrapped(f"There is no picture. {error}"))
    if page := sketch_page(found):
        click.echo(wrapped(f"Step by step, in a browser: {page.write(path.with_suffix('.html'))}."))

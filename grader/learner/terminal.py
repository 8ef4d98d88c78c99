"""What a terminal gives: how wide a line may be, and colours that can be read on any background.

No one colour stands out from white and from a dark grey alike (4.5 : 1 on both is impossible). So a colour of the text
comes with one of its background, and everything else is bold or plain.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST, WIDEST = 20, 100  # columns of prose
USUAL = 80, 24
COMMAND = re.compile(r"""\bmake [a-z][\w-]*(?: [A-Z]+=(?:'[^']*'|\S)+)*\S*""")  # and the full stop after it
JOINT = "\N{NO-BREAK SPACE}"  # no line ends there
WHITE, GREEN, RED, BROWN, BLUE = 231, 22, 124, 94, 24  # of the 256 colours: these are the same in every theme


def width() -> int:
    """The columns that prose may take, one less than there are."""
    return min(max(columns(), NARROWEST), WIDEST) - 1


def columns() -> int:
    """The terminal's columns; COLUMNS, where it is a number above 0, says otherwise."""
    return shutil.get_terminal_size(USUAL).columns


def wrapped(text: str, margin: str = "", hang: str | None = None) -> str:
    """A paragraph in lines that fit, broken at spaces alone; from the second on they begin with `hang`."""
    return "\n".join(lines_of(text, width(), margin, margin if hang is None else hang))


def lines_of(text: str, columns: int, first: str = "", later: str = "") -> list[str]:
    """A paragraph in lines of at most so many columns; a command is broken only where no line could hold it."""
    from textwrap import wrap

    def joined(command: re.Match[str]) -> str:
        return command[0].replace(" ", JOINT) if len(later) + len(command[0]) <= columns else command[0]

    lines = wrap(
        COMMAND.sub(joined, text),
        columns,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(JOINT, " ") for line in lines]


def coloured(text: str, background: int) -> str:
    """White on a dark colour, bold."""
    return click.style(text, fg=WHITE, bg=background, bold=True)


def console() -> Console:
    """Where tables and bars are printed: without colours, and the name of a file as it is."""
    from rich.console import Console

    size = shutil.get_terminal_size(USUAL)
    width = max(size.columns, NARROWEST)
    return Console(
        width=width, height=size.lines, markup=False, emoji=False, highlight=False, soft_wrap=True, no_color=True
    )

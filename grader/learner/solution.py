"""The worked answer beside the learner's, and one in another style."""

from __future__ import annotations

from pygments.token import Comment, Keyword, String  # type: ignore[import-untyped]
from rich.console import Console
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

from grader.learner.exercises import exercise
from grader.learner.styles import other_style
from grader.learner.terminal import wrapped
from grader.learner.worked import beside

SIDE_BY_SIDE = 150  # columns; below, one stands under the other, as where a line would not fit into its half
GAP = 2
ANY_BACKGROUND = ANSISyntaxTheme({Keyword: Style(bold=True), String: Style(italic=True), Comment: Style(italic=True)})


def show_solution(number: int, console: Console, *, force: bool) -> None:
    """Print both, task by task. Raises KataError while the exercise does not pass, unless forced."""
    chosen = exercise(number)
    for each in beside(chosen, force=force):
        console.rule(each.task)
        both = _code(each.mine), _code(each.answer)
        half = console.width // 2 - GAP
        if console.width >= SIDE_BY_SIDE and all(line.cell_len <= half for text in both for line in text.split()):
            table = Table.grid(padding=(0, GAP), expand=True)
            for _ in both:
                table.add_column(ratio=1)
            table.add_row("yours", "worked answer")
            table.add_row(*both)
            console.print(table, soft_wrap=False)
        else:
            console.print("yours", both[0], "worked answer", both[1], sep="\n")
    if style := other_style(chosen):
        console.rule("in another style")
        console.print(wrapped(style.said))
        console.print(_code(style.code))


def _code(text: str) -> Text:
    """Code as it was written: a line that is too long is the terminal's to break."""
    shown = Syntax(text.rstrip(), "python", theme=ANY_BACKGROUND, background_color="default").highlight(text.rstrip())
    shown.rstrip()
    return shown

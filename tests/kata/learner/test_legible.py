"""What a terminal shows can be read: on white and on dark grey alike, at any width, no word and no code broken."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.learner import terminal
from grader.learner.report import COLOURS
from grader.learner.solution import ANY_BACKGROUND
from tests.kata.contrast import ENOUGH, contrast

SGR = re.compile(r"\x1b\[([\d;]*)m")
ODD = ["0", "-5", "1", "7", "x", "", "10000"]


def rgb(number):
    """One of the 256 colours that no theme changes."""
    assert 16 <= number <= 255, "the first sixteen are what the terminal's theme makes of them"
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    steps = 0, 95, 135, 175, 215, 255
    number -= 16
    return steps[number // 36], steps[number // 6 % 6], steps[number % 6]


def pairs(text):
    """The colours (text, background) of whatever is printed; None is the terminal's own."""
    text_colour = background = None
    _, *parts = SGR.split(text)
    for sequence, printed in zip(parts[::2], parts[1::2], strict=True):
        codes = [int(code or 0) for code in sequence.split(";")]
        while codes:
            code = codes.pop(0)
            if code in (38, 48):
                assert codes.pop(0) == 5, "a colour of the 256"
                colour = rgb(codes.pop(0))
                text_colour, background = (colour, background) if code == 38 else (text_colour, colour)
            elif code == 0:
                text_colour = background = None
            else:
                assert code < 30, f"{code} is a colour that depends on the theme"
        if printed and (text_colour or background):
            yield text_colour, background


def in_a_terminal(learner, *arguments, **environment):
    """What a command prints where it believes that somebody looks."""
    main, other = pty.openpty()
    variables = {**learner.environment(TERM="xterm-256color", COLORTERM="truecolor", **environment)}
    del variables["NO_COLOR"]
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    with subprocess.Popen(command, cwd=learner.folder, env=variables, stdin=other, stdout=other, stderr=other) as run:
        os.close(other)
        shown = b""
        try:
            while part := os.read(main, 65536):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        run.wait(60)
    os.close(main)
    return shown.decode()


@pytest.fixture(scope="module")
def worker(make_learner):
    """Exercise 1 is right, 3 is wrong."""
    learner = make_learner()
    learner.solve(1, 2)
    learner.edit(3, "self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad")
    learner.edit_again(3, "other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad")
    return learner


COMMANDS = ["test 1", "test 3", "solution 3 --force", "progress", "train --dataset toy --epochs 3"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_colour_of_a_command_can_be_read_on_white_and_on_dark_grey(worker, command):
    shown = in_a_terminal(worker, *command.split())
    assert "\x1b[" in shown
    for text, background in set(pairs(shown)):
        assert text, "a background brings the colour of its text"
        assert background, "no one colour can be read on white and on dark grey"
        assert contrast(text, background) >= ENOUGH


def test_statuses_have_colours_of_their_own_that_can_be_read():
    assert len(set(COLOURS.values())) == 3
    for number in (*COLOURS.values(), terminal.BLUE):
        assert contrast(rgb(terminal.WHITE), rgb(number)) >= ENOUGH


def test_no_colour_can_be_read_on_both_backgrounds_which_is_why_each_brings_its_own():
    white, grey = (255, 255, 255), (0x1E, 0x1E, 0x1E)
    assert contrast(white, grey) < ENOUGH**2
    assert not any(style.color or style.bgcolor for style in ANY_BACKGROUND.style_map.values())


# width


@pytest.mark.parametrize("columns", [20, 40, 60, 79, 80, 100, 200])
def test_lines_end_between_words_and_hang(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    words = "The page is build/step/step.html; open it in-a-browser of your own, whatever-long-names-there-may-be."
    lines = terminal.wrapped(words, "  ", "    ").split("\n")
    assert " ".join(" ".join(lines).split()) == words
    assert all(len(line) < columns or line.count(" ") == len(line) - len(line.lstrip()) for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize("columns", range(20, 101))
def test_a_command_stands_on_one_line_wherever_a_line_can_hold_it(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    commands = ["make test-exercise-2", "make train ENGINE=mine EPOCHS=3", "make step EXPRESSION='v = a * b; v + a'"]
    text = f"Next: {commands[0]}. After a while {commands[1]} trains your network, and {commands[2]} plays one."
    for margin in ("", "    "):
        shown = terminal.wrapped(text, margin)
        assert shown.isascii()
        assert " ".join(shown.split()) == text
        for command in commands:
            assert (command in shown) == (len(margin) + len(command + "." * (command == commands[0])) < columns)


@pytest.mark.parametrize("columns", ODD)
def test_an_odd_width_does_no_harm(worker, columns):
    for command in (["hint", 3], ["solution", 3, "--force"]):
        result = worker.run(*command, COLUMNS=columns)
        assert (result.returncode, result.stderr) == (0, "")
    assert "self.grad = 1.0 * out.grad" in result.stdout


def test_lines_of_code_are_whole_however_narrow_the_terminal(worker):
    said = in_a_terminal(worker, "solution", 3, "--force", COLUMNS="30")
    plain = SGR.sub("", said).replace("\r\n", "\n")
    source = Path(worker.folder / "solutions" / "ex03_chain_rule.py").read_text(encoding="utf-8")
    long = [line.strip() for line in source.split("\n") if "Value(self.data" in line]
    assert long
    assert all(line in plain for line in long)


def test_both_stand_beside_each_other_only_where_the_longest_line_fits(worker):
    wide, narrow = (worker.run("solution", 3, "--force", COLUMNS=columns).stdout for columns in ("200", "80"))
    assert "yours" in wide.split("\n")[1]
    assert "worked answer" in wide.split("\n")[1]
    assert "worked answer" not in narrow.split("\n")[1]


def test_lines_are_counted_as_python_counts_them(learner):
    """A form feed, a vertical tab and U+2028 begin no line for Python."""
    learner.solve(1)
    learner.prepend(1, "# a\x0cb\x0bc\u2028d\x1ce\n")
    shown = learner.run("solution", 1).stdout
    for part in (shown.partition("worked answer")[0], shown):
        assert "def derivative(f, x, h=1e-6):" in part.partition("yours")[2]
    assert learner.run("my-minigrad").returncode == 0

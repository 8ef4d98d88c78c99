"""The first screen: where to go on, the exercises, and the commands as they are typed, which the Makefile lists."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.core.catalogue import by_part, read_catalogue
from grader.core.paths import SOLUTIONS
from grader.learner.exercises import is_untouched
from grader.learner.terminal import lines_of

MAKEFILE = Path("Makefile")
NARROW = 60  # columns, below which a sentence stands under its command


@dataclass(frozen=True)
class Rule:
    """A rule of the Makefile that people type, with its sentence and the heading that it stands under."""

    target: str
    sentence: str
    heading: str


def read_rules(makefile: Path = MAKEFILE) -> list[Rule]:
    """Every rule that has a sentence after ##, in the file's order, which is the order of use."""
    heading, rules = "", []
    for line in makefile.read_text(encoding="utf-8").splitlines() if makefile.exists() else ():
        if line.startswith("### "):
            heading = line[4:]
        elif found := re.match(r"([\w%-]+):.* ## (.+)", line):
            rules.append(Rule(found[1], found[2], heading))
    return rules


def greeting() -> str:
    """What `make` shows: nothing that only a course or an author needs."""
    rules = read_rules()
    mine = [rule for rule in rules if rule.heading == rules[0].heading]
    parts = [
        *_wrapped("The minigrad kata: learn backpropagation by writing it."),
        "",
        *_where_to_go_on(),
        *_exercises(),
    ]
    parts += ["", *_listed(mine)] if rules else []
    if len(mine) < len(rules):
        parts += [
            "",
            *_wrapped("The commands for teaching with the kata, and for changing it, are listed by make course."),
        ]
    return "\n".join(parts)


def other_commands() -> str:
    """What `make course` shows: the commands of the course and of the kata's authors."""
    rules = read_rules()
    headings = dict.fromkeys(rule.heading for rule in rules if rule.heading != rules[0].heading)
    blocks = ["\n".join(_listed([rule for rule in rules if rule.heading == heading])) for heading in headings]
    return "\n\n".join(blocks)


def table(rows: list[tuple[str, str]]) -> list[str]:
    """Names and sentences side by side, wrapped at the terminal's width between words alone."""
    if _width() < NARROW:
        return [
            line
            for name, text in rows
            for line in (*_wrapped(f"  {name}".rstrip(), "", " " * 6), *_wrapped(text, " " * 6, " " * 6))
        ]
    left = max(len(name) for name, _ in rows) + 4
    return [line for name, text in rows for line in _wrapped(text, f"  {name}".ljust(left), " " * left)]


def _listed(rules: Iterable[Rule]) -> list[str]:
    number = str(_current())
    shown = [rule for rule in rules if rule.target != "solution-%" or SOLUTIONS.exists()]
    heading = shown[0].heading
    return [heading, *table([(f"make {rule.target.replace('%', number)}", rule.sentence) for rule in shown])]


def _exercises() -> list[str]:
    """Part by part, each under a blank line and its heading."""
    exercises = read_catalogue().values()
    widest = max(len(exercise.title) for exercise in exercises)
    lines = []
    for part, own in by_part(exercises):
        lines += ["", part.heading]
        lines += table([(f"{exercise.number:>2}  {exercise.title:<{widest}}", exercise.goal) for exercise in own])
    return lines


def _where_to_go_on() -> list[str]:
    number = _current()
    file = read_catalogue()[number].file
    if is_untouched(read_catalogue()[number]):
        return _wrapped(f"Open {file}, read the lesson, write the missing lines, and run make test-exercise-{number}.")
    return _wrapped("make progress says where you are and what comes next.")


def _current() -> int:
    """The last exercise that was begun, else the first."""
    return max((e.number for e in read_catalogue().values() if e.file.exists() and not is_untouched(e)), default=1)


def _width() -> int:
    return max(shutil.get_terminal_size().columns - 1, 20)  # a full line makes some terminals begin another


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return lines_of(text, _width(), first, later)

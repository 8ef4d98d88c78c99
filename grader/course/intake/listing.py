"""Who hands in what, by which file, and what is left aside and why: the table of a class, before anything is graded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from grader.core.text import printable
from grader.course.intake.handins import HandIn, HandIns
from grader.course.intake.reading import read_or_say_why
from grader.course.intake.submission import NOT_HANDED_IN, Submission, is_untouched

ROWS, FILES = 60, 3  # of the table in a terminal
HEADINGS = ("submission", "person", "exercises", "files", "needs_a_look", "to_know")


@dataclass(frozen=True)
class Listed:
    """A hand-in that was read, and whose it is, where a roster says so."""

    hand_in: HandIn
    submission: Submission
    person: str = ""
    wanted: Collection[int] = ()  # the exercises of the course

    @property
    def sources(self) -> dict[int, str]:
        """Those of the course's exercises, of which the table speaks."""
        return {number: source for number, source in self.submission.sources.items() if number in self.wanted}

    @property
    def exercises(self) -> str:
        """Those that somebody worked on, and those that are still as they were handed out."""
        stubs = sorted(number for number, source in self.sources.items() if is_untouched(source, number))
        untouched = f" (untouched: {ranges(stubs)})" if stubs else ""
        return (ranges(sorted(self.sources.keys() - set(stubs))) or "none") + untouched

    @property
    def files(self) -> str:
        """The first pieces that the sources are from, or the folders and archives as a whole; intake.csv has all."""
        names = [piece.path.name for piece in self.hand_in.pieces]
        more = f" and {len(names) - FILES} more" if len(names) > FILES else ""
        return ", ".join(names[:FILES]) + more

    @property
    def look(self) -> str:
        return " ".join(self.submission.look)

    @property
    def to_know(self) -> list[str]:
        late = ["Late, by the school's system."] if self.hand_in.late else []
        notes = [note for note in self.submission.notes if not note.startswith(NOT_HANDED_IN)]
        return [*late, *(note for note in notes if note not in self.submission.look)]


def read_all(
    hand_ins: HandIns,
    wanted: Collection[int],
    people: Mapping[str, str],
    done: Callable[[], None] = lambda: None,
) -> list[Listed]:
    """Every hand-in of a class; `people` are called by the submission's name."""
    found = []
    for hand_in in hand_ins.found:
        submission = read_or_say_why(hand_in.pieces, hand_in.student, wanted)
        found.append(Listed(hand_in, submission, people.get(hand_in.student, ""), wanted))
        done()
    return found


def rows(found: Sequence[Listed]) -> Iterator[tuple[str, ...]]:
    """The rows of intake.csv: one a hand-in."""
    yield HEADINGS
    for one in found:
        sources = "; ".join(
            f"{number}: {path}" for number, path in sorted(one.submission.files.items()) if number in one.sources
        )
        yield one.hand_in.student, one.person, one.exercises, sources, one.look, " ".join(one.to_know)


def as_table(found: Sequence[Listed]) -> Table:
    """The first of them for a terminal, those that need a look before the others."""
    table = Table()
    for heading in ("who", "exercises", "by", "to know"):
        table.add_column(heading, overflow="fold")
    ordered = sorted(found, key=lambda one: (not one.look, not one.to_know))
    for one in ordered[:ROWS]:
        name = one.hand_in.student
        who = f"{one.person}\n{name}" if one.person and one.person != name else name
        say = [f"NEEDS A LOOK: {one.look}"] if one.look else []
        table.add_row(
            *(escaped_lines(cell) for cell in (who, one.exercises, one.files, " ".join([*say, *one.to_know])))
        )
    return table


def sentences(hand_ins: HandIns, found: Sequence[Listed]) -> list[str]:
    """What the table says in a few lines; what is left aside is told once for each reason."""
    readable = sum(bool(one.submission.sources) for one in found)
    look = sum(bool(one.look) for one in found)
    told = [f"{len(found)} hand-ins: {readable} can be graded, {look} {'needs' if look == 1 else 'need'} a look."]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, why in hand_ins.aside:
        by_reason[why].append(name)
    for why, names in by_reason.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        told.append(f"Left aside, because {why}: {', '.join(names[:5])}{more}.")
    return told


def escaped_lines(text: str) -> str:
    """A stranger's text for a cell, in which nothing steers the terminal or the table."""
    return printable(text).replace("[", "\\[")


def ranges(numbers: Sequence[int]) -> str:
    """'1-3, 5' for 1, 2, 3 and 5."""
    told: list[list[int]] = []
    for number in numbers:
        if told and number == told[-1][-1] + 1:
            told[-1].append(number)
        else:
            told.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in told)

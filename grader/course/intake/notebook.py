"""The Python in a Jupyter notebook."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.course.intake.cells import contained, kept, without_future
from grader.course.intake.contents import UnreadableError

# A line of a multi-line string may match too; there a '# ' more or less changes nothing that runs.
MAGIC = re.compile(
    r"[ \t]*(?:%%?[A-Za-z]|![^=]|\?{1,2}\w)"  # %time, !ls, ?name
    r"|[ \t]*\w[\w.]*\?{1,2}[ \t]*$"  # name?
    r"|[\w.,\t ]+=[ \t]*[%!](?!=)"  # files = !ls
)
CODE = 1_000_000  # characters of all cells that count
PARTS = 2_000_000  # lists and objects, also those that a text speaks of; each takes fifty times its room in the file
CELL_MAGIC = re.compile(r"\s*%%\w")
PYTHON_MAGIC = re.compile(r"\s*%%(?:time|timeit|capture|prun|python3?)\b|\s*%%writefile[^\n]*\.py[ \t]*(?:\n|$)")


@dataclass(frozen=True)
class Notebook:
    """Code cells joined in order, the ids that nbgrader gave to them, and those that several cells had.

    `unrun` are the ids of answers whose cells are not code any more. `unreadable` counts the cells beside the answers
    that are no Python; they are left out.
    """

    source: str
    grade_ids: tuple[str, ...]
    duplicates: tuple[str, ...]
    unrun: tuple[str, ...]
    unreadable: int


@dataclass(frozen=True)
class Cell:
    """What matters of a cell here; '' is not an id."""

    kind: str
    source: str
    grade_id: str
    solution: bool
    grade: bool

    @staticmethod
    def of(cell: dict[str, object]) -> Cell:
        lines = cell.get("source", "")
        lines = lines if isinstance(lines, list) else [lines]
        source = "".join(line for line in lines if isinstance(line, str))
        metadata = cell.get("metadata")
        about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        about = about if isinstance(about, dict) else {}
        grade_id = about.get("grade_id")
        return Cell(
            "code" if cell.get("cell_type") == "code" else "markdown",
            _encodable(source).replace("\r\n", "\n").replace("\r", "\n"),
            _encodable(grade_id) if isinstance(grade_id, str) else "",
            about.get("solution") is True,
            about.get("grade") is True,
        )

    def as_json(self) -> dict[str, object]:
        """The cell as in a notebook's file, without what it showed when it was run."""
        about = {"grade_id": self.grade_id, "solution": self.solution, "grade": self.grade}
        return {"cell_type": self.kind, "source": self.source, "metadata": {"nbgrader": about}}


def cells_of(text: str) -> list[Cell]:
    """Every cell of a notebook's file, however damaged its other parts are. Raises UnreadableError."""
    if text.count("[") + text.count("{") > PARTS:
        raise UnreadableError(f"is left out, because it has more than {PARTS // 1_000_000} million lists and objects")
    try:  # numbers are of no use here, and long ones would take long
        content = json.loads(text, parse_int=_nothing, parse_float=_nothing, parse_constant=_nothing)
    except (ValueError, RecursionError):
        raise UnreadableError("is not a notebook: it is not valid JSON") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise UnreadableError("is not a notebook of format 4: it has no list of cells")
    return [Cell.of(cell) for cell in cells if isinstance(cell, dict)]


def last_solutions(cells: Sequence[Cell]) -> dict[str, Cell]:
    """The cell that stands for each id: the last code cell that is a solution, else the last."""
    found = {cell.grade_id: cell for cell in cells if cell.grade_id}
    return found | {cell.grade_id: cell for cell in cells if cell.grade_id and cell.solution and cell.kind == "code"}


def read_notebook(text: str) -> Notebook:
    """What a kernel holds after all cells were run from top to bottom. Raises UnreadableError."""
    cells = cells_of(text)
    counted = [
        cell
        for cell in cells
        if cell.kind == "code"
        and cell.source.strip()
        and (cell.solution or not cell.grade)  # else a cell of tests, which would stop the import
    ]
    if sum(len(cell.source) for cell in counted) > CODE:
        raise UnreadableError(f"has more than {CODE // 1_000_000} MB of code and is left out")
    answers: dict[str, list[str]] = {}
    for cell in counted:
        if cell.solution:
            answers.setdefault(cell.grade_id, []).append(python_of(cell.source))
    texts: list[str | None] = []
    for cell in counted:
        source = python_of(cell.source)
        texts.append(_answer(source, answers, cell.grade_id) if cell.solution else contained(source))
    unreadable = texts.count(None)
    future, bodies = without_future([text for text in texts if text])
    source = "\n\n".join(part for part in (future, *(body.strip("\n") for body in bodies)) if part)
    ids = [cell.grade_id for cell in counted if cell.grade_id]
    duplicates = tuple(sorted(grade_id for grade_id, count in Counter(ids).items() if count > 1))
    unrun = {cell.grade_id for cell in cells if cell.solution and cell.kind != "code" and cell.source.strip()}
    named = {cell.grade_id for cell in cells if cell.kind == "code" and cell.grade_id}
    lost = tuple(sorted(unrun - answers.keys() - {""}))
    return Notebook(f"{source}\n" if source else "", tuple(sorted(named | set(lost))), duplicates, lost, unreadable)


def _answer(source: str, answers: dict[str, list[str]], grade_id: str) -> str | None:
    """An answer as Jupyter leaves it. One that Python cannot read stays as it is, for the student is to see where.

    Of several cells with one id, as of a cell that was split, each counts that can be read; where one cannot, but all
    in one piece can, it was split in the middle of something.
    """
    several = answers[grade_id]
    if len(several) == 1 or not grade_id:
        return kept(source) or source
    parts = [contained(part) for part in several]
    if None in parts:
        whole, last = kept("\n".join(several)), source == several[-1]
        if whole is not None:
            return whole if last else ""
        if not any(parts):
            return source if last else ""
    return contained(source)


def python_of(cell: str) -> str:
    """A cell with what only IPython understands made into comments, line for line."""
    lines = []
    everything = CELL_MAGIC.match(cell) and not PYTHON_MAGIC.match(cell)
    continues = False
    for line in cell.split("\n"):
        if everything or continues or MAGIC.match(line):
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            word = "pass  # " if indent and not everything and not continues else "# "  # a block needs a statement
            lines.append(f"{indent}{word}{line.lstrip()}")
            continues = line.endswith("\\")
        else:
            lines.append(line)
    return "\n".join(lines)


def _nothing(_: str) -> None:
    return None


def _encodable(text: str) -> str:
    """JSON can spell half of a surrogate pair, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")

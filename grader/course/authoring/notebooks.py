"""The exercises as notebooks, from the same sources as the stubs.

The lesson becomes Markdown. A statement of the source that holds a task is a cell to fill in, with a locked cell of
checks for each of its tasks; what is given is locked. The metadata is nbgrader's, schema 3
(nbgrader.readthedocs.io, "nbgrader cell metadata"), so that nbgrader takes these notebooks as they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import nbformat

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import expected_values, read_key
from grader.core.marks import in_points
from grader.core.paths import CATCH, PUBLIC
from grader.core.records import Check, Exercise, Probe, Task
from grader.core.source import functions
from grader.course.authoring.cut import cut, solution
from grader.course.authoring.illustrations import LINE, attached

FIRST_CELL = Path(__file__).with_name("first_cell.py")
LAST_LINE = re.compile(r"Run `make test-exercise-\d+`\.[^\n]*\s*\Z")
HOW_TO_GO_ON = (
    "Run the cells from the top. Under each cell that you fill in stand its checks. If you change an earlier exercise, "
    "restart the kernel here.\n"
)
HERE = '__name__ == "__main__"'  # also where a notebook has lost its metadata, its import runs no checks
HEADING = re.compile(r"^(\S[^\n]*)\n-{3,}$", re.MULTILINE)
UNTOUCHED = re.compile(r"(`[^`]*`)")
COMMENT = re.compile(r"[ \t]+#")
SPECIAL = re.compile(r"[*_<$\\]")


@dataclass(frozen=True)
class Cell:
    """A cell, and what nbgrader has to know of it."""

    id: str
    source: str
    kind: str = "code"
    solution: bool = False
    points: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # of metadata
    attachments: Mapping[str, Any] = field(default_factory=dict)

    def as_node(self) -> Any:
        """The cell in nbformat 4.5; whatever is not to be filled in is locked."""
        about = {
            "schema_version": 3,
            "grade_id": self.id,
            "grade": self.points is not None,
            "locked": not self.solution,
            "solution": self.solution,
            "task": False,
            **({} if self.points is None else {"points": self.points}),
        }
        locked = {} if self.solution else {"deletable": False, "editable": False}
        new = nbformat.v4.new_code_cell if self.kind == "code" else nbformat.v4.new_markdown_cell
        content = {"attachments": dict(self.attachments)} if self.attachments else {}
        metadata = {"nbgrader": about, **locked, **self.more}
        return new(self.source.strip("\n"), id=self.id[-64:], metadata=metadata, **content)


def notebooks(numbers: Iterable[int] | None = None, *, answers: bool = False, catches: bool = False) -> dict[str, str]:
    """The text of each notebook by module name, as students get it or with the worked answers.

    `catches`: with a cell for the points that a student's own checks earn.

    Raises CutError for a source and StaleKeyError for a public check that its author has to mend.
    """
    catalogue = read_catalogue()
    key = read_key(PUBLIC / "key.json")
    texts = {}
    for number in sorted(catalogue if numbers is None else numbers):
        exercise = catalogue[number]
        source = solution(exercise)
        stub = cut(source, exercise)  # also proves that the source can be cut
        texts[exercise.module] = notebook(
            exercise, source if answers else stub, load_checks(PUBLIC, exercise.number), key, catches=catches
        )
    return texts


def notebook(
    exercise: Exercise, source: str, checks: Sequence[Check], key: Mapping[str, Any], *, catches: bool = False
) -> str:
    """One notebook, nbformat 4.5 as JSON."""
    own = [_own_checks(exercise)] if catches else []
    cells = [*_lesson(exercise, source), _first_cell(exercise), *_code(exercise, source, checks, key), *own]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    node = nbformat.v4.new_notebook(cells=[cell.as_node() for cell in cells], metadata=metadata)
    node.nbformat_minor = 5
    nbformat.validate(node)
    return f"{nbformat.writes(node)}\n"


def answer_id(exercise: Exercise, name: str) -> str:
    """The nbgrader id of the cell in which a function or class is written."""
    return f"{exercise.tag}-{name.replace('.', '-')}"


def checks_id(exercise: Exercise, task: Task) -> str:
    """The nbgrader id of the cell with a task's checks."""
    return f"{answer_id(exercise, task.name)}-checks"


def own_checks_id(exercise: Exercise) -> str:
    """The nbgrader id of the cell for what a student's own checks earn."""
    return f"{exercise.tag}-own-checks"


def _own_checks(exercise: Exercise) -> Cell:
    """Nothing is earned where a kernel runs this cell: only the fenced grader has the wrong engines."""
    file = f"{CATCH}/{exercise.catches.name}"
    points = in_points(exercise.catch)
    text = f"# Your own checks, in the file {file} beside this notebook, earn up to {points} by what they catch.\n0.0\n"
    return Cell(own_checks_id(exercise), text, points=exercise.catch)


def _lesson(exercise: Exercise, source: str) -> Iterator[Cell]:
    text = ast.get_docstring(ast.parse(source)) or ""
    title, _, rest = LAST_LINE.sub(HOW_TO_GO_ON, text).partition("\n")
    first, *others = re.split(r"(?m)^(?=\S[^\n]*\n-{3,}$)", rest)
    sections = [f"# {title.rstrip('.')}\n\n{markdown(first)}", *map(markdown, others)]
    for place, section in enumerate(sections, 1):
        shown, pictures = attached(section)
        yield Cell(f"{exercise.tag}-lesson-{place}", shown, "markdown", attachments=pictures)


def markdown(text: str) -> str:
    """A lesson's plain text as Markdown: headings and code blocks; what Markdown takes for a sign is escaped."""
    blocks = re.split(r"\n{2,}", HEADING.sub(r"## \1\n", text).strip("\n"))
    parts: list[str] = []
    for block in blocks:
        if LINE.fullmatch(block):
            parts.append(block)
        elif not block.startswith("    "):
            parts.append(_escaped(block))
        elif parts and parts[-1].endswith("```"):  # a blank line within a block
            parts[-1] = f"{parts[-1][:-3]}\n{dedent(block)}\n```"
        else:
            parts.append(f"```{'python' if block.lstrip().startswith('>>>') else 'text'}\n{dedent(block)}\n```")
    return "\n\n".join(parts) + "\n"


def _escaped(block: str) -> str:
    pieces = UNTOUCHED.split(block)
    return "".join(p if p.startswith("`") else SPECIAL.sub(r"\\\g<0>", p) for p in pieces)


def _first_cell(exercise: Exercise) -> Cell:
    collapsed = {"jupyter": {"source_hidden": True}}
    return Cell(f"{exercise.tag}-first", FIRST_CELL.read_text(encoding="utf-8"), more=collapsed)


def _code(exercise: Exercise, source: str, checks: Sequence[Check], key: Mapping[str, Any]) -> Iterator[Cell]:
    """The source statement by statement: a cell with its checks for each that holds tasks, one for what is between."""
    given: list[str] = []
    places = 0
    for name, text, tasks in _statements(exercise, source):
        if tasks and given:
            places += 1
            yield Cell(f"{exercise.tag}-given-{places}", "\n".join(given))
            given = []
        if not tasks:
            given.append(text)
            continue
        yield Cell(answer_id(exercise, name), text, solution=True)
        for task in tasks:
            yield _checks(exercise, task, [check for check in checks if check.task == task.name], key)
    if given:
        yield Cell(f"{exercise.tag}-given-{places + 1}", "\n".join(given))


def _statements(exercise: Exercise, source: str) -> Iterator[tuple[str, str, list[Task]]]:
    """Name, text with the comments above it, and tasks of each statement after the lesson."""
    found = functions(source)
    lines = source.splitlines()
    lesson, *statements = ast.parse(source).body
    done = lesson.end_lineno or 0
    for node in statements:
        end = node.end_lineno or done
        while end < len(lines) and COMMENT.match(lines[end]):  # where a solution ends, still in its function
            end += 1
        tasks = [t for t in exercise.tasks if t.name in found and done < found[t.name].first <= end]
        name = getattr(node, "name", "")
        yield (
            tasks[0].name if len(tasks) == 1 and not isinstance(node, ast.ClassDef) else name,
            "\n".join(lines[done:end]) + "\n",
            tasks,
        )
        done = end


def _checks(exercise: Exercise, task: Task, checks: Sequence[Check], key: Mapping[str, Any]) -> Cell:
    """The public checks of a task as plain functions; the last line is its points, as nbgrader's partial credit."""
    tests = [_test(check, expected_values(key, check, exercise.module)) for check in checks]
    weights = "".join(f"    {check.name}: {check.points},\n" for check in checks)
    text = f"# The checks of `{task.name}`, {in_points(task.points)}.\n" + "\n\n".join(tests)
    return Cell(
        checks_id(exercise, task),
        f"{text}\n\n{HERE} and run_checks({task.points}, {{\n{weights}}})\n",
        points=task.points,
    )


def _test(check: Check, expected: Mapping[str, Any]) -> str:
    standard = Probe("", ())
    tolerance = f", rel={check.probe.rel!r}, abs_={check.probe.abs!r}"
    if (check.probe.rel, check.probe.abs) == (standard.rel, standard.abs):
        tolerance = ""
    asserts = [
        f"assert_same({text!r}, {text}, {_literal(expected[text])}{tolerance})\n" for text in check.probe.observe
    ]
    body = (check.probe.code if check.probe.code.strip() else "") + "".join(asserts)
    return f'def {check.name}():\n    """{check.title}"""\n{indent(body, "    ")}'


def _literal(value: Any) -> str:
    """An encoded value, see `probing.encode`, as Python."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return f"float({value['float']!r})" if isinstance(value, dict) else repr(value)

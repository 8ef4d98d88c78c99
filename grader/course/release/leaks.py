"""Looks for what stays with the course in what is about to leave it: names, lines, syntax trees, bytes.

What is secret is read from this tree: worked answers, wheats and chaffs, the hidden suite, the reference's engine. What
students are given, stubs and public checks, says some of the same; that is not secret.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path, PurePosixPath
from textwrap import dedent
from typing import Any

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.paths import HIDDEN_SUITE
from grader.course.authoring.cut import solution
from grader.course.authoring.illustrations import illustrations
from grader.course.bank.chaffs import read_bank
from grader.course.bank.wheats import read_wheats
from grader.course.intake.contents import DAMAGED

LINE = 14  # characters without spaces: a shorter line could be anybody's
TREE = 12  # nodes, and words in texts: a smaller function could be anybody's
FOLDERS = {"solutions", "course", "hidden", "kata", "oracles", "misconceptions", "wheats", "__pycache__", ".git"}
REFERENCE = Path("minigrad_reference")
DRAWING = REFERENCE / "drawing"  # students have it, and an own answer of theirs in place of its WALK
WALK = DRAWING / "walk.py"
GIVEN = (  # trains as the last exercises do; walks a graph by the learner's own exercise 4
    "grader/learner/engines.py",
    "grader/learner/names.py",
    "grader/learner/train.py",
    "grader/course/release/student/minigrad_reference/drawing/walk.py",
)
LITERAL = re.compile(r"""f?(["'])(?P<text>.*)\1,?""")
ESCAPES = re.compile(r'\\([n"])')


@dataclass(frozen=True)
class Secrets:
    """What to look for, and where each comes from. Lines are without white space, trees as digests by their types."""

    names: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    trees: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    pictures: set[bytes] = field(default_factory=set)  # digests of those that lessons show: no secrets


@lru_cache
def read_secrets() -> Secrets:
    """The secrets of the tree that this runs in."""
    drawing = {REFERENCE / "files.py", *DRAWING.glob("*.py")} - {WALK}
    exercises = read_catalogue().values()
    given = [path for exercise in exercises for path in (exercise.stub, exercise.public_suite)]
    given += [*sorted(drawing), *map(Path, GIVEN)]
    beliefs = [f"{m.belief}\n{m.explanation}\n{m.question}" for m in (chaff.misconception for chaff in read_bank())]
    secrets = Secrets()
    shown = chain.from_iterable(illustrations(each.stub.read_text(encoding="utf-8")) for each in exercises)
    secrets.pictures.update(_digest(path.read_bytes()) for path in shown)
    known = _Known([path.read_text(encoding="utf-8") for path in given], beliefs)
    for where, source in _answers():
        _add(secrets, known, where, source)
    hidden = sorted(path for path in REFERENCE.rglob("*.py") if path not in drawing and path.name != "__init__.py")
    for path in (*sorted(HIDDEN_SUITE.glob("*.py")), *hidden):
        _add(secrets, known, path.as_posix(), path.read_text(encoding="utf-8"))
    for path in (exercise.hidden_suite for exercise in exercises):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            if not known.says(name):
                secrets.names[name.removeprefix("test_")] = path.as_posix()
    return secrets


def leaks(files: Mapping[str, bytes], secrets: Secrets) -> list[str]:
    """A sentence for every find, by file; nothing is run or unpacked, and what is not plain text is refused."""
    return [f"{path} {what}." for path, content in sorted(files.items()) for what in _in_file(path, content, secrets)]


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, links and all."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def contents_of(path: Path) -> dict[str, bytes]:
    """The files of a folder or a zip. Raises KataError for anything else."""
    if path.is_dir():
        return files_of(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except DAMAGED:
        raise KataError(
            f"{path} is neither a folder nor a zip that can be read; give what `make release` made."
        ) from None


def _in_file(path: str, content: bytes, secrets: Secrets) -> Iterator[str]:
    inside = FOLDERS & set(PurePosixPath(path.lower()).parts)
    if inside:
        yield f"lies in {min(inside)}/, which stays with the course"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text and _digest(content) not in secrets.pictures:
        yield "is not plain text: compiled files, archives and pictures that no lesson shows do not travel"
        text = content.decode("latin-1").replace("\0", "")  # and look into it all the same
    yield from _in_text(text, secrets)
    for tree in _parsed(path, text):
        yield from _in_tree(tree, secrets)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _in_text(text: str, secrets: Secrets) -> Iterator[str]:
    squeezed = _squeezed(ESCAPES.sub(_unescaped, text))
    yield from (f"holds a line of {where}" for where in _some(secrets.lines, squeezed))
    words = set(re.findall(r"\w+", text))
    told = (where for name, where in secrets.names.items() if name in words or f"test_{name}" in words)
    yield from (f"names a check of {where}" for where in dict.fromkeys(told))


def _some(lines: Mapping[str, str], squeezed: str) -> Iterable[str]:
    """Where the lines come from that are in the text; it is searched for those alone whose first letters it has."""
    firsts = {line[:LINE] for line in lines}
    pieces = (squeezed[start : start + LINE] for start in range(len(squeezed) - LINE + 1))
    there = firsts.intersection(pieces)
    return dict.fromkeys(where for line, where in lines.items() if line[:LINE] in there and line in squeezed)


def _in_tree(tree: ast.AST, secrets: Secrets) -> Iterator[str]:
    found = (
        where
        for body in _bodies(tree)
        for kinds, known in secrets.trees.items()
        if len(kinds) <= len(body.kinds)
        for window in _windows(body, kinds)
        if (where := known.get(_shape(window)))
    )
    yield from (f"holds the syntax tree of a function of {where}" for where in dict.fromkeys(found))


def _answers() -> Iterator[tuple[str, str]]:
    for exercise in read_catalogue().values():
        yield exercise.solution.as_posix(), solution(exercise)
    yield from ((f"the wheat {wheat.id}", wheat.source) for wheat in read_wheats())
    yield from ((f"the chaff {chaff.misconception.id}", chaff.source) for chaff in read_bank())


class _Known:
    """What students are given anyway."""

    def __init__(self, sources: Sequence[str], prose: Sequence[str]) -> None:
        text = "\n".join([*sources, *prose])
        self.text = _squeezed(text)
        self.lines: dict[str, bool] = {}
        self.words = set(re.findall(r"\w+", text))
        trees = (tree for source in sources for tree in _parsed(".py", source, every=True))
        self.bodies = [body for tree in trees for body in _bodies(tree)]
        self.shapes: dict[tuple[str, ...], set[str]] = {}
        self.met: set[tuple[object, ...]] = set()

    def has_met(self, *what: object) -> bool:
        """Whether this was asked before: most of a chaff is the worked answer once more."""
        told = what in self.met
        self.met.add(what)
        return told

    def says(self, name: str) -> bool:
        return name in self.words

    def has(self, line: str) -> bool:
        if line not in self.lines:
            self.lines[line] = line in self.text
        return self.lines[line]

    def shows(self, kinds: tuple[str, ...], shape: str) -> bool:
        if kinds not in self.shapes:
            self.shapes[kinds] = {_shape(window) for body in self.bodies for window in _windows(body, kinds)}
        return shape in self.shapes[kinds]


def _add(secrets: Secrets, known: _Known, where: str, source: str) -> None:
    lines = source.splitlines()
    for line, following in pairwise([*lines, ""]):
        if known.has_met(line, following):
            continue
        squeezed = _squeezed(line.split("  #")[0])
        if squeezed.endswith(("(", "[", "{")):  # half a line: anybody begins one so
            squeezed += _squeezed(following.split("  #")[0])
        telling = len(squeezed) >= LINE and not line.lstrip().startswith(("import ", "from ", "@", "###", '"""', "#"))
        if telling and squeezed not in secrets.lines and not known.has(squeezed) and not known.has(_bare(squeezed)):
            secrets.lines[squeezed] = where
    for body in _functions(ast.parse(source)):
        if known.has_met(body[0].col_offset, *lines[body[0].lineno - 1 : body[-1].end_lineno]):
            continue
        shape, kinds = _shape(body), _kinds(body)
        telling = shape not in secrets.trees.get(kinds, {}) and sum(map(_size, body)) >= TREE
        if telling and not known.shows(kinds, shape):
            secrets.trees.setdefault(kinds, {})[shape] = where


def _bare(squeezed: str) -> str:
    """A line of a snippet that stands in a list of its lines, without its quotes: these say nothing of whose it is."""
    literal = LITERAL.fullmatch(squeezed)
    return literal["text"] if literal else squeezed


def _functions(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """The body of every function, without its docstring; also of those in a check's snippet."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = 1 if ast.get_docstring(node) is not None else 0
            if body := node.body[first:]:
                yield body


def _size(statement: ast.stmt) -> int:
    texts = (node.value for node in ast.walk(statement) if isinstance(node, ast.Constant))
    words = sum(len(text.split()) for text in texts if isinstance(text, str))
    return words + sum(1 for _ in ast.walk(statement))


@dataclass(frozen=True)
class _Body:
    statements: list[ast.stmt]
    kinds: tuple[str, ...]


def _bodies(tree: ast.AST) -> Iterator[_Body]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements:
                yield _Body(statements, _kinds(statements))


def _kinds(statements: Sequence[ast.stmt]) -> tuple[str, ...]:
    return tuple(type(statement).__name__ for statement in statements)


def _windows(body: _Body, kinds: tuple[str, ...]) -> list[list[ast.stmt]]:
    """Every run of statements of these types: an answer hides between other lines too."""
    length = len(kinds)
    starts = range(len(body.kinds) - length + 1)
    return [body.statements[i : i + length] for i in starts if body.kinds[i : i + length] == kinds]


def _shape(statements: Iterable[ast.stmt]) -> str:
    """A digest of statements that is the same whatever their own variables are called."""
    names: dict[str, str] = {}
    text = json.dumps([_plain(statement, names) for statement in statements])
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(node: Any, names: dict[str, str]) -> Any:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            return name if hasattr(builtins, name) else names.setdefault(name, f"v{len(names)}")
        case ast.Constant(value=str() as text):
            return _squeezed(text)
        case ast.AST():
            parts = (_plain(part, names) for key, part in ast.iter_fields(node) if key not in ("ctx", "type_comment"))
            return [type(node).__name__, *parts]
        case list():
            return [_plain(part, names) for part in node]
        case _:
            return repr(node)


def _parsed(path: str, text: str, *, every: bool = False) -> Iterator[ast.AST]:
    """Every piece of Python in a file: a source, a notebook's cells, code between fences, and strings with functions.

    `every`: strings without functions too.
    """
    pieces = [text]
    if path.endswith(".ipynb"):
        pieces = _cells(text)
    elif not path.endswith((".py", ".txt")):
        pieces = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for piece in pieces:
        try:
            tree = ast.parse(dedent(piece))
        except (SyntaxError, ValueError):
            continue
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        texts = (text for text in strings if isinstance(text, str) and (every or "def " in text))
        yield from chain([tree], *(_parsed(".py", text, every=every) for text in texts))


def _cells(text: str) -> list[str]:
    """The sources of a notebook's cells."""
    try:
        cells = list(json.loads(text)["cells"])
    except (ValueError, KeyError, TypeError):
        return []
    return ["".join(cell.get("source", ())) for cell in cells]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _unescaped(match: re.Match[str]) -> str:
    """What stands for a line end or a quotation mark in a string of JSON or Python."""
    return "\n" if match[1] == "n" else '"'

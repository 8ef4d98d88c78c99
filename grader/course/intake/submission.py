"""What a student handed in, as one source per exercise, whatever shape it came in. Nothing of it is run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.names import number_in, tag
from grader.core.paths import CATCH
from grader.course.intake.contents import ARCHIVE, Contents, File, UnreadableError, is_ignored
from grader.course.intake.decoding import decode
from grader.course.intake.notebook import read_notebook

SOURCE = 1_000_000  # bytes
NOTEBOOK = 32_000_000  # bytes, for what it shows; its code may be as long as a source
NOTES = 50
GROUP = "_*"
NAME = re.compile(r"(.+)\.(py|ipynb)(?:\.txt|\.json)?", re.IGNORECASE | re.DOTALL)
NUMBER = re.compile(r"(?<![^\W\d_])(?:exercise|ex)[ _.-]*0*([1-9][0-9]?)(?![0-9])", re.IGNORECASE)
TEST = re.compile(r"(?<![^\W\d_])tests?(?![^\W\d_])", re.IGNORECASE)
COPY = re.compile(r"copy[ _]of(?:[ _]+|$)", re.IGNORECASE)
CANVAS = re.compile(r"(.+_[0-9]+)_[0-9]+", re.DOTALL)  # surname_user_file_name.py, where each file has another number
SUFFIX = re.compile(r"(?:\.tar)?\.\w+$")


class SubmissionError(KataError):
    """Why there is nothing to grade, in a sentence."""


@dataclass(frozen=True)
class Submission:
    """Sources by exercise number, with plain line ends; and a sentence per oddity, safe to show."""

    student: str
    sources: dict[int, str]
    notes: tuple[str, ...]
    notebooks: frozenset[int] = frozenset()  # the exercises that came as notebooks
    catches: Mapping[int, str] = field(default_factory=dict)  # the files of checks of their own, by exercise

    @property
    def digest(self) -> str:
        """The same for the same sources, whatever they came in."""
        own = [sorted(self.catches.items())] if self.catches else []
        return hashlib.sha256(json.dumps([*sorted(self.sources.items()), *own]).encode()).hexdigest()


def read_submission(path: Path, student: str | None = None, wanted: Collection[int] | None = None) -> Submission:
    """Read a folder, archive, source or notebook, or 'owner_*' as find_submissions gives it. Raises SubmissionError.

    A note tells which exercises of those `wanted`, by default all, were not handed in. What is read may take any memory
    and time that its limits of size allow; `reading.py` has limits of those as well.
    """
    owner = path.name.removesuffix(GROUP) if path.name.endswith(GROUP) else ""
    try:
        if owner and not os.path.lexists(path):
            contents = Contents(path.parent, only=lambda name: _owner(name) == owner)
        else:
            owner = ""
            contents = Contents(path)
    except (OSError, ValueError):
        raise SubmissionError(f"{shown(path.name)} cannot be opened; see that it exists and may be read.") from None
    modules = _modules()
    with closing(contents):
        choice = _Choice(contents, modules, owner)
        sources, notes = dict(sorted(choice.sources.items())), choice.notes
        catches = dict(sorted(choice.catches.items()))
    if not sources:
        reason = notes[0] if notes else "it is empty."
        raise SubmissionError(f"There is nothing to grade in {shown(path.name)}: {reason}")
    asked = set(modules if wanted is None else wanted)
    missing = [f"{module}.py" for number, module in modules.items() if number in asked - sources.keys()]
    notes = [f"Not handed in: {', '.join(missing)}.", *notes] if missing else notes
    if len(notes) > NOTES:
        notes[NOTES - 1 :] = [f"There are {len(notes) - NOTES + 1} more notes like these."]
    name = _student(path) if student is None else student
    return Submission(name, sources, tuple(notes), frozenset(choice.notebooks), catches)


def find_submissions(folder: Path) -> list[tuple[str, Path]]:
    """Each student's name and what to give to read_submission: a sub-folder, an archive, 'owner_*' for loose files.

    A folder that itself holds exercise files is one student. Raises SubmissionError.
    """
    try:
        entries = [entry for entry in sorted(folder.iterdir()) if not is_ignored(entry.name)]
    except OSError:
        raise SubmissionError(f"{shown(folder.name)} cannot be listed; give the folder of a class.") from None
    # A link to a folder counts as one, so that the student is not lost; read_submission then says what it is.
    whole = [entry for entry in entries if entry.is_dir() or ARCHIVE.fullmatch(entry.name)]
    loose = {entry: _owner(entry.name) for entry in entries if entry not in whole and NAME.fullmatch(entry.name)}
    if "" in loose.values():
        return [(_student(folder.resolve()), folder)]
    paths = [entry if owner is None else folder / f"{owner}{GROUP}" for entry, owner in loose.items()]
    found: dict[str, Path] = {}
    for path in dict.fromkeys([*whole, *paths]):
        name = _student(path) if _student(path) not in found else _printable(path.name)
        while name in found:  # somebody is called what another one's name was made into
            name = f"{name} {_digest(name + path.name)}"
        found[name] = path
    return sorted(found.items())


def left_aside(folder: Path) -> list[str]:
    """The names of folders and archives in a class that are taken for nobody's hand-in, safe to show."""
    return [
        shown(entry.name)
        for entry in sorted(folder.iterdir())
        if is_ignored(entry.name) and (entry.is_dir() or ARCHIVE.fullmatch(entry.name))
    ]


def exercise_number(stem: str, modules: Mapping[int, str]) -> int | None:
    """The exercise that a file name without its suffix speaks of, if it is one and the same in number and words."""
    stem = unicodedata.normalize("NFKC", stem)
    if TEST.search(stem):
        return None
    matches = list(NUMBER.finditer(stem))
    numbers = {int(match[1]) for match in matches}
    words = _letters(stem[matches[-1].end() :] if matches else stem)
    meant = {number for number, module in modules.items() if _letters(module.partition("_")[2]) == words}
    if not matches and (leading := re.match(r"0*([1-9][0-9]?)[ _.-]", stem)):
        numbers = {int(leading[1])} & meant  # '04_backward' needs both
    numbers &= set(modules)
    return min(numbers) if len(numbers) == 1 and meant <= numbers else None


def shown(name: str) -> str:
    """A stranger's file name in quotation marks, short and without control characters."""
    text = repr(name if len(name) <= 60 else f"{name[:30]}...{name[-27:]}")
    return text if len(text) <= 80 else f"{text[:76]}...{text[-1]}"


@dataclass(frozen=True, order=True)
class _Candidate:
    """The shallowest is the least, then the rightly named, then the first by name."""

    depth: int
    wrong: bool
    path: str
    place: int
    text: _Text | None = field(compare=False)


class _Choice:
    """A source per exercise, from the first candidate that can be read; and notes."""

    def __init__(self, contents: Contents, modules: Mapping[int, str], owner: str) -> None:
        self.contents, self.modules = contents, modules
        self.sources: dict[int, str] = {}
        self.chosen: dict[int, str] = {}
        self.notebooks: set[int] = set()
        self.catches: dict[int, str] = {}
        self.notes = [f"{shown(path)} {odd}." for path, odd in contents.odd]
        named: dict[int, list[_Candidate]] = {}
        unnamed, ignored = [], []
        for place, file in enumerate(contents.files):
            name = file.path.rpartition("/")[2]
            if (of := _number_of_checks(file.path)) is not None:
                self._take_checks(file, of)
                continue
            name = name[len(owner) :].lstrip(" _-.") if owner else name
            stem = _stem(name)
            number = exercise_number(stem, modules)
            if number is not None:
                wrong = name not in {f"{modules[number]}.py", f"{modules[number]}.ipynb"}
                named.setdefault(number, []).append(_Candidate(file.path.count("/"), wrong, file.path, place, None))
            elif _is_notebook(file.path) and not NUMBER.search(stem) and not TEST.search(stem):
                unnamed.append(place)
            else:
                ignored.append(file.path)
        self._take(named)
        self._take(self._by_ids(unnamed, ignored))  # last, since all of them must be read
        if ignored:
            self.notes.append(f"Left out, because the name is not that of one exercise: {_listed(ignored)}.")

    def _take_checks(self, file: File, number: int) -> None:
        """A file of the student's own checks; the first of an exercise counts."""
        if number not in self.modules or number in self.catches:
            return
        try:
            self.catches[number] = _read(self.contents, file).source
        except UnreadableError as error:
            self.notes.append(f"{shown(file.path)} {error}.")

    def _by_ids(self, places: list[int], ignored: list[str]) -> dict[int, list[_Candidate]]:
        found: dict[int, list[_Candidate]] = {}
        for place in places:
            path = self.contents.files[place].path
            try:
                text = _read(self.contents, self.contents.files[place])
            except UnreadableError as error:
                self.notes.append(f"{shown(path)} {error}.")
                continue
            number = text.exercise(self.modules)
            if number is None:
                ignored.append(path)
            else:
                found.setdefault(number, []).append(_Candidate(path.count("/"), True, path, place, text))
        return found

    def _take(self, found: Mapping[int, list[_Candidate]]) -> None:
        for number, candidates in sorted(found.items()):
            candidates.sort()
            while candidates and number not in self.sources:
                first = candidates.pop(0)
                try:
                    text = first.text or _read(self.contents, self.contents.files[first.place])
                except UnreadableError as error:
                    self.notes.append(f"{shown(first.path)} {error}.")
                    continue
                self.sources[number], self.chosen[number] = text.source, first.path
                self.notebooks |= {number} if _is_notebook(first.path) else set()
                self.notes += [f"{shown(first.path)} {odd}." for odd in text.odd]
                if first.wrong:
                    self.notes.append(f"{shown(first.path)} is read as {self.modules[number]}.py.")
            if candidates:
                others = _listed(other.path for other in candidates)
                self.notes.append(f"{shown(self.chosen[number])} counts as exercise {number}, and not {others}.")


@dataclass(frozen=True)
class _Text:
    source: str
    odd: list[str]
    grade_ids: tuple[str, ...] = ()

    def exercise(self, modules: Mapping[int, str]) -> int | None:
        """The one that all of nbgrader's ids begin with, if they do."""
        numbers = {int(match[1]) for grade_id in self.grade_ids if (match := NUMBER.match(grade_id))}
        return min(numbers) if len(numbers) == 1 and numbers <= set(modules) else None


def _read(contents: Contents, file: File) -> _Text:
    source, odd = decode(contents.read(file, NOTEBOOK if _is_notebook(file.path) else SOURCE))
    if not _is_notebook(file.path):
        return _Text(source, odd if source else [*odd, "is empty"])
    notebook = read_notebook(source)
    if notebook.duplicates:
        ids = _listed(notebook.duplicates)
        odd.append(f"has several cells with the nbgrader id {ids}, which are run in their order, as in a kernel")
    if notebook.unrun:
        odd.append(f"has the answer {_listed(notebook.unrun)} in a cell of text, which is not run; make it a code cell")
    if notebook.unreadable:
        cells = "a cell" if notebook.unreadable == 1 else f"{notebook.unreadable} cells"
        odd.append(f"has {cells} beside the answers that Python cannot read; left out")
    return _Text(notebook.source, odd if notebook.source else [*odd, "has no code"], notebook.grade_ids)


def _number_of_checks(path: str) -> int | None:
    """Of which exercise a file of the student's own checks is, such as 'exercises/catch/ex04.py'."""
    folder, _, name = path.rpartition("/")
    number = number_in(name)
    own = folder.rpartition("/")[2] == CATCH and number is not None and name == f"{tag(number)}.py"
    return number if own else None


def _stem(name: str) -> str:
    """Without the suffix, '' where it is none of a source's or a notebook's, or no disk would hold the name."""
    parts = NAME.fullmatch(name) if len(name) < 256 else None
    return parts[1] if parts else ""


def _is_notebook(path: str) -> bool:
    parts = NAME.fullmatch(path)
    return parts is not None and parts[2].lower() == "ipynb"


def _owner(name: str) -> str | None:
    """Whose loose file this is: 'alice' for 'alice_ex04.py', '' where it does not say, None if it is no exercise's."""
    stem = _stem(name)
    if exercise_number(stem, _modules()) is None:
        return None
    number = NUMBER.search(stem)
    owner = COPY.sub("", stem[: number.start()] if number else "").rstrip(" _-.")
    canvas = CANVAS.fullmatch(owner)
    return canvas[1] if canvas else owner


def _student(path: Path) -> str:
    if path.name.endswith(GROUP):
        return _printable(path.name.removesuffix(GROUP))
    if path.is_dir():
        return _printable(path.name)
    return _printable(_owner(path.name) or SUFFIX.sub("", path.name))


def _printable(name: str) -> str:
    """A name as it is, or one that can be shown, which has a digest of the other so that no two become one."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name)
    return name if text == name != "" else f"{text or 'unknown'} {_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def _letters(text: str) -> str:
    text = re.sub(r"\bcopy\b", "", text.lower().replace("_", " "))
    return "".join(letter for letter in text if letter.isalpha())


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown(name) for name in names[:5]) + more


@cache
def _modules() -> dict[int, str]:
    return {number: exercise.module for number, exercise in read_catalogue().items()}

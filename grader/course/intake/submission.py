"""What a student handed in, as one source per exercise, whatever shape it came in. Nothing of it is run."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.names import number_in, tag
from grader.core.paths import CATCH
from grader.course.intake.contents import Contents, File, Piece, UnreadableError
from grader.course.intake.decoding import decode
from grader.course.intake.filenames import (
    NUMBER,
    TEST,
    copy_number,
    exercise_number,
    exercise_of_words,
    is_archive,
    is_notebook,
    listed,
    modules,
    shown,
    stem_of,
    student_of,
)
from grader.course.intake.notebook import read_notebook

KATA = Path(__file__).resolve().parents[3]
SOURCE = 1_000_000  # bytes
NOTEBOOK = 32_000_000  # bytes, for what it shows; its code may be as long as a source
NOTES = 50
RAISED = re.compile(r"""raise NotImplementedError\(["']exercise (?P<number>[0-9]{1,3}): (?P<task>[\w.]+)["']\)""")
SET_ASIDE = {"backup", "backups", "bak", "old", "archive", "trash", "previous", "original", "stubs"}  # folders
GIVEN = {"grader", "minigrad_reference"}  # folders of the released copy, in which no words name an exercise
FIRST_LINE = re.compile(r"""\s*(?:"{3}|'{3})Exercise (?P<number>[0-9]{1,3}): """)
OF_A_SYSTEM = {"timestamp.txt", "readme.md"}  # which nbgrader writes beside each hand-in, or the release has in it
DOCUMENTS = (".pdf", ".docx", ".doc", ".odt", ".rtf", ".html", ".htm", ".txt", ".md", ".png", ".jpg", ".jpeg")
# What is odd about a file: it may be another exercise's than its name says; it was not read; or it is only to be known.
DOUBTED, UNREAD, KNOWN = "doubted", "unread", "known"
NO_MARK, NOT_HANDED_IN = "There is nothing to grade in", "Not handed in:"


class SubmissionError(KataError):
    """Why there is nothing to grade, in a sentence."""


@dataclass(frozen=True)
class Submission:
    """Sources by exercise number, with plain line ends; and a sentence per oddity, safe to show.

    `files` are the names that the sources came from. `look` are the notes for which somebody must look at what was
    handed in, since work may be in it that was not read.
    """

    student: str
    sources: dict[int, str]
    notes: tuple[str, ...]
    notebooks: frozenset[int] = frozenset()  # the exercises that came as notebooks
    files: Mapping[int, str] = field(default_factory=dict)
    look: tuple[str, ...] = ()
    catches: Mapping[int, str] = field(default_factory=dict)  # the files of checks of their own, by exercise

    @property
    def digest(self) -> str:
        """The same for the same sources, whatever they came in."""
        own = [sorted(self.catches.items())] if self.catches else []
        return hashlib.sha256(json.dumps([*sorted(self.sources.items()), *own]).encode()).hexdigest()


def read_submission(
    given: Path | Sequence[Piece], student: str | None = None, wanted: Collection[int] | None = None
) -> Submission:
    """Read a folder, archive, source or notebook, or all pieces of a hand-in. Raises SubmissionError.

    A note tells which exercises of those `wanted`, by default all, were not handed in; what was not asked for is not
    spoken of. What is read may take any memory and time that its limits of size allow; `reading.py` has limits of those
    as well.
    """
    pieces = [Piece(given)] if isinstance(given, Path) else list(given)
    name = pieces[-1].path.name
    try:
        contents = Contents(pieces)
    except (OSError, ValueError):
        raise SubmissionError(f"{shown(name)} cannot be opened; see that it exists and may be read.") from None
    asked = set(modules() if wanted is None else wanted)
    with closing(contents):
        choice = _Choice(contents, asked)
        sources, notes = dict(sorted(choice.sources.items())), choice.told()
        catches = dict(sorted(choice.catches.items()))
    if not sources:
        reason = notes[0] if notes else "no exercise is in it." if contents.files else "it is empty."
        raise SubmissionError(f"{NO_MARK} {shown(name)}: {reason}")
    missing = [f"{module}.py" for number, module in modules().items() if number in asked - sources.keys()]
    notes = [f"{NOT_HANDED_IN} {', '.join(missing)}.", *notes] if missing else notes
    if len(notes) > NOTES:
        notes[NOTES - 1 :] = [f"There are {len(notes) - NOTES + 1} more notes like these."]
    called = student_of(pieces[-1].path) if student is None else student
    files = {number: choice.chosen[number].path for number in sources}
    look = tuple(choice.to_look_at(missing=bool(missing)))
    return Submission(called, sources, tuple(notes), frozenset(choice.notebooks), files, look, catches)


@dataclass(frozen=True)
class _Candidate:
    """A file that may be an exercise's, once it is read."""

    number: int
    file: File
    place: int
    wrong: bool  # by its name
    text: _Text

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def rank(self) -> tuple[object, ...]:
        """The least counts: changed work, not set aside, of the newest piece, in exercises/, then the newest again."""
        folders = [folder.lower() for folder in self.path.split("/")[:-1]]
        later = copy_number(stem_of(self.path.rpartition("/")[2]), self.number, modules())
        return (
            self.text.is_untouched(self.number),
            not SET_ASIDE.isdisjoint(folders),
            -self.file.piece,
            "exercises" not in folders,
            -later,
            len(folders),
            -(self.file.time // 60),  # to the minute: what is unpacked at once is equally old
            self.wrong,
            self.path,
            self.place,
        )


def _is_at_desk(path: str) -> bool:
    return "/exercises/" in f"/{path}"


def _is_the_katas_own(path: str, copies: Iterable[str]) -> bool:
    """Whether a copy of the kata, which has exercises, holds this file where the kata itself has one."""
    inside = (f"/{path}"[len(copy) + 1 :] for copy in copies if f"/{path}".startswith(f"{copy}/"))
    return any(".." not in own.split("/") and _is_file(KATA / own) for own in inside)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no disk holds such a name
        return False


def _made_in(path: str) -> str | None:
    """The copy of the kata whose own commands have made this file, if it has exercises; None outside of any build/."""
    before, build, _ = f"/{path}".partition("/build/")
    return before if build else None


class _Choice:
    """A source per exercise, from the best candidate; and notes."""

    def __init__(self, contents: Contents, asked: Collection[int]) -> None:
        self.contents, self.asked = contents, set(asked)
        self.sources: dict[int, str] = {}
        self.chosen: dict[int, _Candidate] = {}
        self.notebooks: set[int] = set()
        self.catches: dict[int, str] = {}
        self.odd = {
            DOUBTED: [],
            UNREAD: [(path, odd) for path, odd in contents.odd if is_archive(path) or _is_work(path)],
            KNOWN: [(path, odd) for path, odd in contents.odd if not is_archive(path) and not _is_work(path)],
        }
        self.notes: list[str] = []
        self.told_to_count: set[int] = set()
        self.left_out: list[str] = []
        self.ignored: list[str] = []
        self._take(self._by_names())
        self._take(self._by_ids())  # last, since all of them must be read
        self._tell_ignored()
        self._tell_renamed()  # last: it matters least

    def told(self) -> list[str]:
        """The notes, one for each reason."""
        return [*(note for odd in self.odd.values() for note in _by_reason(odd)), *self.notes]

    def to_look_at(self, *, missing: bool) -> list[str]:
        """The notes for which somebody must look; of what was not read only where an exercise is missing."""
        return [*_by_reason(self.odd[DOUBTED]), *((*_by_reason(self.odd[UNREAD]), *self.left_out) if missing else ())]

    def _by_names(self) -> list[_Candidate]:
        """Those that have an exercise's number in their names, and where there are none, its words."""
        by_words, rest = [], []
        found = []
        desks = {f"/{file.path}".rpartition("/exercises/")[0] for file in self.contents.files if _is_at_desk(file.path)}
        for place, file in enumerate(self.contents.files):
            name = file.path.rpartition("/")[2]
            if _made_in(file.path) in desks:
                continue
            if (of := _number_of_checks(file.path)) is not None:
                self._take_checks(file, of)
                continue
            stem = stem_of(name)
            number = exercise_number(stem, modules())
            if number is not None:
                wrong = name not in {f"{modules()[number]}.py", f"{modules()[number]}.ipynb"}
                found.append((number, place, wrong))
            elif (word := exercise_of_words(stem, modules())) is not None and GIVEN.isdisjoint(file.path.split("/")):
                by_words.append((word, place, True))
            elif name.lower() not in OF_A_SYSTEM and not _is_the_katas_own(file.path, desks):
                rest.append(place)
        numbered = {number for number, _, _ in found}
        self.unnamed = rest
        self.ignored += [self.contents.files[place].path for number, place, _ in by_words if number in numbered]
        found += [entry for entry in by_words if entry[0] not in numbered]
        return list(self._read(found))

    def _take_checks(self, file: File, number: int) -> None:
        """A file of the student's own checks; the first of an exercise counts."""
        if number not in modules() or number in self.catches:
            return
        try:
            self.catches[number] = _read(self.contents, file).source
        except UnreadableError as error:
            self.odd[KNOWN].append((file.path, str(error)))

    def _read(self, found: Sequence[tuple[int, int, bool]]) -> Iterator[_Candidate]:
        for number, place, wrong in found:
            file = self.contents.files[place]
            try:
                yield _Candidate(number, file, place, wrong, _read(self.contents, file))
            except UnreadableError as error:
                if number in self.asked:
                    self.odd[UNREAD].append((file.path, str(error)))

    def _by_ids(self) -> list[_Candidate]:
        found = []
        for place in self.unnamed:
            file = self.contents.files[place]
            stem = stem_of(file.path.rpartition("/")[2])
            if not is_notebook(file.path) or NUMBER.search(stem) or TEST.search(stem):
                self.ignored.append(file.path)
                continue
            try:
                text = _read(self.contents, file)
            except UnreadableError as error:
                self.odd[KNOWN].append((file.path, str(error)))
                continue
            number = text.exercise(modules())
            if number is None:
                self.ignored.append(file.path)
            else:
                found.append(_Candidate(number, file, place, wrong=True, text=text))
        return found

    def _take(self, found: Sequence[_Candidate]) -> None:
        for number in sorted({candidate.number for candidate in found}):
            ranked = sorted((c for c in found if c.number == number), key=lambda c: c.rank)
            if number in self.sources:
                others = ranked
            else:
                first, *others = ranked
                self.sources[number], self.chosen[number] = first.text.source, first
                self.notebooks |= {number} if is_notebook(first.path) else set()
                if number in self.asked:
                    self.odd[KNOWN] += [(first.path, odd) for odd in first.text.odd]
                    if (other := first.text.begins_as()) not in {None, number}:
                        self.odd[DOUBTED].append((first.path, f"begins as the file of exercise {other} does"))
            if number in self.asked:
                told = _not_counted(self.chosen[number], others)
                self.notes += told
                self.told_to_count |= {number} if told else set()

    def _tell_ignored(self) -> None:
        """A note of what no exercise is known by, and one of what is no source."""
        stems = {path: stem_of(path.rpartition("/")[2]) for path in self.ignored}
        sources = [path for path in self.ignored if stems[path]]
        others = [path for path in self.ignored if not stems[path]]
        for paths, why, is_odd in (
            (sources, "because the name is not that of one exercise", any(not TEST.search(stems[p]) for p in sources)),
            (others, "as neither a Python file nor a notebook", any(p.lower().endswith(DOCUMENTS) for p in others)),
        ):
            note = f"Left out, {why}: {listed(paths)}."
            self.notes += [note] if paths else []
            self.left_out += [note] if is_odd else []

    def _tell_renamed(self) -> None:
        """One note of all that are read under another name, but for those of which it is said that they count."""
        untold = self.asked - self.told_to_count
        renamed = [c for n, c in sorted(self.chosen.items()) if c.wrong and n in untold]
        told = [f"{shown(c.path)} is read as {modules()[c.number]}.py" for c in renamed[:4]]
        more = f", and {len(renamed) - 4} more likewise" if len(renamed) > 4 else ""
        self.notes += [", ".join(told) + f"{more}."] if told else []


def _by_reason(odd: Iterable[tuple[str, str]]) -> list[str]:
    """A sentence for each reason, with all files of which it is said."""
    files: dict[str, list[str]] = defaultdict(list)
    for path, why in odd:
        files[why].append(path)
    return [
        f"{shown(paths[0]) if len(paths) == 1 else f'Each of {listed(paths)}'} {why}." for why, paths in files.items()
    ]


def _not_counted(first: _Candidate, others: Sequence[_Candidate]) -> list[str]:
    """What is said of other files of the exercise: of stubs nothing, of changed work that it does not count."""
    changed = [other for other in others if not other.text.is_untouched(other.number)]
    different = [other for other in changed if other.text.source != first.text.source]
    if not different:
        return []
    names = listed(other.path for other in different)
    return [f"{shown(first.path)} counts as exercise {first.number}, and not {names}."]


def _is_work(path: str) -> bool:
    """Whether a file may hold an exercise, by its name."""
    name = path.rpartition("/")[2]
    return exercise_number(stem_of(name), modules()) is not None


@dataclass(frozen=True)
class _Text:
    source: str
    odd: list[str]
    grade_ids: tuple[str, ...] = ()

    def begins_as(self) -> int | None:
        """The exercise that its first line of text names, as each file does that is handed out."""
        found = FIRST_LINE.match(self.source)
        return int(found["number"]) if found else None

    def exercise(self, modules: Mapping[int, str]) -> int | None:
        """The one that all of nbgrader's ids begin with, if they do."""
        numbers = {int(match[1]) for grade_id in self.grade_ids if (match := NUMBER.match(grade_id))}
        return min(numbers) if len(numbers) == 1 and numbers <= set(modules) else None

    def is_untouched(self, number: int) -> bool:
        return is_untouched(self.source, number)


def is_untouched(source: str, number: int) -> bool:
    """Whether it still has all that a stub raises where an answer is to be written."""
    open_tasks = {match["task"] for match in RAISED.finditer(source) if int(match["number"]) == number}
    return open_tasks >= {task.name for task in read_catalogue()[number].tasks}


def _number_of_checks(path: str) -> int | None:
    """Of which exercise a file of the student's own checks is, such as 'exercises/catch/ex04.py'."""
    folder, _, name = path.rpartition("/")
    number = number_in(name)
    own = folder.rpartition("/")[2] == CATCH and number is not None and name == f"{tag(number)}.py"
    return number if own else None


def _read(contents: Contents, file: File) -> _Text:
    """Raises UnreadableError, also where nothing is in it: an upload that went wrong is not an answer."""
    source, odd = decode(contents.read(file, NOTEBOOK if is_notebook(file.path) else SOURCE))
    if not is_notebook(file.path):
        return _with_something(_Text(source, odd), "is empty")
    notebook = read_notebook(source)
    if notebook.duplicates:
        ids = listed(notebook.duplicates)
        odd.append(f"has several cells with the nbgrader id {ids}, which are run in their order, as in a kernel")
    if notebook.unrun:
        odd.append(f"has the answer {listed(notebook.unrun)} in a cell of text, which is not run; make it a code cell")
    if notebook.unreadable:
        cells = "a cell" if notebook.unreadable == 1 else f"{notebook.unreadable} cells"
        odd.append(f"has {cells} beside the answers that Python cannot read; left out")
    return _with_something(_Text(notebook.source, odd, notebook.grade_ids), "has no code")


def _with_something(text: _Text, otherwise: str) -> _Text:
    if not text.source.strip():
        raise UnreadableError(text.odd[-1] if text.odd else otherwise)
    return text

"""nbgrader with this grader inside: nbgrader's own commands run, and no kernel is ever started.

`write_course` makes a course folder for them. Its nbgrader_config.py calls `configure`, which replaces four steps: the
stubs are cut as in exercises/; a submission has the exercises that `make grade` finds in it, whatever their files are
called; it is read however broken it is; and where nbgrader would run the student's notebook, `Grade` hands what was
submitted to the fenced grader and writes each task's marks and messages into the cell of its checks, from where
nbgrader takes them into its gradebook and its feedback.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache, wraps
from glob import escape, glob
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill, indent
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, Execute, NbGraderPreprocessor
from nbgrader.utils import parse_utc

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.files import back_up, write_text
from grader.core.paths import CATCH
from grader.core.records import Exercise
from grader.core.source import functions
from grader.core.text import harmless, told
from grader.course.authoring.cut import cut, solution
from grader.course.authoring.notebooks import checks_id, notebooks, own_checks_id
from grader.course.bank.variants import load_course
from grader.course.fence.folders import own_folder
from grader.course.fence.sandbox import UIDS, sandbox
from grader.course.grading.config import read_settings
from grader.course.grading.grading import Course, grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import Report, TaskReport
from grader.course.intake.filenames import is_notebook, shown
from grader.course.intake.notebook import Cell, last_solutions
from grader.course.intake.reading import read_cells, read_or_say_why
from grader.course.intake.submission import NOTEBOOK, Submission
from grader.learner.switches import is_on

KATA = Path(__file__).resolve().parents[3]
SEED_FILE = "seed.json"
EARLIER = "earlier/"  # where files of other assignments lie beside this one's
FILES = 100  # of a submission
CELLS, LONG = 1_000, 100_000  # cells, and characters of a cell, that are shown again
NO_CELL = "# There is no cell with this id, or it is empty."
MARGIN, WIDTH = " " * 15, 100
CONFIG = '''"""nbgrader's configuration; `make nbgrader` wrote it. Where the kata lies is the next line but one."""

KATA = {kata!r}

import sys

sys.path.append(KATA)
from grader.course.platforms.nbgrader import configure

c = get_config()
c.CourseDirectory.course_id = "minigrad"
configure(c)
'''


def write_course(folder: Path, assignment: str, numbers: Collection[int], *, force: bool) -> list[str]:
    """Write the configuration and an assignment's notebooks; returns the names of the files that changed.

    Raises KataError where a file was changed by somebody and `force` is not given; with it a copy is kept.
    """
    source = folder / "source" / assignment
    texts = {folder / "nbgrader_config.py": CONFIG.format(kata=str(KATA))}
    made = notebooks(numbers, answers=True, catches=read_settings().catch)
    texts |= {source / f"{module}.ipynb": text for module, text in made.items()}
    for beside in (read_catalogue()[number] for number in left_out(numbers)):
        texts[source / beside.file.name] = cut(solution(beside), beside)
    changed = [path for path, text in texts.items() if path.exists() and path.read_text(encoding="utf-8") != text]
    if changed and not force:
        names = ", ".join(map(str, changed))
        raise KataError(f"{names} would be replaced; FORCE=1 does it and keeps a copy.")
    source.mkdir(parents=True, exist_ok=True)
    for path in changed:
        back_up(path)
    written = [path for path in texts if path in changed or not path.exists()]
    for path in written:
        write_text(path, texts[path])
    if not (folder / SEED_FILE).exists():  # drawn once, so that grading again asks the same questions
        write_text(folder / SEED_FILE, json.dumps({"seed": secrets.randbelow(2**31)}) + "\n")
    return [str(path) for path in written]


def left_out(numbers: Collection[int]) -> list[int]:
    """The exercises among these that are not graded: later ones import their files, so students get them as stubs."""
    return [number for number in range(min(numbers), max(numbers)) if number not in numbers]


def configure(config: Any) -> None:
    """Put this grader into nbgrader's steps; `config` is what nbgrader_config.py gets from get_config()."""
    config.GenerateAssignment.preprocessors = _steps(GenerateAssignment.preprocessors, ClearSolutions, CutSolutions)
    config.Autograde.exporter_class = SubmissionExporter
    BaseConverter.init_assignment = copying_ordinary_files(BaseConverter.init_assignment)
    Autograde.init_notebooks = with_what_is_read(Autograde.init_notebooks)
    CourseDirectory.get_existing_timestamp = without_failing(CourseDirectory.get_existing_timestamp)
    config.Autograde.autograde_preprocessors = _steps(Autograde.autograde_preprocessors, Execute, Grade)


def copying_ordinary_files(copy: Callable[..., None]) -> Callable[..., None]:
    """The step that copies what lies beside the notebooks, without links, which may point anywhere, and devices."""

    @wraps(copy)
    def init_assignment(converter: Any, assignment_id: str, student_id: str) -> None:
        usual = converter.coursedir.ignore
        aside = _no_ordinary_files(Path(converter._format_source(assignment_id, student_id)))  # noqa: SLF001 - nbgrader's own
        for name in aside:
            converter.log.warning("%s: %s is a link or no ordinary file and is left aside", student_id, shown(name))
        converter.coursedir.ignore = [*usual, *map(escape, aside)]
        try:
            copy(converter, assignment_id, student_id)
        finally:
            converter.coursedir.ignore = usual

    return init_assignment


def _no_ordinary_files(folder: Path) -> list[str]:
    """The names of files in a folder, at any depth, that are not to be copied."""
    found = {
        name
        for inside, _, names in os.walk(folder)
        for name in names
        if not stat.S_ISREG(Path(inside, name).lstat().st_mode)
    }
    return sorted(found)


def with_what_is_read(find: Callable[..., None]) -> Callable[..., None]:
    """The step that lists a submission's notebooks, with those that are there under another name or as .py files."""

    @wraps(find)
    def init_notebooks(converter: Any) -> None:
        pattern = converter._format_source(converter.coursedir.assignment_id, converter.coursedir.student_id)  # noqa: SLF001
        named = converter._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)  # noqa: SLF001
        read: dict[str, set[str]] = {}
        for folder in sorted(glob(pattern)):  # noqa: PTH207 - the folders may be named in any order
            if about := re.match(named, folder):
                modules = _modules_in(converter.coursedir, about["student"], about["assignment"])
                read[folder] = {str(Path(folder, f"{module}.ipynb")) for module in modules}
        try:
            find(converter)
        except NbGraderException:
            if not any(read.values()):
                raise
        for folder, paths in read.items():
            if known := paths.union(converter.assignments.get(folder, ())):
                converter.assignments[folder] = sorted(known)

    return init_notebooks


def _modules_in(coursedir: Any, student: str, assignment: str) -> Iterator[str]:
    """The exercises that are read from files of this assignment, out of those that nbgrader is asked for."""
    submission = _submission(student, _handed_in(coursedir, student, assignment))
    for number, file in submission.files.items():
        module = read_catalogue()[number].module
        if not file.startswith(EARLIER) and fnmatchcase(module, coursedir.notebook_id):
            yield module


def without_failing(read: Callable[..., Any]) -> Callable[..., Any]:
    """The step that reads timestamp.txt, for which a damaged one is none: it must not stop the others."""

    @wraps(read)
    def get_existing_timestamp(coursedir: Any, folder: str) -> Any:
        try:
            stamp = _read(Path(folder, "timestamp.txt"))[:1000].decode()
            return parse_utc(stamp.strip()) if stamp.strip() else None
        except (ValueError, OverflowError):
            coursedir.log.warning("%s holds a timestamp.txt that does not hold a time; none is known", folder)
            return None

    return get_existing_timestamp


def _steps(default: Any, old: type, new: type) -> list[type]:
    return [new if step is old else step for step in default.default()]


class CutSolutions(ClearSolutions):  # type: ignore[misc]
    """Cuts the stubs of our notebooks as `make exercises` does, so that one that nobody touched is known as such."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        exercise = _exercise(resources)
        if exercise is None:
            return super().preprocess(nb, resources)  # type: ignore[no-any-return]
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                found = functions(cell.source)
                tasks = tuple(task for task in exercise.tasks if task.name in found)
                cell.source = cut(cell.source, replace(exercise, tasks=tasks)).rstrip("\n")
        return nb, resources


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Reads a submitted notebook as the released one with the student's answers, whatever else became of it."""

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> tuple[str, Any]:
        coursedir, about = self.parent.coursedir, resources["nbgrader"]
        submitted = _folder(coursedir, coursedir.submitted_directory, about["student"], about["assignment"])
        if Path(filename).parent != submitted:
            return super().from_filename(filename, resources=resources, **more)  # type: ignore[no-any-return]
        released = _folder(coursedir, coursedir.release_directory, ".", about["assignment"]) / Path(filename).name
        notebook = _restored_from_what_counts(coursedir, resources, nbformat.read(released, as_version=4))
        return self.from_notebook_node(notebook, resources=resources, **more)  # type: ignore[no-any-return]


class Grade(NbGraderPreprocessor):  # type: ignore[misc]
    """Writes the fenced grader's marks into the cells of checks, where nbgrader looks for what a kernel printed."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about, exercise = resources["nbgrader"], _exercise(resources)
        if exercise is None:
            name = about["notebook"]
            raise KataError(f"{name}.ipynb is none of the kata's exercises; grade it in a course folder of its own.")
        coursedir = self.parent.parent.coursedir
        files = _handed_in(coursedir, about["student"], about["assignment"])
        report = _report(about["student"], files, _seed(Path(coursedir.root)))
        (graded,) = (found for found in report.exercises if found.number == exercise.number)
        notes = [note for note in report.notes if exercise.module in note and not note.startswith("Not handed in")]
        submitted = _folder(coursedir, coursedir.submitted_directory, about["student"], about["assignment"])
        aside = _no_ordinary_files(submitted)
        notes += [f"{shown(name)} is a link or no ordinary file and is left aside." for name in aside]
        ids = [*(checks_id(exercise, task) for task in exercise.tasks), own_checks_id(exercise)]
        tasks = dict(zip(ids, graded.tasks, strict=False))  # own checks come last, where they earn anything
        for cell in nb.cells:
            settings = cell.metadata.get("nbgrader", {})
            if settings.get("grade") and not settings.get("solution"):
                if settings["grade_id"] not in tasks:
                    raise KataError(f"The cell {settings['grade_id']} is graded, but belongs to no task of the kata.")
                task = tasks[settings["grade_id"]]
                cell.outputs = list(_outputs(task, settings["points"], [*notes, graded.carried_forward]))
                notes = []
        return nb, resources


def restored(cells: list[Cell], released: Any, otherwise: str = NO_CELL) -> Any:
    """The released notebook with a student's answers in their cells, and every other cell of theirs where it stood.

    `otherwise` stands where there is no answer.
    """
    known = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    kept = last_solutions(cells)
    others: dict[str, list[Any]] = {}
    place = ""
    for cell in cells[:CELLS]:
        if kept.get(cell.grade_id) is cell and cell.grade_id in known:
            place = cell.grade_id
        else:
            text = cell.source[:LONG]  # Markdown may hold scripts, and nbgrader shows it to the instructor as it is
            text = text if cell.kind == "code" else indent(text, "# ", lambda _: True)
            others.setdefault(place, []).append(nbformat.v4.new_code_cell(text))
    for grade_id, cell in known.items():
        if cell.metadata.nbgrader.solution:
            answer = kept[grade_id].source[:LONG] if grade_id in kept else ""
            cell.source = answer or otherwise
    above = others.pop("", [])
    released.cells = above + [one for cell in released.cells for one in (cell, *others.get(_id(cell), []))]
    return released


def _id(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")  # type: ignore[no-any-return]


def _outputs(task: TaskReport, points: float, notes: Iterable[str]) -> Iterator[Any]:
    """What nbgrader reads: a text, and the points as the result of the cell."""
    lines = [fill(note, WIDTH) for note in notes if note]
    for check in task.checks:
        lines.append(f"{check.status.word:>13}  {check.title}")
        lines += [indent(check.message, MARGIN)] if check.message else []
    for misconception in task.misconceptions:
        lines += ["", *(fill(text, WIDTH) for text in told(misconception))]
    yield nbformat.v4.new_output("stream", name="stdout", text=harmless("\n".join(lines)) + "\n")
    earned = min(points, round(points * task.score / task.max_score, 4))
    yield nbformat.v4.new_output("execute_result", data={"text/plain": repr(float(earned))})


def _exercise(resources: Any) -> Exercise | None:
    modules = {exercise.module: exercise for exercise in read_catalogue().values()}
    return modules.get(resources["nbgrader"]["notebook"])


def _folder(coursedir: Any, step: str, student: str, assignment: str) -> Path:
    return Path(coursedir.format_path(step, student, assignment))


def _handed_in(coursedir: Any, student: str, assignment: str) -> tuple[tuple[str, bytes], ...]:
    """A student's files by name: this assignment's, and in folders those of others, in which earlier exercises are."""
    own = _folder(coursedir, coursedir.submitted_directory, student, assignment)
    pattern = coursedir.format_path(coursedir.submitted_directory, escape(student), "*")
    every = sorted(map(Path, glob(pattern)))  # noqa: PTH207 - the folders may be named in any order
    files = []
    for folder in [own, *(other for other in every if other != own)]:
        for path in [*sorted(folder.glob("*.*"))[:FILES], *_checks_in(folder)]:
            place = path.relative_to(folder).as_posix()
            name = place if folder == own else f"{EARLIER}{folder.name}/{place}"
            if path.suffix == ".ipynb":
                files.append((name, _without_outputs(_read(path))))
            elif path.suffix == ".py":
                files.append((name, _read(path)))
    return tuple(files)


def _checks_in(folder: Path) -> list[Path]:
    """The files of a student's own checks, not by way of a link, which may point anywhere."""
    return [] if (folder / CATCH).is_symlink() else sorted((folder / CATCH).glob("*.py"))[:FILES]


def _without_outputs(data: bytes) -> bytes:
    """A notebook as the reader of submissions takes it; its first bytes where it is none, for that to say so."""
    cells = read_cells(data)
    if cells is None:
        return data[:1000]
    return json.dumps({"cells": [cell.as_json() for cell in cells]}).encode()


def _restored_from_what_counts(coursedir: Any, resources: Any, released: Any) -> Any:
    """The released notebook with the answers of the file that is graded; a .py file stands above them as one cell."""
    about, exercise = resources["nbgrader"], _exercise(resources)
    own = _folder(coursedir, coursedir.submitted_directory, about["student"], about["assignment"])
    file = f"{about['notebook']}.ipynb"
    if exercise:
        submission = _submission(about["student"], _handed_in(coursedir, about["student"], about["assignment"]))
        counts = submission.files.get(exercise.number, EARLIER)
        file = file if counts.startswith(EARLIER) else counts
    if exercise and not is_notebook(file):
        source = Cell("code", submission.sources[exercise.number], "", solution=False, grade=False)
        return restored([source], released, f"# It came as {shown(file)}, which stands above.")
    return restored(read_cells(_read(own / file)) or [], released)


def _read(path: Path) -> bytes:
    """A file's bytes, none where it is a link, no ordinary file, or larger than any notebook."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(number, "rb") as file:  # noqa: PTH123 - a descriptor
            ordinary = stat.S_ISREG(os.fstat(number).st_mode)
            data = file.read(NOTEBOOK + 1) if ordinary else b""
    except OSError:
        return b""
    return data if len(data) <= NOTEBOOK else b""


@lru_cache(maxsize=2)  # the notebooks of one submission are graded together and then asked for one by one
def _report(student: str, files: tuple[tuple[str, bytes], ...], seed: int) -> Report:
    fence = sandbox()
    if not fence.hardened and not is_on("WEAK_SANDBOX"):
        raise KataError("The sandbox is not hardened: `make sandbox` says why; WEAK_SANDBOX=1 grades anyway.")
    course = _course(seed)
    with _at(KATA):
        return make_report(grade(_submission(student, files), course, fence, os.getpid() % UIDS), course, fence.level)


@lru_cache(maxsize=2)
def _submission(student: str, files: tuple[tuple[str, bytes], ...]) -> Submission:
    """What is read of these files, as `make grade` reads them."""
    with TemporaryDirectory(dir=own_folder()) as folder, _at(KATA):
        for name, data in files:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return read_or_say_why(Path(folder), student)


@lru_cache(maxsize=1)
def _course(seed: int) -> Course:
    with _at(KATA):
        return load_course(frozenset(read_catalogue()), seed)  # an assignment names its own


def _seed(root: Path) -> int:
    try:
        return int(json.loads((root / SEED_FILE).read_text(encoding="utf-8"))["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        raise KataError(f"{root / SEED_FILE} is missing or damaged; `make nbgrader` writes it.") from None


@contextmanager
def _at(folder: Path) -> Iterator[None]:
    """The grader works in its own folder, nbgrader in the course's."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)

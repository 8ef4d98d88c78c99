"""The learner's exercises: running their checks, where they stand, putting a stub back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.core.catalogue import needed_by, read_catalogue
from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.files import back_up, write_text
from grader.core.judging import judge
from grader.core.key import Answer, expected_values, read_key
from grader.core.paths import DESK, EXERCISES, FINGERPRINTS, PUBLIC, REPAIR
from grader.core.records import Check, Diagnosis, Exercise, Observation, Status, Task, Verdict, are_right_but_too_deep
from grader.core.text import NOT_RUN
from grader.learner.prober import prober

QUIET = 2.0  # seconds that a check may take before the terminal says that it is running


def exercise(number: int) -> Exercise:
    """Raises KataError for a number that the catalogue does not have."""
    catalogue = read_catalogue()
    if number not in catalogue:
        raise KataError(f"There is no exercise {number}; they go from 1 to {len(catalogue)}.")
    return catalogue[number]


def text_of_file(exercise: Exercise) -> str:
    """The learner's file, whatever their editor makes of line ends. Raises KataError where it cannot be read."""
    must_exist(exercise)
    try:
        return exercise.file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise KataError(
            f"{exercise.file} is not UTF-8 text ({error.reason}); save it with the encoding UTF-8."
        ) from None


def as_imported(path: Path) -> str:
    """A file as the check's own import reads it: what is not UTF-8 is no obstacle."""
    return path.read_text(encoding="utf-8-sig", errors="replace")


def must_exist(exercise: Exercise) -> None:
    """Raises KataError where the learner's file is gone."""
    if not exercise.file.exists():
        raise KataError(f"{exercise.file} is missing; make reset-{exercise.number} puts a fresh one there.")


def where() -> str:
    """What has to be typed behind a command for the files that this one is about: ' DESK=…', or nothing."""
    return "" if DESK == EXERCISES else f" DESK={DESK.as_posix()}"


def is_to_be_repaired() -> bool:
    """Whether DESK is an engine of `make repair-N`, whose mistake nothing may name before it is mended."""
    return DESK.resolve().is_relative_to(REPAIR.resolve())


def must_be_own(number: int) -> None:
    """Raises KataError where DESK is an engine to repair: hints and worked answers are for one's own."""
    if is_to_be_repaired():
        raise KataError(
            f"{DESK.as_posix()} has a mistake for you to find: make repair-{number} runs its checks, and leave out "
            "DESK= for your own files."
        )


def run(
    exercise: Exercise, *, debug: bool = False, folder: Path = DESK, only: Collection[str] | None = None
) -> list[Verdict]:
    """A verdict for each public check of an exercise, or for those of the ids `only`, on the files in a folder."""
    must_exist(exercise)
    checks = [check for check in _checks(exercise.number) if only is None or check.id in only]
    running = Running()
    verdicts: list[Verdict] = []
    with prober(folder, debug=debug, waiting=running.show) as process:
        for check in checks:
            running.title = check.title
            if any(_ends(verdict, check) for verdict in verdicts):
                verdicts.append(Verdict(check, Status.TIMED_OUT, NOT_RUN))
                continue
            observation, printed = process.observe(exercise.module, check.probe)
            running.hide()
            verdicts.append(replace(_judged(check, exercise, observation), printed=printed))
    return verdicts


def _ends(verdict: Verdict, check: Check) -> bool:
    """Whether a check is not run after this: one endless loop would cost its seconds in every check."""
    if verdict.status is not Status.TIMED_OUT or verdict.fault is None:
        return False
    return verdict.check.task == check.task or verdict.fault.during == "import"


def _judged(check: Check, exercise: Exercise, observation: Observation) -> Verdict:
    return judge(check, exercise, observation, expected_values(_key(), check, exercise.module))


@lru_cache
def _checks(number: int) -> list[Check]:
    checks = load_checks(PUBLIC, number)
    tasks = [task.name for task in read_catalogue()[number].tasks]
    strange = [check for check in checks if check.exercise != number or check.task not in tasks]
    if strange:
        raise KataError(f"{strange[0].name}: exercise {number} has no task {strange[0].task!r} in the catalogue.")
    if not checks:
        raise KataError(f"{PUBLIC} has no checks for exercise {number}; fetch the kata again.")
    return checks


@lru_cache
def _key() -> dict[str, Answer]:
    return read_key(PUBLIC / "key.json")


class Running:
    """A line on the terminal while a check takes long; it goes when the check is done."""

    def __init__(self) -> None:
        self.title = ""
        self.shown = False

    def show(self, seconds: float) -> None:
        if seconds >= QUIET and sys.stderr.isatty():
            width = max(20, shutil.get_terminal_size().columns - 1)
            line = f"Running for {seconds:.0f} s: {self.title}"[:width]
            sys.stderr.write(f"\r{line.ljust(width)}")
            sys.stderr.flush()
            self.shown = True

    def hide(self) -> None:
        if self.shown:
            sys.stderr.write("\r" + " " * max(20, shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
            self.shown = False


def is_wrong(verdicts: Sequence[Verdict]) -> bool:
    """Whether something that was written has to be repaired; stubs are not wrong, nor is what is only too deep."""
    return any(v.status.is_wrong for v in verdicts)


def is_done(verdicts: Sequence[Verdict]) -> bool:
    """Whether one can go on: everything passes, or all but what recursion cannot reach."""
    return all(v.status is Status.PASSED for v in verdicts) or are_right_but_too_deep(verdicts)


def open_exercises() -> Iterator[tuple[Exercise, list[Verdict]]]:
    """The exercises that are not done, with their verdicts."""
    for chosen in read_catalogue().values():
        verdicts = run(chosen)
        if not is_done(verdicts):
            yield chosen, verdicts


def everything() -> str:
    """The sentence for somebody who is done with all exercises."""
    deep = [str(number) for number, each in read_catalogue().items() if are_right_but_too_deep(run(each))]
    which = f"exercise{'s' * (len(deep) > 1)} {' and '.join(deep)}"
    return f"Everything is right; {which} could go deeper." if deep else "Everything passes."


def wrong_before(exercise: Exercise) -> Iterator[list[Verdict]]:
    """The verdicts of each exercise that is wrong, of those that this one builds on."""
    for earlier in map(read_catalogue().__getitem__, needed_by(exercise)):
        if earlier.file.exists():
            verdicts = run(earlier)
            if is_wrong(verdicts):
                yield verdicts


def first_open(exercise: Exercise) -> Exercise | None:
    """What to do first for the sake of an exercise: the first that is not done of all that it builds on, or itself."""
    chosen = map(read_catalogue().__getitem__, [*needed_by(exercise), exercise.number])
    return next((each for each in chosen if not is_done(run(each))), None)


@contextmanager
def with_replaced(exercise: Exercise, others: Mapping[int, str]) -> Iterator[Path]:
    """A folder with the learner's exercises up to this one, in which other sources take the place of some."""
    with TemporaryDirectory(prefix="minigrad-") as folder:
        for number, each in read_catalogue().items():
            if number in others:
                Path(folder, each.file.name).write_text(others[number], encoding="utf-8")
            elif number <= exercise.number and each.file.exists():
                shutil.copy(each.file, folder)
        yield Path(folder)


def beliefs(verdicts: Sequence[Verdict]) -> tuple[Diagnosis, ...]:
    """The misconceptions behind the verdicts of one exercise."""
    from grader.core.diagnosis import diagnose
    from grader.core.fingerprints import read_fingerprints
    from grader.core.slips import find_slips

    exercise = read_catalogue()[verdicts[0].check.exercise]
    source = as_imported(exercise.file) if exercise.file.exists() else ""
    slips = find_slips(source, exercise, verdicts)
    return diagnose(verdicts, read_fingerprints(PUBLIC / FINGERPRINTS, exercise.number), slips)


def is_untouched(exercise: Exercise) -> bool:
    """Whether the learner's file is still the stub."""
    path, stub = exercise.file, exercise.stub
    return path.exists() and stub.exists() and path.read_bytes() == stub.read_bytes()


def first_open_task(exercise: Exercise, verdicts: list[Verdict]) -> Task | None:
    """The first task with a check that does not pass; what is only too deep waits for what is wrong."""
    open_ = {v.check.task for v in verdicts if v.status is not Status.PASSED}
    if is_wrong(verdicts):
        open_ = {v.check.task for v in verdicts if v.status.blocks}
    return next((task for task in exercise.tasks if task.name in open_), None)


def next_step(exercise: Exercise, verdicts: list[Verdict]) -> str:
    """What to do where an exercise is not done: 'write derivative in exercises/…, then make test-exercise-1'."""
    task = first_open_task(exercise, verdicts)
    assert task is not None
    written = any(v.status is not Status.NOT_ATTEMPTED for v in verdicts if v.check.task == task.name)
    verb = "repair" if written and not is_untouched(exercise) else "write"
    return f"{verb} {task.name} in {exercise.file}, then make test-exercise-{exercise.number}"


def reset(number: int) -> str:
    """Put the stub back; the learner's file is kept as a backup. Returns a sentence."""
    chosen = exercise(number)
    path, stub = chosen.file, chosen.stub
    if not stub.exists():
        raise KataError(f"{stub} is missing, so exercise {number} cannot be reset; fetch the kata again.")
    if path.exists() and path.read_bytes() == stub.read_bytes():
        return f"{path} is the stub already."
    kept = f" Your file is kept as {back_up(path)}." if path.exists() else ""
    write_text(path, stub.read_text(encoding="utf-8"))
    return f"{path} is the stub again.{kept}"

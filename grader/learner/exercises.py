"""The learner's exercises: running their checks, where they stand, putting a stub back."""

from __future__ import annotations

from pathlib import Path

from grader.learner.catalogue import read_catalogue
from grader.learner.paths import DESK, FINGERPRINTS, PUBLIC, STUBS
from grader.learner.records import Diagnosis, Exercise, Status, Task, Verdict
from grader.learner.state import back_up, write_text


def exercise(number: int) -> Exercise:
    """Raises ValueError for a number that the catalogue does not have."""
    catalogue = read_catalogue()
    if number not in catalogue:
        raise ValueError(f"There is no exercise {number}; they go from 1 to {len(catalogue)}.")
    return catalogue[number]


def file_of(exercise: Exercise) -> Path:
    return DESK / f"{exercise.module}.py"


def text_of_file(exercise: Exercise) -> str:
    """The learner's file, whatever their editor makes of line ends. Raises ValueError where it cannot be read."""
    path = file_of(exercise)
    must_exist(exercise)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error.reason}); save it with the encoding UTF-8.") from None


def must_exist(exercise: Exercise) -> None:
    """Raises ValueError where the learner's file is gone."""
    if not file_of(exercise).exists():
        raise ValueError(f"{file_of(exercise)} is missing; make reset-{exercise.number} puts a fresh one there.")


def run(exercise: Exercise, *, debug: bool = False) -> list[Verdict]:
    """Every public check of an exercise, on the learner's file."""
    from grader.learner.plugin import run_checks

    must_exist(exercise)
    files = sorted(PUBLIC.glob(f"test_ex{exercise.number:02d}_*.py"))
    if not files:
        raise ValueError(f"{PUBLIC} has no checks for exercise {exercise.number}; fetch the kata again.")
    return run_checks(files, debug=debug).verdicts


def is_wrong(verdicts: list[Verdict]) -> bool:
    """Whether something that was written does not pass; stubs are not wrong."""
    return any(v.status in (Status.FAILED, Status.CRASHED, Status.TIMED_OUT) for v in verdicts)


def first_failing_before(exercise: Exercise) -> list[Verdict] | None:
    """The verdicts of the first earlier exercise that is wrong, stubs aside; None if there is none."""
    for number, earlier in read_catalogue().items():
        if number < exercise.number and file_of(earlier).exists():
            verdicts = run(earlier)
            if is_wrong(verdicts):
                return verdicts
    return None


def beliefs(verdicts: list[Verdict]) -> tuple[Diagnosis, ...]:
    """The misconceptions behind the verdicts of one exercise."""
    from grader.learner.diagnosis import diagnose, read_fingerprints

    number = verdicts[0].check.exercise
    known = [f for f in read_fingerprints(PUBLIC / FINGERPRINTS) if f.misconception.exercise == number]
    return diagnose(verdicts, known)


def is_untouched(exercise: Exercise) -> bool:
    """Whether the learner's file is still the stub."""
    path, stub = file_of(exercise), STUBS / f"{exercise.module}.py"
    return path.exists() and stub.exists() and path.read_bytes() == stub.read_bytes()


def first_open_task(exercise: Exercise, verdicts: list[Verdict]) -> Task | None:
    """The first task with a check that does not pass."""
    open_ = {v.check.task for v in verdicts if v.status is not Status.PASSED}
    return next((task for task in exercise.tasks if task.name in open_), None)


def reset(number: int) -> str:
    """Put the stub back; the learner's file is kept as a backup. Returns a sentence."""
    chosen = exercise(number)
    path, stub = file_of(chosen), STUBS / f"{chosen.module}.py"
    if not stub.exists():
        raise ValueError(f"{stub} is missing, so exercise {number} cannot be reset; fetch the kata again.")
    if path.exists() and path.read_bytes() == stub.read_bytes():
        return f"{path} is the stub already."
    kept = f" Your file is kept as {back_up(path)}." if path.exists() else ""
    write_text(path, stub.read_text(encoding="utf-8"))
    return f"{path} is the stub again.{kept}"

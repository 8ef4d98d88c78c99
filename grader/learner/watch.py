"""Runs the checks of whichever exercise is saved, and goes on to the next one when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from watchfiles import watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from grader.core.catalogue import read_catalogue
from grader.core.paths import DESK
from grader.core.records import Exercise, Verdict, are_right_but_too_deep
from grader.learner.causes import find_causes
from grader.learner.exercises import everything, exercise, first_open, is_done, run
from grader.learner.report import exercise_report
from grader.learner.terminal import GREEN, coloured, wrapped


def watch_exercises(number: int | None) -> None:
    """Watch until interrupted, or until everything is done."""
    current = exercise(number or 1)
    saves = saved_exercises()
    next(saves)  # from here on no save is missed, not even one during a run
    while True:
        click.clear()
        goal = _run_on_from(current)
        if goal is None:
            click.echo(f"\n{everything()}")
            return
        click.echo("\n" + wrapped(f"Watching {DESK}: save a file to run again, Ctrl-C to stop."))
        saved: set[int] = set()
        while not saved:
            saved = next(saves)
        current = goal if goal.number in saved else exercise(min(saved))


def _run_on_from(current: Exercise) -> Exercise | None:
    """Report on an exercise and, where it is done, on the next that is not; that one, or None where all are done."""
    while is_done(verdicts := _report(current)):
        deep = are_right_but_too_deep(verdicts)
        state = "is right, though not for the deepest graphs" if deep else "is done"
        click.echo(f"\n{coloured(f'Exercise {current.number}, {current.title}, {state}.', GREEN)}\n")
        following = _following(current)
        if following is None:
            return None
        current = following
    return current


def _report(current: Exercise) -> list[Verdict]:
    verdicts = run(current)
    click.echo(exercise_report(current, verdicts, find_causes(current, verdicts)))
    return verdicts


def _following(current: Exercise) -> Exercise | None:
    """The next exercise that is not done, or what that builds on; after the last the search begins anew."""
    after = [n for n in read_catalogue() if n > current.number] + [n for n in read_catalogue() if n < current.number]
    return next(filter(None, (first_open(exercise(n)) for n in after)), None)


def saved_exercises() -> Iterator[set[int]]:
    """The numbers of the exercises that were saved since the last time, again and again; most often none."""
    try:
        yield from _saved(polling=None)
    except (OSError, WatchfilesRustInternalError) as error:  # such as the system's limit of watched files
        click.echo(f"The system cannot tell of saves ({_first_line(error)}), so the files are looked at now and then.")
        yield from _saved(polling=True)


def _saved(*, polling: bool | None) -> Iterator[set[int]]:
    numbers = {exercise.file.name: number for number, exercise in read_catalogue().items()}

    def is_exercise(_: object, path: str) -> bool:
        return Path(path).name in numbers

    for changes in watch(
        DESK, watch_filter=is_exercise, rust_timeout=200, yield_on_timeout=True, force_polling=polling
    ):
        saved = {numbers[Path(path).name] for _, path in changes}
        yield {number for number in saved if exercise(number).file.exists()}


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")

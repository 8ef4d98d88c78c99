"""Runs an exercise's checks whenever a file is saved, and moves on when they all pass."""

from __future__ import annotations

import subprocess
import sys

import click
from watchfiles import watch

from grader.learner.catalogue import read_catalogue
from grader.learner.exercises import exercise
from grader.learner.paths import DESK
from grader.learner.terminal import wrapped


def watch_exercises(number: int | None) -> None:
    """Watch until interrupted, or until the last exercise passes."""
    catalogue = read_catalogue()
    current = exercise(number or 1).number
    saves = watch(DESK, watch_filter=lambda _, path: path.endswith(".py"), rust_timeout=200, yield_on_timeout=True)
    next(saves)  # from here on no save is missed, not even one during a run
    while True:
        while _passes(current):
            current += 1
            if current > len(catalogue):
                click.echo("Everything passes.")
                return
        next(files for files in saves if files)


def _passes(number: int) -> bool:
    """In a process of its own, so that yesterday's imports never answer for today's file."""
    click.clear()
    result = subprocess.run([sys.executable, "-m", "grader", "test", str(number)], check=False)
    click.echo("\n" + wrapped(f"Watching {DESK}: save a file to run again, Ctrl-C to stop."))
    return result.returncode == 0

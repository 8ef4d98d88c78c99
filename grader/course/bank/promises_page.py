"""docs/promises.md: for each thing that a lesson says, how it would be broken and which check tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.paths import PUBLIC
from grader.core.records import Exercise
from grader.course.bank.promises import read_promises

PAGE = Path("docs/promises.md")
INTRODUCTION = """\
# What the lessons promise and which check holds it

Made by `make promises` from `grader/course/bank/promises`. On the left stands what each lesson says under "What to
write" and "Conventions", word for word; in the middle how somebody would not keep to it; on the right a public check
that fails then, by the sentence that a learner reads, or why there is nothing to see. `make verify` proves each line.
"""


def page() -> str:
    """The page as it should be."""
    titles = {check.id: check.title for check in load_checks(PUBLIC)}
    parts = [part for exercise in read_catalogue().values() for part in _part(exercise, titles)]
    return "\n".join([INTRODUCTION, *parts]) + "\n"


def is_fresh() -> bool:
    return PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()


def _part(exercise: Exercise, titles: Mapping[str, str]) -> Iterator[str]:
    yield f"## {exercise.number}. {exercise.title}\n"
    yield "| the lesson says | not kept | seen by |\n|---|---|---|"
    for promise in read_promises(exercise):
        cells = (promise.says, promise.broken.rstrip("."), titles.get(promise.check, promise.why))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""

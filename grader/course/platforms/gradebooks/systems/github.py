"""GitHub: clones that a classroom's tool makes, called after the assignment and the login, and a classroom's roster."""

from __future__ import annotations

from grader.core.tables import Sheet
from grader.course.platforms.gradebooks.system import Download, Row, System

LOGIN = ("github username", "github login", "github", "github user")


def knows(sheet: Sheet) -> bool:
    return sheet.column(*LOGIN) is not None


def calls(sheet: Sheet, row: Row) -> str:
    """The login, whose case does not matter."""
    return row[sheet.column(*LOGIN) or 0].strip().casefold().removeprefix("@")


def download(submission: str) -> Download | None:
    """Assignments and logins may have '-' in them, so the login may be any end of what a clone is called."""
    words = submission.casefold().split("-")
    ends = frozenset("-".join(words[start:]) for start in range(len(words)))
    return Download(calls=ends - {""})


SYSTEM = System(name="github", title="GitHub", knows=knows, calls=calls, download=download)

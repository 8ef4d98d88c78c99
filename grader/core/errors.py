"""What goes wrong by a person's doing, or by what lies about: `KataError`, the one root of all errors of the kata.

A command tells such an error as its one sentence and ends with its exit code; every other exception is a bug.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

REFUSED = 2  # what was asked for, or a file that it needs, has to be mended first; click's own code for it
MISSING = 1  # a package that a command needs
BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class KataError(Exception):
    """Why something cannot be done, as a sentence that says what, where, and what to do."""

    exit_code = REFUSED


@contextmanager
def words_of(*kinds: type[Exception]) -> Iterator[None]:
    """Around a call of a library: what it says in exactly these types is for the person, and becomes a KataError.

    A subclass, such as the RecursionError among the RuntimeErrors, is none of its words.
    """
    try:
        yield
    except kinds as error:
        if type(error) not in kinds:
            raise
        raise KataError(str(error)) from None


def in_words(error: BaseException) -> str:
    """'ZeroDivisionError: division by zero', on one line and without a stop at its end."""
    said = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split()).rstrip(".")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def place_of(error: BaseException, folder: Path, parts: Collection[str] = ()) -> str:
    """'core/text.py, line 12': the innermost line in a folder from which an error comes, empty where none is.

    `parts`: only in these of its folders. What Python cannot read is at the line that it names.
    """
    lines, step = [], error.__traceback__
    while step is not None:
        lines.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        lines.append((error.filename, error.lineno))
    for file, line in reversed(lines):
        with suppress(ValueError):
            path = Path(file).absolute().relative_to(folder.absolute())
            if not parts or path.parts[0] in parts:
                return f"{path.as_posix()}, line {line}"
    return ""

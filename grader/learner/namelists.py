"""The lists of names that a language model can be trained on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import KataError
from grader.learner.datasets import DATA

BUILT_IN = {"people": "names.txt", "elements": "elements.txt"}
LONGEST = 15  # letters: with the boundary before them they fill the 16 positions of the model
BETWEEN = " -'’."  # may stand in a name beside its letters
CHARACTERS = 100  # that differ


@dataclass(frozen=True)
class NameList:
    """Names in small letters, in the order of their file."""

    title: str
    names: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Tells one list from another."""
        return hashlib.sha256("\n".join(self.names).encode()).hexdigest()[:16]


def load(name: str) -> NameList:
    """'people', 'elements', or a text file. Raises KataError with a sentence for anything else."""
    if name in BUILT_IN:
        return read(DATA / BUILT_IN[name], name)
    path = Path(name)
    if not path.exists():
        raise KataError(f"NAMES is 'people', 'elements' or the path of a text file, and {name!r} is not there.")
    return read(path, path.stem)


def read(path: Path, title: str) -> NameList:
    """One name a line; capital letters become small, and empty lines are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise KataError(f"{path} cannot be read: {reason}.") from None
    names = tuple(_name(path, number, line) for number, line in enumerate(lines, 1) if line.strip())
    if len(names) < 2:
        raise KataError(f"{path} holds fewer than 2 names; write at least 2, one a line.")
    characters = len(set("".join(names)))
    if not 2 <= characters <= CHARACTERS:
        raise KataError(f"{path}: the number of different letters is {characters}; from 2 to {CHARACTERS} are needed.")
    return NameList(title, names)


def _name(path: Path, number: int, line: str) -> str:
    name = " ".join(line.lower().split())
    wrong = next((letter for letter in name if not (letter.isalpha() or letter in BETWEEN)), None)
    if wrong is not None:
        raise KataError(f"{path}, line {number}: a name has letters, and {wrong!r} is none; write one name a line.")
    if not 2 <= len(name) <= LONGEST:
        shown = name if len(name) <= 2 * LONGEST else f"{name[: 2 * LONGEST]}…"
        needed = f"a name has from 2 to {LONGEST}, and stands on a line of its own"
        raise KataError(f"{path}, line {number}: {shown!r} is of length {len(name)}; {needed}.")
    return name

"""What the name of a file says: of which exercise it is, whose, and which of several copies; and how it is shown."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.course.intake.contents import ARCHIVE

SOURCE_NAME = re.compile(r"(.+)\.(py|ipynb)(?:\.txt|\.json)?", re.IGNORECASE | re.DOTALL)
NUMBER = re.compile(r"(?<![^\W\d_])(?:exercise|ex)[ _.-]*0*([1-9][0-9]?)(?![0-9])", re.IGNORECASE)
TEST = re.compile(r"(?<![^\W\d_])tests?(?![^\W\d_])", re.IGNORECASE)
COPY_OF = re.compile(r"copy[ _]of(?:[ _]+|$)", re.IGNORECASE)
LATER = re.compile(r"(?:-| ?\()([1-9][0-9]?)\)?$")  # 'ex04_backward-1' and 'ex04_backward (1)'
SUFFIX = re.compile(r"(?:\.tar)?\.\w+$")


def exercise_number(stem: str, modules: Mapping[int, str]) -> int | None:
    """The exercise that a file name without its suffix speaks of, if it is one and the same in number and words."""
    stem = unicodedata.normalize("NFKC", stem)
    if TEST.search(stem):
        return None
    matches = list(NUMBER.finditer(stem))
    numbers = {int(match[1]) for match in matches}
    words = _letters(stem[matches[-1].end() :] if matches else stem)
    meant = {number for number, module in modules.items() if _letters(module.partition("_")[2]) == words}
    if not matches and (leading := re.match(r"0*([1-9][0-9]?)[ _.-]", stem)):
        numbers = {int(leading[1])} & meant  # '04_backward' needs both
    numbers &= set(modules)
    return min(numbers) if len(numbers) == 1 and meant <= numbers else None


def exercise_of_words(stem: str, modules: Mapping[int, str]) -> int | None:
    """The exercise whose words alone are a name, as 'backward' is; a number beside them would have to be right."""
    if any(letter.isdigit() for letter in stem) and not LATER.search(stem):
        return None
    words = unicodedata.normalize("NFKC", LATER.sub("", stem)).lower().replace("-", "_").replace(" ", "_")
    return next((number for number, module in modules.items() if module.partition("_")[2] == words), None)


def copy_number(stem: str, number: int, modules: Mapping[int, str]) -> int:
    """2 of 'ex04_backward-2' or 'ex04_backward (2)', which came after the others; 0 of one that says nothing."""
    found = LATER.search(stem)
    return int(found[1]) if found and exercise_number(stem[: found.start()], modules) == number else 0


def stem_of(name: str) -> str:
    """Without the suffix, '' where it is none of a source's or a notebook's, or no disk would hold the name."""
    parts = SOURCE_NAME.fullmatch(name) if len(name) < 256 else None
    return parts[1] if parts else ""


def is_notebook(path: str) -> bool:
    parts = SOURCE_NAME.fullmatch(path)
    return parts is not None and parts[2].lower() == "ipynb"


def is_archive(name: str) -> bool:
    return ARCHIVE.fullmatch(name) is not None


def owner_of(name: str) -> str | None:
    """Whose loose file this is: 'alice' for 'alice_ex04.py', '' where it does not say, None if it is no exercise's."""
    stem = stem_of(name)
    if exercise_number(stem, modules()) is None:
        return None
    number = NUMBER.search(stem)
    return COPY_OF.sub("", stem[: number.start()] if number else "").rstrip(" _-.")


def student_of(path: Path) -> str:
    """What somebody is called, by the name of the folder, archive or file that they handed in."""
    if path.is_dir():
        return printable_name(path.name)
    return printable_name(owner_of(path.name) or SUFFIX.sub("", path.name))


def printable_name(name: str) -> str:
    """A name as it is, or one that can be shown, which has a digest of the other so that no two become one."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name)
    return name if text == name != "" else f"{text or 'unknown'} {digest_of(name)}"


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def shown(name: str) -> str:
    """A stranger's file name in quotation marks, short and without control characters."""
    text = repr(name if len(name) <= 60 else f"{name[:30]}...{name[-27:]}")
    return text if len(text) <= 80 else f"{text[:76]}...{text[-1]}"


def listed(names: Iterable[str]) -> str:
    """The first few of many names, each in quotation marks."""
    names = list(names)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(shown(name) for name in names[:5]) + more


def _letters(text: str) -> str:
    text = re.sub(r"\bcopy\b", "", text.lower().replace("_", " "))
    return "".join(letter for letter in text if letter.isalpha())


@cache
def modules() -> dict[int, str]:
    """What each exercise's file is called, without its suffix."""
    return {number: exercise.module for number, exercise in read_catalogue().items()}

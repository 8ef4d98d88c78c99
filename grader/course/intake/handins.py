"""Who hands in what: the folders, archives and loose files of a class, brought together by person; none is opened.

How a school's system names what one downloads from it, its own file under `platforms` knows (`Names`). What no system
named is a folder or an archive per student, or loose files that begin with the student's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.intake.contents import Piece, is_ignored
from grader.course.intake.filenames import (
    SOURCE_NAME,
    SUFFIX,
    digest_of,
    is_archive,
    owner_of,
    printable_name,
    shown,
)
from grader.course.intake.submission import SubmissionError

# Folders of one student's copy, which are nobody's name.
OF_A_COPY = {"exercises", "solutions", "tests", "grader", "notebooks", "docs", "images", "build", "backup", "old"}
HIDDEN = "its name is not one that a student's hand-in has"
STRAY = "its name does not say whose exercise it is; put it into its student's folder"
FOREIGN = "it is no folder, archive, source or notebook"
OF_THE_SYSTEM = "the system wrote it and not a student"


@dataclass(frozen=True)
class Claimant:
    """Somebody of whom a system says beside the hand-ins that one of them is theirs."""

    name: str = ""
    id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Given:
    """What the name says that a system gave to a file or folder.

    Everything with one `key` is one hand-in, called as its newest piece says. `own` is what the student called it,
    `order` sorts the pieces from the oldest to the newest. What is nobody's `work` the system wrote itself.
    """

    key: str
    student: str
    own: str = ""
    order: str = ""
    late: bool = False
    work: bool = True
    claimants: tuple[Claimant, ...] = ()
    submitted: str = ""


Names = Callable[[Path, Sequence[str]], Mapping[str, Given]]  # of the names in a folder those that a system gave


@dataclass(frozen=True)
class HandIn:
    """Everything that one person, or one group, handed in: its pieces from the oldest to the newest."""

    student: str
    pieces: tuple[Piece, ...]
    late: bool = False
    claimants: tuple[Claimant, ...] = ()
    submitted: str = ""


@dataclass(frozen=True)
class HandIns:
    """Those of a class by the student's name, and names that are nobody's with the reason, safe to show."""

    folder: Path
    found: tuple[HandIn, ...]
    aside: tuple[tuple[str, str], ...] = ()


def by_name(read: Callable[[str], Given | None]) -> Names:
    """The names of a system that says everything in each of them."""
    return lambda _, names: {name: given for name in names if (given := read(name))}


def find_hand_ins(folder: Path, systems: Iterable[Names] = ()) -> HandIns:
    """All hand-ins of a class. A folder that itself holds one student's exercises is that student's.

    Raises SubmissionError.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        raise SubmissionError(f"{shown(folder.name)} cannot be listed; give the folder of a class.") from None
    aside = [(entry, HIDDEN) for entry in entries if is_ignored(entry.name) and _is_whole(entry)]
    entries = [entry for entry in entries if not is_ignored(entry.name)]
    names = [entry.name for entry in entries]
    given = max((system(folder, names) for system in systems), key=len, default={})
    others = [entry for entry in entries if entry.name not in given]
    stray = [entry for entry in others if not _is_whole(entry) and owner_of(entry.name) == ""]
    if stray and not given and not _are_a_class(others, len(stray)):
        return HandIns(folder, (HandIn(printable_name(folder.resolve().name), (Piece(folder),)),))
    aside += [(entry, STRAY) for entry in stray]
    aside += [(folder / name, OF_THE_SYSTEM) for name, about in given.items() if not about.work]
    theirs = [entry for entry in others if entry not in stray]
    aside += [(entry, FOREIGN) for entry in theirs if not _is_whole(entry) and not SOURCE_NAME.fullmatch(entry.name)]
    found = _told_apart([*_by_system(folder, given), *_plain(theirs)])
    sentences = tuple((shown(entry.name), why) for entry, why in sorted(aside))
    return HandIns(folder, tuple(found[student] for student in sorted(found)), sentences)


def _is_whole(entry: Path) -> bool:
    """Whether an entry may be all of a hand-in. A link to a folder is, so that its student is not lost."""
    return entry.is_dir() or is_archive(entry.name)


def _are_a_class(entries: Sequence[Path], stray: int) -> bool:
    """Whether exercises without a name lie beside students' folders, and not in one student's own."""
    whole = [entry for entry in entries if _is_whole(entry) and entry.name.lower() not in OF_A_COPY]
    return len(whole) > max(1, stray)


def _by_system(folder: Path, given: Mapping[str, Given]) -> Iterator[tuple[str, HandIn]]:
    groups: dict[str, list[tuple[str, Given]]] = defaultdict(list)
    for name, about in given.items():
        if about.work:
            groups[about.key].append((name, about))
    for key, group in groups.items():
        group.sort(key=lambda pair: (pair[1].order, pair[0]))
        newest = group[-1][1]
        yield (
            key,
            HandIn(
                newest.student,
                tuple(Piece(folder / name, about.own) for name, about in group),
                late=newest.late,
                claimants=tuple(dict.fromkeys(who for _, about in group for who in about.claimants)),
                submitted=newest.submitted,
            ),
        )


def _plain(entries: Iterable[Path]) -> Iterator[tuple[str, HandIn]]:
    """A folder or an archive is a student's, and so are all loose files that begin with one name."""
    loose: dict[str, list[Piece]] = defaultdict(list)
    for entry in entries:
        owner = None if _is_whole(entry) else owner_of(entry.name)
        if owner:
            loose[owner].append(Piece(entry, entry.name[len(owner) :].lstrip(" _-.")))
        elif _is_whole(entry) or SOURCE_NAME.fullmatch(entry.name):
            student = entry.name if entry.is_dir() else SUFFIX.sub("", entry.name)
            yield entry.name, HandIn(student, (Piece(entry),))
    for owner, pieces in loose.items():
        yield f"{owner}_*", HandIn(owner, tuple(pieces))


def _told_apart(found: Iterable[tuple[str, HandIn]]) -> dict[str, HandIn]:
    """By names that can be shown, of which no two are one; each comes with another name that it has."""
    apart: dict[str, HandIn] = {}
    for other, hand_in in found:
        name = printable_name(hand_in.student)
        name = name if name not in apart else printable_name(other)
        while name in apart:  # somebody is called what another one's name was made into
            name = f"{name} {digest_of(name + other)}"
        apart[name] = replace(hand_in, student=name)
    return apart

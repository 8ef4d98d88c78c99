"""The people of a course, and which submission is whose. One that could be two people's is nobody's."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.core.tables import Sheet, SheetError, simple
from grader.course.platforms.gradebooks.records import Person
from grader.course.platforms.gradebooks.system import System
from grader.course.platforms.gradebooks.systems import systems

IDS = {
    *("id", "student id", "id number", "identifier", "login", "username", "user name"),
    *("sis user id", "sis login id", "submission"),
}
OWN_ID = ("id number", "sis user id", "student id", "id", "login", "username", "identifier")  # the one to show
EMAILS = ("email address", "email", "e mail", "e mail address", "mail")
NAMES = ("full name", "name", "student", "student name")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")
NOT_PEOPLE = {"points possible", "student, test"}  # two rows of a Canvas export
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile("['’ʼ`´]")


@dataclass(frozen=True)
class Match:
    """Whose a submission is, and how that is known: by 'id', 'e-mail' or 'name'."""

    person: Person
    by: str


@dataclass(frozen=True)
class Matching:
    """Matches by the submission's name; submissions and people without one, each with the reason."""

    matches: Mapping[str, Match]
    submissions: Mapping[str, str]
    people: Mapping[int, str]


def read_people(sheet: Sheet) -> list[Person]:
    """Everybody on the roster. Raises SheetError where no column says who they are."""
    known = [system for system in systems().values() if system.knows(sheet)]
    headings = [system.time for system in systems().values() if system.time]
    for system in known:
        sheet = system.roster(sheet)
    first, last = sheet.column(*FIRST), sheet.column(*LAST)
    name, email = sheet.column(*NAMES), sheet.column(*EMAILS)
    ids = [place for place, heading in enumerate(sheet.headings) if simple(heading) in IDS]
    if name is email is first is last is None and not ids:
        raise SheetError(f"{sheet.path} has no column that says who is who; give it one called id, email or name.")
    people = []
    for number, row in enumerate(sheet.rows):
        named = row[name] if name is not None else " ".join(row[p] for p in (first, last) if p is not None)
        address = row[email].strip() if email is not None else ""
        own = [row[place].strip() for place in ids if row[place].strip()]
        if (named.strip() or address or own) and simple(named) not in NOT_PEOPLE:
            called = {_call(system, call) for system in known if (call := system.calls(sheet, row))}
            keys = {"id": frozenset(map(str.casefold, own)) | called, "e-mail": _emails(address), "name": _names(named)}
            submitted, person_id = _first(sheet, row, "submitted at"), _first(sheet, row, *OWN_ID)
            times = {heading: _first(sheet, row, simple(heading)) for heading in headings}
            people.append(Person(number, named.strip(), person_id, address, keys, submitted, times))
    return people


def match(submissions: Iterable[str], people: Sequence[Person]) -> Matching:
    """Find each submission's person by id, else by e-mail address, else by name."""
    index: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place, person in enumerate(people):
        for kind, keys in person.keys.items():
            for key in keys:
                index[kind, key].add(place)
    claims: dict[int, list[tuple[str, str]]] = defaultdict(list)
    lost: dict[str, str] = {}
    doubtful: dict[int, str] = {}
    known = list(systems().values())
    for submission in submissions:
        kind, places = _found(_asked(submission, known), index)
        if not places:
            lost[submission] = "Nobody on the roster has this id, e-mail address or name."
        elif len(places) > 1:
            lost[submission] = f"The {kind} could be that of {' and '.join(people[p].called for p in places[:5])}."
            doubtful |= dict.fromkeys(places, f"It is not clear whether {submission!r} is theirs.")
        else:
            claims[places[0]].append((submission, kind))
    return _decided(claims, lost, doubtful, people)


def _asked(submission: str, known: Iterable[System]) -> dict[str, set[str]]:
    """The keys under which its person may stand, by their kind; from its name, whichever system gave it."""
    downloads = {system: found for system in known if (found := system.download(submission))}
    calls = {_call(system, call) for system, found in downloads.items() for call in found.calls}
    names = [found.name for found in downloads.values()] or [submission]
    return {
        "id": {submission.strip().casefold(), *calls},
        "e-mail": {submission.casefold()},
        "name": {" ".join(_words(name)) for name in names} - {""},
    }


def _call(system: System, call: str) -> str:
    """What one system alone calls somebody, which is nobody's id elsewhere."""
    return f"{system.name} {call}"


def _found(asked: Mapping[str, Iterable[str]], index: Mapping[tuple[str, str], set[int]]) -> tuple[str, list[int]]:
    """All that it could belong to by the first kind of key that says anything."""
    for kind, keys in asked.items():
        places = {place for key in keys for place in index.get((kind, key), ())}
        if places:
            return kind, sorted(places)
    return "", []


def _decided(
    claims: Mapping[int, list[tuple[str, str]]],
    lost: dict[str, str],
    doubtful: Mapping[int, str],
    people: Sequence[Person],
) -> Matching:
    """A person with two submissions has none, until somebody says which of them counts."""
    matches, without = {}, {}
    for place, person in enumerate(people):
        claimed = claims.get(place, [])
        if len(claimed) == 1:
            matches[claimed[0][0]] = Match(person, claimed[0][1])
        elif claimed:
            both = " and ".join(repr(submission) for submission, _ in claimed)
            without[place] = f"There are {len(claimed)} submissions: {both}; keep one."
            lost |= {submission: f"{person.called} handed in more than this." for submission, _ in claimed}
        else:
            without[place] = doubtful.get(place, "There is no submission.")
    return Matching(matches, lost, without)


def _emails(address: str) -> frozenset[str]:
    """The address, and what stands before the @, which is what many systems call a folder."""
    address = address.casefold()
    return frozenset({address, address.partition("@")[0]} - {""})


def _names(name: str) -> frozenset[str]:
    """Every order that keeps neighbours together ('Doe, Jane' is 'Jane Doe'), apart and in one word."""
    words = _words(name)
    turned = [words[place:] + words[:place] for place in range(len(words))]
    return frozenset({" ".join(order) for order in turned} | {"".join(order) for order in turned})


def _words(name: str) -> list[str]:
    """Without case, accents and punctuation; marks that are not accents, as in Hindi, stay."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", name)).casefold()
    bare = "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f").translate(LETTERS)
    return "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in bare).split()


def _first(sheet: Sheet, row: Sequence[str], *names: str) -> str:
    """What stands in the first of these columns that has something in this row."""
    cells = (row[place].strip() for name in names if (place := sheet.column(name)) is not None)
    return next((cell for cell in cells if cell), "")

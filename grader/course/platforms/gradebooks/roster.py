"""The people of a course, and which submission is whose. What could be two people's is nobody's."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.core.tables import Sheet, SheetError, simple

IDS = {
    *("id", "student id", "id number", "identifier", "login", "username", "user name"),
    *("sis user id", "sis login id", "submission"),
}
OWN_ID = ("id number", "sis user id", "student id", "id", "login", "username", "identifier")  # the one to show
EMAILS = ("email address", "email", "e mail", "e mail address", "mail")
NAMES = ("full name", "name", "student", "student name")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")
NOT_PEOPLE = {"points possible", "student, test"}  # two rows of a Canvas export
# A folder of Moodle's 'Download all submissions', and what submission.py leaves of Canvas's file names. Each may hold
# one number alone: a second one would be the student's own doing, in the name of a file.
MOODLE = re.compile(r"(?P<name>.+)_(?P<number>[0-9]+)_assignsubmission_.*", re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^\W_]+)(?:_late)?_(?P<number>[0-9]+)", re.IGNORECASE)
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile("['’ʼ`´]")


@dataclass(frozen=True)
class Person:
    """A row of the roster, by its place; ids, e-mail addresses and names in the forms in which they are compared."""

    row: int
    name: str
    id: str
    email: str
    keys: Mapping[str, frozenset[str]]
    submitted_at: str = ""
    moodle_time: str = ""

    @property
    def called(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id or self.email


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
            keys = {"id": _ids(sheet, row, ids), "e-mail": _emails(address), "name": _names(named)}
            person_id = _first(sheet, row, *OWN_ID)
            times = _first(sheet, row, "submitted at"), _first(sheet, row, "last modified (submission)")
            people.append(Person(number, named.strip(), person_id, address, keys, *times))
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
    for submission in submissions:
        kind, places = _found(submission, index)
        if not places:
            lost[submission] = "Nobody on the roster has this id, e-mail address or name."
        elif len(places) > 1:
            lost[submission] = f"The {kind} could be that of {' and '.join(people[p].called for p in places[:5])}."
            doubtful |= dict.fromkeys(places, f"It is not clear whether {submission!r} is theirs.")
        else:
            claims[places[0]].append((submission, kind))
    return _decided(claims, lost, doubtful, people)


def _found(submission: str, index: Mapping[tuple[str, str], set[int]]) -> tuple[str, list[int]]:
    """All that it could belong to by the first kind of key that says anything."""
    asked = {"id": _asked_ids(submission), "e-mail": {submission.casefold()}, "name": _asked_names(submission)}
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


def _ids(sheet: Sheet, row: Sequence[str], places: Sequence[int]) -> frozenset[str]:
    """As written; and the numbers by which Canvas and Moodle name what one downloads from them."""
    keys = {row[place].strip().casefold() for place in places if row[place].strip()}
    canvas, moodle = sheet.column("id"), sheet.column("identifier")
    if canvas is not None and sheet.column("student") is not None and sheet.column("section") is not None:
        keys.add(f"canvas {row[canvas].strip()}")
    if moodle is not None and (number := re.search("[0-9]+$", row[moodle].strip())):
        keys.add(f"moodle {number[0]}")
    return frozenset(keys)


def _asked_ids(submission: str) -> set[str]:
    system, _, number = _download(submission)
    return {submission.strip().casefold(), f"{system} {number}"}


def _download(submission: str) -> tuple[str, str, str]:
    """The system that named a submission, and the name and number in it; '', the name itself and '' for no system."""
    if submission.count("_assignsubmission_") == 1 and (found := MOODLE.fullmatch(submission)):
        return "moodle", found["name"], found["number"]
    if found := CANVAS.fullmatch(submission):
        return "canvas", found["name"], found["number"]
    return "", submission, ""


def _emails(address: str) -> frozenset[str]:
    """The address, and what stands before the @, which is what many systems call a folder."""
    address = address.casefold()
    return frozenset({address, address.partition("@")[0]} - {""})


def _names(name: str) -> frozenset[str]:
    """Every order that keeps neighbours together ('Doe, Jane' is 'Jane Doe'), apart and in one word."""
    words = _words(name)
    turned = [words[place:] + words[:place] for place in range(len(words))]
    return frozenset({" ".join(order) for order in turned} | {"".join(order) for order in turned})


def _asked_names(submission: str) -> set[str]:
    return {" ".join(_words(_download(submission)[1]))} - {""}


def _words(name: str) -> list[str]:
    """Without case, accents and punctuation; marks that are no accents, as in Hindi, stay."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", name)).casefold()
    bare = "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f").translate(LETTERS)
    return "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in bare).split()


def _first(sheet: Sheet, row: Sequence[str], *names: str) -> str:
    """What stands in the first of these columns that has something in this row."""
    cells = (row[place].strip() for name in names if (place := sheet.column(name)) is not None)
    return next((cell for cell in cells if cell), "")

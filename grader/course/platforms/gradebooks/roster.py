"""The people of a course, and which submission is whose. One that could be two people's is nobody's."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from grader.core.tables import Sheet, SheetError, simple
from grader.course.intake.handins import Claimant
from grader.course.platforms.gradebooks.records import Person
from grader.course.platforms.gradebooks.system import System
from grader.course.platforms.gradebooks.systems import systems

IDS = {
    *("id", "student id", "id number", "identifier", "login", "username", "user name"),
    *("sis user id", "sis login id", "submission", "sid", "orgdefinedid"),
}
OWN_ID = ("id number", "sis user id", "student id", "sid", "id", "login", "username", "identifier")  # the one to show
EMAILS = ("email address", "email", "e mail", "e mail address", "mail")
NAMES = ("full name", "name", "student", "student name")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")
NOBODY = "Nobody on the roster has this id, e-mail address or name."
NO_SUBMISSION = "There is no submission."
NOT_PEOPLE = {"points possible", "student, test"}  # two rows of a Canvas export
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile("['’ʼ`´]")


@dataclass(frozen=True)
class Match:
    """Whose a submission is, and how that is known: by 'id', 'e-mail', 'name', 'group' or what a system says."""

    person: Person
    by: str


@dataclass(frozen=True)
class Matching:
    """Matches by the submission's name, and all of theirs by the person's place, for a group has one together.

    Submissions and people without one have the reason.
    """

    matches: Mapping[str, Match]
    submissions: Mapping[str, str]
    people: Mapping[int, str]
    whose: Mapping[int, tuple[str, str]]


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
            until = next((text for system in known if (text := system.extension(sheet, row))), "")
            more = {name: _first(sheet, row, name) for name in ("group", "submission")}
            if more["group"]:
                keys["group"] = frozenset({more["group"].casefold()})
            people.append(Person(number, named.strip(), person_id, address, keys, submitted, times, until, **more))
    return people


def match(
    submissions: Iterable[str], people: Sequence[Person], claims: Mapping[str, Sequence[Claimant]] | None = None
) -> Matching:
    """Find each submission's people: whom a system names beside it (`claims`), or by id, else e-mail, else name."""
    index: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place, person in enumerate(people):
        for kind, keys in person.keys.items():
            for key in keys:
                index[kind, key].add(place)
    found = _Found(people)
    known = list(systems().values())
    for submission in submissions:
        claimants = (claims or {}).get(submission, ())
        if claimants:
            for claimant in claimants:
                asked = {"id": {claimant.id.casefold()}, "e-mail": {claimant.email.casefold()}}
                kind, places = _found({**asked, "name": {" ".join(_words(claimant.name))}}, index)
                found.note(submission, kind, places)
        else:
            found.note(submission, *_found(_asked(submission, known), index))
    return found.decided()


def _asked(submission: str, known: Iterable[System]) -> dict[str, set[str]]:
    """The keys under which its person may stand, by their kind; from its name, whichever system gave it."""
    downloads = {system: found for system in known if (found := system.download(submission))}
    calls = {_call(system, call) for system, found in downloads.items() for call in found.calls}
    names = [found.name for found in downloads.values() if found.name] or [submission]
    return {
        "id": {submission.strip().casefold(), *calls},
        "e-mail": {submission.casefold()},
        "name": {" ".join(_words(name)) for name in names} - {""},
        "group": {name.casefold() for name in (submission, *names)},
    }


def _call(system: System, call: str) -> str:
    """What one system alone calls somebody, which is nobody's id elsewhere."""
    return f"{system.name} {call}"


def _found(asked: Mapping[str, Iterable[str]], index: Mapping[tuple[str, str], set[int]]) -> tuple[str, list[int]]:
    """All that it could belong to by the first kind of key that says anything."""
    for kind, keys in asked.items():
        places = {place for key in keys if key for place in index.get((kind, key), ())}
        if places:
            return kind, sorted(places)
    return "", []


class _Found:
    """Collects what was found, and decides: of two submissions of a person none counts, until somebody says which."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.claims: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.lost: dict[str, str] = {}
        self.doubtful: dict[int, list[str]] = defaultdict(list)

    def note(self, submission: str, kind: str, places: Sequence[int]) -> None:
        if not places:
            self.lost[submission] = NOBODY + _meant(submission, self.people)
        elif len(places) > 1 and kind != "group":
            called = " and ".join(self.people[p].called for p in places[:5])
            self.lost[submission] = f"The {kind} could be that of {called}."
            for place in places:
                self.doubtful[place].append(repr(submission))
        else:
            for place in places:
                self.claims[place].append((submission, kind))

    def decided(self) -> Matching:
        whose: dict[int, tuple[str, str]] = {}
        without: dict[int, str] = {}
        for place, person in enumerate(self.people):
            claimed = self.claims.get(place, [])
            chosen = [claim for claim in claimed if person.submission and claim[0] == person.submission]
            if len(claimed) == 1 or len(chosen) == 1:
                whose[place] = (chosen or claimed)[0]
            elif claimed:
                both = " and ".join(repr(submission) for submission, _ in claimed)
                without[place] = f"There are {len(claimed)} submissions: {both}; keep one."
            else:
                doubtful = " or ".join(self.doubtful[place])
                without[place] = f"It is not clear whether {doubtful} is theirs." if doubtful else NO_SUBMISSION
        self._share(whose, without)
        counted = {submission for submission, _ in whose.values()}
        for place, claimed in self.claims.items():
            for submission in (name for name, _ in claimed if name not in counted):
                person = self.people[place]
                said = f", and the roster says that {whose[place][0]!r} counts" if place in whose else " than this"
                self.lost[submission] = f"{person.called} handed in more{said}."
        lost = {name: why for name, why in self.lost.items() if name not in counted}
        first = {name: Match(self.people[place], by) for place, (name, by) in reversed(whose.items())}
        return Matching(first, lost, without, whose)

    def _share(self, whose: dict[int, tuple[str, str]], without: dict[int, str]) -> None:
        """A group's one submission is that of all its members who have none of their own."""
        groups: dict[str, list[int]] = defaultdict(list)
        for place, person in enumerate(self.people):
            if person.group:
                groups[person.group.casefold()].append(place)
        for members in groups.values():
            handed_in = sorted({whose[place][0] for place in members if place in whose})
            for place in (place for place in members if without.get(place) == NO_SUBMISSION):
                if len(handed_in) == 1:
                    whose[place] = (handed_in[0], "group")
                    del without[place]
                elif handed_in:
                    both = " and ".join(map(repr, handed_in[:5]))
                    without[place] = f"The group handed in {both}; keep one, or say which in a column submission."


def _meant(submission: str, people: Sequence[Person]) -> str:
    """Whom a name may mean that is written in another way, as a question."""
    called = {name: person.called for person in people for name in person.keys["name"]}
    called |= {person.id.casefold(): person.called for person in people if person.id}
    close = get_close_matches(" ".join(_words(submission)), list(called), n=1, cutoff=0.8)
    return f" Did you mean {called[close[0]]}?" if close else ""


def submissions_of(who: str, people: Sequence[Person], matching: Matching) -> list[str]:
    """What was handed in by whom this id, address or name of the roster means; of several people, several."""
    keys = {who.strip().casefold()}
    own = {
        submission
        for place, (submission, _) in matching.whose.items()
        if not keys.isdisjoint({*people[place].keys["id"], *people[place].keys["e-mail"]})
        or is_called(people[place], who)
    }
    return sorted(own)


def is_called(person: Person, name: str) -> bool:
    """Whether this is the person's name, in whatever order and way of writing."""
    return " ".join(_words(name)) in person.keys["name"]


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

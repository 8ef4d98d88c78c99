"""What the gradebook knows of each submission, for the pages that students get back."""

from __future__ import annotations

from collections.abc import Iterator

from grader.course.pages.standing import Standing
from grader.course.platforms.gradebooks.points import points
from grader.course.platforms.gradebooks.records import Entry, Ledger
from grader.course.platforms.gradebooks.systems.plain import state


def standings(ledger: Ledger) -> dict[str, Standing]:
    """By the submission's name; a group's has the names of all its people."""
    looks = {name: (why,) for kind, name, why in ledger.unmatched if kind == "look"}
    found: dict[str, Standing] = {}
    for name, entries in _by_submission(ledger):
        entry = entries[0]
        decided = entry.decided
        found[name] = Standing(
            name=" and ".join(one.person.name or one.person.called for one in entries if one.person),
            score=points(entry.score),
            mark=points(entry.mark),
            maximum=points(ledger.maximum),
            late_days=entry.lateness.days,
            deduction=points(entry.lateness.deduction),
            adjustments=tuple(dict.fromkeys(one.told for each in entries for one in each.adjustments)),
            dropped=tuple(sorted(decided.dropped)) if decided else (),
            excused=tuple(sorted(decided.excused)) if decided else (),
            state=state(entry),
            look=looks.get(name, ()),
        )
    return found


def _by_submission(ledger: Ledger) -> Iterator[tuple[str, list[Entry]]]:
    names = dict.fromkeys(entry.marks.submission for entry in ledger.entries if entry.marks)
    for name in names:
        yield name, [entry for entry in ledger.entries if entry.marks and entry.marks.submission == name]

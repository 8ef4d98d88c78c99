"""What became of the marks of a class between two gradings: student by student, check by check, with the reason."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from grader.core.marks import in_points
from grader.core.records import Status
from grader.core.text import escaped, printable
from grader.course.grading.report import NOTHING, CheckReport, Report

LEAST = 1e-4  # a report rounds to as much
ROWS = 60  # of the table in a terminal
REASONS, NAMES = 6, 3  # that it tells of one student; checks that it names of one reason
OTHER_WORTH = re.compile(r"it is worth [0-9.e-]+ points, was [0-9.e-]+")
HEADINGS = (
    "student",
    "score_before",
    "score_after",
    "check",
    "title",
    "points_before",
    "points_after",
    "status_before",
    "status_after",
    "why",
)


@dataclass(frozen=True)
class CheckChange:
    """A check whose points or status are others than before; None where it was or is not there."""

    id: str
    title: str
    points: tuple[float | None, float | None]
    status: tuple[Status | None, Status | None]
    why: str


@dataclass(frozen=True)
class StudentChange:
    """A student whose score or checks changed; None for a score where there was or is no report."""

    student: str
    score: tuple[float | None, float | None]
    checks: tuple[CheckChange, ...]
    why: str = ""

    @property
    def difference(self) -> float:
        before, after = self.score
        return (after or 0.0) - (before or 0.0)


def changes(before: Mapping[str, Report], after: Mapping[str, Report]) -> list[StudentChange]:
    """Whose report, by student, changed: those who lost most first, then those who gained most, then the others."""
    found = []
    renamed = _renamed(before, after)
    called_before = {new: old for old, new in renamed.items()}
    for student in sorted(before.keys() | after.keys()):
        old, new = before.get(student), after.get(student)
        if old is None or new is None:
            why = "was not graded before" if old is None else "there is no submission any more"
            why = f"it is called {renamed[student]!r} now" if student in renamed else why
            why = f"it was called {called_before[student]!r} before" if student in called_before else why
            found.append(StudentChange(student, (_score(old), _score(new)), (), why))
            continue
        checks = tuple(_check_changes(old, new))
        if checks or abs(old.score - new.score) >= LEAST:
            found.append(StudentChange(student, (old.score, new.score), checks))
    return sorted(found, key=lambda c: (c.difference >= 0, -abs(c.difference), c.student))


def _renamed(before: Mapping[str, Report], after: Mapping[str, Report]) -> dict[str, str]:
    """By the name of before, what a submission is called now, where one alone was and one alone is the same."""
    gone, new = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for names, own, others in ((gone, before, after), (new, after, before)):
        for student in own.keys() - others.keys():
            names[own[student].submission].append(student)
    return {
        gone[same][0]: new[same][0]
        for same in gone.keys() & new.keys() - {NOTHING}
        if len(gone[same]) == len(new[same]) == 1
    }


def _score(report: Report | None) -> float | None:
    return None if report is None else report.score


def _check_changes(old: Report, new: Report) -> Iterator[CheckChange]:
    before, after = _checks(old), _checks(new)
    for check_id in sorted(before.keys() | after.keys()):
        was, now = before.get(check_id), after.get(check_id)
        points = (was.points if was else None, now.points if now else None)
        status = (was.status if was else None, now.status if now else None)
        if status[0] is not status[1] or abs((points[0] or 0) - (points[1] or 0)) >= LEAST:
            title = (now or before[check_id]).title
            yield CheckChange(check_id, title, points, status, _why(was, now, old, new))


def _checks(report: Report) -> dict[str, CheckReport]:
    return {check.id: check for _, _, check in report.checks}


def _why(was: CheckReport | None, now: CheckReport | None, old: Report, new: Report) -> str:
    """The reason as far as two reports tell it."""
    if was is None:
        return "the check is new"
    if now is None:
        return "the check is gone"
    reasons = []
    if was.max_points != now.max_points:
        reasons.append(f"it is worth {in_points(now.max_points)}, was {was.max_points:g}")
    if was.status != now.status or was.carried_forward != now.carried_forward:
        reasons.append(_why_another_verdict(was, now, old, new))
    return "; ".join(reasons) or "its points are counted in another way"


def _why_another_verdict(was: CheckReport, now: CheckReport, old: Report, new: Report) -> str:
    if old.submission != new.submission:
        return "the submission changed"
    if old.seed != new.seed:
        return f"the randomised checks were drawn anew (seed {new.seed}, was {old.seed})"
    if Status.TIMED_OUT in (was.status, now.status):
        return "the time that it takes: the limit, the check or the machine is another"
    if was.carried_forward != now.carried_forward:
        counts = "counts" if now.carried_forward else "does not count"
        return f"it {counts} among the worked answers now"
    return "the check or its answer changed: the submission is the same"


def rows(found: Sequence[StudentChange]) -> Iterator[tuple[str, ...]]:
    """The rows of changes.csv, one per check, or one for a student of whose checks none changed."""
    yield HEADINGS
    for change in found:
        first = (change.student, *map(_number, change.score))
        for check in change.checks:
            yield (
                *first,
                check.id,
                check.title,
                *map(_number, check.points),
                *(status.key if status else "" for status in check.status),
                check.why,
            )
        if not change.checks:
            yield (*first, "", "", "", "", "", "", change.why)


def as_markdown(found: Sequence[StudentChange]) -> str:
    """The whole of changes.md."""
    lines = ["# Changed marks", "", summary(found), ""]
    counts = check_counts(found)
    if counts:
        lines += ["| check | lower for | higher for |", "|---|---:|---:|"]
        lines += [f"| `{check}` | {lower} | {higher} |" for check, (lower, higher) in counts.items()]
    for change in found:
        score = " → ".join(number or "none" for number in map(_number, change.score))
        lines += ["", f"## {escaped(change.student)}: {score}", ""]
        lines += [f"{change.why.capitalize()}."] if change.why else []
        if change.checks:
            lines += ["| check | title | points | status | why |", "|---|---|---|---|---|"]
        for check in change.checks:
            cells = (escaped(check.title), _arrow(*map(_number, check.points)), _words(check), escaped(check.why))
            lines.append(f"| `{check.id}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def check_counts(found: Sequence[StudentChange]) -> dict[str, tuple[int, int]]:
    """By check, for how many students it gives fewer points and for how many more; the most frequent first."""
    lower, higher = Counter[str](), Counter[str]()
    for change in found:
        for check in change.checks:
            difference = _difference(check)
            lower[check.id] += difference < 0
            higher[check.id] += difference > 0
    return {check: (lower[check], higher[check]) for check, _ in (lower + higher).most_common()}


def as_table(found: Sequence[StudentChange]) -> Table:
    """Whose mark changed, for a terminal, with a line for each reason; nothing in it steers the terminal."""
    table = Table()
    for heading in ("student", "score", "checks", "points", "status", "why"):
        table.add_column(heading, overflow="fold")
    for change in filter(_is_another_mark, found):
        if table.row_count >= ROWS:
            break
        first = _shown(change.student), _arrow(*(number or "none" for number in map(_number, change.score)))
        if not change.checks:
            table.add_row(*first, "", "", "", change.why)
        for checks in list(_by_reason(change.checks))[:REASONS]:
            points = sum(_difference(check) for check in checks)
            reason = OTHER_WORTH.sub("it is worth more or less", checks[0].why)
            table.add_row(*first, _named(checks), f"{round(points, 4):+g}", _words(checks[0]), reason)
            first = "", ""
    return table


def _is_another_mark(change: StudentChange) -> bool:
    return None in change.score or abs(change.difference) >= LEAST


def _by_reason(checks: Sequence[CheckChange]) -> Iterator[list[CheckChange]]:
    """Those that became the same for the same reason, the reasons that change most points first."""
    groups: dict[tuple[object, ...], list[CheckChange]] = {}
    for check in checks:
        reason = check.status, OTHER_WORTH.sub("", check.why)
        groups.setdefault(reason, []).append(check)
    yield from sorted(groups.values(), key=lambda group: -abs(sum(_difference(check) for check in group)))


def _named(checks: Sequence[CheckChange]) -> str:
    """One check with its title, or the names of the first few."""
    if len(checks) == 1:
        return f"{checks[0].id}\n{_shown(checks[0].title)}"
    more = f" and {len(checks) - NAMES} more" if len(checks) > NAMES else ""
    return ", ".join(check.id for check in checks[:NAMES]) + more


def _difference(check: CheckChange) -> float:
    return (check.points[1] or 0.0) - (check.points[0] or 0.0)


def summary(found: Sequence[StudentChange]) -> str:
    """One sentence: how many marks changed, and which way."""
    if not found:
        return "No mark changed."
    both = [change for change in found if None not in change.score]
    lower = sum(change.difference <= -LEAST for change in both)
    higher = sum(change.difference >= LEAST for change in both)
    gone, new = (sum(change.score[place] is None for change in found) for place in (1, 0))
    more = f"; gone: {gone}; new: {new}" if gone or new else ""
    same = len(both) - lower - higher
    return f"Marks that are lower: {lower}; higher: {higher}; the same by other checks: {same}{more}."


def _shown(text: str) -> str:
    """A stranger's text on one line of a table."""
    return escape(printable(text).replace("\n", " "))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}".strip()


def _words(check: CheckChange) -> str:
    return _arrow(*(status.word if status else "" for status in check.status))

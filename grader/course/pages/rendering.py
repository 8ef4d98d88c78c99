"""Reports as HTML: each page is one file that loads nothing and runs no script but its own.

All text is escaped by Jinja, after characters that could reorder or hide it are made visible. The policy of the page
(Content-Security-Policy) names the style sheet and the script by their hashes, so that nothing else could run even if
something slipped through.
"""

from __future__ import annotations

import hashlib
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.core.records import Status
from grader.course.grading.report import CheckReport, Report
from grader.course.pages.figures import class_figures
from grader.course.pages.standing import CourseOfPages, Standing
from minigrad_reference.drawing.palette import STYLE

TEMPLATES = Path(__file__).with_name("templates")
LONGEST_NAME = 120
JOINERS = "\u200c\u200d"  # Persian and Indic names need them
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def student_page(
    report: Report, pictures: Mapping[int, str] | None = None, standing: Standing | None = None, course: str = ""
) -> str:
    """The page of one student.

    `pictures` are explain pictures by exercise number, SVG text each. They are shown where a public check of the
    exercise does not pass, as images, which run no script and load nothing. Whoever makes them of a student's code
    makes them behind the fence.
    """
    shown = {number: svg for number, svg in (pictures or {}).items() if number in report.failing_in_public}
    counted = [check.passed for _, _, check in report.checks]
    return page(
        "student.html",
        report=report,
        standing=standing or Standing(),
        course=course,
        pictures={number: image(svg) for number, svg in shown.items()},
        passed=sum(counted),
        checks=len(counted),
        first=next((e for e in report.exercises if e.score < e.max_score), None),
    )


def class_page(
    reports: Mapping[str, Report],
    standings: Mapping[str, Standing] | None = None,
    course: CourseOfPages | None = None,
) -> str:
    """The page of a class: one or more reports by the name of their student's page without its suffix.

    With `standings` by the student's name it says whose mark waits for a decision, and has a form for decisions.
    """
    standings = standings or {}
    read = [report for report in reports.values() if not report.unread]
    figures = class_figures(read or list(reports.values()))
    by_score = sorted(reports.items(), key=lambda item: (-item[1].score, item[1].student))
    rates = [(check, check.pass_rate) for check in figures.checks]
    return page(
        "class.html",
        ("adjust.js",) if standings else (),
        figures=figures,
        course=course or CourseOfPages(),
        standings={report.student: standings.get(report.student, Standing()) for report in reports.values()},
        deciding=bool(standings),
        called=_called(
            {r.student: standings[r.student].name if r.student in standings else "" for r in reports.values()}
        ),
        unread=len(reports) - len(read) if read else 0,
        rows=[(f"./{quote(stem, errors='replace')}.html", report) for stem, report in by_score],
        all_fail=[check for check, rate in rates if rate == 0],
        none_fails=[check for check, rate in rates if rate == 1],
        untried=[check for check, rate in rates if rate is None],
        between=sorted(
            (check for check, rate in rates if rate is not None and 0 < rate < 1), key=lambda c: c.pass_rate or 0
        ),
        slowest=sorted(((r.seconds, r.student) for r in reports.values() if r.seconds is not None), reverse=True)[:1],
        slow=sorted((c for c in figures.checks if c.timed_out), key=lambda c: -c.timed_out),
    )


def _called(names: Mapping[str, str]) -> dict[str, str]:
    """What a submission is called on the page of a class: by its person, and by its name too where two have one."""
    often = Counter(names.values())
    return {
        submission: (name if often[name] == 1 else f"{name} ({submission})") if name else submission
        for submission, name in names.items()
    }


def image(svg: str) -> str:
    """An SVG as the address of an image: a browser runs no script in it and follows no link out of it."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode("utf-8", errors="replace")).decode("ascii")


def plain(value: Any) -> Any:
    """Text with each control character, override of direction and stray surrogate as U+FFFD; all else as it is."""
    if isinstance(value, Markup) or not isinstance(value, str) or value.replace("\n", "").isprintable():
        return value
    return "".join(c if _is_harmless(c) else "\ufffd" for c in value)


def _is_harmless(character: str) -> bool:
    if character in "\n\t" or character in JOINERS:
        return True
    return character not in BIDI and not unicodedata.category(character).startswith("C")


def page(template: str, scripts: Sequence[str] = (), **content: Any) -> str:
    """A page of a template's, whose policy lets nothing run but page.js and its own `scripts`."""
    style, *own_scripts = (_own(name) for name in ("page.css", "page.js", *scripts))
    style, script = STYLE + style, "\n".join(own_scripts)
    policy = (
        f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    own = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - our own files
    text: str = _environment().get_template(template).render(policy=policy, **own, **content)
    return text


def percent(share: float) -> str:
    """Whole percents; what is not everything is never told as 100 %."""
    whole = round(100 * share)
    return f"{whole - 1 if whole == 100 and share < 1 else whole}\u202f%"


def _own(name: str) -> str:
    return TEMPLATES.joinpath(name).read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": lambda number: f"{round(number, 2):g}",
        "percent": percent,
        "short": lambda text: text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…",
        "counted": lambda number, noun: f"{number} {noun}" if number == 1 else f"{number} {noun}s",
        "in_groups": _in_groups,
        "by_number": lambda exercises: {exercise.number: exercise for exercise in exercises},
    }
    return environment


def _in_groups(checks: Sequence[CheckReport]) -> dict[str, list[CheckReport]]:
    """A task's checks as they are shown: what is told in full, then what is folded away."""
    groups: dict[str, list[CheckReport]] = {"told": [], "hidden": [], "untried": [], "passed": []}
    for check in checks:
        groups[_group(check)].append(check)
    return groups


def _group(check: CheckReport) -> str:
    if check.passed:
        return "passed"
    if check.status is Status.NOT_ATTEMPTED:
        return "untried"
    return "hidden" if check.hidden else "told"

"""Gradescope: from a report to results.json, and the run inside of its container.

The format is that of Gradescope's autograder documents: "Autograder Specifications" for results.json, "Submission
Metadata" for dates and users. `gradescope_zip.py` makes what is uploaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.marks import in_points
from grader.core.text import printable, told
from grader.course.fence.sandbox import sandbox
from grader.course.grading.config import Late, Settings
from grader.course.grading.grading import Course, grade
from grader.course.grading.lateness import lateness
from grader.course.grading.marking import make_report
from grader.course.grading.report import CheckReport, Report
from grader.course.intake.reading import read_or_say_why
from grader.course.intake.submission import Submission

ROOT = "/autograder"
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
OPTIONS, COURSES = "options.json", "courses.pickle"  # in the zip, beside run_autograder


def results(
    report: Report, metadata: Mapping[str, Any], options: Mapping[str, Any], seconds: float
) -> dict[str, object]:
    """The whole of results.json: a test per check, and what concerns all of them above.

    `options` has the `hidden` checks' visibility, whether there is a `leaderboard`, and what `late` work costs.
    """
    taken_off = deduction(report, metadata, options.get("late", {}))
    hidden = _visibility(options["hidden"], metadata)
    seen = [check for _, _, check in report.checks if not check.hidden or hidden == "visible"]
    found: dict[str, object] = {
        "score": float(Decimal(str(report.score)) - taken_off),
        "execution_time": round(seconds, 1),
        "output": "\n\n".join(_remarks(report, metadata, taken_off, seen)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "seed": report.seed,
            "sandbox": report.sandbox,
            "submission": report.submission,
            "seconds_late": late(metadata).total_seconds(),
            "late_deduction": float(taken_off),
        },
        "tests": list(_tests(report, hidden)),
    }
    if options["leaderboard"]:
        found["leaderboard"] = [{"name": "Public checks", "value": _points(seen), "order": "desc"}]
    return found


def _tests(report: Report, hidden: str) -> Iterator[dict[str, object]]:
    places = Counter[int]()
    for exercise, task, check in report.checks:
        places[exercise.number] += 1
        yield {
            "score": check.points,
            "max_score": check.max_points,
            "status": "passed" if check.passed else "failed",
            "name": f"{task.name}: {check.title}",
            "number": f"{exercise.number}.{places[exercise.number]}",
            "output": "\n\n".join(_paragraphs(check)),
            "tags": [f"exercise {exercise.number}", task.name],
            "visibility": hidden if check.hidden else "visible",
        }


def _paragraphs(check: CheckReport) -> Iterator[str]:
    """What a student reads of a check that did not pass, and of one that only passed on the worked answers."""
    if not check.passed:
        yield check.status.word.capitalize() + "."
    if check.carried_forward:
        yield "Passed on the worked answers of the earlier exercises."
    if check.message:
        yield check.message
    if check.diagnosis:
        yield from told(check.diagnosis)


def _points(checks: Iterable[CheckReport]) -> float:
    return round(sum(check.points for check in checks), 2)


def _remarks(
    report: Report, metadata: Mapping[str, Any], taken_off: Decimal, seen: Sequence[CheckReport]
) -> Iterator[str]:
    """What stands above the checks and is always visible: no total, and nothing to reckon it from, while one is not."""
    whole = len(seen) == sum(1 for _ in report.checks)
    if whole:
        yield f"{report.score:g} of {in_points(report.max_score)}."
    else:
        most = round(sum(check.max_points for check in seen), 2)
        yield f"{_points(seen):g} of {in_points(most)} by the checks shown here; the others count as well."
    delay = late(metadata)
    if delay:
        minutes = int(delay.total_seconds() // 60)
        last = _moment(_dates(metadata).get("late_due_date"))
        given = _moment(metadata.get("created_at"))
        beyond = ", and after the late due date" if last and given and given > last else ""
        yield f"Handed in {minutes // 60} h {minutes % 60:02} min after the due date{beyond}."
    if taken_off:
        yield f"That takes off {in_points(f'{taken_off.normalize():f}')}." if whole else "That takes off points."
    yield from map(printable, report.notes)
    for exercise in report.exercises:
        if exercise.carried_forward:
            yield f"Exercise {exercise.number}: {exercise.carried_forward}"


def _visibility(hidden: str, metadata: Mapping[str, Any]) -> str:
    """Without a due date nothing would ever be after it: the results then wait until they are published."""
    dates = _dates(metadata)
    due = dates.get("late_due_date") or dates.get("due_date")
    return "after_published" if hidden == "after_due_date" and not due else hidden


def late(metadata: Mapping[str, Any]) -> timedelta:
    """How long after the due date the submission came; nothing if in time, or if there is no due date."""
    given, due = _moment(metadata.get("created_at")), _moment(_dates(metadata).get("due_date"))
    return max(given - due, timedelta()) if given and due else timedelta()


def deduction(report: Report, metadata: Mapping[str, Any], rules: Mapping[str, Any]) -> Decimal:
    """The points that a late submission loses by the rules of course.toml, from Gradescope's own due date."""
    given, due = _moment(metadata.get("created_at")), _moment(_dates(metadata).get("due_date"))
    if not given or not due:
        return Decimal(0)
    scores = {exercise.number: Decimal(str(exercise.score)) for exercise in report.exercises}
    late = Late(Decimal(rules["percent_per_day"]), int(rules["grace_days"]), Decimal(rules["cap"])) if rules else Late()
    settings = Settings(exercises=tuple(scores), deadlines=dict.fromkeys(scores, due), late=late)
    return lateness(scores, given, settings).deduction


def _dates(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The assignment's dates, or those of a student who has an extension."""
    own: Any = next((user.get("assignment") for user in metadata.get("users") or ()), None)
    return {**(metadata.get("assignment") or {}), **(own or {})}


def _moment(text: Any) -> datetime | None:
    """Dates have an offset, such as 2027-01-29T23:59:00.000000-08:00; what is not a date counts as none."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def chosen(courses: Sequence[Course], metadata: Mapping[str, Any]) -> Course:
    """One of the courses, which differ in their seeds: always the same for the same students."""
    users = sorted(str(user.get("id")) for user in metadata.get("users") or ())
    return courses[int(hashlib.sha256(json.dumps(users).encode()).hexdigest(), 16) % len(courses)]


def run(root: Path) -> None:
    """Grade what lies in root/submission into root/results/results.json, which is written last and whole.

    Raises KataError where the fence is not hardened: then there is no result, and Gradescope tells the course.
    """
    started = time.monotonic()
    source = root / "source"
    options = json.loads((source / OPTIONS).read_text(encoding="utf-8"))
    fence = sandbox()
    if not fence.hardened and not options["weak_sandbox"]:
        raise KataError(f"The sandbox is not hardened ({fence.missing}). WEAK_SANDBOX=1 make gradescope grades anyway.")
    metadata = _metadata(root / "submission_metadata.json")
    with (source / COURSES).open("rb") as file:
        courses: list[Course] = pickle.load(file)  # noqa: S301 - our own, readable and writable by root alone
    course = chosen(courses, metadata)
    graded = grade(_submission(root / "submission", metadata, course), course, fence)
    report = make_report(graded, course, fence.level)
    text = json.dumps(results(report, metadata, options, time.monotonic() - started), indent=1)
    write_text(root / "results" / "results.json", text + "\n")


def _metadata(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _submission(folder: Path, metadata: Mapping[str, Any], course: Course) -> Submission:
    student = printable(", ".join(str(user.get("name", "?")) for user in metadata.get("users") or ())) or "student"
    return read_or_say_why(folder, student, course.exercises)


def main() -> None:
    try:
        run(Path(os.environ.get("AUTOGRADER_ROOT", ROOT)))
    except (KataError, OSError) as error:
        sys.exit(f"There is no result: {error}")


if __name__ == "__main__":
    main()

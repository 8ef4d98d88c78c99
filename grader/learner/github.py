"""`make github`: every public check, told to GitHub: annotations at the lines that fail, a summary, a result file.

Annotations are workflow commands (`::error file=…,line=…::…`), the summary is Markdown in the file that
GITHUB_STEP_SUMMARY names; see "Workflow commands for GitHub Actions" in GitHub's documents. The result file is of
Classroom 50, `classroom50/result/v1` (foundation50/classroom50), whose runner names the submission in the environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import click

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.marks import Marked, marked, rounded, total
from grader.core.records import Diagnosis, Exercise, Status, Verdict
from grader.core.source import functions
from grader.core.text import explain, harmless, told
from grader.learner.exercises import beliefs, is_wrong, run

SCHEMA = "classroom50/result/v1"
ANNOTATIONS = 10  # of one kind that GitHub shows for a step
SUMMARY = 900_000  # characters; GitHub drops a summary of more than a megabyte


@dataclass(frozen=True)
class Outcome:
    """One exercise: its checks' verdicts, and the beliefs behind them."""

    exercise: Exercise
    verdicts: tuple[Verdict, ...]
    diagnoses: tuple[Diagnosis, ...]

    @property
    def worth(self) -> float:
        return total(task.points for task in self.exercise.tasks)

    @property
    def tasks(self) -> list[Marked]:
        return [marked(task, self.verdicts) for task in self.exercise.tasks]

    @property
    def points(self) -> float:
        return total(task.points for task in self.tasks)

    @property
    def wrong(self) -> list[Verdict]:
        """The first verdict of each task that is wrong; a stub is not."""
        firsts = {v.check.task: v for v in reversed(self.verdicts) if v.status.is_wrong}
        return [firsts[task.name] for task in self.exercise.tasks if task.name in firsts]


def outcomes() -> list[Outcome]:
    """Run every public check. An exercise whose file is missing has nothing but checks that were not attempted."""
    return [_outcome(exercise) for exercise in read_catalogue().values()]


def _outcome(exercise: Exercise) -> Outcome:
    if not exercise.file.exists():
        return Outcome(exercise, (), ())
    verdicts = run(exercise)
    return Outcome(exercise, tuple(verdicts), beliefs(verdicts) if is_wrong(verdicts) else ())


def workflow_commands(found: Sequence[Outcome]) -> Iterator[str]:
    """A workflow command for the first wrong check of each task, at the line that fails."""
    wrong = [(outcome, verdict) for outcome in found for verdict in outcome.wrong]
    for outcome, verdict in wrong[:ANNOTATIONS]:
        believed = [f"{d.misconception.title}." for d in outcome.diagnoses if verdict.check.id in d.checks]
        text = "\n\n".join([verdict.check.title, *believed, click.unstyle(explain(verdict, outcome.exercise))])
        title = f"Exercise {outcome.exercise.number}, {verdict.check.task}: {verdict.status.word}"
        path, line = outcome.exercise.file.as_posix(), line_of(verdict, outcome.exercise)
        yield f"::error file={_property(path)},line={line},title={_property(title)}::{_data(text)}"


def line_of(verdict: Verdict, exercise: Exercise) -> int:
    """Where a check fails: in the learner's file where it crashed, else where the task's function begins."""
    path = exercise.file
    own = [frame.line for frame in (verdict.fault.frames if verdict.fault else ()) if frame.file == path.name]
    if own:
        return own[-1]
    try:
        return functions(path.read_text(encoding="utf-8-sig"))[verdict.check.task].first
    except (OSError, SyntaxError, ValueError, KeyError):
        return 1


def _data(text: str) -> str:
    """Text in which nothing ends the command or begins another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(found: Sequence[Outcome]) -> str:
    """The table of exercises, then what is wrong, as GitHub's Markdown."""
    lines = [f"## {_counted(found)}", "", "| | exercise | checks | points |", "|---:|---|---:|---:|"]
    for outcome in found:
        passed = sum(v.status is Status.PASSED for v in outcome.verdicts)
        title = outcome.exercise.title + (" (the file is missing)" if not outcome.verdicts else "")
        cells = [outcome.exercise.number, title, f"{passed}/{len(outcome.verdicts)}"]
        lines.append(f"| {' | '.join(map(str, cells))} | {outcome.points:.4g} of {outcome.worth} |")
    for outcome in found:
        for verdict in outcome.wrong:
            lines += ["", f"### {outcome.exercise.number}. {verdict.check.task}: {verdict.status.word}", ""]
            lines += [verdict.check.title, "", _fenced(click.unstyle(explain(verdict, outcome.exercise)))]
        for diagnosis in outcome.diagnoses:
            heading, *paragraphs = map(_escaped, told(diagnosis.misconception))
            lines += ["", f"**{heading}**", *(line for text in paragraphs for line in ("", text))]
    text = "\n".join(lines) + "\n"
    return text if len(text) <= SUMMARY else text[:SUMMARY] + "\n````````\n\nThe rest is cut.\n"


def _counted(found: Sequence[Outcome]) -> str:
    verdicts = [verdict for outcome in found for verdict in outcome.verdicts]
    passed = sum(verdict.status is Status.PASSED for verdict in verdicts)
    return f"{passed} of {len(verdicts)} public checks pass"


def _fenced(text: str) -> str:
    """Text that stays text: the fence is longer than any in it."""
    kept = harmless(text)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", kept)), default=0))
    return f"{fence}text\n{kept}\n{fence}"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text)


def result(found: Sequence[Outcome], environment: Mapping[str, str]) -> dict[str, object]:
    """A Classroom 50 result: one test per check, its score the check's part of the marks.

    Raises KataError where the environment names no classroom.
    """
    missing = [name for name in ("CLASSROOM", "ASSIGNMENT") if not environment.get(name)]
    if missing:
        raise KataError(
            f"A Classroom 50 result needs {' and '.join(missing)} in the environment; its runner sets them."
        )
    repository = (
        f"{environment.get('GITHUB_SERVER_URL', 'https://github.com')}/{environment.get('GITHUB_REPOSITORY', '')}"
    )
    commit = environment.get("COMMIT_URL") or f"{repository}/commit/{environment.get('GITHUB_SHA', '')}"
    submission = environment.get("SUBMISSION_TAG") or environment.get("GITHUB_REF_NAME", "")
    tests = [test for outcome in found for test in _tests(outcome)]
    return {
        "schema": SCHEMA,
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment.get("OWNER") or environment.get("GITHUB_ACTOR", ""),
        "submission": submission,
        "commit": commit,
        "release": environment.get("RELEASE_URL") or f"{repository}/releases/tag/{submission}",
        "review": environment.get("REVIEW_URL") or commit,
        "datetime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": total(outcome.points for outcome in found),
        "max-score": sum(outcome.worth for outcome in found),
        "tests": tests,
    }


def _tests(outcome: Outcome) -> Iterator[dict[str, object]]:
    for task in outcome.tasks:
        for verdict, earned, worth in zip(task.verdicts, task.earned, task.worths, strict=True):
            name, passed = f"{verdict.check.id}: {verdict.check.title}", verdict.status is Status.PASSED
            yield {"test-name": name, "passed": passed, "score": rounded(earned), "max-score": rounded(worth)}
        if not task.verdicts:
            name = f"{outcome.exercise.file.name}: {task.task.name}"
            yield {"test-name": name, "passed": False, "score": 0, "max-score": task.task.points}

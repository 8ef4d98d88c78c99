"""The report as texts: for a terminal and as Markdown."""

from __future__ import annotations

from textwrap import fill

from grader.core.marks import in_points
from grader.core.text import escaped, harmless, told
from grader.course.grading.report import ExerciseReport, Report

MARGIN = " " * 21  # where the titles of checks begin


def as_text(report: Report) -> str:
    """The report for a terminal."""
    lines = [f"{report.student}: {report.score:g} of {in_points(report.max_score)}", ""]
    lines += [f"Note: {note}" for note in report.notes]
    for exercise in report.exercises:
        lines.append(f"{exercise.number:>2}  {exercise.title:<20} {exercise.score:>6g} / {exercise.max_score:g}")
        lines += [f"      {exercise.carried_forward}"] if exercise.carried_forward else []
        lines += [f"      {check.status.word:>13}  {check.title}" for check in exercise.checks if not check.passed]
        lines += [fill(text, 100, initial_indent=MARGIN, subsequent_indent=MARGIN) for text in _beliefs(exercise)]
    return harmless("\n".join(lines)) + "\n"


def as_markdown(report: Report) -> str:
    """The report as Markdown: a table of exercises, then what did not pass."""
    lines = [f"# {escaped(report.student)}: {report.score:g} of {in_points(report.max_score)}", ""]
    lines += [f"- {escaped(note)}" for note in report.notes]
    lines += ["", "| exercise | points | of |", "|---|---:|---:|"]
    lines += [f"| {e.number}. {e.title} | {e.score:g} | {e.max_score:g} |" for e in report.exercises]
    for exercise in report.exercises:
        failed = [check for check in exercise.checks if not check.passed]
        if failed or exercise.carried_forward:
            lines += ["", f"## {exercise.number}. {exercise.title}", "", exercise.carried_forward]
            lines += [f"- {check.status.word}: {escaped(check.title)}" for check in failed]
            lines += [f"\n{escaped(text)}" for text in _beliefs(exercise)]
    return harmless("\n".join(lines)) + "\n"


def _beliefs(exercise: ExerciseReport) -> list[str]:
    """What was perhaps believed in an exercise, as paragraphs."""
    return [paragraph for found in exercise.misconceptions for paragraph in told(found)]

"""The course's commands, added to the learner's where this folder is part of the copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from grader.learner.commands import FORCE, option


def add_to(group: click.Group) -> None:
    """Add every command of this module."""
    for command in (bank, exercises, fingerprints, grade, grade_class, key, mutation_score, sandbox, verify):
        group.add_command(command)


@click.command()
@FORCE
def exercises(force: bool) -> None:
    """Cut exercises/ out of solutions/ again."""
    from grader.course.cut import CutError, write_exercises

    try:
        sentences = write_exercises(force=force)
    except CutError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(sentences) or "exercises/ is up to date.")


@click.command()
@option("--oracles", envvar="ORACLES", metavar="NAMES", help="reference,pytorch; by default those installed.")
def key(oracles: str | None) -> None:
    """Ask the oracles and write the answer key of the public checks, and the sketches for explain."""
    from grader.course.answer_key import OracleError, available_oracles, write_key
    from grader.course.ladder import ladder_text
    from grader.learner.paths import LADDER, PUBLIC
    from grader.learner.state import write_text

    chosen = tuple(dict.fromkeys(map(str.strip, oracles.split(",")))) if oracles else available_oracles()
    try:
        count = write_key(PUBLIC, chosen)
    except OracleError as error:
        raise click.ClickException(str(error)) from None
    agreed = " and ".join(chosen) + " agree" if len(chosen) > 1 else f"{chosen[0]} alone was asked"
    click.echo(f"{PUBLIC}/key.json answers {count} probes; {agreed}.")
    write_text(PUBLIC / LADDER, ladder_text())
    click.echo(f"{PUBLIC / LADDER} holds the sketches for explain.")


@click.command()
def fingerprints() -> None:
    """Ask the chaffs how each known misconception shows, for the diagnosis; takes a minute."""
    from grader.course.chaffs import fingerprint_texts
    from grader.learner.state import write_text

    with _progress("asking the chaffs"):
        texts = fingerprint_texts()
    for path, text in texts.items():
        write_text(path, text)
    click.echo(f"{' and '.join(map(str, texts))} hold how each known misconception shows.")


@click.command()
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Only this one.")
def bank(exercise: int | None) -> int:
    """Show for each known misconception how many checks its chaff fails and what the diagnosis calls it."""
    from grader.course.mutation_score import chaff_rows

    failed = False
    for row in chaff_rows(None if exercise is None else [exercise]):
        failed |= not row.hidden or not row.right
        names = ", ".join(d.misconception.id for d in row.named) or "nothing"
        others = [other.id for d in row.named for other in d.alternatives]
        named = "named" if row.right else f"WRONG: {names}"
        also = f" (as well as {', '.join(others)})" if others else ""
        fails = f"fails {row.public:>3} public {row.hidden:>3} hidden"
        number = row.misconception.exercise
        click.echo(f"{number:>2}  {row.misconception.id:<34} {fails}  {named}{also}")
    return 1 if failed else 0


@click.command(name="mutation-score")
def mutation_score() -> None:
    """Measure what the checks catch and the diagnosis names; takes some minutes."""
    from rich.progress import Progress

    from grader.course.mutation_page import FIGURES, PAGE, publish
    from grader.course.mutation_score import measure, pair_results
    from grader.learner.catalogue import read_catalogue

    scores = {}
    with Progress(transient=True) as progress:
        task = progress.add_task("exercises, then pairs", total=len(read_catalogue()) + 1)
        for number, score in measure(read_catalogue()):
            scores[number] = score
            progress.advance(task)
            named = f"chaffs {score.chaffs_named} of {score.chaffs} named, wheats {score.wheats_accused} accused"
            killed = f"mutants {score.killed_all} of {score.mutants - score.equivalent} killed"
            progress.console.print(f"{number:>2}  {named}, {killed}, {score.misnamed} misnamed", soft_wrap=True)
        publish(scores, [right for _, _, right in pair_results()])
    click.echo(f"{PAGE} and {FIGURES} are written.")


@click.command()
def verify() -> int:
    """Prove the kata: stubs fail, solutions pass, doing nothing earns nothing, nothing is stale."""
    from grader.course.verify import verify_all

    return verify_all()


WEAK = option("--weak-sandbox", envvar="WEAK_SANDBOX", is_flag=True, help="Grade although the sandbox is not hardened.")
SEED = option("--seed", envvar="SEED", type=click.IntRange(0), help="Of the randomised checks; by default a fresh one.")


@click.command()
def sandbox() -> int:
    """Show how well students' code is fenced in here, and what would raise it."""
    from grader.course.sandbox import sandbox as fence

    here = fence()
    for layer in here.layers:
        click.echo(f"{'on' if layer.active else 'off':>4}  {layer.name:<10} {layer.why}")
    click.echo(f"Level: {here.level}; the fenced Python is {here.interpreter}.")
    return 0 if here.hardened else 1


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Only this one.")
@option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as JSON here.")
@option("--markdown", "markdown_file", type=click.Path(dir_okay=False, path_type=Path), help="And as Markdown here.")
@SEED
@WEAK
def grade(
    path: Path,
    exercise: int | None,
    json_file: Path | None,
    markdown_file: Path | None,
    seed: int | None,
    weak_sandbox: bool,
) -> None:
    """Grade one submission: a folder, an archive, a .py file or notebooks."""
    import json

    from grader.course.grading import grade as run
    from grader.course.report import as_markdown, as_text, report
    from grader.course.submission import read_submission
    from grader.course.suites import load_course
    from grader.learner.state import write_text

    fence = _fence(weak_sandbox)
    course = load_course(None if exercise is None else frozenset({exercise}), seed)
    document = report(run(read_submission(path), course, fence), course, fence.level)
    if json_file:
        write_text(json_file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    if markdown_file:
        write_text(markdown_file, as_markdown(document))
    click.echo(as_text(document), nl=False)


@click.command(name="grade-class")
@click.argument("submissions", type=click.Path(exists=True, file_okay=False, path_type=Path), envvar="SUBMISSIONS")
@option("--out", envvar="OUT", type=click.Path(file_okay=False, path_type=Path), default=Path("build/grades"))
@option("--jobs", envvar="JOBS", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes at a time.")
@FORCE
@SEED
@WEAK
def grade_class(submissions: Path, out: Path, jobs: int, force: bool, seed: int | None, weak_sandbox: bool) -> None:
    """Grade a class: one folder, archive or set of files per student."""
    from grader.course.classroom import Outcome, summary
    from grader.course.classroom import grade_class as run
    from grader.course.submission import find_submissions

    _fence(weak_sandbox)
    outcomes: list[Outcome] = []
    with _progress_bar(len(find_submissions(submissions))) as advance:
        for outcome in run(submissions, out, jobs, force=force, seed=seed):
            outcomes.append(outcome)
            advance()
    click.echo(summary([o.report for o in outcomes], sum(o.fresh for o in outcomes)))
    click.echo(f"The reports are in {out / 'reports'}, the marks in {out / 'gradebook.csv'}.")


def _fence(weak: bool) -> Any:
    from grader.course.sandbox import sandbox as fence

    here = fence()
    if not here.hardened and not weak:
        missing = "; ".join(f"{layer.name}: {layer.why}" for layer in here.layers if not layer.active)
        raise click.ClickException(f"The sandbox is not hardened ({missing}). WEAK_SANDBOX=1 grades all the same.")
    return here


@contextmanager
def _progress(what: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield


@contextmanager
def _progress_bar(total: int) -> Iterator[Callable[[], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("grading", total=total)
        yield lambda: progress.advance(task)

"""The course's commands, added to the learner's where this folder is part of the copy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from grader.learner.commands import FORCE, NUMBER, option

ROUNDS = "public checks", "hidden checks"  # of a class; all the first are asked before any of the second


def add_to(group: click.Group) -> None:
    """Add every command of this module."""
    for command in (
        bank,
        catch,
        course,
        exercises,
        field_score,
        fingerprints,
        grade,
        grade_class,
        gradebook,
        handback,
        gradescope,
        intake,
        key,
        leaks,
        mutation_score,
        nbgrader_course,
        new_exercise,
        pages,
        promises,
        regrade,
        release,
        repair,
        sandbox,
        show,
        similarity,
        site,
        verify,
        wheel,
        worked_checks,
    ):
        group.add_command(command)


@click.command()
def course() -> None:
    """List the commands of the course and of the kata's authors."""
    from grader.learner.greeting import other_commands

    click.echo(other_commands())


@click.command()
@FORCE
def exercises(force: bool) -> None:
    """Cut exercises/ out of solutions/ again."""
    from grader.course.authoring.cut import write_exercises

    sentences = write_exercises(force=force)
    click.echo("\n".join(sentences) or "exercises/ is up to date.")


@click.command()
@option(
    "--oracles",
    envvar="ORACLES",
    metavar="NAMES",
    help="The oracles to ask, such as reference,pytorch; by default all that are installed.",
)
def key(oracles: str | None) -> None:
    """Ask the oracles and write the answer key of the public checks, and the sketches for explain."""
    from grader.core.files import write_text
    from grader.core.paths import PUBLIC, SKETCHES
    from grader.course.authoring.answer_key import available_oracles, write_key
    from grader.course.authoring.sketches import sketches_text

    chosen = tuple(dict.fromkeys(map(str.strip, oracles.split(",")))) if oracles else available_oracles()
    count = write_key(PUBLIC, chosen)
    agreed = " and ".join(chosen) + " agree" if len(chosen) > 1 else f"{chosen[0]} alone was asked"
    click.echo(f"{PUBLIC}/key.json answers {count} probes; {agreed}.")
    write_text(PUBLIC / SKETCHES, sketches_text())
    click.echo(f"{PUBLIC / SKETCHES} holds the sketches for explain.")


@click.command()
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Only of this one, fresh or not.")
@option("--force", envvar="FORCE", is_flag=True, help="Of all exercises, fresh or not.")
def fingerprints(exercise: int | None, force: bool) -> None:
    """Ask the chaffs how each known misconception shows, for the diagnosis: where something they come from changed."""
    from grader.core.catalogue import read_catalogue
    from grader.core.files import write_text
    from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
    from grader.course.bank.fingerprints import fingerprint_texts, stale_fingerprints
    from grader.learner.exercises import exercise as exercise_of

    chosen = [exercise_of(exercise).number] if exercise else list(read_catalogue()) if force else stale_fingerprints()
    if not chosen:
        click.echo("The fingerprints are fresh; FORCE=1 makes them anew all the same.")
        return
    with _progress("asking the chaffs"):
        texts = fingerprint_texts(chosen)
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        write_text(path, text)
    some = f"exercise{'s' * (len(chosen) > 1)} {', '.join(map(str, chosen))}"
    whose = "all exercises" if len(chosen) == len(read_catalogue()) else some
    where = " and ".join(str(suite / FINGERPRINTS) for suite in (PUBLIC, HIDDEN_SUITE))
    click.echo(f"{where} hold how each known misconception of {whose} shows.")


@click.command()
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Take only the exercise with this number.")
def bank(exercise: int | None) -> int:
    """Show for each known misconception how many checks its chaff fails and what the diagnosis calls it."""
    from grader.course.bank.mutation_score import chaff_rows

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


@click.command()
@NUMBER
def catch(number: int) -> None:
    """Try your own checks in exercises/catch: whether each is right, and which known wrong engines it catches."""
    from grader.course.bank.catch_report import catch_exercise
    from grader.course.bank.catching import catch_and_keep

    with _progress("trying your checks on right and wrong engines"):
        said = catch_exercise(number, catch_and_keep)
    click.echo(said)


@click.command()
@NUMBER
@option("--seed", envvar="SEED", type=click.IntRange(0), help="Which engine to begin with; by default any.")
@option(
    "--difficulty",
    envvar="DIFFICULTY",
    type=click.Choice(["easy", "medium", "hard"]),
    help="How many checks show the mistake: many, some or few.",
)
@FORCE
def repair(number: int, seed: int | None, difficulty: str | None, force: bool) -> None:
    """Repair an engine with one known mistake, in build/repair; again, once you have mended it."""
    from grader.course.bank.repair import repair_exercise

    click.echo(repair_exercise(number, seed, difficulty, anew=force))


@click.command(name="worked-checks")
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Only the file of this one.")
def worked_checks(exercise: int | None) -> None:
    """Write solutions/catch: for each exercise checks that catch every known wrong engine with the fewest words."""
    from grader.core.catalogue import read_catalogue
    from grader.course.bank.worked_checks import write_worked_checks
    from grader.learner.exercises import exercise as chosen

    wanted = list(read_catalogue().values()) if exercise is None else [chosen(exercise)]
    for path in write_worked_checks(wanted):
        click.echo(f"{path} is written.")


@click.command()
def promises() -> None:
    """Write docs/promises.md: what the lessons promise, and which check holds each promise."""
    from grader.core.files import write_text
    from grader.course.bank.promises_page import PAGE, page

    write_text(PAGE, page())
    click.echo(f"{PAGE} says which check holds what the lessons promise; make verify proves it.")


@click.command(name="mutation-score")
def mutation_score() -> None:
    """Measure what the checks catch and the diagnosis names; takes some minutes."""
    from concurrent.futures.process import BrokenProcessPool

    from rich.progress import Progress

    from grader.core.catalogue import read_catalogue
    from grader.core.errors import words_of
    from grader.course.bank.mutants import EquivalentError
    from grader.course.bank.mutation_page import FIGURES, PAGE, publish
    from grader.course.bank.mutation_score import measure, pair_results

    scores = {}
    told = words_of(ValueError, EquivalentError, BrokenProcessPool)  # in files whose digest is that of the measurement
    with told, Progress(transient=True) as progress:
        task = progress.add_task("exercises, then pairs", total=len(read_catalogue()) + 1)
        for number, score in measure(read_catalogue()):
            scores[number] = score
            progress.advance(task)
            named = f"chaffs {score.chaffs_named} of {score.chaffs} named, wheats {score.wheats_accused} accused"
            killed = f"mutants {score.killed_all} of {score.mutants - score.equivalent} killed"
            progress.console.print(f"{number:>2}  {named}, {killed}, {score.misnamed} misnamed", soft_wrap=True)
        publish(scores, [right for _, _, right in pair_results()])
    click.echo(f"{PAGE} and {FIGURES} are written.")


@click.command(name="new-exercise")
@click.argument("name", envvar="NAME")
def new_exercise(name: str) -> None:
    """Write the skeletons of one more exercise, and say what to do, in order."""
    from grader.course.authoring.skeletons import new_exercise as begin

    click.echo("\n".join(begin(name)))


@click.command(name="field-score")
@option("--count", envvar="COUNT", type=click.IntRange(1), default=3000, show_default=True, help="Submissions.")
def field_score(count: int) -> None:
    """Measure what becomes of mistakes in combination, in thousands of submissions; takes many minutes."""
    from concurrent.futures.process import BrokenProcessPool

    from rich.progress import track

    from grader.core.errors import words_of
    from grader.course.bank.field_score import FIGURES, PAGE, FieldScore, field_scores, publish

    total = FieldScore()
    with words_of(BrokenProcessPool):
        for score in track(field_scores(count), "submissions", total=count, transient=True):
            total += score
    publish(total)
    click.echo(f"{PAGE} and {FIGURES} are written.")


@click.command()
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Only what belongs to this one.")
def verify(exercise: int | None) -> int:
    """Prove the kata: stubs fail, solutions pass, doing nothing earns nothing, nothing is stale."""
    from grader.course.verify import verify_all

    return verify_all(exercise)


WEAK = option("--weak-sandbox", envvar="WEAK_SANDBOX", is_flag=True, help="Grade although the sandbox is not hardened.")
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SUBMISSIONS = click.argument("submissions", type=FOLDER, envvar="SUBMISSIONS")
OUT = option(
    "--out",
    envvar="OUT",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/grades"),
    help="The folder for reports and marks; build/grades by default.",
)
JOBS = option(
    "--jobs",
    envvar="JOBS",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    help="How many processes grade at a time.",
)
SEED = option(
    "--seed", envvar="SEED", type=click.IntRange(0), help="The seed of the randomised checks; a fresh one by default."
)


@click.command()
def sandbox() -> int:
    """Show how well students' code is fenced in here, and what would raise it."""
    from grader.course.fence.sandbox import sandbox as fence

    here = fence()
    for layer in here.layers:
        click.echo(f"{'on' if layer.active else 'off':>4}  {layer.name:<10} {layer.why}")
    click.echo(f"Level: {here.level}; the fenced Python is {here.interpreter}.")
    return 0 if here.hardened else 1


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="Take only the exercise with this number.")
@option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as JSON here.")
@option(
    "--markdown",
    "markdown_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report as Markdown here.",
)
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
    from grader.core.files import write_text
    from grader.course.bank.variants import load_course
    from grader.course.grading.grading import grade as run
    from grader.course.grading.marking import make_report
    from grader.course.grading.report_files import write_report
    from grader.course.grading.telling import as_markdown, as_text
    from grader.course.intake.reading import read_within_limits

    fence = _fence(weak_sandbox)
    course = load_course(None if exercise is None else frozenset({exercise}), seed)
    report = make_report(run(read_within_limits(path, wanted=course.exercises), course, fence), course, fence.level)
    if json_file:
        write_report(json_file, report)
    if markdown_file:
        write_text(markdown_file, as_markdown(report))
    click.echo(as_text(report), nl=False)


@click.command(name="grade-class")
@SUBMISSIONS
@OUT
@JOBS
@option(
    "--scheduler", envvar="SCHEDULER", metavar="ADDRESS", help="The Dask cluster to grade on, as in tcp://host:8786."
)
@FORCE
@SEED
@WEAK
def grade_class(
    submissions: Path,
    out: Path,
    jobs: int,
    scheduler: str | None,
    force: bool,
    seed: int | None,
    weak_sandbox: bool,
) -> int:
    """Grade a class: one folder, archive or set of files per student."""
    from grader.course.classroom.classroom import Outcome, summary
    from grader.course.classroom.classroom import grade_class as run
    from grader.course.grading.config import read_settings
    from grader.course.grading.roll import read_class

    where = _ground(scheduler, jobs, weak_sandbox)
    hand_ins = _list_intake(submissions, out)
    outcomes: list[Outcome] = []
    with _progress_bars(len(hand_ins.found), *ROUNDS) as (begun, finished):
        for outcome in run(hand_ins, out, where, force=force, seed=seed, begun=begun):
            outcomes.append(outcome)
            finished()
    click.echo(summary(outcomes))
    if (out / "class.json").exists():
        click.echo("".join(f"{sentence}\n" for sentence in read_class(out).told), nl=False)
    click.echo(f"The reports are in {out / 'reports'}, the marks in {out / 'gradebook.csv'}.")
    if read_settings().similarity:
        _compare(submissions, out)
    return _tell_faults(outcomes)


@click.command()
@SUBMISSIONS
@OUT
@option("--roster", envvar="ROSTER", type=EXISTING, help="What the school's system exports, to name the people.")
def intake(submissions: Path, out: Path, roster: Path | None) -> None:
    """Show who hands in what, by which file, and what is left aside and why; nothing is graded."""
    _list_intake(submissions, out, roster)


def _list_intake(submissions: Path, out: Path, roster: Path | None = None) -> Any:
    """Show the table of a class, write it to intake.csv, and return its hand-ins."""
    from rich.console import Console

    from grader.core.tables import read_sheet, write_sheet
    from grader.course.grading.config import read_settings
    from grader.course.intake.listing import ROWS, as_table, read_all, rows, sentences
    from grader.course.platforms.gradebooks.files import open_questions
    from grader.course.platforms.gradebooks.roster import match, read_people
    from grader.course.platforms.handins import find_class

    settings = read_settings()
    hand_ins = find_class(submissions)
    chosen = roster or settings.roster
    people = read_people(read_sheet(chosen)) if chosen else []
    found = match(
        [one.student for one in hand_ins.found], people, {one.student: one.claimants for one in hand_ins.found}
    )
    called = {name: whose.person.called for name, whose in found.matches.items()}
    with _progress_bars(len(hand_ins.found), "reading") as (advance,):
        listed = read_all(hand_ins, settings.exercises, called, advance)
    out.mkdir(parents=True, exist_ok=True)
    write_sheet(out / "intake.csv", rows(listed), bom=True)
    Console().print(as_table(listed))
    for sentence in sentences(hand_ins, listed):
        click.echo(sentence)
    more = " has them all" if len(listed) > ROWS else " has the same with every file"
    click.echo(f"{out / 'intake.csv'}{more}.")
    if chosen:
        theirs = [("submission", name, why) for name, why in found.submissions.items()]
        without = [("person", people[place].called, why) for place, why in found.people.items()]
        click.echo(f"On the roster: {len(people)}, with a hand-in that is theirs: {len(found.whose)}.")
        for sentence in open_questions([*theirs, *without]):
            click.echo(sentence)
    return hand_ins


def _tell_faults(outcomes: Iterable[Any]) -> int:
    """Say who was not graded; returns the exit code."""
    faults = [outcome for outcome in outcomes if outcome.fault]
    for outcome in faults:
        click.echo(f"{outcome.student} was not graded, by a fault of the grader: {outcome.fault}", err=True)
    return 1 if faults else 0


def _ground(scheduler: str | None, jobs: int, weak: bool) -> Any:
    """Where a class is graded: on a cluster, whose workers are examined there, or on this machine."""
    if scheduler:
        from functools import partial

        from grader.course.classroom.cluster import cluster

        return partial(cluster, scheduler=scheduler, weak=weak)
    _fence(weak)
    return jobs


@click.command()
@SUBMISSIONS
@OUT
@JOBS
@FORCE
@WEAK
def regrade(submissions: Path, out: Path, jobs: int, force: bool, weak_sandbox: bool) -> int:
    """Grade a class again, keep the earlier reports, and explain every mark that changed."""
    from rich.console import Console

    from grader.course.classroom.changes import ROWS, as_table, summary
    from grader.course.classroom.regrade import MARKDOWN, SHEET, Regrading
    from grader.course.platforms.handins import find_class

    _fence(weak_sandbox)
    hand_ins = find_class(submissions)
    regrading = Regrading(hand_ins, out, jobs, force=force)
    with _progress_bars(len(hand_ins.found), *ROUNDS) as (begun, finished):
        outcomes = []
        for outcome in regrading.graded(begun):
            outcomes.append(outcome)
            finished()
    found = regrading.changes()
    if found:
        table = as_table(found)
        if table.row_count:
            Console().print(table)
        more = " The table shows the first of them." if table.row_count >= ROWS else ""
        click.echo(f"{out / MARKDOWN} and {out / SHEET} hold every change.{more}")
        click.echo(f"The reports from before are in {regrading.before}; make pages makes the pages anew.")
    click.echo(summary(found))
    return _tell_faults(outcomes)


@click.command()
@SUBMISSIONS
@OUT
@option(
    "--threshold",
    envvar="THRESHOLD",
    type=click.FloatRange(0, 1),
    help="The share of their own text that two answers must have in common; 0.6 by default.",
)
def similarity(submissions: Path, out: Path, threshold: float | None) -> None:
    """Show which submissions of a class resemble each other: a hint to look, not a proof."""
    _compare(submissions, out, threshold)


def _compare(submissions: Path, out: Path, threshold: float | None = None) -> None:
    from grader.core.catalogue import read_catalogue
    from grader.course.classroom.similarity import THRESHOLD, similar_pairs, write_pairs
    from grader.course.intake.reading import read_or_say_why
    from grader.course.platforms.handins import find_class

    threshold = THRESHOLD if threshold is None else threshold
    students = find_class(submissions).found
    with _progress_bars(len(students) + len(read_catalogue()), "comparing") as (advance,):
        sources = {}
        for hand_in in students:
            sources[hand_in.student] = read_or_say_why(hand_in.pieces, hand_in.student).sources
            advance()
        pairs = similar_pairs(sources, threshold, advance)
    page, sheet = write_pairs(out, pairs, sources, threshold)
    click.echo(
        f"Pairs that resemble each other: {len(pairs)} among {len(sources)} submissions; see {page} and {sheet}."
    )
    click.echo("That is a hint to look at both, not a proof.")


class SystemName(click.ParamType[str]):
    """The name of a school's system, of those that have a file."""

    name = "system"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)

    @staticmethod
    def _choice() -> click.Choice[str]:
        from grader.course.platforms.gradebooks.systems import gradebooks

        return click.Choice(list(gradebooks()))


@click.command()
@option(
    "--format",
    "kind",
    envvar="FORMAT",
    type=SystemName(),
    default="csv",
    help="The school system that the file is for.",
)
@option("--roster", envvar="ROSTER", type=EXISTING, help="What the school's system exports, or a CSV file of your own.")
@option(
    "--submitted",
    envvar="SUBMITTED",
    type=FOLDER,
    help="nbgrader's folder of submissions, for the time in each timestamp.txt.",
)
@option(
    "--assignment",
    envvar="ASSIGNMENT",
    help="The assignment's name in the school's system; by default the title of the course.",
)
@option(
    "--write",
    envvar="WRITE",
    type=click.Choice(["empty", "raise", "all"]),
    default="empty",
    help="Which marks that are there already are replaced: none, those that are lower, or all.",
)
@OUT
@option("--course", envvar="COURSE", type=EXISTING, help="Read this file in place of course.toml.")
def gradebook(
    kind: str,
    roster: Path | None,
    submitted: Path | None,
    assignment: str | None,
    write: str,
    out: Path,
    course: Path | None,
) -> None:
    """Put the marks of a graded class into what the school's system takes, lateness included."""
    from dataclasses import replace

    from grader.core.tables import read_sheet
    from grader.core.text import printable
    from grader.course.grading.config import COURSE, read_settings
    from grader.course.platforms.gradebooks.files import write_gradebook
    from grader.course.platforms.gradebooks.ledger import make_ledger

    settings = read_settings(course or COURSE)
    chosen = roster or settings.roster
    sheet = read_sheet(chosen) if chosen else None
    ledger = replace(make_ledger(out / "reports", sheet, submitted, settings), write=write)
    for sentence in write_gradebook(kind, out, ledger, sheet, assignment or settings.title, settings):
        click.echo(printable(sentence))


EXERCISES = option(
    "--exercises",
    envvar="EXERCISES",
    metavar="NUMBERS",
    help="The exercises, such as 1-5; by default those of course.toml.",
)


def _numbers(exercises: str | None) -> tuple[int, ...]:
    from grader.core.catalogue import read_catalogue
    from grader.course.grading.config import read_settings, selection

    if not exercises:
        return read_settings().exercises
    try:
        return selection(exercises, tuple(read_catalogue()))
    except ValueError as error:
        raise click.UsageError(f"EXERCISES={exercises} {error}; write EXERCISES=1-5.") from None


@click.command()
@EXERCISES
@option(
    "--hidden",
    envvar="HIDDEN",
    type=click.Choice(["visible", "hidden", "after_due_date", "after_published"]),
    default="after_published",
    help="When students see titles and marks of hidden checks.",
)
@option("--leaderboard", envvar="LEADERBOARD", is_flag=True, help="Rank the students by their public checks.")
@option(
    "--seeds",
    envvar="SEEDS",
    type=click.IntRange(1, 100),
    default=8,
    help="How many versions of the randomised checks there are.",
)
@WEAK
def gradescope(exercises: str | None, hidden: str, leaderboard: bool, seeds: int, weak_sandbox: bool) -> None:
    """Make the autograder that Gradescope takes as it is."""
    from dataclasses import asdict

    from grader.core.marks import in_points
    from grader.course.grading.config import read_settings
    from grader.course.platforms.gradescope_zip import write_zip

    late = {name: str(value) for name, value in asdict(read_settings().late).items()}
    options = {"hidden": hidden, "leaderboard": leaderboard, "weak_sandbox": weak_sandbox, "late": late}
    with _progress("asking the oracles"):
        path, points = write_zip(_numbers(exercises), seeds, options)
    click.echo(f"{path} is for Gradescope alone: it has the answers in it. Give the assignment {in_points(points)}.")


@click.command()
@EXERCISES
def release(exercises: str | None) -> None:
    """Make what students get: a folder and a zip, with nothing of the course in it."""
    from grader.course.grading.config import read_settings
    from grader.course.intake.listing import ranges
    from grader.course.release.release import release as run
    from grader.course.release.release import with_earlier

    numbers = _numbers(exercises)
    *made, last = map(str, run(numbers, read_settings()))
    what = f"exercises 1 to {numbers[-1]}" if numbers[-1] > 1 else "exercise 1"
    click.echo(f"{', '.join(made)} and {last} hold {what}; nothing of the course was found in them.")
    if beside := [number for number in with_earlier(numbers) if number not in numbers]:
        click.echo(f"Not graded, and there because later ones import their files: {ranges(beside)}.")


@click.command()
@EXERCISES
def wheel(exercises: str | None) -> None:
    """Make the student's copy as a package, for pipx and uvx."""
    from grader.course.grading.config import read_settings
    from grader.course.release.wheel import make_wheel

    path = make_wheel(_numbers(exercises), read_settings())
    click.echo(f"{path} is the package; nothing of the course was found in it.")


@click.command()
@EXERCISES
@option("--answers", envvar="SITE_SOLUTIONS", is_flag=True, help="Give the worked answers away, for self-study.")
@click.option("--serve", is_flag=True, help="Serve it on this machine.")
@option("--port", envvar="PORT", type=click.IntRange(0, 65535), default=8000, help="Where to serve it.")
def site(exercises: str | None, answers: bool, serve: bool, port: int) -> None:
    """Make the kata as static pages, which run it in a learner's browser."""
    from grader.course.grading.config import read_settings
    from grader.course.release.site import site as pages

    folder = pages.make_site(_numbers(exercises), read_settings(), answers=answers)
    click.echo(f"{folder} holds the pages; any web server can give them out.")
    if serve:
        pages.serve(folder, port)


@click.command(name="nbgrader")
@option(
    "--out",
    envvar="OUT",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/nbgrader"),
    help="The course folder to make; build/nbgrader by default.",
)
@option(
    "--assignment", envvar="ASSIGNMENT", default="minigrad", metavar="NAME", help="The assignment's name in nbgrader."
)
@EXERCISES
@FORCE
def nbgrader_course(out: Path, assignment: str, exercises: str | None, force: bool) -> None:
    """Make a course folder for nbgrader, whose own commands then do the rest."""
    from grader.course.intake.listing import ranges
    from grader.course.platforms.nbgrader import left_out, write_course

    numbers = _numbers(exercises)
    written = write_course(out, assignment, numbers, force=force)
    click.echo(f"{out} is a course folder of nbgrader; {len(written)} of its files were written just now.")
    if beside := left_out(numbers):
        click.echo(f"Not graded, and there as files because later ones import them: {ranges(beside)}.")
    click.echo(f"Go on there with nbgrader's own commands: cd {out}; nbgrader generate_assignment {assignment}")
    click.echo("Then hand out release/, collect into submitted/, and: nbgrader autograde, generate_feedback, export.")


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def leaks(path: Path) -> int:
    """Look for what must stay with the course in a folder or zip."""
    from grader.course.release.leaks import contents_of, read_secrets
    from grader.course.release.leaks import leaks as find

    found = find(contents_of(path), read_secrets())
    click.echo("\n".join(found) or f"Nothing of the course was found in {path}.")
    return 1 if found else 0


@click.command()
@click.argument("out", envvar="OUT", type=click.Path(file_okay=False, path_type=Path), default=Path("build/grades"))
@option(
    "--submissions",
    envvar="SUBMISSIONS",
    type=FOLDER,
    help="Run these submissions behind the fence and draw what is wrong in them, too.",
)
@option("--roster", envvar="ROSTER", type=EXISTING, help="What the school's system exports, for names and lateness.")
@JOBS
@WEAK
def pages(out: Path, submissions: Path | None, roster: Path | None, jobs: int, weak_sandbox: bool) -> None:
    """Make HTML pages of a graded class: one per student and index.html for the course staff."""
    from grader.course.grading.roll import read_class
    from grader.course.pages.site import write_site

    if submissions is not None:
        from grader.course.classroom.pictures import draw_class
        from grader.course.platforms.handins import find_class

        _fence(weak_sandbox)
        count = 0
        with _progress_bars(len(read_class(out).reports), "drawing") as (advance,):
            for drawn in draw_class(find_class(submissions), out, jobs):
                count += drawn
                advance()
        click.echo(f"Pictures of what goes wrong: {count} in {out / 'pictures'}.")
    standings, about = _standings(out, roster)
    *students, index = write_site(out, standings, about)
    click.echo(
        f"{index} is the page of the class, for its staff; the pages of its students lie beside it: {len(students)}."
    )


def _standings(out: Path, roster: Path | None) -> Any:
    """What the gradebook says of each submission, and the course's title and decisions."""
    from grader.core.tables import read_sheet
    from grader.course.grading.config import read_settings
    from grader.course.pages.standing import CourseOfPages
    from grader.course.platforms.gradebooks.ledger import LedgerError, make_ledger
    from grader.course.platforms.standings import standings

    settings = read_settings()
    chosen, decisions = roster or settings.roster, settings.adjustments
    text = decisions.read_text(encoding="utf-8-sig") if decisions and decisions.exists() else ""
    about = CourseOfPages(settings.title, text)
    try:
        ledger = make_ledger(out / "reports", read_sheet(chosen) if chosen else None, None, settings)
    except LedgerError as error:
        click.echo(f"The pages have no marks: {error}")
        return {}, about
    for sentence in ledger.undecided:
        click.echo(sentence)
    return standings(ledger), about


@click.command()
@OUT
@option("--format", "kind", envvar="FORMAT", default="csv", help="The school system that the pages go back to.")
@option("--roster", envvar="ROSTER", type=EXISTING, help="What the school's system exports, for comments.")
def handback(out: Path, kind: str, roster: Path | None) -> None:
    """Put the students' pages into a zip that the school's system takes back, named as it names the students."""
    from grader.core.tables import read_sheet
    from grader.course.grading.config import read_settings
    from grader.course.grading.roll import read_class
    from grader.course.platforms.gradebooks.ledger import make_ledger, some
    from grader.course.platforms.gradebooks.systems import systems
    from grader.course.platforms.handback import addresses, write_comments, write_feedback
    from grader.course.platforms.standings import standings

    if kind not in systems():
        raise click.UsageError(f"FORMAT={kind} is none of {', '.join(systems())}.")
    known, system, settings = read_class(out), systems()[kind], read_settings()
    chosen = roster or settings.roster
    sheet = read_sheet(chosen) if chosen else None
    ledger = make_ledger(out / "reports", sheet, None, settings) if sheet else None
    to = addresses(system, known.roll, ledger, sheet) if ledger and sheet else {}
    path, count, left = write_feedback(out, system, known.roll, [r.student for r in known.reports.values()], to)
    pages = "the page of 1 student" if count == 1 else f"the pages of {count} students"
    click.echo(f"{path} has {pages}; hidden checks show their titles alone.")
    if left:
        click.echo(f"Left out, because {system.title} would not know whose it is: the page of {some(left)}.")
    if ledger and sheet and system.comment_keys:
        comments = write_comments(out, system, ledger, sheet, standings(ledger))
        click.echo(f"{comments} has a comment for each person whose hand-in has a mark or is excused.")


@click.command()
@click.argument("student", envvar="STUDENT")
@option("--check", envvar="CHECK", help="The check, as the report has it, such as ex04.ladder_of_shared_values.")
@option("--exercise", envvar="EXERCISE", type=click.IntRange(1), help="All checks of this exercise that do not pass.")
@option("--submissions", envvar="SUBMISSIONS", type=FOLDER, help="The class; by default the one graded last.")
@option("--roster", envvar="ROSTER", type=EXISTING, help="What the school's system exports, to know ids and names.")
@OUT
@WEAK
def show(
    student: str,
    check: str | None,
    exercise: int | None,
    submissions: Path | None,
    roster: Path | None,
    out: Path,
    weak_sandbox: bool,
) -> None:
    """Show the staff what checks ran on a student's code, hidden ones too: expected, got, and the student's lines."""
    from grader.core.catalogue import read_catalogue
    from grader.core.errors import KataError
    from grader.core.tables import read_sheet
    from grader.course.classroom.showing import as_text, exercise_of, report_on, sources_of, write_page
    from grader.course.classroom.showing import show as run
    from grader.course.grading.config import read_settings
    from grader.course.grading.roll import read_class
    from grader.course.grading.suites import load_course
    from grader.course.intake.reading import read_within_limits
    from grader.course.platforms.gradebooks.roster import match, read_people, submissions_of
    from grader.course.platforms.handins import find_class

    fence, known = _fence(weak_sandbox), read_class(out)
    number = exercise_of(check, exercise, read_catalogue())
    chosen = roster or read_settings().roster
    people = read_people(read_sheet(chosen)) if chosen else []
    claims = {name: about.claimants for name, about in known.roll.members.items()}
    matching = match([one.student for one in known.reports.values()], people, claims)
    report = report_on(student, known.reports.values(), submissions_of(student, people, matching))
    student = report.student
    hand_ins = {one.student: one for one in find_class(submissions or Path(known.roll.folder or ".")).found}
    if student not in hand_ins:
        raise KataError(f"{student!r} is not in {submissions or known.roll.folder}; give the class as SUBMISSIONS.")
    course = load_course(frozenset({number}), report.seed)
    submission = read_within_limits(hand_ins[student].pieces, student, course.exercises)
    changed = ["What lies there now is not what was graded."] if submission.digest != report.submission else []
    checks = run(submission, course, fence, number, check)
    sources = sources_of(submission, read_catalogue()[number], checks, course)
    click.echo(as_text(student, checks, sources, changed))
    click.echo(f"\n{write_page(out, student, checks, sources, changed)} shows the same; it is for the staff alone.")


def _fence(weak: bool) -> Any:
    from grader.course.fence.sandbox import sandbox as fence

    here = fence()
    if not here.hardened and not weak:
        raise click.ClickException(f"The sandbox is not hardened ({here.missing}). WEAK_SANDBOX=1 grades anyway.")
    return here


@contextmanager
def _progress(what: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield


@contextmanager
def _progress_bars(total: int, *names: str) -> Iterator[tuple[Callable[[], None], ...]]:
    from functools import partial

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, transient=True) as progress:
        yield tuple(partial(progress.advance, progress.add_task(name, total=total)) for name in names)

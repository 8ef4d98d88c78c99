"""Where the learner stands: a bar, a table, and the next step."""

from __future__ import annotations

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from grader.core.catalogue import by_part, read_catalogue
from grader.core.records import Exercise, Status, Verdict, are_right_but_too_deep
from grader.learner.engines import what_it_trains
from grader.learner.exercises import everything, is_done, is_untouched, next_step, run
from grader.learner.state import best_catches, hints_used, read_state, repaired
from grader.learner.terminal import wrapped


def show_progress(console: Console) -> None:
    """Run all public checks and print how many pass, by exercise."""
    tell_progress({number: run(exercise) for number, exercise in read_catalogue().items()}, console)


def tell_progress(results: dict[int, list[Verdict]], console: Console) -> None:
    """Print what the checks of every exercise gave."""
    catalogue = read_catalogue()
    passed = sum(v.status is Status.PASSED for verdicts in results.values() for v in verdicts)
    total = sum(map(len, results.values()))
    console.print(ProgressBar(total=total, completed=passed, width=min(60, console.width - 1)), soft_wrap=False)
    console.print()
    console.print(f"{passed} of {total} checks pass.\n", highlight=False)
    console.print(_table(catalogue, results))
    if mended := len(repaired(read_state())):
        console.print(f"\nMended in other engines: {mended} known mistake{'s' * (mended > 1)}.", highlight=False)
    console.print(_next_step(catalogue, results), highlight=False)


def _table(catalogue: dict[int, Exercise], results: dict[int, list[Verdict]]) -> Table:
    hints, caught = hints_used(read_state()), best_catches(read_state())
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading, side in (
        ("", "right"),
        ("exercise", "left"),
        ("checks", "right"),
        ("state", "left"),
        ("hints", "right"),
        *((("caught", "right"),) if caught else ()),
    ):
        table.add_column(heading, justify=side)
    for part, exercises in by_part(catalogue.values()):
        table.add_row("", part.heading)
        for exercise in exercises:
            verdicts = results[exercise.number]
            done = sum(v.status is Status.PASSED for v in verdicts)
            used = sum(hints.get(str(exercise.number), {}).values())
            counted = f"{done}/{len(verdicts)}"
            cells = [str(exercise.number), exercise.title, counted, _state(exercise, verdicts), str(used or "")]
            best = caught.get(str(exercise.number))
            cells += [f"{best[0]}/{best[1]}" if best else ""] if caught else []
            table.add_row(*cells, style="bold" if done == len(verdicts) else "")
    return table


def _state(exercise: Exercise, verdicts: list[Verdict]) -> str:
    """'done', or what most of the open checks are; a file that is still the stub is simply not attempted."""
    if are_right_but_too_deep(verdicts):
        return "right, but too deep"
    if is_untouched(exercise):
        return Status.NOT_ATTEMPTED.word
    open_ = [v.status for v in verdicts if v.status is not Status.PASSED]
    return max(open_, key=open_.count).word if open_ else "done"


def _next_step(catalogue: dict[int, Exercise], results: dict[int, list[Verdict]]) -> str:
    for number, verdicts in results.items():
        if not is_done(verdicts):
            return "\n" + wrapped(f"Next: {next_step(catalogue[number], verdicts)}.")
    last = "make my-minigrad makes a package of your files."
    return "\n" + wrapped(f"{everything()} {last} Next: {what_it_trains()}.")

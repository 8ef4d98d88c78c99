"""Catch and repair in a page that gives answers away: the terminal's commands, on engines in the page's own Python."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.core.catalogue import read_catalogue
from grader.core.expectations import Expectation
from grader.core.records import Exercise, Observation, Probe
from grader.course.bank.catch_report import catch_exercise
from grader.course.bank.repair import broken_file, lay_out, repair_exercise
from grader.course.bank.variants import ask_all, read_variants, worked_before
from grader.course.grading.catching import LIMITS, Catch, judged_by
from grader.learner import messages, page
from grader.learner.exercises import exercise
from grader.learner.prober import in_process
from grader.learner.state import read_state, under_repair

REFERENCE = """from grader.course.oracles import vocabulary
globals().update(vocabulary("reference", {number}))
del vocabulary
"""


def begin() -> None:
    """Add the commands to the page's."""
    page.COMMANDS.update({command.__name__: command for command in (catch, repair, explain_repair)})


def catch(number: int, text: str | None) -> messages.Edited:
    """`make catch-N`: which of the learner's checks are right, and which wrong engines they catch."""
    return page.caught(number, text, lambda number: catch_exercise(number, judge))


def judge(chosen: Exercise, expectations: Sequence[Expectation]) -> Catch:
    """As a terminal judges, by the reference alone and without a process for each engine."""
    variants, earlier = read_variants(chosen), worked_before(chosen)
    reference = {chosen.module: REFERENCE.format(number=chosen.number)}
    shown = ask_all(
        [each.probe for each in expectations],
        lambda probes: _shown(chosen, reference, probes),
        None,
        lambda probes: [_shown(chosen, {**earlier, chosen.module: each.source}, probes) for each in variants],
    )
    return judged_by(chosen, variants, ("reference",), expectations, shown)


def _shown(chosen: Exercise, sources: Mapping[str, str], probes: Sequence[Probe]) -> list[Observation]:
    with TemporaryDirectory() as folder:
        for module, source in sources.items():
            Path(folder, f"{module}.py").write_text(source, encoding="utf-8")
        desk = in_process(Path(folder), LIMITS.wall_seconds)
        return [desk.observe(chosen.module, probe)[0] for probe in probes]


def repair(number: int, text: str | None, difficulty: str = "") -> messages.Edited:
    """`make repair-N`; `text` is the engine under repair, None to begin with another."""
    chosen = exercise(number)
    if text is None or str(number) not in under_repair(read_state()):
        broken_file(chosen).unlink(missing_ok=True)  # the page keeps what was there
    else:
        lay_out(chosen, text)
    said = repair_exercise(number, None, difficulty or None, anew=text is None)
    return messages.Edited(said, broken_file(chosen).read_text(encoding="utf-8"))


def explain_repair(number: int, text: str) -> messages.Explained:
    """`make explain-N DESK=build/repair/exNN`."""
    chosen = exercise(number)
    lay_out(chosen, text)
    for each in read_catalogue().values():
        shutil.copy(broken_file(chosen).with_name(each.file.name), each.file)
    return page.explain(number)

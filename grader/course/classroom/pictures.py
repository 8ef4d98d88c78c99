"""Explain pictures of a class: for each exercise that is wrong, the simplest expression on which the code differs.

The students' code is asked behind the fence. What it answers is untrusted: text and numbers of bounded size, of which
only what a picture shows is kept. The picture itself is made here, of these alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphviz import Digraph

from grader.core.catalogue import read_catalogue
from grader.core.errors import words_of
from grader.core.records import Exercise, Probe, Sketch
from grader.course.classroom.executors import pool
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import Limits, Worker
from grader.course.grading.config import read_settings
from grader.course.grading.report import Report
from grader.course.grading.roll import read_class
from grader.course.grading.suites import read_solutions
from grader.course.intake.handins import HandIn, HandIns
from grader.course.intake.reading import read_or_say_why, with_given
from grader.course.pages.site import PICTURES
from grader.learner.explanation import Explanation, sketches
from grader.learner.picture import picture
from minigrad_reference.drawing.render import render

NAMES = 200  # edges, or places in an order, that a picture can have
LIMITS = Limits()
TYPES = ("Value", "str", "int", "list", "tuple", "dict", "set", "function", "method", "generator", "complex", "bytes")


def draw_class(hand_ins: HandIns, out: Path, jobs: int) -> Iterator[int]:
    """Draw the pictures of every report in `out`; yields how many each has.

    A submission that is another one than was graded has none. Raises ConfigError and ReportError, and KataError
    without Graphviz.
    """
    given = {hand_in.student: hand_in for hand_in in hand_ins.found}
    reports, limits = read_class(out).reports, read_settings().limits
    with TemporaryDirectory() as trial, words_of(RuntimeError):
        render(Digraph(), Path(trial, "trial.svg"))  # that Graphviz is missing is told here
    with words_of(BrokenProcessPool), pool(jobs) as processes:
        futures = []
        for slot, (name, report) in enumerate(reports.items()):
            folder = out / PICTURES / name
            shutil.rmtree(folder, ignore_errors=True)
            hand_in = given.get(report.student)
            futures.append(processes.submit(draw_one, hand_in, report, folder, slot, limits))
        for future in as_completed(futures):
            yield future.result()


def draw_one(hand_in: HandIn | None, report: Report, folder: Path, slot: int, limits: Limits) -> int:
    """Draw into a folder what is wrong with a submission, exercise by exercise; returns the number of pictures."""
    submission = read_or_say_why(hand_in.pieces, report.student) if hand_in else None
    if submission is None or submission.digest != report.submission:
        return 0
    count, catalogue = 0, read_catalogue()
    submission = with_given(submission, catalogue, read_solutions())
    for number in sorted(report.failing_in_public & submission.sources.keys()):
        found = simplest(catalogue[number], submission.sources[number], slot, limits)
        if found is not None and found.fault is None:
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(RuntimeError):  # one that Graphviz cannot draw is no reason not to draw the others
                render(picture(found), folder / f"{number}.svg")
                count += 1
    return count


def simplest(exercise: Exercise, source: str, slot: int = 0, limits: Limits = LIMITS) -> Explanation | None:
    """The first sketch on which the code differs, asked behind the fence, on the worked answers before it."""
    earlier = {read_catalogue()[n].module: text for n, text in read_solutions().items() if n < exercise.number}
    with desk({exercise.module: source}) as folder, Worker(sandbox(), folder, slot, limits) as worker:
        worker.sandbox.write_compiled(folder, earlier)
        for sketch in sketches(exercise):
            explanation = _explanation(worker, exercise, sketch)
            if explanation.differs:
                return explanation
    return None


def _explanation(worker: Worker, exercise: Exercise, sketch: Sketch) -> Explanation:
    asked = worker.observe(exercise.module, sketch.probe)
    order = {}
    if sketch.order and asked.fault is None:
        order = worker.observe(exercise.module, Probe(sketch.snippet, (sketch.order,))).values
    names = {node.name for node in sketch.nodes}
    values = {text: _harmless(value) for text, value in asked.values.items() if text != sketch.edges}
    if sketch.edges in asked.values:
        values[sketch.edges] = [edge for edge in _listed(asked.values[sketch.edges]) if _is_edge(edge, names)]
    known = tuple(name for name in _listed(order.get(sketch.order)) if type(name) is str and name in names)
    return Explanation(sketch, values, asked.fault, known)


def _listed(value: Any) -> list[Any]:
    return value[:NAMES] if isinstance(value, list) else []


def _is_edge(edge: Any, names: set[str]) -> bool:
    return isinstance(edge, list) and len(edge) == 2 and all(type(end) is str and end in names for end in edge)


def _harmless(value: Any) -> Any:
    """A number as it is, and of anything else the type alone, by a name that nobody can choose: text tells secrets."""
    if value is None or type(value) in (bool, int, float) or (type(value) is dict and "float" in value):
        return value
    if type(value) is list:
        return [_harmless(item) for item in value]
    name = "str" if type(value) is str else value["object"]
    return {"object": name if name in TYPES else "object", "repr": "something"}

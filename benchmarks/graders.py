"""Three graders on the same checks, each in a process of its own: `python -m benchmarks.graders NAME COURSE FOLDER`.

Each line on standard input is a source of the course's one exercise as JSON; the answer is a line of JSON with the
share of the marks and the CPU and wall seconds. CPU is the process's own and that of all its children. Handing in is
not measured; reading the submission, grading it and writing the result down is.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import psutil

from grader.core.files import write_text
from grader.core.key import expected_values
from grader.core.records import Check
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import Course, grade
from grader.course.grading.marking import make_report
from grader.course.grading.report_files import read_report
from grader.course.intake.submission import Submission, read_submission

ANSWER = "answer"  # the cell to fill in


class Tool(Protocol):
    """A grader of one exercise, with everything prepared that is done once per class."""

    def hand_in(self, student: str, source: str) -> None: ...
    def grade(self, student: str) -> None: ...
    def share(self, student: str) -> float: ...


class Minigrad:
    """This grader as `make grade` runs it: a fenced process per submission, a report as JSON."""

    def __init__(self, course: Course, folder: Path) -> None:
        self.course, self.folder = course, folder
        self.fence = sandbox()

    def hand_in(self, student: str, source: str) -> None:
        write_modules(self.course, self.folder / student)
        exercise = the_exercise(self.course)
        (self.folder / student / exercise.file.name).write_text(source, encoding="utf-8")

    def grade(self, student: str) -> None:
        graded = grade(read_submission(self.folder / student), self.course, self.fence)
        report = make_report(graded, self.course, self.fence.level)
        write_text(self.folder / f"{student}.json", json.dumps(report.as_json()))

    def share(self, student: str) -> float:
        report = read_report(self.folder / f"{student}.json")
        return report.score / report.max_score


class Nbgrader:
    """nbgrader by its API: a notebook with the answer in a cell and a locked cell per check."""

    def __init__(self, course: Course, folder: Path) -> None:
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config

        self.folder, self.name = folder, the_exercise(course).module
        source = folder / "source" / self.name
        write_modules(course, source)
        write_notebook(
            source / f"{self.name}.ipynb", [_answer_cell(), *map(_check_cell, checks(course), asserted(course))]
        )
        config = Config()
        config.CourseDirectory.root = str(folder)
        self.api = NbGraderAPI(config=config)
        done = self.api.generate_assignment(self.name)
        if not done["success"]:
            raise SystemExit(f"nbgrader cannot make the assignment: {done.get('log')}{done.get('error')}")

    def hand_in(self, student: str, source: str) -> None:
        submitted = self.folder / "submitted" / student / self.name
        shutil.copytree(self.folder / "release" / self.name, submitted)
        path = submitted / f"{self.name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        (cell,) = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER]
        cell["source"] = source
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def grade(self, student: str) -> None:
        done = self.api.autograde(self.name, student)
        if not done["success"]:
            raise SystemExit(f"nbgrader cannot grade: {done.get('log')}{done.get('error')}")

    def share(self, student: str) -> float:
        with self.api.gradebook as gradebook:
            submission = gradebook.find_submission(self.name, student)
            return submission.score / submission.max_score


class Otter:
    """otter-grader by its API: a notebook with the answer, and a test file per check in the autograder's archive."""

    def __init__(self, course: Course, folder: Path) -> None:
        from otter.api import grade_submission

        self.run, self.folder = grade_submission, folder
        self.archive = folder / "autograder.zip"
        self.shares: dict[str, float] = {}
        write_modules(course, folder / "files")
        with zipfile.ZipFile(self.archive, "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
            for path in (folder / "files").iterdir():
                archive.write(path, f"files/{path.name}")
            for check, lines in zip(checks(course), asserted(course), strict=True):
                archive.writestr(f"tests/{check.name.removeprefix('test_')}.py", _otter_test(check, lines))

    def hand_in(self, student: str, source: str) -> None:
        write_notebook(self.folder / f"{student}.ipynb", [_cell(source)])

    def grade(self, student: str) -> None:
        results = self.run(str(self.folder / f"{student}.ipynb"), str(self.archive), quiet=True)
        self.shares[student] = results.total / results.possible

    def share(self, student: str) -> float:
        return self.shares[student]


TOOLS: dict[str, Callable[[Course, Path], Tool]] = {"minigrad": Minigrad, "nbgrader": Nbgrader, "otter": Otter}


def the_exercise(course: Course) -> Any:
    (exercise,) = course.exercises.values()
    return exercise


def checks(course: Course) -> tuple[Check, ...]:
    (suite,) = course.suites
    return suite.checks


def write_modules(course: Course, folder: Path) -> None:
    """The worked answers of the exercises before, which every submission has."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, source in course.solutions.items():
        if number < the_exercise(course).number:
            (folder / f"{course.modules[number]}.py").write_text(source, encoding="utf-8")


def asserted(course: Course) -> list[str]:
    """Each check as Python: its snippet, then an assertion for each value of the key, with the check's tolerance."""
    (suite,) = course.suites
    module = the_exercise(course).module
    return [
        check.probe.code
        + "".join(
            f"assert {assertion(text, value, f'rel_tol={check.probe.rel}, abs_tol={check.probe.abs}')}\n"
            for text, value in expected_values(suite.key, check, module).items()
        )
        for check in suite.checks
    ]


def assertion(text: str, expected: Any, tolerance: str) -> str:
    """A comparison as an author of such tests would write it."""
    if isinstance(expected, list):
        items = [assertion(f"({text})[{i}]", value, tolerance) for i, value in enumerate(expected)]
        return " and ".join([f"len({text}) == {len(expected)}", *items])
    if type(expected) in (int, float):
        return f"math.isclose({text}, {expected!r}, {tolerance})"
    return f"{text} == {expected!r}"


def write_notebook(path: Path, cells: list[dict[str, Any]]) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def _cell(source: str, **nbgrader: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"schema_version": 3, **nbgrader}} if nbgrader else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def _answer_cell() -> dict[str, Any]:
    return _cell(
        "### BEGIN SOLUTION\n### END SOLUTION\n", grade_id=ANSWER, grade=False, solution=True, locked=False, task=False
    )


def _check_cell(check: Check, lines: str) -> dict[str, Any]:
    state = {"grade": True, "solution": False, "locked": True, "task": False}
    return _cell(f"import math\n{lines}", grade_id=check.name, points=check.points, **state)


def _otter_test(check: Check, lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return (
        "import math\nfrom otter.test_files import test_case\n\nOK_FORMAT = False\n"
        f"name = {check.name!r}\npoints = {check.points}\n\n\n@test_case()\ndef {check.name}(Value):\n{body}"
    )


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """CPU and wall seconds of some work; CPU of this process, of children it waited for and of those still alive."""
    alive, used, started = _cpu_of_the_living(), _cpu_so_far(), time.perf_counter()
    work()
    wall, used = time.perf_counter() - started, _cpu_so_far() - used
    return used + _cpu_of_the_living() - alive, wall


def _cpu_so_far() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _cpu_of_the_living() -> float:
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(time.user + time.system for time in times)


def cpu_of_right_submission(courses: dict[int, Course], rounds: int) -> dict[int, float]:
    """Median CPU seconds of grading the worked answers of all exercises, course by course; for a process of its own."""
    fence = sandbox()
    seconds: dict[int, list[float]] = {number: [] for number in courses}
    for turn in range(rounds + 1):
        for number, course in courses.items():
            right = Submission("right", dict(course.solutions), ())
            reports = []
            cpu, _ = measured(lambda: reports.append(make_report(grade(right, course, fence), course, fence.level)))  # noqa: B023
            if reports[0].score != reports[0].max_score:
                raise SystemExit(f"The worked answers get {reports[0].score:g} of {reports[0].max_score:g}.")
            if turn:  # the first is a warm-up
                seconds[number].append(cpu)
    return {number: statistics.median(taken) for number, taken in seconds.items()}


def serve(tool: Tool, answers: Any) -> None:
    """Grade what comes, one submission a line, until standard input ends."""
    for number, line in enumerate(sys.stdin):
        student = f"student{number}"
        tool.hand_in(student, json.loads(line))
        cpu, wall = measured(partial(tool.grade, student))
        answers.write(json.dumps({"share": tool.share(student), "cpu_s": cpu, "wall_s": wall}) + "\n")
        answers.flush()


def main() -> None:
    name, course, folder = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the tools print is not an answer
    serve(TOOLS[name](pickle.loads(Path(course).read_bytes()), Path(folder)), answers)  # noqa: S301 - our own bytes


if __name__ == "__main__":
    main()

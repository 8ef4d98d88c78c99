"""`make bench-grader`: this grader beside nbgrader and otter-grader, the cost of each exercise, and a whole class.

Exercise 3's public checks graded by all three tools, each in a process of its own, taking turns; the right submission
of all exercises with every check; a class of 300 by the real command; and two processes against one. CPU seconds
are those of a process and all its children. CLASS=30 takes a smaller class.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import graders
from benchmarks.classroom import Student, everything, make_class, write_class
from benchmarks.memory import run_and_watch
from grader.core.files import write_text
from grader.course.classroom.executors import grade_all, processes
from grader.course.grading.grading import VISIBLE, Course
from grader.course.grading.report_files import read_reports
from grader.course.grading.suites import load_course

EXERCISE, SEED = 3, 7
ROUNDS, SLOW_ROUNDS, CLASS_ROUNDS = 15, 7, 3
PACKAGES = {"minigrad": "grader", "nbgrader": "nbgrader", "otter": "otter"}
SIZE, JOBS = int(os.environ.get("CLASS", "300")), 2
OUTPUT = Path("build/bench/grader.json")


def main() -> None:
    console = Console()
    load = os.getloadavg()[0]
    if load > 0.5:
        console.print(f"Other work is running here (load {load:.1f}): the figures are worse than they need be.")
    course = load_course(seed=SEED)
    found: dict[str, Any] = {}
    for step in (compare_tools, measure_exercises, measure_class, measure_two_jobs):
        found |= step(course, console)
    found["rounds"] = {"tools": SLOW_ROUNDS, "exercises": ROUNDS, "two_jobs": CLASS_ROUNDS}
    found |= {"python": sys.version.split()[0], "cores": os.cpu_count(), "load_at_the_start": load}
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    write_text(OUTPUT, json.dumps(found, indent=2) + "\n")
    console.print(f"Written to {OUTPUT}.")


def show(console: Console, title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table whose first column is text and the others numbers."""
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def compare_tools(course: Course, console: Console) -> dict[str, Any]:
    """Median seconds per submission of the same checks; refuses to compare what does not tell right from wrong."""
    small, right = public_checks_of(course, EXERCISE), course.solutions[EXERCISE]
    names = [name for name, package in PACKAGES.items() if importlib.util.find_spec(package)]
    for name in PACKAGES.keys() - names:
        console.print(f"{name} is not installed and left out; it needs Python 3.11 and make bench-layer.")
    answers: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with TemporaryDirectory() as folder, console.status("three graders …"):
        processes = {name: start(name, small, Path(folder, name)) for name in names}
        for name, process in processes.items():
            prove_that_it_grades(name, process, right)
        for _ in range(SLOW_ROUNDS):
            for name, process in processes.items():
                answers[name].append(ask(process, right))
        for process in processes.values():
            process.communicate()
    medians = {key: {name: _median(key, answers[name]) for name in names} for key in ("cpu_s", "wall_s")}
    rows = [
        [name, *(f"{1e3 * m[name]:.0f}" for m in medians.values())]
        + [f"{m[name] / m['minigrad']:.1f}" for m in medians.values()]
        for name in names
    ]
    count = len(small.suites[0].checks)
    headings = ("grader", "CPU ms", "wall ms", "x CPU", "x wall")
    show(console, f"Exercise {EXERCISE}, {count} checks: a submission", headings, rows)
    return {f"{key}_per_submission": values for key, values in medians.items()}


def _median(key: str, answers: list[dict[str, float]]) -> float:
    return statistics.median(answer[key] for answer in answers)


def prove_that_it_grades(name: str, process: subprocess.Popen[str], right: str) -> None:
    """Full marks for the right answer, and not for the wrong one. Nobody pays for imports after this."""
    full, less = (ask(process, source)["share"] for source in (right, overwriting(right)))
    if not less < full == 1.0:
        raise SystemExit(f"{name} gives {full:.0%} of the marks to a right answer and {less:.0%} to a wrong one.")


def public_checks_of(course: Course, number: int) -> Course:
    """One exercise with its public checks alone."""
    alone = only(course, number)
    return replace(alone, suites=tuple(suite for suite in alone.suites if suite.visibility == VISIBLE))


def overwriting(source: str) -> str:
    """The wrong submission: gradients are assigned where they should be added."""
    return source.replace(".grad += ", ".grad = ")


def start(name: str, course: Course, folder: Path) -> subprocess.Popen[str]:
    """A tool in a process of its own, which finds its commands beside Python and a home that is nobody's."""
    folder.mkdir()
    packed = folder.with_suffix(".course")
    packed.write_bytes(pickle.dumps(course))
    home = folder.with_suffix(".home")
    home.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", graders.__name__, name, str(packed), str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, text=True, env={**os.environ, "PATH": path, "HOME": str(home)}, **pipes)


def ask(process: subprocess.Popen[str], source: str) -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(source) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{process.args[3]} died; run {' '.join(process.args[1:4])} by hand to see why.")
    answer: dict[str, float] = json.loads(line)
    return answer


def measure_exercises(course: Course, console: Console) -> dict[str, Any]:
    """Median CPU seconds of the right submission: all exercises, and each alone, with public and hidden checks."""
    parts = {0: course, **{n: only(course, n) for n in course.exercises}}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process, console.status("grading each exercise …"):
        medians = process.submit(graders.cpu_of_right_submission, parts, ROUNDS).result()
    titles = {0: "all", **{n: f"{n} {exercise.title}" for n, exercise in course.exercises.items()}}
    rows = [[titles[n], _count(parts[n]), f"{1e3 * seconds:.0f}"] for n, seconds in medians.items()]
    rows.append([f"all / {len(course.exercises)}", "", f"{1e3 * medians[0] / len(course.exercises):.0f}"])
    show(console, "The right submission", ("exercise", "checks", "CPU ms"), rows)
    return {"all_cpu_s": medians.pop(0), "exercise_cpu_s": {str(n): s for n, s in medians.items()}}


def _count(course: Course) -> str:
    return str(sum(len(suite.checks) for suite in course.suites))


def only(course: Course, number: int) -> Course:
    """One exercise with all its checks."""
    suites = tuple(replace(s, checks=tuple(c for c in s.checks if c.exercise == number)) for s in course.suites)
    return replace(course, exercises={number: course.exercises[number]}, suites=suites)


def measure_class(course: Course, console: Console) -> dict[str, Any]:
    """A class by the real command: seconds, memory of the whole tree of processes, and whether all marks are fair."""
    students = make_class(course, SIZE)
    with TemporaryDirectory() as folder, console.status(f"grading {len(students)} submissions …"):
        write_class(students, course, Path(folder, "class"))
        command = [sys.executable, "-m", "grader", "grade-class", str(Path(folder, "class"))]
        settings = {"OUT": str(Path(folder, "out")), "JOBS": str(JOBS), "SEED": str(SEED), "FORCE": ""}
        run = run_and_watch(command, {**os.environ, **settings})
        scores = {report.student: report.score for report in read_reports(Path(folder, "out", "reports")).values()}
    unfair = list(unfair_marks(students, scores, everything(course)))
    if run.code or unfair:
        what = f"The class was not graded as it should be (exit {run.code})."
        raise SystemExit("\n".join([what, *unfair, run.errors]))
    row = [str(len(students)), f"{run.wall_s / 60:.1f}", f"{run.cpu_s:.0f}"]
    row += [f"{run.cpu_s / len(students):.2f}", f"{run.peak_mb:.0f}"]
    headings = ("submissions", "minutes", "CPU s", "CPU s each", "peak MB")
    show(console, f"A class, {JOBS} processes at a time", headings, [row])
    complete = len(scores) == len(students)
    figures = {"wall_s": run.wall_s, "peak_mb": run.peak_mb, "cpu_s": run.cpu_s, "complete": complete}
    return {"class": {"submissions": len(students), "jobs": JOBS, **figures}}


def unfair_marks(students: list[Student], scores: dict[str, float], top: float) -> Iterator[str]:
    """A sentence for each mark that is not what the submission earns."""
    for student in students:
        score = scores.get(student.name)
        if score is None:
            yield f"{student.name} ({student.kind}) has no report."
        elif score > student.most or (score == top) != (student.kind == "right"):
            yield f"{student.name} ({student.kind}) got {score:g} of {top:g}; at most {student.most:g} are earned."


def measure_two_jobs(course: Course, console: Console) -> dict[str, Any]:
    """How much faster two processes grade the same submissions than one; both are warm, and take turns."""
    students = [s.submission for s in make_class(course, 120) if s.kind in ("right", "wrong")][: SIZE // 3]
    walls: dict[int, list[float]] = {1: [], JOBS: []}
    with processes(course, 1) as one, processes(course, JOBS) as two, console.status("one process against two …"):
        pools = {1: one, JOBS: two}
        quick = {o.student for o in grade_all(students, two) if "timed_out" not in str(o.report)}
        submissions = [s for s in students if s.student in quick][:60]
        list(grade_all(submissions[:5], one))
        for _ in range(CLASS_ROUNDS):
            for jobs, pool in pools.items():
                started = time.perf_counter()
                count = len(list(grade_all(submissions, pool)))
                walls[jobs].append(time.perf_counter() - started)
                if count != len(submissions):
                    raise SystemExit(f"{jobs} processes graded {count} of {len(submissions)} submissions.")
    seconds = {jobs: statistics.median(taken) for jobs, taken in walls.items()}
    speedup = seconds[1] / seconds[JOBS]
    console.print(
        f"{len(submissions)} submissions take one process {seconds[1]:.1f} s and two {seconds[JOBS]:.1f} s: "
        f"{speedup:.2f} times as fast."
    )
    return {"speedup_two_jobs": speedup}


if __name__ == "__main__":
    main()

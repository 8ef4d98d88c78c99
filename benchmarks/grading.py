"""`make bench-grader`: this grader beside nbgrader and otter-grader, the cost of each exercise, and a whole class.

Exercise 3's public checks graded by all three tools, each in a process of its own, taking turns; the right submission
of all eleven exercises with every check; a class of 300 by the real command; and two processes against one. CPU seconds
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
from grader.course.classroom import executor, grade_all
from grader.course.grading import VISIBLE, Course
from grader.course.suites import load_course

EXERCISE, SEED = 3, 7
ROUNDS, SLOW_ROUNDS, CLASS_ROUNDS = 15, 7, 3
PACKAGES = {"minigrad": "grader", "nbgrader": "nbgrader", "otter": "otter"}
JOBS = 2
OUTPUT = Path("build/bench/grader.json")


def main() -> None:
    console = Console()
    course = load_course(seed=SEED)
    found: dict[str, Any] = {"rounds": {"tools": SLOW_ROUNDS, "exercises": ROUNDS, "two_jobs": CLASS_ROUNDS}}
    found |= {"python": sys.version.split()[0], "cores": os.cpu_count()}
    steps = (compare_tools, measure_exercises, measure_class, measure_two_jobs)
    for step in steps:
        found |= step(course, console)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    partial = OUTPUT.with_suffix(".part")
    partial.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    partial.replace(OUTPUT)
    console.print(f"Written to {OUTPUT}.")


def compare_tools(course: Course, console: Console) -> dict[str, Any]:
    """Median seconds per submission of the same checks; refuses to compare what does not tell right from wrong."""
    small = public_checks_of(course, EXERCISE)
    installed = [name for name, package in PACKAGES.items() if importlib.util.find_spec(package)]
    for name in PACKAGES.keys() - installed:
        console.print(f"{name} is not installed and left out; it needs Python 3.11 and make bench-layer.")
    right = course.solutions[EXERCISE]
    seconds: dict[str, list[dict[str, float]]] = {name: [] for name in installed}
    with TemporaryDirectory() as folder, console.status("grading exercise 3 …"):
        processes = {name: start(name, small, Path(folder, name)) for name in installed}
        for name, process in processes.items():
            ask(process, right)  # so that nobody pays for imports
            shares = [ask(process, source)["share"] for source in (overwriting(right), right)]
            if not shares[0] < shares[1] == 1.0:
                raise SystemExit(
                    f"{name} gives {shares[1]:.0%} to the right answer and {shares[0]:.0%} to a wrong one."
                )
        for _ in range(SLOW_ROUNDS):
            for name, process in processes.items():
                seconds[name].append(ask(process, right))
        for process in processes.values():
            process.communicate()
    medians = {
        key: {name: statistics.median(answer[key] for answer in answers) for name, answers in seconds.items()}
        for key in ("cpu_s", "wall_s")
    }
    count = len(small.suites[0].checks)
    table = Table(title=f"Exercise {EXERCISE}, {count} checks, one submission: median", title_justify="left")
    for heading in ("grader", "CPU ms", "wall ms", "x CPU", "x wall"):
        table.add_column(heading, justify="left" if heading == "grader" else "right")
    for name in installed:
        own = [f"{1e3 * medians[key][name]:.0f}" for key in medians]
        ratios = [f"{medians[key][name] / medians[key]['minigrad']:.1f}" for key in medians]
        table.add_row(name, *own, *ratios)
    console.print(table)
    return {f"{key}_per_submission": values for key, values in medians.items()}


def public_checks_of(course: Course, number: int) -> Course:
    """One exercise with its public checks alone."""
    suites = tuple(
        replace(suite, checks=tuple(check for check in suite.checks if check.exercise == number))
        for suite in course.suites
        if suite.visibility == VISIBLE
    )
    return replace(course, exercises={number: course.exercises[number]}, suites=suites)


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
    table = Table(title="The right submission, every check: CPU, median", title_justify="left")
    for heading in ("exercise", "checks", "ms"):
        table.add_column(heading, justify="left" if heading == "exercise" else "right")
    for number, seconds in medians.items():
        name = f"{number} {course.exercises[number].title}" if number else "all"
        checks = sum(len(suite.checks) for suite in parts[number].suites)
        table.add_row(name, str(checks), f"{1e3 * seconds:.0f}")
    table.add_row("all / 11", "", f"{1e3 * medians[0] / len(course.exercises):.0f}")
    console.print(table)
    return {"all_eleven_cpu_s": medians.pop(0), "exercise_cpu_s": {str(n): s for n, s in medians.items()}}


def only(course: Course, number: int) -> Course:
    """One exercise with all its checks."""
    suites = tuple(replace(s, checks=tuple(c for c in s.checks if c.exercise == number)) for s in course.suites)
    return replace(course, exercises={number: course.exercises[number]}, suites=suites)


def measure_class(course: Course, console: Console) -> dict[str, Any]:
    """A class by the real command: seconds, memory of the whole tree of processes, and whether all marks are fair."""
    students = make_class(course, int(os.environ.get("CLASS", "300")))
    with TemporaryDirectory() as folder, console.status(f"grading {len(students)} submissions …"):
        write_class(students, course, Path(folder, "class"))
        command = [sys.executable, "-m", "grader", "grade-class", str(Path(folder, "class"))]
        settings = {"OUT": str(Path(folder, "out")), "JOBS": str(JOBS), "SEED": str(SEED), "FORCE": ""}
        run = run_and_watch(command, {**os.environ, **settings})
        reports = [json.loads(p.read_text(encoding="utf-8")) for p in Path(folder, "out", "reports").glob("*.json")]
    scores = {document["student"]: document["score"] for document in reports}
    unfair = list(unfair_marks(students, scores, everything(course)))
    if run.code or unfair:
        raise SystemExit(
            "\n".join([f"The class was not graded as it should be (exit {run.code}).", *unfair, run.errors])
        )
    table = Table(title=f"{len(students)} submissions, {JOBS} processes at a time", title_justify="left")
    for heading in ("minutes", "CPU s", "CPU s a submission", "peak MB"):
        table.add_column(heading, justify="right")
    each = f"{run.cpu_s / len(students):.2f}"
    table.add_row(f"{run.wall_s / 60:.1f}", f"{run.cpu_s:.0f}", each, f"{run.peak_mb:.0f}")
    console.print(table)
    complete = len(scores) == len(students)
    figures = {"wall_s": run.wall_s, "peak_mb": run.peak_mb, "cpu_s": run.cpu_s, "complete": complete}
    return {"class": {"submissions": len(students), "jobs": JOBS, **figures}}


def unfair_marks(students: list[Student], scores: dict[str, float], top: float) -> Any:
    """A sentence for each mark that is not what the submission earns."""
    for student in students:
        score = scores.get(student.name)
        if score is None:
            yield f"{student.name} ({student.kind}) has no report."
        elif score > student.most or (score == top) != (student.kind == "right"):
            yield f"{student.name} ({student.kind}) got {score:g} of {top:g}; at most {student.most:g} are earned."


def measure_two_jobs(course: Course, console: Console) -> dict[str, Any]:
    """How much faster two processes grade the same submissions than one; both are warm, and take turns."""
    students = [s for s in make_class(course, 90) if s.kind in ("right", "wrong", "hostile")]
    submissions = [s.submission for s in students][: 60 if "CLASS" not in os.environ else int(os.environ["CLASS"])]
    walls: dict[int, list[float]] = {1: [], JOBS: []}
    with executor(1) as one, executor(JOBS) as two, console.status("one process against two …"):
        pools = {1: one, JOBS: two}
        for pool in pools.values():
            list(grade_all(submissions[:12], course, pool))
        for _ in range(CLASS_ROUNDS):
            for jobs, pool in pools.items():
                started = time.perf_counter()
                count = len(list(grade_all(submissions, course, pool)))
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

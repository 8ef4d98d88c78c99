"""`make bench-scale`: 1,000 submissions on a Dask cluster of two workers on loopback, one of which is killed halfway.

Those are right and wrong answers to the first three exercises, for what is proved is that each has one report. What a
complete submission costs is measured on some of all exercises, by two processes of this machine and by two workers,
taking turns. None is endless: such cost the seconds of their time limits anywhere. CLASS=100 takes a smaller class.
Writes build/bench/scale.json.
"""

from __future__ import annotations

import json
import os
import pickle
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from rich.console import Console
from rich.progress import Progress

from benchmarks.classroom import Student, make_class, points, write_class
from benchmarks.loopback import Loopback, kill, loopback
from grader.core.files import write_text
from grader.course.classroom.classroom import Outcome, grade_class, load_apart
from grader.course.classroom.cluster import cluster
from grader.course.classroom.executors import Ground, grade_all, processes
from grader.course.grading.grading import Course
from grader.course.grading.report_files import read_reports
from grader.course.intake.handins import find_hand_ins

SIZE, SEED = int(os.environ.get("CLASS", "1000")), 7
KINDS, EXERCISES = ("right", "wrong"), (1, 2, 3)
SAMPLE, ROUNDS = min(30, SIZE), 3
OUTPUT = Path("build/bench/scale.json")


def main() -> None:
    console = Console()
    load = os.getloadavg()[0]
    if load > 0.5:
        console.print(f"Other work is running here (load {load:.1f}): the figures are worse than they need be.")
    course = load_apart(SEED)
    students = [s for s in make_class(course, 2 * SIZE) if s.kind in KINDS][:SIZE]
    found: dict[str, Any] = {"python": sys.version.split()[0], "cores": os.cpu_count(), "load_at_the_start": load}
    begun = [replace(s, sources={n: s.sources[n] for n in EXERCISES}) for s in students]
    found["class"] = measure_class(course, begun, console)
    found["complete"] = measure_overhead(course, students[:SAMPLE], console)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    write_text(OUTPUT, json.dumps(found, indent=2) + "\n")
    console.print(f"Written to {OUTPUT}.")


def measure_class(course: Course, students: list[Student], console: Console) -> dict[str, Any]:
    """The class with one worker lost for good; everybody must have one report, and the mark that was earned."""
    with TemporaryDirectory() as name, loopback(Path(name)) as dask:
        folder = Path(name)
        write_class(students, course, folder / "class")
        kept, lost = dask.worker(), dask.worker()
        workers_cpu_s = []

        def halfway() -> None:
            workers_cpu_s.append(_cpu_seconds(lost.pid))
            kill(lost)

        run = _graded(folder, dask, halfway, len(students))
        workers_cpu_s.append(_cpu_seconds(kept.pid))
        worker_mb, scheduler_mb = _memory(kept.pid), _memory(dask.scheduler.pid)
        reports = [*read_reports(folder / "out/reports").values()]
        again = _graded(folder, dask, lambda: None, len(students))
    scores = {report.student: report.score for report in reports}
    times = Counter(outcome.student for outcome in run.outcomes)
    full = sum(points(course, number) for number in EXERCISES)
    fair = all(scores[student.name] == full for student in students if student.kind == "right")
    everybody = len(reports) == len(times) == len(students) and set(times.values()) == {1}
    if not (fair and everybody) or any(outcome.fresh for outcome in again.outcomes):
        raise SystemExit("The class was not graded as it should be: somebody has no report, two, or another mark.")
    seconds = sorted(report.seconds for report in reports)
    figures = {
        "submissions": len(students),
        "reports": len(reports),
        "in_the_gradebook": len(times),
        "more_than_once": sum(count > 1 for count in times.values()),
        "wall_s": run.wall_s,
        "wall_s_with_two_workers": run.halfway_s,
        "seconds_each": {"mean": statistics.fmean(seconds), "median": statistics.median(seconds), "most": seconds[-1]},
        "asking_mb": {"before": run.before_mb, "most": run.most_mb},
        "worker_mb": worker_mb,
        "scheduler_mb": scheduler_mb,
        "workers_cpu_s": sum(workers_cpu_s),
        "asking_cpu_s": run.cpu_s,
        "run_again_cpu_s": again.cpu_s,
    }
    console.print(figures)
    return figures


@dataclass
class Run:
    """A class that was graded, and what that took; MB and CPU seconds of the process that asks."""

    outcomes: list[Outcome]
    wall_s: float
    halfway_s: float
    cpu_s: float
    before_mb: float
    most_mb: float


def _grade(folder: Path, dask: Loopback) -> Any:
    where = partial(cluster, scheduler=dask.address, weak=True)
    return grade_class(find_hand_ins(folder / "class"), folder / "out", where, force=False, seed=SEED)


def _graded(folder: Path, dask: Loopback, halfway: Any, size: int) -> Run:
    """Time runs from the first report on: what comes before it is the same for every class."""
    run = Run([], 0.0, 0.0, 0.0, _memory(os.getpid()), 0.0)
    with Progress(transient=True) as progress:
        task = progress.add_task("grading", total=size)
        started, cpu = 0.0, 0.0
        for outcome in _grade(folder, dask):
            started, cpu = started or time.perf_counter(), cpu or time.process_time()
            run.outcomes.append(outcome)
            run.most_mb = max(run.most_mb, _memory(os.getpid()))
            if len(run.outcomes) == size // 2:
                run.halfway_s = time.perf_counter() - started
                halfway()
            progress.advance(task)
    run.wall_s, run.cpu_s = time.perf_counter() - started, time.process_time() - cpu
    return run


def _memory(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


def _cpu_seconds(pid: int) -> float:
    """Of a process and of those that it started and that have ended."""
    return sum(psutil.Process(pid).cpu_times()[:4])


def measure_overhead(course: Course, students: Sequence[Student], console: Console) -> dict[str, Any]:
    """The same submissions on two processes and on two workers; and the sizes of what travels to the latter."""
    submissions = [student.submission for student in students]
    walls: dict[str, list[float]] = {"processes": [], "workers": []}
    with TemporaryDirectory() as folder, loopback(Path(folder)) as dask:
        workers = [dask.worker(), dask.worker()]
        with processes(course, len(workers)) as here, cluster(course, dask.address, weak=True) as there:
            grounds: dict[str, Ground] = {"processes": here, "workers": there}
            reports = [result.report for ground in grounds.values() for result in grade_all(submissions[:9], ground)]
            before = sum(_cpu_seconds(worker.pid) for worker in workers)
            for _ in range(ROUNDS):
                for name, ground in grounds.items():
                    started = time.perf_counter()
                    list(grade_all(submissions, ground))
                    walls[name].append(time.perf_counter() - started)
            cpu = sum(_cpu_seconds(worker.pid) for worker in workers) - before
    figures = {
        "submissions": len(submissions),
        "rounds": ROUNDS,
        "workers_cpu_s_each": cpu / ROUNDS / len(submissions),
        **{f"{name}_wall_s": statistics.median(taken) for name, taken in walls.items()},
        "course_bytes": len(pickle.dumps(course)),
        "submission_bytes": statistics.median(len(pickle.dumps(s)) for s in submissions),
        "report_bytes": statistics.median(len(pickle.dumps(report)) for report in reports),
    }
    console.print(figures)
    return figures


if __name__ == "__main__":
    main()

"""Grades a class: a report per student, written the moment it is ready, then gradebook.csv and a summary.

A rerun grades only what changed. Each report carries the fingerprint of what it was made from: the submission and the
course with its points, suites, keys, solutions and seed, which is drawn once and kept beside the reports. So it does
not matter when a run was stopped, or how.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import pickle
import secrets
import statistics
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from grader.course.grading import Course, grade
from grader.course.report import report
from grader.course.sandbox import sandbox
from grader.course.submission import Submission, SubmissionError, find_submissions, read_submission
from grader.course.suites import load_course
from grader.learner.state import write_text

SEED_FILE = "seed.json"


@dataclass(frozen=True)
class Outcome:
    """One student's report, without its tasks as `grade_class` yields it, and whether it was made in this run."""

    student: str
    report: dict[str, Any]
    fresh: bool


def grade_class(submissions: Path, out: Path, jobs: int, *, force: bool, seed: int | None = None) -> Iterator[Outcome]:
    """Yield an outcome per student as it is ready; in the end the files of the class are written."""
    (out / "reports").mkdir(parents=True, exist_ok=True)
    for partial in (out / "reports").glob("*.part"):  # of a run that was killed
        partial.unlink()
    course = load_apart(_class_seed(out, seed))
    made_of = fingerprint(course)
    students = find_submissions(submissions)
    if not students:
        raise ValueError(
            f"{submissions} holds no submissions: one folder, archive or set of files per student is needed."
        )
    read = [_read(path, student) for student, path in students]
    outcomes = []
    waiting = []
    for submission in read:
        earlier = None if force else _earlier(out, submission, made_of)
        if earlier is None:
            waiting.append(submission)
        else:
            outcomes.append(Outcome(submission.student, _brief(earlier), fresh=False))
            yield outcomes[-1]
    with executor(jobs) as processes:
        for outcome in grade_all(waiting, course, processes):
            outcome.report["fingerprint"] = _mixed(made_of, outcome.report["submission"], outcome.report["notes"])
            write_text(_file(out, outcome.student), json.dumps(outcome.report, indent=1, ensure_ascii=False) + "\n")
            outcomes.append(Outcome(outcome.student, _brief(outcome.report), fresh=True))
            yield outcomes[-1]
    write_gradebook(out / "gradebook.csv", [outcome.report for outcome in outcomes])


def _brief(document: dict[str, Any]) -> dict[str, Any]:
    """What the gradebook needs of a report; the whole ones of a class take some room."""
    return {**document, "exercises": [{**exercise, "tasks": []} for exercise in document["exercises"]]}


def load_apart(seed: int) -> Course:
    """The course, put together in a process of its own, for an oracle takes more memory than all the rest."""
    with executor(1) as process:
        return process.submit(load_course, seed=seed).result()


def executor(jobs: int) -> ProcessPoolExecutor:
    """Processes to grade in. They end with the one that asks them, even where that one is killed."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    parent = parent_process()

    def watch() -> None:
        parent.join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def grade_all(submissions: list[Submission], course: Course, executor: Executor) -> Iterator[Outcome]:
    """Grade on any executor, in whatever order they finish. The course travels as bytes, made once, with each task."""
    packed = pickle.dumps(course)
    futures = {executor.submit(grade_one, s, packed, slot): s for slot, s in enumerate(submissions)}
    for future in as_completed(futures):
        yield Outcome(futures.pop(future).student, future.result(), fresh=True)


def grade_one(submission: Submission, packed: bytes, slot: int) -> dict[str, Any]:
    """The report of one submission; the course is unpacked once per process."""
    course = _unpacked(packed)
    fence = sandbox()
    return report(grade(submission, course, fence, slot), course, fence.level)


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Course:
    course: Course = pickle.loads(packed)  # noqa: S301 - our own bytes, never a student's
    return course


def _read(path: Path, student: str) -> Submission:
    try:
        return read_submission(path, student)
    except SubmissionError as error:
        return Submission(student, {}, (str(error),))


def _class_seed(out: Path, seed: int | None) -> int:
    """The seed of a class is drawn once, so that a stopped run and its continuation ask the same questions."""
    path = out / SEED_FILE
    if seed is None and path.exists():
        return int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    seed = secrets.randbelow(2**31) if seed is None else seed
    write_text(path, json.dumps({"seed": seed}) + "\n")
    return seed


def _earlier(out: Path, submission: Submission, made_of: str) -> dict[str, Any] | None:
    try:
        document = json.loads(_file(out, submission.student).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict):
        return None
    return document if document.get("fingerprint") == _mixed(made_of, submission.digest, submission.notes) else None


def fingerprint(course: Course) -> str:
    """Of everything in a course that a report depends on."""
    return hashlib.sha256(repr(course).encode()).hexdigest()


def _mixed(made_of: str, digest: str, notes: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps([made_of, digest, *notes]).encode()).hexdigest()


def _file(out: Path, student: str) -> Path:
    """A report's file: the student's name as far as a file name can hold it, and a digest that keeps names apart."""
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in student)[:60].lstrip(".")
    return out / "reports" / f"{kept}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:8]}.json"


def write_gradebook(path: Path, reports: list[dict[str, Any]]) -> None:
    """One row per student: score, maximum, and the score of each exercise."""
    partial = path.with_name(path.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        titles = [f"exercise {e['number']}" for e in reports[0]["exercises"]] if reports else []
        writer.writerow(["student", "score", "max_score", *titles, "notes"])
        for document in sorted(reports, key=lambda d: str(d["student"])):
            scores = [f"{exercise['score']:g}" for exercise in document["exercises"]]
            row = [document["student"], f"{document['score']:g}", f"{document['max_score']:g}", *scores]
            writer.writerow([*map(harmless, row), harmless(" ".join(document["notes"]))])
    partial.replace(path)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def summary(reports: list[dict[str, Any]], fresh: int) -> str:
    """A sentence or two for the terminal."""
    scores = [document["score"] for document in reports]
    most = reports[0]["max_score"] if reports else 0
    middle = statistics.median(scores) if scores else 0
    return (
        f"{len(reports)} submissions, {fresh} graded now; scores from {min(scores):g} to {max(scores):g} "
        f"of {most:g}, median {middle:g}."
    )

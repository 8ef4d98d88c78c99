"""`make gradescope`: the zip that Gradescope takes as an autograder. It holds the answers and is the course's alone.

torch is not installed there, so the hidden suite's answers are made here, for several seeds, of which each student
gets one.
"""

from __future__ import annotations

import json
import pickle
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.core.marks import total
from grader.core.paths import BUILD
from grader.course.authoring.closure import closure
from grader.course.bank.variants import load_course
from grader.course.grading.grading import Course, Suite
from grader.course.platforms.gradescope import COURSES, OPTIONS
from grader.course.release.leaks import files_of
from grader.course.release.release import pinned, zipped

OUT = BUILD / "gradescope" / "autograder.zip"
PACKAGES = ("click", "graphviz", "landlockpy", "pyseccomp", "tomli")
SCRIPTS = Path(__file__).with_name("autograder")
RUN = "grader.course.platforms.gradescope"  # by the script run_autograder


def write_zip(numbers: Sequence[int], seeds: int, options: Mapping[str, Any], out: Path = OUT) -> tuple[Path, float]:
    """Write the zip, whole and readable by its owner alone; returns its path and the points that it gives."""
    courses = make_courses(numbers, [secrets.randbelow(2**31) for _ in range(seeds)])
    content = zipped(autograder(courses, options), top="")
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".part")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    partial.replace(out)
    return out, points_of(courses[0])


def points_of(course: Course) -> float:
    """All that can be earned, with what students' own checks catch where the course gives points for it."""
    catches = [course.exercises[number].catch for number in course.variants]
    return total([*catches, *(task.points for exercise in course.exercises.values() for task in exercise.tasks)])


def make_courses(numbers: Sequence[int], seeds: Sequence[int]) -> list[Course]:
    """A course per seed; what does not depend on the seed is there once."""
    first, *rest = [load_course(frozenset(numbers), seed) for seed in seeds]
    return [first, *(replace(first, suites=_drawn(first, other), seed=other.seed) for other in rest)]


def _drawn(first: Course, other: Course) -> tuple[Suite, ...]:
    """The suites of another seed: their own twins and hidden checks, the public checks of the first."""
    public, hidden = other.suites
    return replace(first.suites[0], twins=public.twins), hidden


def autograder(courses: Sequence[Course], options: Mapping[str, Any]) -> dict[str, bytes]:
    """Every file of the zip by its path."""
    files = files_of(SCRIPTS)
    files |= {path.as_posix(): path.read_bytes() for path in closure(RUN)}
    files["requirements.txt"] = "\n".join(pinned(PACKAGES)).encode() + b"\n"
    files[OPTIONS] = json.dumps(dict(options), indent=1).encode() + b"\n"
    files[COURSES] = pickle.dumps(list(courses))
    return files

"""The kata in a folder of its own, whose course.toml names a few exercises: what proves the grader needs no more."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.course.authoring.known_answers import FOLDER
from grader.course.bank.variants import load_course, read_variants

ROOT = Path(__file__).parents[2]


def kata_of(folder, exercises):
    """Fill a folder with the kata, whose course has these exercises ("1-3"); the oracles' answers are shared."""
    for name in ("grader", "minigrad_reference", "solutions", "tests"):
        (folder / name).symlink_to(ROOT / name)
    (folder / FOLDER.parent).mkdir()
    (folder / FOLDER).symlink_to(ROOT / FOLDER)
    (folder / "course.toml").write_text(f'exercises = "{exercises}"\n', encoding="utf-8")
    return folder


CHAFFS = 9  # of all: with every one of them, a grading of checks starts a process


@cache
def course_of_one():
    """Exercise 1 as the course grades it."""
    return load_course(frozenset({1}), seed=7)


def with_few_checks(course, each=1):
    """The course with so many checks of each task in either suite: what a mark is, and not what is right, is proved."""
    return replace(course, suites=tuple(replace(suite, checks=_few(suite.checks, each)) for suite in course.suites))


def _few(checks, each):
    of = {}
    for check in checks:
        of.setdefault((check.exercise, check.task), []).append(check)
    return tuple(check for its in of.values() for check in its[:each])


def course_of_catches(chaffs=CHAFFS):
    """Exercise 1 with two checks of each suite, in a course that gives points for a few wrong engines."""
    worked, *others = read_variants(read_catalogue()[1])
    wheats, wrong = others[:2], [each for each in others if each.misconception]
    spread = wrong[:: len(wrong) // chaffs][:chaffs]  # over both tasks
    whole = course_of_one()
    suites = tuple(replace(suite, checks=suite.checks[:2]) for suite in whole.suites)
    return replace(whole, suites=suites, variants={1: (worked, *wheats, *spread)})

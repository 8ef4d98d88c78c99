"""Where things lie, seen from the folder that a command is run in."""

from __future__ import annotations

import os
from pathlib import Path

EXERCISES = Path("exercises")
DESK = Path(os.environ.get("DESK", EXERCISES))
STUBS = DESK / ".stubs"
SOLUTIONS = Path("solutions")
CATCH = "catch"  # the folder of checks that catch wrong engines, a learner's or the author's; in build, what was caught
PUBLIC = Path(os.environ.get("MINIGRAD_KATA", "")) / "tests/public"  # which an installed package has elsewhere
HIDDEN_SUITE = Path("tests/hidden")  # is nowhere but with authors and instructors
BANK = Path("grader/course/bank")  # so is this
FINGERPRINTS = "fingerprints"  # a folder in a suite's, with a file for each exercise
SKETCHES = "sketches.json"  # in the public suite's folder
STATE = Path(".minigrad")
BUILD = Path("build")
REPAIR = BUILD / "repair"  # engines of somebody else, with one mistake each

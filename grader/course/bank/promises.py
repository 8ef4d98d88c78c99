"""Promises: what each lesson says under "What to write" and "Conventions", and which check would see it broken.

They lie in promises/exNN.toml, piece by piece; joined, the pieces are these two sections, word for word. So a sentence
that is new or changed asks its author for the check that holds it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, HIDDEN_SUITE, PUBLIC
from grader.core.records import Check, Exercise, Status
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import edited, read_bank
from grader.course.bank.trials import Trial, run_trial
from grader.course.bank.wheats import read_wheats

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROMISES = Path(__file__).with_name("promises")
SECTIONS = re.compile(r"^What to write\n-+\n(.*?)^Conventions\n-+\n(.*?)^(?:Run `make|\w[\w ]*\n-+\n)", re.M | re.S)


class PromiseError(KataError):
    """A mistake in the promises, as a sentence for their author."""

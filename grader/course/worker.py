"""Runs probes in a process apart, on a folder of exercise modules."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.learner import probing
from grader.learner.records import Check, Exercise, Observation

SECONDS = 5.0  # per probe


def observe(folder: Path, exercise: Exercise, checks: Sequence[Check]) -> list[Observation]:
    """What each check's probe shows on the modules in `folder`. Raises RuntimeError if the process dies."""
    requests = [
        {"module": exercise.module, "code": c.probe.code, "observe": list(c.probe.observe), "seconds": SECONDS}
        for c in checks
    ]
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    command = [sys.executable, "-I", "-B", str(Path(probing.__file__)), str(folder)]
    result = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    answers = [Observation.from_json(json.loads(line)) for line in result.stdout.splitlines()]
    if len(answers) != len(checks):
        raise RuntimeError(f"The worker stopped after {len(answers)} of {len(checks)} probes: {result.stderr[-500:]}")
    return answers

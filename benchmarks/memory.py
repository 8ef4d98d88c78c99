"""Runs a command and watches what it takes: time, CPU, and the memory of its whole tree of processes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

INTERVAL = 0.2  # seconds


@dataclass(frozen=True)
class Run:
    """What a command took; `peak_mb` counts a page that several processes share once, where the system tells."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    errors: str


def run_and_watch(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    with tempfile.TemporaryFile("w+") as errors:
        started, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        root = psutil.Process(process.pid)
        pid = 0
        while not pid:
            peak = max(peak, _memory(root))
            time.sleep(INTERVAL)
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for
        errors.seek(0)
        return Run(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak / 1e6, errors.read())


def _memory(root: psutil.Process) -> int:
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += _of_one(process)
    return total


def _of_one(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except (psutil.AccessDenied, AttributeError):
        return process.memory_info().rss

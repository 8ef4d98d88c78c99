"""A Dask cluster of real processes on this machine's loopback, as `make scheduler` and `make worker` start them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

KATA = Path(__file__).resolve().parents[1]
BY_KATA = (str(KATA / "grader"), "-m")  # as make starts it
BY_ITSELF = ("-m",)  # as Dask's own command does, which knows no kata
SCHEDULER, WORKER = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1"), ("distributed.cli.dask_worker",)
LISTENING = re.compile(r"Scheduler at: +(tcp://\S+)")
PATIENCE = 60  # seconds


class Loopback:
    """A scheduler and the workers that were started for it; what they say is in files of `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        folder.chmod(0o711)  # in it lies what the fenced user must reach
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start([*BY_KATA, *SCHEDULER, "--port", "0"], KATA, environment)
        self.address = self._said(LISTENING, "0.log")[0]

    def worker(
        self, *options: str, folder: Path = KATA, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """One more worker with one thread, of which nobody takes care unless the options have '--nanny'.

        In another folder or environment it is started by Dask's own command, which knows no kata.
        """
        scratch = str(self.folder / f"scratch-{len(self.processes)}")
        settings = [self.address, "--nthreads", "1", "--local-directory", scratch, *(options or ("--no-nanny",))]
        by = BY_KATA if folder == KATA and environment is None else BY_ITSELF
        return self._start([*by, *WORKER, *settings], folder, environment or {})

    def _start(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *command, "--no-dashboard"],
                    cwd=folder,
                    env={**os.environ, "TMPDIR": str(self.folder), **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return self.processes[-1]

    def _said(self, pattern: re.Pattern[str], log: str) -> list[str]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = pattern.findall((self.folder / log).read_text(encoding="utf-8"))
            if found:
                return found
            time.sleep(0.05)
        raise RuntimeError(f"A process of the cluster did not start; {self.folder / log} says why.")

    def log(self, process: subprocess.Popen[bytes]) -> str:
        return (self.folder / f"{self.processes.index(process)}.log").read_text(encoding="utf-8")


def kill(process: subprocess.Popen[bytes]) -> None:
    """As a machine that goes away: no goodbye."""
    process.kill()
    process.wait()


@contextmanager
def loopback(folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[Loopback]:
    """A cluster without workers yet, which ends with the block; the environment is its scheduler's."""
    cluster = Loopback(folder, environment)
    try:
        yield cluster
    finally:
        for process in cluster.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

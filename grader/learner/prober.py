"""The process in which a learner's checks run: replaced when it dies, ended when it does not answer.

It sees what a grader's process sees (the standard library, the exercises, graphviz) and finds an empty standard input.
Its end means nothing: only an answer is evidence.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from grader.core import probing
from grader.core.probing import SECONDS, Desk
from grader.core.records import Fault, Observation, Probe

if TYPE_CHECKING:
    from typing_extensions import Self

GRACE = 2.0  # more for code that does not listen to the alarm, such as a loop inside C
TICK = 0.25


class Prober:
    """A process on one folder of exercises; use it in a `with` block.

    With `debug` it has the terminal to itself, so that prints, input and breakpoint() are natural, and all the time in
    the world. `waiting` is told now and then for how many seconds an answer has been outstanding.
    """

    def __init__(self, folder: Path, *, debug: bool = False, waiting: Callable[[float], None] | None = None) -> None:
        self.folder, self.debug = folder, debug
        self.waiting = waiting or (lambda _: None)
        self.process: subprocess.Popen[bytes] | None = None
        self.requests: IO[bytes] | None = None
        self.answers: IO[bytes] | None = None
        self.printed: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.printed.close()

    def observe(self, module: str, probe: Probe) -> tuple[Observation, str]:
        """What a probe shows, and what was printed meanwhile."""
        self.printed.seek(0, os.SEEK_END)
        before = self.printed.tell()
        seen = self._observed(module, probe)
        self.printed.seek(before)
        return seen, self.printed.read().decode(errors="replace")

    def _observed(self, module: str, probe: Probe) -> Observation:
        if self.process is None:
            self._start()
        assert self.requests is not None
        seconds = None if self.debug else SECONDS
        question = {"id": "", "module": module, "code": probe.code, "observe": list(probe.observe), "seconds": seconds}
        try:
            self.requests.write(json.dumps(question).encode() + b"\n")
        except OSError:
            return self._lost()
        return self._answer()

    def _answer(self) -> Observation:
        assert self.answers is not None
        began, line = time.monotonic(), b""
        while not line.endswith(b"\n"):
            if not select.select([self.answers], [], [], TICK)[0]:
                passed = time.monotonic() - began
                self.waiting(passed)
                if not self.debug and passed > SECONDS + GRACE:
                    self.stop()
                    return Observation({}, Fault("TimeIsUp", "", "run", ()))
                continue
            piece = os.read(self.answers.fileno(), 65_536)
            if not piece:
                return self._lost()
            line += piece
        answer = json.loads(line)
        del answer["id"]
        seen = Observation.from_json(answer)
        if seen.fault and seen.fault.type == EOFError.__name__:  # it may be about to end; see probing.Input
            self.stop()
        return seen

    def _lost(self) -> Observation:
        assert self.process is not None
        try:
            code = self.process.wait(GRACE)
        except subprocess.TimeoutExpired:  # it has only closed the door
            code = None
        self.stop()
        return Observation({}, Fault("WorkerLost", _how_it_ended(code), "run", ()))

    def _start(self) -> None:
        asking, requests = os.pipe()
        answers, answering = os.pipe()
        python = [sys.executable, "-I", "-S", "-B", "-X", "utf8"]
        arguments = [probing.__file__, str(self.folder), _packages(), "0", f"{asking},{answering}"]
        typed, printed = (None, None) if self.debug else (subprocess.DEVNULL, self.printed)
        self.process = subprocess.Popen(
            [*python, *arguments],
            stdin=typed,
            stdout=printed,
            stderr=printed,
            pass_fds=(asking, answering),
            start_new_session=not self.debug,  # so that it can be ended with all that it has started
        )
        os.close(asking)
        os.close(answering)
        self.requests, self.answers = os.fdopen(requests, "wb", 0), os.fdopen(answers, "rb", 0)

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process is None:
            return
        if not self.debug:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for stream in (self.requests, self.answers):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self.process = None


class InProcess:
    """The same inside this process: for a debugger that is attached to it, and where processes cannot be asked so."""

    def __init__(self, folder: Path, *, seconds: float | None = SECONDS) -> None:
        self.desk, self.seconds = Desk(folder), seconds

    def observe(self, module: str, probe: Probe) -> tuple[Observation, str]:
        answer = self.desk.observe(module, probe.code, list(probe.observe), self.seconds)
        return Observation.from_json(answer), ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


STAND_IN: list[Callable[[Path, float | None], InProcess]] = []  # of a page in a browser, which has no processes


def prober(folder: Path, *, debug: bool = False, waiting: Callable[[float], None] | None = None) -> Prober | InProcess:
    """A process apart, wherever that is possible."""
    if STAND_IN:
        return in_process(folder, SECONDS)
    if os.name != "posix" or _is_traced():
        return InProcess(folder, seconds=None if debug else SECONDS)
    return Prober(folder, debug=debug, waiting=waiting)


def in_process(folder: Path, seconds: float | None) -> InProcess:
    """Inside this process, with so many seconds for each probe."""
    return STAND_IN[-1](folder, seconds) if STAND_IN else InProcess(folder, seconds=seconds)


def _is_traced() -> bool:
    """Whether an editor's debugger is attached, whose breakpoints hold in this process alone."""
    return "pydevd" in sys.modules or "debugpy" in sys.modules


def _packages() -> str:
    """The folder in which graphviz lies; empty where it is not installed."""
    spec = importlib.util.find_spec("graphviz")
    return str(Path(spec.origin).parents[1]) if spec and spec.origin else ""


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "it no longer answers"
    if code >= 0:
        return f"it ended with the exit code {code} before the check was done"
    return f"it was ended by the signal {signal.Signals(-code).name} before the check was done"

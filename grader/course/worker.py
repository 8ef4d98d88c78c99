"""Talks with a fenced process: one question at a time, one bounded answer, a new process whenever the old one fails.

Nothing that comes back is trusted. An answer is one line of JSON of at most a megabyte with the identifier of the
question; anything else, or anything said unasked, ends the process and is recorded as a fault of the submission.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from grader.course.sandbox import Sandbox
from grader.learner.records import Check, Exercise, Fault, Frame, Observation

if TYPE_CHECKING:
    from typing_extensions import Self

CPU_SECONDS, WALL_SECONDS = 2.0, 5.0  # per check
ANSWER_BYTES = 1_000_000
ENCODED_DEPTH = 8


class ProtocolError(Exception):
    """The process broke the rules of the conversation, died, or took too long; the text says which."""


@dataclass
class Worker:
    """A fenced process on one folder of modules, replaced when it fails; use it in a `with` block."""

    sandbox: Sandbox
    folder: Path
    slot: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def observe(self, exercise: Exercise, check: Check) -> Observation:
        """What one check's probe shows; every failure of the process is a fault in the observation."""
        if self.process is None:
            self.process = self.sandbox.start(self.folder, self.slot)
        identifier = secrets.token_hex(8)
        question = {
            "id": identifier,
            "module": exercise.module,
            "code": check.probe.code,
            "observe": list(check.probe.observe),
            "seconds": None,
        }
        try:
            return read_answer(self._ask(question), identifier, check.probe.observe)
        except ProtocolError as error:
            self.stop()
            kind = "TimeIsUp" if "time" in str(error) else "WorkerLost"
            return Observation({}, Fault(kind, str(error), "run", ()))

    def stop(self) -> None:
        """End the process and all that it may have started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self.process.wait()
        self.process = None

    def _ask(self, question: dict[str, Any]) -> bytes:
        process = self.process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if selector.select(0):
                raise ProtocolError("the process spoke unasked or died")
            try:
                process.stdin.write(json.dumps(question).encode() + b"\n")
                process.stdin.flush()
            except OSError:
                raise ProtocolError("the process died") from None
            return b"".join(self._pieces(selector, process))

    def _pieces(self, selector: selectors.BaseSelector, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        """The answer's bytes up to the end of its line, within the limits of time and size."""
        assert process.stdout is not None
        started, cpu, size = time.monotonic(), _cpu_seconds(process.pid), 0
        while True:
            if not selector.select(min(0.25, max(0.0, started + WALL_SECONDS - time.monotonic()))):
                late = time.monotonic() - started >= WALL_SECONDS
                if late or _cpu_seconds(process.pid) - cpu >= CPU_SECONDS:
                    raise ProtocolError("the time is up")
                continue
            piece = os.read(process.stdout.fileno(), 65_536)
            size += len(piece)
            if not piece:
                raise ProtocolError("the process died")
            if size > ANSWER_BYTES:
                raise ProtocolError("the answer is too large")
            yield piece
            if b"\n" in piece:
                if not piece.endswith(b"\n"):
                    raise ProtocolError("the process spoke unasked")
                return


def observe(
    sandbox: Sandbox, folder: Path, exercise: Exercise, checks: Sequence[Check], slot: int = 0
) -> list[Observation]:
    """What each check's probe shows on the modules in `folder`."""
    with Worker(sandbox, folder, slot) as worker:
        return [worker.observe(exercise, check) for check in checks]


def read_answer(line: bytes, identifier: str, expressions: Sequence[str]) -> Observation:
    """An answer as an observation. Raises ProtocolError for anything that is not exactly one."""
    try:
        answer = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProtocolError("the answer is not JSON") from None
    if not isinstance(answer, dict) or answer.pop("id", None) != identifier:
        raise ProtocolError("the answer is to another question")
    if set(answer) == {"values"} and isinstance(answer["values"], dict) and set(answer["values"]) == set(expressions):
        return Observation({text: _clean(value, 0) for text, value in answer["values"].items()})
    if set(answer) == {"fault"} and isinstance(answer["fault"], dict):
        return Observation({}, _clean_fault(answer["fault"]))
    raise ProtocolError("the answer has another form")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _clean(value: Any, depth: int) -> Any:
    """A value in the encoding of `probing.encode`, or ProtocolError."""
    if value is None or type(value) in (bool, float, str) or (type(value) is int and abs(value) < 2**63):
        return value
    if type(value) is list and depth < ENCODED_DEPTH:
        return [_clean(item, depth + 1) for item in value]
    if type(value) is dict and set(value) == {"float"} and value["float"] in ("nan", "inf", "-inf"):
        return value
    if type(value) is dict and set(value) == {"object", "repr"} and all(type(v) is str for v in value.values()):
        return {name: text[:200] for name, text in value.items()}
    raise ProtocolError("the answer holds a value of another form")


def _clean_fault(fault: dict[str, Any]) -> Fault:
    text = {name: fault.get(name) for name in ("type", "message", "during", "caret")}
    frames = fault.get("frames")
    if not all(type(v) is str for v in text.values()) or type(frames) is not list:
        raise ProtocolError("the fault has another form")
    kept = []
    for frame in frames[:10]:
        if (
            type(frame) is not dict
            or set(frame) != {"file", "line", "function", "text"}
            or type(frame["line"]) is not int
        ):
            raise ProtocolError("the fault has another form")
        kept.append(
            Frame(str(frame["file"])[:80], frame["line"], str(frame["function"])[:80], str(frame["text"])[:200])
        )
    cut = {name: str(value)[:500] for name, value in text.items()}
    return Fault(cut["type"], cut["message"], cut["during"], tuple(kept), cut["caret"])


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0

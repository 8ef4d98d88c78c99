"""Talks with a fenced process: one question at a time, one bounded answer, a new process whenever the old one fails.

Nothing that comes back is trusted. An answer is one line of JSON of at most a megabyte with the identifier of the
question; anything else, or anything said unasked, ends the process and is recorded as a fault of the submission.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from grader.core.probing import SECONDS
from grader.core.records import Fault, Frame, Observation, Probe
from grader.course.fence.sandbox import MEMORY, Sandbox

if TYPE_CHECKING:
    from typing_extensions import Self

CPU_CLOCK = 2  # CPUCLOCK_SCHED: with a process's number, clock_getcpuclockid(3) makes a clock's of it
ANSWER_BYTES = 1_000_000
ENCODED_DEPTH = 8
LONGEST = 9_999_999  # lines of a file
FRAME = {"file": str, "line": int, "function": str, "text": str}
GUARDIAN = """
import os, signal, sys
left = set()
for line in sys.stdin:
    left ^= {int(line)}
for process in left:
    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass
"""


class ProtocolError(Exception):
    """The process broke the rules of the conversation, died, or took too long; the text says which."""

    fault = "WorkerLost"


class TooLateError(ProtocolError):
    """The process took too long."""

    fault = "TimeIsUp"


@dataclass(frozen=True)
class Limits:
    """What one check may take: seconds of CPU and by the clock, bytes of address space; and all of a submission's."""

    cpu_seconds: float = 2.0
    wall_seconds: float = SECONDS
    memory: int = MEMORY
    submission_seconds: float = 60.0

    @property
    def common_memory(self) -> int:
        """What a process gets at first; right answers need a fourth of it."""
        return self.memory // 2


LOST = (ProtocolError.fault, TooLateError.fault)


@dataclass
class Worker:
    """A fenced process on one folder of modules, replaced when it fails; use it in a `with` block."""

    sandbox: Sandbox
    folder: Path
    slot: int = 0
    limits: Limits = field(default_factory=Limits)
    process: subprocess.Popen[bytes] | None = None
    seconds: float = 0.0  # that the answers took so far, without what was waited for others
    imported: set[str] = field(default_factory=set)  # modules that were tried alone after something went wrong
    unimportable: dict[str, Observation] = field(default_factory=dict)  # and what was seen of those that cannot be

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def observe(self, module: str, probe: Probe) -> Observation:
        """What a probe shows of a module; every failure of the process is a fault in the observation.

        Where the module cannot be imported, it is tried once more alone, in a process that nobody has spoiled; what is
        seen then stands for all its probes.
        """
        if module in self.unimportable:
            return self.unimportable[module]
        seen = self._observed(module, probe.code, probe.observe)
        if seen.fault and (seen.fault.during == "import" or seen.fault.type in LOST) and module not in self.imported:
            self.stop()
            alone = self._observed(module, "", ())
            self.imported.add(module)
            if alone.fault:
                self.unimportable[module] = alone
            elif seen.fault.during == "import":  # spoiled by an earlier check
                seen = self._observed(module, probe.code, probe.observe)
        return self.unimportable.get(module, seen)

    def _observed(self, module: str, code: str, observe: Sequence[str]) -> Observation:
        """An answer; what needs more memory than most is asked again, one such question at a time on a machine."""
        seen = self._answered(module, code, observe, self.limits.common_memory)
        if seen.fault is None or seen.fault.type != MemoryError.__name__:
            return seen
        self.stop()
        with _alone_on_this_machine():
            seen = self._answered(module, code, observe, self.limits.memory)
            self.stop()
        return seen

    def _answered(self, module: str, code: str, observe: Sequence[str], memory: int) -> Observation:
        started = time.monotonic()
        process = self._listening(memory)
        identifier = secrets.token_hex(8)
        question = {"id": identifier, "module": module, "code": code, "observe": list(observe), "seconds": None}
        try:
            seen = read_answer(_ask(process, question, self.limits), identifier, observe)
        except ProtocolError as error:
            self.stop()
            return Observation({}, Fault(error.fault, str(error), "run", ()))
        else:
            if seen.fault and seen.fault.type == EOFError.__name__:  # it may be about to end; see probing.Input
                self.stop()
            return seen
        finally:
            self.seconds += time.monotonic() - started

    def stop(self) -> None:
        """End the process and all that it may have started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        _tell_guardian(self.process.pid)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self.process.wait()
        self.process = None

    def _listening(self, memory: int) -> subprocess.Popen[bytes]:
        """A process that waits for a question; one that spoke unasked or died since the last answer is replaced."""
        if self.process is not None and _is_readable(self.process):
            self.stop()
        if self.process is None:
            self.process = self.sandbox.start(self.folder, self.slot, memory)
            _tell_guardian(self.process.pid)
            for stream in (self.process.stdin, self.process.stdout):
                os.set_blocking(stream.fileno(), False)  # type: ignore[union-attr]
        return self.process


@contextlib.contextmanager
def _alone_on_this_machine() -> Iterator[None]:
    """Wait until no other grading process of this tree is here. Files lock each other out where there is fcntl."""
    if os.name != "posix":
        yield
        return
    import fcntl

    with Path(__file__).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _tell_guardian(process: int) -> None:
    """That a process was started or, the second time, ended."""
    with contextlib.suppress(OSError):
        _guardian().write(b"%d\n" % process)


@lru_cache
def _guardian() -> IO[bytes]:
    """A process that outlives this one, however it ends, by the moment that it takes to kill what is left behind."""
    command = [sys.executable, "-I", "-S", "-c", GUARDIAN]
    process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, start_new_session=True)
    atexit.register(process.communicate)
    assert process.stdin is not None
    return process.stdin


def _is_readable(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0)[0])


def _ask(process: subprocess.Popen[bytes], question: Mapping[str, object], limits: Limits) -> bytes:
    """The answer's line, within the limits of time and size, which hold for the question's way there as well."""
    assert process.stdin is not None
    assert process.stdout is not None
    unsent = json.dumps(question, ensure_ascii=False).encode() + b"\n"
    answer = bytearray()
    started, cpu = time.monotonic(), _cpu_seconds(process.pid)
    unsent = _send(process.stdin.fileno(), unsent)
    while True:
        wait = min(0.25, max(0.0, started + limits.wall_seconds - time.monotonic()))
        readable, writable, _ = select.select([process.stdout], [process.stdin] if unsent else [], [], wait)
        late = time.monotonic() - started >= limits.wall_seconds
        if late or (not readable and not writable and _cpu_seconds(process.pid) - cpu >= limits.cpu_seconds):
            raise TooLateError("the time is up")
        if writable:
            unsent = _send(process.stdin.fileno(), unsent)
        if readable and _receive(process.stdout.fileno(), answer):
            if unsent:
                raise ProtocolError("the process spoke unasked")
            return bytes(answer)


def _send(descriptor: int, unsent: bytes) -> bytes:
    """What is still to be sent after as much as goes."""
    try:
        return unsent[os.write(descriptor, unsent) :]
    except BlockingIOError:
        return unsent
    except OSError:
        raise ProtocolError("the process died") from None


def _receive(descriptor: int, answer: bytearray) -> bool:
    """Add what has come to an answer; whether its line is at its end."""
    try:
        piece = os.read(descriptor, 65_536)
    except BlockingIOError:  # somebody else took it
        return False
    answer += piece
    if not piece:
        raise ProtocolError("the process died")
    if len(answer) > ANSWER_BYTES:
        raise ProtocolError("the answer is too large")
    if b"\n" in piece and not piece.endswith(b"\n"):
        raise ProtocolError("the process spoke unasked")
    return b"\n" in piece


def observe(sandbox: Sandbox, folder: Path, module: str, probes: Iterable[Probe], slot: int = 0) -> list[Observation]:
    """What each probe shows of a module in `folder`."""
    with Worker(sandbox, folder, slot) as worker:
        return [worker.observe(module, probe) for probe in probes]


def read_answer(line: bytes, identifier: str, expressions: Sequence[str]) -> Observation:
    """An answer as an observation. Raises ProtocolError for anything that is not exactly one."""
    try:
        answer = json.loads(line.decode(), parse_constant=_refuse)
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


def _clean(value: object, depth: int) -> object:
    """A value in the encoding of `probing.encode`, or ProtocolError."""
    if value is None or type(value) in (bool, str) or (type(value) is int and abs(value) < 2**63):
        return value
    if type(value) is float and math.isfinite(value):  # 1e999 is JSON
        return value
    if type(value) is list and depth < ENCODED_DEPTH:
        return [item if type(item) is float and math.isfinite(item) else _clean(item, depth + 1) for item in value]
    if type(value) is dict and set(value) == {"float"} and value["float"] in ("nan", "inf", "-inf"):
        return value
    if type(value) is dict and set(value) == {"object", "repr"} and all(type(v) is str for v in value.values()):
        return {name: text[:200] for name, text in value.items()}
    raise ProtocolError("the answer holds a value of another form")


def _clean_fault(fault: dict[str, object]) -> Fault:
    text = {name: fault.get(name, "") for name in ("type", "message", "during", "caret", "silent")}
    frames = fault.get("frames")
    if not all(type(v) is str for v in text.values()) or type(frames) is not list:
        raise ProtocolError("the fault has another form")
    kept = []
    for frame in frames[:10]:
        if type(frame) is not dict or {name: type(value) for name, value in frame.items()} != FRAME:
            raise ProtocolError("the fault has another form")
        line = min(max(frame["line"], 0), LONGEST)
        kept.append(Frame(frame["file"][:80], line, frame["function"][:80], frame["text"][:200]))
    cut = {name: str(value)[:500] for name, value in text.items()}
    return Fault(cut["type"], cut["message"], cut["during"], tuple(kept), cut["caret"], cut["silent"])


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process so far; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | CPU_CLOCK)
    except OSError:
        return 0.0

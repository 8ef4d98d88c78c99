"""Reads hand-ins in a process of its own with limits of memory and time: what a student wrote is parsed nowhere else.

Python's own compiler takes all memory for some sources of a few lines. The process serves one request after the other,
a line of JSON each, runs nothing of what it reads, and is replaced when a hand-in was too much for it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.core.catalogue import read_catalogue
from grader.core.expectations import Expectation, ExpectationError, parse_expectations
from grader.core.records import Exercise, Probe
from grader.course.intake.contents import Piece, UnreadableError
from grader.course.intake.decoding import decode
from grader.course.intake.filenames import shown
from grader.course.intake.given import completed
from grader.course.intake.notebook import Cell, cells_of
from grader.course.intake.submission import Submission, SubmissionError, read_submission

KATA = Path(__file__).resolve().parents[3]
MEMORY = 3 * 2**29  # bytes of address space; a hand-in may take half of it, and the largest that is read does not
CPU, WALL = 15, 120  # seconds for one request
BEGIN = "import sys; sys.path[:] = {path!r}; from grader.course.intake.reading import serve; serve()"


@dataclass(frozen=True)
class Answer:
    """A line of JSON: what was found, or why there is nothing; `fault` names an error that nobody had thought of."""

    found: Any = None
    why: str = ""
    fault: str = ""


class TooMuchError(Exception):
    """What was asked took the process away, by its memory or time, or was more than the reader is made for."""


# In the process that asks


def read_within_limits(
    given: Path | Sequence[Piece], student: str | None = None, wanted: Collection[int] | None = None
) -> Submission:
    """As read_submission. Raises SubmissionError, also for a hand-in that takes too much memory or time to read."""
    pieces = [Piece(given)] if isinstance(given, Path) else list(given)
    told = [(str(piece.path.absolute()), piece.called) for piece in pieces]
    try:
        answer = reader().ask("submission", told, student, None if wanted is None else sorted(wanted))
    except TooMuchError as error:
        raise SubmissionError(
            f"{shown(pieces[-1].path.name)} {error} to be read; nothing of it is graded, it needs a look."
        ) from None
    if answer.why:
        raise SubmissionError(answer.why)
    name, sources, notes, notebooks, files, look, catches = answer.found
    return Submission(name, dict(sources), tuple(notes), frozenset(notebooks), dict(files), tuple(look), dict(catches))


def read_or_say_why(given: Path | Sequence[Piece], student: str, wanted: Collection[int] | None = None) -> Submission:
    """As read_within_limits; where there is nothing to grade, without sources and with the reason to look at it."""
    try:
        return read_within_limits(given, student, wanted)
    except SubmissionError as error:
        return Submission(student, {}, (str(error),), look=(str(error),))


def with_given(submission: Submission, exercises: Mapping[int, Exercise], solutions: Mapping[int, str]) -> Submission:
    """The submission with whatever its notebooks lack of what was given; sources that were files stay as they are."""
    sources = dict(submission.sources)
    for number in submission.notebooks & exercises.keys():
        try:
            answer = reader().ask("completed", sources[number], solutions[number], number)
        except TooMuchError:
            continue  # it was read before, and is left to the fence as it is
        sources[number] = answer.found
    return replace(submission, sources=sources)


def read_checks(text: str, where: str) -> list[Expectation]:
    """A student's own checks. Raises ExpectationError, also where they take too much to be read."""
    try:
        answer = reader().ask("checks", text, where)
    except TooMuchError as error:
        raise ExpectationError(f"{where} {error} to be read.") from None
    if answer.why:
        raise ExpectationError(answer.why)
    return [
        Expectation(line, Probe(code, tuple(observe), rel, abs_), dict(zip(observe, values, strict=True)), words)
        for line, code, observe, rel, abs_, values, words in answer.found
    ]


def read_cells(data: bytes) -> list[Cell] | None:
    """Every cell of a notebook's file, None where it is none or takes too much."""
    try:
        answer = reader().ask("cells", b64encode(data).decode())
    except TooMuchError:
        return None
    return None if answer.found is None else [Cell(*cell) for cell in answer.found]


@lru_cache
def reader() -> Reader:
    """The one of this process."""
    return Reader()


@dataclass
class Reader:
    """Asks one question at a time, from whatever thread."""

    memory: int = MEMORY
    cpu: int = CPU
    wall: float = WALL
    process: subprocess.Popen[bytes] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, what: str, *about: Any) -> Answer:
        """Raises TooMuchError with the middle of a sentence."""
        question = json.dumps([what, *about]).encode() + b"\n"
        with self.lock:
            process = self._listening()
            try:
                line = self._answer(process, question)
            except OSError:  # it died before it had read the question
                line = b""
            if not line.endswith(b"\n"):
                self.stop()
                raise TooMuchError(f"takes more than {self.memory >> 21} MB of memory or {self.cpu} seconds")
        answer = Answer(*json.loads(line))
        if answer.fault:
            raise TooMuchError(f"is more than the grader can take ({answer.fault})")
        return answer

    def _listening(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.stop()
            path = [str(KATA), *(str(Path(entry).absolute()) for entry in sys.path)]
            command = [sys.executable, "-I", "-c", BEGIN.format(path=path), str(self.memory), str(self.cpu)]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=KATA
            )
            atexit.register(self.stop)
        return self.process

    def _answer(self, process: subprocess.Popen[bytes], question: bytes) -> bytes:
        """A line, or what came of it until the process died or its time was up."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(question)
        process.stdin.flush()
        answer, end = bytearray(), time.monotonic() + self.wall
        while (
            not answer.endswith(b"\n") and select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))[0]
        ):
            piece = os.read(process.stdout.fileno(), 1 << 20)
            if not piece:
                break
            answer += piece
        return bytes(answer)

    def stop(self) -> None:
        if self.process is not None:
            atexit.unregister(self.stop)
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                with suppress(OSError, ValueError):
                    stream.close()  # type: ignore[union-attr]
            self.process = None


# In the process that reads


def serve() -> None:
    """Answer a line of JSON for each line, until there are no more."""
    warnings.simplefilter("ignore")  # what Python thinks of a student's code is not for the instructor
    memory, cpu = map(int, sys.argv[1:3])
    _limit_memory(memory)
    for line in sys.stdin.buffer:
        _limit_time(cpu)
        what, *about = json.loads(line)
        try:
            answer = ANSWERS[what](*about)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this hand-in's alone
            answer = Answer(fault=type(error).__name__)
        if _peak() > memory // 2:  # Python may have caught its own MemoryError, for which it has other reasons as well
            os._exit(1)
        sys.stdout.write(json.dumps(astuple(answer)) + "\n")
        sys.stdout.flush()


def _limit_memory(memory: int) -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak() -> int:
    """The most bytes that this process has had so far; 0 where the system does not tell.

    Not ru_maxrss where it can be helped: on Linux a new process begins with the peak of the one that started it, so
    that a large grader would find every hand-in too large.
    """
    if os.name != "posix":
        return 0
    with suppress(OSError, ValueError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].partition("kB")[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _limit_time(cpu: int) -> None:
    """From now on. The system ends a process whose time is up, also in the middle of Python's compiler."""
    if os.name == "posix":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + cpu, hard))


def _submission(pieces: list[tuple[str, str]], student: str | None, wanted: list[int] | None) -> Answer:
    try:
        found = read_submission([Piece(Path(path), called) for path, called in pieces], student, wanted)
    except SubmissionError as error:
        return Answer(why=str(error))
    sources, files, catches = ([*each.items()] for each in (found.sources, found.files, found.catches))
    return Answer([found.student, sources, found.notes, sorted(found.notebooks), files, found.look, catches])


def _completed(source: str, solution: str, number: int) -> Answer:
    return Answer(completed(source, solution, read_catalogue()[number]))


def _cells(data: str) -> Answer:
    try:
        return Answer([astuple(cell) for cell in cells_of(decode(b64decode(data))[0])])
    except UnreadableError:
        return Answer()


def _checks(text: str, where: str) -> Answer:
    try:
        return Answer([_as_list(check) for check in parse_expectations(text, where)])
    except ExpectationError as error:
        return Answer(why=str(error))


def _as_list(check: Expectation) -> list[object]:
    probe = check.probe
    return [check.line, probe.snippet, probe.observe, probe.rel, probe.abs, [*check.expected.values()], check.words]


ANSWERS: Mapping[str, Callable[..., Answer]] = {
    "submission": _submission,
    "completed": _completed,
    "cells": _cells,
    "checks": _checks,
}

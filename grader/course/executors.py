"""Where a class is graded: on any executor of `concurrent.futures` whose processes were given the course.

The course goes to each process once; a task is a submission as bytes and an `Order` of some words, its result a report.
`processes` are those of this machine; `cluster.py` has those of a Dask cluster.
"""

from __future__ import annotations

import os
import pickle
import secrets
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TooLateError
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from queue import Empty, SimpleQueue
from textwrap import shorten
from typing import Any

from grader.course.closure import closure
from grader.course.digest import digest
from grader.course.grading import Course, grade
from grader.course.report import printable, report
from grader.course.sandbox import UIDS, sandbox
from grader.course.submission import Submission

IN_FLIGHT = UIDS // 2  # submissions at a time; a user id is taken again only after as many others
SUSPECTS = 100  # submissions that failed once; more of them are no accident
OVERDUE = 600.0  # seconds beyond its own time after which a submission is given up, whatever it waits for
SILENCE = 3600.0  # seconds in which no report comes; each process gives up what is overdue before that
KATA = Path(__file__).resolve().parents[2]

_courses: dict[str, Course] = {}  # that this process was given


class OverdueError(Exception):
    """A submission of which nothing was heard for too long."""


class GroundError(RuntimeError):
    """Why grading cannot go on where it is done, in a sentence."""


@dataclass(frozen=True)
class Order:
    """What each task is told: with which course to grade, by which kata (any, if empty), and behind what fence."""

    course: str
    kata: str = ""
    weak: bool = True


@dataclass(frozen=True)
class Ground:
    """An executor whose processes were given the course of an order."""

    executor: Executor
    order: Order


Open = Callable[[Course], AbstractContextManager[Ground]]


@dataclass(frozen=True)
class Result:
    """A student's report or, where the grader itself failed, why."""

    student: str
    report: dict[str, Any] | None
    fault: str = ""


def pack(course: Course) -> tuple[Order, bytes]:
    """An order for this run alone, and the course as it travels."""
    return Order(secrets.token_hex(8)), pickle.dumps(course)


@cache
def kata() -> str:
    """A digest of the code that grades, as it was when this process began to."""
    return digest(*map(str, closure(__name__, KATA)), root=KATA)


# In the processes that grade


def receive(order: Order, packed: bytes) -> None:
    """Keep a course for the tasks to come."""
    _courses[order.course] = pickle.loads(packed)  # noqa: S301 - our own bytes, never a student's


def forget(order: Order) -> None:
    _courses.pop(order.course, None)


def refusal(order: Order) -> str:
    """Why this process must not grade, as a sentence without its subject; empty if it may."""
    if order.kata not in ("", kata()):
        return "has another version of the kata; start it again from the same one."
    fence = sandbox()
    if not fence.hardened and not order.weak:
        return f"has no hardened sandbox ({fence.missing}); WEAK_SANDBOX=1 grades all the same."
    return ""


def grade_one(packed: bytes, order: Order, slot: int) -> dict[str, Any]:
    """The report of one submission. Raises GroundError where this process must not grade."""
    why = refusal(order) or ("" if order.course in _courses else "was not given the course; start it again.")
    if why:
        raise GroundError(f"Process {os.getpid()} on {socket.gethostname()} {why}")
    submission: Submission = pickle.loads(packed)  # noqa: S301 - bytes of `Flight.start`: texts, never run here
    course, fence = _courses[order.course], sandbox()
    seconds = course.limits.submission_seconds + OVERDUE
    return _in_time(lambda: report(grade(submission, course, fence, slot), course, fence.level), seconds)


def _in_time(work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    """What comes of some work. Raises what it raises, or OverdueError where nothing comes; the work is then left alone.

    On a thread, because Dask calls from threads, where no alarm rings.
    """
    done: Future[dict[str, Any]] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed on
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return done.result(timeout=seconds)
    except TooLateError:
        if done.done():
            raise  # the work's own
        raise OverdueError(f"there was no report after {seconds:.0f} seconds") from None


# In the process that asks them


@contextmanager
def processes(course: Course, jobs: int) -> Iterator[Ground]:
    """So many processes of this machine, whose code and fence are known to whoever asks."""
    order, packed = pack(course)
    others = set(active_children())
    with pool(jobs, order, packed) as executor:
        try:
            yield Ground(executor, order)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in set(active_children()) - others:  # one that is silent would never be done
                process.kill()
            raise


def pool(jobs: int, *given: Any) -> ProcessPoolExecutor:
    """Processes that `receive` what they are given. They end with the one that asks them, even where it is killed."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=given)


def _begin(*given: Any) -> None:
    parent = parent_process()

    def watch() -> None:
        parent.join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if given:
        receive(*given)


@dataclass(frozen=True)
class _Sent:
    student: str
    packed: bytes
    slot: int


class Flight:
    """Submissions that are being graded, of which there are never more than `most`, and what came of them.

    One whose task fails is graded again when all others are done, alone: whatever took its process away may have been
    a neighbour of it. Failing again is a fault of the grader and no mark.
    """

    def __init__(self, ground: Ground, most: int = IN_FLIGHT) -> None:
        self.ground, self.most = ground, most
        self.slots = deque(range(UIDS))
        self.under_way: dict[Future[dict[str, Any]], _Sent] = {}
        self.landed: SimpleQueue[Future[dict[str, Any]]] = SimpleQueue()
        self.suspects: list[_Sent] = []

    def start(self, submission: Submission) -> None:
        """Have a submission graded."""
        self._send(submission.student, pickle.dumps(submission))

    def _send(self, student: str, packed: bytes) -> None:
        sent = _Sent(student, packed, self.slots.popleft())
        try:
            future = self.ground.executor.submit(grade_one, packed, self.ground.order, sent.slot)
        except BrokenExecutor:
            raise GroundError(LOST) from None
        self.under_way[future] = sent
        future.add_done_callback(self.landed.put)

    def results(self) -> Iterator[Result]:
        """What has come back; waits until there is room for one more."""
        return self._results(self.most)

    def _results(self, fewer: int) -> Iterator[Result]:
        while len(self.under_way) >= fewer or not self.landed.empty():
            sent, found = self._next()
            if isinstance(found, dict):
                yield Result(sent.student, found)
            else:
                self.suspects.append(sent)
                if len(self.suspects) > SUSPECTS:
                    raise GroundError(f"More than {SUSPECTS} submissions could not be graded; the last: {found}.")

    def end(self) -> Iterator[Result]:
        """The rest."""
        yield from self._results(fewer=1)
        for suspect in self.suspects:
            self._send(suspect.student, suspect.packed)
            _, found = self._next()
            yield Result(suspect.student, *((found,) if isinstance(found, dict) else (None, found)))

    def _next(self) -> tuple[_Sent, dict[str, Any] | str]:
        """What comes back next: a report, or what went wrong. Raises GroundError where nothing can come any more."""
        try:
            future = self.landed.get(timeout=SILENCE)
        except Empty:
            raise GroundError(f"Nothing was graded for {SILENCE / 60:.0f} minutes. {GO_ON}") from None
        sent = self.under_way.pop(future)
        self.slots.append(sent.slot)
        try:
            return sent, future.result()
        except GroundError:
            raise
        except (BrokenExecutor, CancelledError):
            raise GroundError(LOST) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this submission's alone
            return sent, sentence_of(error)


def sentence_of(error: BaseException) -> str:
    """An error in one short line."""
    return shorten(printable(f"{type(error).__name__}: {error}"), 240, placeholder=" ...")


GO_ON = "Run the same command again: what is graded is kept."
LOST = f"The processes that grade were lost (killed, or out of memory). {GO_ON}"


def grade_all(submissions: Iterable[Submission], ground: Ground) -> Iterator[Result]:
    """Grade submissions, which may be read as they are needed, in whatever order they are done."""
    flight = Flight(ground)
    for submission in submissions:
        flight.start(submission)
        yield from flight.results()
    yield from flight.end()

"""Where a class is graded: on any executor of `concurrent.futures` whose processes were given the course.

The course goes to each process once; its work is a submission as bytes and an `Order` of some words. All of a class
is begun before any of it is finished: nobody who is still at public checks has a neighbour that knows of hidden ones.
`processes` are those of this machine; `cluster.py` has those of a Dask cluster.
"""

from __future__ import annotations

import os
import pickle
import secrets
import socket
import tempfile
import threading
import zlib
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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from grader.core.errors import KataError
from grader.core.text import printable
from grader.course.authoring.closure import closure
from grader.course.authoring.digest import digest
from grader.course.fence.sandbox import UIDS, Sandbox, sandbox
from grader.course.grading.grading import Begun, Course, begin, finish
from grader.course.grading.marking import make_report
from grader.course.grading.report import Report
from grader.course.intake.submission import Submission

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
AT_A_TIME = UIDS // 2  # submissions; a user id is taken again only after as many others
SUSPECTS = 100  # submissions that failed once; more of them are not an accident
OVERDUE = 600.0  # seconds beyond its own time after which a submission is given up, whatever it waits for
SILENCE = 3600.0  # seconds in which no report comes; each process gives up what is overdue before that
KATA = Path(__file__).resolve().parents[3]

_courses: dict[str, Course] = {}  # that this process was given


class OverdueError(Exception):
    """A submission of which nothing was heard for too long."""


class GroundError(KataError):
    """Why grading cannot go on where it is done, in a sentence."""


@dataclass(frozen=True)
class Order:
    """With which course all work is to be done, by which kata (any, if empty), and behind what fence."""

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
class Result(Generic[T]):
    """What came of a student's submission, a report in the end, or, where the grader itself failed, why nothing did."""

    student: str
    report: T | None
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
    """Keep a course for the work to come."""
    _courses[order.course] = pickle.loads(packed)  # noqa: S301 - our own bytes, never a student's


def forget(order: Order) -> None:
    _courses.pop(order.course, None)


def refusal(order: Order) -> str:
    """Why this process must not grade, as a sentence without its subject; empty if it may."""
    if order.kata not in ("", kata()):
        return "has another version of the kata; start it again from the same one."
    fence = sandbox()
    if not fence.hardened and not order.weak:
        return f"has no hardened sandbox ({fence.missing}); WEAK_SANDBOX=1 grades anyway."
    return ""


def begin_one(packed: bytes, order: Order, slot: int) -> bytes:
    """A submission after its public checks, packed for `finish_one`. Raises GroundError where this process must not."""
    course, fence, seconds = _given(order)
    submission: Submission = pickle.loads(packed)  # noqa: S301 - bytes of `Rounds.start`: texts, never run here
    begun = _in_time(lambda: begin(submission, course, fence, slot), seconds)
    return zlib.compress(pickle.dumps((submission, begun)), level=1)


def finish_one(packed: bytes, order: Order, slot: int) -> Report:
    """The report of a submission that was begun. Raises GroundError where this process must not grade."""
    course, fence, seconds = _given(order)
    known: tuple[Submission, Begun] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - bytes of `begin_one`
    submission, begun = known
    return _in_time(lambda: make_report(finish(begun, submission, course, fence, slot), course, fence.level), seconds)


def _given(order: Order) -> tuple[Course, Sandbox, float]:
    """The course of an order, this process's fence, and the seconds that a submission may take."""
    why = refusal(order) or ("" if order.course in _courses else "was not given the course; start it again.")
    if why:
        raise GroundError(f"Process {os.getpid()} on {socket.gethostname()} {why}")
    course = _courses[order.course]
    return course, sandbox(), course.limits.submission_seconds + OVERDUE


def _in_time(work: Callable[[], T], seconds: float) -> T:
    """What comes of some work. Raises what it raises, or OverdueError where nothing comes; the work is then left alone.

    On a thread, because Dask calls from threads, where no alarm rings.
    """
    done: Future[T] = Future()

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
        raise OverdueError(f"nothing came of it in {seconds:.0f} seconds") from None


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


class Round(Generic[T]):
    """Submissions with which the same work is done, never more than `most` at a time, and what came of them.

    One with which it fails is tried again when all others are done, alone: whatever took its process away may have been
    a neighbour of it. Failing again is a fault of the grader and no mark.
    """

    def __init__(self, ground: Ground, work: Callable[[bytes, Order, int], T], slots: deque[int], most: int) -> None:
        self.ground, self.work, self.slots, self.most = ground, work, slots, most
        self.under_way: dict[Future[T], _Sent] = {}
        self.landed: SimpleQueue[Future[T]] = SimpleQueue()
        self.suspects: list[_Sent] = []

    def send(self, student: str, packed: bytes) -> None:
        """Have the work done with a submission."""
        sent = _Sent(student, packed, self.slots.popleft())
        try:
            future = self.ground.executor.submit(self.work, packed, self.ground.order, sent.slot)
        except BrokenExecutor:
            raise GroundError(LOST) from None
        self.under_way[future] = sent
        future.add_done_callback(self.landed.put)

    def results(self) -> Iterator[Result[T]]:
        """What has come back; waits until there is room for one more."""
        return self._results(self.most)

    def _results(self, fewer: int) -> Iterator[Result[T]]:
        while len(self.under_way) >= fewer or not self.landed.empty():
            sent, result = self._next()
            if not result.fault:
                yield result
            else:
                self.suspects.append(sent)
                if len(self.suspects) > SUSPECTS:
                    raise GroundError(
                        f"More than {SUSPECTS} submissions could not be graded; the last: {result.fault}."
                    )

    def end(self) -> Iterator[Result[T]]:
        """The rest."""
        yield from self._results(fewer=1)
        for suspect in self.suspects:
            self.send(suspect.student, suspect.packed)
            yield self._next()[1]

    def _next(self) -> tuple[_Sent, Result[T]]:
        """What comes back next, or what went wrong. Raises GroundError where nothing can come any more."""
        try:
            future = self.landed.get(timeout=SILENCE)
        except Empty:
            raise GroundError(f"Nothing was graded for {SILENCE / 60:.0f} minutes. {GO_ON}") from None
        sent = self.under_way.pop(future)
        self.slots.append(sent.slot)
        try:
            return sent, Result(sent.student, future.result())
        except GroundError:
            raise
        except (BrokenExecutor, CancelledError):
            raise GroundError(LOST) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this submission's alone
            return sent, Result(sent.student, None, sentence_of(error))


class Rounds:
    """A class that is being graded: all are begun, and only then are they finished.

    Between the rounds they wait on the disk, in a file without a name that is gone however this process ends. A run
    that goes on begins again whatever has no report. `begun` is called for each that is past the first round. Use it
    in a `with` block.
    """

    def __init__(
        self,
        ground: Ground,
        folder: Path | None = None,
        begun: Callable[[], object] = lambda: None,
        most: int = AT_A_TIME,
    ) -> None:
        slots = deque(range(UIDS))
        self.first, self.second = Round(ground, begin_one, slots, most), Round(ground, finish_one, slots, most)
        self.begun = begun
        self.waiting, self.faults = 0, list[Result[Report]]()
        self.between = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.between.close()

    def start(self, submission: Submission) -> None:
        """Have a submission begun; waits until there is room for one more."""
        self.first.send(submission.student, pickle.dumps(submission))
        self._keep(self.first.results())

    def results(self) -> Iterator[Result[Report]]:
        """The reports of all that were started, in whatever order they are done."""
        self._keep(self.first.end())
        yield from self.faults
        self.between.seek(0)
        for _ in range(self.waiting):
            student, packed = pickle.load(self.between)  # noqa: S301 - what `_keep` wrote
            self.second.send(student, packed)
            yield from self.second.results()
        yield from self.second.end()

    def _keep(self, results: Iterator[Result[bytes]]) -> None:
        for result in results:
            if result.report is None:
                self.faults.append(Result(result.student, None, result.fault))
            else:
                pickle.dump((result.student, result.report), self.between)
                self.waiting += 1
            self.begun()


def sentence_of(error: BaseException) -> str:
    """An error in one short line."""
    return shorten(printable(f"{type(error).__name__}: {error}"), 240, placeholder=" ...")


GO_ON = "Run the same command again: what is graded is kept."
LOST = f"The processes that grade were lost (killed, or out of memory). {GO_ON}"


def grade_all(submissions: Iterable[Submission], ground: Ground) -> Iterator[Result[Report]]:
    """Grade submissions, which may be read as they are needed, in whatever order they are done."""
    with Rounds(ground) as rounds:
        for submission in submissions:
            rounds.start(submission)
        yield from rounds.results()

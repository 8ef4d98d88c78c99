"""A journal of what was observed: how checks are run in a browser, which has no process that could be ended.

Each question is written down before it is asked, outside of this Python, and so is its answer. Where no answer comes,
whoever writes ends this Python, notes what became of the question, and starts another with all that is written. That
one finds the answers there and goes on behind the last of them.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from grader.core.probing import Desk
from grader.core.records import Fault, Observation, Probe
from grader.learner.prober import InProcess

MANY = 2_000  # objects; letting go of fewer cannot go deep
PRINTED = 50_000  # characters that are kept; of what is printed beyond, the number of lines
LATE, LOST = "late", "lost"  # what became of a question without an answer
ENDINGS = {
    LATE: Fault("TimeIsUp", "", "run", ()),
    LOST: Fault("WorkerLost", "it ended Python itself before the check was done", "run", ()),
}


class Journal:
    """What was answered so far, by question. `asks` is told a question and its seconds, `answers` what came of it."""

    def __init__(
        self, known: dict[str, str], asks: Callable[[str, float], None], answers: Callable[[str, str], None]
    ) -> None:
        self.known, self.asks, self.answers = known, asks, answers

    def prober(self, folder: Path, seconds: float | None) -> Watched:
        """What stands in for a process on a folder of exercises."""
        return Watched(folder, seconds, self)


class Keeping(Desk):
    """Keeps what a snippet made until it is let go."""

    made: dict[str, object]

    def namespace(self, module: str) -> dict[str, object]:
        self.made = {}
        self.made = super().namespace(module)
        return self.made


class Watched(InProcess):
    """Asks inside this process, and notes each question in the journal."""

    desk: Keeping

    def __init__(self, folder: Path, seconds: float | None, journal: Journal) -> None:
        self.folder, self.seconds, self.journal = folder, seconds, journal
        texts = [path.name.encode() + path.read_bytes() for path in sorted(folder.glob("ex*.py"))]
        self.digest = hashlib.sha256(b"\0".join(texts)).hexdigest()

    def observe(self, module: str, probe: Probe) -> tuple[Observation, str]:
        question = hashlib.sha256(f"{self.digest} {probe.digest(module)} {self.seconds}".encode()).hexdigest()
        told = self.journal.known.get(question)
        if told in ENDINGS:
            return Observation({}, ENDINGS[told]), ""
        if told is None:
            self.journal.asks(question, self.seconds or 0.0)
            told = self._asked(module, probe)
            self.journal.answers(question, told)
            self.journal.known[question] = told
        answer, printed = json.loads(told)
        return Observation.from_json(answer), printed

    def _asked(self, module: str, probe: Probe) -> str:
        """As JSON: the answer, and what was printed."""
        if not hasattr(self, "desk"):
            self.desk = Keeping(self.folder, apart=True)
        printed, before = Printed(), gc.get_count()[0]
        with redirect_stdout(printed), redirect_stderr(printed):
            answer = self.desk.observe(module, probe.code, list(probe.observe), self.seconds)
        if not 0 <= gc.get_count()[0] - before < MANY:  # less than none: there was a collection meanwhile
            let_go(self.desk.made)
        return json.dumps([answer, printed.text])


def let_go(made: dict[str, object]) -> None:
    """The youngest first, as a list does from its end.

    Python would free a graph of thousands of values each inside of the one before, deeper than a browser's stack.
    """
    held = gc.get_objects(2) + gc.get_objects(1) + gc.get_objects(0)
    made.clear()
    del held


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, and how many lines there are."""

    def __init__(self) -> None:
        self.kept, self.size, self.lines = io.StringIO(), 0, 0

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        room = max(0, PRINTED - self.size)
        self.kept.write(text[:room])
        self.size += min(room, len(text))
        self.lines += text.count("\n", room)
        return len(text)

    @property
    def text(self) -> str:
        return self.kept.getvalue() + "\n" * min(self.lines, PRINTED)

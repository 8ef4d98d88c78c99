"""A class of made-up students, the same for the same seed: right, wrong, endless, greedy and hostile ones."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.core.source import functions
from grader.course.authoring.cut import BEGIN, cut
from grader.course.bank.chaffs import read_bank
from grader.course.bank.wheats import read_wheats
from grader.course.grading.grading import Course
from grader.course.intake.submission import Submission

SHARES = {"right": 180, "wrong": 80, "endless": 10, "greedy": 10, "hostile": 20}  # of 300
LOOPS = (
    "while True: pass",
    "sum(iter(int, 1))",
    "__import__('time').sleep(600)",
    """while True:
    try: 1
    except BaseException: pass""",
)
BOMBS = (
    """hoard = []
while True: hoard.append(bytearray(10**7))""",
    """hoard = [1]
while True: hoard = hoard + hoard""",
    "hoard = ' ' * 2**40",
    "hoard = {str(i): [i] for i in range(10**8)}",
)
ATTACKS = (
    "import sys; sys.exit(0)",
    "import os; os._exit(0)",
    "raise SystemExit('passed')",
    "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "import builtins; builtins.isinstance = builtins.all = builtins.any = lambda *_: True",
    "import builtins; builtins.eval = builtins.abs = lambda *_, **__: 1.0",
    "import math; math.isclose = lambda *_, **__: True",
    "import json; json.dumps = lambda *_, **__: '{}'",
    "import sys; sys.modules['__main__'].Desk.observe = lambda *a, **k: {'values': {e: 1.0 for e in a[3]}}",
    'import os; os.write(1, b\'{"id": "0", "values": {}}\\n\')',
    """import os
for _ in range(1000): os.write(1, b'x' * 100_000)""",
    "for _ in range(200): print('x' * 100_000)",
    """import os
while True: os.fork()""",
    """import threading, time
for _ in range(10_000): threading.Thread(target=time.sleep, args=(600,)).start()""",
    "import os; os.closerange(0, 64)",
    "open('gradebook.csv', 'w').write('passed')",
)


@dataclass(frozen=True)
class Student:
    """One submission and the most that it may get; right ones get exactly that, all others less than everything."""

    name: str
    kind: str
    sources: dict[int, str]
    most: float

    @property
    def submission(self) -> Submission:
        return Submission(self.name, self.sources, ())


def make_class(course: Course, size: int, seed: int = 300) -> list[Student]:
    """A mixed class in a random order."""
    rng = random.Random(seed)
    counts = {kind: max(1, size * share // 300) for kind, share in SHARES.items()}
    counts["right"] += size - sum(counts.values())
    drawn = []
    makers = {"right": _right, "wrong": _wrong, "endless": _endless, "greedy": _greedy, "hostile": _hostile}
    for kind, count in counts.items():
        students = makers[kind](course, rng)
        drawn += [(kind, *next(students)) for _ in range(count)]
    rng.shuffle(drawn)
    return [Student(f"student-{i:03}", *student) for i, student in enumerate(drawn)]


def write_class(students: list[Student], course: Course, folder: Path) -> None:
    """A folder of files per student."""
    for student in students:
        (folder / student.name).mkdir(parents=True)
        for number, source in student.sources.items():
            (folder / student.name / f"{course.modules[number]}.py").write_text(source, encoding="utf-8")


Drawn = Iterator[tuple[dict[int, str], float]]


def _right(course: Course, rng: random.Random) -> Drawn:
    """Worked answers; every other student has some in another style."""
    wheats = read_wheats()
    while True:
        yield dict(course.solutions), everything(course)
        restyled = {n: ast.unparse(ast.parse(course.solutions[n])) for n in rng.sample(list(course.solutions), 4)}
        others = {w.exercise: w.source for w in rng.sample(wheats, min(3, len(wheats)))}
        yield {**course.solutions, **restyled, **others}, everything(course)


def _wrong(course: Course, rng: random.Random) -> Drawn:
    """Misconceptions in up to three exercises; every fourth student has not come to the last exercises either."""
    chaffs = read_bank()
    while True:
        for late in (False, False, False, True):
            mistaken = {c.misconception.exercise: c.source for c in rng.sample(chaffs, rng.randint(1, 3))}
            begun = rng.randint(5, 10) if late else len(course.solutions)
            stubs = {n: _stub(course, n) for n in course.solutions if n > begun}
            yield {**course.solutions, **mistaken, **stubs}, everything(course) - sum(points(course, n) for n in stubs)


def _endless(course: Course, rng: random.Random) -> Drawn:
    """A loop in the backward pass, or at the top of an exercise, which gets nothing then."""
    return _exhausting(course, rng, LOOPS, 4, "Value.backward")


def _greedy(course: Course, rng: random.Random) -> Drawn:
    """As endless, but for memory."""
    return _exhausting(course, rng, BOMBS, 8, "Neuron.__call__")


def _exhausting(course: Course, rng: random.Random, statements: Sequence[str], number: int, task: str) -> Drawn:
    """Each of the statements at the top of some exercise, then in this task."""
    while True:
        for each in statements:
            some = rng.choice(list(course.solutions))
            yield _at_import(course, some, course.solutions[some], each)
            yield _in_task(course, number, task, each)


def _hostile(course: Course, rng: random.Random) -> Drawn:
    """An attack above a stub: whatever it does, the exercise must not get a point."""
    while True:
        for attack in ATTACKS:
            number = rng.choice(list(course.solutions))
            yield _at_import(course, number, _stub(course, number), attack)


def _at_import(course: Course, number: int, source: str, statements: str) -> tuple[dict[int, str], float]:
    return {**course.solutions, number: f"{source}\n{statements}\n"}, everything(course) - points(course, number)


def _in_task(course: Course, number: int, task: str, statements: str) -> tuple[dict[int, str], float]:
    function = functions(course.solutions[number])[task]
    lines = course.solutions[number].splitlines()
    place = next(i for i in range(function.first, function.last) if BEGIN in lines[i])
    margin = " " * (len(lines[place]) - len(lines[place].lstrip()))
    lines[place:place] = [margin + line for line in statements.splitlines()]
    (lost,) = [t.points for t in course.exercises[number].tasks if t.name == task]
    return {**course.solutions, number: "\n".join(lines) + "\n"}, everything(course) - lost


def _stub(course: Course, number: int) -> str:
    return cut(course.solutions[number], course.exercises[number])


def points(course: Course, number: int) -> int:
    return sum(task.points for task in course.exercises[number].tasks)


def everything(course: Course) -> int:
    return sum(points(course, number) for number in course.exercises)

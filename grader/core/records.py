"""What passes between the parts of the grader: plain frozen records, which know names and paths and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Any

from grader.core.names import tag
from grader.core.paths import BANK, CATCH, DESK, HIDDEN_SUITE, PUBLIC, SOLUTIONS, STUBS


class Status(str, Enum):
    """How a check ended. A fault of the grader is none of these and never costs a mark.

    `word` is what people read; `key` is what a report's JSON says. `is_wrong`: what was written has to be
    repaired. `blocks`: nothing can be built on it yet. `is_known`: the check came to what it is about.
    """

    word: str
    sign: str
    colour: str  # good, bad, warn or quiet; a page and a terminal each have their own colour of that name
    is_wrong: bool
    blocks: bool
    is_known: bool

    PASSED = "passed", "✓", "good"
    FAILED = "wrong", "✗", "bad", "is_wrong", "blocks"
    NOT_ATTEMPTED = "not attempted", "○", "quiet", "blocks", "is_unknown"
    CRASHED = "crashed", "!", "bad", "is_wrong", "blocks"
    TIMED_OUT = "timed out", "…", "bad", "is_wrong", "blocks"
    BLOCKED = "blocked", "⊘", "warn", "blocks", "is_unknown"
    TOO_DEEP = "too deep", "↧", "warn"  # for the recursion of a right answer, which a lesson allows

    def __new__(cls, word: str, sign: str, colour: str, *traits: str) -> Status:  # noqa: PYI034 - Self is younger than Python 3.10
        status = str.__new__(cls, word)
        status._value_ = word
        status.word, status.sign, status.colour = word, sign, colour
        status.is_wrong, status.blocks = "is_wrong" in traits, "blocks" in traits
        status.is_known = "is_unknown" not in traits
        return status

    @property
    def key(self) -> str:
        return self.name.lower()

    @staticmethod
    def of(key: str) -> Status:
        """The status that a report's JSON names."""
        return Status[key.upper()]


@dataclass(frozen=True)
class Task:
    """One stub: its name as in the source ('Value.backward'), its weight, and three hints, each saying more.

    `returns` is false where a right answer gives None.
    """

    name: str
    points: float  # with two decimals at most
    hints: tuple[str, ...]
    returns: bool = True


@dataclass(frozen=True)
class Part:
    """Some exercises in a row that make one thing together: part I, the engine."""

    name: str
    title: str

    @property
    def heading(self) -> str:
        return f"Part {self.name}: {self.title}"


@dataclass(frozen=True)
class Exercise:
    """One module that the learner completes, and where everything lies that belongs to it.

    `package` is the module of the learner's own package that it becomes part of. `builds_on` are the exercises that its
    own checks need; the chain of imports, in which each module imports the one before, is another thing.
    """

    number: int
    module: str
    part: Part
    package: str
    title: str
    goal: str
    builds_on: tuple[int, ...]
    reading: tuple[str, ...]
    tasks: tuple[Task, ...]
    catch: float = 2  # points for checks that catch wrong engines, in a course that gives them

    @property
    def tag(self) -> str:
        return tag(self.number)

    @property
    def file(self) -> Path:
        """The learner's file; `file.name` is what its solution and its stub are called too."""
        return DESK / f"{self.module}.py"

    @property
    def stub(self) -> Path:
        return STUBS / self.file.name

    @property
    def solution(self) -> Path:
        return SOLUTIONS / self.file.name

    @property
    def catches(self) -> Path:
        """The learner's own checks, which are to catch wrong engines."""
        return DESK / CATCH / f"{self.tag}.py"

    @property
    def worked_catches(self) -> Path:
        return SOLUTIONS / CATCH / self.catches.name

    @property
    def public_suite(self) -> Path:
        return PUBLIC / f"test_{self.module}.py"

    @property
    def hidden_suite(self) -> Path:
        return HIDDEN_SUITE / self.public_suite.name

    @property
    def misconceptions(self) -> Path:
        return BANK / "misconceptions" / f"{self.tag}.toml"

    @property
    def wheats(self) -> Path:
        return BANK / "wheats" / f"{self.tag}.toml"

    @property
    def promises(self) -> Path:
        return BANK / "promises" / f"{self.tag}.toml"


@dataclass(frozen=True)
class Probe:
    """A snippet in the learner's words and the expressions to observe after it."""

    snippet: str
    observe: tuple[str, ...]
    rel: float = 1e-9
    abs: float = 1e-12

    @cached_property
    def code(self) -> str:
        """The snippet without the indentation that it has in the check's source."""
        return dedent(self.snippet).strip("\n") + "\n"

    def digest(self, module: str) -> str:
        """Changes whenever an oracle could answer differently."""
        text = json.dumps([module, self.code, self.observe])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Check:
    """A statement that is right or wrong of a submission, and the probe that decides it."""

    name: str
    exercise: int
    task: str
    points: int
    title: str
    probe: Probe
    random: bool = False
    deep: bool = False  # its graph is deeper than Python's recursion goes; nothing else may be hard about it
    inherited: bool = False  # the exercise before passes it too, so it proves nothing of this one

    @property
    def id(self) -> str:
        """Unique over all suites: 'ex04.ladder_of_shared_values'."""
        return f"{tag(self.exercise)}.{self.name.removeprefix('test_')}"


@dataclass(frozen=True)
class Frame:
    """One line of a traceback: the file's name alone, the line number from 1, the function, and the source line."""

    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True)
class Fault:
    """What ended a probe during 'import', 'run' or 'observe'; frames are the learner's own and the probe's.

    `silent`, where None turned up: the functions of the learner that can return nothing else, as in 'trace, Value.exp'.
    """

    type: str
    message: str
    during: str
    frames: tuple[Frame, ...]
    caret: str = ""
    silent: str = ""


@dataclass(frozen=True)
class Observation:
    """What a probe saw, as untrusted data: a value per expression in the encoding of `probing.encode`, or a fault."""

    values: dict[str, object]
    fault: Fault | None = None

    @staticmethod
    def from_json(answer: dict[str, Any]) -> Observation:
        fault = answer.get("fault")
        if fault is None:
            return Observation(answer["values"])
        frames = tuple(Frame(**frame) for frame in fault["frames"])
        return Observation({}, Fault(**{**fault, "frames": frames}))


@dataclass(frozen=True)
class Difference:
    """An observed expression whose value is not the expected one; both as text that a learner reads.

    `spelled`: the names of operations in it, as expected and as given, where it differs by their spelling alone.
    """

    expression: str
    expected: str
    got: str
    spelled: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A check's outcome on one submission. `message` is one or two sentences that say what happened."""

    check: Check
    status: Status
    message: str = ""
    differences: tuple[Difference, ...] = ()
    fault: Fault | None = None
    blocked_by: int | None = None  # the exercise that comes first
    printed: str = ""
    observation: Observation | None = None

    @property
    def points(self) -> int:
        return self.check.points if self.status is Status.PASSED else 0


def are_right_but_too_deep(verdicts: Iterable[Verdict]) -> bool:
    """Whether all that an exercise lacks is what recursion cannot reach; later exercises can be built on it."""
    return {v.status for v in verdicts} - {Status.PASSED} == {Status.TOO_DEEP}


@dataclass(frozen=True)
class Node:
    """One value of a sketch: how to ask for its numbers after the snippet, and what they are.

    `op` is empty for a leaf. `grad` is empty where the exercise has no gradients. `passed` is what each operand
    receives from this node, local derivative times upstream gradient, where that is known.
    """

    name: str
    op: str
    operands: tuple[str, ...]
    data: str
    grad: str
    expected_data: Any
    expected_grad: Any = None
    passed: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sketch:
    """A small expression whose every number is known, so that the first wrong one can be pointed at.

    `edges` asks for the pairs (operand, result) that the graph should have, by name; `order` for the names in
    topological order, of which there may be several right ones. Both are empty where the exercise has none.
    """

    exercise: int
    snippet: str
    nodes: tuple[Node, ...]
    edges: str = ""
    order: str = ""

    @property
    def expected_edges(self) -> list[list[str]]:
        return sorted([operand, node.name] for node in self.nodes for operand in dict.fromkeys(node.operands))

    @property
    def probe(self) -> Probe:
        """What asks for everything but the order, which only some can answer."""
        asked = [text for node in self.nodes for text in (node.data, node.grad)] + [self.edges]
        return Probe(self.snippet, tuple(dict.fromkeys(filter(None, asked))))


@dataclass(frozen=True)
class Misconception:
    """Something that learners believe of one task, which is not so; `question` makes one see it.

    `common` says how often it is met, from 1 to 3: of two that look the same the commoner is told first. `slip` is the
    kind of slip that it is a case of, where it is one that every exercise may have.
    """

    id: str
    exercise: int
    task: str
    title: str
    belief: str
    explanation: str
    question: str
    common: int = 2
    slip: str = ""


@dataclass(frozen=True)
class Fingerprint:
    """How one misconception, or two of one task together, show: by check id, the observation on a chaff that has them.

    All other checks pass there.
    """

    misconceptions: tuple[Misconception, ...]
    shown: Mapping[str, Observation]

    @property
    def exercise(self) -> int:
        return self.misconceptions[0].exercise

    @property
    def task(self) -> str:
        return self.misconceptions[0].task


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that accounts for what was observed.

    `checks` are the failed ones that it is blamed for, `confidence` the share of them that it predicts exactly;
    `alternatives` are other misconceptions that predict as much.
    """

    misconception: Misconception
    checks: frozenset[str]
    confidence: float
    alternatives: tuple[Misconception, ...] = ()

"""What a page in a browser asks and is told, as records and as JSON; `web/src` has interfaces of the same fields."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.learner.worked import Beside


def as_json(told: object) -> str:
    """A record or several, with whatever records are in them: a field is called as in the record."""
    return json.dumps(told, default=vars)


@dataclass(frozen=True)
class Request:
    """A command with all that it needs to know: the learner's files by name, what is remembered, and the journal."""

    command: str
    arguments: list[Any]
    files: dict[str, str]
    state: dict[str, object]
    journal: dict[str, str]

    @staticmethod
    def from_json(text: str) -> Request:
        return Request(**json.loads(text))


@dataclass(frozen=True)
class Said:
    """What a command answers, and what is remembered from now on."""

    value: object
    state: dict[str, object]


@dataclass(frozen=True)
class Refused:
    """Why there is no answer, as one sentence."""

    refused: str
    state: dict[str, object]


@dataclass(frozen=True)
class About:
    """An exercise on the first page."""

    number: int
    file: str
    title: str
    goal: str
    tasks: Sequence[str]
    stub: str


@dataclass(frozen=True)
class Section:
    """A part of the kata on the first page."""

    heading: str
    exercises: Sequence[About]


@dataclass(frozen=True)
class Line:
    """One verdict in a word, its colour, and the title of the check."""

    word: str
    colour: str
    title: str


@dataclass(frozen=True)
class Compared:
    """What an expression should have shown, and what it did."""

    of: str
    expected: str
    got: str


@dataclass(frozen=True)
class Failure(Line):
    """One verdict in full. `lines` are those of the learner's file that were on the way."""

    task: str
    message: Sequence[str]
    parts: Sequence[str]
    differences: Sequence[Compared]
    lines: Sequence[int]
    also: Sequence[str]


@dataclass(frozen=True)
class Checked:
    """A task and what came of each of its checks."""

    name: str
    checks: Sequence[Line]


@dataclass(frozen=True)
class Alike:
    """Other beliefs that would show in the same way."""

    heading: str
    titles: Sequence[str]


@dataclass(frozen=True)
class Reason:
    """A belief behind failures."""

    heading: str
    title: str
    paragraphs: Sequence[str]
    alike: Sequence[Alike]


@dataclass(frozen=True)
class Reading:
    """Where there is more to read, once everything passes."""

    heading: str
    sources: Sequence[str]


@dataclass(frozen=True)
class Report:
    """What the checks of an exercise say."""

    title: str
    passed: int
    count: int
    done: bool
    tasks: Sequence[Checked]
    failures: Sequence[Failure]
    reasons: Sequence[Reason]
    reading: Reading | None
    sum: str
    next: str


@dataclass(frozen=True)
class Explained:
    """Sentences, the picture of a sketch, and the page that plays it; without a sketch the last two are empty."""

    said: str
    svg: str = ""
    html: str = ""


@dataclass(frozen=True)
class OtherStyle:
    """A right answer in another style, and what is said above it."""

    said: str
    code: str


@dataclass(frozen=True)
class Solution:
    """The learner's and the worked answer, task by task."""

    tasks: Sequence[Beside]
    style: OtherStyle | None


@dataclass(frozen=True)
class Played:
    """The stepper's page of an expression, and where the learner's own numbers first differ."""

    html: str
    said: str


@dataclass(frozen=True)
class Layer:
    """Weights, biases and activation of one layer of a network."""

    w: Sequence[Sequence[float]]
    b: Sequence[float]
    activation: str


@dataclass(frozen=True)
class Trained:
    """The losses of these steps, how many steps there were in all, and the network after them."""

    losses: Sequence[float]
    steps: int
    layers: Sequence[Layer]


@dataclass(frozen=True)
class Edited:
    """What is said of a file that the learner edits here, and the file as it is now."""

    said: str
    text: str

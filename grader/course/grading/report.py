"""The report of a graded submission as records, and as the JSON that report.schema.json describes.

What a student sees never holds a hidden probe or a hidden expected value: of hidden checks only the title and the
status, of public ones what the learner's own terminal says, made harmless to print.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.core.records import Status
from grader.course.intake.submission import Submission

VERSION = 1
VISIBLE, HIDDEN = "visible", "hidden"
NOTHING = Submission("", {}, ()).digest


@dataclass(frozen=True)
class Alternative:
    """Another misconception that would show in the same way."""

    id: str
    title: str


@dataclass(frozen=True)
class NamedMisconception:
    """The misconception that accounts for a failure; `confidence` is the share of its failures that it predicts."""

    id: str
    title: str
    belief: str
    explanation: str
    question: str
    confidence: float
    alternatives: tuple[Alternative, ...]

    @staticmethod
    def from_json(content: Any) -> NamedMisconception:
        others = tuple(Alternative(other["id"], other["title"]) for other in content["alternatives"])
        return NamedMisconception(
            id=content["id"],
            title=content["title"],
            belief=content["belief"],
            explanation=content["explanation"],
            question=content["question"],
            confidence=content["confidence"],
            alternatives=others,
        )

    def as_json(self) -> dict[str, object]:
        return {**vars(self), "alternatives": [vars(other) for other in self.alternatives]}


@dataclass(frozen=True)
class CheckReport:
    """What came of one check. `carried_forward`: right only on worked answers of earlier exercises or tasks."""

    id: str
    title: str
    status: Status
    points: float
    max_points: float
    visibility: str
    message: str
    diagnosis: NamedMisconception | None
    carried_forward: bool

    @property
    def passed(self) -> bool:
        return self.status is Status.PASSED

    @property
    def hidden(self) -> bool:
        return self.visibility == HIDDEN

    @staticmethod
    def from_json(content: Any) -> CheckReport:
        diagnosis = content["diagnosis"]
        return CheckReport(
            id=content["id"],
            title=content["title"],
            status=Status.of(content["status"]),
            points=content["points"],
            max_points=content["max_points"],
            visibility=content["visibility"],
            message=content["message"],
            diagnosis=None if diagnosis is None else NamedMisconception.from_json(diagnosis),
            carried_forward=content["carried_forward"],
        )

    def as_json(self) -> dict[str, object]:
        diagnosis = self.diagnosis.as_json() if self.diagnosis else None
        return {**vars(self), "status": self.status.key, "diagnosis": diagnosis}


@dataclass(frozen=True)
class TaskReport:
    """The marks of one task, and its checks."""

    name: str
    score: float
    max_score: float
    checks: tuple[CheckReport, ...]

    @property
    def misconceptions(self) -> list[NamedMisconception]:
        """Each that was recognised, once."""
        return list({check.diagnosis.id: check.diagnosis for check in self.checks if check.diagnosis}.values())

    @staticmethod
    def from_json(content: Any) -> TaskReport:
        checks = tuple(map(CheckReport.from_json, content["checks"]))
        return TaskReport(content["name"], content["score"], content["max_score"], checks)

    def as_json(self) -> dict[str, object]:
        return {**vars(self), "checks": [check.as_json() for check in self.checks]}


@dataclass(frozen=True)
class ExerciseReport:
    """The marks of one exercise, and its tasks. `carried_forward`: what is right among worked answers alone."""

    number: int
    title: str
    score: float
    max_score: float
    carried_forward: str
    tasks: tuple[TaskReport, ...]

    @property
    def checks(self) -> list[CheckReport]:
        return [check for task in self.tasks for check in task.checks]

    @property
    def misconceptions(self) -> list[NamedMisconception]:
        """Each that was recognised, once."""
        return list({found.id: found for task in self.tasks for found in task.misconceptions}.values())

    @property
    def untouched(self) -> bool:
        """Whether no check found anything to judge."""
        return all(check.status is Status.NOT_ATTEMPTED for check in self.checks)

    @staticmethod
    def from_json(content: Any) -> ExerciseReport:
        tasks = tuple(map(TaskReport.from_json, content["tasks"]))
        marks = content["score"], content["max_score"]
        return ExerciseReport(content["number"], content["title"], *marks, content["carried_forward"], tasks)

    def as_json(self) -> dict[str, object]:
        return {**vars(self), "tasks": [task.as_json() for task in self.tasks]}


@dataclass(frozen=True)
class Report:
    """All that is said of one submission.

    `seed` is that of the randomised checks, `submission` the digest of the sources, `seconds` what grading took (None
    in reports from before it was told), `made_of` the digest of everything a class's report was made from.
    """

    student: str
    score: float
    max_score: float
    seed: int
    sandbox: str
    seconds: float | None
    submission: str
    notes: tuple[str, ...]
    exercises: tuple[ExerciseReport, ...]
    made_of: str = ""

    @property
    def checks(self) -> Iterator[tuple[ExerciseReport, TaskReport, CheckReport]]:
        """Every check, with its exercise and its task."""
        for exercise in self.exercises:
            for task in exercise.tasks:
                for check in task.checks:
                    yield exercise, task, check

    @property
    def unread(self) -> bool:
        """Whether nothing was there to grade: the digest is that of no sources."""
        return self.submission == NOTHING

    @property
    def failing_in_public(self) -> set[int]:
        """The exercises of which a public check does not pass."""
        return {e.number for e, _, check in self.checks if not check.hidden and not check.passed}

    @staticmethod
    def from_json(content: Any) -> Report:
        """The report in a document that fits the schema; what a later kata added to it is left out."""
        return Report(
            student=content["student"],
            score=content["score"],
            max_score=content["max_score"],
            seed=content["seed"],
            sandbox=content["sandbox"],
            seconds=content.get("seconds"),
            submission=content["submission"],
            notes=tuple(content["notes"]),
            exercises=tuple(map(ExerciseReport.from_json, content["exercises"])),
            made_of=content.get("fingerprint", ""),
        )

    def as_json(self) -> dict[str, object]:
        lists = {"notes": list(self.notes), "exercises": [exercise.as_json() for exercise in self.exercises]}
        content: dict[str, object] = {"version": VERSION, **vars(self), **lists}
        if self.seconds is None:
            del content["seconds"]
        del content["made_of"]
        if self.made_of:
            content["fingerprint"] = self.made_of  # as reports have called it from the first
        return content

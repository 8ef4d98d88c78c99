"""What becomes of a report on the way to the mark: whose it is, lateness, decisions. The gradebooks know it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.core.marks import in_points


@dataclass(frozen=True)
class Standing:
    """Of one submission. Numbers are as they are shown; `mark` is empty where there is none, and `state` says why."""

    name: str = ""
    score: str = ""
    mark: str = ""
    maximum: str = ""
    late_days: int = 0
    deduction: str = ""
    adjustments: tuple[str, ...] = ()
    dropped: tuple[int, ...] = ()
    excused: tuple[int, ...] = ()
    state: str = ""
    look: tuple[str, ...] = ()  # for the staff alone

    @property
    def steps(self) -> list[str]:
        """How the mark came about, in sentences."""
        told = []
        if self.late_days:
            days = "1 day" if self.late_days == 1 else f"{self.late_days} days"
            told.append(f"It was handed in {days} late, which takes off {in_points(self.deduction or '0')}.")
        told += list(self.adjustments)
        told += [f"Exercise {number} does not count, because it is among the lowest." for number in self.dropped]
        if self.state == "needs a look":
            told.append("Nothing in it could be read, so there is no mark yet: your teachers will look at it.")
        return told


@dataclass(frozen=True)
class CourseOfPages:
    """What pages need beside the reports: the course's title, and the lines of adjustments.csv as they are."""

    title: str = ""
    adjustments: str = ""

"""The hand-ins of a class, whatever system gave them their names."""

from __future__ import annotations

from pathlib import Path

from grader.course.intake.handins import HandIns, find_hand_ins
from grader.course.platforms.gradebooks.systems import systems


def find_class(folder: Path) -> HandIns:
    """Everybody who handed in. Raises SubmissionError."""
    return find_hand_ins(folder, [system.gives for system in systems().values() if system.gives])

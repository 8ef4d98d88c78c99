"""Files that are written whole or not at all, and backups of those that are replaced."""

from __future__ import annotations

import time
from pathlib import Path

from grader.core.paths import STATE


def write_text(path: Path, text: str) -> None:
    """Write a whole file or leave the old one."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def back_up(path: Path) -> Path:
    """Copy a file into .minigrad/backups under a name of its own; returns the copy's path."""
    folder = STATE / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    copy = folder / f"{path.stem}-{stamp}{path.suffix}"
    count = 1
    while copy.exists():
        count += 1
        copy = folder / f"{path.stem}-{stamp}-{count}{path.suffix}"
    copy.write_bytes(path.read_bytes())
    return copy

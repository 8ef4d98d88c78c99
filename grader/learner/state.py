"""What is remembered between commands, in .minigrad/: hints used. Backups lie beside it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from grader.learner.paths import STATE

FILE = "state.json"


def read_state() -> dict[str, Any]:
    """What can be read of the state; what is damaged is forgotten: nothing in it is worth an error."""
    try:
        state = json.loads((STATE / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def hints_used(state: dict[str, Any]) -> dict[str, dict[str, int]]:
    """How many hints were shown, by exercise number and task."""
    tables = state.get("hints")
    tables = tables if isinstance(tables, dict) else {}
    return {
        number: {task: count for task, count in table.items() if type(count) is int and count > 0}
        for number, table in tables.items()
        if isinstance(table, dict)
    }


def write_state(state: dict[str, Any]) -> None:
    STATE.mkdir(exist_ok=True)
    write_text(STATE / FILE, json.dumps(state, indent=2) + "\n")


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

"""What is remembered between commands, in .minigrad/: hints used."""

from __future__ import annotations

import json

from grader.core.files import write_text
from grader.core.paths import STATE

FILE = "state.json"


def read_state() -> dict[str, object]:
    """What can be read of the state; what is damaged is forgotten: nothing in it is worth an error."""
    try:
        state = json.loads((STATE / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def hints_used(state: dict[str, object]) -> dict[str, dict[str, int]]:
    """How many hints were shown, by exercise number and task."""
    tables = state.get("hints")
    tables = tables if isinstance(tables, dict) else {}
    return {
        number: {task: count for task, count in table.items() if type(count) is int and count > 0}
        for number, table in tables.items()
        if isinstance(table, dict)
    }


def write_state(state: dict[str, object]) -> None:
    STATE.mkdir(exist_ok=True)
    write_text(STATE / FILE, json.dumps(state, indent=2) + "\n")

"""What is remembered between commands, in .minigrad/: hints used, the best catches, what was repaired."""

from __future__ import annotations

import json

from grader.core.files import write_text
from grader.core.paths import STATE

FILE = "state.json"
Score = tuple[int, int, int]  # wrong engines caught, of how many, with how many words


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


def best_catches(state: dict[str, object]) -> dict[str, Score]:
    """By exercise number."""
    table = state.get("caught")
    rows = table.items() if isinstance(table, dict) else ()
    return {
        number: (row[0], row[1], row[2])
        for number, row in rows
        if isinstance(row, list) and [type(each) for each in row] == [int] * 3
    }


def repaired(state: dict[str, object]) -> list[str]:
    """The ids of the misconceptions that were found and mended in somebody else's engine, each once."""
    found = state.get("repaired")
    return list(dict.fromkeys(each for each in found if isinstance(each, str))) if isinstance(found, list) else []


def under_repair(state: dict[str, object]) -> dict[str, str]:
    """The id of the misconception in the engine that was begun with `make repair-N`, by exercise number."""
    table = state.get("repair")
    table = table if isinstance(table, dict) else {}
    return {number: each for number, each in table.items() if isinstance(each, str)}


def escaped(state: dict[str, object]) -> dict[str, list[str]]:
    """The ids of the misconceptions that got away from the learner's checks, by exercise number."""
    table = state.get("escaped")
    table = table if isinstance(table, dict) else {}
    return {
        number: [each for each in ids if isinstance(each, str)] for number, ids in table.items() if type(ids) is list
    }


def write_state(state: dict[str, object]) -> None:
    STATE.mkdir(exist_ok=True)
    write_text(STATE / FILE, json.dumps(state, indent=2) + "\n")

"""How an exercise is called: its tag, such as ex04, begins the name of everything that belongs to it.

In a suite's name it stands after `test_`. Two files that leave the house know this too: `probing.is_exercise` and the
notebooks' first cell.
"""

from __future__ import annotations

import re

NAME = re.compile(r"(?:test_)?ex(\d\d)(?=[_.-]|$)")


def tag(number: int) -> str:
    return f"ex{number:02d}"


def number_in(name: str) -> int | None:
    """Of which exercise 'ex04_backward.py', 'test_ex04_backward', 'ex04.ladder_of_shared_values' or 'ex04.toml' is."""
    found = NAME.match(name)
    return int(found[1]) if found else None

"""Where things lie, seen from the folder that a command is run in."""

from __future__ import annotations

import os
from pathlib import Path

DESK = Path(os.environ.get("DESK", "exercises"))
STUBS = DESK / ".stubs"
SOLUTIONS = Path("solutions")
PUBLIC = Path("tests/public")
STATE = Path(".minigrad")
BUILD = Path("build")

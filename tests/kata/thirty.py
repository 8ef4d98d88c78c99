"""Thirty submissions of all kinds: right, wrong, half done, untouched, hostile, with files missing, and no Python."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.key import read_key
from grader.course.authoring.cut import cut
from grader.course.authoring.notebooks import notebook
from grader.course.bank.chaffs import read_bank

ROOT = Path(__file__).parents[2]
NUMBERS = range(1, 5)
CATALOGUE = read_catalogue(ROOT / "grader/core/catalogue.toml")
HOSTILE = {
    1: ("def derivative(", "import os; os._exit(0)\ndef derivative("),
    2: ("def __add__(", "import builtins; builtins.isinstance = builtins.abs = lambda *_: True\n    def __add__("),
    3: ("out = Value(self.data * other.data", "raise SystemExit('passed')\n        out = Value(self.data * other.data"),
    4: ("self.grad = 1.0", "import gc, sys; gc.get_objects().clear(); sys.modules.clear(); self.grad = 2.0"),
}
BROKEN = {1: ("return rise / (2 * h)", "return = rise"), 3: ("out = Value(self.data * other.data", "out = = (")}


@dataclass
class Student:
    """Sources by exercise; `edits` are made in file and cell alike, where the source could not be cut into cells."""

    sources: dict[int, str]
    edits: dict[int, tuple[str, str]] = field(default_factory=dict)

    def files(self):
        return {CATALOGUE[n].module: self.edited(n, source) for n, source in self.sources.items()}

    def edited(self, number, text):
        old, new = self.edits.get(number, ("", ""))
        assert old in text
        return text.replace(old, new, 1) if old else text

    def notebooks(self):
        key = read_key(ROOT / "tests/public/key.json")
        for number, source in self.sources.items():
            content = json.loads(notebook(CATALOGUE[number], source, load_checks(ROOT / "tests/public", number), key))
            if number in self.edits:
                old, _ = self.edits[number]
                cell = next(c for c in content["cells"] if c["cell_type"] == "code" and old in "".join(c["source"]))
                assert cell["metadata"]["nbgrader"]["solution"]
                cell["source"] = self.edited(number, "".join(cell["source"]))
            yield CATALOGUE[number].module, json.dumps(content)


def thirty(solutions):
    """Right, wrong, half done, untouched, hostile, with files missing, and no Python."""
    right = {n: solutions[n] for n in NUMBERS}
    stub = {n: cut(source, CATALOGUE[n]) for n, source in right.items()}
    yield from [Student(right), Student(stub), Student({**right, 4: stub[4]}), Student({**right, 2: stub[2]})]
    yield from [Student({**right, 3: stub[3], 4: stub[4]}), Student({n: right[n] for n in (1, 2)})]
    yield from [Student({n: right[n] for n in (2, 3, 4)}), Student({n: right[n] for n in (1, 3)})]
    yield from [Student(right, {n: edit}) for n, edit in (*HOSTILE.items(), *BROKEN.items())]
    chaffs = read_bank(NUMBERS)
    by_exercise = {n: [c.source for c in chaffs if c.misconception.exercise == n] for n in NUMBERS}
    for n in NUMBERS:
        yield from [Student({**right, n: source}) for source in by_exercise[n][1:4]]
    for n, other in ((1, 3), (2, 3), (2, 4), (3, 4)):
        yield Student({**right, n: by_exercise[n][0], other: by_exercise[other][-1]})

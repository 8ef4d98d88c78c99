"""What the texts of the kata say with numbers, as lines that are run; the lines are in claims/exNN.toml.

A claim is Python: every line that is an expression has to be true. It finds the worked answers of its exercise, in
`wrong` those with the misconception that it belongs to (in `wrongs` those of all its chaffs), and the text in `said`.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from grader.core.catalogue import read_catalogue
from grader.core.names import tag
from grader.core.paths import SOLUTIONS
from grader.core.probing import Finder
from grader.core.records import Misconception
from grader.course.bank.chaffs import Chaff, read_bank

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).with_name("claims")
CATALOGUE = read_catalogue()
ROOT = FOLDER.parents[3]
NUMBER = re.compile(r"(?<![\w.'])(?:(?<![\w)\]])-)?\d+(?:[_,]\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]|\.\d)")
PLACE = re.compile(
    r"(?m:^#+ \d+)|\b(?:section|exercises?|epoch|entry|entries|chapter|layer|line)\s+\d+|\[\d+\]|[a-z]{2,}-\d+",
    re.IGNORECASE,
)
GIVEN = re.compile(r"\b[A-Za-z_][\w.]*(?:\[\d+\])* = -?[\d.]*\d")
SYMBOLIC_BEFORE = re.compile(r"[\w)\]]*[A-Za-z_][\w)\]]*\s*(?:\*\*|[-+*/])\s*\(?-?$")
SYMBOLIC_BEHIND = re.compile(r"\s*(?:\*\*|[-+*/])\s*\(*-?[A-Za-z]")
SIDE = r"[-\d(](?:[-\d.+*/()]| (?=[-\d.+*/()]))*"
ARITHMETIC = re.compile(rf"{SIDE}(?:\s*=\s*{SIDE})+")
COUNTED = r"\b(\d+|[A-Za-z]+)\s+(exercises|misconceptions)\b"
HARMLESS = {0.0, 1.0, -1.0}


@dataclass(frozen=True)
class Text:
    """Some prose, and where it stands; `claim` is what is run for it, `shown` the numbers of its examples."""

    place: str
    prose: str
    claim: str
    shown: frozenset[float] = frozenset()

    def unproved(self) -> list[str]:
        """The numbers that nothing shows to be true."""
        proved = HARMLESS | self.shown | numbers(self.claim)
        proved |= {number for equation in equations(self.prose) for number in numbers(equation)}
        return [token for token in _tokens(self.prose) if _number(token) not in proved]


@cache
def texts(number: int) -> list[Text]:
    """The lesson, the hints and the misconceptions of an exercise, each with its claim."""
    exercise, claims = CATALOGUE[number], read_claims(number)
    lesson = _lesson((SOLUTIONS / f"{exercise.module}.py").read_text(encoding="utf-8"), claims["lesson"])
    hints = [Text(f"hints of {t.name}", "\n".join(t.hints), claims["hints"].get(t.name, "")) for t in exercise.tasks]
    return [lesson, *hints, *(_misconception(m, claims["misconceptions"].get(m.id, "")) for m in bank(number))]


@cache
def bank(number: int) -> dict[Misconception, list[Chaff]]:
    """The chaffs of every misconception of an exercise."""
    found: dict[Misconception, list[Chaff]] = {}
    for chaff in read_bank([number]):
        found.setdefault(chaff.misconception, []).append(chaff)
    return found


def read_claims(number: int) -> dict[str, Any]:
    return {"lesson": "", "hints": {}, "misconceptions": {}} | read(FOLDER / f"{tag(number)}.toml")


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _lesson(source: str, claim: str) -> Text:
    parts = doctest.DocTestParser().parse(ast.get_docstring(ast.parse(source)) or "")
    examples = [part for part in parts if isinstance(part, doctest.Example)]
    shown = frozenset(n for example in examples for n in numbers(f"{example.source}\n{example.want}"))
    return Text("lesson", "\n".join(part for part in parts if isinstance(part, str)), claim, shown)


def _misconception(m: Misconception, claim: str) -> Text:
    """Without the belief, which is not true, and without what a question takes as given, such as a = 3."""
    return Text(m.id, f"{m.title}.\n{m.explanation}\n{GIVEN.sub('', m.question)}", claim)


def numbers(text: str) -> set[float]:
    return {_number(match.group()) for match in NUMBER.finditer(text)}


def _number(token: str) -> float:
    return float(token.replace(",", ""))


def _tokens(prose: str) -> Iterator[str]:
    """The numbers in prose that say something: not those of a formula with letters, or of a place."""
    prose = PLACE.sub("", prose)
    for match in NUMBER.finditer(prose):
        line = prose[prose.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not SYMBOLIC_BEFORE.search(line) and not SYMBOLIC_BEHIND.match(prose, match.end()):
            yield match.group()


def equations(prose: str) -> Iterator[str]:
    """What is written as plain arithmetic, such as 2 * 3 = 6."""
    for match in ARITHMETIC.finditer(prose):
        sides = match.group().rstrip(" .+-*/(").split("=")
        if match.group().startswith("- ") or re.search(r"[\w)\].^]$|[*/+]\s*$", prose[: match.start()]):
            sides = sides[1:]  # the beginning of this side has letters in it
        if re.match(r"\s*[*/+(]|\s*-\s*\w|\w", prose[match.start() + len(match.group().rstrip(" .+-*/(")) :]):
            sides = sides[:-1]
        if len(sides) > 1 and all(re.search(r"\d", side) for side in sides):
            yield "=".join(sides)


def is_true(equation: str) -> bool:
    """Whether all sides of an equation are equal, as far as their decimals go."""
    sides = [side.strip() for side in equation.split("=")]
    values = [eval(side) for side in sides]  # noqa: S307
    decimals = min((len(side.rpartition(".")[2]) for side in sides if re.fullmatch(r"-?\d*\.\d+", side)), default=9)
    return all(abs(value - values[0]) <= 0.5001 * 10.0**-decimals for value in values)


class Desk:
    """The modules of the worked answers, one of them perhaps with a mistake in it, as a namespace for claims."""

    def __init__(self, exercise: int, source: str | None = None) -> None:
        modules = [each.module for number, each in CATALOGUE.items() if number <= exercise]
        for name in modules:
            sys.modules.pop(name, None)
        kept, finders = list(sys.path), list(sys.meta_path)
        sys.path.insert(0, str(SOLUTIONS))
        sys.meta_path[:] = [each for each in finders if not isinstance(each, Finder)]  # of a learner's files
        try:
            for name in modules[:-1]:
                importlib.import_module(name)
            if source is None:
                importlib.import_module(modules[-1])
                self.names = dict(vars(sys.modules[modules[-1]]))
            else:
                self.names = {"__name__": modules[-1]}
                exec(compile(source, modules[-1], "exec"), self.names)  # noqa: S102
        finally:
            sys.path[:], sys.meta_path[:] = kept, finders
            for name in modules:
                sys.modules.pop(name, None)
        if "Value" in self.names:
            self.names |= {"step": self.step, "grad": self.grad}

    def step(self, operation: Callable[..., Any], upstream: float, *data: float) -> tuple[float, ...]:
        """What the operands have received after one step of a result with this gradient."""
        operands = [self.names["Value"](number) for number in data]
        out = operation(*operands)
        out.grad = upstream
        out._backward()
        return tuple(operand.grad for operand in operands)

    def grad(self, f: Callable[..., Any], *data: float) -> tuple[float, ...]:
        """The gradients of the inputs of f after its backward pass."""
        leaves = [self.names["Value"](number) for number in data]
        f(*leaves).backward()
        return tuple(leaf.grad for leaf in leaves)


def run(claim: str, names: Mapping[str, Any]) -> Iterator[str]:
    """Run a claim; yield the lines that are not true."""
    scope = dict(names)
    for statement in ast.parse(claim).body:
        line = ast.unparse(statement)
        if not isinstance(statement, ast.Expr):
            exec(line, scope)  # noqa: S102
        elif eval(line, scope) not in (True, None):  # noqa: S307  # None: something was done, and nothing said
            yield line


def tools(worked: Desk, chaffs: list[Chaff]) -> dict[str, Any]:
    """All that a claim may use."""
    wrongs = [SimpleNamespace(**Desk(chaff.misconception.exercise, chaff.source).names) for chaff in chaffs]
    return {
        **worked.names,
        "math": math,
        "raises": raises,
        "wrongs": wrongs,
        "wrong": wrongs[0] if wrongs else None,
    }


def raises(kind: type[BaseException], call: Callable[[], Any]) -> bool:
    try:
        call()
    except kind:
        return True
    return False


def _pages() -> dict[str, Any]:
    return read(FOLDER / "pages.toml")


def walkthrough(path: Path) -> Text:
    """The words of a notebook, and the numbers of its code and of what it printed when it was run."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    printed = [line for cell in code for output in cell["outputs"] for line in output.get("text", ())]
    shown = numbers("\n".join(["".join("".join(cell["source"]) for cell in code), *printed]))
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return Text(path.name, prose, _pages()[path.stem], frozenset(shown))


def readme() -> Text:
    """What README says outside of its code; how many there are of something and their list have tests of their own."""
    text = re.sub(r"^\d+\. \[.*", "", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return Text("README.md", re.sub(rf"```.*?```|`[^`\n]+`|{COUNTED}", "", text, flags=re.DOTALL), _pages()["readme"])

"""`make new-exercise NAME=softmax`: the files of one more exercise, with all that is to be written marked as such.

An exercise is content alone: these files and a line in two lists know that it is there, and nothing else in the house.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, fill

from grader.core.catalogue import CATALOGUE, read_catalogue
from grader.core.errors import KataError
from grader.core.files import write_text
from grader.core.names import tag
from grader.core.paths import HIDDEN_SUITE
from grader.core.records import Exercise, Task
from grader.course.authoring.answer_key import ORACLES
from grader.course.oracles import words_file

OPEN = "TO WRITE"  # begins what an author has to replace; `make verify` names each place
ENTRIES = Path("grader/core", CATALOGUE.name)
CLAIMS = Path("tests/kata/author/claims")
LISTS = {Path("README.md"): "[{0.title}](exercises/{0.file.name})", Path("exercises/README.md"): "{0.title}"}
NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_exercise(name: str) -> list[str]:
    """Write the skeletons of the next exercise; returns the steps to take. Raises KataError where a file is there."""
    catalogue = read_catalogue()
    last = catalogue[max(catalogue)]
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise KataError(f"NAME={name} is no name of a module; write small letters, as in NAME=softmax.")
    exercise = _next(last, name)
    files = dict(_files(exercise, last))
    there = [str(path) for path in files if path.exists()]
    if there:
        raise KataError(f"{', '.join(there)} is there already, and nothing is written; move it away first.")
    entry = ENTRIES.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + _entry(exercise)
    for path, text in files.items():
        write_text(path, text)
    write_text(ENTRIES, entry)
    return list(_steps(exercise, list(files)))


def content(exercise: Exercise) -> tuple[Path, ...]:
    """Every file of an exercise but its entry in the catalogue; the oracles' only where it brings new words."""
    suites = (exercise.public_suite, *([exercise.hidden_suite] if HIDDEN_SUITE.exists() else []))
    claims = [_claims_file(exercise)] if CLAIMS.exists() else []
    return (exercise.solution, *suites, exercise.misconceptions, exercise.wheats, exercise.promises, *claims)


def lines_in_lists(exercise: Exercise) -> Iterator[tuple[Path, str]]:
    """The pages that list the exercises, and what each says of this one."""
    for page, name in LISTS.items():
        yield page, f"{exercise.number}. {name.format(exercise)}. {exercise.goal}"


def left_open(path: Path) -> Iterator[str]:
    """A sentence for each place of a file that still waits for its author."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if OPEN in line:
            what = line.partition(OPEN)[2].strip(" :\"',.")
            yield f"{path}, line {number}, is to be written: {what}."


def _next(last: Exercise, name: str) -> Exercise:
    hints = tuple(f"{OPEN}: a hint {what}" for what in ("that points", "that teaches", "that all but answers"))
    number = last.number + 1
    return Exercise(
        number=number,
        module=f"{tag(number)}_{name}",
        part=last.part,
        package=last.package,
        title=name.replace("_", " ").capitalize(),
        goal=f"{OPEN}: what one can do afterwards",
        builds_on=(),
        reading=(f"{OPEN}: what to read on",),
        tasks=(Task(name, 1, hints),),
    )


def _entry(exercise: Exercise) -> str:
    (task,) = exercise.tasks
    hints = "".join(f'  "{hint}",\n' for hint in task.hints)
    return (
        f'[[exercise]]\nnumber = {exercise.number}\nmodule = "{exercise.module}"\npart = "{exercise.part.name}"\n'
        f'package = "{exercise.package}"\ntitle = "{exercise.title}"\ngoal = "{exercise.goal}"\nbuilds_on = []\n'
        f'reading = [\n  "{exercise.reading[0]}",\n]\n\n'
        f'[[exercise.task]]\nname = "{task.name}"\npoints = {task.points}\nhints = [\n{hints}]\n'
    )


def _files(exercise: Exercise, last: Exercise) -> Iterator[tuple[Path, str]]:
    yield exercise.solution, _solution(exercise, last)
    for kind, suite in (("Public", exercise.public_suite), ("Hidden", exercise.hidden_suite)):
        yield suite, _suite(exercise, kind)
    yield exercise.misconceptions, _mistakes(exercise)
    yield exercise.wheats, _wheats(exercise)
    yield exercise.promises, _promises(exercise)
    if CLAIMS.exists():  # it does not where the tests of the kata itself are not
        yield _claims_file(exercise), _claims(exercise)
    for oracle in ORACLES:
        yield words_file(oracle, exercise.number), _words(exercise, oracle)


def _solution(exercise: Exercise, last: Exercise) -> str:
    n, name = exercise.number, exercise.tasks[0].name
    names = "".join(f"    {each},\n" for each in _exported(last))
    return f'''"""Exercise {n}: {exercise.title}.

{OPEN}: in a few sentences, what this is good for.

What it is
----------
{OPEN}: the idea, with an example that runs:

    >>> 1 + 1
    2

What to write
-------------
- `{name}`: {OPEN}: what it takes and what it gives.

Run `make test-exercise-{n}`. If you are stuck: `make hint-{n}`.
"""

# What came before is imported so that it can be had from here as well.
from {last.module} import (
{names})


def {name}():
    """{OPEN}: one sentence."""
    ### BEGIN SOLUTION
    raise ValueError("{OPEN}: the worked answer")
    ### END SOLUTION
'''


def _exported(exercise: Exercise) -> list[str]:
    """What a learner can have from an exercise's module: what it takes from the one before, and what it defines."""
    names: set[str] = set()
    for node in ast.parse(exercise.solution.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ex"):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
    return sorted(names, key=lambda name: (name.isupper() is False, name.islower(), name))


def _suite(exercise: Exercise, kind: str) -> str:
    return f'''"""{kind} checks of exercise {exercise.number}."""

from grader.core.checks import exercise

check = exercise({exercise.number})

# {OPEN}: checks such as this one, with the sentence that a learner reads.
#
# @check("{exercise.tasks[0].name}", points=1)
# def test_of_a_small_number(probe):
#     """In one sentence, what is right."""
#     probe("a = Value(2.0)", "a.data")
'''


def _mistakes(exercise: Exercise) -> str:
    return dedent(f"""\
        # {OPEN}: what learners believe of exercise {exercise.number} that is not so, each such as this one.
        #
        # [[misconception]]
        # id = "{exercise.tasks[0].name.replace("_", "-")}-turned-round"
        # task = "{exercise.tasks[0].name}"
        # title = "What is wrong, as a heading"
        # belief = "What a learner thinks, in the learner's words."
        # explanation = "What is so instead, and why."
        # question = "A question that makes one see it?"
        # chaffs = [
        #   [["a passage of the worked answer", "what stands there if one believes this"]],
        # ]
        """)


def _wheats(exercise: Exercise) -> str:
    return dedent(f"""\
        # {OPEN}: right answers to exercise {exercise.number} in other styles than the worked one, each such as this.
        #
        # [[wheat]]
        # id = "in-one-line"
        # task = "{exercise.tasks[0].name}"
        # why = "Why this is right, too."
        # code = '''
        # def {exercise.tasks[0].name}():
        #     ...
        # '''
        """)


def _promises(exercise: Exercise) -> str:
    return dedent(f"""\
        # {OPEN}: what the lesson of exercise {exercise.number} promises, piece by piece, each such as this one.
        #
        # [[promise]]
        # says = "The lesson's own words, from What to write and Conventions."
        # misconception = "{exercise.tasks[0].name.replace("_", "-")}-turned-round"
        # check = "of_a_small_number"
        """)


def _claims_file(exercise: Exercise) -> Path:
    return CLAIMS / f"{exercise.tag}.toml"


def _claims(exercise: Exercise) -> str:
    return dedent(f"""\
        # {OPEN}: what the texts of exercise {exercise.number} say with numbers, as lines of Python; see ../prose.py.
        #
        # lesson = '''
        # 1 + 1 == 2
        # '''
        # [hints]
        # {exercise.tasks[0].name} = '''
        # '''
        """)


def _words(exercise: Exercise, oracle: str) -> str:
    return f'''"""What {oracle} answers with in exercise {exercise.number}."""

from __future__ import annotations

from typing import Any

# {OPEN}: a function in terms of {ORACLES[oracle]}, and its name in the table.
WORDS: dict[str, Any] = {{}}
'''


def _steps(exercise: Exercise, files: list[Path]) -> Iterator[str]:
    n = exercise.number
    oracles = " and ".join(str(words_file(oracle, n)) for oracle in ORACLES)
    steps = (
        f"Write the lesson and the worked answer in {exercise.solution}; several tasks are several functions.",
        f"Write its entry at the end of {ENTRIES}: goal, reading, tasks, points, hints.",
        f"Write what the oracles answer with in {oracles}.",
        f"Write checks in {exercise.public_suite} and {exercise.hidden_suite}, then `make exercises key`.",
        f"Write misconceptions in {exercise.misconceptions}; `python -m grader bank --exercise {n}` tries them.",
        f"Write right answers in other styles in {exercise.wheats}.",
        f"Write in {exercise.promises} which check holds what the lesson promises, then `make promises`.",
        *([f"Write in {_claims_file(exercise)} what proves the numbers in its texts."] if CLAIMS.exists() else []),
        f"`make verify EXERCISE={n}` names what is missing; write what it asks for into builds_on.",
        f"Write the line that it says into {' and '.join(map(str, LISTS))}, and count the misconceptions in README.md.",
        f"Then `make fingerprints`, and `make worked-checks EXERCISE={n}`, which writes {exercise.worked_catches}.",
        "At the end: `make mutation-score`, and `make verify` for everything.",
    )
    yield f"Exercise {n} has its skeletons: {', '.join(map(str, files))}, and an entry in {CATALOGUE.name}."
    for place, step in enumerate(steps, 1):
        yield fill(f"{place}. {step}", 100, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)

"""`make verify`: the author's proof that the kata is whole.

Every proof yields a sentence for each thing that is wrong, and nothing where all is well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import click

from grader.core.catalogue import needed_by, read_catalogue
from grader.core.checks import load_checks
from grader.core.errors import KataError
from grader.core.judging import judge
from grader.core.key import Answer, expected_values, read_key
from grader.core.names import number_in
from grader.core.paths import DESK, HIDDEN_SUITE, PUBLIC, SKETCHES, SOLUTIONS
from grader.core.records import Check, Exercise, Status, Verdict
from grader.core.source import functions
from grader.course.authoring.answer_key import ORACLES, available_oracles, key_text, make_key
from grader.course.authoring.cut import BEGIN, END, solution, stale_files, stubs
from grader.course.authoring.freshness import stale_pictures
from grader.course.authoring.known_answers import known_answers
from grader.course.authoring.skeletons import ENTRIES, content, left_open, lines_in_lists
from grader.course.authoring.sketches import sketches_text
from grader.course.bank.fingerprints import stale_fingerprints
from grader.course.bank.mutation_page import PAGE, is_fresh
from grader.course.bank.promises import broken_promises
from grader.course.bank.promises_page import PAGE as PROMISES
from grader.course.bank.promises_page import is_fresh as promises_are_fresh
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import sandbox
from grader.course.fence.worker import observe
from grader.course.oracles import vocabulary, words_file

FEWEST_CHECKS = 60
FEWEST_HIDDEN, FEWEST_PER_TASK = 160, 2
SEEDS = (0, 1)  # of the hidden checks that are random
Chosen = Sequence[Exercise]  # whose proofs are asked for
FAULTS = (KataError, OSError)  # of what the author wrote; anything else is a bug of the kata's own

# What somebody might hand in without having done anything; each replaces the body of every stub of an exercise.
DO_NOTHING = {
    "pass": "pass",
    "None": "return None",
    "0": "return 0",
    "0.0": "return 0.0",
    "an empty list": "return []",
    "True": "return True",
    "the first argument": "return {first}",
    "the last argument": "return {last}",
    "an error swallowed": "try:\n    raise NotImplementedError\nexcept Exception:\n    return {first}",
}


def verify_all(number: int | None = None) -> int:
    """Run every proof, of one exercise or of all, print a line for each, and return 1 if any has something to say."""
    chosen = [each for each in read_catalogue().values() if number in (None, each.number)]
    if not chosen:
        raise KataError(f"There is no exercise {number}; they go from 1 to {len(read_catalogue())}.")
    failed = False
    for proof in PROOFS:
        title = (proof.__doc__ or "").splitlines()[0].rstrip(".")
        try:
            complaints = list(proof(chosen))
        except FAULTS as error:
            complaints = [str(error)]
        failed = failed or bool(complaints)
        click.echo(f"{'FAILED' if complaints else '    ok'}  {title}")
        for complaint in complaints:
            click.echo(f"        {complaint}")
    return 1 if failed else 0


def catalogue_is_whole(chosen: Chosen) -> Iterator[str]:
    """Every exercise has its solution, its checks and its lesson, and every task has checks."""
    checks = load_checks(PUBLIC)
    if len(checks) < FEWEST_CHECKS:
        yield f"There are {len(checks)} public checks; at least {FEWEST_CHECKS} are promised."
    for exercise in chosen:
        path = exercise.solution
        lesson = ast.get_docstring(ast.parse(solution(exercise))) or ""
        if ">>>" not in lesson:
            yield f"{path} has no lesson with a worked example; write one as module docstring."
        for task in exercise.tasks:
            if not any((c.exercise, c.task) == (exercise.number, task.name) for c in checks):
                yield f"Exercise {exercise.number} has no public check of {task.name}."
    yield from _hidden_is_whole(chosen, {check.id for check in checks})
    known = {e.module for e in read_catalogue().values()}
    strays = {p.stem for folder in (SOLUTIONS, DESK) for p in folder.glob("*.py")} - known
    for suite in (PUBLIC, HIDDEN_SUITE):
        strays |= {p.stem for p in suite.glob("test_*.py")} - {f"test_{module}" for module in known}
    yield from (f"{stray}.py belongs to no exercise of the catalogue." for stray in sorted(strays))


def _hidden_is_whole(chosen: Chosen, public: set[str]) -> Iterator[str]:
    if not HIDDEN_SUITE.exists():
        return
    checks = load_checks(HIDDEN_SUITE)
    if len(checks) < FEWEST_HIDDEN:
        yield f"There are {len(checks)} hidden checks; at least {FEWEST_HIDDEN} are promised."
    for exercise in chosen:
        for task in exercise.tasks:
            if sum((c.exercise, c.task) == (exercise.number, task.name) for c in checks) < FEWEST_PER_TASK:
                yield f"Exercise {exercise.number} has fewer than {FEWEST_PER_TASK} hidden checks of {task.name}."
    yield from (f"{check.id} is the name of a public and of a hidden check." for check in checks if check.id in public)


def nothing_is_half_done(chosen: Chosen) -> Iterator[str]:
    """Every exercise is written to its end."""
    for exercise in chosen:
        words = [words_file(oracle, exercise.number) for oracle in ORACLES]
        for path in content(exercise):
            if not path.exists():
                yield f"{path} is missing; exercise {exercise.number} needs it."
        if not exercise.worked_catches.exists():
            which = f"EXERCISE={exercise.number}"
            yield f"{exercise.worked_catches} is missing; run `make fingerprints worked-checks {which}`."
        for page, line in lines_in_lists(exercise):
            if page.exists() and line not in page.read_text(encoding="utf-8").splitlines():
                yield f"{page} does not list exercise {exercise.number}; write there: {line}"
        for path in filter(Path.exists, (*content(exercise), *words)):
            yield from left_open(path)
        for path, table in (
            (exercise.misconceptions, "misconception"),
            (exercise.wheats, "wheat"),
            (exercise.promises, "promise"),
        ):
            if path.exists() and f"\n[[{table}]]\n" not in f"\n{path.read_text(encoding='utf-8')}":
                yield f"{path} has no [[{table}]]; write one at least."
        yield from _unspoken(exercise)
    yield from left_open(ENTRIES)


def _unspoken(exercise: Exercise) -> Iterator[str]:
    """The tasks for whose names an oracle has no word."""
    for oracle in available_oracles():
        words = vocabulary(oracle, exercise.number)
        for task in exercise.tasks:
            owner, _, method = task.name.partition(".")
            if owner not in words or (method and not hasattr(words[owner], method)):
                path = words_file(oracle, exercise.number)
                yield f"{path}: the oracle {oracle} has no word for {task.name}; write it there."


def stubs_are_fresh(_: Chosen) -> Iterator[str]:
    """exercises/ is what the solutions are cut to."""
    yield from (f"{path} is stale; run `make exercises`." for path in stale_files())


def key_is_fresh(chosen: Chosen) -> Iterator[str]:
    """The public answer key is what the oracles say now."""
    path = PUBLIC / "key.json"
    number = chosen[0].number if len(chosen) == 1 else None  # while one is being written the others wait
    there = read_key(path) if path.exists() else {}
    if number is None:
        is_right = there != {} and path.read_text(encoding="utf-8") == key_text(make_key(PUBLIC))
    else:
        own = {check: entry for check, entry in there.items() if number_in(check) == number}
        is_right = own == make_key(PUBLIC, number=number)
    if not is_right:
        yield f"{path} is stale; run `make key`."


def fingerprints_are_fresh(_: Chosen) -> Iterator[str]:
    """The fingerprints of the misconceptions were made from what the chaffs and the checks are now."""
    if HIDDEN_SUITE.exists() and (stale := stale_fingerprints()):
        which = f"exercise{'s' * (len(stale) > 1)} {', '.join(map(str, stale))}"
        yield f"What is known of the mistakes in {which} is stale; run `make fingerprints`."


def sketches_are_fresh(_: Chosen) -> Iterator[str]:
    """The sketches for explain are what the oracles say now."""
    path = PUBLIC / SKETCHES
    if not path.exists() or path.read_text(encoding="utf-8") != sketches_text():
        yield f"{path} is stale; run `make key`."


def mutation_page_is_fresh(_: Chosen) -> Iterator[str]:
    """docs/mutation-score.md was made from what the checks and the mistakes are now."""
    if HIDDEN_SUITE.exists() and not is_fresh():
        yield f"{PAGE} is stale; run `make mutation-score`."


def pictures_are_fresh(_: Chosen) -> Iterator[str]:
    """Pictures and walkthroughs show what their sources make now."""
    for path in stale_pictures():
        yield f"{path} is stale; run `make {'notebooks' if path.endswith('.ipynb') else 'images'}`."


def promises_are_held(chosen: Chosen) -> Iterator[str]:
    """Every promise of a lesson is held by a check that fails without it, and docs/promises.md lists them."""
    for exercise in chosen:
        yield from broken_promises(exercise)
    if not promises_are_fresh():
        yield f"{PROMISES} is stale; run `make promises`."


def solutions_do_not_leak(chosen: Chosen) -> Iterator[str]:
    """No line of a worked answer stands in exercises/."""
    for exercise in chosen:
        stub = exercise.file.read_text(encoding="utf-8")
        given = set(map(str.strip, stub.splitlines()))
        for line in _answer_lines(solution(exercise)):
            if line in given:
                yield f"{exercise.file} shows a line of the answer: {line}"


def _answer_lines(source: str) -> set[str]:
    """The lines of the worked answers that say something: not `return out` or `else:`."""
    lines, inside = set(), False
    for line in source.splitlines():
        inside = (inside or BEGIN in line) and END not in line
        if inside and BEGIN not in line and len(line.strip()) > 16 and not line.strip().startswith("#"):
            lines.add(line.strip())
    return lines


def lessons_run(chosen: Chosen) -> Iterator[str]:
    """Every worked example in a lesson gives what the lesson says."""
    for exercise in chosen:
        command = [sys.executable, "-B", "-m", "doctest", exercise.file.name]
        result = subprocess.run(command, cwd=SOLUTIONS, capture_output=True, text=True, check=False)
        if result.returncode or result.stdout:
            yield f"{exercise.solution}: {result.stdout[:600]}{result.stderr[-300:]}"


def solutions_pass(chosen: Chosen) -> Iterator[str]:
    """Every worked answer passes every check."""
    for exercise in chosen:
        for v in _verdicts(exercise, solution(exercise)):
            if v.status is not Status.PASSED:
                yield f"{v.check.id} {v.status.word} on the solution: {v.message} {v.differences}"


def stubs_fail(chosen: Chosen) -> Iterator[str]:
    """Every stub is not attempted in every check of its task, whatever came before."""
    texts = stubs()
    for exercise in chosen:
        for v in _verdicts(exercise, texts[exercise.module]):
            first = v.check.task == exercise.tasks[0].name
            if v.status is Status.PASSED or (first and v.status is not Status.NOT_ATTEMPTED):
                yield f"{v.check.id} is '{v.status.word}' on the untouched stub: {v.message}"


def builds_on_is_true(chosen: Chosen) -> Iterator[str]:
    """Every exercise needs what it builds on, and nothing else."""
    for exercise in chosen:
        source, needed = solution(exercise), needed_by(exercise)
        others = set(range(1, exercise.number)) - set(needed)
        for number, check in sorted(_blocked(_verdicts(exercise, source, stubbed=others)).items()):
            yield f"{check} needs exercise {number}; write it into builds_on of exercise {exercise.number}."
        for number in exercise.builds_on if HIDDEN_SUITE.exists() else ():  # hidden checks may be those that need it
            if number not in _blocked(_verdicts(exercise, source, stubbed={number})):
                yield f"No check needs exercise {number}; take it out of builds_on of exercise {exercise.number}."


def _blocked(verdicts: list[Verdict]) -> dict[int, str]:
    """The exercises whose stubs stop checks, each with the last check that it stops."""
    return {v.blocked_by: v.check.id for v in verdicts if v.blocked_by}


def doing_nothing_earns_nothing(chosen: Chosen) -> Iterator[str]:
    """A submission that does nothing passes no check."""
    for exercise in chosen:
        source = solution(exercise)
        for name, body in DO_NOTHING.items():
            for v in _verdicts(exercise, hollow(source, exercise, body)):
                if v.status is Status.PASSED:
                    yield f"{v.check.id} passes when every stub is: {name}"


def hollow(source: str, exercise: Exercise, body: str) -> str:
    """A solution with the body of every task replaced."""
    lines = source.splitlines()
    found = functions(source)
    for function in sorted((found[task.name] for task in exercise.tasks), key=lambda f: -f.first):
        node = next(
            n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.lineno == function.first
        )
        names = [argument.arg for argument in node.args.args] or ["None"]
        indent = " " * (node.col_offset + 4)
        text = body.format(first=names[0], last=names[-1])
        head = lines[function.first - 1 : node.body[0].lineno - 1]
        lines[function.first - 1 : function.last] = [*head, *(indent + line for line in text.splitlines())]
    return "\n".join(lines) + "\n"


def _verdicts(exercise: Exercise, source: str, stubbed: Collection[int] = ()) -> list[Verdict]:
    """The checks of an exercise on `source`, public and hidden, with solutions, or some stubs, as its predecessors."""
    asked = _checks(exercise)
    paths = {e.module: e.stub if e.number in stubbed else e.solution for e in read_catalogue().values()}
    sources = {module: path.read_text(encoding="utf-8") for module, path in paths.items()}
    with desk({**sources, exercise.module: source}) as folder:
        observations = observe(sandbox(), folder, exercise.module, [check.probe for check, _ in asked])
    return [
        judge(check, exercise, observation, expected)
        for (check, expected), observation in zip(asked, observations, strict=True)
    ]


def _checks(exercise: Exercise) -> list[tuple[Check, dict[str, object]]]:
    """Every check of an exercise with the values that it expects; the random ones once for each seed."""
    suites = [(load_checks(PUBLIC, exercise.number), read_key(PUBLIC / "key.json"))]
    if HIDDEN_SUITE.exists():
        number = exercise.number
        suites += [(load_checks(HIDDEN_SUITE, number, seed), _hidden_key(seed, number)) for seed in SEEDS]
    asked = {
        (check.id, check.probe): (check, expected_values(key, check, exercise.module))
        for checks, key in suites
        for check in checks
    }
    return list(asked.values())


@lru_cache
def _hidden_key(seed: int, number: int) -> dict[str, Answer]:
    return make_key(HIDDEN_SUITE, seed, number=number, answered=known_answers)


PROOFS: tuple[Callable[[Chosen], Iterator[str]], ...] = (
    catalogue_is_whole,
    nothing_is_half_done,
    stubs_are_fresh,
    key_is_fresh,
    fingerprints_are_fresh,
    sketches_are_fresh,
    mutation_page_is_fresh,
    pictures_are_fresh,
    promises_are_held,
    solutions_do_not_leak,
    lessons_run,
    solutions_pass,
    stubs_fail,
    builds_on_is_true,
    doing_nothing_earns_nothing,
)

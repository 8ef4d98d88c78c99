"""docs/mutation-score.md and build/mutation-score.json: the figures of mutation_score.py as they are published.

The page carries a digest of what it was made from, so that `make verify` can tell when it is stale.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.files import write_text
from grader.core.paths import BUILD
from grader.course.authoring.digest import SUITES, digest
from grader.course.bank.mutants import equivalents
from grader.course.bank.mutation_score import SEEDS, Score

PAGE = Path("docs/mutation-score.md")
FIGURES = BUILD / "mutation-score.json"
MISTAKES = ("misconceptions/*.toml", "wheats/*.toml", "equivalents.toml", "mut*.py")
NAMING = (
    "grader/core/diagnosis.py",
    "grader/core/fingerprints.py",
    "grader/course/grading/grading.py",
    "grader/core/slips.*",
    "grader/core/operations.py",
    "grader/core/templates.py",
    "grader/core/late.py",
    "grader/core/defaults.py",
    "grader/core/results.py",
)
MADE_FROM = (*SUITES, *(f"grader/course/bank/{pattern}" for pattern in MISTAKES), *NAMING)
INTRODUCTION = f"""\
Made by `make mutation-score`. A *chaff* is a worked answer with one known misconception, a *wheat* a right answer in
another style, a *mutant* a worked answer with one small change made by machine. Equivalent mutants behave as the answer
does; the percentages leave them out. A mutant is misnamed if the diagnosis names a misconception of another task, or
one whose chaff differs from it on random checks (seeds {SEEDS[0]} and {SEEDS[1]}) that no diagnosis sees."""
COLUMNS = (
    "exercise",
    "chaffs",
    "failed by hidden checks",
    "named rightly",
    "wheats",
    "accused",
    "mutants",
    "equivalent",
    "killed by public checks",
    "killed by all",
    "misnamed",
)


def publish(scores: dict[int, Score], pairs: Sequence[bool]) -> None:
    """Write the page and the figures."""
    BUILD.mkdir(exist_ok=True)
    write_text(FIGURES, json.dumps(figures(sum(scores.values(), Score()), pairs), indent=2) + "\n")
    write_text(PAGE, page(scores, pairs))


def figures(total: Score, pairs: Sequence[bool]) -> dict[str, object]:
    """The published figures."""
    numbers = {name: value for name, value in vars(total).items() if isinstance(value, int)}
    return {**numbers, "pairs": len(pairs), "pairs_both_named": sum(pairs)}


def page(scores: dict[int, Score], pairs: Sequence[bool]) -> str:
    """docs/mutation-score.md."""
    total = sum(scores.values(), Score())
    rows = [_row(f"{n}. {read_catalogue()[n].title}", its) for n, its in scores.items()] + [_row("**all**", total)]
    excused = equivalents()
    return "\n".join(
        [
            "# What the checks catch and the diagnosis names",
            "",
            *INTRODUCTION.splitlines(),
            "",
            "| " + " | ".join(COLUMNS) + " |",
            "|---|" + "---:|" * (len(COLUMNS) - 1),
            *rows,
            "",
            _pairs_sentence(pairs),
            "",
            "## Mutants that only the hidden checks kill",
            "",
            *([f"- `{mutant.id}`" for mutant in total.survivors] or ["None."]),
            "",
            "## Mutants that no check kills",
            "",
            *(f"- `{m.id}`: {excused.get(m.id, '**not equivalent: a check is missing**')}" for m in total.alive),
            "",
            f"<!-- made from {digest(*MADE_FROM)} -->",
            "",
        ]
    )


def _pairs_sentence(pairs: Sequence[bool]) -> str:
    named = f"{sum(pairs)} ({_share(sum(pairs), len(pairs))})"
    return (
        f"Of {len(pairs)} random pairs of chaffs in different tasks, graded as submissions, both are named in {named}."
    )


def _row(title: str, its: Score) -> str:
    real = its.mutants - its.equivalent
    cells = [
        its.chaffs,
        its.chaffs_failed,
        its.chaffs_named,
        its.wheats,
        its.wheats_accused,
        its.mutants,
        its.equivalent,
    ]
    shares = [f"{n} ({_share(n, real)})" for n in (its.killed_public, its.killed_all)]
    return f"| {title} | {' | '.join(map(str, [*cells, *shares, its.misnamed]))} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def is_fresh() -> bool:
    return PAGE.exists() and f"made from {digest(*MADE_FROM)}" in PAGE.read_text(encoding="utf-8")

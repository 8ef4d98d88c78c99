"""Which submissions resemble each other more than right answers do. It is a hint to look, never a proof.

copydetect finds the passages that two sources share, by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, Winnowing:
Local Algorithms for Document Fingerprinting, SIGMOD 2003), whatever the names, comments and layout in them are. What
says nothing is left out: the stub's own text, what also stands in a worked answer, in a known right answer of another
style or in one with a usual mistake, and what more than ten of a class have.
"""

from __future__ import annotations

import ast
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from copydetect.detector import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage

from grader.core.catalogue import read_catalogue
from grader.core.files import write_text
from grader.core.tables import write_sheet
from grader.course.authoring.cut import cut, solution
from grader.course.bank.chaffs import read_bank
from grader.course.bank.wheats import read_wheats
from grader.course.pages.rendering import page

# docs/instructors/similarity.md has the measurement: pairs of independent right answers to a task share 65 at most.
PASSAGE = 25  # characters, a name counting as one, of the shortest passage that is looked for
LEAST = 80  # such characters that two answers must share
THRESHOLD = 0.6  # of what is somebody's own in an answer, on both sides
COMMON = 10  # students: what more than so many have says nothing
LONGEST = 100_000  # characters of a source


@dataclass(frozen=True)
class Overlap:
    """What two answers to an exercise share: characters, the share of each one's own text, and the lines."""

    exercise: int
    shared: int
    shares: tuple[float, float]
    passages: tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two students and the exercises in which their answers resemble each other."""

    students: tuple[str, str]
    overlaps: tuple[Overlap, ...]

    @property
    def shared(self) -> int:
        return sum(overlap.shared for overlap in self.overlaps)


def similar_pairs(
    classroom: Mapping[str, Mapping[int, str]],
    threshold: float = THRESHOLD,
    done: Callable[[], None] = lambda: None,
) -> list[Pair]:
    """Pairs of students, those who share most first. `classroom` has each student's sources by exercise."""
    found: dict[tuple[str, str], list[Overlap]] = defaultdict(list)
    for number in read_catalogue():
        sources = {student: own[number] for student, own in sorted(classroom.items()) if number in own}
        for students, overlap in _overlaps(number, sources):
            if min(overlap.shares) >= threshold and overlap.shared >= LEAST:
                found[students].append(overlap)
        done()
    pairs = [Pair(students, tuple(overlaps)) for students, overlaps in found.items()]
    return sorted(pairs, key=lambda pair: (-pair.shared, pair.students))


def _overlaps(number: int, sources: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], Overlap]]:
    """Every two answers to an exercise that share something."""
    if len(sources) < 2:
        return
    known = _known(number)
    answers = {s: copy(_prepared(text)) for s, text in sources.items() if len(text) <= LONGEST}
    students = Counter(passage for answer in answers.values() for passage in answer.hashes)
    known = known | {passage for passage, count in students.items() if count > COMMON}
    having: dict[int, list[str]] = defaultdict(list)
    for student, answer in answers.items():
        _leave_out(answer, known)
        for passage in answer.hashes:
            having[passage].append(student)
    for one, other in sorted({pair for some in having.values() for pair in combinations(some, 2)}):
        yield (one, other), _overlap(number, answers[one], answers[other])


def _overlap(number: int, one: Any, other: Any) -> Overlap:
    shared, (first, second), (here, there) = compare_files(one, other)
    passages = _lines(one.raw_code, here), _lines(other.raw_code, there)
    return Overlap(number, int(shared), (min(1.0, float(first)), min(1.0, float(second))), passages)


@lru_cache(maxsize=1000)  # stubs and usual mistakes are many a student's
def _prepared(source: str) -> Any:
    return CodeFingerprint("answer.py", PASSAGE, 1, fp=io.StringIO(source))


def _leave_out(answer: Any, known: frozenset[int]) -> None:
    """Take passages out of an answer; copydetect's own way to do so needs each of them to be there only once."""
    answer.hash_idx = {passage: places for passage, places in answer.hash_idx.items() if passage not in known}
    answer.hashes = set(answer.hash_idx)
    answer.token_coverage = get_token_coverage(answer.hash_idx, answer.k, len(answer.filtered_code))


@cache
def _known(number: int) -> frozenset[int]:
    """The passages of the stub, the worked answer, right answers in other styles, and answers with a usual mistake."""
    exercise = read_catalogue()[number]
    worked = solution(exercise)
    others = [wheat.source for wheat in read_wheats([number])] + [chaff.source for chaff in read_bank([number])]
    found: set[int] = set()
    for source in (cut(worked, exercise), worked, *others):
        found |= _prepared(source).hashes
        found |= _prepared(ast.unparse(ast.parse(source))).hashes  # in another layout, as a formatter may leave it
    return frozenset(found)


def _lines(source: str, places: Any) -> str:
    """The lines in which the passages of (starts, ends) stand, with '...' between those that do not follow."""
    chosen: set[int] = set()
    for start, end in zip(*places, strict=True):
        chosen |= set(range(source.count("\n", 0, int(start)), source.count("\n", 0, int(end)) + 1))
    lines = source.split("\n")
    shown: list[str] = []
    for number in sorted(chosen):
        shown += ["..."] if shown and number - 1 not in chosen else []
        shown += [lines[number]] if number < len(lines) else []
    return "\n".join(shown)


def rows(pairs: Sequence[Pair]) -> Iterable[tuple[str, ...]]:
    """The rows of similarity.csv: one per pair and exercise."""
    yield "student", "other_student", "exercise", "shared", "share_of_student", "share_of_other"
    for pair in pairs:
        for overlap in pair.overlaps:
            shares = (f"{share:.2f}" for share in overlap.shares)
            yield (*pair.students, str(overlap.exercise), str(overlap.shared), *shares)


def write_pairs(
    out: Path, pairs: Sequence[Pair], classroom: Mapping[str, Mapping[int, str]], threshold: float
) -> tuple[Path, Path]:
    """Write similarity.html and similarity.csv; returns their paths."""
    page_file, sheet = out / "similarity.html", out / "similarity.csv"
    out.mkdir(parents=True, exist_ok=True)
    text = page("similarity.html", pairs=pairs, students=len(classroom), threshold=threshold, common=COMMON)
    write_text(page_file, text)
    write_sheet(sheet, rows(pairs))
    return page_file, sheet

"""`make repair-N`: an engine with one known mistake, in a folder of its own, which the learner finds and mends.

What the mistake is called is told when the checks pass. The learner's own files are never touched.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.files import back_up, write_text
from grader.core.fingerprints import read_fingerprints
from grader.core.paths import FINGERPRINTS, PUBLIC, REPAIR
from grader.core.records import Exercise, Fingerprint, Status, Verdict, are_right_but_too_deep
from grader.core.text import MARGIN, explain, told
from grader.course.authoring.cut import solution
from grader.course.bank.chaffs import Chaff, read_bank
from grader.learner.exercises import exercise, run
from grader.learner.explanation import sketches
from grader.learner.state import escaped, read_state, repaired, under_repair, write_state
from grader.learner.terminal import wrapped
from grader.learner.worked import without_markers

DIFFICULTIES = ("hard", "medium", "easy")  # shown by few checks, by some, by many
DEEP = (
    "Mended: every check passes but those of the deepest graphs, which no recursion reaches; that was not the mistake."
)
SMALL = "a small expression shows it"  # which explain looks for, and does not always find


def repair_exercise(number: int, seed: int | None, difficulty: str | None, *, anew: bool) -> str:
    """Begin with a broken engine, or check the one that was begun. Returns what to say. Raises KataError."""
    chosen = exercise(number)
    begun = under_repair(read_state()).get(str(number))
    there = broken_file(chosen).exists()
    if anew or begun is None or not there or not _is_asked_for(chosen, begun, seed, difficulty):
        return _begin(chosen, seed, difficulty, given_up=begun if anew or there else None)
    verdicts = run(chosen, folder=broken_file(chosen).parent)
    if all(v.status is Status.PASSED for v in verdicts):
        return _mended(chosen, begun, "Mended: every check passes.")
    return _mended(chosen, begun, DEEP) if _is_only_too_deep(chosen, begun, verdicts) else _open(chosen, verdicts)


def _is_only_too_deep(chosen: Exercise, begun: str, verdicts: Sequence[Verdict]) -> bool:
    """Whether a recursion is all that is left, and was not the mistake: what else showed it passes."""
    failing = {v.check.id for v in verdicts if v.status is not Status.PASSED}
    shown = [set(each.shown) for each in _known(chosen) if each.misconceptions[0].id == begun]
    return are_right_but_too_deep(verdicts) and any(its - failing for its in shown)


def broken_file(chosen: Exercise) -> Path:
    """The file that has the mistake."""
    return REPAIR / chosen.tag / chosen.file.name


def lay_out(chosen: Exercise, source: str) -> None:
    """Put an engine with this source of one exercise into its folder; all others are the worked answers."""
    folder = broken_file(chosen).parent
    folder.mkdir(parents=True, exist_ok=True)
    for each in read_catalogue().values():
        its = source if each.number == chosen.number else without_markers(solution(each))
        write_text(folder / each.file.name, its)


def _is_asked_for(chosen: Exercise, begun: str, seed: int | None, difficulty: str | None) -> bool:
    """Whether the same command would begin with what was begun: then somebody has typed it again to check."""
    if seed is not None:
        return _choice(chosen, seed, difficulty).misconception.id == begun
    return not difficulty or begun in {chaff.misconception.id for chaff in _pool(chosen, difficulty)}


def _choice(chosen: Exercise, seed: int | None, difficulty: str | None, but: Sequence[str] = ()) -> Chaff:
    state = read_state()
    away = escaped(state).get(str(chosen.number), ())
    return choose(chosen, seed, difficulty, prefer=away, done=[*repaired(state), *but])


def _begin(chosen: Exercise, seed: int | None, difficulty: str | None, given_up: str | None) -> str:
    state = read_state()
    chaff = _choice(chosen, seed, difficulty, but=[given_up] if given_up and seed is None else ())
    path = broken_file(chosen)
    gave = ["Given up. This was the mistake:", *_why(chosen, given_up)] if given_up else []
    kept = [wrapped(f"What was there is kept as {back_up(path)}.")] if path.exists() else []
    lay_out(chosen, without_markers(chaff.source))
    open_ = {**under_repair(state), str(chosen.number): chaff.misconception.id}
    write_state({**state, "repair": open_})
    n = chosen.number
    task = f"{path.as_posix()} is somebody's exercise {n}, with one mistake in it. Find it and mend it"
    then = f"make repair-{n} runs the checks and, once they pass, says what was believed"
    tool = f"; {explaining(chosen)} draws where its numbers go wrong, if {SMALL}" if sketches(chosen) else ""
    return "\n\n".join([*gave, *kept, wrapped(f"{task}. {then}{tool}.")])


def explaining(chosen: Exercise) -> str:
    """The command that looks for a small expression on which the broken engine differs."""
    return f"make explain-{chosen.number} DESK={broken_file(chosen).parent.as_posix()}"


def choose(
    chosen: Exercise,
    seed: int | None,
    difficulty: str | None,
    prefer: Sequence[str] = (),
    done: Sequence[str] = (),
) -> Chaff:
    """A chaff that public checks show: of one that got away from the learner's checks, else of one not mended yet."""
    pool = _pool(chosen, difficulty)
    fresh = [chaff for chaff in pool if chaff.misconception.id not in done]
    away = [chaff for chaff in fresh if chaff.misconception.id in prefer]
    return random.Random(seed).choice(away or fresh or pool)


def _pool(chosen: Exercise, difficulty: str | None) -> list[Chaff]:
    """The chaffs that public checks show, of a difficulty if one is given. Raises KataError where there is none."""
    known, bank = _known(chosen), read_bank([chosen.number])
    if [each.misconceptions[0].id for each in known] != [chaff.misconception.id for chaff in bank]:
        raise KataError(f"{PUBLIC / FINGERPRINTS} does not hold the bank as it stands: run make fingerprints.")
    shown = [(len(each.shown), chaff) for each, chaff in zip(known, bank, strict=True) if each.shown]
    pool = _of(difficulty, sorted(shown, key=lambda pair: pair[0])) if difficulty else [chaff for _, chaff in shown]
    if not pool:
        raise KataError(
            f"The public checks show no known mistake of exercise {chosen.number}; choose another exercise."
        )
    return pool


def _known(chosen: Exercise) -> list[Fingerprint]:
    """What the public checks show on each chaff, in the bank's order."""
    return [each for each in read_fingerprints(PUBLIC / FINGERPRINTS, chosen.number) if len(each.misconceptions) == 1]


def _of(difficulty: str, by_checks: Sequence[tuple[int, Chaff]]) -> list[Chaff]:
    """The third of the chaffs that is so hard to see, the first of them being shown by the fewest checks."""
    third, place = max(1, -(-len(by_checks) // 3)), DIFFICULTIES.index(difficulty)
    return [chaff for _, chaff in by_checks[place * third : (place + 1) * third] or by_checks[-third:]]


def _open(chosen: Exercise, verdicts: Sequence[Verdict]) -> str:
    """What still fails, without a word about what was believed."""
    failing = [v for v in verdicts if v.status is not Status.PASSED]
    titles = "\n".join(wrapped(f"- {v.check.title}", MARGIN, f"{MARGIN}  ") for v in failing)
    say = f"{len(failing)} of {len(verdicts)} checks fail in {broken_file(chosen).as_posix()}:"
    more = f"{explaining(chosen)} draws it, if {SMALL}; " if sketches(chosen) else ""
    more += f"make repair-{chosen.number} FORCE=1 tells the mistake and begins with another."
    return "\n\n".join([f"{wrapped(say)}\n{titles}", explain(failing[0], chosen, wrapped), wrapped(more)])


def _mended(chosen: Exercise, begun: str, said: str) -> str:
    state = read_state()
    tally = [*repaired(state), begun]
    open_ = {number: each for number, each in under_repair(state).items() if number != str(chosen.number)}
    write_state({**state, "repair": open_, "repaired": list(dict.fromkeys(tally))})
    count = len(set(tally))
    mistakes = "1 known mistake" if count == 1 else f"{count} known mistakes"
    last = f"You have mended {mistakes} so far. make repair-{chosen.number} begins with another."
    return "\n\n".join([wrapped(said), *_why(chosen, begun), wrapped(last)])


def _why(chosen: Exercise, begun: str) -> list[str]:
    """What was believed, as paragraphs; nothing where the bank does not know it any more."""
    beliefs = {chaff.misconception.id: chaff.misconception for chaff in read_bank([chosen.number])}
    return [wrapped(text) for text in told(beliefs[begun])] if begun in beliefs else []

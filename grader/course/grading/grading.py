"""From a submission to verdicts and marks: on the student's own earlier exercises, then, where wrong, on ours."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path

from grader.core.diagnosis import diagnose
from grader.core.expectations import ExpectationError
from grader.core.judging import judge
from grader.core.key import Answer, expected_values
from grader.core.overlay import with_own_helpers, with_own_task, with_worked_tasks
from grader.core.paths import CATCH
from grader.core.records import Check, Diagnosis, Exercise, Fingerprint, Observation, Status, Verdict
from grader.core.slips import Slip, find_slips
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import Sandbox
from grader.course.fence.worker import Limits, Worker
from grader.course.grading.catching import Caught, Variant, catch_of_a_stranger
from grader.course.grading.report import HIDDEN, VISIBLE
from grader.course.intake.reading import read_checks, with_given
from grader.course.intake.submission import Submission

EXHAUSTED = ("TimeIsUp", MemoryError.__name__)  # faults that take seconds
EXHAUSTED_PER_TASK, EXHAUSTED_IN_ALL = 2, 4
EXHAUSTED_ONCE_MORE = 1  # of a task, where something around it was put right: most have run out before
SHARES = 10  # times the seconds of a submission that own checks of all exercises may take
GIVEN_UP = "Not run: too many checks before it took too much time or memory."
USED_UP = "Not run: the submission's time was used up."
BY_HEART = (
    "It is right with the numbers below. With others, drawn anew for every grading, it is wrong or not right to twelve "
    "digits. Try numbers of your own."
)
UNPROVED = "It is right, but no check of this exercise is with numbers that were drawn for the grading."


@dataclass(frozen=True)
class Twin:
    """A public check with other numbers, and its answers; twins.py makes them."""

    check: Check
    values: dict[str, object]


@dataclass(frozen=True)
class Suite:
    """Checks with their answers; what a student may see of them is their visibility. `twins` are by check id."""

    visibility: str
    checks: tuple[Check, ...]
    key: Mapping[str, Answer]
    twins: Mapping[str, Twin] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """Everything that grading needs and no student ever sees."""

    exercises: Mapping[int, Exercise]  # those to grade
    modules: Mapping[int, str]  # names of all, for a graded one imports those before it
    solutions: Mapping[int, str]
    suites: tuple[Suite, ...]
    seed: int
    fingerprints: tuple[Fingerprint, ...] = ()
    carried_share: Fraction = Fraction(1)  # of its points, for what is right on the solutions' earlier exercises alone
    limits: Limits = field(default_factory=Limits)  # of each check
    variants: Mapping[int, tuple[Variant, ...]] = field(default_factory=dict)  # where catches give points

    @cached_property
    def known_mistakes(self) -> dict[int, list[Fingerprint]]:
        """The fingerprints by exercise."""
        found: dict[int, list[Fingerprint]] = {}
        for fingerprint in self.fingerprints:
            found.setdefault(fingerprint.exercise, []).append(fingerprint)
        return found


@dataclass(frozen=True)
class Mark:
    """A verdict, and what it is on the solutions of earlier exercises where on the student's own it does not pass.

    `carried`: only the solutions made it a pass; `beside`: and among them those of the exercise's other tasks.
    """

    verdict: Verdict
    visibility: str
    carried: bool = False
    beside: bool = False
    alone: Verdict | None = None
    among: Verdict | None = None  # what it is where the other tasks of the exercise are the solutions' too
    proves: bool = False  # it passed with numbers that no student has seen


@dataclass(frozen=True)
class Graded:
    """The marks of one submission, exercise by exercise."""

    submission: Submission
    marks: Mapping[int, tuple[Mark, ...]]
    diagnoses: Mapping[int, tuple[Diagnosis, ...]]
    seconds: float = 0.0  # that it took
    catches: Mapping[int, Caught] = field(default_factory=dict)  # of each exercise that gives points for them


@dataclass
class Budget:
    """The seconds that all checks of a submission have left, whatever comes of them."""

    seconds: float


class Patience:
    """Counts checks that ran out of time or memory, so that one submission cannot hold up a class.

    After two in a task the rest of that task is given up. After four in all, so are the exercises behind the first that
    had one: they get their marks on the solutions instead. There, and among right neighbours, a task has one each time.
    When the submission's time is used up, everything is given up.
    """

    def __init__(self, budget: Budget, per_task: int = EXHAUSTED_PER_TASK) -> None:
        self.budget, self.per_task = budget, per_task
        self.by_task: Counter[tuple[int, str]] = Counter()

    def ends(self, check: Check) -> str:
        """Why this check is given up without being run; empty if it is not."""
        if self.budget.seconds <= 0:
            return USED_UP
        exhausted = self.by_task.get((check.exercise, check.task), 0) >= self.per_task
        in_all = sum(self.by_task.values()) >= EXHAUSTED_IN_ALL and check.exercise > min(self.by_task)[0]
        return GIVEN_UP if exhausted or in_all else ""

    def note(self, check: Check, observation: Observation) -> None:
        if observation.fault and observation.fault.type in EXHAUSTED:
            self.by_task[check.exercise, check.task] += 1


@dataclass(frozen=True)
class Begun:
    """One submission after its public checks and their twins: all that a student is ever shown of single checks."""

    completed: Submission  # with what was given and is missing in it
    marks: Mapping[int, tuple[Mark, ...]]
    patience: Patience
    seconds: float


def grade(submission: Submission, course: Course, sandbox: Sandbox, slot: int = 0) -> Graded:
    """Every check of every exercise, first on the student's own earlier exercises, then on the solutions'.

    This is for one submission at a time. A class is begun as a whole before it is finished (`Rounds` in executors.py):
    whatever a student is shown comes from a process that neither saw a hidden probe nor had a neighbour that did.
    """
    return finish(begin(submission, course, sandbox, slot), submission, course, sandbox, slot)


def begin(submission: Submission, course: Course, sandbox: Sandbox, slot: int = 0) -> Begun:
    """The public checks, and then the twins of those that pass."""
    started, patience = time.monotonic(), Patience(Budget(course.limits.submission_seconds))
    completed = with_given(submission, course.exercises, course.solutions)
    marks = _suites_marked(VISIBLE, completed, course, partial(_worker, course, sandbox, slot), patience)
    return Begun(completed, marks, patience, time.monotonic() - started)


def finish(begun: Begun, submission: Submission, course: Course, sandbox: Sandbox, slot: int = 0) -> Graded:
    """The hidden checks, and what all of them together say."""
    started = time.monotonic()
    hidden = _suites_marked(HIDDEN, begun.completed, course, partial(_worker, course, sandbox, slot), begun.patience)
    marks = {number: _proved((*found, *hidden[number]), course) for number, found in begun.marks.items()}
    diagnoses = {n: _diagnoses(found, course, submission.sources.get(n, "")) for n, found in marks.items()}
    end = time.monotonic() + SHARES * course.limits.submission_seconds
    catches = {number: _caught(number, submission, course, end) for number in course.variants}
    return Graded(submission, marks, diagnoses, begun.seconds + time.monotonic() - started, catches)


def _caught(number: int, submission: Submission, course: Course, end: float) -> Caught:
    """What the student's own checks of one exercise catch until then, or why they cannot be read."""
    exercise, text = course.exercises[number], submission.catches.get(number)
    if text is None:
        return Caught()
    try:
        checks = read_checks(text, f"{CATCH}/{exercise.catches.name}")
    except ExpectationError as error:
        return Caught(why=str(error))
    earlier = {course.modules[n]: source for n, source in course.solutions.items() if n < number}
    seconds = min(course.limits.submission_seconds, end - time.monotonic())
    return Caught(catch_of_a_stranger(exercise, course.variants[number], checks, seconds, earlier))


def _worker(course: Course, sandbox: Sandbox, slot: int, folder: Path) -> Worker:
    return Worker(sandbox, folder, slot=slot, limits=course.limits)


def _suites_marked(
    visibility: str, submission: Submission, course: Course, start: Callable[[Path], Worker], patience: Patience
) -> dict[int, tuple[Mark, ...]]:
    """The marks that the suites of one visibility give, by exercise."""
    marks: dict[int, tuple[Mark, ...]] = dict.fromkeys(course.exercises, ())
    with desk(_by_module(course, submission.sources)) as own, start(own) as worker:
        for suite in (suite for suite in course.suites if suite.visibility == visibility):
            seen = [_mark(check, suite, course, submission, worker, patience) for check in suite.checks]
            if any(map(_is_wrong, seen)):
                worker.stop()  # what went wrong in one exercise may have spoiled the process for all
            for mark in seen:
                asked = _with_twin(mark, suite, course, worker, patience)
                marks[mark.verdict.check.exercise] += (asked,)
    for number, found in marks.items():
        if number in submission.sources and any(map(_is_wrong, found)):
            once_more = Patience(patience.budget, EXHAUSTED_ONCE_MORE)
            marks[number] = _carried_forward(found, submission, course, once_more, start)
    return marks


def _with_twin(mark: Mark, suite: Suite, course: Course, worker: Worker, patience: Patience) -> Mark:
    """A public check that passes, after its twin: with what that proves, or as no pass where the twin fails."""
    check = mark.verdict.check
    twin = suite.twins.get(check.id)
    if twin is None or mark.verdict.status is not Status.PASSED:
        return replace(mark, proves=suite.visibility == HIDDEN and mark.verdict.status is Status.PASSED)
    exercise = course.exercises[check.exercise]
    if why := patience.ends(check):
        return replace(mark, verdict=Verdict(check, Status.TIMED_OUT, why))
    observation = _observed(twin.check, exercise, worker, patience)
    if judge(twin.check, exercise, observation, twin.values).status is Status.PASSED:
        return replace(mark, proves=True)
    return replace(mark, verdict=Verdict(check, Status.FAILED, BY_HEART), alone=mark.verdict)


def _proved(marks: tuple[Mark, ...], course: Course) -> tuple[Mark, ...]:
    """The marks of an exercise; without the public points where nothing is right but what can be learned by heart.

    Some checks ask for structure, whose answers are the same with any numbers.
    """
    twins = {name for suite in course.suites for name in suite.twins}
    provable = any(mark.visibility == HIDDEN or mark.verdict.check.id in twins for mark in marks)
    if not provable or any(mark.proves and not mark.verdict.check.inherited for mark in marks):
        return marks
    return tuple(
        replace(
            mark,
            verdict=Verdict(mark.verdict.check, Status.FAILED, UNPROVED),
            carried=False,
            beside=False,
            alone=mark.verdict,
        )
        if mark.verdict.status is Status.PASSED
        else mark
        for mark in marks
    )


def _diagnoses(found: Sequence[Mark], course: Course, source: str) -> tuple[Diagnosis, ...]:
    """What the student believes of one exercise, whatever is wrong with earlier ones."""
    if not any(map(_is_wrong, found)):
        return ()
    verdicts = [mark.alone or mark.verdict for mark in found]
    number = verdicts[0].check.exercise
    known = course.known_mistakes.get(number, [])
    fixed = [v for v in verdicts if not v.check.random]
    slips = find_slips(source, course.exercises[number], fixed)
    whole = diagnose(fixed, known, slips)
    apart = dict.fromkeys(mark.verdict.check.task for mark in found if mark.among is not None)
    named = [d for d in whole if d.misconception.task not in apart]
    for task in apart:
        own = [mark for mark in found if mark.verdict.check.task == task]
        if any(map(_is_wrong, own)):
            by_itself = _of_one_task(own, known, [slip for slip in slips if slip.task == task])
            named += by_itself or [d for d in whole if d.misconception.task == task]
    return tuple(named)


def _of_one_task(own: Sequence[Mark], known: Sequence[Fingerprint], slips: Sequence[Slip]) -> tuple[Diagnosis, ...]:
    """What is believed of one task, by what its checks show among right neighbours: nothing of theirs is in it."""
    verdicts = [mark.among or mark.alone or mark.verdict for mark in own]
    task = verdicts[0].check.task
    return diagnose((v for v in verdicts if not v.check.random), [f for f in known if f.task == task], slips)


def _mark(
    check: Check, suite: Suite, course: Course, submission: Submission, worker: Worker, patience: Patience
) -> Mark:
    exercise = course.exercises[check.exercise]
    if exercise.number in submission.sources:
        return Mark(_verdict(check, exercise, suite, worker, patience), suite.visibility)
    missing = Verdict(check, Status.NOT_ATTEMPTED, f"{exercise.file.name} was not handed in.")
    return Mark(missing, suite.visibility)


def _is_wrong(mark: Mark) -> bool:
    return mark.verdict.status is not Status.PASSED and mark.verdict.status is not Status.NOT_ATTEMPTED


def _verdict(check: Check, exercise: Exercise, suite: Suite, worker: Worker, patience: Patience) -> Verdict:
    if why := patience.ends(check):
        return Verdict(check, Status.TIMED_OUT, why)
    observation = _observed(check, exercise, worker, patience)
    return judge(check, exercise, observation, expected_values(suite.key, check, exercise.module))


def _observed(check: Check, exercise: Exercise, worker: Worker, patience: Patience) -> Observation:
    """What a check shows; the seconds that it takes are the submission's."""
    before = worker.seconds
    observation = worker.observe(exercise.module, check.probe)
    patience.budget.seconds -= worker.seconds - before
    patience.note(check, observation)
    return observation


def _carried_forward(
    found: Sequence[Mark], submission: Submission, course: Course, patience: Patience, start: Callable[[Path], Worker]
) -> tuple[Mark, ...]:
    """The same checks where they failed: on the solutions of the exercises before, then among those of its own."""
    number = found[0].verdict.check.exercise
    own = submission.sources[number]
    solutions = {course.modules[n]: source for n, source in course.solutions.items() if n < number}
    helpers = with_own_helpers(solutions, _by_module(course, submission.sources), own)
    anew = Anew(number, own, helpers, course, patience, start)
    asked = anew.on_solutions(found) if solutions else [_alone(mark) for mark in found]
    return tuple(_beside_wrong_ones(asked, anew))


def _alone(mark: Mark) -> Mark:
    """A mark of the first exercise, which has none before it to be wrong because of."""
    return replace(mark, alone=mark.alone or mark.verdict) if _is_wrong(mark) else mark


def _beside_wrong_ones(found: list[Mark], anew: Anew) -> list[Mark]:
    """The same marks where no answer pays for a wrong one beside it.

    Where the file itself cannot be imported, or every answer in it is right among worked ones, no answer is to blame
    but what stands around them; that is the student's own and stays wrong.
    """
    failed = {mark.verdict.check.task for mark in found if _is_wrong(mark)}
    if len(failed) == 1 or any(map(_is_of_the_file, found)):
        return found
    beside = found
    for task in sorted(failed):
        beside = anew.afresh().among_neighbours(task, beside)
    wrong = {mark.verdict.check.task for mark in beside if _is_wrong(mark)}
    for task in sorted({mark.verdict.check.task for mark in beside if _is_in_a_circle(mark)}):
        beside = anew.afresh().with_right_ones_for(wrong - {task}, task, beside)
    return beside if any(map(_is_wrong, beside)) else found


def _is_in_a_circle(mark: Mark) -> bool:
    """Whether it calls itself without end among worked neighbours: -a as 0 - a, and there 0 - a asks for -a."""
    fault = mark.among.fault if mark.among else None
    return _is_wrong(mark) and fault is not None and fault.type == RecursionError.__name__


def _is_of_the_file(mark: Mark) -> bool:
    fault = (mark.alone or mark.verdict).fault
    return fault is not None and fault.during == "import"


@dataclass(frozen=True)
class Anew:
    """Runs what failed of an exercise once more, where something around the student's own code is put right.

    `earlier` are the worked answers of the exercises before, by module.
    """

    number: int
    own: str
    earlier: Mapping[str, str]
    course: Course
    patience: Patience
    start: Callable[[Path], Worker]

    def afresh(self) -> Anew:
        """With patience again: what ran out of time before may have been a neighbour's."""
        return replace(self, patience=Patience(self.patience.budget, EXHAUSTED_ONCE_MORE))

    def on_solutions(self, found: Sequence[Mark]) -> list[Mark]:
        """With the whole exercise as it was handed in."""
        with desk({self.course.modules[self.number]: self.own}) as mixed, self.start(mixed) as worker:
            worker.sandbox.write_compiled(mixed, self.earlier)
            return [self._again(mark, worker) for mark in found]

    def among_neighbours(self, task: str, found: Sequence[Mark]) -> list[Mark]:
        """With the answer to one task as it was handed in, among the solutions of the others."""
        return self._in(with_own_task(self.course.solutions[self.number], self.own, task), task, found)

    def with_right_ones_for(self, wrong: Collection[str], task: str, found: Sequence[Mark]) -> list[Mark]:
        """With one task among its own neighbours as they were handed in, but for the wrong ones, which are worked."""
        anew = [replace(mark, among=None) if mark.verdict.check.task == task else mark for mark in found]
        return self._in(with_worked_tasks(self.own, self.course.solutions[self.number], wrong), task, anew)

    def _in(self, mixture: str | None, task: str, found: Sequence[Mark]) -> list[Mark]:
        """The same marks, those of one task after its checks were asked of a mixture; None if there is none."""
        if mixture is None:
            return list(found)
        with desk() as mixed, self.start(mixed) as worker:
            worker.sandbox.write_compiled(mixed, self.earlier)
            worker.sandbox.write_compiled(mixed, {self.course.modules[self.number]: mixture}, asserting=True)
            beside = [self._beside(mark, worker) if mark.verdict.check.task == task else mark for mark in found]
            return [self._shown_among(mark, worker) if mark.verdict.check.task == task else mark for mark in beside]

    def _shown_among(self, mark: Mark, worker: Worker) -> Mark:
        """With what a check that passed shows there: a task is named by all of its checks, and all in one place."""
        passed = mark.verdict.status is Status.PASSED and mark.among is None
        return replace(mark, among=self._verdict_of(mark, worker)) if passed else mark

    def _beside(self, mark: Mark, worker: Worker) -> Mark:
        if not _is_wrong(mark):
            return mark
        again = self._again(mark, worker)
        return replace(again, alone=mark.alone, among=again.alone, beside=again.carried)

    def _again(self, mark: Mark, worker: Worker) -> Mark:
        if not _is_wrong(mark):
            return mark
        verdict = self._verdict_of(mark, worker)
        anew = _with_twin(Mark(verdict, mark.visibility), self._suite(mark), self.course, worker, self.patience)
        carried = anew.verdict.status is Status.PASSED
        shown = verdict if carried else mark.verdict
        return replace(mark, verdict=shown, carried=carried, alone=verdict, proves=anew.proves)

    def _verdict_of(self, mark: Mark, worker: Worker) -> Verdict:
        exercise = self.course.exercises[self.number]
        return _verdict(mark.verdict.check, exercise, self._suite(mark), worker, self.patience)

    def _suite(self, mark: Mark) -> Suite:
        return next(suite for suite in self.course.suites if suite.visibility == mark.visibility)


def _by_module(course: Course, sources: Mapping[int, str]) -> dict[str, str]:
    return {course.modules[number]: source for number, source in sources.items() if number in course.modules}

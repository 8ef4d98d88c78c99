"""`make names`: train the language model on names, show the ones that it invents, and draw what it has learned."""

from __future__ import annotations

import json
import math
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.core.errors import INTERRUPTED, KataError
from grader.learner import checkpoint as kept
from grader.learner import namelists
from grader.learner.attending import attention_weights
from grader.learner.checkpoint import Checkpoint, Plan
from grader.learner.engines import Language
from grader.learner.namelists import NameList
from grader.learner.terminal import wrapped
from minigrad_reference.drawing import attention_maps, language_loss, letter_map, sparkline
from minigrad_reference.drawing.letters import BOUNDARY, running_mean

FOLDER = Path("build/names")
FILES = ("loss.png", "attention.svg", "embedding.png", "names.txt", "metrics.json")
WEIGHTS = FOLDER / "weights.json"  # and all else that is needed to go on
LEARNING_RATE, BETAS = 0.01, (0.85, 0.99)
INVENTED, SHOWN = 50, 5  # names at the end; at most so many in each line on the way
SHARE = 0.1  # of the steps: so many names are invented on the way at most, since one takes about as long as a step
LINES = 10  # on the way
KEPT_EVERY = 100  # steps
LAST = 100  # losses at most, at the beginning and at the end, whose means are told
MARK = " *"  # behind an invented name that is in the data


class InterruptedRunError(KataError):
    """The user ended the training; what was done is kept."""

    exit_code = INTERRUPTED


@dataclass
class Run:
    """A model in training: how far it is, and all that a step changes."""

    engine: Language
    plan: Plan
    names: NameList
    order: list[str]
    tokenizer: Any
    model: Any
    optimiser: Any
    losses: list[float]

    def step(self) -> None:
        """Train on the next name; the rate falls along a line to 0."""
        done, steps = len(self.losses), self.plan.steps
        tokens = self.tokenizer.encode(self.order[done % len(self.order)])
        loss = self.engine.step(self.model, self.optimiser, tokens, LEARNING_RATE * (1 - done / steps))
        if not math.isfinite(loss):
            raise KataError(f"The loss is {loss} in step {done + 1}, from which there is no way down.")
        self.losses.append(loss)

    def invent(self, count: int, temperature: float) -> list[str]:
        """Names that the model makes up now; the same ones whenever it is asked at this step."""
        rng = random.Random(f"{self.plan.seed} at {len(self.losses)}")
        invented = []
        for _ in range(count):
            invented.append(str(self.engine.generate(self.model, self.tokenizer, temperature, rng)))
            self.engine.tidy()
        return invented

    def save(self) -> None:
        """Keep the run as it is after its last whole step."""
        WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
        kept.taken(self.plan, self.losses, self.model, self.optimiser).save(WEIGHTS)


def planned(settings: Mapping[str, Any], typed: Collection[str], *, resume: bool) -> tuple[Plan, NameList]:
    """What to train, of the settings; of the run that is kept, where it is to go on. Raises KataError.

    A run goes on as it began, so what was typed must be what it began with.
    """
    if resume:
        plan = kept.load(WEIGHTS).plan
        for name in sorted(typed):
            began = getattr(plan, name)
            if settings[name] != began:
                what = f"The run that is kept has {name.upper()}={began}, and not {settings[name]}"
                raise KataError(f"{what}; leave it out, or leave RESUME out to begin anew.")
        names = namelists.load(plan.names)
        if names.digest != plan.digest:
            raise KataError(f"The names in {plan.names} are not those that the run began with; leave RESUME out.")
        return plan, names
    if settings["width"] % settings["heads"]:
        raise KataError("HEADS={heads} heads cannot share WIDTH={width} evenly; choose a divisor.".format(**settings))
    names = namelists.load(settings["names"])
    return Plan(**settings, digest=names.digest), names


def invent_names(engine: Language, plan: Plan, names: NameList, temperature: float, resume: bool, to: Console) -> None:
    """Train, print, and fill build/names; pictures are replaced only once all new ones are complete."""
    run = begin(engine, plan, names, kept.load(WEIGHTS) if resume else None)
    count = len(run.model.parameters())
    shape = f"{plan.layers} block{'s' * (plan.layers > 1)} of width {plan.width} with {plan.heads} heads"
    to.print(wrapped(f"A model with {count:,} parameters ({shape}), {len(names.names):,} names ({names.title})."))
    if run.losses:
        to.print(wrapped(f"{len(run.losses):,} of {plan.steps:,} steps are done; the run goes on from there."))
    started = time.perf_counter()
    before = len(run.losses)
    _train(run, temperature, to)
    seconds = time.perf_counter() - started
    invented = run.invent(INVENTED, temperature)
    tell(run, invented, to)
    metrics = _metrics(run, invented, temperature) | {"seconds": round(seconds, 3), "resumed_at": before}
    with TemporaryDirectory(prefix="names-", dir=FOLDER.parent) as partial:
        with to.status("Drawing …"):
            _write(Path(partial), run, invented, metrics)
        for name in FILES:
            (Path(partial) / name).replace(FOLDER / name)
    to.print(f"Pictures, names and figures are in {FOLDER}:")
    for name in (*FILES, WEIGHTS.name):
        to.print(f"  {name}")


def begin(engine: Language, plan: Plan, names: NameList, checkpoint: Checkpoint | None = None) -> Run:
    """A new model, or the one that was kept, before its next step; the seed draws its weights and the names' order."""
    rng = random.Random(plan.seed)
    tokenizer = engine.Tokenizer(list(names.names))
    model = engine.GPT(tokenizer.size, plan.width, plan.heads, plan.layers, rng=rng)
    optimiser = engine.Adam(model.parameters(), LEARNING_RATE, betas=BETAS)
    order = list(names.names)
    rng.shuffle(order)
    run = Run(engine, plan, names, order, tokenizer, model, optimiser, [])
    if checkpoint:
        kept.put_back(checkpoint, model, optimiser)
        run.losses = list(checkpoint.losses)
    return run


def _train(run: Run, temperature: float, to: Console) -> None:
    """Step by step to the end, with a bar. Raises InterruptedRunError between two steps, once the run is kept."""
    steps = run.plan.steps
    columns = TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=to, transient=True) as progress, _interruptions() as interrupted:
        bar = progress.add_task("training", total=steps, completed=len(run.losses))
        while len(run.losses) < steps and not interrupted():
            run.step()
            done = len(run.losses)
            progress.update(bar, completed=done)
            if done % max(1, steps // LINES) == 0 or done == steps:
                progress.console.print(_line(run, temperature), highlight=False)
            if done % KEPT_EVERY == 0 or done == steps:
                run.save()
    done = len(run.losses)
    if done < steps:
        run.save()
        raise InterruptedRunError(f"Interrupted after {done:,} of {steps:,} steps: RESUME=1 goes on from there.")


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Let the step that is under way finish when the user interrupts; a second interruption ends it at once."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _line(run: Run, temperature: float) -> str:
    done, steps = len(run.losses), run.plan.steps
    loss = mean(run.losses[-max(1, steps // LINES) :])
    count = max(1, min(SHOWN, round(SHARE * steps / LINES)))
    invented = ", ".join(marked(run.invent(count, temperature), run))
    return f"Step {done:>{len(str(steps))}}/{steps}, loss {loss:.4f}: {invented}"


def marked(invented: Sequence[str], run: Run) -> list[str]:
    """The names as they are shown, with a star behind those that are in the data."""
    known = set(run.names.names)
    return [f"{name or '(nothing)'}{MARK if name in known else ''}" for name in invented]


def tell(run: Run, invented: Sequence[str], to: Console) -> None:
    """Print what the training came to."""
    losses = run.losses
    drawn = "" if to.options.ascii_only else f": {sparkline(running_mean(losses))}"
    count = max(1, min(LAST, len(losses) // 3))
    first, last = mean(losses[:count]), mean(losses[-count:])
    means = f", the means of the first and of the last {count}" if count > 1 else ""
    to.print(wrapped(f"The loss on its way from {first:.4f} to {last:.4f}{means}{drawn}"))
    to.print("Invented names:")
    to.print(wrapped(", ".join(marked(invented, run)), "  "))
    there = sum(name in set(run.names.names) for name in invented)
    if there:
        to.print(
            wrapped(f"{there} of {len(invented)} {'is' if there == 1 else 'are'} in the data, marked with a star.")
        )


def _metrics(run: Run, invented: Sequence[str], temperature: float) -> dict[str, Any]:
    plan = run.plan
    known = set(run.names.names)
    return {
        "loss": mean(run.losses[-LAST:]),
        "first_loss": run.losses[0],
        "loss_of_a_guess": math.log(run.tokenizer.size),
        "loss_of_counted_pairs": bigram_level(run.names.names),
        "steps": plan.steps,
        "seed": plan.seed,
        "temperature": temperature,
        "names": run.names.title,
        "count": len(run.names.names),
        "vocabulary": run.tokenizer.size,
        "width": plan.width,
        "heads": plan.heads,
        "layers": plan.layers,
        "parameters": len(run.model.parameters()),
        "invented": len(invented),
        "invented_in_data": sum(name in known for name in invented),
        "losses": run.losses,
    }


def bigram_level(names: Sequence[str]) -> float:
    """The loss of the best table that looks at one letter back: what the model has to beat; a mean over names.

    The mean is taken as the model's is: within each name first, then over the names.
    """
    pairs = [list(pairwise(f"\n{name}\n")) for name in names]
    counts = Counter(pair for own in pairs for pair in own)
    befores = Counter(before for own in pairs for before, _ in own)
    return mean(mean(math.log(befores[pair[0]] / counts[pair]) for pair in own) for own in pairs)


def _write(folder: Path, run: Run, invented: Sequence[str], metrics: dict[str, Any]) -> None:
    levels = {
        "a guess": metrics["loss_of_a_guess"],
        "a table of letter pairs": metrics["loss_of_counted_pairs"],
    }
    language_loss(run.losses, levels, folder / "loss.png")
    rows = [[number.data for number in run.model.tokens(token)] for token in range(run.tokenizer.size)]
    letter_map(rows, run.tokenizer.letters, folder / "embedding.png")
    word = max(invented, key=len) or run.order[0]
    tokens = run.tokenizer.encode(word)[:-1][: run.model.context]  # the longest names end where the context does
    heads = attention_weights(run.model, tokens)
    run.engine.tidy()
    attention_maps(heads, [BOUNDARY, *word][: len(tokens)], folder / "attention.svg", run.plan.heads)
    listed = "".join(f"{line}\n" for line in marked(invented, run))
    (folder / "names.txt").write_text(listed, encoding="utf-8")
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

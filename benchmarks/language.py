"""`make bench-language`: a step of the language model on the reference, the worked answers, plain floats, and PyTorch.

One step is a name of six letters at the default sizes: forward, backward, and Adam. All start from the same weights,
and their losses have to be equal to 1e-9 in every round. CPU seconds, medians of interleaved rounds. Then the 300 steps
that a learner waits for, and the losses that 1,000 steps end with, from five seeds. Cycles are collected as in
`make names`, once a graph is done with; its engine pays for it.
"""

from __future__ import annotations

import gc
import json
import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.handwritten_gpt import HandwrittenGPT
from grader.learner.namelists import load
from minigrad_reference import language as reference

NAME, ROUNDS, RATE, BETAS = "joanna", 20, 0.01, (0.85, 0.99)
STEPS, LAST, SEEDS, WAITED = 1000, 100, range(5), 300
OUTPUT = Path("build/bench/language.json")
PEOPLE = load("people")
TOKENIZER = reference.Tokenizer(PEOPLE.names)
TOKENS = TOKENIZER.encode(NAME)


def new_model() -> reference.GPT:
    """The model that all begin with."""
    return reference.GPT(TOKENIZER.size, rng=random.Random(0))


class Reference:
    def __init__(self) -> None:
        self.model = new_model()
        self.optimiser = reference.Adam(self.model.parameters(), RATE, BETAS)

    def step(self) -> float:
        return reference.language_step(self.model, self.optimiser, TOKENS)


class Worked:
    """The worked answers of the exercises, closures and all, as a learner's own engine runs."""

    def __init__(self) -> None:
        sys.path.append("solutions")
        import ex18_names as worked

        self.model = worked.GPT(TOKENIZER.size)
        for ours, theirs in zip(self.model.parameters(), new_model().parameters(), strict=True):
            ours.data = theirs.data
        self.optimiser = worked.Adam(self.model.parameters(), RATE, BETAS)

    def step(self, tokens: list[int] = TOKENS) -> float:
        loss = self.model.loss(tokens)
        self.model.zero_grad()
        loss.backward()
        self.optimiser.step()
        gc.collect(0)  # the closures of this graph; while it grew, nothing was looked for
        return float(loss.data)


class Handwritten:
    def __init__(self) -> None:
        self.model = HandwrittenGPT(new_model(), BETAS)

    def step(self) -> float:
        return self.model.step(TOKENS, RATE)


class Torch:
    """PyTorch's autograd on tensors, all positions at once behind a mask, on one thread."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        model = new_model()
        (block,) = model.blocks
        self.heads = block.heads
        layers = [block.query, block.key, block.value, block.mix, block.expand, block.shrink, model.output]
        rows = [model.tokens.rows, model.positions.rows, *(layer.w for layer in layers)]
        self.w = [self._leaf(matrix) for matrix in rows]
        self.optimiser = torch.optim.Adam(self.w, lr=RATE, betas=BETAS)

    @staticmethod
    def _leaf(rows: Any) -> torch.Tensor:
        return torch.tensor([[v.data for v in row] for row in rows], dtype=torch.float64, requires_grad=True)

    def step(self) -> float:
        loss = self._loss()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def _loss(self) -> torch.Tensor:
        f = torch.nn.functional
        tokens, positions, query, key, value, mix, expand, shrink, output = self.w
        count, width = len(TOKENS) - 1, tokens.shape[1]
        x = f.rms_norm(tokens[TOKENS[:-1]] + positions[:count], [width], eps=1e-5)
        normed = f.rms_norm(x, [width], eps=1e-5)
        parts = [(normed @ w.T).reshape(count, self.heads, -1).transpose(0, 1) for w in (query, key, value)]
        seen = f.scaled_dot_product_attention(*parts, is_causal=True).transpose(0, 1).reshape(count, width)
        x = x + seen @ mix.T
        x = x + f.relu(f.rms_norm(x, [width], eps=1e-5) @ expand.T) @ shrink.T
        return f.cross_entropy(x @ output.T, torch.tensor(TOKENS[1:]))


ENGINES = {"handwritten": Handwritten, "reference": Reference, "worked": Worked, "torch": Torch}


def timed(step: Callable[[], float]) -> tuple[float, float]:
    """CPU seconds of a step, and the loss that it gives."""
    gc.collect()  # so that nobody pays for the cycles that the engine before left behind
    started = time.process_time()
    loss = step()
    return time.process_time() - started, loss


def measure_steps() -> dict[str, float]:
    """Median CPU seconds of a step, the engines taking turns; refuses to compare what computes different losses."""
    runs = {name: engine() for name, engine in ENGINES.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ENGINES}
    for turn in range(ROUNDS):
        losses = {}
        for name, run in runs.items():
            taken, losses[name] = timed(run.step)
            seconds[name].append(taken)
        if any(not math.isclose(loss, losses["torch"], rel_tol=1e-9) for loss in losses.values()):
            raise SystemExit(f"The engines disagree in step {turn + 1}: {losses}")
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def measure_waiting() -> float:
    """CPU seconds of the steps that a learner waits for, on the worked answers and different names."""
    run = Worked()
    started = time.process_time()
    for name in PEOPLE.names[:WAITED]:
        run.step(TOKENIZER.encode(name))
    return time.process_time() - started


def last_losses() -> list[float]:
    """The mean loss of the last steps of a training from each seed, as `make names` trains."""
    from grader.learner.checkpoint import Plan
    from grader.learner.engines import load_language
    from grader.learner.names import begin

    found = []
    for seed in SEEDS:
        run = begin(load_language("reference"), Plan("people", PEOPLE.digest, STEPS, seed, 16, 4, 1), PEOPLE)
        for _ in range(STEPS):
            run.step()
        found.append(statistics.mean(run.losses[-LAST:]))
    return found


def main() -> None:
    console = Console()
    gc.disable()
    with console.status("training …"):
        steps = measure_steps()
    table = Table(title=f"One step on {NAME!r}: CPU seconds, median of {ROUNDS} rounds", title_justify="left")
    for heading in ("engine", "ms", "x handwritten", "worked is … times slower"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    for name, seconds in steps.items():
        table.add_row(
            name, f"{1e3 * seconds:.1f}", f"{seconds / steps['handwritten']:.2f}", f"{steps['worked'] / seconds:.1f}"
        )
    console.print(table)
    with console.status("training on the worked answers …"):
        waited = measure_waiting()
    console.print(f"{WAITED} steps on the worked answers: {waited:.1f} s of CPU.")
    with console.status("training from five seeds …"):
        losses = last_losses()
    told = ", ".join(f"{loss:.3f}" for loss in losses)
    console.print(f"Mean loss of the last {LAST} of {STEPS} steps, from five seeds: {told}.")
    report = {
        "step_cpu_s": steps,
        f"steps_{WAITED}_worked_cpu_s": waited,
        f"loss_last_{LAST}": losses,
        "rounds": ROUNDS,
        "python": sys.version.split()[0],
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    partial = OUTPUT.with_suffix(".part")
    partial.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    partial.replace(OUTPUT)
    console.print(f"Written to {OUTPUT}.")


if __name__ == "__main__":
    main()

"""`make bench-engine`: this engine beside micrograd, PyTorch driven scalar by scalar, and code written out by hand.

One epoch of the two-moons training (forward, backward, update) on the same weights and data, losses equal to 1e-12,
then the cost of a node in graphs of a thousand to a million nodes. CPU seconds, medians of interleaved rounds; every
engine runs as it is used, with the interpreter's default settings.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from micrograd import nn as micrograd_nn
from micrograd.engine import Value as MicrogradValue
from rich.console import Console
from rich.table import Table

from benchmarks import nodes
from grader.learner.datasets import load
from minigrad_reference import MLP, Value, l2_penalty, max_margin
from minigrad_reference.training import train_step

STRENGTH, RATE, ROUNDS, SLOW_ROUNDS = 1e-4, 1.0, 15, 3
OUTPUT = Path("build/bench/engine.json")
DATA = load("moons")


class Minigrad:
    """The reference as `make train` uses it: fused weighted sums, the collector paused within a step."""

    def __init__(self) -> None:
        self.model = MLP(2, [16, 16, 1], "relu", seed=0)

    def epoch(self) -> float:
        return train_step(self.model, DATA.inputs, DATA.targets, _loss, RATE).loss


def _loss(scores, targets, parameters):  # noqa: ANN001, ANN202
    return max_margin(scores, targets) + l2_penalty(parameters, STRENGTH)


class MinigradPlain(Minigrad):
    """The same with the cyclic garbage collector left running."""

    def epoch(self) -> float:
        parameters = self.model.parameters()
        scores = [self.model(x) for x in DATA.inputs]
        loss = _loss(scores, DATA.targets, parameters)
        self.model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return loss.data


class Micrograd:
    """micrograd as its own demonstration uses it."""

    def __init__(self) -> None:
        self.model = micrograd_nn.MLP(2, [16, 16, 1])
        for p, q in zip(self.model.parameters(), Minigrad().model.parameters(), strict=True):
            p.data = q.data

    def epoch(self) -> float:
        scores = [self.model([MicrogradValue(v) for v in x]) for x in DATA.inputs]
        losses = [(1 + -y * s).relu() for y, s in zip(DATA.targets, scores, strict=True)]
        parameters = self.model.parameters()
        loss = sum(losses) * (1.0 / len(losses)) + STRENGTH * sum(p * p for p in parameters)
        self.model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return loss.data


class Torch:
    """PyTorch with one tensor per number, so that it builds the graph that the scalar engines build."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        layers = Minigrad().model.layers
        self.layers = [[([self._leaf(w) for w in n.w], self._leaf(n.b)) for n in layer.neurons] for layer in layers]
        self.parameters = [p for layer in self.layers for w, b in layer for p in (*w, b)]

    @staticmethod
    def _leaf(value: Value) -> torch.Tensor:
        return torch.tensor(value.data, dtype=torch.float64, requires_grad=True)

    def epoch(self) -> float:
        losses = []
        for x, y in zip(DATA.inputs, DATA.targets, strict=True):
            a = x
            for depth, layer in enumerate(self.layers, 1):
                sums = [sum((wi * xi for wi, xi in zip(w, a, strict=True)), b) for w, b in layer]
                a = sums if depth == len(self.layers) else [s.relu() for s in sums]
            losses.append((1 - y * a[0]).relu())
        loss = sum(losses) * (1.0 / len(losses)) + STRENGTH * sum(p * p for p in self.parameters)
        for p in self.parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in self.parameters:
                p.sub_(RATE * p.grad)
        return loss.item()


class Handwritten:
    """The floor: the chain rule for this one network written out on lists of floats, no graph at all."""

    skips_zeros = False

    def __init__(self) -> None:
        layers = Minigrad().model.layers
        self.weights = [[[w.data for w in n.w] for n in layer.neurons] for layer in layers]
        self.biases = [[n.b.data for n in layer.neurons] for layer in layers]

    def epoch(self) -> float:
        samples, loss = len(DATA.inputs), 0.0
        grad_w = [[[2 * STRENGTH * w for w in row] for row in layer] for layer in self.weights]
        grad_b = [[2 * STRENGTH * b for b in layer] for layer in self.biases]
        penalty = sum(w * w for layer in self.weights for row in layer for w in row)
        penalty += sum(b * b for layer in self.biases for b in layer)
        for x, y in zip(DATA.inputs, DATA.targets, strict=True):
            seen = self._forward(x)
            margin = 1.0 - y * seen[-1][0]
            if margin > 0.0:
                loss += margin / samples
            self._backward(seen, [-y / samples if margin > 0.0 else 0.0], grad_w, grad_b)
        self._update(grad_w, grad_b)
        return loss + STRENGTH * penalty

    def _forward(self, x: list[float]) -> list[list[float]]:
        seen = [x]
        last = len(self.weights) - 1
        for depth, (rows, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            outputs = []
            for row, bias in zip(rows, biases, strict=True):
                total = bias
                for w, a in zip(row, x):  # noqa: B905
                    total += w * a
                outputs.append(total if depth == last or total > 0.0 else 0.0)
            x = outputs
            seen.append(x)
        return seen

    def _backward(self, seen, upstream, grad_w, grad_b) -> None:  # noqa: ANN001
        for depth in reversed(range(len(self.weights))):
            inputs, below = seen[depth], [0.0] * len(seen[depth])
            for j, g in enumerate(upstream):
                if self.skips_zeros and not g:
                    continue
                row, grad_row = self.weights[depth][j], grad_w[depth][j]
                grad_b[depth][j] += g
                for i, a in enumerate(inputs):
                    grad_row[i] += g * a
                    below[i] += g * row[i]
            upstream = [g if a > 0.0 else 0.0 for g, a in zip(below, inputs)]  # noqa: B905

    def _update(self, grad_w, grad_b) -> None:  # noqa: ANN001
        for weights, biases, gws, gbs in zip(self.weights, self.biases, grad_w, grad_b, strict=True):
            for row, grad_row in zip(weights, gws, strict=True):
                row[:] = [w - RATE * g for w, g in zip(row, grad_row, strict=True)]
            biases[:] = [b - RATE * g for b, g in zip(biases, gbs, strict=True)]


class HandwrittenSkipping(Handwritten):
    """The same, passing over upstream gradients of 0 as the reference does where that changes no sum."""

    skips_zeros = True


ENGINES = {
    "handwritten": Handwritten,
    "handwritten_skipping_zeros": HandwrittenSkipping,
    "minigrad": Minigrad,
    "minigrad_collector_on": MinigradPlain,
    "torch": Torch,
    "micrograd": Micrograd,
}


def cpu(run) -> tuple[float, float]:  # noqa: ANN001
    gc.collect()  # so that nobody pays for the cycles that the engine before left behind
    started = time.process_time()
    result = run()
    return time.process_time() - started, result


def measure_epochs(console: Console) -> dict[str, float]:
    """Median CPU seconds of an epoch, the engines taking turns; refuses to compare what computes different losses."""
    runs = {name: engine() for name, engine in ENGINES.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ENGINES}
    with console.status("training …"):
        for turn in range(ROUNDS):
            losses = {}
            for name, run in runs.items():
                if name in ("micrograd", "torch") and turn >= SLOW_ROUNDS:
                    continue
                taken, losses[name] = cpu(run.epoch)
                seconds[name].append(taken)
            worst = max(abs(loss / losses["handwritten"] - 1) for loss in losses.values())
            if worst > 1e-12:
                raise SystemExit(f"The engines disagree in epoch {turn + 1}: {losses}")
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def main() -> None:
    console = Console()
    epochs = measure_epochs(console)
    table = Table(title="One epoch of two moons: CPU seconds, median", title_justify="left")
    for heading in ("engine", "ms", "x handwritten", "micrograd is … times slower"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    for name, seconds in epochs.items():
        ratios = f"{seconds / epochs['handwritten']:.2f}", f"{epochs['micrograd'] / seconds:.1f}"
        table.add_row(name.replace("_", " "), f"{1e3 * seconds:.1f}", *ratios)
    console.print(table)
    with console.status("building graphs …"):
        paused = {str(size): nodes.nanoseconds(size, paused=True) for size in nodes.SIZES}
        running = {str(size): nodes.nanoseconds(size, paused=False) for size in nodes.SIZES}
        memory = {"minigrad": nodes.bytes_per_node(Value), "micrograd": nodes.bytes_per_node(MicrogradValue)}
    table = Table(title="One node, built, walked backward and freed: CPU nanoseconds", title_justify="left")
    for heading in ("nodes", "collector paused", "x 1000", "collector on", "x 1000"):
        table.add_column(heading, justify="right")
    for size in paused:
        cells = (
            f"{v[size]:.0f}" if i % 2 == 0 else f"{v[size] / v['1000']:.2f}" for v in (paused, running) for i in (0, 1)
        )
        table.add_row(f"{int(size):,}", *cells)
    console.print(table)
    share = memory["minigrad"] / memory["micrograd"]
    console.print(
        f"Bytes per node: minigrad {memory['minigrad']:.0f}, micrograd {memory['micrograd']:.0f} ({share:.2f} of it)."
    )
    report = {
        "epoch_cpu_s": epochs,
        "node_cpu_ns": paused,
        "node_cpu_ns_collector_on": running,
        "bytes_per_node": memory,
    }
    report["rounds"] = {"fast": ROUNDS, "slow": SLOW_ROUNDS}
    report["python"] = sys.version.split()[0]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    partial = OUTPUT.with_suffix(".part")
    partial.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    partial.replace(OUTPUT)
    console.print(f"Written to {OUTPUT}.")


if __name__ == "__main__":
    main()

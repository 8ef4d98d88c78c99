"""What one node costs: time in graphs of a thousand to a million nodes, and memory."""

from __future__ import annotations

import random
import statistics
import time
import tracemalloc
from contextlib import nullcontext
from typing import Any

from minigrad_reference import Value
from minigrad_reference.training import collector_paused

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MEASURED = 200_000  # nodes in a memory measurement


def chain(leaf: Any, size: int) -> Any:
    """`size` alternating products and sums over a few shared leaves."""
    leaves = [leaf(random.Random(i).uniform(-1, 1)) for i in range(8)]
    value = leaves[0]
    for i in range(size // 2):
        value = value * leaves[i % 8] + leaves[(i + 3) % 8]
    return value


def nanoseconds(size: int, paused: bool) -> float:
    """Median CPU time per node to build a chain, run backward over it and free it."""
    taken = []
    for _ in range(max(5, 30_000 // size)):
        with collector_paused() if paused else nullcontext():
            started = time.process_time()
            chain(Value, size).backward()
            taken.append(time.process_time() - started)
    return statistics.median(taken) / size * 1e9


def bytes_per_node(leaf: Any) -> float:
    """What Python's allocator has handed out per node of a graph that is built and kept."""
    tracemalloc.start()
    kept = chain(leaf, MEASURED)
    allocated, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return allocated / MEASURED

"""A language model in training, kept as JSON: a run that was interrupted goes on as if it had not been."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from grader.core.errors import KataError
from grader.core.files import write_text

FORMAT = "minigrad-names-1"
LARGEST = 64  # width, heads or layers of a model


@dataclass(frozen=True)
class Plan:
    """What to train, on which names (NAMES as typed, and a digest of the list), for how long, from which seed."""

    names: str
    digest: str
    steps: int
    seed: int
    width: int
    heads: int
    layers: int


@dataclass(frozen=True)
class Checkpoint:
    """A run after a whole number of steps: the loss of each, the weights, and what Adam remembers of them."""

    plan: Plan
    losses: list[float]
    weights: list[float]
    m: list[float]
    v: list[float]

    def save(self, path: Path) -> None:
        """Write the file whole or leave the old one. Raises KataError for numbers that are not finite."""
        try:
            text = json.dumps({"format": FORMAT, **asdict(self)}, allow_nan=False)
        except ValueError:
            raise KataError("The weights are not finite numbers any more, so they were not saved.") from None
        write_text(path, text + "\n")


def taken(plan: Plan, losses: list[float], model: Any, optimiser: Any) -> Checkpoint:
    """The state of a model and its optimiser as plain numbers."""
    weights = [float(p.data) for p in model.parameters()]
    return Checkpoint(plan, list(losses), weights, list(map(float, optimiser.m)), list(map(float, optimiser.v)))


def put_back(checkpoint: Checkpoint, model: Any, optimiser: Any) -> None:
    """Give a new model of the same sizes, and its optimiser, the state that was kept. Raises KataError where not."""
    if len(model.parameters()) != len(checkpoint.weights):
        kept = f"The run that was kept has {len(checkpoint.weights)} weights and this model {len(model.parameters())}"
        raise KataError(f"{kept}; leave RESUME out to begin anew.")
    for parameter, weight in zip(model.parameters(), checkpoint.weights, strict=True):
        parameter.data = weight
    optimiser.m, optimiser.v, optimiser.t = list(checkpoint.m), list(checkpoint.v), len(checkpoint.losses)


def load(path: Path) -> Checkpoint:
    """Read what `save` wrote. Raises KataError, which says what to do, for anything else."""
    if not path.exists():
        raise KataError(f"There is no run to go on with: {path} is not there; leave RESUME out to begin one.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        _same(content["format"], FORMAT)
        kinds = {f.name: str if f.type == "str" else int for f in fields(Plan)}
        plan = Plan(**{name: _checked(kind, content["plan"][name]) for name, kind in kinds.items()})
        lists = [[_finite(number) for number in content[name]] for name in ("losses", "weights", "m", "v")]
    except (ValueError, KeyError, TypeError) as error:
        raise KataError(f"{path} is not what make names keeps of a run ({error!r}); leave RESUME out.") from None
    fitting = len(lists[1]) == len(lists[2]) == len(lists[3]) and len(lists[0]) <= plan.steps
    if not fitting or max(plan.width, plan.heads, plan.layers) > LARGEST:
        raise KataError(f"{path} is not what make names keeps of a run (its lists do not fit); leave RESUME out.")
    return Checkpoint(plan, *lists)


def _same(ours: Any, theirs: Any) -> None:
    if ours != theirs:
        raise ValueError(ours)


def _checked(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _finite(number: Any) -> float:
    if type(number) is bool or not math.isfinite(number):
        raise ValueError(number)
    return float(number)

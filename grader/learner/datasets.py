"""The data sets that the final network can be trained on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import KataError

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Dataset:
    """Samples by rows: `inputs` of equal length, `targets` -1.0 or +1.0."""

    name: str
    inputs: list[list[float]]
    targets: list[float]


TOY = Dataset(
    "toy",
    [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]],
    [1.0, -1.0, -1.0, 1.0],
)


def load(name: str) -> Dataset:
    """'moons', 'toy', or a CSV file. Raises KataError with a sentence for anything else."""
    if name == "moons":
        return read_csv(DATA / "two_moons.csv", name)
    if name == "toy":
        return TOY
    if not name.endswith(".csv"):
        raise KataError(f"DATASET is 'moons', 'toy' or the path of a .csv file, not {name!r}.")
    return read_csv(Path(name), Path(name).stem)


def read_csv(path: Path, name: str) -> Dataset:
    """Numbers by rows: the inputs, then the label (-1 and 1, or 0 and 1). A first line of words is a header."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [(i, line) for i, line in enumerate(csv.reader(file), 1) if any(map(str.strip, line))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise KataError(f"{path} cannot be read: {reason}.") from None
    if lines and not any(map(_is_number, lines[0][1])):
        del lines[0]
    if not lines:
        raise KataError(f"{path} has no rows of numbers.")
    rows = [_row(path, number, line, len(lines[0][1])) for number, line in lines]
    labels = {row[-1] for row in rows}
    if not (labels <= {-1.0, 1.0} or labels <= {0.0, 1.0}):
        raise KataError(f"{path}: the last column is the label, -1 and 1 or 0 and 1, but it has {_few(labels)}.")
    return Dataset(name, [row[:-1] for row in rows], [1.0 if row[-1] == 1 else -1.0 for row in rows])


def _row(path: Path, number: int, line: list[str], width: int) -> list[float]:
    if len(line) != width or width < 2:
        needed = max(width, 2)
        raise KataError(f"{path}, line {number}: {needed} columns are needed as in the first row, not {len(line)}.")
    for cell in line:
        if not _is_number(cell):
            raise KataError(f"{path}, line {number}: {cell!r} is not a finite number.")
    return [float(cell) for cell in line]


def _is_number(cell: str) -> bool:
    try:
        return abs(float(cell)) < float("inf")
    except ValueError:
        return False


def _few(labels: set[float]) -> str:
    shown = ", ".join(f"{label:g}" for label in sorted(labels)[:5])
    return shown + (", …" if len(labels) > 5 else "")

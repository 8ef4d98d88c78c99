"""Writes two_moons.csv once, with scikit-learn: 100 points on two interleaving half circles, labels -1 and +1."""

import csv
from pathlib import Path

from sklearn.datasets import make_moons

points, classes = make_moons(n_samples=100, noise=0.1, random_state=2)
with Path(__file__).with_name("two_moons.csv").open("w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["x1", "x2", "label"])
    writer.writerows([f"{x1:.6f}", f"{x2:.6f}", 2 * label - 1] for (x1, x2), label in zip(points, classes, strict=True))

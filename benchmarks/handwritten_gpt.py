"""The floor for a step of the language model: the chain rule for this one model on plain floats, without a graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul

from minigrad_reference.language import GPT

Vector = list[float]
Matrix = list[Vector]
BLOCK = ("query", "key", "value", "mix", "expand", "shrink")
EPS = 1e-5


class HandwrittenGPT:
    """A GPT of one block with the weights of another; forward, backward and Adam by hand."""

    def __init__(self, model: GPT, betas: tuple[float, float] = (0.85, 0.99)) -> None:
        (block,) = model.blocks
        self.heads, self.betas, self.t = block.heads, betas, 0
        layers = {name: getattr(block, name).w for name in BLOCK}
        rows = {"tokens": model.tokens.rows, "positions": model.positions.rows, **layers, "output": model.output.w}
        self.w = {name: [[value.data for value in row] for row in matrix] for name, matrix in rows.items()}
        self.grads: dict[str, Matrix] = {}
        self.m = [0.0] * len(model.parameters())
        self.v = [0.0] * len(model.parameters())

    def step(self, tokens: Sequence[int], rate: float) -> float:
        """Forward, backward, update; the loss of the weights before."""
        self.grads = {name: [[0.0] * len(row) for row in matrix] for name, matrix in self.w.items()}
        count = len(tokens) - 1
        keys: Matrix = []
        values: Matrix = []
        seen, loss = [], 0.0
        for position in range(count):
            scores, kept = self._forward(tokens[position], position, keys, values)
            share, upstream = _cross_entropy(scores, tokens[position + 1], count)
            loss += share
            seen.append((kept, upstream))
        keys_back, values_back = ([[0.0] * len(keys[0]) for _ in keys] for _ in range(2))
        for position in reversed(range(count)):
            kept, upstream = seen[position]
            self._backward(tokens[position], position, kept, upstream, (keys, values, keys_back, values_back))
        self._update(rate)
        return loss

    def _forward(self, token: int, position: int, keys: Matrix, values: Matrix) -> tuple[Vector, tuple]:  # type: ignore[type-arg]
        w = self.w
        raw = [a + b for a, b in zip(w["tokens"][token], w["positions"][position])]  # noqa: B905
        x, scale_x = _norm(raw)
        normed, scale_1 = _norm(x)
        query = _linear(w["query"], normed)
        keys.append(_linear(w["key"], normed))
        values.append(_linear(w["value"], normed))
        attended, shares = self._attend(query, keys, values)
        middle = [a + b for a, b in zip(x, _linear(w["mix"], attended))]  # noqa: B905
        normed_2, scale_2 = _norm(middle)
        hidden = [h if h > 0.0 else 0.0 for h in _linear(w["expand"], normed_2)]  # noqa: FURB136 - a call costs more
        out = [a + b for a, b in zip(middle, _linear(w["shrink"], hidden))]  # noqa: B905
        kept = (raw, scale_x, x, normed, scale_1, query, attended, shares, middle, normed_2, scale_2, hidden, out)
        return _linear(w["output"], out), kept

    def _attend(self, query: Vector, keys: Matrix, values: Matrix) -> tuple[Vector, Matrix]:
        width = len(query) // self.heads
        root = math.sqrt(width)
        attended, shares = [], []
        for low in range(0, len(query), width):
            part = slice(low, low + width)
            asked = query[part]
            own = _softmax([sum(map(mul, asked, key[part])) / root for key in keys])
            shares.append(own)
            attended += [sum(map(mul, own, column)) for column in zip(*[value[part] for value in values])]  # noqa: B905
        return attended, shares

    def _backward(self, token: int, position: int, kept: tuple, upstream: Vector, past: tuple) -> None:  # type: ignore[type-arg]
        w, g = self.w, self.grads
        raw, scale_x, x, normed, scale_1, query, attended, shares, middle, normed_2, scale_2, hidden, out = kept
        _, _, keys_back, values_back = past
        up = _linear_back(w["output"], g["output"], out, upstream)
        back = _linear_back(w["shrink"], g["shrink"], hidden, up)
        back = [u if h > 0.0 else 0.0 for u, h in zip(back, hidden)]  # noqa: B905
        back = _linear_back(w["expand"], g["expand"], normed_2, back)
        up = [a + b for a, b in zip(up, _norm_back(middle, scale_2, back))]  # noqa: B905
        back = _linear_back(w["mix"], g["mix"], attended, up)
        query_back = self._attend_back(query, shares, back, position, past)
        back = _linear_back(w["query"], g["query"], normed, query_back)
        for name, own in (("key", keys_back[position]), ("value", values_back[position])):
            more = _linear_back(w[name], g[name], normed, own)
            back = [a + b for a, b in zip(back, more)]  # noqa: B905
        up = [a + b for a, b in zip(up, _norm_back(x, scale_1, back))]  # noqa: B905
        up = _norm_back(raw, scale_x, up)
        for name, index in (("tokens", token), ("positions", position)):
            g[name][index] = [a + b for a, b in zip(g[name][index], up)]  # noqa: B905

    def _attend_back(self, query: Vector, shares: Matrix, back: Vector, position: int, past: tuple) -> Vector:  # type: ignore[type-arg]
        keys, values, keys_back, values_back = past
        width = len(query) // self.heads
        root = math.sqrt(width)
        query_back = [0.0] * len(query)
        for head, own in enumerate(shares):
            dims = range(head * width, (head + 1) * width)
            by_share = [sum([back[i] * values[t][i] for i in dims]) for t in range(position + 1)]
            level = sum(map(mul, own, by_share))
            for t, share in enumerate(own):
                score = share * (by_share[t] - level) / root
                key, key_back, value_back = keys[t], keys_back[t], values_back[t]
                for i in dims:
                    value_back[i] += share * back[i]
                    query_back[i] += score * key[i]
                    key_back[i] += score * query[i]
        return query_back

    def _update(self, rate: float) -> None:
        self.t += 1
        one, two = self.betas
        rest_one, rest_two = 1 - one, 1 - two
        flat = [g for name in self.w for row in self.grads[name] for g in row]
        self.m = [one * m + rest_one * g for m, g in zip(self.m, flat)]  # noqa: B905
        self.v = [two * v + rest_two * g * g for v, g in zip(self.v, flat)]  # noqa: B905
        pace, root, sqrt = rate / (1 - one**self.t), math.sqrt(1 - two**self.t), math.sqrt
        moves = [pace * m / (sqrt(v) / root + 1e-8) for m, v in zip(self.m, self.v)]  # noqa: B905
        first = 0
        for matrix in self.w.values():
            for row in matrix:
                last = first + len(row)
                row[:] = [w - move for w, move in zip(row, moves[first:last])]  # noqa: B905
                first = last


def _linear(w: Matrix, x: Vector) -> Vector:
    return [sum(map(mul, row, x)) for row in w]


def _linear_back(w: Matrix, grads: Matrix, x: Vector, upstream: Vector) -> Vector:
    """Add to the gradients of the weights; returns those of the inputs. Upstream gradients of 0 add nothing."""
    below = [0.0] * len(x)
    for j, u in enumerate(upstream):
        if u:
            grads[j] = [g + u * a for g, a in zip(grads[j], x)]  # noqa: B905
            below = [b + u * a for b, a in zip(below, w[j])]  # noqa: B905
    return below


def _norm(x: Vector) -> tuple[Vector, float]:
    scale = (sum(map(mul, x, x)) / len(x) + EPS) ** -0.5
    return [a * scale for a in x], scale


def _norm_back(x: Vector, scale: float, upstream: Vector) -> Vector:
    level = sum(map(mul, upstream, x)) * scale**3 / len(x)
    return [u * scale - a * level for u, a in zip(upstream, x)]  # noqa: B905


def _softmax(scores: Vector) -> Vector:
    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def _cross_entropy(scores: Vector, target: int, count: int) -> tuple[float, Vector]:
    """The share in the mean loss, and its derivative by each score."""
    largest = max(scores)
    total = sum([math.exp(score - largest) for score in scores])
    shares = [math.exp(score - largest) / total / count for score in scores]
    shares[target] -= 1 / count
    return (math.log(total) + largest - scores[target]) / count, shares

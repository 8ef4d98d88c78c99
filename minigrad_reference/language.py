"""A small GPT and all that it needs: softmax, optimisers, tokens, vectors, attention, training.

What other programs compose of many small operations is one node here, with its local derivatives beside its operands:
a weighted sum, a softmax's probability, the logarithm of one, a cross-entropy. Numbers may stand wherever a Value may.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise
from operator import mul
from random import Random

from minigrad_reference.engine import Number, Value, _exp, _log, _node
from minigrad_reference.nn import Module
from minigrad_reference.training import collector_paused

Vector = list[Value]
Past = list[tuple[list[Vector], list[Vector]]]  # for each block the keys and the values of the positions so far


def softmax(scores: Sequence[Number]) -> Vector:
    """e**score / sum of e**score: probabilities that add up to 1. Raises ValueError if there is no score."""
    xs, p, _ = _distribution(scores)
    return [_node(p[i], xs, "softmax", [p[i] * ((i == j) - q) for j, q in enumerate(p)]) for i in range(len(p))]


def log_softmax(scores: Sequence[Number]) -> Vector:
    """The logarithms of the probabilities, exact where these are too small for a float. ValueError as in softmax."""
    xs, p, logs = _distribution(scores)
    return [_node(logs[i], xs, "log_softmax", [(i == j) - q for j, q in enumerate(p)]) for i in range(len(p))]


def cross_entropy(scores: Sequence[Number], target: int) -> Value:
    """-log(probability of the target), as one node: the derivative by a score is its probability, less 1 at the target.

    Raises ValueError if there is no score, IndexError if the target is none of them.
    """
    xs, p, logs = _distribution(scores)
    if not 0 <= target < len(p):
        raise IndexError(f"the target is one of {len(p)} scores, from 0, and not {target}")
    return _node(-logs[target], xs, "cross_entropy", [q - (i == target) for i, q in enumerate(p)])


def _distribution(scores: Sequence[Number]) -> tuple[tuple[Value, ...], list[float], list[float]]:
    """The scores as Values, their probabilities, and the logarithms of these."""
    if not scores:
        raise ValueError("a softmax needs at least one score")
    xs = tuple(_value(score) for score in scores)
    largest = max(x.data for x in xs)
    shifted = [x.data - largest for x in xs]
    powers = [_exp(x) for x in shifted]
    total = sum(powers)
    return xs, [power / total for power in powers], [x - _log(total) for x in shifted]


def _value(number: Number) -> Value:
    return number if isinstance(number, Value) else Value(number)


class SGD:
    """Gradient descent; with momentum, a parameter goes on in the direction of its earlier steps."""

    def __init__(self, parameters: Sequence[Value], learning_rate: float, momentum: float = 0.0) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Each velocity becomes momentum * velocity + gradient, and its parameter moves against it, times the rate."""
        self.velocities = [self.momentum * v + p.grad for p, v in zip(self.parameters, self.velocities, strict=True)]
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            parameter.data -= self.learning_rate * velocity


class Adam:
    """Steps by the running mean of each gradient (m), over the root of the running mean of its square (v)."""

    def __init__(
        self,
        parameters: Sequence[Value],
        learning_rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.betas = betas
        self.eps = eps
        self.t = 0
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Both means began at 0, so their weights 1 - beta**t are divided away, once for all parameters."""
        self.t += 1
        one, two = self.betas
        rate, root = self.learning_rate / (1 - one**self.t), math.sqrt(1 - two**self.t)
        gradients = [p.grad for p in self.parameters]
        self.m = [one * m + (1 - one) * g for m, g in zip(self.m, gradients, strict=True)]
        self.v = [two * v + (1 - two) * g * g for v, g in zip(self.v, gradients, strict=True)]
        for parameter, m, v in zip(self.parameters, self.m, self.v, strict=True):
            parameter.data -= rate * m / (math.sqrt(v) / root + self.eps)


def clip_grad_norm(parameters: Sequence[Value], max_norm: float) -> float:
    """Scale all gradients so that their common norm is at most max_norm; returns the norm before."""
    norm = math.sqrt(sum(p.grad * p.grad for p in parameters))
    factor = max_norm / (norm + 1e-6)  # as PyTorch does it
    if factor < 1:
        for parameter in parameters:
            parameter.grad *= factor
    return norm


class Tokenizer:
    """Letters as numbers: their places in the sorted alphabet of the names, behind them one for the boundary."""

    def __init__(self, names: Sequence[str]) -> None:
        self.letters = "".join(sorted(set().union(*names)))
        self.boundary = len(self.letters)
        self.size = self.boundary + 1
        self._token = {letter: token for token, letter in enumerate(self.letters)}

    def encode(self, name: str) -> list[int]:
        """The name's tokens between two boundaries. Raises KeyError for a letter that no name had."""
        return [self.boundary, *map(self._token.__getitem__, name), self.boundary]

    def decode(self, tokens: Sequence[int]) -> str:
        """The letters of the tokens; boundaries have none."""
        return "".join(self.letters[token] for token in tokens if token != self.boundary)


def _bigrams(names: Sequence[str], tokenizer: Tokenizer) -> Iterator[tuple[int, int]]:
    for tokens in map(tokenizer.encode, names):
        yield from pairwise(tokens)


def count_bigrams(names: Sequence[str], tokenizer: Tokenizer) -> list[list[int]]:
    """How often the token of the column comes right behind the token of the row."""
    counts = [[0] * tokenizer.size for _ in range(tokenizer.size)]
    for before, after in _bigrams(names, tokenizer):
        counts[before][after] += 1
    return counts


def bigram_loss(table: Sequence[Sequence[Number]], names: Sequence[str], tokenizer: Tokenizer) -> Value:
    """The mean cross-entropy of each next token, scored by the row of the token before it."""
    rows = [[_value(score) for score in row] for row in table]
    return _mean([cross_entropy(rows[before], after) for before, after in _bigrams(names, tokenizer)])


def _mean(values: Sequence[Value]) -> Value:
    return _node(sum(v.data for v in values) / len(values), tuple(values), "mean", [1 / len(values)] * len(values))


def sample(scores: Sequence[Number], temperature: float, rng: Random) -> int:
    """A token drawn by its probability; a temperature below 1 prefers the likely ones, above 1 it levels them."""
    warmed = [_value(score).data / temperature for score in scores]
    sums = list(accumulate(_distribution(warmed)[1]))
    point = rng.random()
    return next((token for token, total in enumerate(sums) if total > point), len(sums) - 1)


class Linear(Module):
    """`nout` weighted sums of `nin` inputs, without a bias; weights are drawn from normal(0, std), row by row."""

    def __init__(self, nin: int, nout: int, rng: Random | None = None, std: float = 0.08) -> None:
        self.w = _matrix(nout, nin, rng, std)

    def __call__(self, x: Sequence[Number]) -> Vector:
        """Raises ValueError for any number of inputs but `nin`."""
        return _sums(self.w, x)

    def parameters(self) -> list[Value]:
        return list(chain.from_iterable(self.w))


class Embedding(Module):
    """A vector for each of `count` indices, drawn as those of a Linear."""

    def __init__(self, count: int, width: int, rng: Random | None = None, std: float = 0.08) -> None:
        self.rows = _matrix(count, width, rng, std)

    def __call__(self, index: int) -> Vector:
        return self.rows[index]

    def parameters(self) -> list[Value]:
        return list(chain.from_iterable(self.rows))


def _matrix(rows: int, columns: int, rng: Random | None, std: float) -> list[Vector]:
    draw = (rng or Random()).gauss
    return [[Value(draw(0.0, std)) for _ in range(columns)] for _ in range(rows)]


def _sums(rows: Sequence[Sequence[Value]], x: Sequence[Number]) -> Vector:
    """The weighted sum of x for every row of weights, each of them one node."""
    xs = [_value(number) for number in x]
    x_data = [number.data for number in xs]
    sums = []
    for row in rows:
        w_data = [w.data for w in row]
        if len(w_data) != len(x_data):
            raise ValueError(f"{len(w_data)} weights but {len(x_data)} inputs")
        sums.append(_node(sum(map(mul, w_data, x_data)), (*row, *xs), "dot", x_data + w_data))
    return sums


def rms_norm(x: Sequence[Number], eps: float = 1e-5) -> Vector:
    """Divide x by the root of the mean of its squares, so that this mean becomes 1; `eps` keeps zeros zeros."""
    xs = [_value(number) for number in x]
    scale = (_sums([xs], xs)[0] / len(xs) + eps) ** -0.5
    return [number * scale for number in xs]


def attention(query: Sequence[Value], keys: Sequence[Sequence[Value]], values: Sequence[Sequence[Value]]) -> Vector:
    """The mean of the values, weighted by how well each key fits the query: softmax(query . key / sqrt(width))."""
    root = math.sqrt(len(query))
    weights = softmax([score / root for score in _sums(keys, query)])
    return _sums(list(zip(*values, strict=True)), weights)


def multi_head(
    query: Sequence[Value], keys: Sequence[Sequence[Value]], values: Sequence[Sequence[Value]], heads: int
) -> Vector:
    """Attention in each of `heads` parts of equal width by itself, the outputs side by side."""
    width = len(query) // heads
    parts = [slice(i * width, (i + 1) * width) for i in range(heads)]
    seen = [attention(query[part], [k[part] for k in keys], [v[part] for v in values]) for part in parts]
    return list(chain.from_iterable(seen))


class Block(Module):
    """Attention over the past, then an MLP for this position alone; each is normed before and added to what it saw.

    Raises ValueError if the heads cannot share the width evenly.
    """

    def __init__(self, width: int, heads: int, rng: Random | None = None) -> None:
        if width % heads:
            raise ValueError(f"{heads} heads cannot share a width of {width} evenly")
        self.heads = heads
        self.query, self.key, self.value, self.mix = (Linear(width, width, rng) for _ in range(4))
        self.expand, self.shrink = Linear(width, 4 * width, rng), Linear(4 * width, width, rng)

    def __call__(self, x: Sequence[Value], past: tuple[list[Vector], list[Vector]]) -> Vector:
        """What becomes of the vector x; its key and its value are appended to the past."""
        keys, values = past
        normed = rms_norm(x)
        keys.append(self.key(normed))
        values.append(self.value(normed))
        x = _added(x, self.mix(multi_head(self.query(normed), keys, values, self.heads)))
        return _added(x, self.shrink([hidden.relu() for hidden in self.expand(rms_norm(x))]))

    def parameters(self) -> list[Value]:
        layers = self.query, self.key, self.value, self.mix, self.expand, self.shrink
        return [parameter for layer in layers for parameter in layer.parameters()]


def _added(a: Sequence[Value], b: Sequence[Value]) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


class GPT(Module):
    """Reads tokens one by one and scores what comes next: embeddings of token and place, blocks, a matrix of scores."""

    def __init__(
        self,
        vocabulary: int,
        width: int = 16,
        heads: int = 4,
        layers: int = 1,
        context: int = 16,
        rng: Random | None = None,
    ) -> None:
        self.tokens = Embedding(vocabulary, width, rng)
        self.positions = Embedding(context, width, rng)
        self.blocks = [Block(width, heads, rng) for _ in range(layers)]
        self.output = Linear(width, vocabulary, rng)
        self.context = context

    def new_past(self) -> Past:
        """What the blocks remember before the first token: nothing."""
        return [([], []) for _ in self.blocks]

    def __call__(self, token: int, position: int, past: Past) -> Vector:
        """The scores of the token that comes next; `past` is what the positions before this one left."""
        x = rms_norm(_added(self.tokens(token), self.positions(position)))
        for block, own in zip(self.blocks, past, strict=True):
            x = block(x, own)
        return self.output(x)

    def loss(self, tokens: Sequence[int]) -> Value:
        """The mean cross-entropy of every token after the first, each scored by those before it."""
        past = self.new_past()
        read = enumerate(pairwise(tokens))
        return _mean([cross_entropy(self(token, i, past), target) for i, (token, target) in read])

    def parameters(self) -> list[Value]:
        parts = self.tokens, self.positions, *self.blocks, self.output
        return [parameter for part in parts for parameter in part.parameters()]


def train_names(
    model: GPT, names: Sequence[str], tokenizer: Tokenizer, steps: int, learning_rate: float = 0.01
) -> list[float]:
    """Train on one name a step, with Adam and a rate that falls to 0; the loss before each step."""
    optimiser = Adam(model.parameters(), learning_rate, betas=(0.85, 0.99))
    losses = []
    for step in range(steps):
        optimiser.learning_rate = learning_rate * (1 - step / steps)
        losses.append(language_step(model, optimiser, tokenizer.encode(names[step % len(names)])))
    return losses


def language_step(model: GPT, optimiser: Adam, tokens: Sequence[int]) -> float:
    """Forward, zero, backward, update, for one name; the loss of the weights before."""
    with collector_paused():
        loss = model.loss(tokens)
        model.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.data


def generate(model: GPT, tokenizer: Tokenizer, temperature: float, rng: Random) -> str:
    """A name that the model makes up, token by token, until it draws the boundary or its context is full."""
    past, tokens = model.new_past(), [tokenizer.boundary]
    while len(tokens) <= model.context:
        tokens.append(sample(model(tokens[-1], len(tokens) - 1, past), temperature, rng))
        if tokens[-1] == tokenizer.boundary:
            break
    return tokenizer.decode(tokens)

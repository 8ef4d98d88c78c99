"""Random programs in the kata's own vocabulary, for checks whose answers cannot be learned by heart.

A program is made of plain statements such as `v7 = v3 * v5`. While it is written, its numbers are computed as plain
floats, so that no value comes near a kink, a pole or an overflow, and no gradient grows so large that rounding shows.
"""

import math

SUMS = ("x + y", "x + n")
SUMS_AND_PRODUCTS = ("x + y", "x * y", "x + n", "x * n")
BY_HAND = "Value( n , ( x ,), 'bend')"  # of one operand, for graphs without the operations that have one
LETTERS = "abcdefghijklm"
ABS = 1e-11  # gradients here are sums of terms below 1e4; where these cancel, rounding leaves less than this
EXACT = 1e-13  # of a single operation: rounding leaves less than this, and a finite difference more
SMALLEST, LARGEST = 0.1, 2.0  # of every value
WEAKEST, STRONGEST = 0.05, 300.0  # of the sum of |local derivatives| along all ways from the leaves


def number(rng, low=0.2, high=1.5):
    """A number with two decimals and either sign, away from 0."""
    return rng.choice((-1, 1)) * round(rng.uniform(low, high), 2)


def numbers(rng, count, low=0.2, high=1.5):
    return [number(rng, low, high) for _ in range(count)]


def magnitude(rng, low, high):
    """A number between 1 and 10, of either sign, times a power of ten between these."""
    return f"{rng.choice((-1, 1)) * round(rng.uniform(1, 10), 2)}e{rng.randint(low, high)}"


def one_step(operation, operands, upstream):
    """Lines that take one step back through an operation on a, b, ... and add their gradients to `grads`."""
    names = "abc"[: len(operands)]
    lines = [f"{name} = Value({x})" for name, x in zip(names, operands, strict=True)]
    lines += [f"out = {operation}", f"out.grad = {upstream}", "out._backward()"]
    return "\n".join([*lines, *(f"grads.append({name}.grad)" for name in names), ""])


def steps(*given):
    """A program of such steps."""
    return "grads = []\n" + "".join(one_step(*step) for step in given)


class Graph:
    """A program that builds one graph with much sharing; `root` is its last value."""

    def __init__(self, rng, letter, operations, leaves=4, steps=24):
        self.rng, self.letter = rng, letter
        self.lines, self.leaves, self.inner = [], [], []
        self.data, self.strength, self.used, self.before = {}, {}, {}, {}
        for _ in range(leaves):
            x = rng.choice((-1, 1)) if rng.random() < 0.15 else number(rng)
            self._add(f"Value({x})", float(x), 1.0, ())
        missing = list(operations)  # every operation once, the rest at random
        for _ in range(50 * steps):
            operation = rng.choice(missing or operations)
            if self._step(operation) and operation in missing:
                missing.remove(operation)
            if len(self.inner) >= steps:
                break
        for name in [name for name in [*self.leaves, *self.inner[:-1]] if not self.used[name]]:
            last = self.inner[-1]
            total = self.data[last] + self.data[name]
            self._add(f"{last} + {name}", total, self.strength[last] + self.strength[name], (last, name))
        self.root = self.inner[-1]
        self.whole = not missing and len(self.inner) >= steps

    @property
    def text(self):
        return "\n".join(self.lines)

    def observed(self, inner=8):
        """The gradients of all leaves and of some inner values, as one expression."""
        some = self.rng.sample(self.inner, min(inner, len(self.inner)))
        return f"[v.grad for v in ({', '.join([*self.leaves, *sorted(some)])})]"

    def _add(self, text, data, strength, operands):
        name = f"{self.letter}{len(self.data) + 1}"
        self.lines.append(f"{name} = {text}")
        (self.inner if operands else self.leaves).append(name)
        self.data[name], self.strength[name], self.used[name] = data, strength, 0
        self.before[name] = operands
        for operand in operands:
            self.used[operand] += 1

    def _step(self, operation):
        """One more statement, if the numbers allow this operation on the operands drawn; says whether."""
        x, y = self._operands()
        n = number(self.rng)
        result = _apply(operation, self.data[x], self.data[y], n)
        if result is None:
            return False
        text, data, by_x, by_y = result
        strength = abs(by_x) * self.strength[x] + abs(by_y) * self.strength[y]
        if not (SMALLEST <= abs(data) <= LARGEST and WEAKEST <= strength <= STRONGEST):
            return False
        self._add(_named(text, x, y, n), data, strength, (x, y) if "y" in operation else (x,))
        return True

    def _operands(self):
        """The newest value with one that it was made from, or with any other, or any two, or one value twice."""
        kind = self.rng.random()
        if kind < 0.1 or not self.inner:
            x = self.rng.choice([*self.leaves, *self.inner])
            return x, (x if kind < 0.1 else self.rng.choice(self.leaves))
        pair = [self.inner[-1] if kind < 0.8 else self.rng.choice(self.inner)]
        near = [name for name in self.before[pair[0]] if name in self.inner]  # two ways of different length
        pair.append(self.rng.choice(near if near and kind < 0.7 else [*self.leaves, *self.inner]))
        self.rng.shuffle(pair)
        return pair


def _named(text, x, y, n):
    return " ".join({"x": x, "y": y, "n": str(n), "-x": f"-{x}"}.get(word, word) for word in text.split()).replace(
        "x.", f"{x}."
    )


def _apply(operation, x, y, n):  # noqa: C901, PLR0911, PLR0912 - one line for each operation
    """The statement's text, its number and the local derivatives by x and y; None where it is not safe."""
    match operation:
        case "x + y":
            return operation, x + y, 1.0, 1.0
        case "x * y":
            return operation, x * y, y, x
        case "x + n" | "n + x":
            return operation, x + n, 1.0, 0.0
        case "x * n" | "n * x":
            return operation, x * n, n, 0.0
        case "x - y":
            return operation, x - y, 1.0, -1.0
        case "x - n":
            return operation, x - n, 1.0, 0.0
        case "n - x":
            return operation, n - x, -1.0, 0.0
        case "-x":
            return operation, -x, -1.0, 0.0
        case "x / y":
            return (operation, x / y, 1 / y, -x / y**2) if abs(y) > 0.4 else None
        case "x / n":
            return operation, x / n, 1 / n, 0.0
        case "n / x":
            return (operation, n / x, -n / x**2, 0.0) if abs(x) > 0.4 else None
        case _ if operation == BY_HAND:
            return operation, n, 1.0, 0.0  # nothing is passed back; counted as if, so that it is not too weak
        case "x.exp()":
            return operation, math.exp(x), math.exp(x), 0.0
        case "x.log()":
            return (operation, math.log(x), 1 / x, 0.0) if x > 0.2 else None
        case "x.tanh()":
            return operation, math.tanh(x), 1 - math.tanh(x) ** 2, 0.0
        case "x.relu()":
            return operation, max(x, 0.0), float(x > 0), 0.0
        case "x.sigmoid()":
            s = 1 / (1 + math.exp(-x))
            return operation, s, s * (1 - s), 0.0
    base, power = operation.split(" ** ")
    exponent = float(power)
    if (x < 0 and exponent != int(exponent)) or (exponent < 1 and abs(x) < 0.4):
        return None
    return f"{base} ** {power}", x**exponent, exponent * x ** (exponent - 1), 0.0


def graphs(rng, operations, count=3, leaves=4, steps=24):
    """Several graphs, one after the other in one program."""
    made = []
    while len(made) < count:
        graph = Graph(rng, LETTERS[len(made)], operations, leaves, steps)
        if graph.whole:  # seldom, the numbers leave no way on
            made.append(graph)
    return made


def backward_program(rng, operations, count=3, leaves=4, steps=24):
    """A program that builds graphs and calls backward on each, and the expressions to observe."""
    made = graphs(rng, operations, count, leaves, steps)
    text = "\n".join(f"{graph.text}\n{graph.root}.backward()" for graph in made)
    return text, [f"{made[0].root}.data", *(graph.observed() for graph in made)]


def by_hand_program(rng, operations, count=2, leaves=3, steps=10):
    """The same for exercise 3, where every value's `_backward` is called by hand, the last one first."""
    made = graphs(rng, operations, count, leaves, steps)
    lines = []
    for graph in made:
        lines += [*graph.lines, f"{graph.root}.grad = {number(rng)}"]
        lines += [f"{name}._backward()" for name in reversed(graph.inner)]
    return "\n".join(lines), [f"{made[0].root}.data", *(graph.observed() for graph in made)]


def network(rng, nin, nouts, activations, samples=1, name="net"):
    """Lines that build an MLP with weights of our own, and inputs for it at which no relu is near its kink."""
    layers, inputs = [], [[]]
    while not all(x and _clear_of_kinks(layers, activations, x) for x in inputs):
        layers, before = [], nin
        for nout in nouts:
            layers.append([numbers(rng, before + 1, 0.1, 1.2) for _ in range(nout)])
            before = nout
        inputs = [numbers(rng, nin) for _ in range(samples)]
    flat = [w for layer in layers for neuron in layer for w in neuron]
    lines = [
        f"{name} = MLP({nin}, {list(nouts)}, activation={list(activations)})",
        f"numbers = {flat}",
        f"for layer in {name}.layers:",
        "    for n in layer.neurons:",
        "        n.w = [Value(numbers.pop(0)) for w in n.w]",
        "        n.b = Value(numbers.pop(0))",
    ]
    return "\n".join(lines), inputs


def _clear_of_kinks(layers, activations, x):
    alive = False
    for layer, activation in zip(layers, activations, strict=True):
        sums = [sum(w * xi for w, xi in zip(neuron, x, strict=False)) + neuron[-1] for neuron in layer]
        if activation == "relu" and min(map(abs, sums)) < 0.05:
            return False
        if activation != "linear" and min(map(abs, sums)) > 2.5:
            return False
        bend = {"tanh": math.tanh, "relu": lambda s: max(s, 0.0), "linear": lambda s: s}[activation]
        x = [bend(s) for s in sums]
        alive = any(x)
        if not alive:
            return False
    return alive


def gradients_of(name="net"):
    """The gradients of all weights and biases, neuron by neuron, without asking for parameters()."""
    return f"[[*(w.grad for w in n.w), n.b.grad] for layer in {name}.layers for n in layer.neurons]"


def numbers_of(name="net"):
    """All weights and biases, neuron by neuron."""
    return f"[[*(w.data for w in n.w), n.b.data] for layer in {name}.layers for n in layer.neurons]"

"""Exercise 8: A neuron.

The engine is complete. From here on you build with it. A neuron is a small function of several
inputs. Each input has a weight, which says how much it counts and in which direction. Beside them
stands one bias, which shifts the result. The sum then goes through an activation, a curve with a
bend; without a bend, a thousand neurons together could do no more than draw one straight line.

The formula
-----------
    s = w1 * x1 + w2 * x2 + ... + wn * xn + b           the weighted sum
    output = activation(s)

    x1 --[ * w1 ]--+
                   |
    x2 --[ * w2 ]--+--> [ + ] -- s --> [ activation ] --> output
                   |
               b --+

The bias is added once, beside the products. Nothing is multiplied by it, so it counts even when
every input is 0.

w and b are Values, so the output is one too, with the whole graph behind it: `output.backward()`
reaches every weight. There is no derivative to work out in this exercise.

A worked example: x = (2, 1), weights 0.5 and -1.5, bias 1, activation tanh.

    s      = 0.5 * 2 + -1.5 * 1 + 1 = 0.5
    output = tanh(0.5) = 0.4621

    >>> n = Neuron(2)
    >>> n.w = [Value(0.5), Value(-1.5)]
    >>> n.b = Value(1.0)
    >>> out = n([2.0, 1.0])
    >>> round(out.data, 4)
    0.4621

At s = 0.5 the slope of tanh is 1 - tanh(0.5)**2 = 0.7864. By the chain rule a weight's gradient is
this slope times its input; the bias has this slope times 1:

    >>> out.backward()
    >>> [round(p.grad, 4) for p in n.parameters()]
    [1.5729, 0.7864, 0.7864]

Read it as advice: to raise the output, raise the first weight first.

Parameters
----------
Training will change the weights and the bias, and not the inputs. What training may change is
called a parameter. Everything that has parameters is a `Module` and hands them out in one flat
list, so that whoever trains it walks along the list and need not know how it is built. Flat means
[w1, w2, b] and not [[w1, w2], b]: each entry is a Value. It must be the very Value that the neuron
computes with. A copy could be changed without the neuron noticing.

    >>> len(Neuron(3).parameters())
    4

`*` in a list display puts the entries of another list in its place:

    >>> tail = [2, 3]
    >>> [1, *tail, 4], [1, tail, 4]
    ([1, 2, 3, 4], [1, [2, 3], 4])

A silent trap
-------------
`zip` walks along two lists at once. At the end of the shorter one it stops and says nothing:

    >>> list(zip([1, 2, 3], [10, 20]))
    [(1, 10), (2, 20)]

Three weights and two inputs would give a number in this way, and nobody would learn that it is
wrong. A neuron that is given the wrong number of inputs should say so:

    >>> Neuron(3)([10.0, 20.0])
    Traceback (most recent call last):
    ValueError: 3 weights but 2 inputs

What to write
-------------
The constructor is given; read it first.

- `Neuron.__call__(x)`: the output. Python runs it for `n(x)`.
- `Neuron.parameters()`: the flat list.

Conventions
-----------
- x is a list of numbers, of Values, or of both. ValueError, with whatever text you like, if its
  length is not the number of weights.
- `self.activation` is "tanh", "relu" or "linear". Linear means no activation: the output is s.
- The output is one Value, not a list.
- `parameters()` returns a list: the weights in their order, then the bias. It can be called as
  often as one likes and always hands out the same Values.
- Neither of the two changes w, b or x.

Run `make test-exercise-8`. If you are stuck: `make hint-8`.
"""

import random

# What came before is imported so that it can be had from here as well.
from ex07_graph import (
    Value,
    add_to_class,
    derivative,
    draw_dot,
    gradient,
    topological_order,
    trace,
)


class Module:
    """Anything that has parameters: a neuron, a layer, a network."""

    def parameters(self):
        """Return a flat list of the Values that training may change; here there are none."""
        return []


class Neuron(Module):
    """A function of nin inputs: activation(w1 * x1 + ... + wn * xn + b).

    w           the weights, a list of nin Values, drawn by rng between -1 and 1
    b           the bias, a Value; 0.0 at the beginning
    activation  "tanh", "relu" or "linear"; ValueError for any other
    """

    def __init__(self, nin, activation="tanh", rng=random):
        if activation not in ("tanh", "relu", "linear"):
            raise ValueError(f"activation must be tanh, relu or linear, not {activation!r}")
        self.w = [Value(rng.uniform(-1, 1), label=f"w{i + 1}") for i in range(nin)]
        self.b = Value(0.0, label="b")
        self.activation = activation

    def __call__(self, x):
        """Return the output for the inputs x, a Value.

        x is a list of nin numbers or Values. Raises ValueError if there are more or fewer.
        """
        ### BEGIN SOLUTION
        if len(x) != len(self.w):
            raise ValueError(f"{len(self.w)} weights but {len(x)} inputs")
        s = self.b
        for wi, xi in zip(self.w, x):
            s = s + wi * xi
        if self.activation == "tanh":
            return s.tanh()
        if self.activation == "relu":
            return s.relu()
        return s
        ### END SOLUTION

    def parameters(self):
        """Return the weights in their order, then the bias, in one flat list."""
        ### BEGIN SOLUTION
        return [*self.w, self.b]
        ### END SOLUTION

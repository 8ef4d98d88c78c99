"""Exercise 9: A network of neurons.

One neuron separates a plane by one straight line. To do more, many work together: side by side in
a layer, and layer behind layer. The neurons of a layer all see the same inputs; each has weights
of its own and gives one output. The outputs of a layer are the inputs of the next. Such a network
is called a multilayer perceptron, MLP for short.

    MLP(3, [4, 4, 1])

    3 inputs     layer 1        layer 2        layer 3

    x1 --+       o --+          o --+
         |       o   |          o   |
    x2 --+-----> o --+--------> o --+--------> o ----> output
         |       o   |          o   |
    x3 --+         --+            --+
                 4 neurons      4 neurons      1 neuron
                 (hidden)       (hidden)       (output)

Every arrow carries all numbers of the level on its left to every neuron on its right.

Counting parameters
-------------------
A neuron with n inputs has n weights and 1 bias. So a layer has (n + 1) * neurons parameters:

    layer 1    (3 + 1) * 4  =  16
    layer 2    (4 + 1) * 4  =  20
    layer 3    (4 + 1) * 1  =   5         together 41

    >>> len(MLP(3, [4, 4, 1]).parameters())
    41

Such a count finds mistakes. 36 means that the output layer has been left out, 32 that the biases
have. 3 means that there is one entry per layer, a list of lists: `append` adds its argument as one
entry, `extend` adds the entries of its argument one by one.

    >>> nested, flat = [], []
    >>> for part in ([1, 2], [3]):
    ...     nested.append(part)
    ...     flat.extend(part)
    >>> nested, flat
    ([[1, 2], [3]], [1, 2, 3])

A worked example
----------------
Two inputs, two hidden neurons with relu, one output:

    h1     = relu(1 * x1 + 1 * x2 + 0)
    h2     = relu(1 * x1 + 1 * x2 - 1)
    output = 1 * h1 - 2 * h2

    x1, x2    h1    h2    output
    0,  0     0     0     0
    0,  1     1     0     1
    1,  0     1     0     1
    1,  1     2     1     0

The output is 1 when exactly one of the inputs is 1. No single neuron can do this, since no straight
line has (0, 1) and (1, 0) on one side and the other two points on the other.

    >>> net = MLP(2, [2, 1], activation="relu")
    >>> numbers = [1, 1, 0, 1, 1, -1, 1, -2, 0]
    >>> for p, number in zip(net.parameters(), numbers):
    ...     p.data = float(number)
    >>> [net(x).data for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    [0.0, 1.0, 1.0, 0.0]

Two things to see here. The order of the parameters: h1's weights and bias, h2's, then the output
neuron's. And the last layer has no relu, it is linear: an output that had to pass a relu could
never be negative, and one behind a tanh could never be 5. The constructors see to this. Each neuron
knows its own activation and applies it, so a layer has none left to apply.

    >>> [layer.neurons[0].activation for layer in MLP(3, [4, 4, 1]).layers]
    ['tanh', 'tanh', 'linear']

Setting gradients back
----------------------
`backward` adds to the gradients that are there (exercise 4). Training runs it again and again, and
each run wants its own gradients only. `zero_grad` sets them back. It touches `grad` alone; `data`
is what has been learned.

    >>> net([1, 1]).backward()
    >>> [p.grad for p in net.parameters()]
    [1.0, 1.0, 1.0, -2.0, -2.0, -2.0, 2.0, 1.0, 1.0]
    >>> net.zero_grad()
    >>> sum(p.grad for p in net.parameters()), [p.data for p in net.parameters()] == numbers
    (0.0, True)

What to write
-------------
The constructors are given; read them first. They make `self.neurons` of a Layer and `self.layers`
of an MLP.

- `Layer.__call__(x)`: the outputs of all its neurons for the same x.
- `Layer.parameters()` and `MLP.parameters()`: flat lists.
- `MLP.__call__(x)`: x through the first layer, the result through the next, to the last.
- `Module.zero_grad()`: for everything that has parameters, a single neuron included.

Conventions
-----------
- A Layer returns a list, also when it has one neuron. An MLP returns the bare Value if its last
  layer has one neuron, and else the list.
- `parameters()` returns a list in the order neuron by neuron, layer by layer. It can be called as
  often as one likes and always hands out the same Values.
- `zero_grad` sets grad to 0.0, changes nothing else, and returns nothing. It works for every
  Module, by way of `self.parameters()`.
- A wrong number of inputs is a ValueError. The neurons see to that already.

Run `make test-exercise-9`. If you are stuck: `make hint-9`.
"""

import random

# What came before is imported so that it can be had from here as well.
from ex08_neuron import (
    Module,
    Neuron,
    Value,
    add_to_class,
    derivative,
    draw_dot,
    gradient,
    topological_order,
    trace,
)


class Layer(Module):
    """nout neurons side by side; each sees the same nin inputs.

    neurons  a list of nout Neurons, all with the same activation
    """

    def __init__(self, nin, nout, activation="tanh", rng=random):
        self.neurons = [Neuron(nin, activation, rng) for _ in range(nout)]

    def __call__(self, x):
        """Return the outputs of the neurons in their order, a list of nout Values.

        x is a list of nin numbers or Values. Raises ValueError if there are more or fewer.
        """
        raise NotImplementedError("exercise 9: Layer.__call__")

    def parameters(self):
        """Return the parameters of all neurons, neuron by neuron, in one flat list."""
        raise NotImplementedError("exercise 9: Layer.parameters")


class MLP(Module):
    """Layers one after the other: MLP(3, [4, 4, 1]) has 3 inputs and 1 output.

    layers  a list of Layers

    activation is the name for the hidden layers, and the last layer is linear; or it is a list with
    one name per layer. The same seed draws the same weights. Raises ValueError if the list has not
    one name per layer.
    """

    def __init__(self, nin, nouts, activation="tanh", seed=None):
        if isinstance(activation, str):
            activation = [activation] * (len(nouts) - 1) + ["linear"]
        if len(activation) != len(nouts):
            raise ValueError(f"{len(nouts)} layers but {len(activation)} activations")
        rng = random.Random(seed)
        nins = [nin, *nouts[:-1]]
        self.layers = [Layer(*shape, rng) for shape in zip(nins, nouts, activation)]

    def __call__(self, x):
        """Return the output for the inputs x: a Value if it is a single one, else a list of Values.

        x is a list of nin numbers or Values. Raises ValueError if there are more or fewer.
        """
        raise NotImplementedError("exercise 9: MLP.__call__")

    def parameters(self):
        """Return the parameters of all layers, layer by layer, in one flat list."""
        raise NotImplementedError("exercise 9: MLP.parameters")


@add_to_class(Module)
def zero_grad(self):
    """Set the grad of every parameter to 0.0."""
    raise NotImplementedError("exercise 9: Module.zero_grad")

"""Exercise 15: Vectors.

So far a letter had one row of a table: the scores of what comes next. A larger model needs room to
think in between. It turns each token into a handful of numbers that describe it, computes with
these, and makes scores of them at the end. Such a handful is called a vector. Here a vector is a
plain list of Values:

    [Value(0.5), Value(-1.0), Value(2.0)]      a vector of width 3

This exercise makes the three parts that work on vectors. All that the language model needs besides
is attention, in the next exercise.

A linear layer
--------------
A linear layer turns a vector of width nin into one of width nout. Each output is a weighted sum of
all inputs, with weights of its own. Written as rows, the weights are a matrix, one row for each
output:

    w                       x          output

    [ 1.0    2.0 ]       [ 2 ]       [ 1.0 * 2 + 2.0 * 1 ]       [ 4 ]
    [ 0.5   -1.0 ]   .   [ 1 ]   =   [ 0.5 * 2 - 1.0 * 1 ]   =   [ 0 ]
    [ 0.0    3.0 ]                   [ 0.0 * 2 + 3.0 * 1 ]       [ 3 ]

    output_i = w_i1 * x1 + w_i2 * x2 + ...          one product for each input

It is the layer of exercise 9 without its activation, and without its bias. The bias is left out
because the model does well without it, and there is less to keep.

    >>> layer = Linear(2, 3)
    >>> layer.w = [[Value(1.0), Value(2.0)], [Value(0.5), Value(-1.0)], [Value(0.0), Value(3.0)]]
    >>> [out.data for out in layer([Value(2.0), Value(1.0)])]
    [4.0, 0.0, 3.0]

An embedding
------------
A token is a name and not an amount: 3 is not three times as much of anything as 1. So it is not
multiplied by a weight; it chooses a row. An embedding is a table with one vector per token, and
looking up is all that it does:

    rows

    0   [ 0.1    0.2 ]
    1   [ 0.3   -0.4 ]   <-- table(1) is [0.3, -0.4]
    2   [ 0.5    0.6 ]

With `backward`, a gradient goes to the row that was looked up, as it is part of the result. The
other rows are not, so nothing reaches them. A row that is used twice receives both gradients.

The numbers begin at random and are trained like all weights. For this the Values of the result have
to be those of the table. With new Values of the same numbers the result is right, and the table
never learns.

    >>> table = Embedding(3, 2)
    >>> (table(1)[0] * 5.0 + table(1)[1] * 7.0 + table(1)[0]).backward()
    >>> [[v.grad for v in row] for row in table.rows]
    [[0.0, 0.0], [6.0, 7.0], [0.0, 0.0]]

Keeping the size
----------------
Layer by layer the numbers of a vector can grow or shrink, until no learning rate suits them all. So
their size is set back now and then: a vector is divided by the root of the mean of its squares
(root mean square, RMS). What `rms_norm` does is called normalising a vector. (The norm of exercise
13 is a number.)

    rms = sqrt((x1**2 + x2**2 + ... + xn**2) / n + eps)
    y_i = x_i / rms

Take (1, 7): the mean of 1 and 49 is 25, and the root of it is 5. The result is (0.2, 1.4), whose
own mean of squares is 1. The vector (10, 70) gives the same: what is left is the direction.

    >>> [round(v.data, 4) for v in rms_norm([Value(1.0), Value(7.0)])]
    [0.2, 1.4]
    >>> [round(v.data, 4) for v in rms_norm([Value(10.0), Value(70.0)])]
    [0.2, 1.4]

eps is a tiny number, 0.00001, under the root. Without it, a vector of zeros would be divided by 0.

    >>> [v.data for v in rms_norm([Value(0.0), Value(0.0)])]
    [0.0, 0.0]

Each output depends on all inputs, since all of them are in the root. You need not work out the
slopes: with Values and the operators of exercise 5 they fall out. For (1, 7), the first output
rises if the 1 is raised, and falls if the 7 is:

    >>> x = [Value(1.0), Value(7.0)]
    >>> rms_norm(x)[0].backward()
    >>> round(x[0].grad, 4), round(x[1].grad, 4)
    (0.196, -0.028)

A root is a power: `v**0.5` is the root of v, and `v**-0.5` is one over it. If all of x are plain
numbers, so is a sum of their squares. Begun with Value(0.0), the sum is a Value in any case, and so
is what is divided by its root.

What to write
-------------
The constructors are given; read them first. They make `w` of a Linear and `rows` of an Embedding,
both lists of rows.

- `Linear.__call__(x)`: one weighted sum per row of w.
- `Linear.parameters()` and `Embedding.parameters()`: flat lists, row by row.
- `Embedding.__call__(index)`: the row with this index.
- `rms_norm(x, eps)`: x divided by its RMS.

Conventions
-----------
- A vector is a list. x is a list of Values or numbers, and every result is a list of Values.
- A Linear that is given too many or too few inputs raises ValueError, with whatever text you like.
- The Values that an Embedding returns are those of its row, and no copies.
- `rms_norm` adds eps to the mean, under the root. It has no weights.
- None of them changes x, w or rows.

Run `make test-exercise-15`. If you are stuck: `make hint-15`.
"""

import random

# What came before is imported so that it can be had from here as well.
from ex14_bigrams import (
    MLP,
    SGD,
    Adam,
    Layer,
    Module,
    Neuron,
    Tokenizer,
    Value,
    accuracy,
    add_to_class,
    bigram_loss,
    clip_grad_norm,
    count_bigrams,
    cross_entropy,
    derivative,
    draw_dot,
    gradient,
    hinge_loss,
    l2_penalty,
    log_softmax,
    mean_squared_error,
    sample,
    sgd_step,
    softmax,
    topological_order,
    trace,
    train,
)


class Linear(Module):
    """A matrix: nout weighted sums of the same nin inputs, without a bias.

    w  the weights, nout rows of nin Values, drawn by rng around 0; std says how far
    """

    def __init__(self, nin, nout, rng=random, std=0.08):
        self.w = [[Value(rng.gauss(0.0, std)) for _ in range(nin)] for _ in range(nout)]

    def __call__(self, x):
        """Return the weighted sums of x in the order of the rows, a list of nout Values.

        x is a list of nin Values or numbers. Raises ValueError if there are more or fewer.
        """
        raise NotImplementedError("exercise 15: Linear.__call__")

    def parameters(self):
        """Return the weights row by row, in one flat list."""
        raise NotImplementedError("exercise 15: Linear.parameters")


class Embedding(Module):
    """A table with one vector of this width for each of count tokens.

    rows  count rows of as many Values as the width says, drawn by rng around 0; std says how far
    """

    def __init__(self, count, width, rng=random, std=0.08):
        self.rows = [[Value(rng.gauss(0.0, std)) for _ in range(width)] for _ in range(count)]

    def __call__(self, index):
        """Return the row with this index, a list of the very Values of the table."""
        raise NotImplementedError("exercise 15: Embedding.__call__")

    def parameters(self):
        """Return the entries of the table row by row, in one flat list."""
        raise NotImplementedError("exercise 15: Embedding.parameters")


def rms_norm(x, eps=1e-5):
    """Return x divided by the root of the mean of its squares plus eps, a list of Values.

    x is a list of Values or numbers, at least one.
    """
    raise NotImplementedError("exercise 15: rms_norm")

"""Exercise 11: Two moons.

Everything comes together. 100 points in the plane lie on two half moons that reach into each
other, and a network is to learn which point belongs to which. No straight line can do it.

         o o o o                         label -1: o
       o         o                       label +1: x
      o     x     o     x
            x     o     x                score > 0: the network says +1
             x         x                 else:      the network says -1
               x x x x

The network gives one number per point, the score. It is not asked to hit a certain value, only to
be on the right side of 0, and clearly so.

A loss for sides: the hinge
---------------------------
Multiply the label by the score. The product is the margin:

    label   score   margin    the point is
     +1      2.0      2.0     right, and clearly
     +1      0.5      0.5     right, but near the border
     -1     -3.0      3.0     right, and clearly
     -1      0.5     -0.5     wrong

The label turns the sign where -1 is wanted; so the margin is positive for right and negative for
wrong, for both labels. A margin of 1 is enough and costs nothing. What is missing to 1 is the loss:

    loss of a point = max(0, 1 - label * score)

      loss
        |.
      2 +  .                 The flat part has slope 0: points that are clearly right pull at no
        |    .               weight any more. max(0, u) has a bend at 0, and you have written it
      1 +      .             already, under another name, with its derivative.
        |        .
      0 +----------.------------  margin
       -1    0     1     2

The hinge loss of a data set is the mean over its points. Of the four points above: 0, 0.5, 0 and
1.5, with the mean 0.5. Three of the four are on the right side:

    >>> scores, labels = [Value(2.0), Value(0.5), Value(-3.0), Value(0.5)], [1, 1, -1, -1]
    >>> loss = hinge_loss(scores, labels)
    >>> loss.data
    0.5
    >>> accuracy(scores, labels)
    0.75

The second score should rise and the last one should fall; the other two may stay as they are:

    >>> loss.backward()
    >>> [score.grad for score in scores]
    [0.0, -0.25, 0.0, 0.25]

Accuracy is what we are after, but it has no slope to follow: it jumps when a point changes sides
and is flat between. So the loss is minimised, and accuracy is only looked at.

Small weights: the L2 penalty
-----------------------------
Large weights make a jagged border that fits the accidents of these 100 points. So they cost a
little:

    penalty = strength * (p1**2 + p2**2 + ...)        over all parameters
    loss    = hinge loss + penalty

The penalty is a sum and not a mean, and it is a Value: its gradient, 2 * strength * p, draws every
parameter a little towards 0.

    >>> p, q = Value(3.0), Value(-4.0)
    >>> penalty = l2_penalty([p, q], strength=0.01)
    >>> penalty.backward()
    >>> round(penalty.data, 6), round(p.grad, 6), round(q.grad, 6)
    (0.25, 0.06, -0.08)

Large steps first, small ones later
-----------------------------------
At the beginning the way is long and large steps save time. Near the end the same steps would jump
to and fro across the valley. So the rate falls along a line, epoch by epoch:

    rate in epoch k = learning_rate * (1 - 0.9 * k / epochs)        k = 0, 1, ..., epochs - 1

    of 4 epochs with the learning rate 1:    1, 0.775, 0.55, 0.325

A worked example: the score w * x + b on four numbers, from w = b = 0, without a penalty. At first
each margin is 0 and the loss is 1; a score of 0 counts as -1, so half of the answers are right. The
gradient of w is -(1 + 0.5 + 0.5 + 1) / 4 = -0.75, and a step with rate 1 makes w = 0.75. The
margins are then 0.75, 0.375, 0.375, 0.75, and the loss is the mean of 0.25, 0.625, 0.625, 0.25:

    >>> net = MLP(1, [1])
    >>> for p in net.parameters():
    ...     p.data = 0.0
    >>> train(net, [[-1.0], [-0.5], [0.5], [1.0]], [-1, -1, 1, 1], epochs=2, strength=0.0)
    [(1.0, 0.5), (0.4375, 1.0)]

In the second epoch, k = 1, the rate is 0.55; w grows by 0.55 * 0.75 to 1.1625:

    >>> [round(p.data, 6) for p in net.parameters()]
    [1.1625, 0.0]

What to write
-------------
- `hinge_loss(scores, labels)`, `l2_penalty(parameters, strength)`, `accuracy(scores, labels)`.
- `train(...)`: the rounds of exercise 10, with this loss and this rate.

Conventions
-----------
- scores is a list of Values, labels a list of as many numbers, each -1 or +1, at least one.
- `accuracy` is the share of scores, a float from 0 to 1, whose side is that of their label.
  Right on the border, a score of 0 counts as -1.
- The loss at a margin of exactly 1 is 0; its derivative there is not checked.
- `train` returns one pair (loss, accuracy) of floats per epoch, both from the scores before its
  update. The loss of a pair is the one that is minimised, penalty included.

The moons
---------
When all checks pass, this trains your network on your engine, in about a minute. Run it in the
folder of the exercises:

    import csv
    from ex11_moons import MLP, train
    with open("../grader/learner/data/two_moons.csv") as file:
        rows = list(csv.reader(file))[1:]

    inputs = [[float(x1), float(x2)] for x1, x2, _ in rows]
    labels = [int(label) for _, _, label in rows]
    for loss, share in train(MLP(2, [16, 16, 1], "relu", seed=0), inputs, labels, epochs=50):
        print(f"loss {loss:.4f}  accuracy {share:.0%}")

`make train ENGINE=mine` does the same, draws the border and films how it came about:

[The plane coloured by the network's score, with a line between the two moons where it is
0](../docs/images/decision_boundary.png)

Run `make test-exercise-11`. If you are stuck: `make hint-11`.
"""

# What came before is imported so that it can be had from here as well. The `train` of exercise 10
# stays there: this module has its own.
from ex10_training import (
    MLP,
    Layer,
    Module,
    Neuron,
    Value,
    add_to_class,
    derivative,
    draw_dot,
    gradient,
    mean_squared_error,
    sgd_step,
    topological_order,
    trace,
)


def hinge_loss(scores, labels):
    """Return the mean of max(0, 1 - label * score), a Value.

    scores is a list of Values, labels a list of as many numbers, each -1 or +1.
    """
    raise NotImplementedError("exercise 11: hinge_loss")


def l2_penalty(parameters, strength=1e-4):
    """Return strength times the sum of the squares of all parameters, a Value.

    parameters is a flat list of Values.
    """
    raise NotImplementedError("exercise 11: l2_penalty")


def accuracy(scores, labels):
    """Return the share of scores with the sign of their label, a float from 0 to 1.

    scores is a list of Values, labels a list of as many numbers, each -1 or +1. A score of 0 counts
    as -1.
    """
    raise NotImplementedError("exercise 11: accuracy")


def train(model, inputs, labels, epochs, learning_rate=1.0, strength=1e-4):
    """Train the model in place with one update per epoch; return what every epoch saw.

    inputs         a list of samples, each a list of numbers
    labels         a list with -1 or +1 per sample
    epochs         how many rounds
    learning_rate  the rate of the first epoch; it falls along a line towards a tenth of that
    strength       of the L2 penalty

    Returns a list of pairs (loss, accuracy) of floats, measured before the update of their epoch.
    """
    raise NotImplementedError("exercise 11: train")

"""Exercise 10: Training.

A network with random weights gives random answers. Training turns its weights until the answers are
near the ones that we want. It takes three things: a number that says how wrong the answers are,
the direction in which that number falls, and a small step in that direction, many times.

How wrong: the loss
-------------------
For each sample we have a prediction p and a target t. Their difference may be positive or negative,
so it is squared; of the squares we take the mean:

    loss = ((p1 - t1)**2 + (p2 - t2)**2 + ... + (pn - tn)**2) / n

This is the mean squared error. It is 0 when every prediction is right. It is a mean and not a sum,
so that the size of a step does not depend on how many samples there are. It is a Value and not a
float, since `backward` has to start from it.

Which way: against the gradient
-------------------------------
`p.grad` tells how the loss changes when the parameter p grows. We want the loss to fall:

    grad > 0    the loss rises with p       so p has to become smaller
    grad < 0    the loss falls as p grows   so p has to become larger

    new p.data = old p.data - learning_rate * p.grad

There is a minus in both cases; a plus would climb. The learning rate says how far a step goes:
too small and nothing moves, too large and the step lands beyond the valley, higher than before.

A worked example
----------------
The line w * x + b is to go through (0, 1), (1, 3) and (2, 5). It begins with w = b = 0, which
predicts 0 for every x. By hand:

    loss      = ((0-1)**2 + (0-3)**2 + (0-5)**2) / 3              = 35/3  = 11.6667
    dloss/dw  = (2*(0-1)*0 + 2*(0-3)*1 + 2*(0-5)*2) / 3           = -26/3 = -8.6667
    dloss/db  = (2*(0-1)   + 2*(0-3)   + 2*(0-5)) / 3             = -18/3 = -6
    step, learning rate 0.1:   w = 0 + 0.8667,   b = 0 + 0.6

    >>> xs, targets = [0.0, 1.0, 2.0], [1.0, 3.0, 5.0]
    >>> w, b = Value(0.0), Value(0.0)
    >>> first = mean_squared_error([w * x + b for x in xs], targets)
    >>> round(first.data, 4)
    11.6667
    >>> first.backward()
    >>> round(w.grad, 4), round(b.grad, 4)
    (-8.6667, -6.0)
    >>> sgd_step([w, b], 0.1)
    >>> round(w.data, 4), round(b.data, 4)
    (0.8667, 0.6)

The step has changed `data`. The predictions have not changed by this: they were computed with the
old weights, and so was `first`. After every step everything is computed anew:

    >>> second = mean_squared_error([w * x + b for x in xs], targets)
    >>> round(second.data, 4)
    3.2074

Gradients of yesterday
----------------------
The gradients of the first loss are still there, and `backward` adds to them:

    >>> second.backward()
    >>> round(w.grad, 4)
    -13.2444

The slope at w = 0.8667 is -4.5778. What we see is -4.5778 - 8.6667: a mixture of two places. The
loss often falls even so, which makes this mistake hard to notice. So every round clears the
gradients before its backward pass. To clear them between the pass and the step would lose what the
pass has found: every step would be 0.

One round
---------
    +-> forward:   a prediction for every sample, with the present weights
    |   loss:      how wrong are they
    |   zero:      all gradients to 0
    |   backward:  the gradients of this loss
    +-- update:    one step for every parameter

One round over all samples is an epoch. What `train` records for an epoch is the loss before its
update. So the first entry is the loss of the untrained network:

    >>> net = MLP(1, [1])
    >>> for p in net.parameters():
    ...     p.data = 0.0
    >>> losses = train(net, [[x] for x in xs], targets, epochs=3, learning_rate=0.1)
    >>> [round(loss, 4) for loss in losses]
    [11.6667, 3.2074, 0.8954]
    >>> losses = train(net, [[x] for x in xs], targets, epochs=500, learning_rate=0.1)
    >>> [round(p.data, 3) for p in net.parameters()]
    [2.0, 1.0]

It has found y = 2 * x + 1. The name `sgd` stands for stochastic gradient descent, where each step
looks at some samples only, drawn at random. Ours looks at all of them; the step is the same.

What to write
-------------
- `mean_squared_error(predictions, targets)`: the loss.
- `sgd_step(parameters, learning_rate)`: one step.
- `train(model, inputs, targets, epochs, learning_rate)`: the rounds.

Conventions
-----------
- predictions is a list of Values, targets a list of numbers, both of one length, at least 1.
  What happens otherwise is not checked.
- `sgd_step` changes `data` of the Values that it is given, in place. It does not make new Values,
  does not touch `grad`, and returns nothing.
- inputs is a list of samples, each a list of numbers; targets has one number per sample. The model
  is a Module whose output is one Value, such as an MLP with one output.
- `train` makes one update per epoch, with all samples. It returns a list of floats, one per epoch.
  Gradients that are there before it is called have no influence.

Run `make test-exercise-10`. If you are stuck: `make hint-10`.
"""

# What came before is imported so that it can be had from here as well.
from ex09_mlp import (
    MLP,
    Layer,
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


def mean_squared_error(predictions, targets):
    """Return the mean of (prediction - target)**2, a Value.

    predictions is a list of Values, targets a list of as many numbers.
    """
    ### BEGIN SOLUTION
    total = Value(0.0)
    for p, t in zip(predictions, targets):
        total = total + (p - t) ** 2
    return total / len(predictions)
    ### END SOLUTION


def sgd_step(parameters, learning_rate):
    """Move every parameter by learning_rate * grad in the direction in which the loss falls.

    parameters is a list of Values; their data changes in place. Returns None.
    """
    ### BEGIN SOLUTION
    for p in parameters:
        p.data -= learning_rate * p.grad
    ### END SOLUTION


def train(model, inputs, targets, epochs, learning_rate):
    """Train the model in place with one update per epoch; return the loss of every epoch.

    inputs         a list of samples, each a list of numbers
    targets        a list with one number per sample
    epochs         how many rounds
    learning_rate  how far a step goes

    The losses are floats, each measured before the update of its epoch.
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        predictions = [model(x) for x in inputs]
        loss = mean_squared_error(predictions, targets)
        model.zero_grad()
        loss.backward()
        sgd_step(model.parameters(), learning_rate)
        losses.append(loss.data)
    return losses
    ### END SOLUTION

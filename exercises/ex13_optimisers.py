"""Exercise 13: Better steps.

`sgd_step` moves each parameter by the learning rate times its gradient and forgets it. The two
optimisers of this exercise remember something: where they have been going, and how large the
gradients of a parameter usually are. A third function keeps a step from becoming too long.

An optimiser is an object. It is made once, with the parameters, and what it remembers of each of
them is kept in it. Its `step` comes where `sgd_step` stood in the round:

    forward, loss, zero, backward, optimiser.step()

Momentum
--------
In a long and narrow valley the gradient points mostly across, now to one side and now to the other.
A ball that rolls down keeps its speed: what goes to and fro cancels, and what always points along
the valley adds up. Each parameter has a velocity v, which is 0 at the beginning:

    v       = momentum * v + grad
    p.data  = p.data - learning_rate * v

The momentum says how much of the old velocity is left, 0.9 for example. The gradient counts in
full; some books have (1 - momentum) * grad, which is another rule. With the gradient 1 three times,
the learning rate 0.1 and the momentum 0.5:

    v:       0.5 * 0 + 1 = 1,    0.5 * 1 + 1 = 1.5,    0.5 * 1.5 + 1 = 1.75
    p.data:  2 - 0.1 = 1.9,      1.9 - 0.15 = 1.75,    1.75 - 0.175 = 1.575

    >>> p = Value(2.0)
    >>> optimiser = SGD([p], learning_rate=0.1, momentum=0.5)
    >>> for _ in range(3):
    ...     p.grad = 1.0
    ...     optimiser.step()
    ...     print(round(p.data, 6))
    1.9
    1.75
    1.575

With the momentum 0 this is `sgd_step`.

Adam
----
Gradients have different sizes: a weight that only a rare letter uses has small ones, a bias large
ones. One learning rate cannot be right for both. Adam keeps for each parameter two running means,
in which what came last counts most: m of its gradients, v of the squares of its gradients. (This v
is no velocity.) What it subtracts from the parameter is the learning rate times m divided by the
root of v. Without the rate, this has a size of about 1 where all gradients agree, and is small
where they contradict each other.

With the betas b1 = 0.9 and b2 = 0.999, in step t = 1, 2, 3, ...:

    m        = b1 * m + (1 - b1) * grad
    v        = b2 * v + (1 - b2) * grad**2

    m_hat    = m / (1 - b1**t)
    v_hat    = v / (1 - b2**t)

    p.data   = p.data - learning_rate * m_hat / (v_hat**0.5 + eps)

m and v begin at 0, so at first they are much too small: after one step m is a tenth of the
gradient, and v a thousandth of its square. The second pair of lines makes up for that. In step 1 it
divides m by 0.1 and v by 0.001, in step 2 by 0.19 and 0.001999; later by almost 1. m and v
themselves are kept as they are, m_hat and v_hat are made anew in each step.

The number eps, 0.00000001, prevents a division by 0. It stands outside the root.

A parameter at 1, the learning rate 0.1, the gradients 2 and then -1:

    t = 1:  m      = 0.1 * 2 = 0.2
            v      = 0.001 * 4 = 0.004
            m_hat  = 0.2 / 0.1 = 2
            v_hat  = 0.004 / 0.001 = 4
            p      = 1 - 0.1 * 2 / (4**0.5 + eps) = 0.9

    t = 2:  m      = 0.9 * 0.2 - 0.1 = 0.08
            v      = 0.999 * 0.004 + 0.001 = 0.004996
            m_hat  = 0.08 / 0.19 = 0.421053
            v_hat  = 0.004996 / 0.001999 = 2.49925
            p      = 0.9 - 0.1 * 0.421053 / (2.49925**0.5 + eps) = 0.873366

    >>> p = Value(1.0)
    >>> optimiser = Adam([p], learning_rate=0.1)
    >>> for grad in (2.0, -1.0):
    ...     p.grad = grad
    ...     optimiser.step()
    ...     print(round(p.data, 6))
    0.9
    0.873366

The first step is about as long as the learning rate, however large or small the gradient is. Only a
gradient of 0, or one as tiny as eps, makes a shorter step.

Clipping
--------
Now and then a loss has a cliff, with a gradient so large that one step throws away what was
learned. So the gradients are made shorter before the step, where they are too long. The length of
the gradient is that of all parameters together:

    norm = (p1.grad**2 + p2.grad**2 + ... + pn.grad**2)**0.5

    factor = max_norm / (norm + 0.000001)

    every p.grad is multiplied by the factor, if that is less than 1

All are multiplied by the same number, so that the direction stays. The small number in the
denominator prevents a division by 0. Gradients 3 and -4 have the norm 5:

    >>> p, q = Value(0.0), Value(0.0)
    >>> p.grad, q.grad = 3.0, -4.0
    >>> clip_grad_norm([p, q], 1.0)
    5.0
    >>> round(p.grad, 4), round(q.grad, 4)
    (0.6, -0.8)

What to write
-------------
- `SGD.step`: one step with momentum.
- `Adam.step`: one step of Adam.
- `clip_grad_norm(parameters, max_norm)`: make gradients shorter that are too long.

The constructors are there already. They say where an optimiser keeps what it remembers.

Conventions
-----------
- `step` changes `data` of the parameters in place and the optimiser's own memory, leaves `grad` as
  it is, and returns nothing. Every parameter has a memory of its own.
- `learning_rate` may be changed between two steps, as in optimiser.learning_rate = 0.05. The next
  step uses what it is then.
- A parameter whose gradient is 0 takes part in the step like any other: its velocity, m and v
  change, and it may move.
- `clip_grad_norm` changes `grad` in place and nothing else. It returns the norm as it was before,
  a float, also where nothing was too long. parameters has at least one Value.
- All three do what PyTorch's SGD, Adam and clip_grad_norm_ do with these arguments.

Run `make test-exercise-13`. If you are stuck: `make hint-13`.
"""

# What came before is imported so that it can be had from here as well.
from ex12_softmax import (
    MLP,
    Layer,
    Module,
    Neuron,
    Value,
    accuracy,
    add_to_class,
    cross_entropy,
    derivative,
    draw_dot,
    gradient,
    hinge_loss,
    l2_penalty,
    log_softmax,
    mean_squared_error,
    sgd_step,
    softmax,
    topological_order,
    trace,
    train,
)


class SGD:
    """Gradient descent with momentum.

    parameters     the Values that it moves, a list
    learning_rate  how far a step goes; may be changed between steps
    momentum       how much of a velocity is left after one step
    velocities     one number for each parameter, in their order; 0.0 at the beginning
    """

    def __init__(self, parameters, learning_rate, momentum=0.0):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        """Bring every velocity up to date and move every parameter by learning rate * velocity."""
        raise NotImplementedError("exercise 13: SGD.step")


class Adam:
    """Steps whose length does not depend on the size of the gradients.

    parameters     the Values that it moves, a list
    learning_rate  how far a step goes; may be changed between steps
    betas          how much of m and of v is left after one step, a pair
    eps            a small number that prevents a division by 0
    t              how many steps have been made; 0 at the beginning
    m              running means of the gradients, one number for each parameter; 0.0 at first
    v              running means of their squares, likewise
    """

    def __init__(self, parameters, learning_rate=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.betas = betas
        self.eps = eps
        self.t = 0
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        """Count the step, bring m and v up to date, and move every parameter."""
        raise NotImplementedError("exercise 13: Adam.step")


def clip_grad_norm(parameters, max_norm):
    """Multiply all gradients by max_norm / (norm + 0.000001), if that is less than 1.

    parameters is a list of Values, max_norm a positive number. Returns a float, the norm before.
    """
    raise NotImplementedError("exercise 13: clip_grad_norm")

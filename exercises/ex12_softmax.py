"""Exercise 12: Scores become probabilities.

Until now a network gave one number. To say which letter comes next in a name it has to choose among
27, so it gives 27 numbers, one score for each choice. A score may be any number; the larger it is,
the likelier the choice. This exercise turns scores into probabilities, and says how wrong they are.

From scores to probabilities
----------------------------
Probabilities are positive and add up to 1. e to the power of a score is positive, and dividing by
the sum of all of them makes them add up to 1:

    p_i = e**s_i / (e**s_1 + e**s_2 + ... + e**s_n)

    score   e**score    divided by the sum
      2      7.38906          0.66524
      1      2.71828          0.24473
      0      1.00000          0.09003
            --------          -------
            11.10734          1

This is the softmax. All scores have a say in each probability: if one rises, the others fall.

    >>> [round(p.data, 4) for p in softmax([2.0, 1.0, 0.0])]
    [0.6652, 0.2447, 0.09]

Numbers that are too large
--------------------------
e**1000 is too large for a float, and e**-1000 is 0, so that a sum of such powers is 0 and nothing
can be divided by it. But only the differences between scores matter. Taking a number c from every
score divides numerator and denominator by the same e**c (the sums go over all scores s):

    e**(s_i - c)           e**s_i / e**c              e**s_i
    ----------------  =  --------------------  =  ---------------
    sum of e**(s - c)    (sum of e**s) / e**c      sum of e**s

Let c be the largest of the scores. Then no exponent is above 0, one is exactly 0, and the sum is at
least 1. It has to be the largest of these scores: 0, or a fixed number such as 700, helps some
lists of scores and no others.

    >>> [round(p.data, 4) for p in softmax([1000.0, 999.0, 998.0])]
    [0.6652, 0.2447, 0.09]
    >>> [round(p.data, 4) for p in softmax([-1000.0, -1001.0, -1002.0])]
    [0.6652, 0.2447, 0.09]

c changes nothing, whatever it is, so the result has no slope along c. Take the largest `data`, a
plain number: then no gradient goes through the choice of it.

The logarithm of a probability
------------------------------
How surprised are we if the second choice was right, which had the probability 0.24473? The measure
is the negative logarithm. It is 0 where the probability was 1, and grows without end towards 0:

    probability      1       0.66524   0.24473   0.09003   0.000001
    -ln              0       0.4076    1.4076    2.4076    13.8155

A small probability may be 0 as a float, and 0 has no logarithm. There is no need to come near it.
The logarithm of a quotient is a difference, and ln(e**x) is x:

    ln p_i = (s_i - c) - ln(sum of e**(s - c))

Nothing here can be too large or too small. For the scores 2, 1, 0 with c = 2 the sum is
1 + 0.3679 + 0.1353 = 1.5032, its logarithm 0.4076:

    >>> [round(q.data, 4) for q in log_softmax([2.0, 1.0, 0.0])]
    [-0.4076, -1.4076, -2.4076]
    >>> [q.data for q in log_softmax([1000.0, 0.0, -1000.0])]
    [0.0, -1000.0, -2000.0]

The loss of a choice: cross-entropy
-----------------------------------
A sample says which choice was right: the target, counted from 0. Its loss is the negative logarithm
of the probability that the scores give to the target. It is called cross-entropy, or negative
log-likelihood. Whoever knows nothing and gives n choices the same score pays ln(n):

    >>> loss = cross_entropy([Value(0.0), Value(0.0), Value(0.0), Value(0.0)], 2)
    >>> round(loss.data, 4)                    # ln 4
    1.3863

Only the score of the target stands in the first part of the formula, but all of them stand in the
sum. So all of them get a gradient. By the chain rule it is a very simple one:

    dloss/ds_i = p_i          for the wrong choices: these scores should fall
    dloss/ds_i = p_i - 1      for the target: this score should rise

    >>> scores = [Value(2.0), Value(1.0), Value(0.0)]
    >>> loss = cross_entropy(scores, 1)
    >>> loss.backward()
    >>> round(loss.data, 4)
    1.4076
    >>> [round(s.grad, 4) for s in scores]
    [0.6652, -0.7553, 0.09]

You need not write this gradient anywhere. It falls out, since each step is an operation that knows
its own derivative.

What to write
-------------
- `softmax(scores)`: the probabilities, a list of Values.
- `log_softmax(scores)`: their natural logarithms, a list of Values.
- `cross_entropy(scores, target)`: the loss of one sample, a Value.

Conventions
-----------
- scores is a list of at least one score. Each is a Value or a plain number, also mixed. The list
  and its Values stay as they are.
- The results are Values, in the order of the scores, and gradients flow from each of them to all
  scores that are Values. Which nodes stand between is not checked.
- Numbers and gradients are right for scores from -1000 to 1000, and the loss is then finite.
- target is an index from 0 to len(scores) - 1. What happens for others is not checked.

Run `make test-exercise-12`. If you are stuck: `make hint-12`.
"""

# What came before is imported so that it can be had from here as well.
from ex11_moons import (
    MLP,
    Layer,
    Module,
    Neuron,
    Value,
    accuracy,
    add_to_class,
    derivative,
    draw_dot,
    gradient,
    hinge_loss,
    l2_penalty,
    mean_squared_error,
    sgd_step,
    topological_order,
    trace,
    train,
)


def softmax(scores):
    """Return the probabilities of the choices, a list of Values that add up to 1.

    scores is a list of Values or plain numbers, one for each choice.
    """
    raise NotImplementedError("exercise 12: softmax")


def log_softmax(scores):
    """Return the natural logarithms of the probabilities, a list of Values.

    scores is a list of Values or plain numbers. Does not go by way of the probabilities themselves,
    which may be too small for a float.
    """
    raise NotImplementedError("exercise 12: log_softmax")


def cross_entropy(scores, target):
    """Return the negative logarithm of the probability of the target, a Value.

    scores is a list of Values or plain numbers, target the index of the choice that was right.
    """
    raise NotImplementedError("exercise 12: cross_entropy")

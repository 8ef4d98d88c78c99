"""Exercise 16: Attention.

A table of bigrams sees one letter and guesses the next. After an "a" it makes the same guess in
"anna" and in "barbara". Whoever wants to guess better has to look further back, and not always at
the same place: here the first letter matters, there the last vowel. Attention is a way to look back
that learns where to look.

Questions and answers
---------------------
Every position of the name so far offers two vectors: a key, which says what there is to find here,
and a value, which says what one gets. (This value is a vector whose entries are Values.) The
current position asks with a third vector, the query. All three are made by linear layers from the
vector of their position, so what to ask for and what to offer is learned. That comes in the next
exercise; here the vectors are given.

    query -+- . key 1 -> score 1 -+           +- weight 1 - * value 1 -+
           |                      |           |                        |
           +- . key 2 -> score 2 -+- softmax -+- weight 2 - * value 2 -+> output
           |                      |           |                        |
           +- . key 3 -> score 3 -+           +- weight 3 - * value 3 -+

Three steps lead from the query to the output:

    score_t  = (q1 * k_t1 + ... + qd * k_td) / sqrt(d)   how well key t fits
    weights  = softmax(scores)                           shares that add up to 1
    output_i = weight_1 * v_1i + weight_2 * v_2i + ...   the weighted mean

The score is a weighted sum like those of exercise 15. Of two vectors it is called the dot product
(the dot in the picture), and it is large where they point the same way. d is the width of a key.
The d products have either sign and cancel in part, so that their sum grows with d about as the root
of d does. Without the division, the scores of a wide model would be so far apart that softmax gives
all the weight to one position from the start. There its slope is almost 0, and it hardly learns.

A worked example
----------------
Two positions, width 4, so the root of the width is 2:

    query     (2, 0, 0, 0)
    keys      (0, 1, 0, 0)    and    (1, 0, 0, 0)
    values    (10, 0, 0, 0)   and    (0, 10, 0, 0)

    scores    0 / 2 = 0    and    2 / 2 = 1
    weights   e**0 / (e**0 + e**1) = 0.2689  and  e**1 / (e**0 + e**1) = 0.7311
    output    10 * 0.2689 and 10 * 0.7311: (2.689, 7.311, 0, 0)

    >>> def vector(*numbers):
    ...     return [Value(number) for number in numbers]
    >>> query = vector(2.0, 0.0, 0.0, 0.0)
    >>> keys = [vector(0.0, 1.0, 0.0, 0.0), vector(1.0, 0.0, 0.0, 0.0)]
    >>> values = [vector(10.0, 0.0, 0.0, 0.0), vector(0.0, 10.0, 0.0, 0.0)]
    >>> out = attention(query, keys, values)
    >>> [round(o.data, 3) for o in out]
    [2.689, 7.311, 0.0, 0.0]

Nothing is left to differentiate: `backward` finds its way to the query, to every key and to every
value.

    >>> out[1].backward()
    >>> [round(q.grad, 3) for q in query]
    [0.983, -0.983, 0.0, 0.0]

To raise the second output, let the query be more like the second key and less like the first.

The past
--------
A name is read position by position, and each position adds its key and its value to the lists. So
the lists hold what is behind, with the current position as their last entry, and never what is
ahead. Other programs compute all positions at once and have to hide the future behind a mask; here
there is no future to hide.

The first position has only itself to look at. Its weight is 1, whatever the query is, and the
output is its value:

    >>> alone = attention(vector(3.0, -7.0), [vector(0.5, 2.0)], [vector(4.0, 5.0)])
    >>> [o.data for o in alone]
    [4.0, 5.0]

Several heads
-------------
One softmax makes one set of weights, and so looks for one thing at a time. To look for several, the
vectors are cut into parts of equal width, and each part attends for itself, with its own scores and
its own weights. Such a part is called a head. With 2 heads and width 4:

    query       [ q1  q2 | q3  q4 ]
    each key    [ k1  k2 | k3  k4 ]
    each value  [ v1  v2 | v3  v4 ]
    output      [ o1  o2 | o3  o4 ]
                 head 1    head 2

The outputs of the heads are put together in their order.

Nothing more is trained for this: it is `attention`, once for each part. The width of a key is now
that of a part, 2 here, and so is the d under the root.

    >>> out = multi_head(vector(2.0, 0.0, 0.0, 0.0), keys, values, 2)
    >>> [round(o.data, 3) for o in out]
    [1.956, 8.044, 0.0, 0.0]

Head 1 has the scores 0 and 2 / sqrt(2) = 1.4142, and is more decided than before. Head 2 has the
query (0, 0) and gives both positions the same weight; its values are 0 in any case.

What to write
-------------
- `attention(query, keys, values)`: the output of one head, a list of Values.
- `multi_head(query, keys, values, heads)`: the outputs of all heads in one list.

Conventions
-----------
- query is a list of d Values; keys has one such list per position, and values as many, at least
  one.
- The output is as wide as a value. Keys and values need not be of the same width in `attention`.
- In `multi_head` query, keys and values have one width, and heads divides it.
- None of the lists is changed.
- Scores may be as large as 1000 or more. The softmax of exercise 12 sees to that.

Run `make test-exercise-16`. If you are stuck: `make hint-16`.
"""

# What came before is imported so that it can be had from here as well.
from ex15_layers import (
    MLP,
    SGD,
    Adam,
    Embedding,
    Layer,
    Linear,
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
    rms_norm,
    sample,
    sgd_step,
    softmax,
    topological_order,
    trace,
    train,
)


def attention(query, keys, values):
    """Return the mean of the values, each weighted by how well its key fits, a list of Values.

    query  a list of d Values
    keys   a list of such lists, one per position, the current one last
    values a list of as many lists, all of one width, which is that of the result
    """
    ### BEGIN SOLUTION
    root = len(query) ** 0.5
    scores = []
    for key in keys:
        scores.append(sum((q * k for q, k in zip(query, key)), Value(0.0)) / root)
    weights = softmax(scores)
    outputs = []
    for column in zip(*values):
        outputs.append(sum((w * v for w, v in zip(weights, column)), Value(0.0)))
    return outputs
    ### END SOLUTION


def multi_head(query, keys, values, heads):
    """Return what the heads find, one after the other, a list of Values as wide as the query.

    heads says into how many parts of equal width query, keys and values are cut; it divides their
    width.
    """
    ### BEGIN SOLUTION
    width = len(query) // heads
    outputs = []
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        keys_of_part = [key[part] for key in keys]
        values_of_part = [value[part] for value in values]
        outputs += attention(query[part], keys_of_part, values_of_part)
    return outputs
    ### END SOLUTION

"""Exercise 17: A small GPT.

All parts are there: embeddings, linear layers, `rms_norm`, attention and cross-entropy. Put
together in the right order they are a GPT (generative pretrained transformer), a model that reads a
name letter by letter and says after every letter how likely each one is to come next. The large
models that the world talks about are built by the same plan, with more of everything.

    token ----> tokens(token) -------+
                                     +--> rms_norm --> block --> ... --> block
    position -> positions(position) -+                                     |
                                                    scores <-- output <----+

A position has an embedding of its own, as the token's does not tell where it stands: an "a" at the
beginning of a name is followed by other letters than one further on. The two vectors are added,
entry by entry.

A block
-------
A block lets a position look back, and then think about what it saw. x is the vector of the current
position:

    x --+--> rms_norm --+--> query --> multi_head --> mix --(+)--> the new x
        |               |                 ^                  ^
        |               +--> key, value --+                  |
        |                    (appended to the past)          |
        +----------------------------------------------------+

    x --+--> rms_norm --> expand --> relu --> shrink --(+)--> the result
        |                                               ^
        +-----------------------------------------------+

Both halves have the same shape: a copy of x is normalised and changed, and the result is added to x
itself. x is never replaced, only added to; such a way round is called a residual connection. It
matters on the way back: the gradient comes through the sum undiminished, however many blocks there
are. A block whose weights are all 0 gives back what it is given:

    >>> block = Block(2, 1)
    >>> for p in block.parameters():
    ...     p.data = 0.0
    >>> past = ([], [])
    >>> [out.data for out in block([Value(1.0), Value(7.0)], past)]
    [1.0, 7.0]

In the first half, key and value of the current position go to the end of the past before the query
looks: a position also looks at itself. The past of a block is a pair of lists, its keys and its
values:

    >>> keys, values = past
    >>> len(keys), len(values)
    (1, 1)

In the second half the vector becomes four times as wide, each entry passes a relu, and the vector
becomes as narrow as before. This is the MLP of exercise 9, with one hidden layer and without
biases.

Let us follow the numbers. `value` and `mix` are to hand on what they get (ones on the diagonal, 0
elsewhere), and `expand` and `shrink` remain 0, so that the second half adds nothing:

    >>> for i in range(2):
    ...     block.value.w[i][i].data = block.mix.w[i][i].data = 1.0
    >>> past = ([], [])
    >>> first = block([Value(1.0), Value(7.0)], past)
    >>> [round(out.data, 3) for out in first]
    [1.2, 8.4]

`rms_norm` of (1, 7) is (0.2, 1.4), as in exercise 15. This is the value; the position has only
itself to look at, and so (0.2, 1.4) is added to (1, 7). Now a second position with the same past,
where x is (7, 1). Its value is (1.4, 0.2). All queries are 0 and all scores equal, so the two
values count half each: (0.8, 0.8) is added to (7, 1).

    >>> second = block([Value(7.0), Value(1.0)], past)
    >>> [round(out.data, 3) for out in second]
    [7.8, 1.8]

Finally the second half: when `expand` and `shrink` hand on the first two entries, `rms_norm` of
(1.2, 8.4) is added once more, and that is (0.2, 1.4) again.

    >>> for i in range(2):
    ...     block.expand.w[i][i].data = block.shrink.w[i][i].data = 1.0
    >>> [round(out.data, 3) for out in block([Value(1.0), Value(7.0)], ([], []))]
    [1.4, 9.8]

The model
---------
`GPT.__call__` reads one token: it adds the two embeddings, normalises the sum, sends it through the
blocks and makes scores of it, one for each token that there is; all tokens together are the
vocabulary. Each block has a past of its own. `new_past()` makes empty ones for all of them, a list
with one pair per block. Whoever reads a name begins with a new past, and hands the same one in at
every position.

How many parameters are there? With a vocabulary of 27 tokens, width 16, 1 block and room for 16
positions, which is called its context:

    tokens                     27 * 16       =   432
    positions                  16 * 16       =   256
    query, key, value, mix     4 * 16 * 16   =  1024
    expand, shrink             2 * 16 * 64   =  2048
    output                     27 * 16       =   432       together 4192

    >>> len(GPT(27).parameters())
    4192

The loss of a name
------------------
The tokens of a name have the boundary at both ends. Every token but the last is read, and every
token but the first is what should have come next. For "ann" (a dot stands for the boundary):

    position    0    1    2    3
    token       .    a    n    n
    target      a    n    n    .

At every position the scores and the target give a cross-entropy, as in exercise 12. The loss of the
name is their mean, so that a long name does not count more than a short one. In exercise 14 every
bigram counted the same; here every name does, since a step takes one name.

An untrained model knows nothing. With all weights 0 all scores are 0, every one of 27 tokens is as
likely as the others, and the loss of any name is ln(27) = 3.2958:

    >>> model = GPT(27)
    >>> for p in model.parameters():
    ...     p.data = 0.0
    >>> round(model.loss([26, 0, 13, 13, 26]).data, 4)
    3.2958

With the small random weights of a new model it is nearly that. Remember this number: a loss far
above it, before anything is trained, means that something is wrong.

What to write
-------------
The constructors, `Block.parameters` and `GPT.new_past` are given; read them first.

- `Block.__call__(x, past)`: both halves.
- `GPT.__call__(token, position, past)`: the scores of the next token.
- `GPT.loss(tokens)`: the mean cross-entropy of all next tokens.
- `GPT.parameters()`: all of the model's parameters in one flat list.

Conventions
-----------
- `Block.__call__` appends one key and one value to the two lists of its past, in place, and returns
  a list of Values as wide as x. x itself is not changed.
- The key and the value are made from the normalised x, as the query is, and they are not cut into
  heads.
- `rms_norm` has its usual eps. Behind the last block nothing is normalised.
- `GPT.__call__` returns a list of Values, as many as the vocabulary has tokens. It does not make
  probabilities of them.
- `GPT.loss` begins with a new past. tokens is a list of two tokens or more, and of context + 1 at
  most.
- The parameters come in this order: tokens, positions, the blocks one after the other, output.

Run `make test-exercise-17`. If you are stuck: `make hint-17`.
"""

import random

# What came before is imported so that it can be had from here as well.
from ex16_attention import (
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
    attention,
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
    multi_head,
    rms_norm,
    sample,
    sgd_step,
    softmax,
    topological_order,
    trace,
    train,
)


class Block(Module):
    """Attention and a small MLP, each added to what goes in.

    query, key, value  what a position asks for, offers, and gives: Linear, from width to width
    mix                combines the outputs of the heads, each entry a weighted sum of all of them:
                       Linear, from width to width
    expand, shrink     the MLP: Linear, to four times the width and back
    """

    def __init__(self, width, heads, rng=random):
        if width % heads:
            raise ValueError(f"{heads} heads cannot share a width of {width} evenly")
        self.heads = heads
        self.query = Linear(width, width, rng)
        self.key = Linear(width, width, rng)
        self.value = Linear(width, width, rng)
        self.mix = Linear(width, width, rng)
        self.expand = Linear(width, 4 * width, rng)
        self.shrink = Linear(4 * width, width, rng)

    def __call__(self, x, past):
        """Return the vector of the current position after both halves, a list of Values.

        x     the vector of the current position, a list of Values
        past  a pair of lists, the keys and the values of the positions before; this one's are
              appended
        """
        ### BEGIN SOLUTION
        keys, values = past
        normalised = rms_norm(x)
        keys.append(self.key(normalised))
        values.append(self.value(normalised))
        seen = self.mix(multi_head(self.query(normalised), keys, values, self.heads))
        x = [a + b for a, b in zip(x, seen)]
        hidden = [h.relu() for h in self.expand(rms_norm(x))]
        return [a + b for a, b in zip(x, self.shrink(hidden))]
        ### END SOLUTION

    def parameters(self):
        """Return the parameters of all six layers in one flat list."""
        layers = [self.query, self.key, self.value, self.mix, self.expand, self.shrink]
        return [p for layer in layers for p in layer.parameters()]


class GPT(Module):
    """A model that reads tokens one by one and gives the scores of the next.

    tokens, positions  Embeddings of the token and of its position
    blocks             a list of Blocks
    output             Linear, from the width to one score per token
    context            how many positions there are
    """

    def __init__(self, vocabulary, width=16, heads=4, layers=1, context=16, rng=random):
        self.tokens = Embedding(vocabulary, width, rng)
        self.positions = Embedding(context, width, rng)
        self.blocks = [Block(width, heads, rng) for _ in range(layers)]
        self.output = Linear(width, vocabulary, rng)
        self.context = context

    def new_past(self):
        """Return the past of a name that has not begun: for each block a pair of empty lists."""
        return [([], []) for _ in self.blocks]

    def __call__(self, token, position, past):
        """Return the scores of the next token, a list of Values.

        past is what new_past() made and what earlier positions of the same name were given.
        """
        ### BEGIN SOLUTION
        x = [t + p for t, p in zip(self.tokens(token), self.positions(position))]
        x = rms_norm(x)
        for block, past_of_block in zip(self.blocks, past):
            x = block(x, past_of_block)
        return self.output(x)
        ### END SOLUTION

    def loss(self, tokens):
        """Return the mean cross-entropy of every token after the first, a Value.

        tokens is a list of two tokens or more, and of context + 1 at most.
        """
        ### BEGIN SOLUTION
        past = self.new_past()
        total = Value(0.0)
        for position, target in enumerate(tokens[1:]):
            scores = self(tokens[position], position, past)
            total = total + cross_entropy(scores, target)
        return total / (len(tokens) - 1)
        ### END SOLUTION

    def parameters(self):
        """Return all parameters in one flat list: tokens, positions, each block, output."""
        ### BEGIN SOLUTION
        parts = [self.tokens, self.positions, *self.blocks, self.output]
        return [p for part in parts for p in part.parameters()]
        ### END SOLUTION

"""Exercise 14: Which letter comes next.

A language model answers one question: given what has come so far, what comes next? The smallest one
looks at the last letter alone. It can be had in two ways, by counting and by learning, and here
both give the same. The parts that it is made of are those of the large ones.

Names become numbers
--------------------
A model works with numbers, so each letter gets one: its place in the sorted list of all letters
that there are. One more number, the last, is for the boundary. It stands before the first letter
and after the last, for a model also has to say how names begin and when they end. These numbers are
called tokens.

    letters     a  b  e  n  v    boundary
    tokens      0  1  2  3  4    5

    >>> tokenizer = Tokenizer(["anna", "ben", "eva"])
    >>> tokenizer.letters, tokenizer.boundary, tokenizer.size
    ('abenv', 5, 6)
    >>> tokenizer.encode("anna")
    [5, 0, 3, 3, 0, 5]
    >>> tokenizer.decode([5, 0, 3, 3, 0, 5])
    'anna'

With all letters from a to z the tokens are 0 to 25, and the boundary is 26.

Counting
--------
Two tokens side by side are a bigram. A name of four letters has five of them, since there is a
boundary at both ends. How often does each one come?

    anna:   boundary a,  a n,  n n,  n a,  a boundary

In the table the row is the token before, the column the one that comes next:

    >>> for row in count_bigrams(["anna", "ben", "eva"], tokenizer):
    ...     print(row)
    [0, 0, 0, 1, 0, 2]
    [0, 0, 1, 0, 0, 0]
    [0, 0, 0, 1, 1, 0]
    [1, 0, 0, 1, 0, 1]
    [1, 0, 0, 0, 0, 0]
    [1, 1, 1, 0, 0, 0]

The first row says what comes after an a: once an n, and twice the end of the name. Divided by their
sum, 3, these are probabilities: 0.3333 for an n, 0.6667 for the end.

Learning
--------
The other way: a table of scores, at first all equal. The row of the last token goes through the
softmax and says how likely each next token is; the cross-entropy says how wrong that was. The loss
is the mean over all bigrams of all names. Whoever knows nothing pays ln(6) here, for there are six
tokens:

    >>> table = [[Value(0.0) for _ in range(6)] for _ in range(6)]
    >>> loss = bigram_loss(table, ["anna", "ben", "eva"], tokenizer)
    >>> round(loss.data, 4)
    1.7918

Be exact about what is predicted from what: the row belongs to the token before, the target is the
next one. Each name has one bigram more than letters, and all bigrams count the same, so a long name
counts for more than a short one.

Now to train it, with what you have:

    >>> parameters = [score for row in table for score in row]
    >>> optimiser = Adam(parameters, learning_rate=0.5)
    >>> for _ in range(60):
    ...     loss = bigram_loss(table, ["anna", "ben", "eva"], tokenizer)
    ...     for p in parameters:
    ...         p.grad = 0.0
    ...     loss.backward()
    ...     optimiser.step()
    >>> [round(p.data, 2) for p in softmax(table[0])]
    [0.0, 0.0, 0.0, 0.33, 0.0, 0.67]

It has learned the shares that were counted. That is no accident: no table has a smaller loss than
the one with the counted shares. A score of ln(count) gives these shares at once, and for a count of
0 a score far below all others:

    >>> import math
    >>> counts = count_bigrams(["anna", "ben", "eva"], tokenizer)
    >>> best = [[math.log(n) if n else -1000.0 for n in row] for row in counts]
    >>> round(bigram_loss(best, ["anna", "ben", "eva"], tokenizer).data, 4)
    0.7606
    >>> round(loss.data, 4)
    0.7606

Choosing the next token
-----------------------
To always take the likeliest one would give the same name each time. A model draws at random: a
token with the probability 0.67 in two of three cases. Draw a number u from 0 to 1 at random, and
add up the probabilities one by one. The token whose probability takes this running sum above u is
the one that is drawn. What is compared are numbers, the `data` of the probabilities: no gradient
goes through a draw.

    probability      0.2       0.5                     0.3
                  |-------|-----------------------|------------|
    running sum   0      0.2                     0.7           1
                                       u = 0.6:   token 1

    >>> import random
    >>> scores = [math.log(0.2), math.log(0.5), math.log(0.3)]
    >>> rng = random.Random(0)
    >>> [sample(scores, 1.0, rng) for _ in range(10)]
    [2, 2, 1, 1, 1, 1, 2, 1, 1, 1]

How daring is it? The scores are divided by a temperature before the softmax. Below 1 the
differences grow and the likely becomes likelier; above 1 they shrink and rare things happen more
often:

    temperature     0.5      1       2
    probabilities   0.105    0.2     0.263
                    0.658    0.5     0.415
                    0.237    0.3     0.322

What to write
-------------
- `Tokenizer.encode(name)`: the tokens of a name, with the boundary at both ends.
- `Tokenizer.decode(tokens)`: the name again.
- `count_bigrams(names, tokenizer)`: the table of counts.
- `bigram_loss(table, names, tokenizer)`: the mean cross-entropy of each next token, a Value.
- `sample(scores, temperature, rng)`: a token, drawn at random.

The constructor of the Tokenizer is there already.

Conventions
-----------
- `encode` takes a string of letters that the tokenizer knows, also an empty one, which is two
  boundaries. `decode` takes any list of tokens and leaves every boundary out.
- `count_bigrams` returns `size` rows, each a list of `size` ints, each row a list of its own.
- table is a list of `size` rows, each of `size` scores, Values or plain numbers. It stays as it is.
  names has at least one name; the loss is a Value.
- `sample` takes a list of Values or numbers, a temperature above 0 and a random.Random. It calls
  `rng.random()` once, so that the same seed gives the same token, and returns an int. If rounding
  has left the whole sum a little below u, the result is the last token.

Names
-----
When all checks pass, this counts the bigrams of the names in the kata and invents some. Run it in
the folder of the exercises:

    import math, random
    from ex14_bigrams import Tokenizer, count_bigrams, sample
    with open("../grader/learner/data/names.txt") as file:
        names = file.read().split()

    tokenizer = Tokenizer(names)
    scores = [[math.log(n + 0.01) for n in row] for row in count_bigrams(names, tokenizer)]
    rng = random.Random(0)
    for _ in range(10):
        tokens = [tokenizer.boundary]
        while len(tokens) == 1 or tokens[-1] != tokenizer.boundary:
            tokens.append(sample(scores[tokens[-1]], 1.0, rng))
        print(tokenizer.decode(tokens))

They are not good names. A model that knows only the last letter cannot do better; the next
exercises look further back.

Run `make test-exercise-14`. If you are stuck: `make hint-14`.
"""

# What came before is imported so that it can be had from here as well.
from ex13_optimisers import (
    MLP,
    SGD,
    Adam,
    Layer,
    Module,
    Neuron,
    Value,
    accuracy,
    add_to_class,
    clip_grad_norm,
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


class Tokenizer:
    """Which letter has which number.

    letters   the letters of the names, sorted, in one string; a letter's token is its place in it
    boundary  the token before the first letter and after the last, one more than that of any letter
    size      how many tokens there are, the boundary included
    """

    def __init__(self, names):
        self.letters = "".join(sorted(set("".join(names))))
        self.boundary = len(self.letters)
        self.size = self.boundary + 1

    def encode(self, name):
        """Return the tokens of a name, a list of ints, with the boundary at both ends."""
        raise NotImplementedError("exercise 14: Tokenizer.encode")

    def decode(self, tokens):
        """Return the letters of a list of tokens as one string, without any boundary."""
        raise NotImplementedError("exercise 14: Tokenizer.decode")


def count_bigrams(names, tokenizer):
    """Return how often each token follows each other one, a list of rows of ints.

    The row is the token before, the column the one that comes next.
    """
    raise NotImplementedError("exercise 14: count_bigrams")


def bigram_loss(table, names, tokenizer):
    """Return the mean cross-entropy of each next token of all names, a Value.

    table is a list of rows of scores, Values or numbers: one row for each token that may stand
    before, in it one score for each that may come next.
    """
    raise NotImplementedError("exercise 14: bigram_loss")


def sample(scores, temperature, rng):
    """Return a token drawn at random, an int: likelier ones more often, at low temperatures more so.

    scores is a list of Values or numbers, temperature a number above 0, rng a random.Random.
    """
    raise NotImplementedError("exercise 14: sample")

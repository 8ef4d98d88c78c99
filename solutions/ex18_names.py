"""Exercise 18: Inventing names.

This is the last exercise: your engine trains your GPT on real names, and it invents new ones. Two
loops are left to write. One trains, the other lets the trained model speak.

Training, one name a step
-------------------------
The rounds are those of exercise 10, with two differences. A step looks at one name only and not at
all of them. With thousands of names that is the only way to take many steps in a short time, and
the steps are good enough on average. And the step is Adam's.

    +-> tokens:    the next name, encoded; after the last one, the first again
    |   loss:      the model's loss of these tokens
    |   zero:      all gradients to 0
    |   backward:  the gradients of this loss
    |   rate:      learning_rate * (1 - step / steps)
    +-- update:    one step of the optimiser

The rate falls along a line, from learning_rate in the first step almost to 0 in the last. One name
pulls this way and the next one that way; with small steps at the end the model settles between
them.

    of 4 steps with the learning rate 0.01:    0.01, 0.0075, 0.005, 0.0025

The optimiser is made once, before the loop, since it remembers the steps before. Its betas are 0.85
and 0.99 instead of the usual ones: with few steps a shorter memory works better.

A bigram table cannot learn the name "abba". After an a it has seen a b and the end, once each, and
after a b a second b and an a. A guess of one half costs ln(2) = 0.6931, and 4 of the 5 next tokens
have to be guessed: its loss cannot fall below 0.8 * 0.6931 = 0.5545. A GPT knows where it is:

    >>> tokenizer = Tokenizer(["abba"])
    >>> model = GPT(tokenizer.size, width=4, heads=1, context=5, rng=random.Random(1))
    >>> losses = train_names(model, ["abba"], tokenizer, steps=60, learning_rate=0.1)
    >>> len(losses), losses[0] > 1.0, losses[-1] < 0.1
    (60, True, True)

Inventing, one letter at a time
-------------------------------
A new name begins with the boundary token at position 0. The scores of the model give the next
token, drawn by `sample` of exercise 14. This token is what the model reads at the next position,
with the same past. The name ends when the boundary is drawn, or when the context is full.

    position    0             1             2
    reads       .             a             n
    draws       a             n             .  (the end)        the name is "an"

    >>> generate(model, tokenizer, 0.5, random.Random(0))
    'abba'

The temperature says how daring the draw is, as in exercise 14. At 0.5 likely letters become
likelier: the names sound more like names, and there are fewer surprises.

What to write
-------------
- `train_names(model, names, tokenizer, steps, learning_rate)`: the steps; the loss of each.
- `generate(model, tokenizer, temperature, rng)`: one invented name.

Conventions
-----------
- Step k, counted from 0, takes name k, and begins again with the first name after the last. names
  has at least one.
- `train_names` returns a list of floats, one per step, each measured before the update of its step.
  Gradients that are there before it is called have no influence.
- The optimiser is Adam with the betas 0.85 and 0.99 and its usual eps. Its rate in step k is
  learning_rate * (1 - k / steps).
- `generate` returns a string without boundaries. Each token, the final boundary included, takes one
  call of `sample`, with rng as its source of random numbers. It reads at most as many tokens as the
  model has positions (`model.context`), so no name is longer.
- Every name begins with a new past (`model.new_past()`). `generate` changes nothing in the model.

Names of your own
-----------------
When all checks pass, `make names ENGINE=mine` trains your model on your engine on some thousand
given names and shows the names that it invents, better and better ones. Its 1,000 steps take a
few minutes. The loss begins near ln(27) = 3.2958 and ends at about 2.25. A bigram table reaches
2.35, so that is not much less; a scalar engine has to stay small. With `NAMES=` it takes a file of
your own: names of places, of plants, of whatever you like.

If you call train_names yourself, put `import gc; gc.set_threshold(1_000_000)` before it: a step is
then several times faster, since Python does not search the growing graph again and again for Values
that are no longer used.

Run `make test-exercise-18`. If you are stuck: `make hint-18`.
"""

import random

# What came before is imported so that it can be had from here as well.
from ex17_gpt import (
    GPT,
    MLP,
    SGD,
    Adam,
    Block,
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
)


def train_names(model, names, tokenizer, steps, learning_rate=0.01):
    """Train the model in place, one name a step; return the loss of every step.

    names          a list of strings
    tokenizer      makes tokens of a name
    steps          how many steps
    learning_rate  the rate of the first step; it falls along a line towards 0

    The losses are floats, each measured before the update of its step.
    """
    ### BEGIN SOLUTION
    optimiser = Adam(model.parameters(), learning_rate, betas=(0.85, 0.99))
    losses = []
    for step in range(steps):
        loss = model.loss(tokenizer.encode(names[step % len(names)]))
        model.zero_grad()
        loss.backward()
        optimiser.learning_rate = learning_rate * (1 - step / steps)
        optimiser.step()
        losses.append(loss.data)
    return losses
    ### END SOLUTION


def generate(model, tokenizer, temperature=0.5, rng=random):
    """Return one invented name, a string.

    temperature  how daring the draw is, greater than 0
    rng          a source of random numbers such as random.Random(0)
    """
    ### BEGIN SOLUTION
    past = model.new_past()
    token = tokenizer.boundary
    tokens = []
    for position in range(model.context):
        token = sample(model(token, position, past), temperature, rng)
        if token == tokenizer.boundary:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)
    ### END SOLUTION

# %% [markdown]
# # Names
#
# A small GPT, the kind of model that the world talks about, learns to invent names on an engine that knows nothing but
# single numbers. This notebook goes there in small steps: four scores become probabilities, one name becomes a loss,
# a letter looks back at the letters before it, and at the end the model speaks. PyTorch then does the same, and its
# numbers stand beside ours.
#
# Open it in this folder, with the Python of `.venv` as its kernel, and run the cells from the top.

# %%
import os

ENGINE = os.environ.get("ENGINE", "reference")  # or write "mine": your own exercises
STEPS = int(os.environ.get("EPOCHS", "1000"))
INVENTED = max(3, STEPS // 50)  # names, at each temperature in the end

# %%
import math
import random
from itertools import pairwise

import workbench

from grader.learner.attending import attention_weights
from grader.learner.namelists import load
from grader.learner.names import bigram_level
from minigrad_reference.drawing import attention_maps, language_loss, letter_map

language = workbench.language(ENGINE)
Value, GPT, Tokenizer, Adam = language.Value, language.GPT, language.Tokenizer, language.Adam
people = load("people").names
print(f"{len(people):,} names, the first are {', '.join(people[:5])}")

# %% [markdown]
# ## 1. Four scores
#
# A model gives each choice a score, and the softmax makes probabilities of them:
#
# $$p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}$$
#
# If the third choice was right, the loss is $-\ln p_3$. Its slope by each score is that score's probability, less 1 for
# the right choice: the right score should rise, the others should fall, and the likeliest of them most.

# %%
scores = [Value(2.0), Value(1.0), Value(0.0), Value(-1.0)]
loss = language.cross_entropy(scores, 2)
loss.backward()
for i, (score, p) in enumerate(zip(scores, language.softmax(scores))):
    right = "   <-- right" if i == 2 else ""
    print(f"score {score.data:+.1f}   probability {p.data:.4f}   slope {score.grad:+.4f}{right}")
print(f"loss {loss.data:.4f}")

# %% [markdown]
# ## 2. A name in numbers
#
# Each letter is a token, its place in the alphabet. One more token, the last, is the boundary; it stands before a name
# and after it. So a name of four letters asks five questions: which letter is first, which is next, and next, and next,
# and is this the end?

# %%
tokenizer = Tokenizer(list(people))
tokens = tokenizer.encode("anna")
print(f"{tokenizer.size} tokens; anna is {tokens}")
for before, after in pairwise(tokens):
    print(f"after {before:>2} comes {after:>2}")

# %% [markdown]
# ## 3. Looking back
#
# To guess what comes next, each position looks back at those before it. It has a query, they have keys and values. The
# better a key fits the query, the more its value counts:
#
# $$\text{weights} = \text{softmax}\left(\frac{q \cdot k_1}{\sqrt d}, \dots, \frac{q \cdot k_t}{\sqrt d}\right)
# \qquad \text{output} = \sum_t \text{weight}_t\, v_t$$

# %%
query = [Value(2.0), Value(0.0)]
keys = [[Value(0.0), Value(1.0)], [Value(1.0), Value(0.0)]]
values = [[Value(10.0), Value(0.0)], [Value(0.0), Value(10.0)]]
seen = language.attention(query, keys, values)
print("the second key fits, so most comes from the second value:", [round(number.data, 3) for number in seen])
seen[1].backward()
print("slopes of the query:", [round(number.grad, 3) for number in query])

# %% [markdown]
# ## 4. The model
#
# Embeddings of letter and place, rms_norm, one block of attention and a small MLP, and a matrix that makes scores. It
# knows nothing yet, so its loss is about that of a guess among all tokens, $\ln 27$.

# %%
model = GPT(tokenizer.size, rng=random.Random(0))
print(f"{len(model.parameters()):,} parameters")
print(f"the loss of anna is {model.loss(tokens).data:.4f}, that of a guess {math.log(tokenizer.size):.4f}")
start = [parameter.data for parameter in model.parameters()]

# %% [markdown]
# ## 5. Training
#
# One name a step: the loss of its letters, backward through all that led to it, and a step of Adam. The rate falls
# along a line to 0. Every now and then the model may speak.

# %%
names = list(people)
random.Random(0).shuffle(names)
optimiser = Adam(model.parameters(), 0.01, betas=(0.85, 0.99))
losses = []
for step in range(STEPS):
    loss = model.loss(tokenizer.encode(names[step % len(names)]))
    model.zero_grad()
    loss.backward()
    optimiser.learning_rate = 0.01 * (1 - step / STEPS)
    optimiser.step()
    losses.append(loss.data)
    del loss
    workbench.tidy(ENGINE)  # the graph of this step is done with
    if (step + 1) % max(1, STEPS // 5) == 0:
        rng = random.Random(step)
        said = ", ".join(language.generate(model, tokenizer, 0.5, rng) for _ in range(INVENTED // 3))
        print(f"step {step + 1:>4}   loss {sum(losses[-100:]) / len(losses[-100:]):.4f}   {said}")

# %%
levels = {"a guess": math.log(tokenizer.size), "a table of letter pairs": bigram_level(people)}
workbench.plot(
    lambda path: language_loss(losses, levels, path),
    "The mean loss falls from that of a guess to about that of a table of letter pairs.",
)

# %% [markdown]
# ## 6. What it has learned
#
# Each letter has become a vector. Seen from where they differ most, letters that are used alike lie near each other.

# %%
rows = [[number.data for number in model.tokens(token)] for token in range(tokenizer.size)]
workbench.plot(
    lambda path: letter_map(rows, tokenizer.letters, path),
    "The vowels lie on one side of the map of letters, most other letters on the other side.",
)

# %% [markdown]
# And which letter looks at which? A row is the letter that looks, its columns are the letters before it and itself.

# %%
word = "christina"
heads = attention_weights(model, tokenizer.encode(word)[:-1])
workbench.drawn(lambda path: attention_maps(heads, ["·", *word], path, per_layer=4))

# %% [markdown]
# Finally the names that it invents, at three temperatures. A low one prefers what is likely, a high one dares more. A
# star is behind a name that stands in the data.

# %%
known = set(people)
for temperature in (0.3, 0.5, 1.0):
    rng = random.Random(1)
    invented = [language.generate(model, tokenizer, temperature, rng) for _ in range(INVENTED)]
    print(f"at {temperature}: " + ", ".join(f"{name} *" if name in known else name for name in invented))

# %% [markdown]
# ## 7. The same in PyTorch
#
# PyTorch gets the same weights and the same names. It computes all positions at once and has to hide the future behind
# a mask, where our model had no future to hide. Its numbers are set to 64 bits, as Python's are.

# %%
try:
    import torch
except ImportError:
    torch = None
    print("PyTorch is not installed; `make notebooks` installs it, and then the cells below have something to show.")

# %%
if torch:
    f = torch.nn.functional
    torch.set_default_dtype(torch.float64)
    width, heads_count = 16, 4
    shapes = [(tokenizer.size, width), (16, width), *[(width, width)] * 4, (4 * width, width), (width, 4 * width)]
    shapes.append((tokenizer.size, width))
    twin, place = [], 0
    for rows_count, columns in shapes:  # our parameters, in our order
        numbers = start[place : place + rows_count * columns]
        twin.append(torch.tensor(numbers).reshape(rows_count, columns).requires_grad_())
        place += rows_count * columns

    def twin_loss(tokens):
        """The loss of one name."""
        letters, positions, query, key, value, mix, expand, shrink, output = twin
        count = len(tokens) - 1
        x = f.rms_norm(letters[tokens[:-1]] + positions[:count], [width], eps=1e-5)
        normed = f.rms_norm(x, [width], eps=1e-5)
        parts = [(normed @ w.T).reshape(count, heads_count, -1).transpose(0, 1) for w in (query, key, value)]
        seen = f.scaled_dot_product_attention(*parts, is_causal=True).transpose(0, 1).reshape(count, width)
        x = x + seen @ mix.T
        x = x + f.relu(f.rms_norm(x, [width], eps=1e-5) @ expand.T) @ shrink.T
        return f.cross_entropy(x @ output.T, torch.tensor(tokens[1:]))


# %% [markdown]
# First one backward pass from the same start: the loss of anna, and the gradient of the first letter of each matrix.

# %%
if torch:
    again = GPT(tokenizer.size, rng=random.Random(0))
    ours, theirs = again.loss(tokens), twin_loss(tokens)
    ours.backward()
    theirs.backward()
    flat = [number for matrix in twin for number in matrix.grad.flatten().tolist()]
    worst = max(abs(p.grad - number) for p, number in zip(again.parameters(), flat))
    print(f"loss {ours.data:.12f} here, {theirs.item():.12f} in PyTorch")
    print(f"{len(flat):,} gradients are equal to nine decimals: {worst < 1e-9}")
    assert worst < 1e-9

# %% [markdown]
# Then the first steps of the training, loss beside loss.

# %%
if torch:
    adam = torch.optim.Adam(twin, lr=0.01, betas=(0.85, 0.99))
    print(f"{'step':>4}  {'name':<12}{'this engine':>18}{'PyTorch':>18}")
    for step in range(min(20, STEPS)):
        name = names[step % len(names)]
        other = twin_loss(tokenizer.encode(name))
        adam.zero_grad()
        other.backward()
        adam.param_groups[0]["lr"] = 0.01 * (1 - step / STEPS)
        adam.step()
        print(f"{step + 1:>4}  {name:<12}{losses[step]:>18.12f}{other.item():>18.12f}")
        assert abs(losses[step] - other.item()) < 1e-9

# %% [markdown]
# A model that invents names, on an engine of single numbers, and equal to PyTorch's to nine decimals. What large models
# have more of is size: the steps are these.

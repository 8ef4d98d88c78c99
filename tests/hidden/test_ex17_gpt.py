"""Hidden checks of exercise 17."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(17)

LAYERS = "(b.query, b.key, b.value, b.mix, b.expand, b.shrink)"
BLOCK = f"layers = [layer for b in [block] for layer in {LAYERS}]\nrows = [row for layer in layers for row in layer.w]"
MODEL = (
    f"layers = [*(layer for b in model.blocks for layer in {LAYERS}), model.output]\n"
    "rows = [*model.tokens.rows, *model.positions.rows, *(row for layer in layers for row in layer.w)]"
)
SET = "for i, w in enumerate(w for row in rows for w in row):\n    w.data = 0.2 * ((31 * i) % 17 - 8)"
SUMS = "[[sum(w.grad * (j + 1) for j, w in enumerate(row)) for row in layer.w] for layer in layers]"


def any_weights(rng):
    """Lines that give all rows weights which nobody can know beforehand."""
    step, size = rng.choice((29, 31, 37, 41)), rng.choice((17, 19, 23))
    return (
        f"for i, w in enumerate(w for row in rows for w in row):\n"
        f"    w.data = {abs(number(rng, 1.0, 2.0))} * ((({step} * i) % {size} + 0.5) / {size} - 0.5)"
    )


def any_tokens(rng, count, vocabulary=4):
    return [vocabulary - 1, *(rng.randrange(vocabulary - 1) for _ in range(count)), vocabulary - 1]


@check("Block.__call__", points=1)
def test_the_norm_stands_before_each_half(probe):
    """A vector that is a hundred times larger is added to by the same amounts in the first half."""
    probe(
        """
        block = Block(2, 1)
        for p in block.parameters():
            p.data = 0.0
        for i in range(2):
            block.value.w[i][i].data = block.mix.w[i][i].data = 1.5
        outputs = [[v.data for v in block([Value(x), Value(7.0 * x)], ([], []))] for x in (1.0, 100.0)]
        """,
        "outputs",
    )


@check("Block.__call__", points=1)
def test_a_past_that_is_there_already(probe):
    """Keys and values that are there already are looked at too."""
    probe(
        f"""
block = Block(2, 1)
{BLOCK}
{SET}
past = ([[Value(0.5), Value(-1.0)]], [[Value(3.0), Value(-2.0)]])
out = block([Value(1.0), Value(0.25)], past)
""",
        "[v.data for v in out]",
        "[len(past[0]), len(past[1])]",
    )


@check("Block.__call__", points=1)
def test_a_later_position_changes_nothing_before(probe):
    """What a position has given stays, whatever comes later; the past keeps the very lists."""
    probe(
        f"""
block = Block(2, 2)
{BLOCK}
{SET}
past = ([], [])
keys, values = past
first = block([Value(1.0), Value(0.25)], past)
before = [v.data for v in [*first, *keys[0], *values[0]]]
block([Value(-2.0), Value(5.0)], past)
""",
        "before",
        "[v.data for v in [*first, *keys[0], *values[0]]] == before",
        "[past[0] is keys, past[1] is values, len(keys), len(values)]",
    )


@check("Block.__call__", points=2)
def test_any_block(probe, rng):
    """Any block gives the right vectors at each position, with one head and with two."""
    lines, observe = [], []
    for heads in (1, 2):
        lines += [f"block = Block(2, {heads})", BLOCK, any_weights(rng), "past = ([], [])", f"out{heads} = []"]
        lines += [f"out{heads} += block([Value(x) for x in {numbers(rng, 2)}], past)" for _ in range(3)]
        observe += [f"[v.data for v in out{heads}]"]
    probe("\n".join(lines), *observe)


@check("Block.__call__", points=2)
def test_any_gradients_of_a_block(probe, rng):
    """Gradients of any block are right, for its inputs and all of its weights."""
    probe(
        "\n".join(
            [
                "block = Block(2, 2)",
                BLOCK,
                any_weights(rng),
                f"x, y = [[Value(x) for x in row] for row in {[numbers(rng, 2), numbers(rng, 2)]}]",
                "past = ([], [])",
                "out = [*block(x, past), *block(y, past)]",
                f"sum((o * c for o, c in zip(out, {numbers(rng, 4)})), Value(0.0)).backward()",
            ]
        ),
        "[v.grad for v in [*x, *y]]",
        SUMS,
    )


@check("GPT.__call__", points=1)
def test_a_new_past_forgets(probe):
    """With a new past the model knows nothing of the tokens before; with the same one it does."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=3)
{MODEL}
{SET}
past = model.new_past()
model(2, 0, past)
same = [s.data for s in model(0, 1, past)]
new = [s.data for s in model(0, 1, model.new_past())]
""",
        "same",
        "new",
        "same == new",
    )


@check("GPT.__call__", points=1)
def test_scores_are_no_probabilities(probe):
    """The scores are what the output layer gives, negative ones and large ones as well."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=2)
{MODEL}
{SET}
for i, w in enumerate(w for row in model.output.w for w in row):
    w.data = 5.0 * i - 12.0
scores = model(1, 1, model.new_past())
""",
        "[s.data for s in scores]",
    )


@check("GPT.__call__", points=1)
def test_the_order_of_the_blocks(probe):
    """The first block comes first; three blocks are gone through, each once."""
    probe(
        f"""
model = GPT(2, width=1, heads=1, layers=3, context=2)
{MODEL}
{SET}
past = model.new_past()
scores = [[s.data for s in model(token, position, past)] for position, token in enumerate([1, 0])]
""",
        "scores",
        "[[len(keys), len(values)] for keys, values in past]",
    )


@check("GPT.__call__", points=1)
def test_a_model_without_blocks(probe):
    """Without blocks the normalised sum of both embeddings goes to the output."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, layers=0, context=2)
{MODEL}
{SET}
scores = [[s.data for s in model(token, 1, model.new_past())] for token in range(3)]
""",
        "scores",
    )


@check("GPT.__call__", points=2)
def test_any_scores(probe, rng):
    """The scores of any model are right at each position."""
    probe(
        "\n".join(
            [
                "model = GPT(4, width=2, heads=2, context=5)",
                MODEL,
                any_weights(rng),
                "past = model.new_past()",
                f"tokens = {any_tokens(rng, 2)}",
                "scores = [[s.data for s in model(token, i, past)] for i, token in enumerate(tokens)]",
            ]
        ),
        "scores",
    )


@check("GPT.loss", points=1)
def test_the_smallest_names(probe):
    """Two tokens are enough, and as many as the context and one more are not too many."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=3)
{MODEL}
{SET}
losses = [model.loss(tokens).data for tokens in ([2, 2], [2, 0], [2, 0, 1, 2])]
""",
        "losses",
    )


@check("GPT.loss", points=1)
def test_guessing_among_few(probe):
    """With all weights 0 the loss is the logarithm of the size of the vocabulary, however long the name is."""
    probe(
        f"""
losses = []
for vocabulary in (1, 2, 5):
    model = GPT(vocabulary, width=2, heads=1, context=4)
    {MODEL.replace(chr(10), chr(10) + "    ")}
    for row in rows:
        for w in row:
            w.data = 0.0
    losses.append([model.loss([vocabulary - 1] * count).data for count in (2, 5)])
""",
        "losses",
    )


@check("GPT.loss", points=1)
def test_a_loss_falls_with_a_step(probe):
    """A step against the gradient makes the loss smaller, by as much as it should."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=3)
{MODEL}
{SET}
losses = []
for _ in range(2):
    loss = model.loss([2, 0, 2])
    losses.append(loss.data)
    for row in rows:
        for w in row:
            w.grad = 0.0
    loss.backward()
    for row in rows:
        for w in row:
            w.data -= 0.05 * w.grad
""",
        "losses",
        "losses[1] < losses[0]",
    )


@check("GPT.loss", points=2)
def test_any_loss(probe, rng):
    """The loss of any model and any name is right, and so are all gradients."""
    probe(
        "\n".join(
            [
                "model = GPT(4, width=2, heads=1, context=5)",
                MODEL,
                any_weights(rng),
                f"loss = model.loss({any_tokens(rng, 2)})",
                f"(loss * {number(rng)}).backward()",
            ]
        ),
        "loss.data",
        "[[w.grad for w in row] for row in [*model.tokens.rows, *model.positions.rows]]",
        SUMS,
    )


@check("GPT.loss", points=2)
def test_any_loss_of_two_blocks(probe, rng):
    """The loss of any model with two blocks and two heads is right, and so are its gradients."""
    probe(
        "\n".join(
            [
                "model = GPT(3, width=2, heads=2, layers=2, context=3)",
                MODEL,
                any_weights(rng),
                f"loss = model.loss({any_tokens(rng, 1, 3)})",
                "loss.backward()",
            ]
        ),
        "loss.data",
        SUMS,
    )


@check("GPT.parameters", points=1)
def test_counts_of_many_sizes(probe):
    """The number of parameters is right for models of many sizes."""
    probe(
        """
        sizes = [(1, 1, 1, 1, 1), (5, 2, 1, 0, 3), (3, 4, 2, 2, 2), (2, 2, 2, 3, 1)]
        counts = []
        for vocabulary, width, heads, layers, context in sizes:
            model = GPT(vocabulary, width, heads, layers, context)
            found = list(model.parameters())
            counts.append([len(found), len({id(p) for p in found})])
        """,
        "counts",
    )


@check("GPT.parameters", points=1)
def test_parameters_of_changed_parts(probe):
    """The parameters are those that the parts have now, and a list that was given stays with whoever got it."""
    probe(
        """
        import random
        model = GPT(2, width=1, heads=1, layers=1, context=1, rng=random.Random(5))
        before = model.parameters()
        before.clear()
        model.output.w = [[Value(0.5)], [Value(1.5)]]
        model.tokens.rows = [[Value(2.5)], [Value(3.5)]]
        after = list(model.parameters())
        """,
        "[len(after), [p.data for p in after[:2]], [p.data for p in after[-2:]]]",
    )


@check("GPT.parameters", points=1)
def test_any_parameters_can_be_moved(probe, rng):
    """Whoever moves the parameters one by one moves every part of the model, each entry by its own amount."""
    vocabulary, context = rng.choice(((2, 3), (3, 2), (4, 3)))
    count = (2 * vocabulary + context) * 2 + 2 * 48
    probe(
        "\n".join(
            [
                f"model = GPT({vocabulary}, width=2, heads=1, layers=2, context={context})",
                MODEL,
                any_weights(rng),
                f"for p, step in zip(model.parameters(), {numbers(rng, count)}):",
                "    p.data -= step",
            ]
        ),
        "[[w.data for w in row] for row in rows]",
    )

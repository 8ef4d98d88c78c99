"""Public checks of exercise 17."""

from grader.core.checks import exercise

check = exercise(17)

BLOCK_WEIGHTS = """
layers = (block.query, block.key, block.value, block.mix, block.expand, block.shrink)
for i, w in enumerate(w for layer in layers for row in layer.w for w in row):
    w.data = 0.15 * ((37 * i) % 19 - 9)
"""
ROWS = """
layers = [layer for b in model.blocks for layer in (b.query, b.key, b.value, b.mix, b.expand, b.shrink)]
rows = [*model.tokens.rows, *model.positions.rows, *(row for layer in [*layers, model.output] for row in layer.w)]
"""
WEIGHTS = f"""{ROWS}
for i, w in enumerate(w for row in rows for w in row):
    w.data = 0.15 * ((37 * i) % 19 - 9)
"""
ZEROS = f"""{ROWS}
for w in [w for row in rows for w in row]:
    w.data = 0.0
"""


@check("Block.__call__", points=1)
def test_a_block_of_zeros_gives_back_its_input(probe):
    """A block whose weights are all 0 adds nothing: it gives back x, as a list of values."""
    probe(
        """
        block = Block(2, 1)
        for p in block.parameters():
            p.data = 0.0
        x = [Value(1.5), Value(-7.25)]
        out = block(x, ([], []))
        """,
        "isinstance(out, list)",
        "[v.data for v in out]",
        "[v.data for v in x]",
    )


@check("Block.__call__", points=2)
def test_attention_is_added_to_the_input(probe):
    """What attention finds is added to x itself, and query, key and value see the normalised x."""
    probe(
        """
        block = Block(2, 1)
        for p in block.parameters():
            p.data = 0.0
        for layer, size in ((block.query, 1.5), (block.key, 0.75), (block.value, 2.5), (block.mix, 0.5)):
            layer.w[0][0].data = layer.w[1][1].data = size
        past = ([], [])
        first = [v.data for v in block([Value(1.5), Value(7.25)], past)]
        second = [v.data for v in block([Value(-6.5), Value(0.25)], past)]
        """,
        "first",
        "second",
    )


@check("Block.__call__", points=2)
def test_the_mlp_is_added_to_the_input(probe):
    """The MLP is expand, relu and shrink of the normalised vector, and is added to the one that is not normalised."""
    probe(
        """
        block = Block(2, 1)
        for p in block.parameters():
            p.data = 0.0
        for i in range(8):
            block.expand.w[i][0].data = 0.5 * i - 1.75
            block.expand.w[i][1].data = 0.25 * i - 0.5
            block.shrink.w[0][i].data = 0.75 - 0.5 * i
            block.shrink.w[1][i].data = 0.25 * i + 1.25
        outputs = [[v.data for v in block([Value(x), Value(1.25)], ([], []))] for x in (3.5, -3.5)]
        """,
        "outputs",
    )


@check("Block.__call__", points=2)
def test_a_whole_block_with_two_heads(probe):
    """A block with two heads gives the right vectors at three positions, one after the other."""
    probe(
        f"""
block = Block(2, 2)
{BLOCK_WEIGHTS}
past = ([], [])
outputs = [[v.data for v in block([Value(x), Value(1.25 - x)], past)] for x in (0.5, -1.5, 2.25)]
""",
        "outputs",
    )


@check("Block.__call__", points=2)
def test_key_and_value_go_to_the_past(probe):
    """One key and one value of the normalised x go to the end of the past, in place, and are not cut into heads."""
    probe(
        f"""
block = Block(2, 2)
{BLOCK_WEIGHTS}
past = ([], [])
keys, values = past
lengths = []
for x in (0.5, -1.5):
    block([Value(x), Value(2.25)], past)
    lengths.append([len(keys), len(values)])
""",
        "lengths",
        "[[k.data for k in key] for key in keys]",
        "[[v.data for v in value] for value in values]",
    )


@check("Block.__call__", points=1)
def test_gradients_through_a_block(probe):
    """Gradients reach the input by both ways and every weight, through the past as well."""
    probe(
        f"""
block = Block(2, 1)
{BLOCK_WEIGHTS}
x, past = [Value(0.75), Value(-0.25)], ([], [])
block(x, past)
y = [Value(-1.25), Value(1.5)]
first, second = block(y, past)
(first * 1.5 + second).backward()
""",
        "[v.grad for v in [*x, *y]]",
        "[[sum(w.grad for w in row) for row in layer.w] for layer in (block.query, block.key, block.value, block.mix)]",
        "[[sum(w.grad for w in row) for row in layer.w] for layer in (block.expand, block.shrink)]",
    )


@check("GPT.__call__", points=1)
def test_scores_of_a_model_of_zeros(probe):
    """There is one score for each token of the vocabulary, and with all weights 0 all of them are 0."""
    probe(
        f"""
model = GPT(5, width=2, heads=1)
{ZEROS}
scores = model(3, 0, model.new_past())
""",
        "isinstance(scores, list)",
        "[[isinstance(s, Value), s.data] for s in scores]",
    )


@check("GPT.__call__", points=2)
def test_scores_of_a_name(probe):
    """The scores are right at every position of a name."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=4)
{WEIGHTS}
past = model.new_past()
scores = [[s.data for s in model(token, position, past)] for position, token in enumerate([2, 0, 1, 1])]
""",
        "scores",
    )


@check("GPT.__call__", points=1)
def test_token_and_position_both_count(probe):
    """The same token has other scores at another position, and another token has other scores at the same one."""
    probe(
        f"""
model = GPT(3, width=2, heads=2, context=3)
{WEIGHTS}
pairs = [(0, 0), (0, 1), (1, 0), (2, 2)]
scores = [[s.data for s in model(token, position, model.new_past())] for token, position in pairs]
""",
        "scores",
    )


@check("GPT.__call__", points=2)
def test_each_block_has_a_past_of_its_own(probe):
    """Blocks come one after the other, each with its own entry of the past."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, layers=2, context=3)
{WEIGHTS}
past = model.new_past()
scores = [[s.data for s in model(token, position, past)] for position, token in enumerate([1, 2])]
""",
        "scores",
        "[[len(keys), len(values)] for keys, values in past]",
        "[[[k.data for k in key] for key in keys] for keys, values in past]",
    )


@check("GPT.loss", points=2)
def test_the_loss_of_a_model_of_zeros_is_that_of_guessing(probe):
    """With all weights 0 every one of 27 tokens is as likely as the others: the loss of any name is ln(27)."""
    probe(
        f"""
model = GPT(27, width=1, heads=1)
{ZEROS}
losses = [model.loss(tokens).data for tokens in ([26, 0, 13, 13, 26], [26, 3, 26])]
""",
        "losses",
    )


@check("GPT.loss", points=2)
def test_the_loss_of_a_name(probe):
    """The loss is the mean of the cross-entropies of all next tokens, for long and for short names."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=5)
{WEIGHTS}
losses = [model.loss(tokens) for tokens in ([2, 0, 1, 1, 2], [2, 1, 2], [0, 1])]
""",
        "[isinstance(loss, Value) for loss in losses]",
        "[loss.data for loss in losses]",
    )


@check("GPT.loss", points=2)
def test_gradients_of_the_loss(probe):
    """Gradients reach the rows of the tokens that were read, their positions, and the scores' weights."""
    probe(
        f"""
model = GPT(4, width=2, heads=1, context=3)
{WEIGHTS}
model.loss([3, 0, 2, 3]).backward()
""",
        "[[w.grad for w in row] for row in model.tokens.rows]",
        "[[w.grad for w in row] for row in model.positions.rows]",
        "[[w.grad for w in row] for row in model.output.w]",
    )


@check("GPT.loss", points=1)
def test_each_name_has_a_past_of_its_own(probe):
    """Every call begins with a new past: the same tokens have the same loss again, and stay as they are."""
    probe(
        f"""
model = GPT(3, width=2, heads=1, context=3)
{WEIGHTS}
tokens = [2, 0, 2]
losses = [model.loss(tokens).data, model.loss([2, 1, 1, 2]).data, model.loss(tokens).data]
""",
        "losses",
        "tokens",
    )


@check("GPT.parameters", points=2)
def test_all_4192_parameters(probe):
    """GPT(27) has 4192 parameters in one flat list."""
    probe(
        """
        model = GPT(27)
        found = model.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
        "len({id(p) for p in parameters})",
    )


@check("GPT.parameters", points=1)
def test_parameters_in_order(probe):
    """The parameters are the model's own: tokens, positions, block by block, output, at every call."""
    probe(
        """
        model = GPT(3, width=2, heads=1, layers=2, context=4)
        first, second = model.blocks
        wanted = [w for row in [*model.tokens.rows, *model.positions.rows] for w in row]
        for block in (first, second):
            for layer in (block.query, block.key, block.value, block.mix, block.expand, block.shrink):
                wanted.extend(w for row in layer.w for w in row)
        wanted.extend(w for row in model.output.w for w in row)
        again = [list(model.parameters()), list(model.parameters())]
        """,
        "[len(found) for found in again]",
        "[all(p is w for p, w in zip(found, wanted)) for found in again]",
        "[[i for i, (p, w) in enumerate(zip(found, wanted)) if p is not w][:3] for found in again]",
    )

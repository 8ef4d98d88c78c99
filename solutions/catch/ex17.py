"""4 checks of 362 words catch all 63 known wrong engines of exercise 17: A small GPT.

The set with the fewest words that a search among 28 checks has found.
"""

# A block with two heads gives the right vectors at three positions, one after the other.
expect(
    """
    block = Block(2, 2)

    layers = (block.query, block.key, block.value, block.mix, block.expand, block.shrink)
    for i, w in enumerate(w for layer in layers for row in layer.w for w in row):
        w.data = 0.15 * ((37 * i) % 19 - 9)

    past = ([], [])
    outputs = [[v.data for v in block([Value(x), Value(1.25 - x)], past)] for x in (0.5, -1.5, 2.25)]
    """,
    {
        "outputs": [[-5.521796630026676, 5.446612134494804], [-2.5062510520339734, 3.5131899122376913], [-0.7607460534295765, 1.2866614317689127]],
    },
)

# Blocks come one after the other, each with its own entry of the past.
expect(
    """
    model = GPT(3, width=2, heads=1, layers=2, context=3)

    layers = [layer for b in model.blocks for layer in (b.query, b.key, b.value, b.mix, b.expand, b.shrink)]
    rows = [*model.tokens.rows, *model.positions.rows, *(row for layer in [*layers, model.output] for row in layer.w)]

    for i, w in enumerate(w for row in rows for w in row):
        w.data = 0.15 * ((37 * i) % 19 - 9)

    past = model.new_past()
    scores = [[s.data for s in model(token, position, past)] for position, token in enumerate([1, 2])]
    """,
    {
        "scores": [[-6.6750587873782505, -9.906592625262203, -13.138126463146158], [-6.651207723259419, -9.87436323690803, -13.097518750556645]],
        "[[len(keys), len(values)] for keys, values in past]": [[2, 2], [2, 2]],
        "[[[k.data for k in key] for key in keys] for keys, values in past]": [[[-1.9284017486858804, -2.525934684898407], [-1.9091787632488746, -2.503145489592969]], [[0.6236752866079116, 0.075809439412966], [0.6273921370564816, 0.07747991342629003]]],
    },
)

# The parameters are the model's own: tokens, positions, block by block, output, at every call.
expect(
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
    {
        "[len(found) for found in again]": [116, 116],
        "[all(p is w for p, w in zip(found, wanted)) for found in again]": [True, True],
        "[[i for i, (p, w) in enumerate(zip(found, wanted)) if p is not w][:3] for found in again]": [[], []],
    },
)

# A step against the gradient makes the loss smaller, by as much as it should.
expect(
    """
    model = GPT(3, width=2, heads=1, context=3)
    layers = [*(layer for b in model.blocks for layer in (b.query, b.key, b.value, b.mix, b.expand, b.shrink)), model.output]
    rows = [*model.tokens.rows, *model.positions.rows, *(row for layer in layers for row in layer.w)]
    for i, w in enumerate(w for row in rows for w in row):
        w.data = 0.2 * ((31 * i) % 17 - 8)
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
    {
        "losses": [8.547261144170104, 4.200378705665128],
        "losses[1] < losses[0]": True,
    },
)

"""4 checks of 134 words catch all 110 known wrong engines of exercise 11: Two moons.

The set with the fewest words that a search among 28 checks has found.
"""

# Scores beyond the margin cost nothing; the others cost what is missing; then the mean.
expect(
    """
    scores = [Value(2.0), Value(0.25), Value(-3.0), Value(-0.5)]
    loss = hinge_loss(scores, [1, 1, 1, -1])
    """,
    {
        "loss.data": 1.3125,
    },
)

# A margin of exactly 1 is enough: it costs nothing, and where nothing costs anything the loss is a Value too.
expect(
    """
    loss = hinge_loss([Value(1.0), Value(-1.0), Value(0.25)], [1, -1, 1])
    nothing = hinge_loss([Value(1.0), Value(-1.0)], [1, -1])
    """,
    {
        "loss.data": 0.25,
        "nothing.data": 0.0,
    },
)

# With the strength zero the hinge loss is left, and weights stop where all margins are clear.
expect(
    """
    net = MLP(1, [1])
    for p in net.parameters():
        p.data = 0.0
    history = list(train(net, [[-2.0], [2.5], [3.0]], [-1, 1, 1], 6, learning_rate=1, strength=0))
    """,
    {
        "[[loss, share] for loss, share in history]": [[1.0, 0.3333333333333333], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]],
        "[p.data for p in net.parameters()]": [2.5, 0.3333333333333333],
    },
)

# Learning rate and strength may be given by position, and come in this order.
expect(
    """
    net = MLP(1, [1])
    for p in net.parameters():
        p.data = 0.5
        p.grad = -7.0
    history = train(net, [[0.5], [-0.25]], [-1, 1], 3, 0.25, 0.125)
    """,
    {
        "[[loss, share] for loss, share in history]": [[1.25, 0.5], [1.1856689453125, 0.5], [1.1457072496414185, 0.5]],
        "[p.data for p in net.parameters()]": [0.24814453125, 0.4370361328125],
    },
)

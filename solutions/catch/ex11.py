"""2 checks catch all 53 known wrong engines of exercise 11: Two moons.

The smallest set that a search among 28 checks has found.
"""

# Every epoch starts with fresh gradients and gives loss and accuracy before its update.
expect(
    """
    net = MLP(2, [2, 1])
    for i, p in enumerate(net.parameters()):
        p.data = 0.2 + 0.15 * i
    inputs = [[1.0, 0.5], [-1.0, 0.25], [0.5, -1.0], [-0.5, -0.5]]
    history = train(net, inputs, [1, -1, 1, -1], 5, learning_rate=0.5, strength=0.01)
    """,
    {
        "[loss for loss, share in history]": [1.6470435367119758, 1.0440952163706423, 0.6040244627702142, 0.37214765438329794, 0.23393280740523645],
        "[share for loss, share in history]": [0.5, 0.5, 0.75, 1.0, 1.0],
    },
)

# The sign alone decides, be the score tiny or huge or a zero of either sign.
expect(
    """
    scores = [Value(1e-300), Value(-1e-300), Value(1e300), Value(-1e300), Value(-0.0), Value(0)]
    shares = [accuracy([s], [label]) for s in scores for label in (-1, 1)]
    together = accuracy(scores, [1, 1, 1, 1, 1, 1])
    """,
    {
        "shares": [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
        "together": 0.3333333333333333,
    },
)

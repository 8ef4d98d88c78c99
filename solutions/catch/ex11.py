"""3 checks of 99 words catch all 65 known wrong engines of exercise 11: Two moons.

The set with the fewest words that a search among 28 checks has found.
"""

# A score beyond the margin receives no gradient, any other receives -label / samples.
expect(
    """
    scores = [Value(2.0), Value(0.25), Value(-3.0), Value(-0.5)]
    loss = hinge_loss(scores, [1, 1, -1, -1])
    loss.backward()
    """,
    {
        "[s.grad for s in scores]": [0.0, -0.25, 0.0, 0.25],
    },
)

# A score of 0 counts as -1.
expect(
    """
    scores = [Value(0.0), Value(0.0), Value(0.0), Value(5.0)]
    share = accuracy(scores, [-1, -1, 1, 1])
    """,
    {
        "share": 0.75,
    },
)

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

"""7 checks of 145 words catch all 48 known wrong engines of exercise 12: Scores become probabilities.

The set with the fewest words that a search among 28 checks has found.
"""

# Scores may be plain numbers or Values, also mixed, and the results are Values.
expect(
    "p = softmax([0.5, Value(-1.0), 2])",
    {
        "[isinstance(x, Value) for x in p]": [True, True, True],
        "[x.data for x in p]": [0.1752903921400367, 0.039112573270687456, 0.7855970345892759],
    },
)

# A score far below the largest has a probability of 0, and the largest one of 1.
expect(
    "p = softmax([Value(-1000.0), Value(0.5)])",
    {
        "[x.data for x in p]": [0.0, 1.0],
    },
)

# Each result is the natural logarithm of a probability.
expect(
    """
    scores = [Value(1.0), 3.0, Value(-0.5)]
    q = log_softmax(scores)
    """,
    {
        "[isinstance(x, Value) for x in q]": [True, True, True],
        "[x.data for x in q]": [-2.1531782071222882, -0.15317820712228827, -3.6531782071222882],
        "[scores[0].data, scores[2].data]": [1.0, -0.5],
    },
)

# Scores that are all near -1000 have ordinary logarithms.
expect(
    "q = log_softmax([Value(-1000.0), Value(-1001.5), Value(-999.0)])",
    {
        "[x.data for x in q]": [-1.3715390318526828, -2.871539031852683, -0.37153903185268283],
    },
)

# A target with a probability too small for a float has a finite loss and a gradient of -1.
expect(
    """
    scores = [Value(1000.0), Value(-1000.0), Value(0.0)]
    loss = cross_entropy(scores, 1)
    loss.backward()
    """,
    {
        "loss.data": 2000.0,
        "[s.grad for s in scores]": [1.0, -1.0, 0.0],
    },
)

# A single choice has the probability 1, however large its score, and no slope.
expect(
    """
    s = Value(-800.0)
    (p,) = softmax([s])
    (p * 5.0).backward()
    """,
    {
        "p.data": 1.0,
        "s.grad": 0.0,
    },
)

# One Value may be the score of two choices, and gets the gradients of both.
expect(
    """
    a = Value(0.75)
    b = Value(-0.25)
    p = softmax([a, b, a])
    p[0].backward()
    """,
    {
        "[x.data for x in p]": [0.4223187982515182, 0.15536240349696362, 0.4223187982515182],
        "[a.grad, b.grad]": [0.06561246353830513, -0.06561246353830515],
    },
)

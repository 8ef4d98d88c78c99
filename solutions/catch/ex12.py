"""6 checks catch all 48 known wrong engines of exercise 12: Scores become probabilities.

The smallest set that a search among 26 checks has found.
"""

# Scores may be plain numbers or Values, also mixed, and the results are Values.
expect(
    "p = softmax([0.5, Value(-1.0), 2])",
    {
        "[isinstance(x, Value) for x in p]": [True, True, True],
        "[x.data for x in p]": [0.1752903921400367, 0.039112573270687456, 0.7855970345892759],
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

# The list of scores and the numbers in it are the same after as before.
expect(
    """
    scores = [Value(2.0), 1000, Value(-1.0)]
    kept = list(scores)
    p = softmax(scores)
    """,
    {
        "[s is k for s, k in zip(scores, kept)]": [True, True, True],
        "[scores[0].data, scores[2].data, scores[0].grad]": [2.0, -1.0, 0.0],
        "[isinstance(x, Value) for x in p]": [True, True, True],
    },
)

# Gradients are right, too, where the scores are far from 0.
expect(
    """
    up = [Value(1000.0), Value(999.0), Value(997.5)]
    down = [Value(-1000.0), Value(-999.0), Value(-997.5)]
    softmax(up)[1].backward()
    softmax(down)[1].backward()
    """,
    {
        "[s.grad for s in up]": [-0.17498096827177131, 0.1893442808115681, -0.014363312539796827],
        "[s.grad for s in down]": [-0.010751222611056904, 0.14172792714043628, -0.13097670452937937],
    },
)

"""6 checks catch all 48 known wrong engines of exercise 12: Scores become probabilities.

The smallest set that a search among 28 checks has found.
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

# Where all scores are far below 0, the logarithms and their slopes are right as well.
expect(
    """
    low = [Value(-2000.0), Value(-2001.5), Value(-2000.25)]
    logs = log_softmax(low)
    logs[1].backward()
    """,
    {
        "[x.data for x in logs]": [-0.6941121864019144, -2.1941121864019144, -0.9441121864019144],
        "[s.grad for s in low]": [-0.4995177298132149, 0.8885425289497972, -0.3890247991365822],
    },
)

# The loss of a target whose probability is 0 as a float is a number.
expect(
    """
    hopeless = [Value(900.0), Value(-300.0), Value(0.5)]
    loss = cross_entropy(hopeless, 1)
    loss.backward()
    """,
    {
        "loss.data": 1200.0,
        "[s.grad for s in hopeless]": [1.0, -1.0, 0.0],
    },
)

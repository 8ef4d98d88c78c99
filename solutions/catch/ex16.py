"""3 checks of 147 words catch all 44 known wrong engines of exercise 16: Attention.

The set with the fewest words that a search among 23 checks has found.
"""

# A query of zeros gives the mean of the values, and its gradient says where it should look.
expect(
    """
    query = [Value(0.0), Value(0.0)]
    keys = [[Value(1.0), Value(-2.0)], [Value(0.5), Value(3.0)], [Value(-1.5), Value(0.25)]]
    values = [[Value(3.0)], [Value(6.0)], [Value(-1.5)]]
    (out,) = attention(query, keys, values)
    out.backward()
    """,
    {
        "out.data": 2.5,
        "[q.grad for q in query]": [1.9445436482630059, 2.003469213361885],
        "[[k.grad for k in key] for key in keys]": [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
    },
)

# Scores of any size, far below zero as well, leave nothing but finite numbers.
expect(
    """
    found = []
    for size in (-3000.0, -50.0, 50.0, 3000.0):
        query, keys = [Value(size)], [[Value(1.0)], [Value(2.0)], [Value(2.5)]]
        values = [[Value(1.0), Value(-1.0)], [Value(2.0), Value(5.0)], [Value(4.0), Value(0.5)]]
        found.append([o.data for o in attention(query, keys, values)])
    """,
    {
        "found": [[1.0, -1.0], [1.0, -1.0], [3.999999999972224, 0.5000000000624957], [4.0, 0.5]],
    },
)

# Six entries and three heads: each pair of entries attends for itself.
expect(
    """
    query = [Value(0.5 * i - 1.0) for i in range(6)]
    keys = [[Value(0.25 * i * j - 0.5) for i in range(6)] for j in range(3)]
    values = [[Value(i - 2.0 * j) for i in range(6)] for j in range(3)]
    out = multi_head(query, keys, values, 3)
    """,
    {
        "[o.data for o in out]": [-1.8823020625015587, -0.8823020625015587, -0.3494723218610454, 0.6505276781389547, 0.28786248996761366, 1.2878624899676137],
    },
)

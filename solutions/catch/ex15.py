"""9 checks of 304 words catch all 54 known wrong engines of exercise 15: Vectors.

The set with the fewest words that a search among 33 checks has found.
"""

# A linear layer with one row gives a list with one value in it, of whatever size and sign.
expect(
    """
    layer = Linear(2, 1)
    layer.w = [[Value(-1.5), Value(4.0)]]
    outputs = [layer([Value(3.0), Value(0.25)]), layer([Value(-3.0), Value(0.25)])]
    """,
    {
        "[isinstance(out, list) for out in outputs]": [True, True],
        "[[v.data for v in out] for out in outputs]": [[-3.5], [5.5]],
    },
)

# Each weight receives its input as gradient, and each input the weights of all rows.
expect(
    """
    layer = Linear(2, 2)
    layer.w = [[Value(0.5), Value(-1.5)], [Value(2.5), Value(0.25)]]
    x = [Value(3.0), Value(-0.75)]
    first, second = layer(x)
    (first * 2.0 + second).backward()
    """,
    {
        "[[w.grad for w in row] for row in layer.w]": [[6.0, -1.5], [3.0, -0.75]],
        "[v.grad for v in x]": [3.5, -2.75],
    },
)

# Too few or too many inputs raise ValueError; the right number does not.
expect(
    """
    layer = Linear(2, 3)
    results = []
    for x in [[1.5], [1.5, 2.0, 3.0], [1.5, 2.0]]:
        try:
            results.append(len(layer(x)))
        except ValueError:
            results.append("ValueError")
    """,
    {
        "results": ["ValueError", "ValueError", 3],
    },
)

# The parameters are the layer's own weights, row by row, at every call.
expect(
    """
    layer = Linear(2, 3)
    again = [list(layer.parameters()), list(layer.parameters())]
    wanted = [w for row in layer.w for w in row]
    """,
    {
        "[len(found) for found in again]": [6, 6],
        "[[p is w for p, w in zip(found, wanted)] for found in again]": [[True, True, True, True, True, True], [True, True, True, True, True, True]],
    },
)

# What a lookup gives are the very Values of the table, not copies.
expect(
    """
    table = Embedding(4, 3)
    found = table(2)
    """,
    {
        "[len(found), [v is w for v, w in zip(found, table.rows[2])]]": [3, [True, True, True]],
        "[v.data for v in found] == [v.data for v in table.rows[2]]": True,
    },
)

# The parameters are the table's own entries, row by row, at every call, used or not.
expect(
    """
    table = Embedding(3, 2)
    table(1)
    again = [list(table.parameters()), list(table.parameters())]
    wanted = [v for row in table.rows for v in row]
    """,
    {
        "[len(found) for found in again]": [6, 6],
        "[[p is v for p, v in zip(found, wanted)] for found in again]": [[True, True, True, True, True, True], [True, True, True, True, True, True]],
    },
)

# An entry has a part in every output, and its gradient goes through the root as well.
expect(
    """
    x = [Value(1.5), Value(7.0)]
    first, second = rms_norm(x)
    (first * 3.0 + second).backward()
    """,
    {
        "[v.grad for v in x]": [0.5261466157441747, -0.11274557672417715],
    },
)

# eps is added to the mean, under the root; it can be given.
expect(
    """
    x = [Value(1.5), Value(2.5)]
    half = [v.data for v in rms_norm(x, eps=0.5)]
    large = [v.data for v in rms_norm(x, 16.5)]
    """,
    {
        "half": [0.6882472016116853, 1.1470786693528088],
        "large": [0.329292779969071, 0.5488212999484517],
    },
)

# Plain numbers are normalised too, the results are Values, and the vector stays as it was.
expect(
    """
    x = [3.5, -4.0]
    normalised = rms_norm(x)
    single = rms_norm([Value(-2.5)])
    """,
    {
        "[[isinstance(v, Value), v.data] for v in normalised]": [[True, 0.9312658176812765], [True, -1.0643037916357445]],
        "[v.data for v in single]": [-0.99999920000096],
        "x": [3.5, -4.0],
    },
)

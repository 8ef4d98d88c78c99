"""4 checks catch all 43 known wrong engines of exercise 8: A neuron.

The smallest set that a search among 23 checks has found.
"""

# A linear neuron gives the sum as it is, large or negative.
expect(
    """
    n = Neuron(2, activation="linear")
    n.w = [Value(2.0), Value(-1.0)]
    n.b = Value(0.5)
    large = n([3.0, 1.0])
    negative = n([1.0, 3.0])
    """,
    {
        "large.data": 5.5,
        "negative.data": -0.5,
    },
)

# Inputs may be values, and gradients reach them too.
expect(
    """
    n = Neuron(2)
    n.w = [Value(0.5), Value(-1.0)]
    n.b = Value(0.25)
    x = [Value(1.0), Value(0.5)]
    out = n(x)
    out.backward()
    """,
    {
        "out.data": 0.24491866240370913,
        "[v.grad for v in x]": [0.470007424403189, -0.940014848806378],
    },
)

# No inputs, too few or too many raise ValueError, for every activation and for values as well.
expect(
    """
    results = []
    for activation in ("tanh", "relu", "linear"):
        n = Neuron(2, activation=activation)
        n.w = [Value(0.5), Value(0.25)]
        n.b = Value(0.125)
        for x in [[], [Value(1.0)], [1.0, 2.0, 3.0], [Value(1.0), Value(2.0)]]:
            try:
                results.append(n(x).data)
            except ValueError:
                results.append("ValueError")
    """,
    {
        "results": ["ValueError", "ValueError", "ValueError", 0.809301070201781, "ValueError", "ValueError", "ValueError", 1.125, "ValueError", "ValueError", "ValueError", 1.125],
    },
)

# A change of the parameters changes the output, and what a caller does to the list does not.
expect(
    """
    n = Neuron(2, activation="linear")
    n.w = [Value(-1.0), Value(0.25)]
    n.b = Value(2.0)
    for i, p in enumerate(n.parameters()):
        p.data = 0.5 + i
    out = n([1.0, 10.0])
    out.backward()
    gradients = [p.grad for p in n.parameters()]
    mine = n.parameters()
    if isinstance(mine, list):
        mine.append(mine[0])
    """,
    {
        "out.data": 18.0,
        "gradients": [1.0, 10.0, 1.0],
        "[len(list(n.parameters())), len(n.w)]": [3, 2],
    },
)

"""4 checks of 155 words catch all 77 known wrong engines of exercise 8: A neuron.

The set with the fewest words that a search among 23 checks has found.
"""

# A relu neuron keeps a positive sum and turns a negative one into 0.
expect(
    """
    n = Neuron(2, activation="relu")
    n.w = [Value(2.0), Value(-1.0)]
    n.b = Value(0.5)
    on = n([3.0, 1.0])
    off = n([1.0, 3.0])
    """,
    {
        "on.data": 5.5,
        "off.data": 0.0,
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

# Too few or too many inputs raise ValueError; the right number does not.
expect(
    """
    n = Neuron(2, activation="linear")
    n.w = [Value(0.5), Value(-1.0)]
    results = []
    for x in [[1.0], [1.0, 2.0, 3.0], [1.0, 2.0]]:
        try:
            results.append(n(x).data)
        except ValueError:
            results.append("ValueError")
    """,
    {
        "results": ["ValueError", "ValueError", -1.5],
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

"""7 checks of 222 words catch all 57 known wrong engines of exercise 9: A network of neurons.

The set with the fewest words that a search among 35 checks has found.
"""

# A layer of four neurons with three inputs has 16 parameters in one flat list.
expect(
    """
    layer = Layer(3, 4)
    found = layer.parameters()
    parameters = list(found)
    """,
    {
        "isinstance(found, list)": True,
        "len(parameters)": 16,
        "all(isinstance(p, Value) for p in parameters)": True,
    },
)

# No two neurons of a layer begin with the same weights.
expect(
    """
    layer = Layer(2, 4)
    parameters = list(layer.parameters())
    weights = {p.data for i, p in enumerate(parameters) if i % 3 < 2}
    """,
    {
        "[len(parameters), len(weights)]": [12, 8],
    },
)

# The outputs of one layer are the inputs of the next.
expect(
    """
    net = MLP(2, [2, 1])
    for layer in net.layers:
        for i, n in enumerate(layer.neurons):
            n.w = [Value(0.5 + i), Value(-0.25)]
            n.b = Value(0.1)
    out = net([1.0, 2.0])
    """,
    {
        "out.data": -0.050290758127679525,
    },
)

# A network with several outputs gives a list of values.
expect(
    """
    net = MLP(1, [3])
    for i, n in enumerate(net.layers[0].neurons):
        n.w = [Value(0.5 + i)]
        n.b = Value(0.25)
    outputs = net([2.0])
    """,
    {
        "isinstance(outputs, list)": True,
        "[out.data for out in outputs]": [1.25, 3.25, 5.25],
    },
)

# MLP(3, [4, 4, 1]) has 41 parameters in one flat list, those of the last layer included.
expect(
    """
    net = MLP(3, [4, 4, 1])
    found = net.parameters()
    parameters = list(found)
    """,
    {
        "isinstance(found, list)": True,
        "len(parameters)": 41,
        "all(isinstance(p, Value) for p in parameters)": True,
    },
)

# zero_grad sets the gradient of every parameter of a network to 0.
expect(
    """
    net = MLP(1, [1, 1], seed=1)
    for i, p in enumerate(net.parameters()):
        p.data = 0.5 + 0.25 * i
    net([1.0]).backward()
    before = [p.grad for p in net.parameters()]
    net.zero_grad()
    after = [p.grad for p in net.parameters()]
    """,
    {
        "before": [0.28041486618043265, 0.28041486618043265, 0.8482836399575129, 1.0],
        "after": [0.0, 0.0, 0.0, 0.0],
    },
)

# After zero_grad a second pass gives the same gradients as the first, not twice as much.
expect(
    """
    n = Neuron(2)
    n.w = [Value(0.5), Value(-1.0)]
    n([1.0, 2.0]).backward()
    first = [p.grad for p in n.parameters()]
    n.zero_grad()
    n([1.0, 2.0]).backward()
    second = [p.grad for p in n.parameters()]
    """,
    {
        "first": [0.18070663892364858, 0.36141327784729715, 0.18070663892364858],
        "second": [0.18070663892364858, 0.36141327784729715, 0.18070663892364858],
    },
)

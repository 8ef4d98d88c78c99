"""4 checks catch all 40 known wrong engines of exercise 9: A network of neurons.

The smallest set that a search among 35 checks has found.
"""

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

# The parameters are the network's own values, layer by layer.
expect(
    """
    net = MLP(1, [2, 1])
    first, second = net.layers[0].neurons
    last = net.layers[1].neurons[0]
    expected = [first.w[0], first.b, second.w[0], second.b, last.w[0], last.w[1], last.b]
    parameters = list(net.parameters())
    """,
    {
        "len(parameters)": 7,
        "[p is q for p, q in zip(parameters, expected)]": [True, True, True, True, True, True, True],
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

# zero_grad changes gradients alone: the parameters stay the same values with the same data.
expect(
    """
    n = Neuron(1)
    n.w[0].data = 0.5
    n.b.data = 0.25
    first = list(n.parameters())
    for p in first:
        p.grad = 3.0
    n.zero_grad()
    """,
    {
        "[n.w[0] is first[0], n.b is first[1]]": [True, True],
        "[p.data for p in first]": [0.5, 0.25],
        "[p.grad for p in first]": [0.0, 0.0],
    },
)

"""7 checks catch all 56 known wrong engines of exercise 13: Better steps.

The smallest set that a search among 24 checks has found.
"""

# Each parameter has a velocity of its own.
expect(
    """
    a = Value(1.0)
    b = Value(-2.0)
    optimiser = SGD([a, b], 0.1, momentum=0.9)
    places = []
    for grads in ((1.0, -3.0), (0.0, 2.0), (0.5, 0.0)):
        a.grad, b.grad = grads
        optimiser.step()
        places.append([a.data, b.data])
    """,
    {
        "places": [[0.9, -1.7], [0.81, -1.63], [0.679, -1.567]],
    },
)

# A step changes the data of the very Values, leaves their gradients and returns nothing.
expect(
    """
    a = Value(1.0)
    parameters = [a]
    optimiser = SGD(parameters, 0.25, 0.5)
    a.grad = 4.0
    results = [optimiser.step(), optimiser.step()]
    """,
    {
        "[a.data, a.grad]": [-1.5, 4.0],
        "parameters[0] is a": True,
        "[result is None for result in results]": [True, True],
    },
)

# A step uses the learning rate as it is then, and the velocity does not know the old one.
expect(
    """
    a = Value(1.0)
    optimiser = SGD([a], 0.5, 0.5)
    places = []
    for rate in (0.5, 0.25, 0.0, 0.125):
        a.grad = 1.0
        optimiser.learning_rate = rate
        optimiser.step()
        places.append(a.data)
    """,
    {
        "places": [0.5, 0.125, 0.125, -0.109375],
    },
)

# The betas and eps are those that were given, and eps is added to the root.
expect(
    """
    a = Value(1.0)
    optimiser = Adam([a], 0.1, betas=(0.5, 0.75), eps=0.5)
    places = []
    for grad in (2.0, -1.0, 0.25):
        a.grad = grad
        optimiser.step()
        places.append(a.data)
    """,
    {
        "places": [0.92, 0.92, 0.9113461499687018],
    },
)

# With a gradient of 0 a parameter stays at first, and later goes on where it was going.
expect(
    """
    a, b = Value(1.0), Value(1.0)
    optimiser = Adam([a, b], 0.1)
    places = []
    for grads in ((0.0, 3.0), (2.0, 0.0), (0.0, 0.0)):
        a.grad, b.grad = grads
        optimiser.step()
        places.append([a.data, b.data])
    """,
    {
        "places": [[1.0, 0.9000000003333333], [0.9255863181693544, 0.8329941752356269], [0.8680643265317289, 0.7811984782862909]],
    },
)

# A step uses the learning rate as it is then, leaves the gradients and returns nothing.
expect(
    """
    a = Value(1.0)
    parameters = [a]
    optimiser = Adam(parameters)
    a.grad = 4.0
    results = [optimiser.step()]
    first = a.data
    optimiser.learning_rate = 0.5
    results.append(optimiser.step())
    """,
    {
        "[first, a.data, a.grad]": [0.9990000000025, 0.49900000125250354, 4.0],
        "parameters[0] is a": True,
        "[result is None for result in results]": [True, True],
    },
)

# It is the norm of all gradients together that counts, and data stay as they are.
expect(
    """
    parameters = [Value(10.0 * i) for i in range(4)]
    for p in parameters:
        p.grad = 0.75
    norm = clip_grad_norm(parameters, 1.0)
    again = clip_grad_norm(parameters, 2.0)
    """,
    {
        "[norm, again]": [1.5, 0.9999993333337779],
        "[p.grad for p in parameters]": [0.49999966666688894, 0.49999966666688894, 0.49999966666688894, 0.49999966666688894],
        "[p.data for p in parameters]": [0.0, 10.0, 20.0, 30.0],
    },
)

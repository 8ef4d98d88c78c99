"""5 checks catch all 65 known wrong engines of exercise 13: Better steps.

The smallest set that a search among 27 checks has found.
"""

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

# Gradients with too large a norm are all multiplied by the same factor.
expect(
    """
    parameters = [Value(1.0), Value(2.0), Value(3.0)]
    for p, grad in zip(parameters, (6.0, -3.0, 2.0)):
        p.grad = grad
    norm = clip_grad_norm(parameters, 3.5)
    """,
    {
        "norm": 7.0,
        "[p.grad for p in parameters]": [2.9999995714286327, -1.4999997857143164, 0.9999998571428775],
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

# With momentum the rate of each step is that of the moment; gradients stay, and nothing is returned.
expect(
    """
    a, b = Value(1.0), Value(-2.0)
    optimiser = SGD([a, b], 0.4, 0.5)
    answers, places, kept = [], [], []
    for rate, grads in ((0.4, (3.0, -1.0)), (0.1, (0.0, 2.0)), (0.0, (0.0, 0.25)), (0.2, (0.5, 0.0))):
        optimiser.learning_rate = rate
        a.grad, b.grad = grads
        answers.append(optimiser.step())
        places.append([a.data, b.data])
        kept.append([a.grad, b.grad])
    """,
    {
        "places": [[-0.20000000000000018, -1.6], [-0.3500000000000002, -1.75], [-0.3500000000000002, -1.75], [-0.5250000000000002, -1.85]],
        "kept": [[3.0, -1.0], [0.0, 2.0], [0.0, 0.25], [0.5, 0.0]],
        "[x is None for x in answers]": [True, True, True, True],
    },
)

# With means the rate of each step is that of the moment; gradients stay, and nothing is returned.
expect(
    """
    a, b = Value(1.0), Value(-2.0)
    optimiser = Adam([a, b], 0.4)
    answers, places, kept = [], [], []
    for rate, grads in ((0.4, (3.0, -1.0)), (0.1, (0.0, 2.0)), (0.0, (0.0, 0.25)), (0.2, (0.5, 0.0))):
        optimiser.learning_rate = rate
        a.grad, b.grad = grads
        answers.append(optimiser.step())
        places.append([a.data, b.data])
        kept.append([a.grad, b.grad])
    """,
    {
        "places": [[0.6000000013333333, -1.600000004], [0.532994176235627, -1.6366103564720749], [0.532994176235627, -1.6366103564720749], [0.43016106129671033, -1.694321338627811]],
        "kept": [[3.0, -1.0], [0.0, 2.0], [0.0, 0.25], [0.5, 0.0]],
        "[x is None for x in answers]": [True, True, True, True],
    },
)

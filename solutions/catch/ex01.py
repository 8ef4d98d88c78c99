"""4 checks catch all 30 known wrong engines of exercise 1: Derivatives.

The smallest set that a search among 25 checks has found.
"""

# Each partial derivative looks one step h to the right and one to the left.
expect(
    """
    def f(v):
        return v[0] ** 3 + 2.0 * v[1] ** 3

    partials = gradient(f, [1.0, -1.0], h=0.25)
    """,
    {
        "list(partials)": [3.0625, 6.125],
    },
)

# The list of inputs holds the same numbers afterwards.
expect(
    """
    def f(v):
        return v[0] * v[0] + v[0] * v[1]

    xs = [0.1, 0.7]
    partials = gradient(f, xs, h=0.2)
    unchanged = xs == [0.1, 0.7]
    """,
    {
        "list(partials)": [0.9, 0.10000000000000002],
        "unchanged": True,
    },
)

# The step h is used as it is given, be it large or small.
expect(
    """
    def quartic(x):
        return x * x * x * x

    slopes = [derivative(quartic, 1.5, h=h) for h in (2.0, 0.5, 0.125)]
    """,
    {
        "slopes": [37.5, 15.0, 13.59375],
    },
)

# Slopes of sine, square root and logarithm are right to six digits without a step being given.
expect(
    """
    import math

    slopes = [derivative(math.sin, 2.0), derivative(math.sqrt, 0.25), derivative(math.log, 3.0)]
    """,
    {
        "slopes": [-0.41614683654600526, 0.9999999999732445, 0.333333333379926],
    },
    within=1e-06,
)

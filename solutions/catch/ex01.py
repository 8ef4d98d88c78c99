"""4 checks of 73 words catch all 68 known wrong engines of exercise 1: Derivatives.

The set with the fewest words that a search among 25 checks has found.
"""

# The difference is taken between one step to the right of x and one step to the left.
expect(
    """
    def cube(x):
        return x * x * x

    slope = derivative(cube, 2.0, h=0.5)
    """,
    {
        "slope": 12.25,
    },
)

# Without h, the step is small enough for six right digits.
expect(
    """
    import math

    slope = derivative(math.exp, 1.0)
    """,
    {
        "slope": 2.718281828295588,
    },
    within=1e-06,
)

# The inputs are exactly what they were, also where adding and taking away h would leave a trace.
expect(
    """
    def f(v):
        return v[0] * v[1] - v[1]

    xs = [0.1, 0.7]
    partials = gradient(f, xs, h=0.2)
    """,
    {
        "list(partials)": [0.6999999999999998, -0.8999999999999999],
        "xs == [0.1, 0.7]": True,
    },
)

# Each partial derivative looks to both sides of its own input.
expect(
    """
    def bent(v):
        return abs(v[0]) + max(0.0, v[1]) + 2.0 * abs(v[2] - 1.0)

    partials = gradient(bent, [0.0, 0.0, 1.25], h=0.5)
    """,
    {
        "list(partials)": [0.0, 0.5, 1.0],
    },
)

"""4 checks of 66 words catch all 32 known wrong engines of exercise 1: Derivatives.

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

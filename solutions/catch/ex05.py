"""5 checks catch all 70 known wrong engines of exercise 5: Operators.

The smallest set that a search among 62 checks has found.
"""

# Values that are used in several differences add up their gradients.
expect(
    """
    a = Value(3.0)
    b = Value(7.5)
    c = (a - b) + (a - b) + (a - 1.0)
    c.backward()
    """,
    {
        "a.grad": 3.0,
        "b.grad": -2.0,
    },
)

# a ** 3 is one operation, named **3, with a as its only operand.
expect(
    """
    a = Value(2.0)
    c = a**3
    """,
    {
        "c.data": 8.0,
        "c._op": "**3",
        "[v is a for v in c._prev]": [True],
    },
)

# At 0 the powers from one upwards have finite gradients, fractional ones too.
expect(
    """
    a = Value(0.0)
    b = Value(0)
    c = a**3 + a**1.5 + a**1 * 4.0 + a * 2.0
    d = b**2 + b**1 + b**0
    c.backward()
    d.backward()
    """,
    {
        "c.data": 0.0,
        "d.data": 1.0,
        "[a.grad, b.grad]": [6.0, 1.0],
    },
)

# a / b / c divides by both, and brackets bring c up again.
expect(
    """
    a = Value(3.0)
    b = Value(-2.0)
    c = Value(0.5)
    d = a / b / c
    e = a / (b / c)
    f = d * 2.0 + e
    f.backward()
    """,
    {
        "[d.data, e.data]": [-3.0, -0.75],
        "[a.grad, b.grad, c.grad]": [-2.25, -3.375, 10.5],
    },
)

# A formula with every operator has the right number and gradients.
expect(
    """
    x = Value(0.75)
    y = Value(-1.25)
    u = (1 - x) / (2 + y * y) - 3 / (x - y)
    v = (u**2 + 0.5 * x) / (1 + u**2) - (-y) ** 1.5
    w = sum([u * v, v / x, 2 - u, -v])
    w.backward()
    """,
    {
        "[u.data, v.data, w.data]": [-1.4298245614035088, -0.6028375699762919, 4.090830668833653],
        "[v.grad, u.grad, x.grad, y.grad]": [-1.0964912280701755, -1.3913937515866515, 0.2386491818837746, -0.8638468462472584],
    },
)

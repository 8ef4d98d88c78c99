"""9 checks of 220 words catch all 101 known wrong engines of exercise 5: Operators.

The set with the fewest words that a search among 63 checks has found.
"""

# a - b is the difference of two values, and a - 2 works too.
expect(
    """
    a = Value(3.0)
    b = Value(7.5)
    c = a - b
    d = a - 2
    """,
    {
        "c.data": -4.5,
        "d.data": 1.0,
    },
)

# In a - a both sides pass on to a, and their gradients cancel.
expect(
    """
    a = Value(3.0)
    c = (a - a) * 4.0 + (a - 0.5) * 2.0
    c.backward()
    """,
    {
        "c.data": 5.0,
        "a.grad": 2.0,
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

# The operation of a power is ** and the exponent as it was given.
expect(
    """
    a = Value(4.0)
    names = [(a**n)._op for n in (2, 0.5, -1, 0, 1)]
    """,
    {
        "names": ["**2", "**0.5", "**-1", "**0", "**1"],
    },
)

# a / b is the quotient of two values, and a / 4 works too.
expect(
    """
    a = Value(3.0)
    b = Value(2.0)
    c = a / b
    d = a / 4
    """,
    {
        "c.data": 1.5,
        "d.data": 0.75,
    },
)

# In a / a both sides pass on to a, and their gradients cancel.
expect(
    """
    a = Value(4.0)
    c = (a / a) * 3.0 + a / 0.5
    c.backward()
    """,
    {
        "c.data": 11.0,
        "a.grad": 2.0,
    },
)

# 0 / a is 0 and adds nothing to the gradient of a.
expect(
    """
    a = Value(4.0)
    c = 0 / a + a * 3.0
    c.backward()
    """,
    {
        "c.data": 12.0,
        "a.grad": 3.0,
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

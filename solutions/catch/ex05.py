"""8 checks of 148 words catch all 70 known wrong engines of exercise 5: Operators.

The set with the fewest words that a search among 62 checks has found.
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

# Two quotients of the same values add up their gradients.
expect(
    """
    a = Value(3.0)
    b = Value(2.0)
    c = a / b + a / b
    c.backward()
    """,
    {
        "a.grad": 1.0,
        "b.grad": -1.5,
    },
)

# 2 + a passes its gradient to a unchanged.
expect(
    """
    a = Value(3.0)
    c = (2 + a) * 5.0
    c.backward()
    """,
    {
        "c.data": 25.0,
        "a.grad": 5.0,
    },
)

# 10 - a passes the negative of its gradient to a.
expect(
    """
    a = Value(3.0)
    c = (10 - a) * 4.0
    c.backward()
    """,
    {
        "a.grad": -4.0,
    },
)

# 2 * a passes twice its gradient to a.
expect(
    """
    a = Value(3.0)
    c = (2 * a) * 5.0
    c.backward()
    """,
    {
        "a.grad": 10.0,
    },
)

# 6 / a multiplies its gradient by -6 / a**2.
expect(
    """
    a = Value(4.0)
    c = (6 / a) * 2.0
    c.backward()
    """,
    {
        "a.grad": -0.75,
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

"""5 checks of 109 words catch all 36 known wrong engines of exercise 3: The chain rule.

The set with the fewest words that a search among 32 checks has found.
"""

# In a + a the value is used twice and receives the gradient twice.
expect(
    """
    a = Value(3.0)
    c = a + a
    c.grad = 1.5
    c._backward()
    """,
    {
        "a.grad": 3.0,
    },
)

# A sum with a plain number still passes its gradient to the value.
expect(
    """
    a = Value(3.0)
    c = a + 7.0
    c.grad = 4.0
    c._backward()
    """,
    {
        "c.data": 10.0,
        "a.grad": 4.0,
    },
)

# A sum remembers its operands and its operation, as in exercise 2.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a + b
    operands = sorted(v.data for v in c._prev)
    """,
    {
        "c.data": 7.0,
        "operands": [3.0, 4.0],
        "c._op": "+",
    },
)

# A product remembers its operands and its operation, as in exercise 2.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a * b
    operands = sorted(v.data for v in c._prev)
    """,
    {
        "c.data": 12.0,
        "operands": [3.0, 4.0],
        "c._op": "*",
    },
)

# Two factors with the same number receive each their own gradient.
expect(
    """
    a = Value(2.0)
    b = Value(2.0)
    c = a * b
    d = a * 5.0
    c.grad = 3.0
    d.grad = 1.0
    d._backward()
    c._backward()
    """,
    {
        "[a.grad, b.grad]": [11.0, 6.0],
    },
)

"""8 checks of 217 words catch all 110 known wrong engines of exercise 3: The chain rule.

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

# In a * a the value is used twice and receives both gradients, 2 * a in all.
expect(
    """
    a = Value(3.0)
    c = a * a
    c.grad = 1.5
    c._backward()
    """,
    {
        "a.grad": 9.0,
    },
)

# A factor that is zero receives the other factor times the gradient, like any other.
expect(
    """
    a = Value(0.0)
    b = Value(-3.0)
    c = a * b
    d = b * 0
    c.grad = 4.0
    d.grad = 1.0
    c._backward()
    d._backward()
    """,
    {
        "[a.grad, b.grad]": [-12.0, 0.0],
        "d.data": -0.0,
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

# A sum adds to gradients that are there already, on both sides.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    a.grad = 100.0
    b.grad = -200.0
    c = a + b
    c.grad = 2.5
    c._backward()
    """,
    {
        "a.grad": 102.5,
        "b.grad": -197.5,
    },
)

# A sum still remembers its operands and its operation.
expect(
    """
    a = Value(3)
    b = Value(3)
    c = a + b
    d = a + 5
    """,
    {
        "[isinstance(c, Value), c.data, c._op]": [True, 6.0, "+"],
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]": [True, True],
        "[d.data, d._op, all(isinstance(v, Value) for v in d._prev)]": [8.0, "+", True],
        "[c.grad, d.grad, a.grad, b.grad]": [0.0, 0.0, 0.0, 0.0],
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

"""5 checks catch all 36 known wrong engines of exercise 3: The chain rule.

The smallest set that a search among 32 checks has found.
"""

# Each call of a sum's step adds its gradient once more and changes nothing else.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a + b
    c.grad = 2.0
    c._backward()
    c._backward()
    c.grad = -0.5
    c._backward()
    """,
    {
        "[a.grad, b.grad]": [3.5, 3.5],
        "[a.data, b.data, c.data, c.grad]": [3.0, 4.0, 7.0, -0.5],
        "[any(v is x for v in c._prev) for x in (a, b)]": [True, True],
    },
)

# A sum passes its gradient to its own operands; what these were made from has to wait.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    d = a + b
    e = d + 2.0
    e.grad = 5.0
    e._backward()
    before = [a.grad, b.grad, d.grad]
    d._backward()
    """,
    {
        "before": [0.0, 0.0, 5.0],
        "[a.grad, b.grad, d.grad, e.grad]": [5.0, 5.0, 5.0, 5.0],
    },
)

# The backward step of a sum changes the gradients of its operands and nothing else.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a + b
    d = c + a
    c.grad = 2.5
    d.grad = 9.0
    c._backward()
    """,
    {
        "[v.data for v in (a, b, c, d)]": [3.0, 4.0, 7.0, 10.0],
        "[v.grad for v in (a, b, c, d)]": [2.5, 2.5, 2.5, 9.0],
        "[v._op for v in (a, b, c, d)]": ["", "", "+", "+"],
    },
)

# The backward step of a product changes the gradients of its operands and nothing else.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a * b
    d = c * a
    c.grad = 2.5
    d.grad = 9.0
    c._backward()
    """,
    {
        "[v.data for v in (a, b, c, d)]": [3.0, 4.0, 12.0, 36.0],
        "[v.grad for v in (a, b, c, d)]": [10.0, 7.5, 2.5, 9.0],
        "[v._op for v in (a, b, c, d)]": ["", "", "*", "*"],
        "[any(v is c for v in d._prev), any(v is a for v in d._prev)]": [True, True],
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

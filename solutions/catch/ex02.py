"""5 checks catch all 34 known wrong engines of exercise 2: Value.

The smallest set that a search among 24 checks has found.
"""

# In a * b + c the product is a value of its own, and the sum remembers it.
expect(
    """
    a = Value(2.0)
    b = Value(-3.0)
    c = Value(10.0)
    d = a * b + c
    """,
    {
        "d.data": 4.0,
        "d._op": "+",
        "sorted(v.data for v in d._prev)": [-6.0, 10.0],
        "sorted(v._op for v in d._prev)": ["", "*"],
    },
)

# Two values with the same number are two operands, not one.
expect(
    """
    a = Value(2.5)
    b = Value(2.5)
    c = a + b
    """,
    {
        "len(c._prev)": 2,
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]": [True, True],
    },
)

# A plain number in a sum becomes a leaf: it has no operation and no operands.
expect(
    """
    a = Value(1.5)
    b = a + 4
    c = b + -2.5
    """,
    {
        "[[v.data, v._op, len(v._prev)] for v in b._prev if v is not a]": [[4.0, "", 0]],
        "[[v.data, v._op, len(v._prev)] for v in c._prev if v is not b]": [[-2.5, "", 0]],
        "c.data": 3.0,
    },
)

# Two factors with the same number are two operands, not one.
expect(
    """
    a = Value(-3.0)
    b = Value(-3.0)
    c = a * b
    """,
    {
        "len(c._prev)": 2,
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]": [True, True],
    },
)

# A plain number in a product becomes a leaf: it has no operation and no operands.
expect(
    """
    a = Value(1.5)
    b = a * 4
    c = b * 0
    """,
    {
        "[[v.data, v._op, len(v._prev)] for v in b._prev if v is not a]": [[4.0, "", 0]],
        "[[v.data, v._op, len(v._prev)] for v in c._prev if v is not b]": [[0.0, "", 0]],
        "c.data": 0.0,
    },
)

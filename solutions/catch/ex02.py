"""6 checks of 127 words catch all 34 known wrong engines of exercise 2: Value.

The set with the fewest words that a search among 24 checks has found.
"""

# A sum remembers '+' as its operation; a value made by hand has none.
expect(
    """
    a = Value(2.0)
    b = Value(3.0)
    c = a + b
    """,
    {
        "a._op": "",
        "c._op": "+",
    },
)

# A plain number on the right of + becomes a Value, which the sum remembers too.
expect(
    """
    a = Value(2.0)
    c = a + 10.0
    """,
    {
        "c.data": 12.0,
        "all(isinstance(v, Value) for v in c._prev)": True,
        "sorted(v.data for v in c._prev)": [2.0, 10.0],
    },
)

# A product remembers '*' as its operation; a value made by hand has none.
expect(
    """
    a = Value(2.0)
    b = Value(3.0)
    c = a * b
    """,
    {
        "a._op": "",
        "c._op": "*",
    },
)

# A plain number on the right of * becomes a Value, which the product remembers too.
expect(
    """
    a = Value(2.0)
    c = a * 10.0
    """,
    {
        "c.data": 20.0,
        "all(isinstance(v, Value) for v in c._prev)": True,
        "sorted(v.data for v in c._prev)": [2.0, 10.0],
    },
)

# In a + a both operands are a itself.
expect(
    """
    a = Value(1.75)
    c = a + a
    """,
    {
        "c.data": 3.5,
        "len(c._prev) > 0 and all(v is a for v in c._prev)": True,
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

"""7 checks of 162 words catch all 55 known wrong engines of exercise 2: Value.

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

# A whole number on the right of * becomes a Value like any other number.
expect(
    """
    a = Value(2.5)
    c = a * 3
    """,
    {
        "c.data": 7.5,
        "all(isinstance(v, Value) for v in c._prev)": True,
        "sorted(v.data for v in c._prev if isinstance(v, Value))": [2.5, 3.0],
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

# Very large and very small numbers are multiplied without loss.
expect(
    """
    c = Value(1e300) * Value(1e-300)
    d = Value(3e200) * 2e100
    """,
    {
        "c.data": 1.0,
        "d.data": 6e+300,
    },
)

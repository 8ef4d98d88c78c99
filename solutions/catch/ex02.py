"""7 checks of 158 words catch all 40 known wrong engines of exercise 2: Value.

The set with the fewest words that a search among 24 checks has found.
"""

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

# A whole number on the right of * becomes a Value like any other number.
expect(
    """
    a = Value(2.5)
    c = a * 3
    """,
    {
        "c.data": 7.5,
        "all(isinstance(v, Value) for v in c._prev)": True,
        "sorted(v.data for v in c._prev)": [2.5, 3.0],
    },
)

# Whole numbers, negative numbers and zero are added like any others.
expect(
    "sums = [Value(2) + Value(-7), Value(0) + Value(0.5), Value(-1.5) + 0, Value(3) + -3]",
    {
        "[c.data for c in sums]": [-5.0, 0.5, -1.5, 0.0],
        "[c._op for c in sums]": ["+", "+", "+", "+"],
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

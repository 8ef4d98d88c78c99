"""8 checks of 237 words catch all 50 known wrong engines of exercise 4: Backward.

The set with the fewest words that a search among 35 checks has found.
"""

# Values that are used at two depths, as u in x * u + u, receive both gradients.
expect(
    """
    a = Value(0.5)
    x = a
    for step in range(20):
        u = a * 2.0
        x = x * u + u
        v = a * 2.0
        x = v + x * v
    x.backward()
    """,
    {
        "x.data": 40.5,
        "a.grad": 1681.0,
    },
)

# backward adds to the gradients that an earlier result has left and does not erase them.
expect(
    """
    a = Value(3.0)
    b = Value(4.0)
    c = a * b
    d = a + b
    c.backward()
    d.backward()
    """,
    {
        "a.grad": 5.0,
        "b.grad": 4.0,
    },
)

# Gradients come back through 5,000 additions; a recursive walk would be too deep for Python.
expect(
    """
    a = Value(1.0)
    b = Value(0.5)
    total = a
    for step in range(5000):
        total = total + b
    total.backward()
    """,
    {
        "[a.grad, b.grad]": [1.0, 5000.0],
    },
)

# Fifty doublings are fifty values and their leaf: the work does not double with each.
expect(
    """
    x = Value(1.0)
    for step in range(50):
        x = x + x
    order = list(topological_order(x))
    """,
    {
        "len(order)": 51,
        "order[-1] is x": True,
    },
)

# A graph 20,000 operations deep has an order; a recursive walk would be too deep for Python.
expect(
    """
    def in_order(root):
        order = list(topological_order(root))
        place = {id(v): i for i, v in enumerate(order)}
        first = all(place[id(p)] < place[id(v)] for v in order for p in v._prev)
        return [len(order), len(place), first, order[-1] is root]


    x = Value(1.0)
    for step in range(20_000):
        if step % 1000 == 0:
            a = Value(1.0)
        x = x + a
    found = in_order(x)
    """,
    {
        "found": [20021, 20021, True, True],
    },
)

# Gradients of a * a and a * a * a and of their sum are those of the powers of a.
expect(
    """
    a = Value(-1.5)
    c = a * a * a + a * a + a + a
    c.backward()
    """,
    {
        "c.data": -4.125,
        "a.grad": 5.75,
    },
)

# backward starts from one, whatever gradient the root has had before.
expect(
    """
    a = Value(2.0)
    b = Value(3.0)
    c = a * b
    c.grad = 50.0
    c.backward()
    """,
    {
        "[a.grad, b.grad]": [3.0, 2.0],
    },
)

# A value that was walked through for one result passes on its gradient for the next one as well.
expect(
    """
    a = Value(2.0)
    b = Value(-3.0)
    c = a * b
    d = c * 5.0
    e = c + a
    d.backward()
    for v in (a, b, c):
        v.grad = 0.0
    e.backward()
    """,
    {
        "[any(v is x for v in c._prev) for x in (a, b)]": [True, True],
        "[a.grad, b.grad, c.grad]": [-2.0, 2.0, 1.0],
    },
)

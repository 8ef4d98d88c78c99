"""15 checks of 287 words catch all 110 known wrong engines of exercise 6: Activations.

The set with the fewest words that a search among 50 checks has found.
"""

# a.exp() is one operation, named exp, with the data e to the power of a.
expect(
    """
    a = Value(0.5)
    c = a.exp()
    """,
    {
        "c.data": 1.6487212707001282,
        "c._op": "exp",
        "[v is a for v in c._prev]": [True],
    },
)

# exp multiplies its own gradient by its own data.
expect(
    """
    a = Value(0.5)
    c = a.exp() * 3.0
    c.backward()
    """,
    {
        "a.grad": 4.946163812100385,
    },
)

# A value that goes through exp twice adds up its gradients.
expect(
    """
    a = Value(0.5)
    c = a.exp() + a.exp()
    c.backward()
    """,
    {
        "c.data": 3.2974425414002564,
        "a.grad": 3.2974425414002564,
    },
)

# a.log() is one operation, named log, with the natural logarithm of a.
expect(
    """
    a = Value(0.5)
    c = a.log()
    """,
    {
        "c.data": -0.6931471805599453,
        "c._op": "log",
        "[v is a for v in c._prev]": [True],
    },
)

# A value that goes through log twice adds up its gradients.
expect(
    """
    a = Value(0.5)
    c = a.log() + a.log()
    c.backward()
    """,
    {
        "c.data": -1.3862943611198906,
        "a.grad": 4.0,
    },
)

# a.tanh() is one operation, named tanh, with the hyperbolic tangent of a.
expect(
    """
    a = Value(0.5)
    c = a.tanh()
    """,
    {
        "c.data": 0.46211715726000974,
        "c._op": "tanh",
        "[v is a for v in c._prev]": [True],
    },
)

# tanh multiplies its own gradient by 1 - tanh(a)**2.
expect(
    """
    a = Value(0.5)
    c = a.tanh() * 3.0
    c.backward()
    """,
    {
        "a.grad": 2.359343198897782,
    },
)

# A value that goes through tanh twice adds up its gradients.
expect(
    """
    a = Value(0.5)
    c = a.tanh() + a.tanh()
    c.backward()
    """,
    {
        "c.data": 0.9242343145200195,
        "a.grad": 1.5728954659318548,
    },
)

# tanh of 1000 and of -1000 is 1 and -1: nothing overflows.
expect(
    """
    a = Value(1000.0)
    b = Value(-1000.0)
    c = a.tanh()
    d = b.tanh()
    """,
    {
        "c.data": 1.0,
        "d.data": -1.0,
    },
)

# a.relu() is one operation, named relu, that keeps a positive number as it is.
expect(
    """
    a = Value(0.5)
    c = a.relu()
    """,
    {
        "c is a": False,
        "c.data": 0.5,
        "c._op": "relu",
        "[v is a for v in c._prev]": [True],
    },
)

# A value that goes through relu twice adds up its gradients.
expect(
    """
    a = Value(0.5)
    b = Value(-2.0)
    c = a.relu() + a.relu() + b.relu()
    c.backward()
    """,
    {
        "c.data": 1.0,
        "a.grad": 2.0,
    },
)

# relu lets a negative gradient through where the number is positive, and no gradient elsewhere.
expect(
    """
    a = Value(0.5)
    b = Value(-2.0)
    c = a.relu() * -3.0 + b.relu() * -5.0
    c.backward()
    """,
    {
        "c.data": -1.5,
        "a.grad": -3.0,
        "b.grad": 0.0,
    },
)

# a.sigmoid() is one operation, named sigmoid, with the data 1 / (1 + e**-a).
expect(
    """
    a = Value(0.5)
    c = a.sigmoid()
    """,
    {
        "c.data": 0.6224593312018546,
        "c._op": "sigmoid",
        "[v is a for v in c._prev]": [True],
    },
)

# sigmoid of 1000 and of -1000 is 1 and 0: nothing overflows.
expect(
    """
    a = Value(1000.0)
    b = Value(-1000.0)
    c = a.sigmoid()
    d = b.sigmoid()
    """,
    {
        "c.data": 1.0,
        "d.data": 0.0,
    },
)

# a * sigmoid(a) and the log of a sigmoid have the right gradients.
expect(
    """
    a = Value(-1.25)
    b = Value(2.5)
    s = a.sigmoid()
    swish = a * s
    loss = (b * a).sigmoid().log() * -1.0 + (1 - s).log()
    c = swish + loss
    c.backward()
    """,
    {
        "[swish.data, loss.data]": [-0.27837517353163604, 2.916069997883715],
        "[s.grad, a.grad, b.grad]": [-2.53650479686019, -2.6111616639515742, 1.1973903401054764],
    },
)

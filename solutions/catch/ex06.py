"""12 checks catch all 78 known wrong engines of exercise 6: Activations.

The smallest set that a search among 50 checks has found.
"""

# tanh is flat at 1000 and at -1000: nothing is added to the gradient there.
expect(
    """
    a = Value(1000.0)
    b = Value(-1000.0)
    c = a.tanh() + b.tanh() * 2.0 + a * 3.0 + b * 5.0
    c.backward()
    """,
    {
        "c.data": -2001.0,
        "a.grad": 3.0,
        "b.grad": 5.0,
    },
)

# sigmoid is flat at 1000 and at -1000: nothing is added to the gradient there.
expect(
    """
    a = Value(1000.0)
    b = Value(-1000.0)
    c = a.sigmoid() + b.sigmoid() * 2.0 + a * 3.0 + b * 5.0
    c.backward()
    """,
    {
        "c.data": -1999.0,
        "a.grad": 3.0,
        "b.grad": 5.0,
    },
)

# exp of a whole number is right, its gradient too, and it remembers its operand.
expect(
    """
    a = Value(2)
    b = Value(1)
    c = a.exp()
    d = b.exp() * 4
    e = c * 3 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [7.38905609893065, 10.87312731383618],
        "[c._op, d._op]": ["exp", "*"],
        "[v is a for v in c._prev]": [True],
        "[a.grad, b.grad]": [22.16716829679195, 10.87312731383618],
    },
)

# log of a whole number is right, its gradient too, and it remembers its operand.
expect(
    """
    a = Value(2)
    b = Value(1)
    c = a.log()
    d = b.log() * 4
    e = c * 3 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [0.6931471805599453, 0.0],
        "[c._op, d._op]": ["log", "*"],
        "[v is a for v in c._prev]": [True],
        "[a.grad, b.grad]": [1.5, 4.0],
    },
)

# The log of a sum of exp has the right gradients, and so has the log of a log.
expect(
    """
    a = Value(0.5)
    b = Value(-1.5)
    total = a.exp() + b.exp() + (a * b).exp()
    c = total.log()
    d = (a.exp() + 1.0).log().log()
    e = c * 2.0 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [0.8519518638028017, -0.026264939263746703],
        "[total.grad, c.grad, a.grad, b.grad]": [0.8531629797232035, 2.0, 1.4411442492576727, 0.3918692201274009],
    },
)

# log passes on the gradient that it has when it is called, and adds it to what is there.
expect(
    """
    a = Value(0.75)
    a.grad = 100.0
    c = a.log()
    seen = [a.grad]
    for upstream in (2.0, -0.5, 0.0):
        c.grad = upstream
        c._backward()
        seen.append(a.grad)
    """,
    {
        "seen": [100.0, 102.66666666666667, 102.0, 102.0],
        "c.data": -0.2876820724517809,
        "a.data": 0.75,
    },
)

# tanh of a whole number is right, its gradient too, and it remembers its operand.
expect(
    """
    a = Value(2)
    b = Value(1)
    c = a.tanh()
    d = b.tanh() * 4
    e = c * 3 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [0.9640275800758169, 3.0463766238230594],
        "[c._op, d._op]": ["tanh", "*"],
        "[v is a for v in c._prev]": [True],
        "[a.grad, b.grad]": [0.2119524745594933, 1.6798973664561045],
    },
)

# tanh passes on the gradient that it has when it is called, and adds it to what is there.
expect(
    """
    a = Value(0.75)
    a.grad = 100.0
    c = a.tanh()
    seen = [a.grad]
    for upstream in (2.0, -0.5, 0.0):
        c.grad = upstream
        c._backward()
        seen.append(a.grad)
    """,
    {
        "seen": [100.0, 101.19317161656267, 100.894878712422, 100.894878712422],
        "c.data": 0.6351489523872873,
        "a.data": 0.75,
    },
)

# relu of a whole number is right, its gradient too, and it remembers its operand.
expect(
    """
    a = Value(2)
    b = Value(1)
    c = a.relu()
    d = b.relu() * 4
    e = c * 3 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [2.0, 4.0],
        "[c._op, d._op]": ["relu", "*"],
        "[v is a for v in c._prev]": [True],
        "[a.grad, b.grad]": [3.0, 4.0],
    },
)

# relu of relu, and relu of what a relu has stopped, pass on what is right.
expect(
    """
    a = Value(1.5)
    b = Value(-0.5)
    first = a.relu() + b.relu()
    second = (first * 2.0 - 1.0).relu()
    third = (first - 4.0).relu()
    fourth = (4.0 - first).relu()
    c = second * fourth + third + a.relu().relu() * b
    c.backward()
    """,
    {
        "[second.data, third.data, fourth.data, c.data]": [2.0, 0.0, 2.5, 4.25],
        "[first.grad, a.grad, b.grad]": [3.0, 2.5, 1.5],
    },
)

# sigmoid of a whole number is right, its gradient too, and it remembers its operand.
expect(
    """
    a = Value(2)
    b = Value(1)
    c = a.sigmoid()
    d = b.sigmoid() * 4
    e = c * 3 + d
    e.backward()
    """,
    {
        "[c.data, d.data]": [0.8807970779778823, 2.9242343145200196],
        "[c._op, d._op]": ["sigmoid", "*"],
        "[v is a for v in c._prev]": [True],
        "[a.grad, b.grad]": [0.31498075621051985, 0.7864477329659274],
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

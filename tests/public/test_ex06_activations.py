"""Public checks of exercise 6."""

from grader.core.checks import exercise

check = exercise(6)


@check("Value.exp", points=1)
def test_exp_value(probe):
    """a.exp() is one operation, named exp, with the data e to the power of a."""
    probe(
        """
        a = Value(0.5)
        c = a.exp()
        """,
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.exp", points=2)
def test_exp_passes_its_gradient_on(probe):
    """exp multiplies its own gradient by its own data."""
    probe(
        """
        a = Value(0.5)
        c = a.exp() * 3.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.exp", points=2)
def test_exp_used_twice(probe):
    """A value that goes through exp twice adds up its gradients."""
    probe(
        """
        a = Value(0.5)
        c = a.exp() + a.exp()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.exp", points=1)
def test_exp_of_a_negative_number(probe):
    """exp works for negative numbers: the data is small and positive, the gradient the same."""
    probe(
        """
        a = Value(-2.0)
        c = a.exp()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.log", points=1)
def test_log_value(probe):
    """a.log() is one operation, named log, with the natural logarithm of a."""
    probe(
        """
        a = Value(0.5)
        c = a.log()
        """,
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.log", points=2)
def test_log_passes_its_gradient_on(probe):
    """log multiplies its own gradient by 1 / a."""
    probe(
        """
        a = Value(0.5)
        c = a.log() * 3.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.log", points=2)
def test_log_used_twice(probe):
    """A value that goes through log twice adds up its gradients."""
    probe(
        """
        a = Value(0.5)
        c = a.log() + a.log()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.log", points=1)
def test_log_undoes_exp(probe):
    """The logarithm of exp(a) is a again, and the gradient that comes back is 1."""
    probe(
        """
        a = Value(-1.25)
        b = a.exp()
        c = b.log()
        c.backward()
        """,
        "c.data",
        "b.grad",
        "a.grad",
    )


@check("Value.tanh", points=1)
def test_tanh_value(probe):
    """a.tanh() is one operation, named tanh, with the hyperbolic tangent of a."""
    probe(
        """
        a = Value(0.5)
        c = a.tanh()
        """,
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.tanh", points=2)
def test_tanh_passes_its_gradient_on(probe):
    """tanh multiplies its own gradient by 1 - tanh(a)**2."""
    probe(
        """
        a = Value(0.5)
        c = a.tanh() * 3.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.tanh", points=2)
def test_tanh_used_twice(probe):
    """A value that goes through tanh twice adds up its gradients."""
    probe(
        """
        a = Value(0.5)
        c = a.tanh() + a.tanh()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.tanh", points=1)
def test_tanh_of_large_numbers(probe):
    """tanh of 1000 and of -1000 is 1 and -1: nothing overflows."""
    probe(
        """
        a = Value(1000.0)
        b = Value(-1000.0)
        c = a.tanh()
        d = b.tanh()
        """,
        "c.data",
        "d.data",
    )


@check("Value.tanh", points=1)
def test_tanh_gradient_of_large_numbers(probe):
    """tanh is flat at 1000 and at -1000: nothing is added to the gradient there."""
    probe(
        """
        a = Value(1000.0)
        b = Value(-1000.0)
        c = a.tanh() + b.tanh() * 2.0 + a * 3.0 + b * 5.0
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.tanh", points=2)
def test_tanh_result_used_twice(probe):
    """A tanh whose result is used twice receives both gradients before it passes them on."""
    probe(
        """
        a = Value(0.5)
        t = a.tanh()
        c = t * t + t * 3.0
        c.backward()
        """,
        "t.grad",
        "a.grad",
    )


@check("Value.relu", points=1)
def test_relu_value(probe):
    """a.relu() is one operation, named relu, that keeps a positive number as it is."""
    probe(
        """
        a = Value(0.5)
        c = a.relu()
        """,
        "c is a",
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.relu", points=2)
def test_relu_passes_its_gradient_on(probe):
    """relu passes its own gradient on where the number is positive, and 0 where it is negative."""
    probe(
        """
        a = Value(0.5)
        b = Value(-2.0)
        c = (a.relu() + b.relu()) * 3.0
        c.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.relu", points=2)
def test_relu_used_twice(probe):
    """A value that goes through relu twice adds up its gradients."""
    probe(
        """
        a = Value(0.5)
        b = Value(-2.0)
        c = a.relu() + a.relu() + b.relu()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.relu", points=2)
def test_relu_of_a_negative_number(probe):
    """relu turns a negative number into 0 and lets no gradient through there."""
    probe(
        """
        a = Value(-2.0)
        b = Value(3.0)
        c = a.relu() + b.relu() + a * 5.0
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.relu", points=1)
def test_relu_asks_for_the_number_not_for_the_gradient(probe):
    """relu lets a negative gradient through where the number is positive, and no gradient elsewhere."""
    probe(
        """
        a = Value(0.5)
        b = Value(-2.0)
        c = a.relu() * -3.0 + b.relu() * -5.0
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_value(probe):
    """a.sigmoid() is one operation, named sigmoid, with the data 1 / (1 + e**-a)."""
    probe(
        """
        a = Value(0.5)
        c = a.sigmoid()
        """,
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.sigmoid", points=2)
def test_sigmoid_passes_its_gradient_on(probe):
    """sigmoid multiplies its own gradient by s * (1 - s), where s is its own data."""
    probe(
        """
        a = Value(0.5)
        c = a.sigmoid() * 3.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.sigmoid", points=2)
def test_sigmoid_used_twice(probe):
    """A value that goes through sigmoid twice adds up its gradients."""
    probe(
        """
        a = Value(0.5)
        c = a.sigmoid() + a.sigmoid()
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_of_a_negative_number(probe):
    """sigmoid works for negative numbers: the data lies between 0 and a half."""
    probe(
        """
        a = Value(-1.5)
        c = a.sigmoid() * 2.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_of_large_numbers(probe):
    """sigmoid of 1000 and of -1000 is 1 and 0: nothing overflows."""
    probe(
        """
        a = Value(1000.0)
        b = Value(-1000.0)
        c = a.sigmoid()
        d = b.sigmoid()
        """,
        "c.data",
        "d.data",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_gradient_of_large_numbers(probe):
    """sigmoid is flat at 1000 and at -1000: nothing is added to the gradient there."""
    probe(
        """
        a = Value(1000.0)
        b = Value(-1000.0)
        c = a.sigmoid() + b.sigmoid() * 2.0 + a * 3.0 + b * 5.0
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )

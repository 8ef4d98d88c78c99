"""Public checks of exercise 5."""

from grader.core.checks import exercise

check = exercise(5)


@check("Value.__neg__", points=1)
def test_negative(probe):
    """-a is the value with the other sign."""
    probe(
        """
        a = Value(3.0)
        c = -a
        """,
        "c.data",
    )


@check("Value.__neg__", points=1)
def test_negative_passes_its_gradient_on(probe):
    """-a passes the negative of its own gradient to a."""
    probe(
        """
        a = Value(3.0)
        c = (-a) * 5.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__neg__", points=1)
def test_negative_twice(probe):
    """Two negatives of one value add up their gradients."""
    probe(
        """
        a = Value(3.0)
        c = (-a) + (-a)
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__sub__", points=1)
def test_difference(probe):
    """a - b is the difference of two values, and a - 2 works too."""
    probe(
        """
        a = Value(3.0)
        b = Value(7.5)
        c = a - b
        d = a - 2
        """,
        "c.data",
        "d.data",
    )


@check("Value.__sub__", points=1)
def test_difference_passes_its_gradient_on(probe):
    """a - b passes its gradient to a, and the negative of it to b."""
    probe(
        """
        a = Value(3.0)
        b = Value(7.5)
        c = (a - b) * 4.0
        c.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__sub__", points=2)
def test_differences_add_up_their_gradients(probe):
    """Values that are used in several differences add up their gradients."""
    probe(
        """
        a = Value(3.0)
        b = Value(7.5)
        c = (a - b) + (a - b) + (a - 1.0)
        c.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__sub__", points=1)
def test_difference_of_a_value_and_itself(probe):
    """In a - a both sides pass on to a, and their gradients cancel."""
    probe(
        """
        a = Value(3.0)
        c = (a - a) * 4.0 + (a - 0.5) * 2.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__pow__", points=1)
def test_power(probe):
    """a ** 3 is one operation, named **3, with a as its only operand."""
    probe(
        """
        a = Value(2.0)
        c = a**3
        """,
        "c.data",
        "c._op",
        "[v is a for v in c._prev]",
    )


@check("Value.__pow__", points=1)
def test_power_has_its_exponent_in_its_name(probe):
    """The operation of a power is ** and the exponent as it was given."""
    probe(
        """
        a = Value(4.0)
        names = [(a**n)._op for n in (2, 0.5, -1, 0, 1)]
        """,
        "names",
    )


@check("Value.__pow__", points=2)
def test_power_passes_its_gradient_on(probe):
    """a ** n multiplies its own gradient by n * a ** (n - 1)."""
    probe(
        """
        a = Value(2.0)
        c = (a**3) * 5.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__pow__", points=2)
def test_powers_add_up_their_gradients(probe):
    """Two powers of one value add up their gradients."""
    probe(
        """
        a = Value(2.0)
        c = a**3 + a**3
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__pow__", points=1)
def test_square_root(probe):
    """a ** 0.5 is the square root, and its gradient is right."""
    probe(
        """
        a = Value(16.0)
        c = (a**0.5) * 3.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__pow__", points=1)
def test_reciprocal(probe):
    """a ** -1 is one over a, and its gradient is negative."""
    probe(
        """
        a = Value(4.0)
        c = (a**-1) * 3.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__pow__", points=1)
def test_power_zero(probe):
    """a ** 0 is 1 whatever a is, also 0, and adds nothing to the gradient."""
    probe(
        """
        a = Value(5.0)
        b = Value(0.0)
        c = a**0 + a**2
        d = b**0 + b * 4.0
        c.backward()
        d.backward()
        """,
        "c.data",
        "d.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__pow__", points=2)
def test_power_of_a_negative_number(probe):
    """A negative value has powers and gradients too."""
    probe(
        """
        a = Value(-2.0)
        b = Value(-4.0)
        c = a**3 + b**-2
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__pow__", points=1)
def test_powers_at_zero(probe):
    """At 0 the gradient of a ** 1 is 1 and that of b ** 2 is 0."""
    probe(
        """
        a = Value(0.0)
        b = Value(0.0)
        c = a**1 + b**2 + b * 6.0
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__truediv__", points=1)
def test_quotient(probe):
    """a / b is the quotient of two values, and a / 4 works too."""
    probe(
        """
        a = Value(3.0)
        b = Value(2.0)
        c = a / b
        d = a / 4
        """,
        "c.data",
        "d.data",
    )


@check("Value.__truediv__", points=2)
def test_quotient_passes_its_gradient_on(probe):
    """a / b multiplies its gradient by 1 / b for a and by -a / b**2 for b."""
    probe(
        """
        a = Value(3.0)
        b = Value(2.0)
        c = (a / b) * 4.0
        c.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__truediv__", points=1)
def test_quotients_add_up_their_gradients(probe):
    """Two quotients of the same values add up their gradients."""
    probe(
        """
        a = Value(3.0)
        b = Value(2.0)
        c = a / b + a / b
        c.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__truediv__", points=1)
def test_quotient_of_a_value_and_itself(probe):
    """In a / a both sides pass on to a, and their gradients cancel."""
    probe(
        """
        a = Value(4.0)
        c = (a / a) * 3.0 + a / 0.5
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__truediv__", points=2)
def test_value_above_and_below_the_line(probe):
    """A value above and below the fraction line receives both gradients."""
    probe(
        """
        a = Value(3.0)
        b = Value(1.0)
        c = a / (a + b)
        c.backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__radd__", points=1)
def test_number_plus_value(probe):
    """2 + a is a Value whose data is the sum."""
    probe(
        """
        a = Value(3.0)
        c = 2 + a
        """,
        "c.data",
    )


@check("Value.__radd__", points=1)
def test_number_plus_value_passes_its_gradient_on(probe):
    """2 + a passes its gradient to a unchanged."""
    probe(
        """
        a = Value(3.0)
        c = (2 + a) * 5.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__radd__", points=1)
def test_number_plus_value_twice(probe):
    """A value that is added to two numbers adds up its gradients."""
    probe(
        """
        a = Value(3.0)
        c = (2 + a) * (10 + a)
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__radd__", points=2)
def test_sum_of_a_list(probe):
    """sum([...]) adds up a list of values; it starts with a plain number, 0 or another."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = sum([a, b, a * b])
        d = sum([a, b], 10)
        c.backward()
        """,
        "c.data",
        "d.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__rsub__", points=2)
def test_number_minus_value(probe):
    """10 - a is ten minus a, not a minus ten."""
    probe(
        """
        a = Value(3.0)
        c = 10 - a
        """,
        "c.data",
    )


@check("Value.__rsub__", points=1)
def test_number_minus_value_passes_its_gradient_on(probe):
    """10 - a passes the negative of its gradient to a."""
    probe(
        """
        a = Value(3.0)
        c = (10 - a) * 4.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__rsub__", points=1)
def test_number_minus_value_twice(probe):
    """A value that is taken from two numbers adds up its gradients."""
    probe(
        """
        a = Value(3.0)
        c = (10 - a) + (1 - a)
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__rmul__", points=1)
def test_number_times_value(probe):
    """2 * a is a Value whose data is the product."""
    probe(
        """
        a = Value(3.0)
        c = 2 * a
        """,
        "c.data",
    )


@check("Value.__rmul__", points=1)
def test_number_times_value_passes_its_gradient_on(probe):
    """2 * a passes twice its gradient to a."""
    probe(
        """
        a = Value(3.0)
        c = (2 * a) * 5.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__rmul__", points=1)
def test_number_times_value_twice(probe):
    """A value that is multiplied by two numbers adds up its gradients."""
    probe(
        """
        a = Value(3.0)
        c = 2 * a + 10 * a
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__rtruediv__", points=2)
def test_number_over_value(probe):
    """6 / a is six divided by a, not a divided by six."""
    probe(
        """
        a = Value(4.0)
        c = 6 / a
        """,
        "c.data",
    )


@check("Value.__rtruediv__", points=1)
def test_number_over_value_passes_its_gradient_on(probe):
    """6 / a multiplies its gradient by -6 / a**2."""
    probe(
        """
        a = Value(4.0)
        c = (6 / a) * 2.0
        c.backward()
        """,
        "a.grad",
    )


@check("Value.__rtruediv__", points=1)
def test_number_over_value_twice(probe):
    """A value below two fraction lines adds up its gradients."""
    probe(
        """
        a = Value(4.0)
        c = 6 / a + 8 / a
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__rtruediv__", points=1)
def test_zero_over_value(probe):
    """0 / a is 0 and adds nothing to the gradient of a."""
    probe(
        """
        a = Value(4.0)
        c = 0 / a + a * 3.0
        c.backward()
        """,
        "c.data",
        "a.grad",
    )

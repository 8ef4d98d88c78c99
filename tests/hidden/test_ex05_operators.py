"""Hidden checks of exercise 5."""

from generators import ABS, EXACT, SUMS_AND_PRODUCTS, backward_program, magnitude, number, steps

from grader.core.checks import exercise

check = exercise(5)

OPERATORS = (
    *("x + y", "x + n", "n + x", "x * y", "x * n", "n * x", "x - y", "x - n", "n - x", "-x"),
    *("x / y", "x / n", "n / x", "x ** 2", "x ** 3", "x ** -1", "x ** 0.5"),
)


@check("Value.__pow__", points=1)
def test_power_of_whole_numbers(probe):
    """Whole numbers have powers too, negative exponents included."""
    probe(
        """
        a = Value(2)
        b = Value(-3)
        powers = [a**2, a**-2, b**3, b**1, b**2]
        total = powers[0] + powers[1] + powers[2] * 2.0 + powers[3] + powers[4]
        total.backward()
        """,
        "[c.data for c in powers]",
        "[a.grad, b.grad]",
    )


@check("Value.__pow__", points=2)
def test_fractional_powers(probe):
    """Fractional powers, positive and negative ones, have the right gradients."""
    probe(
        """
        a = Value(2.25)
        b = Value(0.25)
        c = (a**1.5) * 2.0 + (b**-0.5) * 3.0 + (b**2.5) * a
        c.backward()
        """,
        "c.data",
        "[a.grad, b.grad]",
    )


@check("Value.__pow__", points=1)
def test_operations_of_powers(probe):
    """A power is named after its exponent, whichever it is, and has one operand."""
    probe(
        """
        a = Value(4.0)
        powers = [a**n for n in (0, 1, 2, -1, 0.5, -2)]
        """,
        "[c._op for c in powers]",
        "[[v is a for v in c._prev] for c in powers]",
        "[c.data for c in powers]",
    )


@check("Value.__pow__", points=1)
def test_powers_of_zero(probe):
    """At 0 the powers from one upwards have finite gradients, fractional ones too."""
    probe(
        """
        a = Value(0.0)
        b = Value(0)
        c = a**3 + a**1.5 + a**1 * 4.0 + a * 2.0
        d = b**2 + b**1 + b**0
        c.backward()
        d.backward()
        """,
        "c.data",
        "d.data",
        "[a.grad, b.grad]",
    )


@check("Value.__pow__", points=1)
def test_power_zero_of_any_number(probe):
    """Any number to the power 0 is one and passes no gradient, negative numbers and zero included."""
    probe(
        """
        values = [Value(-2.0), Value(0.0), Value(3)]
        powers = [v**0 for v in values]
        total = values[0] * 1.0
        for v, power in zip(values, powers):
            total = total + power * 5.0 + v * 0.5
        total.backward()
        """,
        "[isinstance(power, Value) for power in powers]",
        "total.data",
        "[v.grad for v in values]",
    )


@check("Value.__pow__", points=2)
def test_power_of_a_power(probe):
    """Powers of powers and of sums pass their gradients back through each other."""
    probe(
        """
        a = Value(1.5)
        b = Value(-0.5)
        inner = a**2 + b
        outer = inner**3
        c = outer**-1 * inner
        c.backward()
        """,
        "c.data",
        "[outer.grad, inner.grad, a.grad, b.grad]",
    )


@check("Value.__pow__", points=1)
def test_power_waits_and_reads_its_gradient(probe):
    """A power passes on the gradient that it has when it is called, and adds it."""
    probe(
        """
        a = Value(-2.0)
        a.grad = 100.0
        c = a**4
        seen = [a.grad]
        for upstream in (1.0, -0.5):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
    )


@check("Value.__pow__", points=2)
def test_powers_in_any_graph(probe, rng):
    """In any graph with powers, every value receives the right gradient."""
    text, observe = backward_program(
        rng,
        (*SUMS_AND_PRODUCTS, "x ** 2", "x ** 3", "x ** -1", "x ** 0.5", "x ** -2", "x ** 1.5"),
        count=3,
        leaves=3,
        steps=24,
    )
    probe(text, *observe, abs=ABS)


@check("Value.__neg__", points=1)
def test_negative_of_whole_numbers_and_zero(probe):
    """Whole numbers, negative numbers and zero have negatives; the value itself keeps its own."""
    probe(
        """
        values = [Value(3), Value(-2.5), Value(0)]
        negatives = [-v for v in values]
        """,
        "[c.data for c in negatives]",
        "[v.data for v in values]",
        "[any(c is v for v in values) for c in negatives]",
    )


@check("Value.__neg__", points=1)
def test_negative_of_a_negative(probe):
    """The negative of a negative is the number again, with its gradient."""
    probe(
        """
        a = Value(1.25)
        b = -a
        c = -b
        d = c * 3.0 + b * 0.5
        d.backward()
        """,
        "[b.data, c.data]",
        "[c.grad, b.grad, a.grad]",
    )


@check("Value.__neg__", points=1)
def test_negatives_in_a_product(probe):
    """-a * -a and -(a * b) pass the right gradients to a and b."""
    probe(
        """
        a = Value(1.5)
        b = Value(-2.0)
        c = (-a) * (-a) + -(a * b)
        c.backward()
        """,
        "c.data",
        "[a.grad, b.grad]",
    )


@check("Value.__neg__", points=2)
def test_negatives_in_any_graph(probe, rng):
    """In any graph with negatives, every value receives the right gradient."""
    text, observe = backward_program(rng, (*SUMS_AND_PRODUCTS, "-x"), count=2, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__sub__", points=2)
def test_value_minus_itself(probe):
    """a - a is zero and so is its gradient; what a is used for besides remains."""
    probe(
        """
        a = Value(2.5)
        c = a - a
        c.backward()
        alone = a.grad
        b = Value(2.5)
        d = (b - b) * 4.0 + b * 3.0
        d.backward()
        """,
        "[c.data, d.data]",
        "[alone, b.grad]",
    )


@check("Value.__sub__", points=1)
def test_differences_in_a_row(probe):
    """a - b - c takes both away, and brackets turn the sign."""
    probe(
        """
        a = Value(1.0)
        b = Value(2.0)
        c = Value(4.5)
        d = a - b - c
        e = a - (b - c)
        f = d * 2.0 + e * 10.0
        f.backward()
        """,
        "[d.data, e.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.__sub__", points=1)
def test_difference_with_whole_numbers(probe):
    """Whole and negative numbers can be taken away, from values of either kind."""
    probe(
        """
        a = Value(3)
        differences = [a - 5, a - -2, a - 0, Value(-1) - a, a - 0.5]
        total = differences[0] * differences[1] + differences[3] * differences[4]
        total.backward()
        """,
        "[c.data for c in differences]",
        "a.grad",
    )


@check("Value.__sub__", points=1)
def test_difference_of_equal_numbers(probe):
    """Values with the same number receive each their own sign."""
    probe(
        """
        a = Value(2.0)
        b = Value(2.0)
        c = (a - b) * 3.0
        c.backward()
        """,
        "c.data",
        "[a.grad, b.grad]",
    )


@check("Value.__sub__", points=2)
def test_differences_in_any_graph(probe, rng):
    """In any graph with differences, every value receives the right gradient."""
    text, observe = backward_program(rng, ("x - y", "x * y", "x - n", "x + y"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__truediv__", points=2)
def test_value_over_itself(probe):
    """a / a is one and its gradient zero; what a is used for besides remains."""
    probe(
        """
        a = Value(2.5)
        c = a / a
        c.backward()
        alone = a.grad
        b = Value(-4.0)
        d = (b / b) * 7.0 + b * 3.0
        d.backward()
        """,
        "[c.data, d.data]",
        "[alone, b.grad]",
    )


@check("Value.__truediv__", points=1)
def test_quotient_of_whole_numbers(probe):
    """Whole numbers are divided without rounding, also negative ones."""
    probe(
        """
        a = Value(7)
        b = Value(-2)
        quotients = [a / b, a / 2, b / 4, Value(1) / Value(3)]
        total = quotients[0] + quotients[1] * 2.0 + quotients[2]
        total.backward()
        """,
        "[c.data for c in quotients]",
        "[a.grad, b.grad]",
    )


@check("Value.__truediv__", points=1)
def test_quotients_in_a_row(probe):
    """a / b / c divides by both, and brackets bring c up again."""
    probe(
        """
        a = Value(3.0)
        b = Value(-2.0)
        c = Value(0.5)
        d = a / b / c
        e = a / (b / c)
        f = d * 2.0 + e
        f.backward()
        """,
        "[d.data, e.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.__truediv__", points=1)
def test_quotient_of_very_unequal_numbers(probe):
    """Very small and very large divisors are divided by without loss."""
    probe(
        """
        a = Value(3e10)
        b = Value(2e10)
        c = Value(4e-8)
        d = a / b
        e = c / 8e-8
        f = d / c
        f.backward()
        """,
        "[d.data, e.data, f.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.__truediv__", points=2)
def test_quotients_in_any_graph(probe, rng):
    """In any graph with quotients, every value receives the right gradient."""
    text, observe = backward_program(rng, (*SUMS_AND_PRODUCTS, "x / y", "x / n"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__radd__", points=1)
def test_any_number_plus_value(probe):
    """Whole, negative and fractional numbers may stand on the left of +."""
    probe(
        """
        a = Value(3)
        b = Value(-0.5)
        sums = [2 + a, -4 + b, 0.25 + a, 0 + b]
        total = sums[0] * sums[1] + sums[2] * sums[3]
        total.backward()
        """,
        "[c.data for c in sums]",
        "[a.grad, b.grad]",
    )


@check("Value.__radd__", points=1)
def test_sum_of_a_single_value(probe):
    """sum([...]) works for a single value and for one value several times, with any number as start."""
    probe(
        """
        a = Value(1.5)
        b = Value(-2.0)
        single = sum([a])
        thrice = sum([b, b, b], 0.5) * b
        single.backward()
        thrice.backward()
        """,
        "[single.data, thrice.data]",
        "[a.grad, b.grad]",
    )


@check("Value.__radd__", points=2)
def test_sum_of_a_generator(probe):
    """sum(...) adds up products as they come, and weights receive their inputs as gradients."""
    probe(
        """
        weights = [Value(0.5), Value(-1.5), Value(2.0), Value(0.25)]
        inputs = [3.0, -1.0, 0.5, 2.0]
        total = sum((w * x for w, x in zip(weights, inputs)), -1)
        square = total * total
        square.backward()
        """,
        "[total.data, square.data]",
        "[w.grad for w in weights]",
    )


@check("Value.__radd__", points=2)
def test_numbers_plus_values_in_any_graph(probe, rng):
    """In any graph with numbers on the left of +, every value receives the right gradient."""
    text, observe = backward_program(rng, ("x + y", "x * y", "n + x", "x * n"), count=2, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__rsub__", points=1)
def test_any_number_minus_value(probe):
    """Whole, negative and fractional numbers may stand on the left of -."""
    probe(
        """
        a = Value(3)
        b = Value(-0.5)
        differences = [2 - a, -4 - b, 0.25 - a, 0 - b]
        total = differences[0] * differences[1] + differences[2] * differences[3]
        total.backward()
        """,
        "[c.data for c in differences]",
        "[a.grad, b.grad]",
    )


@check("Value.__rsub__", points=2)
def test_one_minus_one_minus_value(probe):
    """1 - (1 - a) is a again, and so is its gradient."""
    probe(
        """
        a = Value(0.3)
        b = 1 - a
        c = 1 - b
        d = c * 5.0 + a * b
        d.backward()
        """,
        "[b.data, c.data, d.data]",
        "[c.grad, b.grad, a.grad]",
    )


@check("Value.__rsub__", points=2)
def test_numbers_minus_values_in_any_graph(probe, rng):
    """In any graph with numbers on the left of -, every value receives the right gradient."""
    text, observe = backward_program(rng, ("x + y", "x * y", "n - x", "x * n"), count=2, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__rmul__", points=1)
def test_any_number_times_value(probe):
    """Whole, negative and fractional numbers and zero may stand on the left of *."""
    probe(
        """
        a = Value(3)
        b = Value(-0.5)
        products = [2 * a, -4 * b, 0.25 * a, 0 * b]
        total = products[0] * products[1] + products[2] + products[3]
        total.backward()
        """,
        "[c.data for c in products]",
        "[a.grad, b.grad]",
    )


@check("Value.__rmul__", points=1)
def test_number_times_number_times_value(probe):
    """2 * (3 * a) and 2 * 3 * a have the same gradient, and squares keep theirs."""
    probe(
        """
        a = Value(1.5)
        b = Value(1.5)
        c = 2 * (3 * a)
        d = 2 * 3 * b
        e = 0.5 * (c * c)
        e.backward()
        d.backward()
        """,
        "[c.data, d.data, e.data]",
        "[a.grad, b.grad]",
    )


@check("Value.__rmul__", points=2)
def test_numbers_times_values_in_any_graph(probe, rng):
    """In any graph with numbers on the left of *, every value receives the right gradient."""
    text, observe = backward_program(rng, ("x + y", "x * y", "n * x", "x + n"), count=2, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__rtruediv__", points=1)
def test_any_number_over_value(probe):
    """Whole, negative and fractional numbers and zero may stand above a value."""
    probe(
        """
        a = Value(4)
        b = Value(-0.5)
        quotients = [2 / a, -3 / b, 0.25 / a, 0 / b]
        total = quotients[0] * quotients[1] + quotients[2] + quotients[3]
        total.backward()
        """,
        "[c.data for c in quotients]",
        "[a.grad, b.grad]",
    )


@check("Value.__rtruediv__", points=2)
def test_one_over_one_over_value(probe):
    """1 / (1 / a) is a again, and so is its gradient."""
    probe(
        """
        a = Value(-0.4)
        b = 1 / a
        c = 1 / b
        d = c * 5.0 + 3 / (a * b + 1.0)
        d.backward()
        """,
        "[b.data, c.data, d.data]",
        "[c.grad, b.grad, a.grad]",
    )


@check("Value.__rtruediv__", points=2)
def test_numbers_over_values_in_any_graph(probe, rng):
    """In any graph with numbers above values, every value receives the right gradient."""
    text, observe = backward_program(rng, ("x + y", "x * y", "n / x", "x * n"), count=2, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.__rtruediv__", points=2)
def test_all_operators_in_any_graph(probe, rng):
    """In any graph with all operators, every value receives the right gradient."""
    text, observe = backward_program(rng, OPERATORS, count=3, leaves=4, steps=36)
    probe(text, *observe, abs=ABS)


@check("Value.__rtruediv__", points=1)
def test_formula_of_many_operators(probe):
    """A formula with every operator has the right number and gradients."""
    probe(
        """
        x = Value(0.75)
        y = Value(-1.25)
        u = (1 - x) / (2 + y * y) - 3 / (x - y)
        v = (u**2 + 0.5 * x) / (1 + u**2) - (-y) ** 1.5
        w = sum([u * v, v / x, 2 - u, -v])
        w.backward()
        """,
        "[u.data, v.data, w.data]",
        "[v.grad, u.grad, x.grad, y.grad]",
    )


@check("Value.__pow__", points=18)
def test_powers_digit_by_digit(probe, rng):
    """A power has the right slope digit by digit."""
    given = [(n, abs(number(rng)), number(rng)) for n in (3, 2.5, -1, 0.5, -2, 4)]
    probe(steps(*((f"a**{n}", (x,), upstream) for n, x, upstream in given)), "grads", rel=EXACT, abs=0.0)


@check("Value.__truediv__", points=8)
def test_quotients_digit_by_digit(probe, rng):
    """A quotient passes on its gradients digit by digit, however unequal its operands are."""
    lines = ["grads = []"]
    for high in (0, 20, -20):
        lines += [f"a = Value({magnitude(rng, high, high)})", f"b = Value({number(rng)})", "(a / b).backward()"]
        lines += [f"grads += [a.grad, b.grad * 1e{-high}]"]
    probe("\n".join(lines), "grads", rel=EXACT, abs=0.0)


@check("Value.__rtruediv__", points=7)
def test_numbers_over_values_digit_by_digit(probe, rng):
    """A number above a value passes its gradient on digit by digit."""
    lines = ["grads = []"]
    for _ in range(3):
        lines += [f"a = Value({number(rng)})", f"({number(rng)} / a).backward()", "grads.append(a.grad)"]
    probe("\n".join(lines), "grads", rel=EXACT, abs=0.0)


@check("Value.__sub__", points=8)
def test_differences_of_unequal_numbers(probe, rng):
    """A difference hands its gradient on however unequal its operands are."""
    lines = ["grads = []"]
    for high in (0, 40, -40):
        lines += [f"a = Value({magnitude(rng, high, high)})", f"b = Value({number(rng)})", "(a - b).backward()"]
        lines += ["grads += [a.grad, b.grad]"]
    probe("\n".join(lines), "grads", rel=EXACT, abs=0.0)

"""Hidden checks of exercise 3."""

from generators import ABS, EXACT, SUMS, SUMS_AND_PRODUCTS, by_hand_program, magnitude, number, steps

from grader.core.checks import exercise

check = exercise(3)


@check("Value.__add__", points=1)
def test_sum_reads_its_gradient_when_called(probe):
    """A sum reads its gradient at the moment of the call, and every call adds once more."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        seen = []
        for upstream in (2.0, -0.5, 0.0, 10.0):
            c.grad = upstream
            c._backward()
            seen.append([a.grad, b.grad])
        """,
        "seen",
    )


@check("Value.__add__", points=2)
def test_sum_adds_to_earlier_gradients(probe):
    """A sum adds to gradients that are there already, on both sides."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        a.grad = 100.0
        b.grad = -200.0
        c = a + b
        c.grad = 2.5
        c._backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__add__", points=1)
def test_sum_adds_to_a_whole_number(probe):
    """A sum adds to an earlier gradient that is a whole number as to any other."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        a.grad = 1
        b.grad = -2
        c = a + b
        c.grad = 2.5
        c._backward()
        """,
        "[a.grad, b.grad]",
        "[isinstance(v.grad, float) for v in (a, b)]",
    )


@check("Value.__add__", points=1)
def test_sum_changes_gradients_only(probe):
    """The backward step of a sum changes the gradients of its operands and nothing else."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        d = c + a
        c.grad = 2.5
        d.grad = 9.0
        c._backward()
        """,
        "[v.data for v in (a, b, c, d)]",
        "[v.grad for v in (a, b, c, d)]",
        "[v._op for v in (a, b, c, d)]",
    )


@check("Value.__add__", points=1, inherited=True)
def test_sum_still_remembers(probe):
    """A sum still remembers its operands and its operation."""
    probe(
        """
        a = Value(3)
        b = Value(3)
        c = a + b
        d = a + 5
        """,
        "[isinstance(c, Value), c.data, c._op]",
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]",
        "[d.data, d._op, all(isinstance(v, Value) for v in d._prev)]",
        "[c.grad, d.grad, a.grad, b.grad]",
    )


@check("Value.__add__", points=2)
def test_sums_do_not_overwrite_each_other(probe):
    """A value in many sums keeps them apart: each sum passes on its own gradient, in any order."""
    probe(
        """
        a = Value(1.0)
        b = Value(2.0)
        c = a + b
        d = a + c
        e = c + a
        for v, upstream in ((c, 1.0), (d, 10.0), (e, 100.0)):
            v.grad = upstream
        seen = []
        for v in (c, e, d):
            v._backward()
            seen.append([a.grad, b.grad, c.grad])
        a._backward()
        """,
        "seen",
        "[a.grad, b.grad, c.grad, d.grad, e.grad]",
    )


@check("Value.__add__", points=1)
def test_doubling_by_hand(probe):
    """Doubling a value by a + a again and again doubles its gradient each time."""
    probe(
        """
        values = [Value(0.5)]
        for step in range(8):
            values.append(values[-1] + values[-1])
        values[-1].grad = 1.0
        for v in reversed(values):
            v._backward()
        """,
        "[v.data for v in values]",
        "[v.grad for v in values]",
    )


@check("Value.__add__", points=2)
def test_any_sums_by_hand(probe, rng):
    """In any graph of sums, calling every step from last to first gives the right gradients."""
    text, observe = by_hand_program(rng, SUMS, count=3, leaves=3, steps=7)
    probe(text, *observe, abs=ABS)


@check("Value.__add__", points=12)
def test_sum_of_numbers_of_any_size(probe, rng):
    """A sum hands its gradient on digit by digit, however small, large or unequal its operands are."""
    probe(
        steps(
            ("a + b", (number(rng), number(rng)), number(rng)),
            ("a + b", (number(rng), magnitude(rng, 30, 60)), number(rng)),
            ("a + b", (magnitude(rng, 150, 300), magnitude(rng, -300, -150)), number(rng)),
            ("a + b", (f"{rng.uniform(1, 1.7):.2f}e308", f"{rng.uniform(1, 1.7):.2f}e308"), number(rng)),
        ),
        "grads",
        rel=EXACT,
        abs=0.0,
    )


@check("Value.__mul__", points=1)
def test_product_with_zero(probe):
    """A factor that is zero still receives the other factor as its gradient."""
    probe(
        """
        a = Value(0.0)
        b = Value(5.0)
        c = a * b
        c.grad = -2.0
        c._backward()
        d = Value(7.0)
        e = d * 0
        e.grad = 3.0
        e._backward()
        """,
        "[a.grad, b.grad, d.grad]",
    )


@check("Value.__mul__", points=2)
def test_product_reads_its_gradient_when_called(probe):
    """A product reads its gradient at the moment of the call, and every call adds once more."""
    probe(
        """
        a = Value(3.0)
        b = Value(-4.0)
        c = a * b
        seen = []
        for upstream in (2.0, -0.5, 0.0, 10.0):
            c.grad = upstream
            c._backward()
            seen.append([a.grad, b.grad])
        """,
        "seen",
    )


@check("Value.__mul__", points=1)
def test_product_adds_to_a_whole_number(probe):
    """A product adds to an earlier gradient that is a whole number as to any other."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        a.grad = 1
        b.grad = -2
        c = a * b
        c.grad = 2.5
        c._backward()
        """,
        "[a.grad, b.grad]",
        "[isinstance(v.grad, float) for v in (a, b)]",
    )


@check("Value.__mul__", points=2)
def test_square_adds_to_an_earlier_gradient(probe):
    """In a * a both shares are added to the gradient that a has already."""
    probe(
        """
        a = Value(-1.5)
        a.grad = 50.0
        c = a * a
        d = c * a
        d.grad = 2.0
        d._backward()
        c._backward()
        """,
        "a.grad",
        "c.grad",
    )


@check("Value.__mul__", points=1)
def test_product_of_whole_numbers_by_hand(probe):
    """Whole numbers on either side give the right gradients."""
    probe(
        """
        a = Value(3)
        b = Value(-2)
        c = a * b
        d = c * 4
        d.grad = 1
        d._backward()
        c._backward()
        """,
        "[c.data, d.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.__mul__", points=1)
def test_product_changes_gradients_only(probe):
    """The backward step of a product changes the gradients of its operands and nothing else."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a * b
        d = c * a
        c.grad = 2.5
        d.grad = 9.0
        c._backward()
        """,
        "[v.data for v in (a, b, c, d)]",
        "[v.grad for v in (a, b, c, d)]",
        "[v._op for v in (a, b, c, d)]",
        "[any(v is c for v in d._prev), any(v is a for v in d._prev)]",
    )


@check("Value.__mul__", points=2)
def test_equal_factors_are_apart(probe):
    """Two factors with the same number receive each their own gradient."""
    probe(
        """
        a = Value(2.0)
        b = Value(2.0)
        c = a * b
        d = a * 5.0
        c.grad = 3.0
        d.grad = 1.0
        d._backward()
        c._backward()
        """,
        "[a.grad, b.grad]",
    )


@check("Value.__mul__", points=2)
def test_products_do_not_overwrite_each_other(probe):
    """A value in many products keeps them apart: each passes on its own gradient, in any order."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = a * c
        e = c * b
        for v, upstream in ((c, 1.0), (d, 10.0), (e, 100.0)):
            v.grad = upstream
        seen = []
        for v in (c, e, d):
            v._backward()
            seen.append([a.grad, b.grad, c.grad])
        b._backward()
        """,
        "seen",
        "[a.grad, b.grad, c.grad, d.grad, e.grad]",
    )


@check("Value.__mul__", points=2)
def test_any_expression_by_hand(probe, rng):
    """In any graph of sums and products, calling every step from last to first gives the right gradients."""
    text, observe = by_hand_program(rng, SUMS_AND_PRODUCTS, count=2, leaves=3, steps=12)
    probe(text, *observe, abs=ABS)


@check("Value.__mul__", points=2)
def test_any_products_by_hand(probe, rng):
    """In any graph of products, calling every step from last to first gives the right gradients."""
    text, observe = by_hand_program(rng, ("x * y", "x * n"), count=3, leaves=3, steps=8)
    probe(text, *observe, abs=ABS)


@check("Value.__mul__", points=18)
def test_product_of_numbers_of_any_size(probe, rng):
    """A product passes on the other factor digit by digit, also where the product itself overflows or vanishes."""
    large, small = rng.randint(160, 300), rng.randint(170, 300)
    probe(
        steps(
            ("a * b", (number(rng), number(rng)), number(rng)),
            ("a * b", (magnitude(rng, large, large), magnitude(rng, large, large)), f"1e-{large}"),
            ("a * b", (magnitude(rng, -small, -small), magnitude(rng, -small, -small)), f"1e{small}"),
        ),
        "grads",
        rel=EXACT,
        abs=0.0,
    )

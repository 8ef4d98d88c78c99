"""Public checks of exercise 2."""

from grader.core.checks import exercise

check = exercise(2)


@check("Value.__add__", points=1)
def test_sum_of_two_values(probe):
    """Adding two values gives a Value whose data is the sum."""
    probe(
        """
        a = Value(2.0)
        b = Value(-5.0)
        c = a + b
        """,
        "isinstance(c, Value)",
        "c.data",
    )


@check("Value.__add__", points=2)
def test_sum_remembers_its_operands(probe):
    """A sum remembers the two values that it was made from."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a + b
        """,
        "len(c._prev)",
        "all(isinstance(v, Value) for v in c._prev)",
        "any(v is a for v in c._prev)",
        "any(v is b for v in c._prev)",
    )


@check("Value.__add__", points=1)
def test_sum_remembers_its_operation(probe):
    """A sum remembers '+' as its operation; a value made by hand has none."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a + b
        """,
        "a._op",
        "c._op",
    )


@check("Value.__add__", points=2)
def test_sum_with_a_plain_number(probe):
    """A plain number on the right of + becomes a Value, which the sum remembers too."""
    probe(
        """
        a = Value(2.0)
        c = a + 10.0
        """,
        "c.data",
        "all(isinstance(v, Value) for v in c._prev)",
        "sorted(v.data for v in c._prev if isinstance(v, Value))",
    )


@check("Value.__add__", points=1)
def test_sum_with_a_whole_number(probe):
    """A whole number on the right of + becomes a Value like any other number."""
    probe(
        """
        a = Value(2.5)
        c = a + 3
        """,
        "c.data",
        "all(isinstance(v, Value) for v in c._prev)",
        "sorted(v.data for v in c._prev if isinstance(v, Value))",
    )


@check("Value.__add__", points=1)
def test_sum_leaves_its_operands_alone(probe):
    """A sum is a new value: its operands keep their data and their history."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a + b
        """,
        "c is a or c is b",
        "[a.data, b.data, c.data]",
        "[len(a._prev), len(b._prev)]",
    )


@check("Value.__add__", points=1)
def test_equal_numbers_are_two_values(probe):
    """Values with the same number are not equal: each is equal to itself alone, and a set keeps them apart."""
    probe(
        """
        a = Value(2.0)
        b = Value(2.0)
        c = a + b
        d = a + b
        """,
        "[a == b, c == d, c == c]",
        "[c in {a, b, d}, len({a, b, c, d})]",
    )


@check("Value.__mul__", points=1)
def test_product_of_two_values(probe):
    """Multiplying two values gives a Value whose data is the product."""
    probe(
        """
        a = Value(2.0)
        b = Value(-5.0)
        c = a * b
        """,
        "isinstance(c, Value)",
        "c.data",
    )


@check("Value.__mul__", points=2)
def test_product_remembers_its_operands(probe):
    """A product remembers the two values that it was made from."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        """,
        "len(c._prev)",
        "all(isinstance(v, Value) for v in c._prev)",
        "any(v is a for v in c._prev)",
        "any(v is b for v in c._prev)",
    )


@check("Value.__mul__", points=1)
def test_product_remembers_its_operation(probe):
    """A product remembers '*' as its operation; a value made by hand has none."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        """,
        "a._op",
        "c._op",
    )


@check("Value.__mul__", points=2)
def test_product_with_a_plain_number(probe):
    """A plain number on the right of * becomes a Value, which the product remembers too."""
    probe(
        """
        a = Value(2.0)
        c = a * 10.0
        """,
        "c.data",
        "all(isinstance(v, Value) for v in c._prev)",
        "sorted(v.data for v in c._prev if isinstance(v, Value))",
    )


@check("Value.__mul__", points=1)
def test_product_with_a_whole_number(probe):
    """A whole number on the right of * becomes a Value like any other number."""
    probe(
        """
        a = Value(2.5)
        c = a * 3
        """,
        "c.data",
        "all(isinstance(v, Value) for v in c._prev)",
        "sorted(v.data for v in c._prev if isinstance(v, Value))",
    )


@check("Value.__mul__", points=2)
def test_result_of_a_longer_expression(probe):
    """In a * b + c the product is a value of its own, and the sum remembers it."""
    probe(
        """
        a = Value(2.0)
        b = Value(-3.0)
        c = Value(10.0)
        d = a * b + c
        """,
        "d.data",
        "d._op",
        "sorted(v.data for v in d._prev)",
        "sorted(v._op for v in d._prev)",
        "any(v is a or v is b for v in d._prev)",
    )

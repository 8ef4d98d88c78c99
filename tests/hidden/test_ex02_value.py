"""Hidden checks of exercise 2."""

from generators import SUMS, SUMS_AND_PRODUCTS, Graph

from grader.core.checks import exercise

check = exercise(2)

HISTORY = """
found = []
work = [{root}]
while work:
    v = work.pop()
    operands = list({{id(p): p for p in v._prev}}.values())
    found.append([v.data, v._op, sorted(p.data for p in operands)])
    work.extend(operands)
"""


@check("Value.__add__", points=1)
def test_sum_of_whole_and_negative_numbers(probe):
    """Whole numbers, negative numbers and zero are added like any others."""
    probe(
        """
        sums = [Value(2) + Value(-7), Value(0) + Value(0.5), Value(-1.5) + 0, Value(3) + -3]
        """,
        "[c.data for c in sums]",
        "[c._op for c in sums]",
    )


@check("Value.__add__", points=2)
def test_sum_of_one_value_with_itself(probe):
    """In a + a both operands are a itself."""
    probe(
        """
        a = Value(1.75)
        c = a + a
        """,
        "c.data",
        "len(c._prev) > 0 and all(v is a for v in c._prev)",
    )


@check("Value.__add__", points=2)
def test_sum_of_equal_numbers(probe):
    """Two values with the same number are two operands, not one."""
    probe(
        """
        a = Value(2.5)
        b = Value(2.5)
        c = a + b
        """,
        "len(c._prev)",
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]",
    )


@check("Value.__add__", points=1)
def test_number_in_a_sum_is_a_leaf(probe):
    """A plain number in a sum becomes a leaf: it has no operation and no operands."""
    probe(
        """
        a = Value(1.5)
        b = a + 4
        c = b + -2.5
        """,
        "[[v.data, v._op, len(v._prev)] for v in b._prev if v is not a]",
        "[[v.data, v._op, len(v._prev)] for v in c._prev if v is not b]",
        "c.data",
    )


@check("Value.__add__", points=1)
def test_each_sum_is_a_new_value(probe):
    """The same sum made twice gives two values, fresh ones without gradient."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        a.grad = 7.0
        c = a + b
        d = a + b
        """,
        "c is d",
        "[c.data, d.data]",
        "[c.grad, d.grad, a.grad]",
    )


@check("Value.__add__", points=2)
def test_history_of_any_sum(probe, rng):
    """A value made by many sums remembers its whole history, step by step."""
    graph = Graph(rng, "v", SUMS, leaves=3, steps=6)
    probe(graph.text + HISTORY.format(root=graph.root), "len(found)", "sorted(found)", f"{graph.root}.data")


@check("Value.__mul__", points=1)
def test_product_of_whole_and_negative_numbers(probe):
    """Whole numbers, negative numbers and zero are multiplied like any others."""
    probe(
        """
        products = [Value(2) * Value(-7), Value(0) * Value(0.5), Value(-1.5) * -2, Value(3) * 1]
        """,
        "[c.data for c in products]",
        "[c._op for c in products]",
    )


@check("Value.__mul__", points=2)
def test_product_of_one_value_with_itself(probe):
    """In a * a both operands are a itself."""
    probe(
        """
        a = Value(1.5)
        c = a * a
        d = c * c
        """,
        "[c.data, d.data]",
        "len(c._prev) > 0 and all(v is a for v in c._prev)",
        "len(d._prev) > 0 and all(v is c for v in d._prev)",
    )


@check("Value.__mul__", points=2)
def test_product_of_equal_numbers(probe):
    """Two factors with the same number are two operands, not one."""
    probe(
        """
        a = Value(-3.0)
        b = Value(-3.0)
        c = a * b
        """,
        "len(c._prev)",
        "[any(v is a for v in c._prev), any(v is b for v in c._prev)]",
    )


@check("Value.__mul__", points=1)
def test_number_in_a_product_is_a_leaf(probe):
    """A plain number in a product becomes a leaf: it has no operation and no operands."""
    probe(
        """
        a = Value(1.5)
        b = a * 4
        c = b * 0
        """,
        "[[v.data, v._op, len(v._prev)] for v in b._prev if v is not a]",
        "[[v.data, v._op, len(v._prev)] for v in c._prev if v is not b]",
        "c.data",
    )


@check("Value.__mul__", points=1)
def test_product_leaves_its_operands_alone(probe):
    """A product is a new value: its operands keep data, gradient and history."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        b.grad = 5.0
        c = b * b
        d = b * a
        """,
        "any(v is b or v is a for v in (c, d))",
        "[a.data, b.data, c.data, d.data]",
        "[a.grad, b.grad, c.grad, d.grad]",
        "[a._op, b._op, len(a._prev), len(b._prev)]",
    )


@check("Value.__mul__", points=1)
def test_very_large_and_very_small_numbers(probe):
    """Very large and very small numbers are multiplied without loss."""
    probe(
        """
        c = Value(1e300) * Value(1e-300)
        d = Value(3e200) * 2e100
        """,
        "c.data",
        "d.data",
    )


@check("Value.__mul__", points=2)
def test_history_of_any_expression(probe, rng):
    """A value made by many sums and products remembers its whole history, step by step."""
    graph = Graph(rng, "v", SUMS_AND_PRODUCTS, leaves=3, steps=8)
    probe(graph.text + HISTORY.format(root=graph.root), "len(found)", "sorted(found)", f"{graph.root}.data")

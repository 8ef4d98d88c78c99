"""Public checks of exercise 3."""

from grader.core.checks import exercise

check = exercise(3)


@check("Value.__add__", points=1)
def test_sum_passes_its_gradient_on(probe):
    """A sum passes its own gradient to both operands."""
    probe(
        """
        a = Value(3.0)
        b = Value(-2.0)
        c = a + b
        c.grad = 5.0
        c._backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__add__", points=2)
def test_sum_of_a_value_with_itself(probe):
    """In a + a the value is used twice and receives the gradient twice."""
    probe(
        """
        a = Value(3.0)
        c = a + a
        c.grad = 1.5
        c._backward()
        """,
        "a.grad",
    )


@check("Value.__add__", points=2)
def test_two_sums_add_up_their_gradients(probe):
    """Operands of two sums receive both gradients: the second is added to the first."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        d = a + b
        c.grad = 2.0
        d.grad = 10.0
        c._backward()
        d._backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__add__", points=1)
def test_sum_waits_until_it_is_called(probe):
    """Making a sum stores its backward step; gradients change only when the step is called."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        c.grad = 2.0
        before = [a.grad, b.grad]
        c._backward()
        after = [a.grad, b.grad]
        """,
        "before",
        "after",
    )


@check("Value.__add__", points=1)
def test_each_call_of_a_sum_adds_once_more(probe):
    """Each call of a sum's step adds its gradient once more and changes nothing else."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        c.grad = 2.0
        c._backward()
        c._backward()
        c.grad = -0.5
        c._backward()
        """,
        "[a.grad, b.grad]",
        "[a.data, b.data, c.data, c.grad]",
        "[any(v is x for v in c._prev) for x in (a, b)]",
    )


@check("Value.__add__", points=1)
def test_sum_with_a_number_passes_its_gradient_on(probe):
    """A sum with a plain number still passes its gradient to the value."""
    probe(
        """
        a = Value(3.0)
        c = a + 7.0
        c.grad = 4.0
        c._backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__add__", points=1, inherited=True)
def test_sum_still_remembers_its_operands(probe):
    """A sum remembers its operands and its operation, as in exercise 2."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        operands = sorted(v.data for v in c._prev)
        """,
        "c.data",
        "operands",
        "c._op",
    )


@check("Value.__add__", points=1)
def test_step_of_a_sum_belongs_to_the_sum(probe):
    """The step is the result's own: the steps of its operands stay what they were."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a + b
        c.grad = 2.0
        a._backward()
        b._backward()
        before = [a.grad, b.grad]
        c._backward()
        """,
        "before",
        "[a.grad, b.grad]",
    )


@check("Value.__add__", points=1)
def test_sum_passes_on_one_step_only(probe):
    """A sum passes its gradient to its own operands; what these were made from has to wait."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        d = a + b
        e = d + 2
        e.grad = 5.0
        e._backward()
        before = [a.grad, b.grad, d.grad]
        d._backward()
        """,
        "before",
        "[a.grad, b.grad, d.grad, e.grad]",
    )


@check("Value.__mul__", points=2)
def test_product_uses_the_other_factor(probe):
    """In a product each factor receives the other's data times the product's gradient."""
    probe(
        """
        a = Value(3.0)
        b = Value(-2.0)
        c = a * b
        c.grad = 5.0
        c._backward()
        """,
        "c.data",
        "a.grad",
        "b.grad",
    )


@check("Value.__mul__", points=2)
def test_product_of_a_value_with_itself(probe):
    """In a * a the value is used twice and receives both gradients, 2 * a in all."""
    probe(
        """
        a = Value(3.0)
        c = a * a
        c.grad = 1.5
        c._backward()
        """,
        "a.grad",
    )


@check("Value.__mul__", points=2)
def test_product_adds_to_earlier_gradients(probe):
    """A product adds to gradients that are there already and does not compute with them."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        a.grad = 100.0
        b.grad = 200.0
        c = a * b
        c.grad = 2.0
        c._backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.__mul__", points=1)
def test_each_call_of_a_product_adds_once_more(probe):
    """Each call of a product's step adds its shares once more and changes nothing else."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a * b
        c.grad = 2.0
        c._backward()
        c._backward()
        c.grad = -0.5
        c._backward()
        """,
        "[a.grad, b.grad]",
        "[a.data, b.data, c.data, c.grad]",
        "[any(v is x for v in c._prev) for x in (a, b)]",
    )


@check("Value.__mul__", points=1)
def test_product_with_a_number_passes_its_gradient_on(probe):
    """A product with a plain number passes number times gradient to the value."""
    probe(
        """
        a = Value(3.0)
        c = a * 7.0
        c.grad = 2.0
        c._backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.__mul__", points=1)
def test_product_with_a_factor_of_zero(probe):
    """A factor that is zero receives the other factor times the gradient, like any other."""
    probe(
        """
        a = Value(0.0)
        b = Value(-3.0)
        c = a * b
        d = b * 0
        c.grad = 4.0
        d.grad = 1.0
        c._backward()
        d._backward()
        """,
        "[a.grad, b.grad]",
        "d.data",
    )


@check("Value.__mul__", points=2)
def test_two_steps_by_hand(probe):
    """The chain rule by hand: first the last result's step, then that of its operand."""
    probe(
        """
        a = Value(2.0)
        b = Value(-3.0)
        c = Value(10.0)
        d = a * b
        e = d * c
        e.grad = 1.0
        e._backward()
        d._backward()
        """,
        "[e.grad, d.grad]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.__mul__", points=1, inherited=True)
def test_product_still_remembers_its_operands(probe):
    """A product remembers its operands and its operation, as in exercise 2."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a * b
        operands = sorted(v.data for v in c._prev)
        """,
        "c.data",
        "operands",
        "c._op",
    )

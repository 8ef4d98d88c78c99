"""Public checks of exercise 4."""

from grader.core.checks import exercise

check = exercise(4)


@check("topological_order", points=1)
def test_every_value_once_and_the_root_last(probe):
    """Every value that the root depends on is in the list once, and the root is last."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = c + a
        order = list(topological_order(d))
        """,
        "len(order)",
        "[sum(v is x for v in order) for x in (a, b, c, d)]",
        "order[-1] is d",
    )


@check("topological_order", points=2)
def test_order_where_one_way_is_longer(probe):
    """A value comes before all of its consumers, also where one way to the root is longer."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        short = b * 5.0
        long = (b * b + 1.0) * 4.0
        c = short + long
        order = list(topological_order(c))
        place = {id(v): i for i, v in enumerate(order)}
        late = sum(place.get(id(p), len(order)) > place[id(v)] for v in order for p in v._prev)
        """,
        "len(order)",
        "late",
    )


@check("topological_order", points=2)
def test_order_of_a_ladder(probe):
    """A ladder of ten shared values comes in order: operands first, each value once."""
    probe(
        """
        a = Value(0.5)
        x = a
        for step in range(10):
            u = a * 2.0
            short = x * u + u
            long = (u + x * u) * 3.0 * 4.0
            x = short + long
        order = list(topological_order(x))
        place = {id(v): i for i, v in enumerate(order)}
        late = sum(place.get(id(p), len(order)) > place[id(v)] for v in order for p in v._prev)
        """,
        "len(order)",
        "late",
    )


@check("topological_order", points=1)
def test_only_what_the_root_depends_on(probe):
    """Values that the root does not depend on are not in the list."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a + b
        d = c * a
        order = list(topological_order(c))
        """,
        "len(order)",
        "[any(v is x for v in order) for x in (a, b, c, d)]",
    )


@check("topological_order", points=1)
def test_order_is_a_list_and_changes_nothing(probe):
    """The order is a list, and making it changes no value."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        b.grad = 4.0
        order = topological_order(b)
        """,
        "isinstance(order, list)",
        "[v is b for v in order]",
        "[[v.data, v.grad, len(v._prev)] for v in (a, b)]",
    )


@check("topological_order", points=1)
def test_order_does_not_go_along_every_way(probe):
    """Each value is walked through once: the work does not double where a value is used twice."""
    probe(
        """
        class Noted(Value):
            asked = 0
            operands = ()

            @property
            def _prev(self):
                Noted.asked += 1
                return self.operands

            @_prev.setter
            def _prev(self, operands):
                self.operands = operands

        x = Noted(1.0)
        for step in range(12):
            x = Noted(2.0 * x.data, (x, x), "+")
        order = list(topological_order(x))
        """,
        "len(order)",
        "Noted.asked < 200",
    )


@check("topological_order", points=1, deep=True)
def test_chain_of_five_thousand_additions(probe):
    """A chain of 5,000 additions works; a recursive walk would be too deep for Python."""
    probe(
        """
        a = Value(1.0)
        total = a
        for step in range(5000):
            total = total + a
        order = list(topological_order(total))
        """,
        "len(order)",
        "order[0] is a",
        "order[-1] is total",
    )


@check("Value.backward", points=1)
def test_root_starts_with_gradient_one(probe):
    """The value on which backward is called gets the gradient 1, and its operands theirs."""
    probe(
        """
        a = Value(3.0)
        b = Value(-4.0)
        c = a * b
        c.backward()
        """,
        "c.grad",
        "a.grad",
        "b.grad",
    )


@check("Value.backward", points=1)
def test_backward_starts_anew_from_one(probe):
    """backward starts from 1, whatever gradient the root has had before, and returns nothing."""
    probe(
        """
        a = Value(3.0)
        b = Value(-2.0)
        c = a * b
        c.grad = 7.0
        returned = c.backward()
        """,
        "[a.grad, b.grad]",
        "returned is None",
    )


@check("Value.backward", points=1)
def test_gradients_reach_the_first_values(probe):
    """Gradients go all the way back, through every value in between."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        c = b + 1.0
        d = c * 5.0
        e = d * 2.0
        e.backward()
        """,
        "[d.grad, c.grad, b.grad]",
        "a.grad",
    )


@check("Value.backward", points=2)
def test_two_ways_of_unequal_length(probe):
    """A value passes its gradient on only when all of its consumers, near and far, are done."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        short = b * 5.0
        long = (b * 2.0 + 1.0) * 4.0
        c = short + long
        c.backward()
        """,
        "b.grad",
        "a.grad",
    )


@check("Value.backward", points=2)
def test_used_early_and_again_much_later(probe):
    """Values that are used at two depths, as u in x * u + u, receive both gradients."""
    probe(
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
        "x.data",
        "a.grad",
    )


@check("Value.backward", points=2)
def test_ladder_of_shared_values(probe):
    """A ladder of twelve shared values gives every value the gradients of all its uses."""
    probe(
        """
        a = Value(0.5)
        x = a
        for step in range(12):
            short = x * 0.5
            long = (x * 0.5 + 1.0) * 2.0
            x = short + long
        x.backward()
        """,
        "x.data",
        "a.grad",
    )


@check("Value.backward", points=1)
def test_two_results_share_a_value(probe):
    """backward adds to the gradients that an earlier result has left and does not erase them."""
    probe(
        """
        a = Value(3.0)
        b = Value(4.0)
        c = a * b
        d = a + b
        c.backward()
        d.backward()
        """,
        "a.grad",
        "b.grad",
    )


@check("Value.backward", points=1)
def test_graph_stays_after_backward(probe):
    """After backward every value still has its operands, and passes its gradient on for another result."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = c + a
        d.backward()
        for v in (a, b, c):
            v.grad = 0.0
        e = c * 4.0
        e.backward()
        """,
        "[any(v is x for v in c._prev) for x in (a, b)]",
        "[any(v is x for v in d._prev) for x in (c, a)]",
        "[a.grad, b.grad]",
    )


@check("Value.backward", points=1, deep=True)
def test_backward_through_five_thousand_additions(probe):
    """Gradients come back through 5,000 additions; a recursive walk would be too deep for Python."""
    probe(
        """
        a = Value(1.0)
        b = Value(0.5)
        total = a
        for step in range(5000):
            total = total + b
        total.backward()
        """,
        "[a.grad, b.grad]",
    )

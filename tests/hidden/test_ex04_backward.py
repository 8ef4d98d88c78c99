"""Hidden checks of exercise 4."""

from generators import ABS, SUMS_AND_PRODUCTS, backward_program, graphs, number

from grader.core.checks import exercise

check = exercise(4)

IN_ORDER = """
def in_order(root):
    order = list(topological_order(root))
    place = {id(v): i for i, v in enumerate(order)}
    first = all(place[id(p)] < place[id(v)] for v in order for p in v._prev)
    return [len(order), len(place), first, order[-1] is root]

"""


@check("topological_order", points=1)
def test_order_of_a_leaf(probe):
    """The order of a value that was made from nothing is that value alone."""
    probe(
        """
        a = Value(2.0)
        order = list(topological_order(a))
        """,
        "[v is a for v in order]",
        "order[0].data",
    )


@check("topological_order", points=2)
def test_order_with_equal_numbers(probe):
    """Values with the same number are different values; all of them are in the list."""
    probe(
        """
        a = Value(1.0)
        b = Value(1.0)
        c = a * b
        d = Value(1.0) * c
        order = list(topological_order(d))
        """,
        "len(order)",
        "[sum(v is x for v in order) for x in (a, b, c, d)]",
        "order[-1] is d",
    )


@check("topological_order", points=1)
def test_order_with_plain_numbers(probe):
    """Plain numbers that became values are in the list, each of them."""
    probe(
        """
        a = Value(2.0)
        b = a + 1.0
        c = b * 1.0
        d = c + 1.0
        order = list(topological_order(d))
        """,
        "sorted(v.data for v in order)",
        "[i for i, v in enumerate(order) if v is d]",
    )


@check("topological_order", points=1)
def test_order_of_a_value_with_itself(probe):
    """In a + a and a * a the value is in the list once."""
    probe(
        """
        a = Value(3.0)
        b = a + a
        c = b * b
        order = list(topological_order(c))
        """,
        "[[v is x for x in (a, b, c)] for v in order]",
    )


@check("topological_order", points=2)
def test_order_of_many_doublings(probe):
    """Fifty doublings are fifty values and their leaf: the work does not double with each."""
    probe(
        """
        x = Value(1.0)
        for step in range(50):
            x = x + x
        order = list(topological_order(x))
        """,
        "len(order)",
        "order[-1] is x",
    )


@check("topological_order", points=1)
def test_order_changes_nothing(probe):
    """Asking for the order changes no value, and asking again gives as many."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        c = b + a
        c.grad = 4.0
        b.grad = 5.0
        first = list(topological_order(c))
        part = list(topological_order(b))
        second = list(topological_order(c))
        """,
        "[len(first), len(part), len(second)]",
        "[[v.data, v.grad] for v in (a, b, c)]",
    )


@check("topological_order", points=1)
def test_order_of_a_zigzag(probe):
    """Where each value is made from the two before it, the list has them just as they were made."""
    probe(
        """
        values = [Value(2.0)]
        values.append(values[0] * values[0])
        for step in range(5):
            values.append(values[-1] + values[-2])
            values.append(values[-2] + values[-1])
        order = list(topological_order(values[-1]))
        """,
        "[[v.data for v in values].index(v.data) for v in order]",
    )


@check("topological_order", points=2)
def test_order_of_many_levels(probe):
    """Where each value is used on the next four levels, operands still come before consumers."""
    probe(
        IN_ORDER
        + """
levels = [Value(1.0), Value(0.5), Value(0.25), Value(0.125)]
for step in range(60):
    p, q, r, s = levels[-4:]
    levels.append((s + q) * 0.25 + (p + s) * 0.125 + (r + p) * 0.125)
found = in_order(levels[-1])
""",
        "found",
    )


@check("topological_order", points=2)
def test_order_of_any_graph(probe, rng):
    """In any graph, operands come before their consumers, each value once, the root last."""
    made = graphs(rng, SUMS_AND_PRODUCTS, count=5, steps=40)
    text = "\n".join(graph.text for graph in made)
    probe(IN_ORDER + text, f"[in_order(root) for root in ({', '.join(g.root for g in made)})]")


@check("topological_order", points=1, deep=True)
def test_order_of_a_very_deep_graph(probe):
    """A graph 20,000 operations deep has an order; a recursive walk would be too deep for Python."""
    probe(
        IN_ORDER
        + """
x = Value(1.0)
for step in range(20_000):
    if step % 1000 == 0:
        a = Value(1.0)
    x = x + a
found = in_order(x)
""",
        "found",
    )


@check("Value.backward", points=1)
def test_backward_of_a_leaf(probe):
    """A value that was made from nothing has the gradient one with respect to itself."""
    probe(
        """
        a = Value(5.0)
        b = Value(6.0)
        nothing = a.backward()
        """,
        "[a.grad, b.grad]",
        "nothing is None",
    )


@check("Value.backward", points=2)
def test_backward_of_many_doublings(probe):
    """Fifty doublings pass the gradient back along all ways at once."""
    probe(
        """
        a = Value(1.0)
        x = a
        for step in range(50):
            x = x + x
        x.backward()
        """,
        "x.data",
        "a.grad",
    )


@check("Value.backward", points=1)
def test_backward_of_powers_by_products(probe):
    """Gradients of a * a and a * a * a and of their sum are those of the powers of a."""
    probe(
        """
        a = Value(-1.5)
        c = a * a * a + a * a + a + a
        c.backward()
        """,
        "c.data",
        "a.grad",
    )


@check("Value.backward", points=2)
def test_two_losses_share_their_parameters(probe):
    """Two losses that share parameters add up their gradients, unless these are set back between."""
    probe(
        """
        w = Value(0.5)
        b = Value(-1.0)
        first = (w * 2.0 + b) * (w * 2.0 + b)
        second = (w * -3.0 + b) * (b + 4.0)
        first.backward()
        one = [w.grad, b.grad]
        second.backward()
        both = [w.grad, b.grad]
        w.grad = 0.0
        b.grad = 0.0
        (w * b + w).backward()
        """,
        "one",
        "both",
        "[w.grad, b.grad]",
    )


@check("Value.backward", points=1)
def test_backward_leaves_other_values_alone(probe):
    """Values outside of the graph keep their gradients, and nobody's data changes."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = c * a
        d.grad = 7.0
        b.grad = 100.0
        c.backward()
        """,
        "[v.data for v in (a, b, c, d)]",
        "[a.grad, b.grad, d.grad]",
    )


@check("Value.backward", points=1)
def test_earlier_gradient_of_the_root_does_not_count(probe):
    """backward starts from one, whatever gradient the root has had before."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        c.grad = 50.0
        c.backward()
        """,
        "[a.grad, b.grad]",
    )


@check("Value.backward", points=1)
def test_backward_with_equal_numbers(probe):
    """Values with the same number receive each their own gradient."""
    probe(
        """
        a = Value(2.0)
        b = Value(2.0)
        c = Value(2.0)
        d = a * b
        e = b * c
        f = (d + a * 3.0) * (e + c * 5.0)
        f.backward()
        """,
        "[v.grad for v in (a, b, c, d, e)]",
    )


@check("Value.backward", points=1)
def test_infinite_factor(probe):
    """An infinite factor gives an infinite gradient, as nobody passes on anything before having received it."""
    probe(
        """
        a = Value(2.0)
        b = a * float("inf")
        c = b + 1.0
        c.backward()
        """,
        "c.data",
        "[a.grad, b.grad]",
    )


@check("Value.backward", points=2)
def test_long_and_short_ways(probe, rng):
    """Values that are used at once and again much later wait for all of their consumers."""
    steps = [(number(rng, 0.3, 0.6), number(rng, 0.3, 0.6), number(rng, 0.4, 0.8)) for _ in range(14)]
    probe(
        f"""
        a = Value(0.5)
        x = a
        y = a * 0.25
        inner = []
        for near, far, shift in {steps}:
            u = x + y * 0.5
            short = u * near
            long = ((u * far + shift) * 0.5 + 0.1) * 0.75
            x, y = long + short * 0.5, short * 0.5 + u * 0.125 + long
            inner.append(u)
        root = x + y
        root.backward()
        """,
        "root.data",
        "a.grad",
        "[u.grad for u in inner]",
        abs=ABS,
    )


@check("Value.backward", points=2)
def test_gradients_of_any_graph(probe, rng):
    """In any graph of sums and products, every value receives the right gradient."""
    text, observe = backward_program(rng, SUMS_AND_PRODUCTS, count=5, steps=40)
    probe(text, *observe, abs=ABS)


@check("Value.backward", points=2)
def test_gradients_of_any_sums(probe, rng):
    """In any graph of sums and multiples, every value receives its gradients along all ways to it."""
    text, observe = backward_program(rng, ("x + y", "x * n"), count=6, leaves=3, steps=40)
    probe(text, *observe, abs=ABS)


@check("Value.backward", points=1, deep=True)
def test_backward_through_a_very_deep_graph(probe):
    """Gradients come back through 20,000 operations; a recursive walk would be too deep for Python."""
    probe(
        """
        a = Value(1.0)
        b = Value(0.999)
        x = a
        for step in range(10_000):
            x = x * b + a
        x.backward()
        """,
        "x.data",
        "[a.grad, b.grad]",
    )


@check("Value.backward", points=1)
def test_graph_serves_a_second_result(probe):
    """A value that was walked through for one result passes on its gradient for the next one as well."""
    probe(
        """
        a = Value(2.0)
        b = Value(-3.0)
        c = a * b
        d = c * 5.0
        e = c + a
        d.backward()
        for v in (a, b, c):
            v.grad = 0.0
        e.backward()
        """,
        "[any(v is x for v in c._prev) for x in (a, b)]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.backward", points=12)
def test_gradients_of_thousands_of_values(probe, rng):
    """One pass finds the gradients of thousands of values in the time of one pass."""
    probe(
        f"""
        leaves = [Value(i * {abs(number(rng))}) for i in range(2048)]
        layer = leaves
        while len(layer) > 1:
            layer = [one * {abs(number(rng, 0.9, 0.99))} + other * {abs(number(rng, 0.9, 0.99))}
                     for one, other in zip(layer[::2], layer[1::2])]
        layer[0].backward()
        """,
        "[leaf.grad for leaf in leaves]",
        abs=ABS,
    )


@check("Value.backward", points=12)
def test_backward_calls_the_step_of_each_value(probe, rng):
    """backward calls the step that a value brings along, once and in its turn, whatever that step does."""
    probe(
        f"""
        seen = []

        class Odd(Value):
            def step(self):
                seen.append(self.grad)
                for operand in self._prev:
                    operand.grad += {number(rng, 2, 9)} * self.grad

            _backward = property(lambda self: self.step, lambda self, step: None)

        a = Value({number(rng)})
        b = a * {number(rng)}
        odd = Odd({number(rng)}, (b, a), "odd")
        root = odd * {number(rng)} + odd * b
        root.backward()
        """,
        "seen",
        "[a.grad, b.grad, odd.grad]",
    )

"""Public checks of exercise 7."""

from grader.core.checks import exercise

check = exercise(7)


@check("trace", points=1)
def test_trace_finds_every_value(probe):
    """The nodes are all values that the root depends on, and the root itself."""
    probe(
        """
        a = Value(2.0)
        b = Value(-3.0)
        c = Value(10.0)
        d = a * b + c
        nodes, edges = trace(d)
        """,
        "sorted(v.data for v in nodes)",
        "any(v is d for v in nodes)",
    )


@check("trace", points=2)
def test_edges_go_from_operand_to_result(probe):
    """An edge is a pair: first the operand, then the result that was made from it."""
    probe(
        """
        a = Value(2.0)
        b = Value(5.0)
        c = a * b
        d = c + a
        nodes, edges = trace(d)
        """,
        "len(edges)",
        "sorted((operand.data, result.data) for operand, result in edges)",
    )


@check("trace", points=2)
def test_trace_of_shared_values(probe):
    """A value that is used in several places is one node with one edge to each result."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        c = b * b
        d = c + b
        nodes, edges = trace(d)
        pairs = [(id(operand), id(result)) for operand, result in edges]
        """,
        "len(nodes)",
        "len(edges)",
        "[(id(p), id(v)) in pairs for p, v in ((b, c), (b, d), (c, d))]",
    )


@check("trace", points=1)
def test_trace_of_a_single_value(probe):
    """A value that was made from nothing is the only node, and there are no edges."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        nodes, edges = trace(a)
        more_nodes, more_edges = trace(a * b)
        """,
        "[v is a for v in nodes]",
        "len(edges)",
        "[len(more_nodes), len(more_edges)]",
    )


@check("trace", points=1)
def test_trace_of_a_ladder(probe):
    """In a ladder of ten shared values every value is one node, however many ways lead to it."""
    probe(
        """
        x = Value(1.0)
        for step in range(10):
            x = x + Value(0.5, (x,), "half")
        nodes, edges = trace(x)
        """,
        "len(nodes)",
        "len(edges)",
    )


@check("trace", points=1)
def test_trace_gives_nodes_first_and_then_edges(probe):
    """The result is two sets, first the nodes and then the edges."""
    probe(
        """
        a = Value(2.0)
        b = a * a
        nodes, edges = trace(b)
        """,
        "[isinstance(found, (set, frozenset)) for found in (nodes, edges)]",
        "sorted(v.data for v in nodes)",
        "[[operand is a, result is b] for operand, result in edges]",
    )


@check("trace", points=1)
def test_trace_does_not_go_along_every_way(probe):
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
        nodes, edges = trace(x)
        """,
        "[len(nodes), len(edges)]",
        "Noted.asked < 200",
    )


@check("trace", points=1, deep=True)
def test_trace_of_five_thousand_additions(probe):
    """A chain of 5,000 additions can be traced; a recursive walk would be too deep for Python."""
    probe(
        """
        a = Value(1.0)
        total = a
        for step in range(5000):
            total = total + a
        nodes, edges = trace(total)
        """,
        "[len(nodes), len(edges)]",
    )


@check("draw_dot", points=1)
def test_picture_runs_from_left_to_right(probe):
    """The picture runs from left to right and draws every value as a record."""
    probe(
        """
        import re

        a = Value(2.0)
        b = Value(3.0)
        c = a + b
        text = draw_dot(c).source.replace('"', "")
        """,
        "sorted(set(re.findall(r'rankdir=(\\w+)', text)))",
        "re.findall(r'shape=(record\\w*)', text)",
    )


@check("draw_dot", points=2)
def test_picture_shows_label_data_and_gradient(probe):
    """The box of a value shows its label, its data and its gradient with four decimals."""
    probe(
        """
        a = Value(2.0, label="a")
        b = Value(3.0, label="b")
        c = a * b
        c.backward()
        dot = draw_dot(c)
        other = draw_dot(Value(100 / 3))
        """,
        "'\"{ a | data 2.0000 | grad 3.0000 }\"' in dot.source",
        "'\"{ b | data 3.0000 | grad 2.0000 }\"' in dot.source",
        "'data 6.0000 | grad 1.0000' in dot.source",
        "sorted(part.split()[0] for part in (dot.source + other.source).split('data ')[1:])",
        "dot.source.count('| grad ')",
    )


@check("draw_dot", points=1)
def test_picture_shows_the_operations(probe):
    """Every operation has a box of its own that shows its name."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = c + a + b
        dot = draw_dot(d)
        text = dot.source.replace('"', "")
        """,
        "text.count('label=*')",
        "text.count('label=+')",
    )


@check("draw_dot", points=1)
def test_picture_counts_its_arrows(probe):
    """There is an arrow for each edge of trace, and one from each operation to its result."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0)
        c = a * b
        d = c + a
        dot = draw_dot(d)
        """,
        "dot.source.count('->')",
    )


@check("draw_dot", points=2)
def test_arrows_pass_through_the_operation(probe):
    """An arrow goes from the operand to the operation, and from the operation to the result."""
    probe(
        """
        a = Value(2.0)
        b = Value(0.5, (a,), "half")
        c = Value(0.125, (b,), "fourth")
        text = draw_dot(c).source.replace('"', "")
        for v, name in ((a, "a"), (b, "b"), (c, "c")):
            text = text.replace(str(id(v)), name)
        arrows = sorted(line.strip().split("[")[0].strip(" ;") for line in text.splitlines() if "->" in line)
        """,
        "arrows",
    )


@check("draw_dot", points=1)
def test_boxes_have_the_names_of_their_values(probe):
    """The box of a value has its id as name; that of an operation has the result's id and its own name."""
    probe(
        """
        a = Value(2.0)
        c = Value(0.5, (a,), "half")
        text = draw_dot(c).source.replace('"', "")
        boxes = [line.split("[")[0].strip() for line in text.splitlines() if "label=" in line]
        """,
        "[boxes.count(name) for name in (f'{id(a)}', f'{id(c)}', f'{id(c)}half')]",
        "len(boxes)",
    )


@check("draw_dot", points=1)
def test_shared_value_is_drawn_once(probe):
    """A value that is used twice is drawn once, with one arrow for each edge."""
    probe(
        """
        a = Value(2.0)
        b = Value(3.0, (a,), "inc")
        c = b * a
        d = c + b
        text = draw_dot(d).source
        """,
        "text.count('| grad ')",
        "text.count('->')",
    )


@check("draw_dot", points=1)
def test_picture_of_a_single_value(probe):
    """A value that was made from nothing is one box without arrows."""
    probe(
        """
        a = Value(2.0)
        dot = draw_dot(a)
        """,
        "dot.source.count('data 2.0000')",
        "dot.source.count('shape=record')",
        "dot.source.count('->')",
    )

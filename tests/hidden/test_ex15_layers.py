"""Hidden checks of exercise 15."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(15)


def rows(rng, count, width):
    """A matrix of Values, as text."""
    return "[" + ", ".join(f"[Value(x) for x in {numbers(rng, width)}]" for _ in range(count)) + "]"


def weighted(name, width, rng):
    """A number with a gradient for each entry of a vector."""
    return f"sum((v * c for v, c in zip({name}, {numbers(rng, width)})), Value(0.0))"


@check("Linear.__call__", points=1)
def test_more_outputs_than_inputs_and_fewer(probe):
    """A layer may widen or narrow a vector, and every output is one of its rows."""
    probe(
        """
        wide = Linear(1, 4)
        wide.w = [[Value(i - 1.5)] for i in range(4)]
        narrow = Linear(4, 1)
        narrow.w = [[Value(0.5 * i) for i in range(4)]]
        hidden = wide([Value(-2.0)])
        outputs = narrow(hidden)
        """,
        "[v.data for v in hidden]",
        "[v.data for v in outputs]",
    )


@check("Linear.__call__", points=1)
def test_wrong_numbers_of_inputs(probe):
    """Inputs that are too few, too many or none raise ValueError, whatever the number of rows is."""
    probe(
        """
        results = []
        for layer in (Linear(2, 2), Linear(3, 1)):
            for row in layer.w:
                for i, w in enumerate(row):
                    w.data = 0.5 + i
            for x in ([], [1.0], [1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]):
                try:
                    results.append([v.data for v in layer(x)])
                except ValueError:
                    results.append("ValueError")
        """,
        "results",
    )


@check("Linear.__call__", points=1)
def test_weights_that_were_moved(probe):
    """A layer computes with the weights that it has now, after a step too."""
    probe(
        """
        layer = Linear(2, 2)
        for i, w in enumerate([*layer.w[0], *layer.w[1]]):
            w.data = 0.25 * i
        outputs = []
        for _ in range(3):
            first, second = layer([Value(1.5), Value(-2.0)])
            outputs.append([first.data, second.data])
            (first * second).backward()
            for w in [*layer.w[0], *layer.w[1]]:
                w.data -= 0.1 * w.grad
                w.grad = 0.0
        """,
        "outputs",
    )


@check("Linear.__call__", points=2)
def test_any_matrix(probe, rng):
    """Layers of any shape give the right outputs, and the right gradients to weights and inputs."""
    lines, observe = [], []
    for i, (nin, nout) in enumerate(((1, 3), (4, 1), (3, 2)), start=1):
        lines += [
            f"layer{i} = Linear({nin}, {nout})",
            f"layer{i}.w = {rows(rng, nout, nin)}",
            f"x{i} = [Value(x) for x in {numbers(rng, nin)}]",
            f"out{i} = layer{i}(x{i})",
            f"{weighted(f'out{i}', nout, rng)}.backward()",
        ]
        observe += [
            f"[isinstance(out{i}, list), [v.data for v in out{i}]]",
            f"[[w.grad for w in row] for row in layer{i}.w]",
            f"[v.grad for v in x{i}]",
        ]
    probe("\n".join(lines), *observe)


@check("Linear.__call__", points=2)
def test_any_layers_in_a_row(probe, rng):
    """Layers one after the other pass their outputs on, and gradients back to the first."""
    probe(
        "\n".join(
            [
                "first, second = Linear(2, 3), Linear(3, 2)",
                f"first.w = {rows(rng, 3, 2)}",
                f"second.w = {rows(rng, 2, 3)}",
                f"x = [Value(x) for x in {numbers(rng, 2)}]",
                "out = second([0.5 * v + 0.25 for v in first(x)])",
                f"{weighted('out', 2, rng)}.backward()",
            ]
        ),
        "[v.data for v in out]",
        "[[w.grad for w in row] for layer in (first, second) for row in layer.w]",
        "[v.grad for v in x]",
    )


@check("Linear.parameters", points=1)
def test_weights_of_layers_of_any_shape(probe):
    """Layers of any shape list their own weights, each once."""
    probe(
        """
        layers = [Linear(1, 1), Linear(5, 2), Linear(2, 5)]
        lists = [list(layer.parameters()) for layer in layers]
        wanted = [[w for row in layer.w for w in row] for layer in layers]
        """,
        "[len(found) for found in lists]",
        "[[p is w for p, w in zip(a, b)] for a, b in zip(lists, wanted)]",
    )


@check("Linear.parameters", points=1)
def test_weights_that_were_replaced(probe):
    """The parameters are the weights that the layer has now, and a longer list of them is another list."""
    probe(
        """
        layer = Linear(2, 2)
        first = layer.parameters()
        first.append("more")
        layer.w = [[Value(0.5), Value(1.5)], [Value(2.5), Value(3.5)]]
        """,
        "[p.data for p in layer.parameters()]",
        "[len(row) for row in layer.w]",
    )


@check("Linear.parameters", points=1)
def test_any_weights_can_be_moved(probe, rng):
    """Whoever moves the parameters one by one moves the weights, each by its own amount."""
    nin, nout = rng.choice(((2, 3), (3, 2), (4, 3)))
    probe(
        f"""
        layer = Linear({nin}, {nout})
        layer.w = {rows(rng, nout, nin)}
        for p, step in zip(layer.parameters(), {numbers(rng, nin * nout)}):
            p.data -= step
        """,
        "[[w.data for w in row] for row in layer.w]",
        "[p.data for p in layer.parameters()]",
    )


@check("Embedding.__call__", points=1)
def test_a_lookup_of_a_row_that_was_moved(probe):
    """A lookup sees what a step has changed, in the row that was used and in no other."""
    probe(
        """
        table = Embedding(3, 2)
        for i, v in enumerate([v for row in table.rows for v in row]):
            v.data = 0.25 * i
        row = table(1)
        (row[0] * row[1]).backward()
        for v in [v for row in table.rows for v in row]:
            v.data -= 0.5 * v.grad
        """,
        "[[v.data for v in table(index)] for index in range(3)]",
    )


@check("Embedding.__call__", points=1)
def test_a_lookup_gives_no_more_than_the_row(probe):
    """Each lookup gives a row of the table's width, however often it is asked for."""
    probe(
        """
        table = Embedding(2, 4)
        table.rows = [[Value(0.5 + i + j) for j in range(4)] for i in range(2)]
        rows = [table(i) for i in (0, 1, 1, 0)]
        """,
        "[[v.data for v in row] for row in rows]",
        "[rows[0][0] is rows[3][0], rows[1][2] is rows[2][2]]",
    )


@check("Embedding.__call__", points=2)
def test_any_lookups(probe, rng):
    """Any lookups give the right numbers and send their gradients to the right rows."""
    used = [rng.randrange(5) for _ in range(6)]
    lines = ["table = Embedding(5, 3)", f"table.rows = {rows(rng, 5, 3)}", "total = Value(0.0)"]
    for index in used:
        lines += [f"total = total + {weighted(f'table({index})', 3, rng)}"]
    probe(
        "\n".join([*lines, "total.backward()"]),
        "total.data",
        "[[v.grad for v in row] for row in table.rows]",
    )


@check("Embedding.parameters", points=1)
def test_entries_of_tables_of_any_shape(probe):
    """Tables of any shape list their own entries, each once."""
    probe(
        """
        tables = [Embedding(1, 1), Embedding(5, 2), Embedding(2, 5)]
        lists = [list(table.parameters()) for table in tables]
        wanted = [[v for row in table.rows for v in row] for table in tables]
        """,
        "[len(found) for found in lists]",
        "[[p is v for p, v in zip(a, b)] for a, b in zip(lists, wanted)]",
    )


@check("Embedding.parameters", points=1)
def test_entries_that_were_replaced(probe):
    """The parameters are the entries that the table has now."""
    probe(
        """
        table = Embedding(2, 2)
        before = len(table.parameters())
        table.rows = [[Value(0.5), Value(1.5)], [Value(2.5), Value(3.5)], [Value(4.5), Value(5.5)]]
        """,
        "[before, [p.data for p in table.parameters()]]",
    )


@check("rms_norm", points=1)
def test_a_vector_of_one_entry(probe):
    """A vector of one entry becomes its sign, or less where eps counts."""
    probe(
        """
        found = [rms_norm([Value(x)])[0].data for x in (5.0, -3.0, 1e-3, 0.0, 2)]
        """,
        "found",
    )


@check("rms_norm", points=1)
def test_normed_twice(probe):
    """What is normalised twice has the size one still, and gradients go through both."""
    probe(
        """
        x = [Value(3.0), Value(-1.0), Value(0.5), Value(2.0)]
        twice = rms_norm(rms_norm(x))
        (twice[0] * 2.0 + twice[2]).backward()
        """,
        "[v.data for v in twice]",
        "[v.grad for v in x]",
    )


@check("rms_norm", points=1)
def test_a_vector_of_numbers(probe):
    """Whole numbers and floats give Values too, and go together with Values in one vector."""
    probe(
        """
        normalised = rms_norm([2, -1.5, 0])
        mixed = rms_norm([Value(3.0), 4])
        """,
        "[[isinstance(v, Value), v.data] for v in normalised]",
        "[[isinstance(v, Value), v.data] for v in mixed]",
    )


@check("rms_norm", points=1)
def test_a_vector_far_from_one(probe):
    """Huge and tiny vectors are normalised as well, and entries that are zero stay zero."""
    probe(
        """
        found = [[v.data for v in rms_norm([Value(x), Value(0.0), Value(-2 * x)])] for x in (1e100, 1e-2, 1e-8)]
        """,
        "found",
    )


@check("rms_norm", points=2)
def test_any_vector(probe, rng):
    """Any vector is normalised rightly, and its gradients are right."""
    lines, observe = [], []
    for i, n in enumerate((2, 3, 5), start=1):
        lines += [
            f"x{i} = [Value(x) for x in {numbers(rng, n)}]",
            f"y{i} = rms_norm(x{i})",
            f"{weighted(f'y{i}', n, rng)}.backward()",
        ]
        observe += [f"[v.data for v in y{i}]", f"[v.grad for v in x{i}]"]
    probe("\n".join(lines), *observe)


@check("rms_norm", points=2)
def test_any_eps(probe, rng):
    """With any eps the result and its gradients are right."""
    probe(
        f"""
        x = [Value(x) for x in {numbers(rng, 4)}]
        y = rms_norm(x, {abs(number(rng))})
        z = rms_norm(x, eps={abs(number(rng, 0.01, 0.1))})
        {weighted("[*y, *z]", 8, rng)}.backward()
        """,
        "[v.data for v in [*y, *z]]",
        "[v.grad for v in x]",
    )

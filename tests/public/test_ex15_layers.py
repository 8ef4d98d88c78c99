"""Public checks of exercise 15."""

from grader.core.checks import exercise

check = exercise(15)


@check("Linear.__call__", points=2)
def test_one_weighted_sum_per_row(probe):
    """A linear layer gives one weighted sum of its inputs for each row of weights."""
    probe(
        """
        layer = Linear(2, 3)
        layer.w = [[Value(1.5), Value(2.0)], [Value(0.5), Value(-1.25)], [Value(0.75), Value(3.0)]]
        outputs = layer([Value(2.0), Value(0.5)])
        """,
        "isinstance(outputs, list)",
        "[out.data for out in outputs]",
    )


@check("Linear.__call__", points=1)
def test_one_row_gives_a_list_too(probe):
    """A linear layer with one row gives a list with one value in it, of whatever size and sign."""
    probe(
        """
        layer = Linear(2, 1)
        layer.w = [[Value(-1.5), Value(4.0)]]
        outputs = [layer([Value(3.0), Value(0.25)]), layer([Value(-3.0), Value(0.25)])]
        """,
        "[isinstance(out, list) for out in outputs]",
        "[[v.data for v in out] for out in outputs]",
    )


@check("Linear.__call__", points=2)
def test_gradients_of_weights_and_inputs(probe):
    """Each weight receives its input as gradient, and each input the weights of all rows."""
    probe(
        """
        layer = Linear(2, 2)
        layer.w = [[Value(0.5), Value(-1.5)], [Value(2.5), Value(0.25)]]
        x = [Value(3.0), Value(-0.75)]
        first, second = layer(x)
        (first * 2.0 + second).backward()
        """,
        "[[w.grad for w in row] for row in layer.w]",
        "[v.grad for v in x]",
    )


@check("Linear.__call__", points=1)
def test_plain_numbers_as_inputs(probe):
    """Inputs may be plain numbers, and zeros give zeros, as there is no bias."""
    probe(
        """
        layer = Linear(3, 2)
        layer.w = [[Value(0.5), Value(-1.5), Value(2.0)], [Value(1.25), Value(0.75), Value(-0.5)]]
        some = layer([2.0, 1.5, -3.0])
        none = layer([0, 0, 0])
        """,
        "[[isinstance(v, Value), v.data] for v in some]",
        "[v.data for v in none]",
    )


@check("Linear.__call__", points=1)
def test_wrong_number_of_inputs_is_an_error(probe):
    """Too few or too many inputs raise ValueError; the right number does not."""
    probe(
        """
        layer = Linear(2, 3)
        results = []
        for x in [[1.5], [1.5, 2.0, 3.0], [1.5, 2.0]]:
            try:
                results.append(len(layer(x)))
            except ValueError:
                results.append("ValueError")
        """,
        "results",
    )


@check("Linear.__call__", points=1)
def test_layer_and_inputs_stay_as_they_are(probe):
    """A layer can be called again and again: weights and inputs stay as they are."""
    probe(
        """
        layer = Linear(2, 2)
        layer.w = [[Value(0.5), Value(-1.5)], [Value(2.5), Value(0.25)]]
        x = [Value(3.0), Value(-0.75)]
        outputs = [[v.data for v in layer(x)] for _ in range(2)]
        """,
        "outputs",
        "[[w.data for w in row] for row in layer.w]",
        "[v.data for v in x]",
    )


@check("Linear.parameters", points=1)
def test_weights_are_one_flat_list(probe):
    """A linear layer from 3 to 4 has 12 weights in one flat list."""
    probe(
        """
        layer = Linear(3, 4)
        found = layer.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
    )


@check("Linear.parameters", points=1)
def test_weights_row_by_row(probe):
    """The parameters are the layer's own weights, row by row, at every call."""
    probe(
        """
        layer = Linear(2, 3)
        again = [list(layer.parameters()), list(layer.parameters())]
        wanted = [w for row in layer.w for w in row]
        """,
        "[len(found) for found in again]",
        "[[p is w for p, w in zip(found, wanted)] for found in again]",
    )


@check("Linear.parameters", points=1)
def test_weights_are_drawn_around_zero(probe):
    """The weights of a new layer differ from each other, and none is far from zero."""
    probe(
        """
        layer = Linear(4, 4)
        numbers = [p.data for p in layer.parameters()]
        """,
        "[len(numbers), len(set(numbers)), len([x for x in numbers if abs(x) < 0.9])]",
    )


@check("Embedding.__call__", points=1)
def test_a_token_chooses_its_row(probe):
    """A token gives the row with its index, the first one for 0."""
    probe(
        """
        table = Embedding(3, 2)
        table.rows = [[Value(0.1), Value(0.2)], [Value(0.3), Value(-0.4)], [Value(0.5), Value(0.6)]]
        found = [table(index) for index in (2, 0, 1)]
        """,
        "[isinstance(row, list) for row in found]",
        "[[v.data for v in row] for row in found]",
    )


@check("Embedding.__call__", points=1)
def test_the_result_is_made_of_the_tables_values(probe):
    """What a lookup gives are the very Values of the table, not copies."""
    probe(
        """
        table = Embedding(4, 3)
        found = table(2)
        """,
        "[len(found), [v is w for v, w in zip(found, table.rows[2])]]",
        "[v.data for v in found] == [v.data for v in table.rows[2]]",
    )


@check("Embedding.__call__", points=2)
def test_gradients_reach_the_rows_that_were_used(probe):
    """Gradients go to the rows that were looked up, twice to one that was used twice, and to no others."""
    probe(
        """
        table = Embedding(3, 2)
        used = [table(1), table(2), table(1)]
        total = used[0][0] * 2.5 + used[1][1] * 4.0 + used[2][0] * 0.75 + used[2][1]
        total.backward()
        """,
        "[[v.grad for v in row] for row in table.rows]",
    )


@check("Embedding.parameters", points=1)
def test_entries_are_one_flat_list(probe):
    """A table of 5 tokens with width 3 has 15 parameters in one flat list."""
    probe(
        """
        table = Embedding(5, 3)
        found = table.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
    )


@check("Embedding.parameters", points=1)
def test_entries_row_by_row(probe):
    """The parameters are the table's own entries, row by row, at every call, used or not."""
    probe(
        """
        table = Embedding(3, 2)
        table(1)
        again = [list(table.parameters()), list(table.parameters())]
        wanted = [v for row in table.rows for v in row]
        """,
        "[len(found) for found in again]",
        "[[p is v for p, v in zip(found, wanted)] for found in again]",
    )


@check("rms_norm", points=2)
def test_divided_by_the_root_of_the_mean_square(probe):
    """A vector is divided by the root of the mean of its squares."""
    probe(
        """
        x = [Value(1.5), Value(-7.0), Value(2.5)]
        normalised = rms_norm(x)
        """,
        "isinstance(normalised, list)",
        "[v.data for v in normalised]",
    )


@check("rms_norm", points=1)
def test_every_size_gives_the_same(probe):
    """A vector that is ten or a thousand times larger gives the same result, apart from a tiny effect of eps."""
    probe(
        """
        found = [[v.data for v in rms_norm([Value(0.3 * size), Value(0.4 * size)])] for size in (1, 10, 1000)]
        """,
        "found",
    )


@check("rms_norm", points=2)
def test_gradients_go_through_the_root(probe):
    """An entry has a part in every output, and its gradient goes through the root as well."""
    probe(
        """
        x = [Value(1.5), Value(7.0)]
        first, second = rms_norm(x)
        (first * 3.0 + second).backward()
        """,
        "[v.grad for v in x]",
    )


@check("rms_norm", points=1)
def test_zeros_stay_zeros(probe):
    """A vector of zeros stays one, and eps decides how much tiny numbers grow."""
    probe(
        """
        zeros = [v.data for v in rms_norm([Value(0.0), Value(0.0)])]
        tiny = [v.data for v in rms_norm([Value(0.002), Value(-0.003)])]
        """,
        "zeros",
        "tiny",
    )


@check("rms_norm", points=1)
def test_eps_is_added_under_the_root(probe):
    """eps is added to the mean, under the root; it can be given."""
    probe(
        """
        x = [Value(1.5), Value(2.5)]
        half = [v.data for v in rms_norm(x, eps=0.5)]
        large = [v.data for v in rms_norm(x, 16.5)]
        """,
        "half",
        "large",
    )


@check("rms_norm", points=1)
def test_numbers_are_normed_and_the_vector_stays(probe):
    """Plain numbers are normalised too, the results are Values, and the vector stays as it was."""
    probe(
        """
        x = [3.5, -4.0]
        normalised = rms_norm(x)
        single = rms_norm([Value(-2.5)])
        """,
        "[[isinstance(v, Value), v.data] for v in normalised]",
        "[v.data for v in single]",
        "x",
    )

"""Hidden checks of exercise 16."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(16)


def vectors(rng, count, width):
    """A list of vectors, as text."""
    return "[" + ", ".join(f"[Value(x) for x in {numbers(rng, width)}]" for _ in range(count)) + "]"


def weighted(name, width, rng):
    """A number with a gradient for each entry of a vector."""
    return f"sum((v * c for v, c in zip({name}, {numbers(rng, width)})), Value(0.0))"


def given(rng, positions, width, of_value):
    """Lines that make query, keys and values."""
    return [
        f"query = [Value(x) for x in {numbers(rng, width)}]",
        f"keys = {vectors(rng, positions, width)}",
        f"values = {vectors(rng, positions, of_value)}",
    ]


GRADIENTS = (
    "[q.grad for q in query]",
    "[[k.grad for k in key] for key in keys]",
    "[[v.grad for v in value] for value in values]",
)


@check("attention", points=1)
def test_a_query_of_zeros_looks_everywhere_alike(probe):
    """A query of zeros gives the mean of the values, and its gradient says where it should look."""
    probe(
        """
        query = [Value(0.0), Value(0.0)]
        keys = [[Value(1.0), Value(-2.0)], [Value(0.5), Value(3.0)], [Value(-1.5), Value(0.25)]]
        values = [[Value(3.0)], [Value(6.0)], [Value(-1.5)]]
        (out,) = attention(query, keys, values)
        out.backward()
        """,
        "out.data",
        "[q.grad for q in query]",
        "[[k.grad for k in key] for key in keys]",
    )


@check("attention", points=1)
def test_width_of_the_key_decides_on_the_scale(probe):
    """The scores are divided by the root of the width of a key, be it 1, 4 or 9."""
    probe(
        """
        found = []
        for width in (1, 4, 9):
            query = [Value(0.5)] * width
            keys = [[Value(1.0)] * width, [Value(-1.0)] * width]
            (out,) = attention(query, keys, [[Value(1.0)], [Value(0.0)]])
            found.append(out.data)
        """,
        "found",
    )


@check("attention", points=1)
def test_scores_that_differ_by_much(probe):
    """Scores of any size, far below zero as well, leave nothing but finite numbers."""
    probe(
        """
        found = []
        for size in (-3000.0, -50.0, 50.0, 3000.0):
            query, keys = [Value(size)], [[Value(1.0)], [Value(2.0)], [Value(2.5)]]
            values = [[Value(1.0), Value(-1.0)], [Value(2.0), Value(5.0)], [Value(4.0), Value(0.5)]]
            found.append([o.data for o in attention(query, keys, values)])
        """,
        "found",
    )


@check("attention", points=1)
def test_the_gradient_at_the_first_position(probe):
    """At the first position query and key have the gradient 0, and the value has all of it."""
    probe(
        """
        query, keys, values = [Value(1.5), Value(2.0)], [[Value(0.5), Value(-1.0)]], [[Value(3.0), Value(-4.0)]]
        first, second = attention(query, keys, values)
        (first * 2.0 + second * 5.0).backward()
        """,
        "[first.data, second.data]",
        *GRADIENTS,
    )


@check("attention", points=1)
def test_positions_in_another_order(probe):
    """Only the order of the pairs is changed: the output stays."""
    probe(
        """
        query = [Value(1.5), Value(-0.5)]
        pairs = [
            ([Value(0.5), Value(2.0)], [Value(1.0)]),
            ([Value(-1.0), Value(0.5)], [Value(-3.0)]),
            ([Value(2.0), Value(0.0)], [Value(7.0)]),
        ]
        found = []
        for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
            (out,) = attention(query, [pairs[i][0] for i in order], [pairs[i][1] for i in order])
            found.append(round(out.data, 12))
        """,
        "found",
    )


@check("attention", points=2)
def test_any_attention(probe, rng):
    """Any query, keys and values give the right output and the right gradients."""
    probe(
        "\n".join(
            [*given(rng, 3, 4, 2), "out = attention(query, keys, values)", f"{weighted('out', 2, rng)}.backward()"]
        ),
        "[o.data for o in out]",
        *GRADIENTS,
    )


@check("attention", points=2)
def test_any_weights(probe, rng):
    """The weights of any positions are right, and add up to 1."""
    probe(
        "\n".join(
            [
                *given(rng, 5, 3, 1),
                "units = [[Value(float(i == j)) for j in range(5)] for i in range(5)]",
                "weights = [w.data for w in attention(query, keys, units)]",
            ]
        ),
        "weights",
        "round(sum(weights), 9)",
    )


@check("attention", points=2)
def test_any_past_that_grows(probe, rng):
    """A past that grows gives the right output at each position; what comes later changes nothing before."""
    queries = vectors(rng, 4, 2)
    probe(
        f"""
        all_keys, all_values, queries = {vectors(rng, 4, 2)}, {vectors(rng, 4, 3)}, {queries}
        keys, values, outputs = [], [], []
        for query, key, value in zip(queries, all_keys, all_values):
            keys.append(key)
            values.append(value)
            outputs.append(attention(query, keys, values))
        """,
        "[[o.data for o in out] for out in outputs]",
        "[[o.data for o in attention(queries[i], all_keys[: i + 1], all_values[: i + 1])] for i in range(4)]",
    )


@check("multi_head", points=1)
def test_three_heads_of_two(probe):
    """Six entries and three heads: each pair of entries attends for itself."""
    probe(
        """
        query = [Value(0.5 * i - 1.0) for i in range(6)]
        keys = [[Value(0.25 * i * j - 0.5) for i in range(6)] for j in range(3)]
        values = [[Value(i - 2.0 * j) for i in range(6)] for j in range(3)]
        out = multi_head(query, keys, values, 3)
        """,
        "[o.data for o in out]",
    )


@check("multi_head", points=1)
def test_two_heads_of_three(probe):
    """Six entries and two heads: the first three entries belong to the first head."""
    probe(
        """
        query = [Value(0.5 * i - 1.0) for i in range(6)]
        keys = [[Value(0.25 * i * j - 0.5) for i in range(6)] for j in range(2)]
        values = [[Value(i - 2.0 * j) for i in range(6)] for j in range(2)]
        out = multi_head(query, keys, values, 2)
        """,
        "[o.data for o in out]",
    )


@check("multi_head", points=1)
def test_the_scale_is_that_of_a_part(probe):
    """The scores of a head are divided by the root of the width of its part, not of the whole."""
    probe(
        """
        query = [Value(1.0)] * 8
        keys, values = [[Value(0.5)] * 8, [Value(-0.5)] * 8], [[Value(1.0)] * 8, [Value(0.0)] * 8]
        found = [[o.data for o in multi_head(query, keys, values, heads)] for heads in (1, 2, 4, 8)]
        """,
        "found",
    )


@check("multi_head", points=1)
def test_a_head_that_looks_elsewhere(probe):
    """Two heads may look at different positions at the same time."""
    probe(
        """
        query = [Value(50.0), Value(0.0), Value(0.0), Value(50.0)]
        keys = [[Value(1.0), Value(0.0), Value(0.0), Value(0.0)], [Value(0.0), Value(0.0), Value(0.0), Value(1.0)]]
        values = [[Value(1.5), Value(2.5), Value(3.5), Value(4.5)], [Value(5.5), Value(6.5), Value(7.5), Value(8.5)]]
        out = multi_head(query, keys, values, 2)
        """,
        "[o.data for o in out]",
    )


@check("multi_head", points=1)
def test_lists_of_heads_stay_as_they_are(probe):
    """Two calls give the same, and the lists stay as they are."""
    probe(
        """
        query = [Value(1.5), Value(-0.5)]
        keys = [[Value(0.5), Value(2.0)], [Value(-1.0), Value(0.25)]]
        values = [[Value(1.0), Value(2.0)], [Value(-3.0), Value(0.5)]]
        found = [[o.data for o in multi_head(query, keys, values, 2)] for _ in range(2)]
        """,
        "found",
        "[q.data for q in query]",
        "[[x.data for x in vector] for vector in [*keys, *values]]",
    )


@check("multi_head", points=2)
def test_any_two_heads(probe, rng):
    """Two heads give the right outputs and the right gradients."""
    probe(
        "\n".join(
            [*given(rng, 3, 4, 4), "out = multi_head(query, keys, values, 2)", f"{weighted('out', 4, rng)}.backward()"]
        ),
        "[o.data for o in out]",
        *GRADIENTS,
    )


@check("multi_head", points=2)
def test_any_three_heads(probe, rng):
    """Three heads of two entries give the right outputs and the right gradients."""
    probe(
        "\n".join(
            [*given(rng, 2, 6, 6), "out = multi_head(query, keys, values, 3)", f"{weighted('out', 6, rng)}.backward()"]
        ),
        "[o.data for o in out]",
        *GRADIENTS,
    )


@check("multi_head", points=2)
def test_any_heads_of_vectors_that_are_computed(probe, rng):
    """Vectors that are made of parameters pass the gradients on to them."""
    probe(
        "\n".join(
            [
                f"a, b = Value({number(rng)}), Value({number(rng)})",
                "query = [a * i + b for i in range(1, 5)]",
                f"keys = [[a * x + b for x in row] for row in {[numbers(rng, 4) for _ in range(2)]}]",
                f"values = [[a * b * x for x in row] for row in {[numbers(rng, 4) for _ in range(2)]}]",
                "out = multi_head(query, keys, values, 2)",
                f"{weighted('out', 4, rng)}.backward()",
            ]
        ),
        "[o.data for o in out]",
        "[a.grad, b.grad]",
    )

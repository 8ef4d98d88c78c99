"""Public checks of exercise 16."""

from grader.core.checks import exercise

check = exercise(16)


@check("attention", points=1)
def test_the_first_position_sees_itself_alone(probe):
    """With one position the weight is exactly 1 and the output is its value, whatever the query is."""
    probe(
        """
        value = [Value(4.25), Value(-5.5), Value(0.75)]
        outputs = [attention([Value(q), Value(-7.5)], [[Value(0.5), Value(2.5)]], [value]) for q in (0.0, 3.5)]
        """,
        "[isinstance(out, list) for out in outputs]",
        "[[o.data for o in out] for out in outputs]",
    )


@check("attention", points=2)
def test_the_values_are_weighted_by_fit(probe):
    """The values are weighted by the softmax of query times key over the root of the width."""
    probe(
        """
        query = [Value(2.0), Value(-0.5), Value(0.75)]
        keys = [[Value(0.5), Value(1.5), Value(-1.0)], [Value(1.25), Value(0.5), Value(2.0)]]
        values = [[Value(10.0), Value(-3.0), Value(0.5)], [Value(2.5), Value(4.0), Value(1.5)]]
        out = attention(query, keys, values)
        """,
        "isinstance(out, list)",
        "[o.data for o in out]",
    )


@check("attention", points=2)
def test_the_weights_themselves(probe):
    """With values that are 1 at their own place the output shows the weights, which add up to 1."""
    probe(
        """
        query = [Value(1.5), Value(2.0)]
        keys = [[Value(0.5), Value(0.25)], [Value(-1.5), Value(1.0)], [Value(0.75), Value(0.5)]]
        values = [[Value(float(i == j)) for j in range(3)] for i in range(3)]
        weights = [w.data for w in attention(query, keys, values)]
        """,
        "weights",
        "round(sum(weights), 9)",
    )


@check("attention", points=1)
def test_values_of_another_width(probe):
    """The output is as wide as a value, even where keys are wider or narrower."""
    probe(
        """
        query = [Value(0.5), Value(-1.5)]
        keys = [[Value(2.0), Value(0.5)], [Value(-0.25), Value(1.0)]]
        wide = attention(query, keys, [[Value(0.5), Value(1.5), Value(2.5)], [Value(3.5), Value(4.5), Value(5.5)]])
        narrow = attention(query, keys, [[Value(-2.5)], [Value(1.5)]])
        """,
        "[o.data for o in wide]",
        "[o.data for o in narrow]",
    )


@check("attention", points=2)
def test_gradients_of_query_keys_and_values(probe):
    """Gradients reach the query, every key and every value."""
    probe(
        """
        query = [Value(2.0), Value(-0.5)]
        keys = [[Value(0.5), Value(1.5)], [Value(1.25), Value(0.5)]]
        values = [[Value(1.5), Value(-3.0)], [Value(2.5), Value(4.0)]]
        first, second = attention(query, keys, values)
        (first * 2.0 + second).backward()
        """,
        "[q.grad for q in query]",
        "[[k.grad for k in key] for key in keys]",
        "[[v.grad for v in value] for value in values]",
    )


@check("attention", points=1)
def test_equal_keys_give_the_mean(probe):
    """Where all keys are alike, the output is the mean of the values."""
    probe(
        """
        keys = [[Value(0.5), Value(-0.25)] for _ in range(4)]
        values = [[Value(1.5 * i), Value(-2.5)] for i in range(4)]
        out = attention([Value(3.5), Value(1.25)], keys, values)
        """,
        "[o.data for o in out]",
    )


@check("attention", points=1)
def test_very_large_scores(probe):
    """Scores far beyond 1000 give all the weight to the best key and overflow nowhere."""
    probe(
        """
        query = [Value(2500.0), Value(-2500.0)]
        keys = [[Value(1.5), Value(0.5)], [Value(0.5), Value(1.5)], [Value(-0.5), Value(-1.0)]]
        values = [[Value(1.5), Value(2.5)], [Value(3.5), Value(4.5)], [Value(5.5), Value(6.5)]]
        out = attention(query, keys, values)
        """,
        "[o.data for o in out]",
    )


@check("attention", points=1)
def test_the_past_stays_as_it_is(probe):
    """The lists stay as they are, so that the next position finds them; it sees one entry more."""
    probe(
        """
        keys, values, outputs = [], [], []
        for i in range(3):
            keys.append([Value(0.5 * i), Value(1.5)])
            values.append([Value(2.5 - i), Value(0.75 * i)])
            query = [Value(1.25), Value(-0.5)]
            outputs.append([o.data for o in attention(query, keys, values)])
        """,
        "outputs",
        "[len(keys), len(values)]",
        "[[x.data for x in vector] for vector in [*keys, *values]]",
        "[q.data for q in query]",
    )


@check("multi_head", points=2)
def test_each_head_has_a_part_of_its_own(probe):
    """Each head attends with its part of query, keys and values, and the outputs stand in order."""
    probe(
        """
        query = [Value(2.0), Value(-0.5), Value(0.75), Value(1.5)]
        first_key = [Value(0.5), Value(1.5), Value(-1.25), Value(0.25)]
        keys = [first_key, [Value(1.25), Value(0.5), Value(2.0), Value(-0.75)]]
        first_value = [Value(10.0), Value(-3.0), Value(0.5), Value(2.25)]
        values = [first_value, [Value(2.5), Value(4.0), Value(1.5), Value(-6.0)]]
        out = multi_head(query, keys, values, 2)
        """,
        "isinstance(out, list)",
        "[o.data for o in out]",
    )


@check("multi_head", points=1)
def test_one_head_is_attention(probe):
    """One head does what attention does."""
    probe(
        """
        query = [Value(2.0), Value(-0.5)]
        keys = [[Value(0.5), Value(1.5)], [Value(1.25), Value(0.5)]]
        values = [[Value(1.5), Value(-3.0)], [Value(2.5), Value(4.0)]]
        one = [o.data for o in multi_head(query, keys, values, 1)]
        """,
        "one",
        "one == [o.data for o in attention(query, keys, values)]",
    )


@check("multi_head", points=1)
def test_as_many_heads_as_entries(probe):
    """With as many heads as entries each head has one entry of each vector."""
    probe(
        """
        query = [Value(2.0), Value(-0.5), Value(0.75)]
        keys = [[Value(0.5), Value(1.5), Value(-1.25)], [Value(1.25), Value(0.5), Value(2.0)]]
        values = [[Value(10.0), Value(-3.0), Value(0.5)], [Value(2.5), Value(4.0), Value(1.5)]]
        out = multi_head(query, keys, values, 3)
        """,
        "[o.data for o in out]",
    )


@check("multi_head", points=2)
def test_gradients_stay_within_their_head(probe):
    """The gradient of an output goes to its own head's part of query, keys and values, and to no other."""
    probe(
        """
        query = [Value(2.0), Value(-0.5), Value(0.75), Value(1.5)]
        first_key = [Value(0.5), Value(1.5), Value(-1.25), Value(0.25)]
        keys = [first_key, [Value(1.25), Value(0.5), Value(2.0), Value(-0.75)]]
        values = [[Value(1.5), Value(-3.0), Value(0.5), Value(2.25)], [Value(2.5), Value(4.0), Value(1.5), Value(-6.0)]]
        out = multi_head(query, keys, values, 2)
        (out[2] * 1.5 + out[3]).backward()
        """,
        "[q.grad for q in query]",
        "[[k.grad for k in key] for key in keys]",
        "[[v.grad for v in value] for value in values]",
    )


@check("multi_head", points=1)
def test_heads_at_the_first_position(probe):
    """At the first position the output is exactly the value, with any number of heads, and nothing is changed."""
    probe(
        """
        query = [Value(0.5 * i) for i in range(6)]
        keys, values = [[Value(1.5 - i) for i in range(6)]], [[Value(2.25 * i - 4.5) for i in range(6)]]
        found = [[o.data for o in multi_head(query, keys, values, heads)] for heads in (1, 2, 3, 6)]
        """,
        "found",
        "[len(query), len(keys[0]), len(values[0]), len(keys), len(values)]",
    )

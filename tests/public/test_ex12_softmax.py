"""Public checks of exercise 12."""

from grader.core.checks import exercise

check = exercise(12)


@check("softmax", points=2)
def test_probabilities_of_three_scores(probe):
    """Each probability is e to the power of its score, divided by the sum of these powers."""
    probe(
        """
        scores = [Value(1.0), Value(3.0), Value(-0.5)]
        p = softmax(scores)
        """,
        "[x.data for x in p]",
        "[s.data for s in scores]",
    )


@check("softmax", points=1)
def test_plain_numbers_among_the_scores(probe):
    """Scores may be plain numbers or Values, also mixed, and the results are Values."""
    probe(
        """
        p = softmax([0.5, Value(-1.0), 2])
        """,
        "[isinstance(x, Value) for x in p]",
        "[x.data for x in p]",
    )


@check("softmax", points=2)
def test_large_scores(probe):
    """Scores near 1000 have the probabilities that their differences give."""
    probe(
        """
        p = softmax([Value(1000.0), Value(998.5), Value(-1000.0)])
        """,
        "[x.data for x in p]",
    )


@check("softmax", points=2)
def test_small_scores(probe):
    """Scores near -1000 have the probabilities that their differences give."""
    probe(
        """
        p = softmax([Value(-1000.0), Value(-1001.5), Value(-999.0)])
        """,
        "[x.data for x in p]",
    )


@check("softmax", points=1)
def test_a_score_far_below(probe):
    """A score far below the largest has a probability of 0, and the largest one of 1."""
    probe(
        """
        p = softmax([Value(-1000.0), Value(0.5)])
        """,
        "[x.data for x in p]",
    )


@check("softmax", points=2)
def test_gradients_of_a_probability(probe):
    """A probability rises with its own score and falls with every other."""
    probe(
        """
        scores = [Value(1.0), Value(3.0), Value(-0.5)]
        p = softmax(scores)
        p[0].backward()
        """,
        "[s.grad for s in scores]",
    )


@check("log_softmax", points=2)
def test_logarithms_of_three_probabilities(probe):
    """Each result is the natural logarithm of a probability."""
    probe(
        """
        scores = [Value(1.0), 3.0, Value(-0.5)]
        q = log_softmax(scores)
        """,
        "[isinstance(x, Value) for x in q]",
        "[x.data for x in q]",
        "[scores[0].data, scores[2].data]",
    )


@check("log_softmax", points=2)
def test_logarithms_of_tiny_probabilities(probe):
    """A probability may be too small for a float, its logarithm is not."""
    probe(
        """
        q = log_softmax([Value(0.0), Value(-1000.0), Value(1000.0)])
        """,
        "[x.data for x in q]",
    )


@check("log_softmax", points=1)
def test_logarithms_of_small_scores(probe):
    """Scores that are all near -1000 have ordinary logarithms."""
    probe(
        """
        q = log_softmax([Value(-1000.0), Value(-1001.5), Value(-999.0)])
        """,
        "[x.data for x in q]",
    )


@check("log_softmax", points=2)
def test_gradients_of_a_logarithm(probe):
    """The gradient of a logarithm reaches all scores and not its own alone."""
    probe(
        """
        scores = [Value(1.0), Value(3.0), Value(-0.5)]
        q = log_softmax(scores)
        q[1].backward()
        """,
        "[s.grad for s in scores]",
    )


@check("cross_entropy", points=2)
def test_loss_of_each_target(probe):
    """The loss is the negative logarithm of the probability of the target, counted from 0."""
    probe(
        """
        scores = [Value(1.0), Value(3.0), Value(-0.5)]
        losses = [cross_entropy(scores, target) for target in (0, 1, 2)]
        """,
        "[loss.data for loss in losses]",
    )


@check("cross_entropy", points=2)
def test_gradient_is_probability_minus_one_at_the_target(probe):
    """Each score receives its probability, and that of the target 1 less."""
    probe(
        """
        scores = [Value(1.0), Value(3.0), Value(-0.5)]
        loss = cross_entropy(scores, 2)
        loss.backward()
        """,
        "[s.grad for s in scores]",
    )


@check("cross_entropy", points=1)
def test_loss_of_equal_scores(probe):
    """Among n equal scores the loss is ln(n), whatever the scores are."""
    probe(
        """
        zero = cross_entropy([Value(0.0)] * 4, 1)
        high = cross_entropy([Value(7.5) for _ in range(27)], 26)
        """,
        "zero.data",
        "high.data",
    )


@check("cross_entropy", points=2)
def test_loss_of_a_hopeless_target(probe):
    """A target with a probability too small for a float has a finite loss and a gradient of -1."""
    probe(
        """
        scores = [Value(1000.0), Value(-1000.0), Value(0.0)]
        loss = cross_entropy(scores, 1)
        loss.backward()
        """,
        "loss.data",
        "[s.grad for s in scores]",
    )

"""Hidden checks of exercise 12."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(12)


@check("softmax", points=1)
def test_a_single_score(probe):
    """A single choice has the probability 1, however large its score, and no slope."""
    probe(
        """
        s = Value(-800.0)
        (p,) = softmax([s])
        (p * 5.0).backward()
        """,
        "p.data",
        "s.grad",
    )


@check("softmax", points=1)
def test_scores_stay_as_they_are(probe):
    """The list of scores and the numbers in it are the same after as before."""
    probe(
        """
        scores = [Value(2.0), 1000, Value(-1.0)]
        kept = list(scores)
        p = softmax(scores)
        """,
        "[s is k for s, k in zip(scores, kept)]",
        "[scores[0].data, scores[2].data, scores[0].grad]",
        "[isinstance(x, Value) for x in p]",
    )


@check("softmax", points=2)
def test_gradients_of_several_probabilities(probe):
    """Several probabilities in one result send their gradients to all scores together."""
    probe(
        """
        scores = [Value(0.5), Value(-1.0), Value(2.0), Value(0.0)]
        p = softmax(scores)
        out = p[0] * 3.0 + p[2] * p[3] - p[1] * p[1]
        out.backward()
        """,
        "out.data",
        "[s.grad for s in scores]",
    )


@check("softmax", points=1)
def test_one_value_as_two_scores(probe):
    """One Value may be the score of two choices, and gets the gradients of both."""
    probe(
        """
        a = Value(0.75)
        b = Value(-0.25)
        p = softmax([a, b, a])
        p[0].backward()
        """,
        "[x.data for x in p]",
        "[a.grad, b.grad]",
    )


@check("softmax", points=1)
def test_probabilities_add_up_to_one(probe):
    """The probabilities of many scores of all sizes add up to 1, and none is negative."""
    probe(
        """
        p = softmax([Value(37.0 * i - 700.0) for i in range(40)])
        """,
        "sum(x.data for x in p)",
        "min(x.data for x in p) >= 0",
    )


@check("softmax", points=2)
def test_gradients_of_large_scores(probe):
    """Gradients are right, too, where the scores are far from 0."""
    probe(
        """
        up = [Value(1000.0), Value(999.0), Value(997.5)]
        down = [Value(-1000.0), Value(-999.0), Value(-997.5)]
        softmax(up)[1].backward()
        softmax(down)[1].backward()
        """,
        "[s.grad for s in up]",
        "[s.grad for s in down]",
    )


@check("softmax", points=2)
def test_any_probabilities(probe, rng):
    """Probabilities and gradients are right for any scores, few or many."""
    lines, observe = [], []
    for i, n in enumerate((2, 3, 6), start=1):
        lines += [
            f"s{i} = [Value(s) for s in {numbers(rng, n, 0.1, 4.0)}]",
            f"p{i} = softmax(s{i})",
            f"(p{i}[0] * {number(rng)} + p{i}[{n - 1}] * {number(rng)}).backward()",
        ]
        observe += [f"[x.data for x in p{i}]", f"[s.grad for s in s{i}]"]
    probe("\n".join(lines), *observe)


@check("softmax", points=2)
def test_any_scores_far_from_zero(probe, rng):
    """What all scores have in common does not matter, be it positive or negative."""
    scores = numbers(rng, 4, 0.1, 3.0)
    probe(
        f"""
        p = [softmax([Value(s + c) for s in {scores}]) for c in (-996, {number(rng, 800, 990)}, 0, 996)]
        """,
        "[[x.data for x in row] for row in p]",
        rel=1e-8,
    )


@check("log_softmax", points=1)
def test_logarithms_of_plain_numbers(probe):
    """Scores that are plain numbers give Values, and one score alone has the logarithm 0."""
    probe(
        """
        q = log_softmax([3, -1.5, 0])
        (alone,) = log_softmax([-700.0])
        """,
        "[isinstance(x, Value) for x in [*q, alone]]",
        "[x.data for x in q]",
        "alone.data",
    )


@check("log_softmax", points=1)
def test_scores_of_logarithms_stay_as_they_are(probe):
    """The list of scores and the numbers in it are the same after as before."""
    probe(
        """
        scores = [Value(2.0), 5, Value(-1.0)]
        kept = list(scores)
        q = log_softmax(scores)
        """,
        "[s is k for s, k in zip(scores, kept)]",
        "[scores[0].data, scores[2].data, scores[0].grad]",
        "[isinstance(x, Value) for x in q]",
    )


@check("log_softmax", points=2)
def test_gradients_of_large_logarithms(probe):
    """Logarithms of probabilities far from 1 have their gradients, too."""
    probe(
        """
        scores = [Value(900.0), Value(-900.0), Value(899.0)]
        q = log_softmax(scores)
        (q[0] + q[1] * 2.0).backward()
        """,
        "[x.data for x in q]",
        "[s.grad for s in scores]",
    )


@check("log_softmax", points=2)
def test_any_logarithms(probe, rng):
    """Logarithms and gradients are right for any scores, few or many."""
    lines, observe = [], []
    for i, n in enumerate((2, 4, 7), start=1):
        lines += [
            f"s{i} = [Value(s) for s in {numbers(rng, n, 0.1, 5.0)}]",
            f"q{i} = log_softmax(s{i})",
            f"(q{i}[0] * {number(rng)} + q{i}[{n - 1}] * {number(rng)}).backward()",
        ]
        observe += [f"[x.data for x in q{i}]", f"[s.grad for s in s{i}]"]
    probe("\n".join(lines), *observe)


@check("log_softmax", points=2)
def test_any_logarithms_of_tiny_probabilities(probe, rng):
    """Logarithms are right where the scores lie hundreds apart."""
    probe(
        f"""
        scores = [Value(s) for s in {numbers(rng, 4, 200.0, 999.0)}]
        q = log_softmax(scores)
        q[0].backward()
        """,
        "[x.data for x in q]",
        "[s.grad for s in scores]",
    )


@check("cross_entropy", points=1)
def test_loss_of_plain_numbers(probe):
    """Scores may be plain numbers, and the loss is a Value."""
    probe(
        """
        loss = cross_entropy([2, 0.5, -1.0], 0)
        """,
        "isinstance(loss, Value)",
        "loss.data",
    )


@check("cross_entropy", points=1)
def test_loss_of_a_certain_target(probe):
    """A target that is as good as certain costs nothing and pulls at no score."""
    probe(
        """
        scores = [Value(-500.0), Value(1000.0), Value(0.0)]
        loss = cross_entropy(scores, 1)
        loss.backward()
        (alone,) = [cross_entropy([Value(3.0)], 0)]
        """,
        "loss.data",
        "[s.grad for s in scores]",
        "alone.data",
    )


@check("cross_entropy", points=2)
def test_losses_that_share_weights(probe):
    """Scores made from shared weights send them the gradients of all samples."""
    probe(
        """
        w = [Value(0.5), Value(-1.0), Value(0.25)]
        samples = [(1.0, 0), (-2.0, 2), (0.5, 1), (3.0, 0)]
        loss = sum(cross_entropy([v * x for v in w], target) for x, target in samples) / 4
        loss.backward()
        """,
        "loss.data",
        "[v.grad for v in w]",
    )


@check("cross_entropy", points=2)
def test_any_loss(probe, rng):
    """Loss and gradients are right for any scores and each target."""
    lines, observe = [], []
    for i, n in enumerate((2, 3, 5), start=1):
        lines += [
            f"s{i} = [Value(s) for s in {numbers(rng, n, 0.1, 4.0)}]",
            f"loss{i} = cross_entropy(s{i}, {rng.randrange(n)})",
            f"(loss{i} * {number(rng)}).backward()",
        ]
        observe += [f"loss{i}.data", f"[s.grad for s in s{i}]"]
    probe("\n".join(lines), *observe)


@check("cross_entropy", points=2)
def test_any_loss_far_from_zero(probe, rng):
    """Loss and gradients are right for scores of hundreds and for each target."""
    probe(
        f"""
        rows = [[Value(s) for s in row] for row in {[numbers(rng, 3, 100.0, 999.0) for _ in range(3)]}]
        losses = [cross_entropy(row, target) for target, row in enumerate(rows)]
        sum(losses).backward()
        """,
        "[loss.data for loss in losses]",
        "[[s.grad for s in row] for row in rows]",
    )


@check("log_softmax", points=1)
def test_no_score_near_zero(probe):
    """Where all scores are far below 0, the logarithms and their slopes are right as well."""
    probe(
        """
        low = [Value(-2000.0), Value(-2001.5), Value(-2000.25)]
        logs = log_softmax(low)
        logs[1].backward()
        """,
        "[x.data for x in logs]",
        "[s.grad for s in low]",
    )


@check("cross_entropy", points=1)
def test_a_target_that_is_hopeless(probe):
    """The loss of a target whose probability is 0 as a float is a number."""
    probe(
        """
        hopeless = [Value(900.0), Value(-300.0), Value(0.5)]
        loss = cross_entropy(hopeless, 1)
        loss.backward()
        """,
        "loss.data",
        "[s.grad for s in hopeless]",
    )

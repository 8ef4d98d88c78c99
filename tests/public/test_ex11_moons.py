"""Public checks of exercise 11."""

from grader.core.checks import exercise

check = exercise(11)


@check("hinge_loss", points=2)
def test_hinge_loss_on_both_sides_of_the_margin(probe):
    """Scores beyond the margin cost nothing; the others cost what is missing; then the mean."""
    probe(
        """
        scores = [Value(2.0), Value(0.25), Value(-3.0), Value(-0.5)]
        loss = hinge_loss(scores, [1, 1, 1, -1])
        """,
        "loss.data",
    )


@check("hinge_loss", points=2)
def test_hinge_gradients_on_both_sides_of_the_margin(probe):
    """A score beyond the margin receives no gradient, any other receives -label / samples."""
    probe(
        """
        scores = [Value(2.0), Value(0.25), Value(-3.0), Value(-0.5)]
        loss = hinge_loss(scores, [1, 1, -1, -1])
        loss.backward()
        """,
        "[s.grad for s in scores]",
    )


@check("hinge_loss", points=1)
def test_wrong_sign_costs_more_than_one(probe):
    """A score of the wrong sign costs more than 1, whichever the label is."""
    probe(
        """
        up = hinge_loss([Value(-1.5)], [1])
        down = hinge_loss([Value(1.5)], [-1])
        """,
        "up.data",
        "down.data",
    )


@check("hinge_loss", points=1)
def test_margin_of_exactly_one_costs_nothing(probe):
    """A margin of exactly 1 is enough: it costs nothing, and where nothing costs anything the loss is a Value too."""
    probe(
        """
        loss = hinge_loss([Value(1.0), Value(-1.0), Value(0.25)], [1, -1, 1])
        nothing = hinge_loss([Value(1.0), Value(-1.0)], [1, -1])
        """,
        "loss.data",
        "nothing.data",
    )


@check("l2_penalty", points=1)
def test_l2_penalty_value(probe):
    """The penalty is the strength times the sum of the squares."""
    probe(
        """
        parameters = [Value(3.0), Value(-4.0), Value(0.5)]
        penalty = l2_penalty(parameters, 0.1)
        """,
        "penalty.data",
    )


@check("l2_penalty", points=1)
def test_l2_penalty_gradients(probe):
    """Each parameter receives 2 * strength * its data."""
    probe(
        """
        parameters = [Value(3.0), Value(-4.0)]
        penalty = l2_penalty(parameters, 0.1)
        penalty.backward()
        """,
        "[p.grad for p in parameters]",
    )


@check("l2_penalty", points=1)
def test_l2_penalty_default_strength(probe):
    """Without a strength, the penalty is 0.0001 times the sum of the squares."""
    probe(
        """
        parameters = [Value(30.0), Value(-40.0)]
        penalty = l2_penalty(parameters)
        """,
        "penalty.data",
    )


@check("accuracy", points=1)
def test_accuracy_is_the_share_of_right_signs(probe):
    """Accuracy is the share of the scores that have the sign of their label."""
    probe(
        """
        scores = [Value(2.0), Value(0.25), Value(-3.0), Value(-0.5), Value(0.1)]
        share = accuracy(scores, [1, -1, -1, 1, 1])
        """,
        "share",
    )


@check("accuracy", points=1)
def test_accuracy_counts_zero_as_minus_one(probe):
    """A score of 0 counts as -1."""
    probe(
        """
        scores = [Value(0.0), Value(0.0), Value(0.0), Value(5.0)]
        share = accuracy(scores, [-1, -1, 1, 1])
        """,
        "share",
    )


@check("accuracy", points=1)
def test_accuracy_from_zero_to_one(probe):
    """Accuracy is 1 where every sign is right and 0 where none is, however small the scores."""
    probe(
        """
        scores = [Value(0.01), Value(-0.01), Value(0.02)]
        right = accuracy(scores, [1, -1, 1])
        wrong = accuracy(scores, [-1, 1, -1])
        """,
        "right",
        "wrong",
        "[isinstance(share, float) for share in (right, wrong)]",
    )


@check("train", points=2)
def test_losses_with_a_falling_rate(probe):
    """The learning rate falls from epoch to epoch, and these are the losses."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.0
        history = train(net, [[0.5], [-0.25]], [1, -1], 4, learning_rate=0.5, strength=0.1)
        """,
        "[loss for loss, share in history]",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=2)
def test_losses_and_accuracies_of_a_small_network(probe):
    """Every epoch starts with fresh gradients and gives loss and accuracy before its update."""
    probe(
        """
        net = MLP(2, [2, 1])
        for i, p in enumerate(net.parameters()):
            p.data = 0.2 + 0.15 * i
        inputs = [[1.0, 0.5], [-1.0, 0.25], [0.5, -1.0], [-0.5, -0.5]]
        history = train(net, inputs, [1, -1, 1, -1], 5, learning_rate=0.5, strength=0.01)
        """,
        "[loss for loss, share in history]",
        "[share for loss, share in history]",
    )


@check("train", points=1)
def test_penalty_is_part_of_the_loss(probe):
    """The loss is the hinge loss plus the penalty on the parameters."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 3.0
        history = train(net, [[1.0], [-3.0]], [1, -1], 3, learning_rate=0.5, strength=0.5)
        """,
        "[loss for loss, share in history]",
    )


@check("train", points=1)
def test_default_rate_and_strength(probe):
    """Without further arguments the first rate is 1 and the strength 0.0001."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.25
        history = train(net, [[1.0], [-0.5]], [1, -1], 3)
        """,
        "[loss for loss, share in history]",
    )


@check("train", points=1)
def test_training_keeps_the_parameters(probe):
    """Training changes the network's own parameters and ignores gradients from before."""
    probe(
        """
        net = MLP(1, [1])
        before = list(net.parameters())
        for p in before:
            p.data = 0.25
            p.grad = 100.0
        train(net, [[1.0], [-0.5]], [1, -1], 2, learning_rate=0.5)
        """,
        "[p is q for p, q in zip(before, net.parameters())]",
        "[p.data for p in before]",
    )


@check("train", points=1)
def test_one_pair_of_plain_numbers_per_epoch(probe):
    """The result is a list with a pair of plain numbers for each epoch."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.25
        history = train(net, [[1.0], [-0.5]], [1, -1], 3, learning_rate=0.5)
        """,
        "isinstance(history, list)",
        "[[isinstance(number, float) for number in pair] for pair in history]",
    )

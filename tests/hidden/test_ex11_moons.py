"""Hidden checks of exercise 11."""

from generators import network, number, numbers, numbers_of

from grader.core.checks import exercise

check = exercise(11)


def sides(rng, count):
    """Labels with both sides among them."""
    labels = [rng.choice((-1, 1)) for _ in range(count - 2)] + [-1, 1]
    rng.shuffle(labels)
    return labels


def scores_off_the_margin(rng, count):
    """Scores that are neither near 0 nor near a margin of 1."""
    found = []
    while len(found) < count:
        score = number(rng, 0.1, 2.5)
        if abs(abs(score) - 1) > 0.05:
            found.append(score)
    return found


@check("hinge_loss", points=1)
def test_loss_of_clear_scores(probe):
    """Scores that are clearly right cost nothing, however large, and receive no gradient."""
    probe(
        """
        clear = [Value(1.25), Value(-50.0), Value(1e6)]
        none = hinge_loss(clear, [1, -1, 1])
        none.backward()
        unclear = Value(0.5)
        some = hinge_loss([*clear, unclear], [1, -1, 1, 1])
        some.backward()
        """,
        "[isinstance(none, Value), none.data, some.data]",
        "[s.grad for s in clear]",
        "unclear.grad",
    )


@check("hinge_loss", points=1)
def test_loss_of_a_score_of_zero(probe):
    """A score of zero costs one for either label, and is drawn to its label's side."""
    probe(
        """
        up = Value(0.0)
        down = Value(0)
        first = hinge_loss([up], [1])
        second = hinge_loss([down], [-1])
        first.backward()
        second.backward()
        """,
        "[first.data, second.data]",
        "[up.grad, down.grad]",
    )


@check("hinge_loss", points=1)
def test_labels_as_floats(probe):
    """Labels may be floats, and scores and labels stay as they are."""
    probe(
        """
        scores = [Value(0.5), Value(0.5), Value(-2)]
        labels = [1.0, -1.0, 1.0]
        loss = hinge_loss(scores, labels)
        """,
        "loss.data",
        "[[s.data, s.grad] for s in scores]",
        "labels",
    )


@check("hinge_loss", points=2)
def test_scores_that_share_parameters(probe):
    """Scores made from the same parameters send them the gradients of all points inside the margin."""
    probe(
        """
        w = Value(0.75)
        b = Value(-0.25)
        loss = hinge_loss([w * x + b for x in (-2.0, -0.5, 0.25, 1.0, 4.0)], [-1, 1, -1, 1, 1])
        (loss * 3.0).backward()
        """,
        "loss.data",
        "[w.grad, b.grad]",
    )


@check("hinge_loss", points=2)
def test_any_hinge_loss(probe, rng):
    """The hinge loss of any scores and its gradients are right, for few and for many points."""
    lines, observe = [], []
    for i, n in enumerate((2, 3, 7, 20), start=1):
        lines += [
            f"s{i} = [Value(s) for s in {scores_off_the_margin(rng, n)}]",
            f"loss{i} = hinge_loss(s{i}, {sides(rng, n)})",
            f"(loss{i} * {number(rng)}).backward()",
        ]
        observe += [f"loss{i}.data", f"[s.grad for s in s{i}]"]
    probe("\n".join(lines), *observe)


@check("l2_penalty", points=1)
def test_penalty_of_whole_numbers_and_zero(probe):
    """Whole numbers and zero are parameters like any others, and one parameter is enough."""
    probe(
        """
        parameters = [Value(3), Value(0.0), Value(-2)]
        penalty = l2_penalty(parameters, strength=0.5)
        single = l2_penalty([Value(-1.5)], 2)
        penalty.backward()
        """,
        "[isinstance(penalty, Value), penalty.data, single.data]",
        "[p.grad for p in parameters]",
        "[p.data for p in parameters]",
    )


@check("l2_penalty", points=2)
def test_penalty_beside_another_loss(probe):
    """A penalty that is added to another loss adds its gradients to those of that loss."""
    probe(
        """
        n = Neuron(2, activation="linear")
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        parameters = [*n.w, n.b]
        loss = hinge_loss([n([1.0, 0.5]), n([-1.0, 2.0])], [1, 1]) + l2_penalty(parameters, 0.1)
        loss.backward()
        """,
        "loss.data",
        "[p.grad for p in parameters]",
    )


@check("l2_penalty", points=1)
def test_any_penalty(probe, rng):
    """The penalty of any parameters and its gradients are right."""
    probe(
        f"""
        parameters = [Value(p) for p in {numbers(rng, 9)}]
        penalty = l2_penalty(parameters, {abs(number(rng))})
        default = l2_penalty(parameters)
        (penalty * {number(rng)} + default * 1000.0).backward()
        """,
        "[penalty.data, default.data * 1000.0]",
        "[p.grad for p in parameters]",
    )


@check("accuracy", points=1)
def test_accuracy_is_a_plain_number(probe):
    """Accuracy is a float, for one point as for many, and float labels are right too."""
    probe(
        """
        one = accuracy([Value(3)], [1])
        none = accuracy([Value(-0.25)], [1.0])
        half = accuracy([Value(0.25), Value(0.25)], [1.0, -1.0])
        """,
        "[isinstance(share, float) for share in (one, none, half)]",
        "[one, none, half]",
    )


@check("accuracy", points=1)
def test_accuracy_of_tiny_and_huge_scores(probe):
    """The sign alone decides, be the score tiny or huge or a zero of either sign."""
    probe(
        """
        scores = [Value(1e-300), Value(-1e-300), Value(1e300), Value(-1e300), Value(-0.0), Value(0)]
        shares = [accuracy([s], [label]) for s in scores for label in (-1, 1)]
        together = accuracy(scores, [1, 1, 1, 1, 1, 1])
        """,
        "shares",
        "together",
    )


@check("accuracy", points=1)
def test_any_accuracy(probe, rng):
    """The share of right signs is right for any scores, which stay as they are."""
    scores = [*scores_off_the_margin(rng, 11), 0.0, 0.0]
    rng.shuffle(scores)
    probe(
        f"""
        scores = [Value(s) for s in {scores}]
        shares = [accuracy(scores, labels) for labels in {[sides(rng, 13) for _ in range(4)]}]
        shares.append(accuracy(scores, [1] * 13))
        """,
        "shares",
        "[[s.data, s.grad] for s in scores]",
    )


@check("train", points=1)
def test_rate_of_a_single_epoch(probe):
    """A single epoch has the full rate, and of several the first one has."""
    probe(
        """
        places = []
        for epochs in (1, 2, 3):
            net = MLP(1, [1])
            for p in net.parameters():
                p.data = 0.25
            history = list(train(net, [[0.5], [-0.25]], [1, -1], epochs, learning_rate=0.5, strength=0.25))
            places.append([[loss for loss, share in history], [p.data for p in net.parameters()]])
        nothing = list(train(net, [[0.5], [-0.25]], [1, -1], 0))
        """,
        "places",
        "len(nothing)",
    )


@check("train", points=1)
def test_training_without_a_penalty(probe):
    """With the strength zero the hinge loss is left, and weights stop where all margins are clear."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.0
        history = list(train(net, [[-2.0], [2.5], [3.0]], [-1, 1, 1], 6, learning_rate=1, strength=0))
        """,
        "[[loss, share] for loss, share in history]",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=1)
def test_arguments_by_position(probe):
    """Learning rate and strength may be given by position, and come in this order."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.5
            p.grad = -7.0
        history = train(net, [[0.5], [-0.25]], [-1, 1], 3, 0.25, 0.125)
        """,
        "[[loss, share] for loss, share in history]",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=2)
def test_any_training_of_a_network(probe, rng):
    """Losses, accuracies and weights of any tanh network are right in every epoch."""
    text, inputs = network(rng, 2, [3, 2, 1], ["tanh", "tanh", "linear"], samples=6)
    rate, strength = abs(number(rng, 0.1, 0.4)), abs(number(rng, 0.01, 0.09))
    probe(
        f"""
{text}
history = list(train(net, {inputs}, {sides(rng, 6)}, 7, learning_rate={rate}, strength={strength}))
""",
        "[loss for loss, share in history]",
        "[share for loss, share in history]",
        numbers_of(),
    )


@check("train", points=2)
def test_any_training_with_few_arguments(probe, rng):
    """Losses, accuracies and weights are right with the usual rate and strength, too."""
    text, inputs = network(rng, 2, [2, 1], ["tanh", "linear"], samples=5)
    probe(
        f"""
{text}
history = list(train(net, {inputs}, {sides(rng, 5)}, epochs=5))
""",
        "[loss for loss, share in history]",
        "[share for loss, share in history]",
        numbers_of(),
    )


@check("train", points=2)
def test_training_of_a_module_of_ones_own(probe):
    """Any Module whose output is one value can be trained, and the penalty takes in all its parameters."""
    probe(
        """
        class Ring(Module):
            def __init__(self):
                self.radius = Value(0.5)
                self.slope = Value(1.5)

            def __call__(self, x):
                return self.slope * (x[0] * x[0] + x[1] * x[1] - self.radius)

            def parameters(self):
                return [self.radius, self.slope]

        model = Ring()
        inputs = [[0.1, 0.2], [1.0, -0.5], [-0.3, 0.4], [0.9, 0.8]]
        history = list(train(model, inputs, [-1, 1, -1, 1], 5, learning_rate=0.3, strength=0.02))
        """,
        "[[loss, share] for loss, share in history]",
        "[model.radius.data, model.slope.data]",
    )

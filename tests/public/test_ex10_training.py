"""Public checks of exercise 10."""

from grader.core.checks import exercise

check = exercise(10)


@check("mean_squared_error", points=1)
def test_mean_of_squared_errors(probe):
    """The loss is the mean of the squared errors, not their sum."""
    probe(
        """
        predictions = [Value(1.0), Value(2.0), Value(-1.0), Value(0.5)]
        targets = [3.0, 2.5, 1.0, 0.0]
        loss = mean_squared_error(predictions, targets)
        """,
        "loss.data",
    )


@check("mean_squared_error", points=2)
def test_gradients_of_the_loss(probe):
    """Each prediction receives 2 * (prediction - target) / number of samples."""
    probe(
        """
        predictions = [Value(1.0), Value(2.0), Value(-1.0), Value(0.5)]
        targets = [3.0, 2.5, 1.0, 0.0]
        loss = mean_squared_error(predictions, targets)
        loss.backward()
        """,
        "[p.grad for p in predictions]",
    )


@check("mean_squared_error", points=1)
def test_loss_of_one_sample(probe):
    """One sample is enough: the loss is its squared error."""
    probe(
        """
        p = Value(1.5)
        loss = mean_squared_error([p], [4.0])
        loss.backward()
        """,
        "loss.data",
        "p.grad",
    )


@check("sgd_step", points=2)
def test_step_against_the_gradient(probe):
    """A step moves the data against the gradient, by learning rate times gradient."""
    probe(
        """
        a = Value(1.0)
        b = Value(-2.0)
        a.grad = 4.0
        b.grad = -0.5
        sgd_step([a, b], 0.1)
        """,
        "[a.data, b.data]",
    )


@check("sgd_step", points=1)
def test_step_leaves_the_gradient(probe):
    """A step changes the data, leaves the gradients as they are and returns nothing."""
    probe(
        """
        a = Value(1.0)
        a.grad = 4.0
        returned = sgd_step([a], 0.25)
        """,
        "a.data",
        "a.grad",
        "returned is None",
    )


@check("sgd_step", points=1)
def test_step_changes_the_values_in_place(probe):
    """A step changes the very values of a network, so that its output changes."""
    probe(
        """
        n = Neuron(1, activation="linear")
        n.w = [Value(2.0)]
        w = n.w[0]
        n([3.0]).backward()
        sgd_step(n.parameters(), 0.5)
        out = n([3.0])
        """,
        "n.w[0] is w",
        "out.data",
    )


@check("train", points=2)
def test_losses_of_a_line(probe):
    """Training a line y = w * x + b from 0 gives these losses, each before its update."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.0
        losses = train(net, [[1.0], [2.0]], [2.0, 4.0], 3, 0.1)
        """,
        "list(losses)",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=2)
def test_losses_of_a_small_network(probe):
    """Every epoch starts with fresh gradients and updates every parameter of a network."""
    probe(
        """
        net = MLP(1, [2, 1])
        for i, p in enumerate(net.parameters()):
            p.data = 0.5 - 0.15 * i
        losses = train(net, [[1.0], [-2.0], [0.5]], [0.5, -1.0, 2.0], 4, 0.1)
        """,
        "list(losses)",
    )


@check("train", points=1)
def test_old_gradients_do_not_count(probe):
    """Gradients that are left from before training have no effect."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.5
            p.grad = 100.0
        losses = train(net, [[1.0], [2.0]], [2.0, 4.0], 2, 0.1)
        """,
        "list(losses)",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=1)
def test_one_plain_number_per_epoch(probe):
    """The result is a list with one plain number for each epoch, and here they become smaller."""
    probe(
        """
        net = MLP(1, [1])
        for p in net.parameters():
            p.data = 0.5
        found = train(net, [[1.0], [2.0]], [2.0, 4.0], 5, 0.1)
        losses = list(found)
        """,
        "isinstance(found, list)",
        "len(losses)",
        "all(isinstance(loss, float) for loss in losses)",
        "losses[4] < losses[0]",
    )


@check("train", points=1)
def test_training_keeps_the_parameters(probe):
    """Training changes the network's own parameters and does not replace them."""
    probe(
        """
        net = MLP(1, [1])
        before = list(net.parameters())
        for p in before:
            p.data = 0.5
        train(net, [[1.0], [2.0]], [2.0, 4.0], 2, 0.1)
        after = list(net.parameters())
        """,
        "[p is q for p, q in zip(before, after)]",
        "[p.data for p in before]",
    )


@check("train", points=1)
def test_any_module_can_be_trained(probe):
    """Any Module whose output is one value can be trained, not networks alone."""
    probe(
        """
        class Parabola(Module):
            def __init__(self):
                self.bend = Value(0.5)

            def __call__(self, x):
                return self.bend * x[0] * x[0]

            def parameters(self):
                return [self.bend]

        model = Parabola()
        losses = train(model, [[1.0], [-2.0]], [3.0, 10.0], 3, 0.05)
        """,
        "list(losses)",
        "model.bend.data",
    )

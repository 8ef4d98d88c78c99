"""Hidden checks of exercise 10."""

from generators import network, number, numbers, numbers_of

from grader.core.checks import exercise

check = exercise(10)


@check("mean_squared_error", points=1)
def test_loss_of_perfect_predictions(probe):
    """Perfect predictions cost nothing and receive no gradient; others beside them do."""
    probe(
        """
        predictions = [Value(2), Value(-1.5), Value(0.25)]
        perfect = mean_squared_error(predictions, [2, -1.5, 0.25])
        perfect.backward()
        before = [p.grad for p in predictions]
        partly = mean_squared_error(predictions, [2, 1, 0.25])
        partly.backward()
        """,
        "[isinstance(perfect, Value), perfect.data, partly.data]",
        "before",
        "[p.grad for p in predictions]",
    )


@check("mean_squared_error", points=1)
def test_loss_changes_no_prediction(probe):
    """The loss leaves predictions and targets as they are."""
    probe(
        """
        predictions = [Value(1.0), Value(-2.0)]
        targets = [3, 4.0]
        losses = [mean_squared_error(predictions, targets).data for call in range(2)]
        """,
        "losses",
        "[[p.data, p.grad] for p in predictions]",
        "targets",
    )


@check("mean_squared_error", points=2)
def test_predictions_that_share_parameters(probe):
    """Predictions made from the same parameters send them the gradients of all samples."""
    probe(
        """
        w = Value(0.5)
        b = Value(-1.0)
        inputs = [1.0, -2.0, 3.0, 0.5, 0.0]
        loss = mean_squared_error([w * x + b for x in inputs], [2, 0, -1, 0.5, 1])
        loss.backward()
        """,
        "loss.data",
        "[w.grad, b.grad]",
    )


@check("mean_squared_error", points=1)
def test_two_losses_with_the_same_parameters(probe):
    """Two losses of the same parameters add up their gradients, and may be added before."""
    probe(
        """
        w = Value(0.5)
        first = mean_squared_error([w * 2.0, w * w], [1.0, -1.0])
        second = mean_squared_error([w + 3.0], [0.25])
        first.backward()
        one = w.grad
        second.backward()
        both = w.grad
        w.grad = 0.0
        total = mean_squared_error([w * 2.0, w * w], [1.0, -1.0]) + mean_squared_error([w + 3.0], [0.25]) * 0.5
        total.backward()
        """,
        "[first.data, second.data, total.data]",
        "[one, both, w.grad]",
    )


@check("mean_squared_error", points=2)
def test_any_mean_squared_error(probe, rng):
    """The mean of any squared errors and its gradients are right, for few and for many samples."""
    lines, observe = [], []
    for i, n in enumerate((2, 3, 7, 12), start=1):
        lines += [
            f"p{i} = [Value(p) for p in {numbers(rng, n)}]",
            f"loss{i} = mean_squared_error(p{i}, {numbers(rng, n, 0.2, 4.0)})",
            f"(loss{i} * {number(rng)}).backward()",
        ]
        observe += [f"loss{i}.data", f"[p.grad for p in p{i}]"]
    probe("\n".join(lines), *observe)


@check("sgd_step", points=1)
def test_steps_of_many_sizes(probe):
    """The learning rate decides on the size of the step, and a rate of zero is no step."""
    probe(
        """
        places = []
        for rate in (0, 0.001, 1, 2.5):
            a = Value(3)
            a.grad = -4
            b = Value(0.5)
            sgd_step([a, b], rate)
            places.append([a.data, b.data])
        """,
        "places",
    )


@check("sgd_step", points=1)
def test_step_returns_nothing(probe):
    """A step returns nothing and may be asked for without parameters."""
    probe(
        """
        a, b = Value(1.0), Value(-3.0)
        a.grad, b.grad = 2.0, 0.5
        results = [sgd_step([a, b], 0.5), sgd_step([], 0.5)]
        """,
        "[result is None for result in results]",
        "[a.data, b.data]",
    )


@check("sgd_step", points=2)
def test_steps_in_a_row(probe):
    """Two steps with the same gradients move twice as far, and a step keeps the list as it is."""
    probe(
        """
        parameters = [Value(1.0), Value(-2.0), Value(0.0)]
        kept = list(parameters)
        for i, p in enumerate(parameters):
            p.grad = 1.5 - i
        sgd_step(parameters, 0.1)
        once = [p.data for p in kept]
        sgd_step(parameters, 0.1)
        """,
        "once",
        "[p.data for p in kept]",
        "[p.grad for p in kept]",
        "[p is q for p, q in zip(parameters, kept)]",
    )


@check("sgd_step", points=2)
def test_descent_of_any_bowl(probe, rng):
    """Steps lead down into a bowl, place by place as they should."""
    a, b = number(rng, 0.3, 1.2), number(rng, 0.3, 1.2)
    x, y = numbers(rng, 2)
    probe(
        f"""
        x = Value({x})
        y = Value({y})
        places = []
        for step in range(5):
            height = (x - {a}) * (x - {a}) + (y - {b}) * (y - {b}) * 2.0 + x * y
            x.grad = 0.0
            y.grad = 0.0
            height.backward()
            sgd_step([x, y], {abs(number(rng, 0.05, 0.2))})
            places.append([x.data, y.data])
        """,
        "places",
    )


@check("train", points=1)
def test_training_in_two_parts(probe):
    """Training goes on where it has stopped: two parts give what the whole gives."""
    probe(
        """
        runs = []
        for parts in ([5], [2, 3], [1, 0, 4]):
            net = MLP(1, [2, 1])
            for i, p in enumerate(net.parameters()):
                p.data = 0.4 - 0.1 * i
            losses = []
            for epochs in parts:
                losses = losses + list(train(net, [[1.0], [-0.5]], [0.5, -1.0], epochs, 0.2))
            runs.append(losses)
        """,
        "runs",
    )


@check("train", points=1)
def test_training_with_one_sample(probe):
    """One sample is enough, and whole numbers serve as inputs, targets and rate."""
    probe(
        """
        net = MLP(2, [1])
        for i, p in enumerate(net.parameters()):
            p.data = 0.5 * i
        losses = train(net, [[1, -2]], [3], 3, 0.0625)
        stepwise = train(net, [[0, 0]], [1], 2, 1)
        """,
        "list(losses)",
        "list(stepwise)",
        "[p.data for p in net.parameters()]",
    )


@check("train", points=2)
def test_training_of_a_module_of_ones_own(probe):
    """Any Module whose output is one value can be trained."""
    probe(
        """
        class Parabola(Module):
            def __init__(self):
                self.a = Value(1.0)
                self.b = Value(0.0)

            def __call__(self, x):
                return self.a * x[0] * x[0] + self.b * x[0]

            def parameters(self):
                return [self.a, self.b]

        model = Parabola()
        losses = train(model, [[1.0], [-1.0], [2.0]], [3.0, 0.0, 8.0], 4, 0.05)
        """,
        "list(losses)",
        "[model.a.data, model.b.data]",
    )


@check("train", points=2)
def test_each_epoch_is_one_step(probe, rng):
    """After each epoch the weights are where one step against the gradient of the whole loss leads."""
    text, inputs = network(rng, 2, [2, 1], ["tanh", "linear"], samples=3)
    probe(
        f"""
{text}
for layer in net.layers:
    for n in layer.neurons:
        n.b.grad = 3.0
places = []
for epoch in range(4):
    losses = train(net, {inputs}, {numbers(rng, 3)}, 1, {abs(number(rng, 0.05, 0.2))})
    places.append([list(losses), {numbers_of()}])
""",
        "places",
    )


@check("train", points=2)
def test_any_training_of_a_tanh_network(probe, rng):
    """Losses and weights of any tanh network are right in every epoch."""
    text, inputs = network(rng, 2, [3, 2, 1], ["tanh", "tanh", "linear"], samples=5)
    probe(
        f"""
{text}
losses = train(net, {inputs}, {numbers(rng, 5)}, 8, {abs(number(rng, 0.05, 0.15))})
""",
        "list(losses)",
        numbers_of(),
    )


@check("train", points=2)
def test_any_training_of_a_line(probe, rng):
    """Losses, slope and height of any line are right in every epoch."""
    text, inputs = network(rng, 1, [1], ["linear"], samples=6)
    probe(
        f"""
{text}
targets = {numbers(rng, 6, 0.2, 3.0)}
losses = train(net, {inputs}, targets, 10, {abs(number(rng, 0.05, 0.2))})
""",
        "list(losses)",
        numbers_of(),
    )

"""Public checks of exercise 8."""

from grader.core.checks import exercise

check = exercise(8)


@check("Neuron.__call__", points=2)
def test_tanh_neuron(probe):
    """A neuron multiplies inputs by weights, adds them up with the bias, and takes tanh."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        out = n([1.0, 0.5])
        """,
        "out.data",
    )


@check("Neuron.__call__", points=1)
def test_relu_neuron(probe):
    """A relu neuron keeps a positive sum and turns a negative one into 0."""
    probe(
        """
        n = Neuron(2, activation="relu")
        n.w = [Value(2.0), Value(-1.0)]
        n.b = Value(0.5)
        on = n([3.0, 1.0])
        off = n([1.0, 3.0])
        """,
        "on.data",
        "off.data",
    )


@check("Neuron.__call__", points=1)
def test_linear_neuron(probe):
    """A linear neuron gives the sum as it is, large or negative."""
    probe(
        """
        n = Neuron(3, activation="linear")
        n.w = [Value(2.0), Value(-1.0), Value(1.0)]
        n.b = Value(0.5)
        large = n([3.0, 1.0, 4.0])
        negative = n([1.0, 3.0, -4.0])
        """,
        "large.data",
        "negative.data",
    )


@check("Neuron.__call__", points=2)
def test_gradients_of_weights_and_bias(probe):
    """Gradients reach every weight and the bias."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        out = n([1.0, 2.0])
        out.backward()
        """,
        "[w.grad for w in n.w]",
        "n.b.grad",
    )


@check("Neuron.__call__", points=1)
def test_inputs_may_be_values(probe):
    """Inputs may be values, and gradients reach them too."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        x = [Value(1.0), Value(0.5)]
        out = n(x)
        out.backward()
        """,
        "out.data",
        "[v.grad for v in x]",
    )


@check("Neuron.__call__", points=2)
def test_wrong_number_of_inputs(probe):
    """Too few or too many inputs raise ValueError; the right number does not."""
    probe(
        """
        n = Neuron(2, activation="linear")
        n.w = [Value(0.5), Value(-1.0)]
        results = []
        for x in [[1.0], [1.0, 2.0, 3.0], [1.0, 2.0]]:
            try:
                results.append(n(x).data)
            except ValueError:
                results.append("ValueError")
        """,
        "results",
    )


@check("Neuron.__call__", points=1)
def test_two_samples_through_one_neuron(probe):
    """Two samples use the same weights, whose gradients add up."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        total = n([1.0, 2.0]) + n([-1.0, 0.5])
        total.backward()
        """,
        "total.data",
        "[w.grad for w in n.w]",
        "n.b.grad",
    )


@check("Neuron.parameters", points=1)
def test_number_of_parameters(probe):
    """A neuron with three inputs has four parameters in one list: three weights and a bias."""
    probe(
        """
        n = Neuron(3)
        found = n.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
    )


@check("Neuron.parameters", points=2)
def test_parameters_are_the_very_values(probe):
    """The parameters are the neuron's own values, no copies: the weights, then the bias."""
    probe(
        """
        n = Neuron(2)
        parameters = list(n.parameters())
        """,
        "parameters[0] is n.w[0]",
        "parameters[1] is n.w[1]",
        "parameters[2] is n.b",
        "len(parameters)",
    )


@check("Neuron.parameters", points=1)
def test_parameters_can_be_asked_for_twice(probe):
    """A second call gives the same parameters, and does not change the neuron."""
    probe(
        """
        n = Neuron(2)
        first = list(n.parameters())
        second = list(n.parameters())
        """,
        "[len(first), len(second), len(n.w)]",
        "all(p is q for p, q in zip(first, second))",
    )


@check("Neuron.parameters", points=1)
def test_parameters_are_those_of_now(probe):
    """The parameters are those that the neuron has now, also where it had others before."""
    probe(
        """
        n = Neuron(2)
        before = list(n.parameters())
        n.w = [Value(0.5), Value(-1.5)]
        after = list(n.parameters())
        """,
        "[len(before), len(after)]",
        "[p is q for p, q in zip(after, [*n.w, n.b])]",
    )


@check("Neuron.parameters", points=1)
def test_neurons_draw_weights_of_their_own(probe):
    """Each neuron draws weights of its own between -1 and 1, from the rng that it is given."""
    probe(
        """
        import random

        neurons = [Neuron(3), Neuron(3), *(Neuron(3, rng=random.Random(seed)) for seed in (5, 5))]
        weights = [[p.data for p in list(n.parameters())[:3]] for n in neurons]
        """,
        "[len({w for ws in weights[:3] for w in ws}), weights[2] == weights[3]]",
        "all(-1 <= w <= 1 for ws in weights for w in ws)",
    )

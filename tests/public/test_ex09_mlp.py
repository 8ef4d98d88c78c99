"""Public checks of exercise 9."""

from grader.core.checks import exercise

check = exercise(9)


@check("Layer.__call__", points=1)
def test_layer_gives_one_output_per_neuron(probe):
    """A layer gives every neuron the same inputs and lists the outputs in their order."""
    probe(
        """
        layer = Layer(2, 3, activation="linear")
        for i, n in enumerate(layer.neurons):
            n.w = [Value(1.0 + i), Value(-0.5)]
            n.b = Value(0.25)
        outputs = layer([2.0, 3.0])
        """,
        "[out.data for out in outputs]",
    )


@check("Layer.__call__", points=1)
def test_layer_with_one_neuron_gives_a_list(probe):
    """A layer with one neuron gives a list too, with one value in it."""
    probe(
        """
        layer = Layer(1, 1)
        layer.neurons[0].w = [Value(0.5)]
        layer.neurons[0].b = Value(0.25)
        outputs = layer([2.0])
        """,
        "isinstance(outputs, list)",
        "[out.data for out in outputs]",
    )


@check("Layer.__call__", points=1)
def test_inputs_receive_gradients_of_all_neurons(probe):
    """An input receives the gradients of all neurons of the layer."""
    probe(
        """
        layer = Layer(1, 2)
        for i, n in enumerate(layer.neurons):
            n.w = [Value(0.5 + i)]
            n.b = Value(0.25)
        x = Value(0.5)
        first, second = layer([x])
        total = first + second
        total.backward()
        """,
        "total.data",
        "x.grad",
    )


@check("Layer.__call__", points=1)
def test_layer_with_a_wrong_number_of_inputs_is_an_error(probe):
    """Too few or too many inputs of a layer raise ValueError; the right number does not."""
    probe(
        """
        layer = Layer(2, 2)
        results = []
        for x in [[1.0], [1.0, 2.0, 3.0], [1.0, 2.0]]:
            try:
                results.append(len(layer(x)))
            except ValueError:
                results.append("ValueError")
        """,
        "results",
    )


@check("Layer.parameters", points=1)
def test_layer_parameters_are_one_flat_list(probe):
    """A layer of four neurons with three inputs has 16 parameters in one flat list."""
    probe(
        """
        layer = Layer(3, 4)
        found = layer.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
    )


@check("Layer.parameters", points=1)
def test_layer_parameters_in_order_of_neurons(probe):
    """The parameters are the neurons' own values, neuron by neuron."""
    probe(
        """
        layer = Layer(2, 2)
        first, second = layer.neurons
        parameters = list(layer.parameters())
        """,
        "[parameters[0] is first.w[0], parameters[1] is first.w[1], parameters[2] is first.b]",
        "[parameters[3] is second.w[0], parameters[4] is second.w[1], parameters[5] is second.b]",
    )


@check("Layer.parameters", points=1)
def test_layer_parameters_can_be_asked_for_twice(probe):
    """A second call gives the same parameters of the layer."""
    probe(
        """
        layer = Layer(2, 3)
        first = list(layer.parameters())
        second = list(layer.parameters())
        """,
        "[len(first), len(second)]",
        "all(p is q for p, q in zip(first, second))",
    )


@check("Layer.parameters", points=1)
def test_neurons_of_a_layer_draw_weights_of_their_own(probe):
    """No two neurons of a layer begin with the same weights."""
    probe(
        """
        layer = Layer(2, 4)
        parameters = list(layer.parameters())
        weights = {p.data for i, p in enumerate(parameters) if i % 3 < 2}
        """,
        "[len(parameters), len(weights)]",
    )


@check("MLP.__call__", points=2)
def test_network_feeds_each_layer_into_the_next(probe):
    """The outputs of one layer are the inputs of the next."""
    probe(
        """
        net = MLP(2, [2, 1])
        for layer in net.layers:
            for i, n in enumerate(layer.neurons):
                n.w = [Value(0.5 + i), Value(-0.25)]
                n.b = Value(0.1)
        out = net([1.0, 2.0])
        """,
        "out.data",
    )


@check("MLP.__call__", points=1)
def test_one_output_is_a_bare_value(probe):
    """A network with one output gives the Value itself, not a list."""
    probe(
        """
        net = MLP(1, [1])
        net.layers[0].neurons[0].w = [Value(0.5)]
        net.layers[0].neurons[0].b = Value(0.25)
        out = net([3.0])
        """,
        "isinstance(out, Value)",
        "out.data",
    )


@check("MLP.__call__", points=1)
def test_several_outputs_are_a_list(probe):
    """A network with several outputs gives a list of values."""
    probe(
        """
        net = MLP(1, [3])
        for i, n in enumerate(net.layers[0].neurons):
            n.w = [Value(0.5 + i)]
            n.b = Value(0.25)
        outputs = net([2.0])
        """,
        "isinstance(outputs, list)",
        "[out.data for out in outputs]",
    )


@check("MLP.__call__", points=2)
def test_last_layer_is_linear(probe):
    """Hidden layers use tanh, the last layer is linear: outputs may go beyond 1."""
    probe(
        """
        net = MLP(1, [1, 1, 1])
        for layer in net.layers:
            layer.neurons[0].w = [Value(2.0)]
            layer.neurons[0].b = Value(1.0)
        above = net([1.0])
        below = net([-1.0])
        """,
        "above.data",
        "below.data",
    )


@check("MLP.__call__", points=1)
def test_gradients_reach_the_first_layer(probe):
    """Gradients go through the whole network, back to the first layer's weights."""
    probe(
        """
        net = MLP(1, [2, 1])
        for layer in net.layers:
            for i, n in enumerate(layer.neurons):
                n.w = [Value(0.5 - i) for w in n.w]
                n.b = Value(0.1)
        out = net([2.0])
        out.backward()
        """,
        "[n.w[0].grad for n in net.layers[0].neurons]",
        "[w.grad for w in net.layers[1].neurons[0].w]",
    )


@check("MLP.parameters", points=2)
def test_network_has_all_41_parameters(probe):
    """MLP(3, [4, 4, 1]) has 41 parameters in one flat list, those of the last layer included."""
    probe(
        """
        net = MLP(3, [4, 4, 1])
        found = net.parameters()
        parameters = list(found)
        """,
        "isinstance(found, list)",
        "len(parameters)",
        "all(isinstance(p, Value) for p in parameters)",
    )


@check("MLP.parameters", points=1)
def test_network_parameters_layer_by_layer(probe):
    """The parameters are the network's own values, layer by layer."""
    probe(
        """
        net = MLP(1, [2, 1])
        first, second = net.layers[0].neurons
        last = net.layers[1].neurons[0]
        expected = [first.w[0], first.b, second.w[0], second.b, last.w[0], last.w[1], last.b]
        parameters = list(net.parameters())
        """,
        "len(parameters)",
        "[p is q for p, q in zip(parameters, expected)]",
    )


@check("MLP.parameters", points=1)
def test_network_parameters_can_be_asked_for_twice(probe):
    """A second call gives the same parameters of the network."""
    probe(
        """
        net = MLP(2, [3, 1])
        first = list(net.parameters())
        second = list(net.parameters())
        """,
        "[len(first), len(second)]",
        "all(p is q for p, q in zip(first, second))",
    )


@check("MLP.parameters", points=1)
def test_same_seed_draws_the_same_network(probe):
    """The same seed draws the same network and another seed another one, whose weights are all different."""
    probe(
        """
        first, again, other = ([p.data for p in MLP(2, [2, 1], seed=seed).parameters()] for seed in (7, 7, 8))
        """,
        "[first == again, first == other]",
        "len({w for w in first if w})",
    )


@check("Module.zero_grad", points=2)
def test_zero_grad_of_a_network(probe):
    """zero_grad sets the gradient of every parameter of a network to 0."""
    probe(
        """
        net = MLP(1, [1, 1], seed=1)
        for i, p in enumerate(net.parameters()):
            p.data = 0.5 + 0.25 * i
        net([1.0]).backward()
        before = [p.grad for p in net.parameters()]
        net.zero_grad()
        after = [p.grad for p in net.parameters()]
        """,
        "before",
        "after",
    )


@check("Module.zero_grad", points=1)
def test_zero_grad_of_neuron_and_layer(probe):
    """A neuron and a layer can set their gradients to 0 as well."""
    probe(
        """
        neuron = Neuron(2)
        layer = Layer(1, 2)
        parameters = [*neuron.parameters(), *layer.parameters()]
        for p in parameters:
            p.grad = 5.0
        before = [p.grad for p in parameters]
        neuron.zero_grad()
        layer.zero_grad()
        after = [p.grad for p in parameters]
        """,
        "before",
        "after",
    )


@check("Module.zero_grad", points=1)
def test_zero_grad_of_any_module(probe):
    """Any Module that has parameters can set their gradients to 0, which returns nothing."""
    probe(
        """
        class Line(Module):
            def __init__(self):
                self.slope = Value(1.5)
                self.start = Value(-0.5)

            def parameters(self):
                return [self.slope, self.start]

        line = Line()
        line.slope.grad = 4.0
        line.start.grad = -2.0
        returned = line.zero_grad()
        """,
        "[line.slope.grad, line.start.grad]",
        "returned is None",
    )


@check("Module.zero_grad", points=1)
def test_zero_grad_keeps_the_parameters(probe):
    """zero_grad changes gradients alone: the parameters stay the same values with the same data."""
    probe(
        """
        n = Neuron(1)
        n.w[0].data = 0.5
        n.b.data = 0.25
        first = list(n.parameters())
        for p in first:
            p.grad = 3.0
        n.zero_grad()
        """,
        "[n.w[0] is first[0], n.b is first[1]]",
        "[p.data for p in first]",
        "[p.grad for p in first]",
    )


@check("Module.zero_grad", points=1)
def test_same_gradients_after_zero_grad(probe):
    """After zero_grad a second pass gives the same gradients as the first, not twice as much."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n([1.0, 2.0]).backward()
        first = [p.grad for p in n.parameters()]
        n.zero_grad()
        n([1.0, 2.0]).backward()
        second = [p.grad for p in n.parameters()]
        """,
        "first",
        "second",
    )

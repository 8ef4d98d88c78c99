"""Hidden checks of exercise 9."""

from generators import gradients_of, network, number, numbers

from grader.core.checks import exercise

check = exercise(9)

SHAPES = ((1, [1]), (2, [3, 1]), (3, [2, 2]), (1, [4, 3, 2]), (4, [1, 1, 1]), (2, [5]))


def any_networks(rng, activation, several=True):
    """Lines that run networks of several shapes forward and backward, and the expressions to observe."""
    lines, observe = [], []
    shapes = [(2, [3, 1]), (3, [2, 3, 2]), (1, [4, 1]), (2, [2, 2, 2, 1])]
    for i, (nin, nouts) in enumerate(shapes, start=1):
        last = rng.choice(("linear", "tanh")) if several else "linear"
        text, (x,) = network(rng, nin, nouts, [*[activation] * (len(nouts) - 1), last], name=f"net{i}")
        lines += [text, f"x{i} = [Value(x) for x in {x}]", f"out{i} = net{i}(x{i})"]
        if nouts[-1] == 1:
            lines += [f"(out{i} * {number(rng)}).backward()"]
            observe += [f"out{i}.data"]
        else:
            lines += [f"sum(o * c for o, c in zip(out{i}, {numbers(rng, nouts[-1])})).backward()"]
            observe += [f"[o.data for o in out{i}]"]
        observe += [gradients_of(f"net{i}"), f"[x.grad for x in x{i}]"]
    return "\n".join(lines), observe


@check("Layer.__call__", points=1)
def test_layer_of_relu_neurons(probe):
    """In a layer of relu neurons, each is on or off by itself."""
    probe(
        """
        layer = Layer(2, 3, activation="relu")
        for i, n in enumerate(layer.neurons):
            n.w = [Value(1.0 - i), Value(0.5)]
            n.b = Value(0.25)
        outputs = layer([2.0, 1.0])
        """,
        "[out.data for out in outputs]",
    )


@check("Layer.__call__", points=1)
def test_layer_with_a_wrong_number_of_inputs(probe):
    """A layer that is given too few or too many inputs raises ValueError."""
    probe(
        """
        layer = Layer(2, 2, activation="linear")
        for n in layer.neurons:
            n.w = [Value(0.5), Value(-1.0)]
            n.b = Value(0.25)
        results = []
        for x in [[1.0], [1.0, 2.0, 3.0], [1.0, 2.0]]:
            try:
                results.append([out.data for out in layer(x)])
            except ValueError:
                results.append("ValueError")
        """,
        "results",
    )


@check("Layer.__call__", points=2)
def test_any_layer(probe, rng):
    """Layers of any shape give the right outputs, and the right gradients to weights and inputs."""
    lines, observe = [], []
    for i, (nin, nout) in enumerate(((1, 4), (3, 1), (2, 3)), start=1):
        rows = [numbers(rng, nin + 1, 0.1, 0.9) for _ in range(nout)]
        lines += [
            f"layer{i} = Layer({nin}, {nout})",
            f"for n, row in zip(layer{i}.neurons, {rows}):",
            "    n.w = [Value(w) for w in row[:-1]]",
            "    n.b = Value(row[-1])",
            f"x{i} = [Value(x) for x in {numbers(rng, nin, 0.1, 0.9)}]",
            f"out{i} = layer{i}(x{i})",
            f"sum(o * c for o, c in zip(out{i}, {numbers(rng, nout)})).backward()",
        ]
        observe += [
            f"[isinstance(out{i}, list), [o.data for o in out{i}]]",
            f"[[p.grad for p in (*n.w, n.b)] for n in layer{i}.neurons]",
            f"[x.grad for x in x{i}]",
        ]
    probe("\n".join(lines), *observe)


@check("Layer.parameters", points=1)
def test_parameters_of_layers_of_any_shape(probe):
    """Layers of any shape list their neurons' own weights and biases, each once."""
    probe(
        """
        layers = [Layer(1, 1), Layer(5, 2), Layer(2, 5, activation="relu"), Layer(1, 10)]
        lists = [list(layer.parameters()) for layer in layers]
        wanted = [[p for n in layer.neurons for p in (*n.w, n.b)] for layer in layers]
        """,
        "[len(parameters) for parameters in lists]",
        "[[p is q for p, q in zip(a, b)] for a, b in zip(lists, wanted)]",
        "all(isinstance(layer.parameters(), list) for layer in layers)",
    )


@check("Layer.parameters", points=1)
def test_layer_parameters_follow_the_neurons(probe):
    """The parameters are those that the neurons have now."""
    probe(
        """
        layer = Layer(1, 2)
        before = list(layer.parameters())
        for i, n in enumerate(layer.neurons):
            n.w = [Value(0.5 + i)]
            n.b = Value(0.25)
        after = list(layer.parameters())
        """,
        "[len(before), len(after)]",
        "[p.data for p in after]",
        "after[0] is layer.neurons[0].w[0]",
    )


@check("MLP.__call__", points=1)
def test_layers_have_their_own_activations(probe):
    """With a list of activations each layer has its own, the last one too."""
    probe(
        """
        outputs = []
        for names in (["relu", "linear", "tanh"], ["linear", "tanh", "relu"], ["tanh", "relu", "linear"]):
            net = MLP(1, [1, 1, 1], activation=names)
            for layer in net.layers:
                layer.neurons[0].w = [Value(1.5)]
                layer.neurons[0].b = Value(0.25)
            outputs.append(net([0.75]).data)
        """,
        "outputs",
    )


@check("MLP.__call__", points=1)
def test_network_of_one_layer_is_linear(probe):
    """A network of a single layer is linear, whatever the name of the activation."""
    probe(
        """
        net = MLP(2, [2], activation="relu")
        for i, n in enumerate(net.layers[0].neurons):
            n.w = [Value(-2.0), Value(0.5 + i)]
            n.b = Value(-1.0)
        outputs = net([3.0, 1.0])
        """,
        "[out.data for out in outputs]",
        "isinstance(outputs, list)",
    )


@check("MLP.__call__", points=1)
def test_narrow_layer_inside_a_network(probe):
    """A layer with one neuron in the middle still feeds the next, and a wide end gives a list."""
    probe(
        """
        net = MLP(2, [3, 1, 2])
        for layer in net.layers:
            for i, n in enumerate(layer.neurons):
                n.w = [Value(0.5 - 0.25 * i) for w in n.w]
                n.b = Value(0.125 * (i + 1))
        outputs = net([1.0, -0.5])
        (outputs[0] * outputs[1]).backward()
        """,
        "[out.data for out in outputs]",
        "[n.w[0].grad for layer in net.layers for n in layer.neurons]",
        "[n.b.grad for layer in net.layers for n in layer.neurons]",
    )


@check("MLP.__call__", points=1)
def test_network_with_a_wrong_number_of_inputs(probe):
    """A network that is given too few or too many inputs raises ValueError."""
    probe(
        """
        net = MLP(2, [2, 1])
        for layer in net.layers:
            for n in layer.neurons:
                n.w = [Value(0.5), Value(-1.0)]
                n.b = Value(0.25)
        results = []
        for x in [[1.0], [1.0, 2.0, 3.0], [1.0, 2.0]]:
            try:
                results.append(net(x).data)
            except ValueError:
                results.append("ValueError")
        """,
        "results",
    )


@check("MLP.__call__", points=1)
def test_inputs_stay_as_they_are(probe):
    """A network leaves its inputs alone and gives the same outputs when it is called again."""
    probe(
        """
        net = MLP(2, [2, 1])
        for layer in net.layers:
            for n in layer.neurons:
                n.w = [Value(0.5), Value(-1.0)]
                n.b = Value(0.25)
        x = [1.0, -2.0]
        outputs = [net(x).data for call in range(3)]
        """,
        "outputs",
        "x",
        "[len(net.layers), [len(layer.neurons) for layer in net.layers]]",
    )


@check("MLP.__call__", points=2)
def test_any_tanh_network(probe, rng):
    """tanh networks of any shape give the right outputs, and the right gradient to every parameter."""
    text, observe = any_networks(rng, "tanh")
    probe(text, *observe)


@check("MLP.__call__", points=2)
def test_any_relu_network(probe, rng):
    """relu networks of any shape give the right outputs, and the right gradient to every parameter."""
    text, observe = any_networks(rng, "relu", several=False)
    probe(text, *observe)


@check("MLP.parameters", points=1)
def test_parameters_of_networks_of_any_shape(probe):
    """Networks of any shape list all of their own weights and biases, each once, in order."""
    probe(
        f"""
        nets = [MLP(nin, nouts) for nin, nouts in {SHAPES}]
        lists = [list(net.parameters()) for net in nets]
        wanted = [[p for layer in net.layers for n in layer.neurons for p in (*n.w, n.b)] for net in nets]
        """,
        "[len(parameters) for parameters in lists]",
        "[all(p is q for p, q in zip(a, b)) for a, b in zip(lists, wanted)]",
        "all(isinstance(net.parameters(), list) for net in nets)",
    )


@check("MLP.parameters", points=2)
def test_gradient_of_every_parameter(probe, rng):
    """Every parameter of a network receives its gradient from all samples together."""
    text, inputs = network(rng, 2, [3, 2, 1], ["tanh", "tanh", "linear"], samples=4)
    probe(
        f"""
{text}
total = sum(net(x) * net(x) for x in {inputs})
total.backward()
""",
        "total.data",
        "[p.data for p in net.parameters()]",
        "[p.grad for p in net.parameters()]",
    )


@check("Module.zero_grad", points=1)
def test_zero_grad_touches_parameters_only(probe):
    """zero_grad leaves the gradients of inputs and outputs and all data as they are."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        x = [Value(1.0), Value(0.5)]
        out = n(x)
        out.backward()
        before = [p.grad for p in (*n.w, n.b)]
        nothing = n.zero_grad()
        """,
        "before",
        "[p.grad for p in (*n.w, n.b)]",
        "[p.data for p in (*n.w, n.b)]",
        "[[v.grad for v in x], out.grad, out.data]",
        "nothing is None",
    )


@check("Module.zero_grad", points=2)
def test_zero_grad_of_a_module_of_ones_own(probe):
    """zero_grad works for every Module, by way of its parameters."""
    probe(
        """
        class Line(Module):
            def __init__(self):
                self.slope = Value(2.0)
                self.height = Value(-1.0)

            def parameters(self):
                return [self.slope, self.height]

        line = Line()
        line.slope.grad = 3.0
        line.height.grad = -4.0
        line.zero_grad()
        Module().zero_grad()
        """,
        "[line.slope.grad, line.height.grad]",
        "[line.slope.data, line.height.data]",
    )


@check("Module.zero_grad", points=1)
def test_zero_grad_of_the_last_layer_too(probe):
    """zero_grad reaches the weights and biases of every layer of networks of any shape."""
    probe(
        f"""
        left = []
        for nin, nouts in {SHAPES}:
            net = MLP(nin, nouts)
            own = [p for layer in net.layers for n in layer.neurons for p in (*n.w, n.b)]
            for i, p in enumerate(own):
                p.grad = i - 2.5
            net.zero_grad()
            left.append([p.grad for p in own])
        """,
        "left",
    )


@check("Module.zero_grad", points=2)
def test_passes_between_zero_grads(probe, rng):
    """Between two calls of zero_grad gradients add up, and after it they begin anew."""
    text, (x, y) = network(rng, 2, [2, 1], ["tanh", "linear"], samples=2)
    probe(
        f"""
{text}
seen = []
for clear, x in ((False, {x}), (False, {y}), (True, {x}), (True, {y})):
    if clear:
        net.zero_grad()
    net(x).backward()
    seen.append({gradients_of()})
""",
        "seen",
    )

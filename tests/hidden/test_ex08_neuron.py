"""Hidden checks of exercise 8."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(8)


def neurons(rng, activation, count=4):
    """Lines that call neurons of several sizes, away from the kink of relu, and go backward from each output."""
    lines, names = [], []
    while len(names) < count:
        nin = rng.randint(1, 5)
        w, b, x = numbers(rng, nin), number(rng), numbers(rng, nin)
        total = sum(wi * xi for wi, xi in zip(w, x, strict=True)) + b
        if not 0.1 < abs(total) < 2.0 or (activation == "relu" and (total > 0) == bool(len(names) % 2)):
            continue
        i = len(names) + 1
        lines += [
            f'n{i} = Neuron({nin}, activation="{activation}")',
            f"n{i}.w = [Value(w) for w in {w}]",
            f"n{i}.b = Value({b})",
            f"x{i} = [Value(x) for x in {x}]",
            f"out{i} = n{i}(x{i})",
            f"(out{i} * {number(rng)}).backward()",
        ]
        names.append(i)
    observe = [f"[{', '.join(f'out{i}.data' for i in names)}]"]
    observe += [f"[[v.grad for v in (*n{i}.w, n{i}.b)], [v.grad for v in x{i}]]" for i in names]
    return "\n".join(lines), observe


@check("Neuron.__call__", points=1)
def test_neuron_with_a_single_input(probe):
    """A neuron with a single input gives one value, not a list."""
    probe(
        """
        n = Neuron(1, activation="linear")
        n.w = [Value(-1.5)]
        n.b = Value(0.25)
        out = n([2.0])
        out.backward()
        """,
        "[isinstance(out, Value), out.data]",
        "[n.w[0].grad, n.b.grad]",
    )


@check("Neuron.__call__", points=1)
def test_bias_alone(probe):
    """Where all inputs are zero the bias is left, and it alone receives a gradient."""
    probe(
        """
        n = Neuron(3)
        n.w = [Value(0.5), Value(-1.0), Value(2.0)]
        n.b = Value(0.75)
        out = n([0, 0.0, 0])
        out.backward()
        """,
        "out.data",
        "[w.grad for w in n.w]",
        "n.b.grad",
    )


@check("Neuron.__call__", points=2)
def test_numbers_and_values_as_inputs(probe):
    """Inputs may be whole numbers, floats and values side by side; the values receive gradients."""
    probe(
        """
        n = Neuron(4)
        n.w = [Value(0.5), Value(-1.0), Value(0.25), Value(1.5)]
        n.b = Value(-0.5)
        a = Value(0.75)
        b = Value(-1)
        out = n([2, a, -0.5, b])
        out.backward()
        """,
        "out.data",
        "[a.grad, b.grad]",
        "[w.grad for w in n.w]",
    )


@check("Neuron.__call__", points=1)
def test_one_value_on_two_inputs(probe):
    """A value that stands on two inputs receives a gradient through both weights."""
    probe(
        """
        n = Neuron(3)
        n.w = [Value(0.5), Value(-1.5), Value(0.25)]
        n.b = Value(0.25)
        x = Value(0.75)
        out = n([x, x, 1.0])
        out.backward()
        """,
        "out.data",
        "x.grad",
        "[w.grad for w in n.w]",
    )


@check("Neuron.__call__", points=1)
def test_neuron_behind_a_neuron(probe):
    """The output of one neuron may be the input of the next, and gradients reach the first."""
    probe(
        """
        first = Neuron(2)
        first.w = [Value(0.5), Value(-1.0)]
        first.b = Value(0.25)
        second = Neuron(2, activation="relu")
        second.w = [Value(2.0), Value(0.5)]
        second.b = Value(1.0)
        hidden = first([1.0, -0.5])
        out = second([hidden, 1.0])
        out.backward()
        """,
        "[hidden.data, out.data]",
        "[p.grad for p in (*first.w, first.b, *second.w, second.b)]",
    )


@check("Neuron.__call__", points=1)
def test_relu_neuron_that_is_off(probe):
    """A relu neuron whose sum is negative gives zero and lets no gradient through."""
    probe(
        """
        n = Neuron(2, activation="relu")
        n.w = [Value(2.0), Value(-1.0)]
        n.b = Value(0.5)
        x = [Value(1.0), Value(3.0)]
        off = n(x)
        on = n([3.0, 1.0])
        off.backward()
        before = [p.grad for p in (*n.w, n.b, *x)]
        on.backward()
        """,
        "[off.data, on.data]",
        "before",
        "[p.grad for p in (*n.w, n.b)]",
    )


@check("Neuron.__call__", points=2)
def test_wrong_number_of_values(probe):
    """No inputs, too few or too many raise ValueError, for every activation and for values as well."""
    probe(
        """
        results = []
        for activation in ("tanh", "relu", "linear"):
            n = Neuron(2, activation=activation)
            n.w = [Value(0.5), Value(0.25)]
            n.b = Value(0.125)
            for x in [[], [Value(1.0)], [1.0, 2.0, 3.0], [Value(1.0), Value(2.0)]]:
                try:
                    results.append(n(x).data)
                except ValueError:
                    results.append("ValueError")
        """,
        "results",
    )


@check("Neuron.__call__", points=1)
def test_call_changes_nothing(probe):
    """Calling a neuron changes neither its weights and bias nor the inputs, and gives the same again."""
    probe(
        """
        n = Neuron(2)
        n.w = [Value(0.5), Value(-1.0)]
        n.b = Value(0.25)
        kept = [*n.w, n.b]
        x = [1.0, -2.0]
        outputs = [n(x).data for call in range(3)]
        """,
        "outputs",
        "x",
        "[len(n.w), n.w[0] is kept[0], n.w[1] is kept[1], n.b is kept[2]]",
        "[[v.data, v.grad] for v in kept]",
    )


@check("Neuron.__call__", points=2)
def test_any_tanh_neuron(probe, rng):
    """tanh neurons of any size give the right output and the right gradients."""
    text, observe = neurons(rng, "tanh")
    probe(text, *observe)


@check("Neuron.__call__", points=2)
def test_any_relu_neuron(probe, rng):
    """relu neurons of any size, on and off, give the right output and the right gradients."""
    text, observe = neurons(rng, "relu")
    probe(text, *observe)


@check("Neuron.__call__", points=1)
def test_any_linear_neuron(probe, rng):
    """Linear neurons of any size give the right output and the right gradients."""
    text, observe = neurons(rng, "linear")
    probe(text, *observe)


@check("Neuron.parameters", points=1)
def test_parameters_of_neurons_of_any_size(probe):
    """There is one parameter for each input and one for the bias, in one flat list."""
    probe(
        """
        lists = [list(Neuron(nin, activation="relu").parameters()) for nin in (1, 2, 7, 20)]
        """,
        "[len(parameters) for parameters in lists]",
        "all(isinstance(p, Value) for parameters in lists for p in parameters)",
    )


@check("Neuron.parameters", points=2)
def test_parameters_follow_the_neuron(probe):
    """The parameters are those that the neuron has now, in the order of the inputs, the bias last."""
    probe(
        """
        n = Neuron(3)
        n.w = [Value(1.5), Value(2.5), Value(-3.5)]
        n.b = Value(4.5)
        before = list(n.parameters())
        n.w = [Value(0.5), Value(-1.0), Value(0.5)]
        n.b = Value(0.5)
        after = list(n.parameters())
        """,
        "[len(before), len(after)]",
        "[p.data for p in after]",
        "[p is q for p, q in zip(after, [*n.w, n.b])]",
    )


@check("Neuron.parameters", points=1)
def test_change_of_parameters_is_felt(probe):
    """A change of the parameters changes the output, and what a caller does to the list does not."""
    probe(
        """
        n = Neuron(2, activation="linear")
        n.w = [Value(-1.0), Value(0.25)]
        n.b = Value(2.0)
        for i, p in enumerate(n.parameters()):
            p.data = 0.5 + i
        out = n([1.0, 10.0])
        out.backward()
        gradients = [p.grad for p in n.parameters()]
        mine = n.parameters()
        if isinstance(mine, list):
            mine.append(mine[0])
        """,
        "out.data",
        "gradients",
        "[len(list(n.parameters())), len(n.w)]",
    )

"""Networks: their size, their weights, what they compute, what they refuse, and their files."""

import json
import math
import random

import pytest

from minigrad_reference import MLP, Layer, Module, Neuron, Value


def weights(model):
    return [parameter.data for parameter in model.parameters()]


@pytest.mark.parametrize(
    ("nin", "nouts", "count"), [(3, [4, 4, 1], 41), (2, [16, 16, 1], 337), (1, [1], 2), (5, [2, 3], 21)]
)
def test_a_network_has_one_weight_per_input_and_one_bias_per_neuron(nin, nouts, count):
    parameters = MLP(nin, nouts).parameters()
    assert len(parameters) == count
    assert len(set(parameters)) == count


def test_parameters_come_layer_by_layer_neuron_by_neuron_weights_before_bias_and_always_the_same():
    model = MLP(2, [2, 1], seed=1)
    assert [p.label for p in model.parameters()] == ["w1", "w2", "b"] * 3
    first, second = model.layers[0].neurons
    expected = [*first.w, first.b, *second.w, second.b, *model.layers[1].parameters()]
    for _ in range(2):
        assert all(ours is theirs for ours, theirs in zip(model.parameters(), expected, strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_seed_or_none_gives_others():
    assert weights(MLP(2, [4, 1], seed=7)) == weights(MLP(2, [4, 1], seed=7))
    assert weights(MLP(2, [4, 1], seed=7)) != weights(MLP(2, [4, 1], seed=8))
    assert weights(MLP(2, [4, 1])) != weights(MLP(2, [4, 1]))


def test_a_seeded_network_leaves_the_global_random_numbers_alone():
    random.seed(0)
    expected = random.random()
    random.seed(0)
    MLP(2, [4, 1], seed=7)
    assert random.random() == expected


def test_weights_start_between_minus_one_and_one_and_biases_at_zero():
    for neuron in Layer(20, 20).neurons:
        assert all(-1 <= w.data <= 1 for w in neuron.w)
        assert neuron.b.data == 0.0


def test_zero_grad_sets_every_gradient_to_zero_and_nothing_else():
    model = MLP(2, [3, 1], seed=0)
    before = weights(model)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert all(p.grad == 0.0 for p in model.parameters())
    assert weights(model) == before


def test_a_module_without_parameters_has_none_and_can_be_zeroed():
    assert Module().parameters() == []
    Module().zero_grad()


@pytest.mark.parametrize(
    ("activation", "function"), [("tanh", math.tanh), ("relu", lambda x: max(x, 0.0)), ("linear", lambda x: x)]
)
@pytest.mark.parametrize("x", [[1.0, -2.0], [-1.0, 2.0]])
def test_a_neuron_is_its_activation_of_weights_times_inputs_plus_bias(activation, function, x):
    neuron = Neuron(2, activation)
    for parameter, data in zip(neuron.parameters(), [0.5, -0.25, 0.125], strict=True):
        parameter.data = data
    assert neuron(x).data == function(0.5 * x[0] - 0.25 * x[1] + 0.125)


def test_a_layer_applies_every_neuron_to_the_same_inputs():
    layer = Layer(2, 3, "tanh", random.Random(0))
    assert [out.data for out in layer([0.5, -1.0])] == [neuron([0.5, -1.0]).data for neuron in layer.neurons]


def test_a_network_applies_its_layers_in_turn():
    model = MLP(2, [3, 2], seed=0)
    hidden, last = model.layers
    assert [out.data for out in model([0.5, -1.0])] == [out.data for out in last(hidden([0.5, -1.0]))]


def test_one_output_is_a_value_and_several_are_a_list():
    assert isinstance(MLP(2, [3, 1])([1, 2]), Value)
    several = MLP(2, [3, 2])([1, 2])
    assert [type(out) for out in several] == [Value, Value]


def test_inputs_may_be_values_and_receive_gradients():
    x = [Value(1.0), Value(2.0)]
    model = MLP(2, [1], seed=0)
    model(x).backward()
    assert [v.grad for v in x] == weights(model)[:2]


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0, 3.0]])
@pytest.mark.parametrize("module", [Neuron(2), Layer(2, 2), MLP(2, [2, 1])], ids=["neuron", "layer", "network"])
def test_a_wrong_number_of_inputs_is_a_value_error_that_names_both_numbers(module, x):
    with pytest.raises(ValueError, match=f"2 weights but {len(x)} inputs"):
        module(x)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Neuron(2, "softmax"),
        lambda: Layer(2, 2, "softmax"),
        lambda: MLP(2, [2, 1], "softmax"),
        lambda: MLP(2, [2, 1], ["tanh", "softmax"]),
    ],
)
def test_an_unknown_activation_is_a_value_error_that_lists_the_known_ones(make):
    with pytest.raises(ValueError, match="tanh, relu, linear, not 'softmax'"):
        make()


@pytest.mark.parametrize("activations", [[], ["tanh"], ["tanh"] * 3])
def test_activations_for_another_number_of_layers_are_a_value_error(activations):
    with pytest.raises(ValueError, match=f"2 layers need 2 activations, not {len(activations)}"):
        MLP(2, [2, 1], activations)


@pytest.mark.parametrize(("nin", "nouts"), [(2, []), (0, [1]), (2, [0, 1]), (2, [3, -1])])
def test_sizes_below_one_are_a_value_error(nin, nouts):
    with pytest.raises(ValueError, match="sizes of at least 1"):
        MLP(nin, nouts)


def test_the_last_layer_is_linear_unless_every_layer_s_activation_is_named():
    assert [n.activation for layer in MLP(2, [3, 1], "relu").layers for n in layer.neurons] == ["relu"] * 3 + ["linear"]
    assert MLP(2, [3, 1]).layers[-1].neurons[0].activation == "linear"
    assert MLP(2, [3, 1], ["relu", "tanh"]).layers[-1].neurons[0].activation == "tanh"


def test_saved_and_loaded_weights_are_exactly_the_same(tmp_path):
    model, other = MLP(3, [4, 4, 1], "relu", seed=1), MLP(3, [4, 4, 1], "relu", seed=2)
    model.parameters()[0].data = 0.1 + 0.2
    model.parameters()[1].data = 5e-324
    model.save(tmp_path / "weights.json")
    other.load(tmp_path / "weights.json")
    assert weights(other) == weights(model)
    assert other([1, 2, 3]).data == model([1, 2, 3]).data
    assert [path.name for path in tmp_path.iterdir()] == ["weights.json"]


def changed(content, **entries):
    return json.dumps({**content, **entries})


CORRUPTIONS = {
    "no JSON": lambda _: "w1 = 3",
    "empty": lambda _: "",
    "a list": lambda c: json.dumps([c]),
    "another format": lambda c: changed(c, format="minigrad-mlp-0"),
    "no format": lambda c: json.dumps({k: v for k, v in c.items() if k != "format"}),
    "no layers": lambda c: json.dumps({k: v for k, v in c.items() if k != "layers"}),
    "layers that are a number": lambda c: changed(c, layers=3),
    "activations that are a number": lambda c: changed(c, activations=3),
    "a weight that is a word": lambda c: json.dumps(c).replace('"b": 0.0', '"b": "word"'),
    "a weight that is NaN": lambda c: json.dumps(c).replace('"b": 0.0', '"b": NaN'),
    "a weight beyond float64": lambda c: json.dumps(c).replace('"b": 0.0', '"b": 1' + "0" * 400),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_load_refuses_a_file_that_save_did_not_write_and_leaves_the_weights_unchanged(name, tmp_path):
    path = tmp_path / "weights.json"
    MLP(2, [3, 1], seed=1).save(path)
    path.write_text(CORRUPTIONS[name](json.loads(path.read_text())))
    model = MLP(2, [3, 1], seed=2)
    before = weights(model)
    with pytest.raises(ValueError, match=r"weights\.json does not hold the weights of an MLP"):
        model.load(path)
    assert weights(model) == before


@pytest.mark.parametrize(
    "other",
    [MLP(2, [4, 1]), MLP(3, [3, 1]), MLP(2, [3, 1, 1]), MLP(2, [3, 2]), MLP(2, [3, 1], "relu")],
    ids=["neurons", "inputs", "layers", "outputs", "activations"],
)
def test_load_refuses_a_network_of_another_shape_or_with_other_activations_and_leaves_the_weights_unchanged(
    other, tmp_path
):
    other.save(tmp_path / "weights.json")
    model = MLP(2, [3, 1], "tanh", seed=2)
    before = weights(model)
    with pytest.raises(ValueError, match="this network has 2-3 tanh, 3-1 linear"):
        model.load(tmp_path / "weights.json")
    assert weights(model) == before


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_save_refuses_weights_that_are_not_finite_and_leaves_an_existing_file_unchanged(bad, tmp_path):
    path = tmp_path / "weights.json"
    model = MLP(2, [3, 1], seed=1)
    model.save(path)
    before = path.read_bytes()
    model.parameters()[-1].data = bad
    with pytest.raises(ValueError, match="not JSON compliant"):
        model.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_save_that_cannot_replace_its_target_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        MLP(2, [1]).save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_save_never_writes_into_the_file_that_is_there(tmp_path):
    path = tmp_path / "weights.json"
    MLP(2, [1], seed=1).save(path)
    (tmp_path / "link.json").hardlink_to(path)  # shows what happens to the old file itself
    before = path.read_bytes()
    MLP(2, [1], seed=2).save(path)
    assert (tmp_path / "link.json").read_bytes() == before
    assert path.read_bytes() != before

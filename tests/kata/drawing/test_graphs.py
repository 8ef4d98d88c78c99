"""Computation graphs and networks as drawings: what is in them, and the files they become."""

import math
import os
import re
import stat
import sys
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad_reference import MLP, Value, mean_squared_error
from minigrad_reference.drawing import draw_dot, draw_network, neuron_columns, render, trace
from minigrad_reference.drawing.network import layer_columns, name_neurons
from minigrad_reference.drawing.palette import LIGHT
from tests.kata.lazily import Lazily

Image = Lazily("PIL.Image")

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    """Every piece of text in a picture, with the spaces that a person would see."""
    found = ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 (our own file)
    return [" ".join(text.replace("\xa0", " ").split()) for text in found]


def as_seen(text):
    """In one line: what cannot be printed becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def drawn_texts(dot, folder):
    render(dot, folder / "graph.svg")
    return texts((folder / "graph.svg").read_text(encoding="utf-8"))


def toy_loss():
    model = MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0)
    targets = [Value(1.0), Value(-1.0)]
    loss = mean_squared_error([model([2, 3, -1]), model([3, -1, 0.5])], targets)
    loss.backward()
    return model, loss


def test_trace_lists_operands_before_results_and_a_shared_node_once():
    a, b = Value(1), Value(2)
    c = a * b
    d = c + a
    nodes, edges = trace(d)
    assert nodes == [a, b, c, d]
    assert edges == [(a, c), (b, c), (c, d), (a, d)]


def test_trace_gives_a_node_that_is_both_operands_two_edges():
    a = Value(1)
    b = a + a
    assert trace(b) == ([a, b], [(a, b), (a, b)])


def test_trace_of_a_leaf_is_the_leaf():
    a = Value(1)
    assert trace(a) == ([a], [])


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=30))
def test_trace_is_a_topological_order_of_any_graph(steps):
    nodes = [Value(1), Value(2)]
    for i, j in steps:
        nodes.append(nodes[i % len(nodes)] + nodes[j % len(nodes)])
    order, edges = trace(nodes[-1])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is nodes[-1]
    assert all(place[operand] < place[result] for operand, result in edges)


def test_trace_and_draw_survive_a_graph_far_deeper_than_the_recursion_limit():
    x = Value(1)
    for _ in range(3 * sys.getrecursionlimit()):
        x = x + x
    assert len(trace(x)[0]) == 3 * sys.getrecursionlimit() + 1
    assert draw_dot(x).source.count("data ") == 3 * sys.getrecursionlimit() + 1


def test_a_drawing_shows_label_data_grad_and_operation_of_every_node(tmp_path):
    a, b = Value(2, label="a"), Value(-3.5, label="b")
    product = a * b
    product.label = "p"
    product.backward()
    dot = draw_dot(product)
    for part in ("<B>a</B>", "data 2<", "grad −3.5", "<B>b</B>", "data −3.5", "grad 2<", "<B>p</B>"):
        assert part in dot.source
    shown = drawn_texts(dot, tmp_path)
    assert sorted(shown) == sorted(["data 2", "data −3.5", "data −7", "grad −3.5", "grad 2", "grad 1", *"abp*"])


def test_both_edges_of_a_node_added_to_itself_are_drawn():
    a = Value(1)
    b = a + a
    assert draw_dot(b).source.count("n0 -> n1_op") == 2


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.0, "0"),
        (1e-7, "1e−07"),
        (-123456.0, "−1.2346e+05"),
        (1 / 3, "0.33333"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_has_five_digits_as_on_every_page(number, shown):
    assert f"data {shown}<" in draw_dot(Value(number)).source


def test_any_object_with_the_five_attributes_is_drawn():
    leaf = SimpleNamespace(data=1.0, grad=None, label="leaf", _op="", _prev=())
    root = SimpleNamespace(data=2, grad=1.0, label="root", _op="double", _prev=[leaf])
    source = draw_dot(root).source
    assert "<B>leaf</B>" in source
    assert "grad 0<" in source
    assert "double" in source


AWKWARD = [
    "a<b",
    "a&b",
    "&lt;",
    'say "x"',
    "it's",
    "two\nlines",
    "a:b",
    "x\\n",
    "<b>",
    "größe θ → ∞ 重み",
    "{a|b}",
    "]]>",
    "bell\x07end",
    "%s",
]


def missing(shown, times=1):
    return [text for text in AWKWARD if shown.count(as_seen(text)) != times]


def test_awkward_labels_are_shown_as_they_are(tmp_path):
    root = sum(Value(1, label=label) for label in AWKWARD)
    assert missing(drawn_texts(draw_dot(root), tmp_path)) == []


def test_awkward_labels_and_titles_of_tables_are_shown_as_they_are(tmp_path):
    leaves = [Value(1, label=label) for label in AWKWARD]
    root = sum(leaves)
    columns = [{leaf.label: [leaf]} for leaf in leaves]
    assert missing(drawn_texts(draw_dot(root, columns), tmp_path), times=2) == []


def test_awkward_operations_are_shown_as_they_are(tmp_path):
    root = sum(Value(1, (Value(2),), op) for op in AWKWARD)
    assert missing(drawn_texts(draw_dot(root), tmp_path)) == []


def test_a_weighted_sum_is_one_node_and_expanded_it_is_its_products_and_their_sum(tmp_path):
    w, x = [Value(2, label="w1"), Value(3, label="w2")], [Value(5, label="x1"), Value(-7, label="x2")]
    out = Value.weighted_sum(w, x, Value(0.5, label="b"))
    (out * 4).backward()
    plain = drawn_texts(draw_dot(out), tmp_path)
    assert plain.count("dot") == 1
    assert len([text for text in plain if text.startswith("data")]) == 6
    expanded = drawn_texts(draw_dot(out, expand=True), tmp_path)
    assert "dot" not in expanded
    assert (expanded.count("*"), expanded.count("+")) == (2, 1)
    data = sorted(text for text in expanded if text.startswith("data"))
    numbers = ["2", "3", "5", "−7", "0.5", "10", "−21", "−10.5"]
    assert data == sorted(f"data {number}" for number in numbers)
    assert expanded.count("grad 4") == 4  # both products, the sum and the bias


def test_a_network_s_loss_is_one_table_per_neuron_in_order():
    model, loss = toy_loss()
    columns = neuron_columns(model, loss)
    titles = [list(column) for column in columns]
    neurons = [[f"layer {i} neuron {j}" for j in range(1, n + 1)] for i, n in ((1, 4), (2, 4), (3, 1))]
    assert titles == [["inputs"], *neurons, ["loss"]]
    source = draw_dot(loss, columns).source
    drawn = re.findall(r"<B>(inputs|layer \d neuron \d|loss)</B>", source)
    assert drawn == [title for column in titles for title in column]


def test_a_neuron_s_table_has_its_own_parameters_and_every_node_is_in_one_table():
    model, loss = toy_loss()
    columns = neuron_columns(model, loss)
    tables = [nodes for column in columns for nodes in column.values()]
    nodes = trace(loss)[0]
    assert sorted(map(id, nodes)) == sorted(id(node) for table in tables for node in table)
    for i, layer in enumerate(model.layers, 1):
        for j, neuron in enumerate(layer.neurons, 1):
            members = columns[i][f"layer {i} neuron {j}"]
            assert members[: len(neuron.parameters())] == neuron.parameters()
            assert [node._op for node in members[len(neuron.parameters()) :]] == ["dot", "tanh"] * 2
    assert [node.label for node in columns[0]["inputs"]] == ["x1", "x2", "x3"] * 2
    assert columns[-1]["loss"][-1] is loss


def test_in_the_tables_of_layers_every_neuron_has_its_name_and_of_several_samples_each_its_own(tmp_path):
    model = MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0)
    one = model([2, 3, -1])
    name_neurons(model, one)
    shown = drawn_texts(draw_dot(one, layer_columns(model, one)), tmp_path)
    assert [shown.count(f"neuron {j}") for j in range(1, 5)] == [2] * 4
    assert {"layer 1: 4 neurons", "x1", "neuron 1 w4", "neuron 1 sum", "prediction"} <= set(shown)
    assert (model.layers[1].neurons[2].w[3].label, one.label) == ("layer 2 neuron 3 w4", "prediction")

    model, samples = MLP(3, [4, 4, 1], ["tanh"] * 3, seed=0), ([2, 3, -1], [3, -1, 0.5])
    scores = [model(x) for x in samples]
    loss = mean_squared_error(scores, [Value(1.0), Value(-1.0)])
    name_neurons(model, *scores)
    shown = drawn_texts(draw_dot(loss, layer_columns(model, loss)), tmp_path)
    for sample, x in enumerate(samples, 1):
        assert shown.count(f"neuron 3, sample {sample}") == 2
        assert scores[sample - 1].label == f"prediction, sample {sample}"
        (third,) = (node for node in trace(scores[sample - 1])[0] if node.label == f"layer 1 neuron 3, sample {sample}")
        neuron = model.layers[0].neurons[2]
        assert third.data == pytest.approx(math.tanh(sum(w.data * y for w, y in zip(neuron.w, x, strict=True))))
    assert not [text for text in shown if text.startswith(("tanh", "dot"))]


def test_a_drawing_with_tables_renders_and_shows_the_loss(tmp_path):
    model, loss = toy_loss()
    loss.label = "the loss"
    shown = drawn_texts(draw_dot(loss, neuron_columns(model, loss)), tmp_path)
    assert "layer 2 neuron 3" in shown
    assert "the loss" in shown


def test_a_network_is_drawn_with_one_circle_per_neuron_and_one_edge_per_weight(tmp_path):
    model = MLP(3, [4, 1], ["tanh", "linear"], seed=0)
    model.layers[0].neurons[0].w[0].data = 0.5
    model.layers[0].neurons[0].w[1].data = -0.5
    dot = draw_network(model)
    assert dot.source.count(" -> ") == 3 * 4 + 4
    assert re.search(rf'0\.0 -> 1\.0 \[color="{LIGHT["above"]}".*style=solid', dot.source)
    assert re.search(rf'0\.1 -> 1\.0 \[color="{LIGHT["below"]}".*style=dashed', dot.source)
    shown = drawn_texts(dot, tmp_path)
    assert sorted(shown) == sorted(["x1", "x2", "x3"] + ["tanh"] * 4 + ["linear"])


def test_a_network_of_zeros_is_drawn(tmp_path):
    model = MLP(1, [1])
    model.parameters()[0].data = 0.0
    render(draw_network(model), tmp_path / "network.svg")


def small():
    return draw_dot(Value(1, label="a") + 2)


def test_render_writes_svg_and_png_and_nothing_else(tmp_path):
    for name in ("graph.svg", "graph.png"):
        render(small(), tmp_path / name)
    ET.parse(tmp_path / "graph.svg")  # noqa: S314 (our own file)
    with Image.open(tmp_path / "graph.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.png", "graph.svg"]


@pytest.mark.parametrize("name", ["graph.pdf", "graph", "graph.svg.txt", ".svg"])
def test_render_refuses_another_suffix_by_name(name, tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"as .svg or .png, not as {name!r}")):
        render(small(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["graph.svg", "graph.png"])
def test_render_never_writes_into_the_file_that_is_there(name, tmp_path):
    (tmp_path / name).write_text("the file before")
    (tmp_path / "link").hardlink_to(tmp_path / name)  # shows what happens to the old file itself
    render(small(), tmp_path / name)
    assert (tmp_path / "link").read_text() == "the file before"
    assert len((tmp_path / name).read_bytes()) > 500


def test_render_leaves_the_drawing_as_it_was(tmp_path):
    dot = small()
    before = dot.source
    render(dot, tmp_path / "graph.png")
    assert dot.source == before


BROKEN = {
    "no drawing at all": "\ta [label=<<TABLE><TR>]\n",
    "drawn all the same": "\ta [label=<<B>bold</I>>]\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_complaint_of_graphviz_is_a_runtime_error_and_leaves_an_existing_file_unchanged(name, tmp_path, capfd):
    path = tmp_path / "graph.svg"
    render(small(), path)
    before = path.read_bytes()
    broken = small()
    broken.body.append(BROKEN[name])
    with pytest.raises(RuntimeError, match="Graphviz could not draw the picture: "):
        render(broken, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_narrow_encoding_of_the_terminal_does_not_reach_the_drawing(encoding, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    assert "θ" in drawn_texts(draw_dot(Value(1, label="θ")), tmp_path)


DOT = f"""#!{sys.executable}
import sys, time
sys.stdin.buffer.read()
mood = sys.argv[0].split("/")[-2]
if mood == "hangs":
    time.sleep(60)
if mood == "complains":
    sys.exit("Error: syntax error in line 1")
if mood == "lacks the format":
    sys.exit('Format: "svg" not recognized. Use one of: dot')
if mood != "draws nothing":
    sys.stdout.write("<svg>picture by " + sys.argv[1])
"""
MOODS = ["complains", "lacks the format", "draws nothing", "hangs"]


@pytest.fixture
def their_dot(tmp_path, monkeypatch):
    """Put a dot program of a certain mood first on the path."""

    def put(mood):
        program = tmp_path / mood / "dot"
        program.parent.mkdir()
        program.write_text(DOT)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        module = sys.modules["minigrad_reference.drawing.render"]  # the package's own `render` is its function
        monkeypatch.setattr(module, "SECONDS", 5 if mood == "hangs" else 60)

    return put


def test_a_dot_program_on_the_path_is_preferred(their_dot, tmp_path):
    their_dot("draws")
    render(small(), tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == "<svg>picture by -Tsvg"


@pytest.mark.parametrize("mood", MOODS)
def test_where_their_dot_fails_or_never_ends_the_one_inside_pygraphviz_draws(mood, their_dot, tmp_path):
    their_dot(mood)
    assert "a" in drawn_texts(small(), tmp_path)


@pytest.mark.parametrize("mood", MOODS)
def test_where_there_is_no_other_it_is_one_sentence_and_no_file(mood, their_dot, tmp_path, monkeypatch):
    their_dot(mood)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"^Graphviz could not draw the picture[^\n]+$"):
        render(small(), tmp_path / "graph.svg")
    assert not (tmp_path / "graph.svg").exists()


def test_what_graphviz_takes_for_a_sign_is_shown_as_it_is(tmp_path):
    label = r"\G \N \E \L \n <b> \"q\" & ;"
    shown = drawn_texts(draw_dot(Value(1, label=label)), tmp_path)
    assert label in shown

"""Hidden checks of exercise 7."""

from generators import BY_HAND, Graph

from grader.core.checks import exercise

check = exercise(7)

OPERATIONS = ("x + y", "x * y", "x + n", "x * n", BY_HAND)
ARROWS = """
def arrows(root):
    text = draw_dot(root).source.replace('"', "")
    return sorted(line.split("[")[0].strip().rstrip(";").strip() for line in text.splitlines() if "->" in line)

def expected_arrows(values):
    found = set()
    for v in values:
        if v._op:
            found.add(f"{id(v)}{v._op} -> {id(v)}")
        for p in v._prev:
            found.add(f"{id(p)} -> {id(v)}{v._op}")
    return sorted(found)

"""


@check("trace", points=1)
def test_trace_gives_two_sets(probe):
    """The result is a pair of sets: values, and pairs of values."""
    probe(
        """
        a = Value(2.0)
        b = a * 3.0
        result = trace(b)
        nodes, edges = result
        """,
        "[isinstance(nodes, (set, frozenset)), isinstance(edges, (set, frozenset)), len(result)]",
        "[len(nodes), len(edges)]",
        "all(isinstance(v, Value) for v in nodes)",
        "all(isinstance(e, tuple) and len(e) == 2 and e[1] is b for e in edges)",
    )


@check("trace", points=2)
def test_trace_of_equal_numbers(probe):
    """Values with the same number are nodes of their own, with edges of their own."""
    probe(
        """
        a = Value(1.0)
        b = Value(1.0)
        c = a * b
        d = c * 1.0
        nodes, edges = trace(d)
        pairs = [(id(p), id(v)) for p, v in edges]
        """,
        "[len(nodes), len(edges)]",
        "[any(v is x for x in nodes) for v in (a, b, c, d)]",
        "[(id(p), id(v)) in pairs for p, v in ((a, c), (b, c), (c, d), (a, d))]",
    )


@check("trace", points=1)
def test_trace_of_a_value_with_itself(probe):
    """In a + a there is one edge from a, since both are the same pair."""
    probe(
        """
        a = Value(3.0)
        b = a + a
        c = b * b
        nodes, edges = trace(c)
        """,
        "sorted(v.data for v in nodes)",
        "sorted([p.data, v.data] for p, v in edges)",
    )


@check("trace", points=1)
def test_trace_from_the_middle(probe):
    """A trace from the middle of a graph has what lies before it and nothing that lies after it."""
    probe(
        """
        a = Value(2.0)
        b = Value(7.5, (a,), "exp")
        c = b * a
        d = Value(0.5, (c,), "tanh") + b
        before, edges_before = trace(c)
        whole, edges = trace(d)
        alone, none = trace(a)
        """,
        "[[v is a for v in alone], len(none)]",
        "[any(v is x for x in before) for v in (a, b, c, d)]",
        "[len(before), len(edges_before), len(whole), len(edges)]",
        "[before <= whole, edges_before <= edges]",
    )


@check("trace", points=1)
def test_trace_of_many_doublings(probe):
    """Fifty doublings are traced at once: the work does not double with each."""
    probe(
        """
        x = Value(1.0)
        for step in range(50):
            x = x + x
        nodes, edges = trace(x)
        """,
        "[len(nodes), len(edges)]",
    )


@check("trace", points=1)
def test_trace_changes_nothing(probe):
    """Tracing changes neither data nor gradients."""
    probe(
        """
        a = Value(2.0)
        b = a * a
        c = b + a
        c.backward()
        before = [[v.data, v.grad, v._op] for v in (a, b, c)]
        first = trace(c)
        second = trace(c)
        """,
        "before == [[v.data, v.grad, v._op] for v in (a, b, c)]",
        "[len(first[0]), len(second[0]), first[1] == second[1]]",
    )


@check("trace", points=2)
def test_trace_of_any_graph(probe, rng):
    """In any graph, every value is a node, and every operand has an edge to its result."""
    graph = Graph(rng, "v", OPERATIONS, leaves=3, steps=18)
    probe(
        f"{graph.text}\nnodes, edges = trace({graph.root})",
        "[len(nodes), len(edges)]",
        "sorted(v.data for v in nodes)",
        "sorted([p.data, v.data] for p, v in edges)",
        f"[any(v is x for x in nodes) for v in ({', '.join([*graph.leaves, *graph.inner])})]",
    )


@check("trace", points=1, deep=True)
def test_trace_of_a_very_deep_graph(probe):
    """A graph 10,000 operations deep can be traced; a recursive walk would be too deep for Python."""
    probe(
        """
        a = Value(1.0)
        x = a
        for step in range(10_000):
            x = x + a
        nodes, edges = trace(x)
        """,
        "[len(nodes), len(edges)]",
    )


@check("draw_dot", points=1)
def test_picture_is_a_digraph(probe):
    """The picture is a graphviz.Digraph with as many boxes as there are values and operations."""
    probe(
        """
        import graphviz

        a = Value(2.0, label="a")
        b = a * a
        c = Value(0.5, (b,), "tanh") + a
        dot = draw_dot(c)
        boxes = [line.strip().lstrip('"') for line in dot.source.splitlines() if "->" not in line]
        lines = [line for line in boxes if "label=" in line and line[0].isdigit()]
        """,
        "isinstance(dot, graphviz.Digraph)",
        "[len(lines), sum('record' in line for line in lines)]",
        "'rankdir=LR' in dot.source.replace('\"', '')",
    )


@check("draw_dot", points=1)
def test_picture_rounds_to_four_decimals(probe):
    """Data and gradient are shown with four decimals, negative, long and whole numbers alike."""
    probe(
        """
        a = Value(-1 / 3, label="third")
        b = Value(12345, label="large")
        c = a * b
        c.label = "product"
        c.backward()
        text = draw_dot(c).source
        """,
        "'{ third | data -0.3333 | grad 12345.0000 }' in text",
        "'{ large | data 12345.0000 | grad -0.3333 }' in text",
        "'{ product | data -4115.0000 | grad 1.0000 }' in text",
        "text.count('| grad ')",
    )


@check("draw_dot", points=1)
def test_picture_only_reads(probe):
    """Drawing shows the gradients that are there and changes nothing."""
    probe(
        """
        a = Value(2.0, label="a")
        b = Value(-4.0, label="b")
        c = a * b
        c.label = "c"
        before = draw_dot(c).source
        b.grad = 0.5
        after = draw_dot(c).source
        """,
        "['{ %s | data %.4f | grad 0.0000 }' % (v.label, v.data) in before for v in (a, b, c)]",
        "'{ b | data -4.0000 | grad 0.5000 }' in after",
        "[[v.data, v.grad] for v in (a, b, c)]",
    )


@check("draw_dot", points=1)
def test_parts_of_a_box(probe):
    """The box of a value has three parts in braces: its label, its data and its gradient."""
    probe(
        """
        a = Value(-2 / 3, label="a")
        b = Value(1234.5, label="b")
        c = a * b
        c.label = "c"
        c.backward()
        labels = sorted(part for part in draw_dot(c).source.split('"') if "|" in part)
        """,
        "labels",
    )


@check("draw_dot", points=1)
def test_arrows_of_a_product(probe):
    """The arrows of a product lead from both operands to the operation, and from there to the result."""
    probe(
        """
        a = Value(2.0, label="a")
        b = Value(3.0, label="b")
        c = a * b
        c.label = "c"
        text = draw_dot(c).source.replace('"', "")
        for v in (a, b, c):
            text = text.replace(str(id(v)), v.label)
        arrows = sorted(line.strip().split("[")[0].strip(" ;") for line in text.splitlines() if "->" in line)
        """,
        "arrows",
    )


@check("draw_dot", points=1)
def test_shapes_and_direction_by_name(probe):
    """The direction is LR and the shape of a value is record, by these names and no others."""
    probe(
        """
        import re

        a = Value(2.0)
        b = a * 3.0
        c = b + a
        text = draw_dot(c).source.replace('"', "")
        """,
        "sorted(set(re.findall(r'rankdir=(\\w+)', text)))",
        "sorted(set(re.findall(r'shape=(record\\w*)', text)))",
    )


@check("draw_dot", points=1)
def test_boxes_of_operations(probe):
    """The box of an operation has the name of its result and of itself, and shows the operation's name alone."""
    probe(
        """
        import re

        a = Value(2.0)
        p = a * a
        t = Value(0.5, (p,), "tanh")
        s = Value(6.25, (t + a,), "**2")
        boxes = {}
        for line in draw_dot(s).source.replace('"', "").splitlines():
            name, _, attributes = line.strip().partition(" [")
            boxes[name] = re.findall(r"\\blabel=([^ \\]]+)", attributes)
        """,
        "[boxes.get(f'{id(v)}{v._op}') for v in (p, t, s)]",
    )


@check("draw_dot", points=2)
def test_boxes_are_named_after_their_values(probe):
    """Two values with the same label and the same number are two boxes, each with its own name."""
    probe(
        """
        a = Value(1.0, label="x")
        b = Value(1.0, label="x")
        c = a + b
        d = c + Value(1.0, label="x")
        text = draw_dot(d).source.replace('"', "")
        names = [line.split("[")[0].strip() for line in text.splitlines() if "record" in line]
        """,
        "text.count('{ x | data 1.0000 | grad 0.0000 }')",
        "len(set(names))",
        "[str(id(v)) in names for v in (a, b, c, d)]",
        "text.count('->')",
    )


@check("draw_dot", points=2)
def test_operations_are_named_after_their_results(probe):
    """Two operations of one kind are two boxes, each named after its result and joined to it."""
    probe(
        ARROWS
        + """
a = Value(2.0)
b = a * a
c = b * a
d = Value(1024.0, (c * b,), "**2")
values = list(trace(d)[0])
text = draw_dot(d).source.replace('"', "")
""",
        "len(arrows(d))",
        "arrows(d) == expected_arrows(values)",
        "[text.count('label=' + op) for op in ('*', '**2')]",
        "[f'{id(v)}{v._op} [' in text for v in (b, c, d)]",
    )


@check("draw_dot", points=2)
def test_picture_of_any_graph(probe, rng):
    """In the picture of any graph every value is a box, and every operand has its arrow."""
    graph = Graph(rng, "v", OPERATIONS, leaves=3, steps=14)
    names = ", ".join([*graph.leaves, *graph.inner])
    probe(
        f"{ARROWS}{graph.text}\n{graph.root}.backward()\nvalues = list(trace({graph.root})[0])\n"
        f"text = draw_dot({graph.root}).source",
        f"len(arrows({graph.root}))",
        f"arrows({graph.root}) == expected_arrows(values)",
        "text.count('record')",
        f"[f'data {{v.data:.4f}} | grad ' in text for v in ({names})]",
        "all(f'data {v.data:.4f} | grad {v.grad:.4f} }}' in text for v in values)",
    )

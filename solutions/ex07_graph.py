"""Exercise 7: See the graph.

You have been building graphs for five exercises without seeing one. Now you draw them. A picture
is also the best debugger of this kata: a gradient that is 0 where it should not be, or a Value
that hangs on nothing, is visible at once.

A graph is two collections. The nodes are the Values. The edges are pairs (operand, result): one for
every operand of every result. All of it is in the Values already, since each knows its operands in
`_prev`. Begin at the root, look at its operands, at the operands of those, and so on, until only
leaves are left. A Value that is used twice is met twice, but it is still one node.

A worked example: f = x * y + x, where x is used twice. First a backward pass, so that there are
gradients to show: df/dx = y + 1 = 5 and df/dy = x = 3.

    >>> x = Value(3.0, label="x")
    >>> y = Value(4.0, label="y")
    >>> p = x * y
    >>> f = p + x
    >>> p.label, f.label = "p", "f"
    >>> f.backward()
    >>> nodes, edges = trace(f)
    >>> sorted(v.label for v in nodes)
    ['f', 'p', 'x', 'y']
    >>> sorted((operand.label, result.label) for operand, result in edges)
    [('p', 'f'), ('x', 'f'), ('x', 'p'), ('y', 'p')]

Four Values, four edges. Two edges leave x, because two results use it; this is why its gradient is
a sum of two shares, 4 from the product and 1 from the sum.

From graph to drawing
---------------------
In the drawing an operation gets a small node of its own, in front of the Value that it made:

    [ y | 4 | 3 ] ----> (*) --> [ p | 12 | 1 ] ----> (+) --> [ f | 15 | 1 ]
                         ^                            ^
    [ x | 3 | 5 ] -------+----------------------------+

So an operand does not point at the result but at the result's operation, and one more edge leads
from there to the result. Count the arrows: 4 edges of `trace`, and one for each of 2 operations.

    >>> drawing = draw_dot(f)
    >>> sum(" -> " in line for line in drawing.source.splitlines())
    6
    >>> "{ x | data 3.0000 | grad 5.0000 }" in drawing.source
    True

The graphviz package in five lines
----------------------------------
    dot = graphviz.Digraph(graph_attr={"rankdir": "TB"})    # top to bottom; "LR": left to right
    dot.node(name="n1", label="{ a | b }", shape="record")  # braces and bars: a row of cells
    dot.node(name="n2", label="hello")                      # no shape: an ellipse
    dot.edge("n1", "n2")                                    # an arrow from n1 to n2
    print(dot.source)                                       # the drawing as text

A node's label is shown. Its name is not shown and says which node is meant, so two nodes must not
share one. Labels of Values do not serve as names: most of them are "". `id(v)` does, a whole number
that belongs to this object alone; `str(id(v))` makes text of it.

In an f-string a brace that is to be printed is written twice: f"{{ {3.14159:.2f} }}" is "{ 3.14 }".

What to write
-------------
- `trace(root)`: the nodes and the edges.
- `draw_dot(root)`: the drawing, made from what `trace` returns.

Conventions
-----------
- `trace` returns two sets, the nodes first. A root without operands gives one node and no edge. In a + a
  both edges are the same pair, and the set has it once.
- Graphs may be as deep as in exercise 4. You may use what you wrote there.
- The drawing is a graphviz.Digraph that runs from left to right.
- A Value v is a node with the name str(id(v)), the shape "record" and a label in three parts: its
  own label, "data" with its data, "grad" with its grad, both with four decimals. Braces, bars and
  parts have one space between them, as in the example above. Shape and label are given in the
  call that makes the node, not as defaults of the drawing.
- The operation of v, if it has one, is a node with the name str(id(v)) + v._op and the label v._op.
- `draw_dot` only reads: it shows the gradients that are there and does not call `backward`.

To look at a drawing, start Python in the kata's folder, once `make step` has installed what draws:

    PYTHONPATH=. .venv/bin/python -i exercises/ex07_graph.py

There, `from minigrad_reference.drawing import render` and `render(draw_dot(f), "f.svg")` write the
picture f.svg of any Value f. graphviz's own `draw_dot(f).render("f", format="svg")` also needs the
program `dot`. `print(draw_dot(f).source)` always works; a Graphviz viewer shows that text as a
picture.

Run `make test-exercise-7`. If you are stuck: `make hint-7`.
"""

# What came before is imported so that it can be had from here as well.
from ex06_activations import (
    Value,
    add_to_class,
    derivative,
    gradient,
    topological_order,
)

try:
    import graphviz
except ImportError:  # only draw_dot needs it; everything else works without
    graphviz = None


def trace(root):
    """Return (nodes, edges) of the graph that root was made from, root included.

    nodes is a set of Values, edges a set of pairs (operand, result). Nothing is changed.
    """
    ### BEGIN SOLUTION
    nodes = set(topological_order(root))
    edges = {(operand, result) for result in nodes for operand in result._prev}
    return nodes, edges
    ### END SOLUTION


def draw_dot(root):
    """Return a drawing of the graph that root was made from, a graphviz.Digraph, left to right.

    Every Value is a record of its label, data and grad; every operation is a node of its own, which
    stands between the operands and the result. Nothing is changed.
    """
    ### BEGIN SOLUTION
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for v in nodes:
        label = f"{{ {v.label} | data {v.data:.4f} | grad {v.grad:.4f} }}"
        dot.node(name=str(id(v)), label=label, shape="record")
        if v._op:
            dot.node(name=str(id(v)) + v._op, label=v._op)
            dot.edge(str(id(v)) + v._op, str(id(v)))
    for operand, result in edges:
        dot.edge(str(id(operand)), str(id(result)) + result._op)
    return dot
    ### END SOLUTION

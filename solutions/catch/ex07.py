"""7 checks of 236 words catch all 44 known wrong engines of exercise 7: See the graph.

The set with the fewest words that a search among 31 checks has found.
"""

# A chain of 5,000 additions can be traced; a recursive walk would be too deep for Python.
expect(
    """
    a = Value(1.0)
    total = a
    for step in range(5000):
        total = total + a
    nodes, edges = trace(total)
    """,
    {
        "[len(nodes), len(edges)]": [5001, 9999],
    },
)

# The picture runs from left to right and draws every value as a record.
expect(
    """
    import re

    a = Value(2.0)
    b = Value(3.0)
    c = a + b
    text = draw_dot(c).source.replace('"', "")
    """,
    {
        "sorted(set(re.findall(r'rankdir=(\\w+)', text)))": ["LR"],
        "re.findall(r'shape=(record\\w*)', text)": ["record", "record", "record"],
    },
)

# Every operation has a box of its own that shows its name.
expect(
    """
    a = Value(2.0)
    b = Value(3.0)
    c = a * b
    d = c + a + b
    dot = draw_dot(d)
    text = dot.source.replace('"', "")
    """,
    {
        "text.count('label=*')": 1,
        "text.count('label=+')": 2,
    },
)

# An arrow goes from the operand to the operation, and from the operation to the result.
expect(
    """
    a = Value(2.0)
    c = Value(0.5, (a,), "half")
    dot = draw_dot(c)
    operand_to_operation = f"{id(a)} -> {id(c)}half"
    operation_to_result = f"{id(c)}half -> {id(c)}"
    arrows = dot.source.replace('"', "")
    """,
    {
        "operand_to_operation in arrows": True,
        "operation_to_result in arrows": True,
        "arrows.count('->')": 2,
    },
)

# A value that is used twice is drawn once, with one arrow for each edge.
expect(
    """
    a = Value(2.0)
    b = Value(3.0, (a,), "inc")
    c = b * a
    d = c + b
    text = draw_dot(d).source
    """,
    {
        "text.count('| grad ')": 4,
        "text.count('->')": 8,
    },
)

# Fifty doublings are traced at once: the work does not double with each.
expect(
    """
    x = Value(1.0)
    for step in range(50):
        x = x + x
    nodes, edges = trace(x)
    """,
    {
        "[len(nodes), len(edges)]": [51, 50],
    },
)

# Two values with the same label and the same number are two boxes, each with its own name.
expect(
    """
    a = Value(1.0, label="x")
    b = Value(1.0, label="x")
    c = a + b
    d = c + Value(1.0, label="x")
    text = draw_dot(d).source.replace('"', "")
    names = [line.split("[")[0].strip() for line in text.splitlines() if "record" in line]
    """,
    {
        "text.count('{ x | data 1.0000 | grad 0.0000 }')": 3,
        "len(set(names))": 5,
        "[str(id(v)) in names for v in (a, b, c, d)]": [True, True, True, True],
        "text.count('->')": 6,
    },
)

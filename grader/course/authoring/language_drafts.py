"""Sketches of the language model that are written by hand, without their numbers."""

from __future__ import annotations

from grader.core.records import Node
from grader.course.authoring.drafts import Draft, leaves, loss


def _choice(function: str, values: dict[str, float]) -> Draft:
    """What a function makes of a few scores, and the gradients that its first result sends back to them."""
    lines = [f"{name} = Value({value})" for name, value in values.items()]
    lines += [f"out = {function}([{', '.join(values)}])", "out[0].backward()"]
    results = [f"out[{i}]" for i in range(len(values))]
    nodes = (*leaves(values), *(Node(out, function, tuple(values), f"{out}.data", "", None) for out in results))
    return "\n".join(lines) + "\n", nodes


def _optimised(optimiser: str, grads: list[tuple[float, float]]) -> Draft:
    """Where two parameters are after each step with these gradients."""
    lines = ["p, q = Value(2.0), Value(-1.0)", f"optimiser = {optimiser}", "ps, qs = [p.data], [q.data]"]
    for pair in grads:
        lines += [f"p.grad, q.grad = {pair}", "optimiser.step()", "ps.append(p.data)", "qs.append(q.data)"]
    nodes = tuple(
        Node(_after(name, i), "step" if i else "", (_after(name, i - 1),) if i else (), f"{name}s[{i}]", "", None)
        for i in range(len(grads) + 1)
        for name in "pq"
    )
    return "\n".join(lines) + "\n", nodes


def _after(name: str, steps: int) -> str:
    return f"{name} after step {steps}" if steps else name


def _clipped(grads: tuple[float, float], limit: float) -> Draft:
    lines = ["p, q = Value(2.0), Value(-1.0)", f"p.grad, q.grad = {grads}", f"norm = clip_grad_norm([p, q], {limit})"]
    return "\n".join(lines) + "\n", (*leaves(["p", "q"]), Node("norm", "norm", ("p", "q"), "norm", "", None))


def _of_names(result: str, expression: str, names: list[str]) -> Draft:
    """What a function makes of a few names, as one list, word or number."""
    lines = [f"names = {names}", "tokenizer = Tokenizer(names)", f"{result} = {expression}"]
    return "\n".join(lines) + "\n", (Node(result, expression.partition("(")[0], (), result, "", None),)


def _table(scores: list[list[float]], names: list[str]) -> Draft:
    """The loss of a table on a few names, and the gradients that each row gets."""
    lines = [f"names = {names}"]
    lines += [f"table = [[Value(score) for score in row] for row in {scores}]"]
    lines += ["loss = bigram_loss(table, names, Tokenizer(names))", "loss.backward()"]
    rows = [f"gradients of row {i}" for i in range(len(scores))]
    nodes = (
        Node("loss", "bigram_loss", (), "loss.data", "", None),
        *(Node(row, "backward", ("loss",), f"[s.grad for s in table[{i}]]", "", None) for i, row in enumerate(rows)),
    )
    return "\n".join(lines) + "\n", nodes


def _drawn(scores: list[float], temperature: float) -> Draft:
    lines = ["import random", "rng = random.Random(1)"]
    lines += [f"tokens = [sample({scores}, {temperature}, rng) for _ in range(6)]"]
    return "\n".join(lines) + "\n", (Node("tokens", "sample", (), "tokens", "", None),)


def _linear(rows: list[list[float]], x: list[float]) -> Draft:
    """The outputs of a layer with these weights, and what the last of them sends back to weights and inputs."""
    lines = [f"x = {_vector(x)}", f"layer = Linear({len(x)}, {len(rows)})", f"layer.w = {_matrix(rows)}"]
    lines += ["out = layer(x)", "out[-1].backward()"]
    inputs = [f"x[{i}]" for i in range(len(x))]
    weights = [f"layer.w[{i}][{j}]" for i in range(len(rows)) for j in range(len(x))]
    return _snippet(lines), (
        *leaves([*inputs, *weights]),
        _outputs("Linear", *weights, *inputs),
        *_listed("layer", weights),
    )


def _outputs(op: str, *operands: str) -> Node:
    return Node("out", op, operands, "[o.data for o in out]", "", None)


def _embedding(rows: list[list[float]], index: int) -> Draft:
    """A row that is looked up, and the gradients that its entries send to the table."""
    width = len(rows[0])
    lines = [f"table = Embedding({len(rows)}, {width})", f"table.rows = {_matrix(rows)}", f"out = table({index})"]
    lines += ["total = " + " + ".join(f"{3.0 - i} * out[{i}]" for i in range(width)), "total.backward()"]
    entries = [[f"table.rows[{i}][{j}]" for j in range(width)] for i in range(len(rows))]
    results = [f"out[{i}]" for i in range(width)]
    looked_up = zip(entries[index], results, strict=True)
    nodes = (
        *leaves(entry for row in entries for entry in row),
        *(Node(out, "lookup", (entry,), f"{out}.data", f"{out}.grad", None) for entry, out in looked_up),
        Node("total", "+", tuple(results), "total.data", "total.grad", None),
        Node(
            "the row itself", "lookup", tuple(results), f"[o is v for o, v in zip(out, table.rows[{index}])]", "", None
        ),
        *_listed("table", [entry for row in entries for entry in row]),
    )
    return _snippet(lines), nodes


def _listed(name: str, entries: list[str]) -> tuple[Node, Node]:
    """The parameters of a layer, which ought to be its own."""
    called = f"{name}.parameters()"
    listed = Node(called, "parameters", tuple(entries), f"[p.data for p in {called}]", "", None)
    return listed, Node("gradients", "backward", (called,), f"[p.grad for p in {called}]", "", None)


def _normed(x: list[float], eps: str = "") -> Draft:
    lines = [f"x = {_vector(x)}", f"out = rms_norm(x{eps})", "out[0].backward()"]
    inputs = [f"x[{i}]" for i in range(len(x))]
    return _snippet(lines), (*leaves(inputs), _outputs("rms_norm", *inputs))


def _attended(query: list[float], keys: list[list[float]], values: list[list[float]], heads: int = 0) -> Draft:
    """What a query makes of keys and values; the first output sends each value its weight as gradient."""
    call = f"multi_head(query, keys, values, {heads})" if heads else "attention(query, keys, values)"
    lines = [f"query = {_vector(query)}", f"keys = {_matrix(keys)}", f"values = {_matrix(values)}"]
    lines += [f"out = {call}", "out[0].backward()"]
    inputs = [f"query[{i}]" for i in range(len(query))]
    for name, rows in (("keys", keys), ("values", values)):
        inputs += [f"{name}[{t}][{i}]" for t, row in enumerate(rows) for i in range(len(row))]
    if heads < 2:
        return _snippet(lines), (*leaves(inputs), _outputs(call.partition("(")[0], *inputs))
    width = len(query) // heads
    parts = [f"{h * width or ''}:{(h + 1) * width if h + 1 < heads else ''}" for h in range(heads)]
    results = (
        Node(f"out[{part}]", f"head {h + 1}", tuple(inputs), f"[o.data for o in out[{part}]]", "", None)
        for h, part in enumerate(parts)
    )
    return _snippet(lines), (*leaves(inputs), *results)


def _block(made: list[str], xs: list[list[float]]) -> Draft:
    """What a block makes of one position after the other, and what it adds to the past."""
    lines = [*made, "keys, values = [], []"]
    for t, x in enumerate(xs):
        lines += [f"x{t} = {_vector(x)}", f"out{t} = block(x{t}, (keys, values))"]
    last = f"out{len(xs) - 1}"
    lines.append(f"{last}[0].backward()")
    inputs = tuple(f"x{t}" for t in range(len(xs)))
    past = "[[v.data for v in vector] for vector in {}]"
    nodes = (
        *(Node(x, "", (), f"[v.data for v in {x}]", "", None) for x in inputs),
        *(Node(name, "block", inputs, past.format(name), "", None) for name in ("keys", "values")),
        *(
            Node(f"out{t}", "block", (name, "keys", "values"), f"[v.data for v in out{t}]", "", None)
            for t, name in enumerate(inputs)
        ),
        *(Node(f"gradients of {name}", "backward", (last,), f"[v.grad for v in {name}]", "", None) for name in inputs),
    )
    return _snippet(lines), nodes


def _gpt(layers: int = 1, scale: bool = True) -> list[str]:
    """Lines that make a small model, with random weights large enough to be told apart by their numbers."""
    made = f"model = GPT(3, width=2, heads=1, layers={layers}, context=4, rng=random.Random(4))"
    larger = ["for part in (model.tokens, model.positions, *model.blocks, model.output):"]
    larger += ["    for p in part.parameters():", "        p.data *= 10.0"]
    return ["import random", made, *(larger if scale else ())]


def _scores(tokens: list[int], layers: int = 1) -> Draft:
    """The scores at one position after the other, and which embeddings the last of them send gradients to."""
    lines = [*_gpt(layers), "past = model.new_past()"]
    lines += [f"scores{t} = model({token}, {t}, past)" for t, token in enumerate(tokens)]
    last = f"scores{len(tokens) - 1}"
    lines.append(f"{last}[0].backward()")
    nodes = [
        Node(f"scores{t}", "model", tuple(f"scores{k}" for k in range(t)), f"[s.data for s in scores{t}]", "", None)
        for t in range(len(tokens))
    ]
    for table in ("model.tokens", "model.positions"):
        grads = f"[[v.grad for v in row] for row in {table}.rows]"
        nodes.append(Node(f"gradients of {table}", "backward", (last,), grads, "", None))
    kept = "[[len(keys), len(values)] for keys, values in past]"
    nodes.append(Node("lengths of the past", "count", (last,), kept, "", None))
    return _snippet(lines), tuple(nodes)


def _name_loss(tokens: list[int], setting: list[str]) -> Draft:
    lines = [*_gpt(scale=not setting), *setting, f"loss = model.loss({tokens})", "loss.backward()"]
    grads = "[[v.grad for v in row] for row in model.{}.rows]"
    nodes = (
        Node("loss", "loss", (), "loss.data", "", None),
        Node("gradients of the tokens", "backward", ("loss",), grads.format("tokens"), "", None),
        Node("gradients of the positions", "backward", ("loss",), grads.format("positions"), "", None),
    )
    return _snippet(lines), nodes


def _losses(names: list[list[int]]) -> Draft:
    """The losses of one name after the other, none of which may depend on those before."""
    lines = [*_gpt(), *(f"loss{i} = model.loss({tokens})" for i, tokens in enumerate(names))]
    nodes = (Node(f"loss{i}", "loss", (), f"loss{i}.data", "", None) for i in range(len(names)))
    return _snippet(lines), tuple(nodes)


def _parameters(layers: int) -> Draft:
    lines = [*_gpt(layers, scale=False), "parameters = model.parameters()"]
    parts = ["model.tokens", "model.positions", *(f"model.blocks[{i}]" for i in range(layers)), "model.output"]
    owned = [
        Node(
            f"parameters of {part}",
            "",
            (),
            f"sum(any(p is own for p in parameters) for own in {part}.parameters())",
            "",
            None,
        )
        for part in parts
    ]
    order = (
        f"[p is own for p, own in zip(parameters, [own for part in ({', '.join(parts)}) for own in part.parameters()])]"
    )
    nodes = (
        *owned,
        Node("len(parameters)", "count", tuple(node.name for node in owned), "len(parameters)", "", None),
        Node("in their order", "parameters", tuple(node.name for node in owned), f"all({order})", "", None),
    )
    return _snippet(lines), nodes


NAMED = 'tokenizer = Tokenizer(["ab", "b"])'


def _trained(names: list[str], steps: int) -> Draft:
    lines = [*_gpt(scale=False), NAMED, f"losses = train_names(model, {names}, tokenizer, {steps}, 0.1)"]
    weights = "[w.data for w in model.output.w[0]]"
    nodes = (
        Node("losses", "train_names", (), "list(losses)", "", None),
        Node("model.output.w[0]", "train_names", ("losses",), weights, "", None),
    )
    return _snippet(lines), nodes


def _invented(best: list[int], temperature: float, seeds: list[int]) -> Draft:
    """Names of a model that wants these tokens, and what it was given to read: tokens, positions, pasts."""
    lines = [f"wanted = {best}", *READER, NAMED, "model = Reader()"]
    lines += [f"name{seed} = generate(model, tokenizer, {temperature}, random.Random({seed}))" for seed in seeds]
    names = [f"name{seed}" for seed in seeds]
    nodes = [Node(name, "generate", (), name, "", None) for name in names]
    told = (("tokens that were read", 0), ("positions", 1), ("tokens in the past", 2))
    nodes += [Node(name, "generate", tuple(names), f"[r[{i}] for r in model.read]", "", None) for name, i in told]
    return _snippet(lines), tuple(nodes)


READER = """\
import random
class Reader:
    context, read = 4, []
    def new_past(self):
        return []
    def __call__(self, token, position, past):
        past.append(token)
        self.read.append([token, position, len(past)])
        return [Value(2.0 * (i == wanted[position])) for i in range(3)]""".splitlines()


def _vector(numbers: list[float]) -> str:
    return f"[{', '.join(f'Value({number})' for number in numbers)}]"


def _matrix(rows: list[list[float]]) -> str:
    return f"[{', '.join(map(_vector, rows))}]"


def _snippet(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


GRADIENTS = [(3.0, -4.0), (1.0, 0.0), (-2.0, 0.5)]
ALL_ZERO = ["block = Block(2, 1)", "for p in block.parameters():", "    p.data = 0.0"]
TEN_TIMES = ["for p in block.parameters():", "    p.data *= 10.0"]
ONE_HEAD = ["import random", "block = Block(2, 1, random.Random(1))", *TEN_TIMES]
TWO_HEADS = ["import random", "block = Block(2, 2, random.Random(1))", *TEN_TIMES]
MODEL_ZERO = ["for part in (model.tokens, model.positions, *model.blocks, model.output):"]
MODEL_ZERO += ["    for p in part.parameters():", "        p.data = 0.0"]
FIRST_HALF = ["for i in range(2):", "    block.value.w[i][i].data = block.mix.w[i][i].data = 1.0"]
SECOND_HALF = ["for i in range(2):", "    block.expand.w[i][i].data = block.shrink.w[i][i].data = 1.0"]
DRAFTS = {
    12: (
        _choice("softmax", {"s": 1.0, "t": 0.0}),
        _choice("softmax", {"s": 2.0, "t": 1.0, "u": 0.0}),
        _choice("softmax", {"s": 1000.0, "t": 999.0}),
        _choice("softmax", {"s": -1000.0, "t": -999.0}),
        _choice("log_softmax", {"s": 1.0, "t": 0.0}),
        _choice("log_softmax", {"s": 2.0, "t": 1.0, "u": 0.0}),
        _choice("log_softmax", {"s": -1000.0, "t": -999.0}),
        _choice("log_softmax", {"s": -1000.0, "t": 1000.0}),
        loss("cross_entropy([s, t], 0)", {"s": 1.0, "t": 0.0}),
        loss("cross_entropy([s, t, u], 1)", {"s": 2.0, "t": 1.0, "u": 0.0}),
        loss("cross_entropy([s, t], 1)", {"s": 1000.0, "t": -1000.0}),
    ),
    13: (
        _optimised("SGD([p, q], 0.1)", GRADIENTS[:1]),
        _optimised("SGD([p, q], 0.1, momentum=0.5)", GRADIENTS[:2]),
        _optimised("SGD([p, q], 0.1, momentum=0.5)", GRADIENTS),
        _optimised("Adam([p, q], 0.1)", GRADIENTS[:1]),
        _optimised("Adam([p, q], 0.1)", GRADIENTS),
        _optimised("Adam([p, q], 0.1, betas=(0.5, 0.75), eps=0.5)", GRADIENTS),
        _clipped((3.0, -4.0), 1.0),
        _clipped((0.3, -0.4), 1.0),
        _clipped((0.0, 0.0), 1.0),
    ),
    14: (
        _of_names("tokens", 'tokenizer.encode("ab")', ["ab"]),
        _of_names("name", "tokenizer.decode([2, 0, 1, 2])", ["ab"]),
        _of_names("name", "tokenizer.decode([1, 0])", ["ab"]),
        _of_names("counts", "count_bigrams(names, tokenizer)", ["a"]),
        _of_names("counts", "count_bigrams(names, tokenizer)", ["ab", "b"]),
        _table([[0.0, 0.0], [0.0, 0.0]], ["a"]),
        _table([[1.0, 0.0], [0.0, -0.5]], ["a", "aaa"]),
        _drawn([0.0, 0.0], 1.0),
        _drawn([1.0, 0.0, -1.0], 0.5),
        _drawn([1.0, 0.0, -1.0], 2.0),
    ),
    15: (
        _linear([[1.5, -0.5]], [2.0, 4.0]),
        _linear([[1.5], [-0.5]], [2.0]),
        _linear([[1.5, -0.5], [0.25, 3.0]], [2.0, 4.0]),
        _embedding([[0.5, -0.25], [1.5, 2.0]], 0),
        _embedding([[0.5, -0.25], [1.5, 2.0]], 1),
        _normed([1.0, 7.0]),
        _normed([10.0, 70.0]),
        _normed([3.0, -1.0], ", 0.5"),
        _normed([0.0, 0.0]),
    ),
    16: (
        _attended([2.0], [[0.5]], [[3.0]]),
        _attended([2.0], [[0.0], [1.0]], [[10.0], [-5.0]]),
        _attended([2.0, 0.0, 0.0, 0.0], [[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]], [[10.0], [-5.0]]),
        _attended([1.0, -0.5], [[0.5, 1.0], [1.0, 0.0], [-1.0, 2.0]], [[1.0, 4.0], [2.0, -3.0], [0.5, 0.0]]),
        _attended([1000.0], [[0.0], [1.0]], [[10.0], [-5.0]]),
        _attended([2.0, -1.0], [[0.5, 1.0], [1.0, 2.0]], [[10.0, 3.0], [-5.0, 4.0]], heads=1),
        _attended([2.0, -1.0], [[0.5, 1.0], [1.0, 2.0]], [[10.0, 3.0], [-5.0, 4.0]], heads=2),
        _attended(
            [2.0, 1.0, -1.0, 0.5],
            [[0.5, 1.0, 1.5, 0.0], [1.0, -1.0, 0.0, 2.0]],
            [[10.0, 3.0, 1.0, -2.0], [-5.0, 4.0, 0.5, 6.0]],
            heads=2,
        ),
    ),
    17: (
        _block(ALL_ZERO, [[1.0, 7.0]]),
        _block([*ALL_ZERO, *FIRST_HALF], [[1.0, 7.0]]),
        _block([*ALL_ZERO, *SECOND_HALF], [[1.0, 7.0]]),
        _block([*ALL_ZERO, *FIRST_HALF], [[1.0, 7.0], [7.0, 1.0]]),
        _block(ONE_HEAD, [[1.0, 7.0]]),
        _block(ONE_HEAD, [[1.0, 7.0], [-2.0, 0.5]]),
        _block(TWO_HEADS, [[1.0, 7.0], [-2.0, 0.5]]),
        _scores([2]),
        _scores([2, 0]),
        _scores([2, 0], layers=2),
        _name_loss([2, 0, 2], MODEL_ZERO),
        _name_loss([2, 0], []),
        _name_loss([2, 0, 1, 2], []),
        _losses([[2, 0, 2], [2, 1, 2]]),
        _parameters(1),
        _parameters(2),
    ),
    18: (
        _trained(["ab"], 1),
        _trained(["ab"], 2),
        _trained(["ab", "b"], 3),
        _invented([0, 1, 2, 2], 0.001, [1]),
        _invented([0, 0, 1, 1], 0.001, [1]),
        _invented([0, 1, 2, 0], 1.0, [1, 2]),
        _invented([0, 1, 2, 0], 3.0, [1, 2]),
        _invented([0, 1, 2, 0], 3.0, [3, 4, 5, 6]),
    ),
}

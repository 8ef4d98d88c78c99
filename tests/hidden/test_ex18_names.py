"""Hidden checks of exercise 18."""

from generators import number

from grader.core.checks import exercise

check = exercise(18)

MODEL = """
tokenizer = Tokenizer(["ab"])
model = GPT(3, width=2, heads=1, context=4)
for i, p in enumerate(model.parameters()):
    p.data = 0.2 * ((31 * i) % 17 - 8)
"""


def any_model(rng, context=4):
    """Lines that make a model with weights that nobody can know beforehand."""
    step, size = rng.choice((29, 31, 37, 41)), rng.choice((17, 19, 23))
    return "\n".join(
        [
            'tokenizer = Tokenizer(["ab"])',
            f"model = GPT(3, width=2, heads={rng.choice((1, 2))}, context={context})",
            "for i, p in enumerate(model.parameters()):",
            f"    p.data = {abs(number(rng, 2.0, 3.0))} * ((({step} * i) % {size} + 0.5) / {size} - 0.5)",
        ]
    )


def any_names(rng, count):
    return ["".join(rng.choice("ab") for _ in range(rng.randint(1, 3))) for _ in range(count)]


CONSTANT = """
class Constant(Module):
    def __init__(self):
        self.w, self.seen = Value(0.5), []

    def loss(self, tokens):
        self.seen.append(list(tokens))
        return self.w * len(tokens)

    def parameters(self):
        return [self.w]
"""


@check("train_names", points=1)
def test_any_module_with_a_loss_can_be_trained(probe):
    """Any Module that has a loss is trained, with the tokens of one name at a time, boundaries included."""
    probe(
        f"""
{CONSTANT}
model = Constant()
losses = train_names(model, ["b", "", "abb"], Tokenizer(["abc"]), 4, 0.1)
""",
        "model.seen",
        "list(losses)",
        "model.w.data",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_rates_of_four_steps(probe):
    """With a gradient that is always the same, each step of Adam is as long as its rate: 1, 0.75, 0.5, 0.25."""
    probe(
        f"""
{CONSTANT}
model = Constant()
losses = train_names(model, ["ab"], Tokenizer(["ab"]), 4, 1)
""",
        "[loss / 4 for loss in losses]",
        "model.w.data",
        rel=1e-7,
    )


@check("train_names", points=1)
def test_no_steps(probe):
    """No steps give no losses and change nothing; one step has the full rate."""
    probe(
        f"""
{MODEL}
before = [p.data for p in model.parameters()]
none = train_names(model, ["ab"], tokenizer, 0)
same = [p.data for p in model.parameters()] == before
one = train_names(model, ["ab"], tokenizer, 1, 0.25)
""",
        "[list(none), same, list(one)]",
        "[p.data for p in model.positions.parameters()]",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_fewer_steps_than_names(probe):
    """Names that no step has come to are not looked at, and the list of names stays."""
    probe(
        f"""
{MODEL}
names = ["ba", "aab", "zzz"]
losses = train_names(model, names, tokenizer, 2, 0.1)
""",
        "list(losses)",
        "names",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_training_twice_begins_anew(probe):
    """A second training begins with the first name, the full rate and an optimiser that remembers nothing."""
    probe(
        f"""
{MODEL}
runs = [list(train_names(model, ["ab", "b"], tokenizer, 3, 0.1)) for _ in range(2)]
""",
        "runs",
        "[p.data for p in model.output.parameters()]",
        rel=1e-8,
    )


@check("train_names", points=2)
def test_any_training(probe, rng):
    """Losses and weights of any model on any names are right at every step."""
    probe(
        f"""
{any_model(rng)}
losses = train_names(model, {any_names(rng, 3)}, tokenizer, 4, {abs(number(rng, 0.01, 0.1))})
""",
        "list(losses)",
        "[p.data for p in [*model.tokens.parameters(), *model.output.parameters()]]",
        rel=1e-7,
    )


@check("train_names", points=2)
def test_any_training_goes_round(probe, rng):
    """With more steps than names the names come again in their order, at any rate."""
    names = ["a" * rng.randint(1, 2) + "b", "b" * rng.randint(1, 3)]
    probe(
        f"""
{any_model(rng)}
losses = train_names(model, {names}, tokenizer, 5, learning_rate={abs(number(rng, 0.01, 0.05))})
""",
        "list(losses)",
        "[p.data for p in model.blocks[0].parameters()][:12]",
        rel=1e-7,
    )


@check("train_names", points=2)
def test_any_training_with_old_gradients(probe, rng):
    """Old gradients count in no training, whatever they are."""
    probe(
        f"""
{any_model(rng)}
for p in model.parameters():
    p.grad = {number(rng, 1.0, 9.0)}
losses = train_names(model, {any_names(rng, 2)}, tokenizer, 3, {abs(number(rng, 0.05, 0.1))})
""",
        "list(losses)",
        "[p.data for p in model.positions.parameters()]",
        rel=1e-7,
    )


LOOKUP = """
import random

class Lookup:
    def __init__(self, rows, context):
        self.rows, self.context, self.pasts = rows, context, []

    def new_past(self):
        self.pasts.append([])
        return self.pasts[-1]

    def __call__(self, token, position, past):
        past.append([token, position])
        return [Value(s) for s in self.rows[token]]
"""


@check("generate", points=1)
def test_a_context_of_one(probe):
    """With a context of one position a name has one letter at most."""
    probe(
        f"""
{LOOKUP}
rows = [[1.0, 1.0, 1.0]] * 3
found = []
for seed in range(6):
    model = Lookup(rows, 1)
    found.append([generate(model, Tokenizer(["ab"]), 1.0, random.Random(seed)), model.pasts])
""",
        "found",
    )


@check("generate", points=1)
def test_letters_of_the_tokenizer(probe):
    """The letters are those of the tokenizer, whichever it has."""
    probe(
        f"""
{LOOKUP}
rows = [[0.0, 900.0, 0.0, 0.0], [0.0, 0.0, 900.0, 0.0], [0.0, 0.0, 0.0, 900.0], [900.0, 0.0, 0.0, 0.0]]
names = [generate(Lookup(rows, 9), Tokenizer([letters]), 0.5, random.Random(1)) for letters in ("abc", "xyz", "hno")]
""",
        "names",
    )


@check("generate", points=1)
def test_one_random_number_a_letter(probe):
    """Each letter takes one random number, and the boundary that ends the name takes one, too."""
    probe(
        f"""
{LOOKUP}
rng = random.Random(2)
model = Lookup([[0.5, 1.0, 0.5], [1.0, 0.25, 0.75], [0.5, 0.5, -9.0]], 8)
names = [generate(model, Tokenizer(["ab"]), 1.5, rng) for _ in range(4)]
""",
        "names",
        "model.pasts",
        "rng.random()",
    )


@check("generate", points=1)
def test_a_full_context_draws_no_more(probe):
    """When the context is full nothing more is read and nothing more is drawn."""
    probe(
        f"""
{LOOKUP}
rng = random.Random(2)
model = Lookup([[0.5, 1.0, -9.0], [1.0, 0.25, -9.0], [0.5, 0.5, -9.0]], 3)
names = [generate(model, Tokenizer(["ab"]), 1.0, rng) for _ in range(2)]
""",
        "names",
        "[len(past) for past in model.pasts]",
        "rng.random()",
    )


@check("generate", points=1)
def test_the_usual_temperature(probe):
    """Without another one the temperature is 0.5."""
    probe(
        f"""
{LOOKUP}
rows = [[1.0, 0.5, 0.0], [0.25, 0.75, 0.5], [0.5, 0.75, -5.0]]
names = [generate(Lookup(rows, 8), Tokenizer(["ab"]), rng=random.Random(seed)) for seed in range(8)]
""",
        "names",
    )


@check("generate", points=2)
def test_any_names(probe, rng):
    """Names of any model at any temperature are right."""
    probe(
        f"""
import random
{any_model(rng, 5)}
rng = random.Random({rng.randrange(10**6)})
names = [generate(model, tokenizer, {abs(number(rng, 1.0, 3.0))}, rng) for _ in range(3)]
""",
        "names",
        "rng.random()",
    )


@check("generate", points=2)
def test_any_rows(probe, rng):
    """Whatever the scores are, the tokens that are read are those that were drawn."""
    rows = [[number(rng) for _ in range(3)] for _ in range(3)]
    probe(
        f"""
{LOOKUP}
rng = random.Random({rng.randrange(10**6)})
model = Lookup({rows}, 6)
names = [generate(model, Tokenizer(["ab"]), {abs(number(rng, 0.5, 2.0))}, rng) for _ in range(5)]
""",
        "names",
        "model.pasts",
        "rng.random()",
    )


@check("generate", points=2)
def test_any_names_after_training(probe, rng):
    """A model that was trained a little invents the names that it should."""
    probe(
        f"""
import random
{any_model(rng, 4)}
losses = train_names(model, {any_names(rng, 2)}, tokenizer, 2, 0.1)
rng = random.Random({rng.randrange(10**6)})
names = [generate(model, tokenizer, 2.0, rng) for _ in range(3)]
""",
        "list(losses)",
        "names",
        rel=1e-7,
    )

"""Public checks of exercise 18."""

from grader.core.checks import exercise

check = exercise(18)

MODEL = """
tokenizer = Tokenizer(["ab"])
model = GPT(3, width=2, heads=1, context=4)
for i, p in enumerate(model.parameters()):
    p.data = 0.15 * ((37 * i) % 19 - 9)
"""
READER = """
class Reader:
    def __init__(self, best):
        self.best, self.read, self.context = best, [], 5

    def new_past(self):
        return []

    def __call__(self, token, position, past):
        past.append(token)
        self.read.append([position, list(past)])
        return [Value(2500.0 * (i == self.best[position])) for i in range(3)]
"""


@check("train_names", points=2)
def test_losses_of_one_name(probe):
    """The losses of a name that is trained on four times, each before its update, are these."""
    probe(
        f"""
{MODEL}
losses = train_names(model, ["ab"], tokenizer, 4, 0.05)
""",
        "list(losses)",
        "[p.data for p in model.output.parameters()]",
        rel=1e-8,
    )


@check("train_names", points=2)
def test_one_name_a_step_in_order(probe):
    """Each step takes the next name, and after the last one the first comes again."""
    probe(
        f"""
{MODEL}
names = ["ab", "b", "aa"]
losses = train_names(model, names, tokenizer, 5, learning_rate=0.025)
""",
        "list(losses)",
        "names",
        rel=1e-8,
    )


@check("train_names", points=2)
def test_the_rate_falls_along_a_line(probe):
    """The rate falls from the first one almost to 0, and how fast depends on the number of steps."""
    probe(
        f"""
ends = []
for steps in (1, 2, 4):
{MODEL.replace(chr(10), chr(10) + "    ")}
    train_names(model, ["b"], tokenizer, steps, 0.5)
    ends.append([p.data for p in model.positions.parameters()])
""",
        "ends",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_gradients_of_before_do_not_count(probe):
    """Gradients that are left from before have no effect, and neither have those of the step before."""
    probe(
        f"""
{MODEL}
for p in model.parameters():
    p.grad = 125.0
losses = train_names(model, ["ba", "a"], tokenizer, 3, 0.05)
""",
        "list(losses)",
        "[p.data for p in model.tokens.parameters()]",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_one_float_a_step(probe):
    """The result is a list with one float for each step; the first is the loss of the untrained model."""
    probe(
        f"""
{MODEL}
before = model.loss(tokenizer.encode("ab")).data
found = train_names(model, ["ab", "a"], tokenizer, 3)
losses = list(found)
""",
        "[isinstance(found, list), len(losses), [isinstance(loss, float) for loss in losses]]",
        "[losses[0], losses[0] == before]",
        rel=1e-8,
    )


@check("train_names", points=1)
def test_the_usual_rate(probe):
    """Without another one the rate is 0.01, and the parameters are changed in place."""
    probe(
        f"""
{MODEL}
before = list(model.parameters())
losses = train_names(model, ["ab"], tokenizer, 2)
after = list(model.parameters())
""",
        "list(losses)",
        "[len(after), all(p is q for p, q in zip(before, after))]",
        "[p.data for p in before[:6]]",
        rel=1e-8,
    )


@check("generate", points=2)
def test_what_is_drawn_is_read_next(probe):
    """It reads the boundary first, then each token that was drawn, place by place, with one past for each name."""
    probe(
        f"""
import random
{READER}
reader = Reader([0, 1, 1, 2, 0])
names = [generate(reader, Tokenizer(["ab"]), 0.5, random.Random(seed)) for seed in (7, 8)]
""",
        "names",
        "reader.read",
    )


@check("generate", points=1)
def test_the_boundary_ends_the_name(probe):
    """The name ends where the boundary is drawn, which is no part of it; it may come at once."""
    probe(
        f"""
import random
{READER}
readers = [Reader(best) for best in ([1, 2, 0, 0, 0], [2, 0, 0, 0, 0], [0, 1, 0, 2, 1])]
names = [generate(reader, Tokenizer(["ab"]), 1.0, random.Random(7)) for reader in readers]
""",
        "names",
    )


@check("generate", points=1)
def test_a_name_ends_with_the_context(probe):
    """A name without a boundary ends when the context is full."""
    probe(
        f"""
import random
{READER}
reader = Reader([0, 1, 0, 0, 1])
name = generate(reader, Tokenizer(["ab"]), 1.0, random.Random(7))
""",
        "[name, len(reader.read)]",
    )


@check("generate", points=2)
def test_names_of_a_model(probe):
    """The names that a model invents with given random numbers are these, however daring the draw is."""
    probe(
        f"""
import random
{MODEL}
rng = random.Random(11)
names = [generate(model, tokenizer, temperature, rng) for temperature in (0.25, 0.75, 1.5, 4.5, 4.5, 4.5)]
""",
        "names",
        "rng.random()",
    )


@check("generate", points=1)
def test_same_random_numbers_give_the_same_name(probe):
    """Every name begins anew: the same random numbers give the same name, and the model stays as it is."""
    probe(
        f"""
import random
{MODEL}
before = [[p.data, p.grad] for p in model.parameters()]
names = [generate(model, tokenizer, 2.5, random.Random(seed)) for seed in (3, 4, 5, 3)]
""",
        "names",
        "[[p.data, p.grad] for p in model.parameters()] == before",
    )


@check("generate", points=1)
def test_the_temperature_counts(probe):
    """At a low temperature the likeliest letter is drawn, at a high one others are, too."""
    probe(
        """
        import random

        class Steady:
            context = 6

            def new_past(self):
                return None

            def __call__(self, token, position, past):
                return [Value(1.5), Value(1.0), Value(-2.5)]

        names = [generate(Steady(), Tokenizer(["ab"]), t, random.Random(5)) for t in (0.05, 0.5, 1.0, 25.0)]
        """,
        "names",
    )

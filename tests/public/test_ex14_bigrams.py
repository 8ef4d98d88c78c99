"""Public checks of exercise 14."""

from grader.core.checks import exercise

check = exercise(14)


@check("Tokenizer.encode", points=1)
def test_tokens_of_names(probe):
    """A name's tokens are the places of its letters, with the boundary before and after them."""
    probe(
        """
        tokenizer = Tokenizer(["eve", "dan", "ada"])
        rows = [tokenizer.encode(name) for name in ("eve", "dan", "nave")]
        """,
        "rows",
    )


@check("Tokenizer.encode", points=1)
def test_tokens_of_a_whole_alphabet(probe):
    """With all letters from a to z the boundary is 26; a name of one letter and none have it twice, too."""
    probe(
        """
        tokenizer = Tokenizer(["thequickbrownfox", "jumpsoverthelazydog"])
        """,
        "tokenizer.encode('zoe')",
        "[tokenizer.encode('a'), tokenizer.encode('')]",
    )


@check("Tokenizer.decode", points=1)
def test_letters_of_tokens(probe):
    """Decoding gives the name again, without its boundaries."""
    probe(
        """
        tokenizer = Tokenizer(["eve", "dan", "ada"])
        """,
        "tokenizer.decode([5, 2, 4, 2, 5])",
        "[tokenizer.decode(tokenizer.encode(name)) for name in ('dan', 'ada')]",
    )


@check("Tokenizer.decode", points=1)
def test_boundaries_wherever_they_stand(probe):
    """Any list of tokens has its letters, and a boundary has none, wherever it stands."""
    probe(
        """
        tokenizer = Tokenizer(["eve", "dan", "ada"])
        """,
        "[tokenizer.decode(tokens) for tokens in ([0, 1, 5, 0], [3, 2], [5, 0], [0, 5], [])]",
    )


@check("count_bigrams", points=2)
def test_counts_of_three_names(probe):
    """Row by the token before, column by the one that comes next, boundaries included."""
    probe(
        """
        names = ["eve", "dan", "ada"]
        counts = count_bigrams(names, Tokenizer(names))
        """,
        "counts",
    )


@check("count_bigrams", points=2)
def test_counts_of_repeated_letters(probe):
    """A letter may follow itself, and what comes more than once counts more than once."""
    probe(
        """
        names = ["aab", "aaab", "b", "aab"]
        tokenizer = Tokenizer(["ab", "c"])
        counts = count_bigrams(names, tokenizer)
        """,
        "counts",
        "[type(n) is int for n in counts[0]]",
    )


@check("bigram_loss", points=1)
def test_loss_of_an_empty_table(probe):
    """A table of zeros knows nothing: its loss is the logarithm of the number of tokens."""
    probe(
        """
        names = ["eve", "dan", "ada"]
        table = [[Value(0.0) for _ in range(6)] for _ in range(6)]
        loss = bigram_loss(table, names, Tokenizer(names))
        """,
        "isinstance(loss, Value)",
        "loss.data",
    )


@check("bigram_loss", points=2)
def test_loss_of_a_table(probe):
    """The row of the token before is asked for the token that comes next."""
    probe(
        """
        tokenizer = Tokenizer(["ab", "c"])
        table = [[Value(0.5 * i - 0.25 * j * j) for j in range(4)] for i in range(4)]
        table[1][0].data = 2.0
        table[3][1].data = -1.5
        loss = bigram_loss(table, ["bac"], tokenizer)
        """,
        "loss.data",
    )


@check("bigram_loss", points=2)
def test_gradients_of_a_table(probe):
    """Each row that is asked receives probabilities minus what came, the others nothing."""
    probe(
        """
        tokenizer = Tokenizer(["ab", "c"])
        table = [[Value(0.5 * i - 0.25 * j * j) for j in range(4)] for i in range(4)]
        loss = bigram_loss(table, ["ab", "aa"], tokenizer)
        loss.backward()
        """,
        "[[score.grad for score in row] for row in table]",
    )


@check("bigram_loss", points=2)
def test_mean_over_all_bigrams(probe):
    """All bigrams count the same, in short names as in long ones."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        table = [[1.0, -0.5, 0.25], [2.0, 0.0, -1.0], [0.5, 1.5, -2.0]]
        together = bigram_loss(table, ["a", "bbabba"], tokenizer)
        alone = bigram_loss(table, ["a"], tokenizer)
        """,
        "[together.data, alone.data]",
    )


@check("sample", points=2)
def test_tokens_drawn_with_a_seed(probe):
    """The same seed gives the same tokens: the first at which the running sum is above the number drawn."""
    probe(
        """
        import random
        rng = random.Random(1)
        tokens = [sample([0.5, -1.0, 1.25, 0.0], 1.0, rng) for _ in range(12)]
        """,
        "tokens",
    )


@check("sample", points=2)
def test_temperature(probe):
    """The scores are divided by the temperature: below 1 the likely comes more often, above 1 the rare."""
    probe(
        """
        import random
        rows = []
        for temperature in (0.25, 1.0, 4.0):
            rng = random.Random(3)
            rows.append([sample([Value(0.5), Value(-1.0), Value(1.25)], temperature, rng) for _ in range(10)])
        """,
        "rows",
    )


@check("sample", points=1)
def test_one_number_for_each_token(probe):
    """Each token takes one number from the generator, and may be drawn from plain scores or Values."""
    probe(
        """
        import random
        rng, other = random.Random(5), random.Random(5)
        tokens = [sample([Value(1.0), 0.5], 1.0, rng), sample([2.0, Value(0.0), 1.0], 0.5, rng)]
        other.random(), other.random()
        """,
        "[type(token) is int for token in tokens]",
        "rng.random() == other.random()",
    )


@check("sample", points=1)
def test_tokens_without_a_chance(probe):
    """A token whose probability is 0 is not drawn, not even where the number drawn is 0."""
    probe(
        """
        import random

        class Lowest(random.Random):
            def random(self):
                return 0.0

        tokens = [sample([-1000.0, 0.0, -1000.0], 1.0, Lowest()), sample([0.0, 0.0], 1.0, Lowest())]
        """,
        "tokens",
    )


@check("sample", points=1)
def test_a_sum_that_rounding_left_too_small(probe):
    """If rounding has left the whole sum a little below the number drawn, the result is the last token."""
    probe(
        """
        import random

        class Highest(random.Random):
            def random(self):
                return 1.0 - 2**-53

        tokens = [sample([0.0] * 7, 1.0, Highest()), sample([0.0] * 2, 1.0, Highest())]
        """,
        "tokens",
    )

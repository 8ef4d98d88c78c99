"""Hidden checks of exercise 14."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(14)


def names(rng, count, letters="abcd", longest=6):
    """Names with all of the letters among them."""
    found = ["".join(rng.choice(letters) for _ in range(rng.randint(1, longest))) for _ in range(count - 1)]
    found.append("".join(rng.sample(letters, len(letters))))
    rng.shuffle(found)
    return found


@check("Tokenizer.encode", points=1)
def test_tokens_of_other_letters(probe):
    """Whatever the letters are, the boundary has the number behind theirs."""
    probe(
        """
        tokenizer = Tokenizer(["Zoë", "élan", "o'neil"])
        rows = [tokenizer.encode(name) for name in ("Zoë", "o'o", "ine")]
        """,
        "rows",
        "[tokenizer.boundary, tokenizer.size]",
    )


@check("Tokenizer.encode", points=1)
def test_tokens_of_any_names(probe, rng):
    """The tokens of any names are right, and encoding changes nothing."""
    probe(
        f"""
        names = {names(rng, 8, "aeklmnorst", 9)}
        tokenizer = Tokenizer(names)
        rows = [tokenizer.encode(name) for name in names]
        """,
        "rows",
        "rows == [tokenizer.encode(name) for name in names]",
    )


@check("Tokenizer.decode", points=1)
def test_letters_of_boundaries_alone(probe):
    """Boundaries alone are an empty string, and the last letter is no boundary."""
    probe(
        """
        tokenizer = Tokenizer(["xyz"])
        """,
        "[tokenizer.decode(tokens) for tokens in ([3, 3], [3], [3, 2, 3], [2, 2, 3, 3, 0])]",
    )


@check("Tokenizer.decode", points=1)
def test_any_names_there_and_back(probe, rng):
    """Any name comes back as it was, and any tokens have their letters."""
    tokens = [[rng.randrange(11) for _ in range(rng.randint(2, 9))] for _ in range(4)]
    probe(
        f"""
        names = {names(rng, 6, "aeklmnorst", 9)}
        tokenizer = Tokenizer(names)
        """,
        "[tokenizer.decode(tokenizer.encode(name)) for name in names]",
        f"[tokenizer.decode(tokens) for tokens in {tokens}]",
    )


@check("count_bigrams", points=1)
def test_counts_of_no_names(probe):
    """No names give a table of zeros, and an empty name is a boundary after a boundary."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        nothing = count_bigrams([], tokenizer)
        empty = count_bigrams(["", "b", ""], tokenizer)
        """,
        "nothing",
        "empty",
    )


@check("count_bigrams", points=1)
def test_rows_of_their_own(probe):
    """Each row is a list of its own, and each call makes a new table."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        counts = count_bigrams(["ab"], tokenizer)
        counts[0][2] += 7
        again = count_bigrams(["ab", "ba"], tokenizer)
        """,
        "counts",
        "again",
    )


@check("count_bigrams", points=2)
def test_any_counts(probe, rng):
    """The counts of any names are right, and they are as many as letters and names together."""
    probe(
        f"""
        names = {names(rng, 15, "abcde", 8)}
        counts = count_bigrams(names, Tokenizer(names))
        """,
        "counts",
        "sum(map(sum, counts)) == sum(map(len, names)) + len(names)",
    )


@check("bigram_loss", points=1)
def test_loss_of_a_table_of_numbers(probe):
    """A table of plain numbers has a loss, too, and an empty name is one bigram."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        table = [[1, 0, -1], [0.5, 2, 0], [-2, 1, 3]]
        losses = [bigram_loss(table, names, tokenizer) for names in (["ab"], [""], ["", "ba", ""])]
        """,
        "[isinstance(loss, Value) for loss in losses]",
        "[loss.data for loss in losses]",
        "table",
    )


@check("bigram_loss", points=1)
def test_loss_of_a_sure_table(probe):
    """A table that is sure costs nothing where it is right and much where it is wrong."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        table = [[-500.0, 500.0, -500.0], [-500.0, -500.0, 500.0], [500.0, -500.0, -500.0]]
        right = bigram_loss(table, ["ab", "ab"], tokenizer)
        wrong = bigram_loss(table, ["ba"], tokenizer)
        """,
        "[right.data, wrong.data]",
    )


@check("bigram_loss", points=2)
def test_counted_shares_are_the_least(probe):
    """The logarithms of the counts are a table with the smallest loss: no score can be moved for the better."""
    probe(
        """
        import math
        counted = ["aab", "ba", "bbab", "a"]
        tokenizer = Tokenizer(counted)
        shares = {}
        for name in counted:
            marks = "." + name + "."
            for pair in zip(marks, marks[1:]):
                shares[pair] = shares.get(pair, 0) + 1
        order = "ab."
        table = [[Value(math.log(shares.get((x, y), 0) or 1e-9)) for y in order] for x in order]
        loss = bigram_loss(table, counted, tokenizer)
        loss.backward()
        """,
        "loss.data",
        "[[abs(score.grad) < 1e-6 for score in row] for row in table]",
    )


@check("bigram_loss", points=2)
def test_learning_what_was_counted(probe):
    """Trained with Adam, a table comes near the loss of the counts."""
    probe(
        """
        tokenizer = Tokenizer(["ab"])
        table = [[Value(0.0) for _ in range(3)] for _ in range(3)]
        parameters = [score for row in table for score in row]
        optimiser = Adam(parameters, 0.5)
        losses = []
        for step in range(12):
            loss = bigram_loss(table, ["ab", "bab"], tokenizer)
            for p in parameters:
                p.grad = 0.0
            loss.backward()
            optimiser.step()
            losses.append(loss.data)
        """,
        "losses",
        rel=1e-7,
    )


@check("bigram_loss", points=2)
def test_any_table(probe, rng):
    """Loss and gradients are right for any table and any names."""
    probe(
        f"""
        tokenizer = Tokenizer(["abc"])
        table = [[Value(s) for s in row] for row in {[numbers(rng, 4, 0.1, 3.0) for _ in range(4)]}]
        loss = bigram_loss(table, {names(rng, 4, "abc", 5)}, tokenizer)
        (loss * {number(rng)}).backward()
        """,
        "loss.data",
        "[[score.grad for score in row] for row in table]",
    )


@check("sample", points=1)
def test_sampling_changes_nothing(probe):
    """The scores stay as they are, and a single token is always drawn."""
    probe(
        """
        import random
        rng = random.Random(0)
        scores = [Value(1.0), 2, Value(-1.0)]
        kept = list(scores)
        tokens = [sample(scores, 0.5, rng) for _ in range(4)]
        alone = [sample([-3.0], 2, rng) for _ in range(3)]
        """,
        "[s is k for s, k in zip(scores, kept)]",
        "[scores[0].data, scores[2].data]",
        "tokens",
        "alone",
    )


@check("sample", points=1)
def test_large_scores_and_low_temperatures(probe):
    """Large scores and low temperatures leave the likeliest token, and nothing overflows."""
    probe(
        """
        import random
        rng = random.Random(2)
        sure = [sample([500.0, 999.0, -1000.0], 0.01, rng) for _ in range(3)]
        torn = [sample([-1000.0, 800.0, 800.0], 1.0, rng) for _ in range(8)]
        hot = [sample([9.0, -9.0, 3.0, 0.0], 1000.0, rng) for _ in range(12)]
        """,
        "[sure, torn, hot]",
    )


@check("sample", points=1)
def test_numbers_at_the_edges(probe):
    """The token is the first at which the running sum is above the number drawn, from the lowest to the highest."""
    probe(
        """
        import random

        class Fixed(random.Random):
            def random(self):
                return self.number

        rng = Fixed()
        tokens = []
        for rng.number in (0.0, 0.2499, 0.2501, 0.4999, 0.5001, 0.7501, 0.9999):
            tokens.append(sample([0.0, 0.0, 0.0, 0.0], 1.0, rng))
        """,
        "tokens",
    )


@check("sample", points=1)
def test_a_number_that_the_sum_does_not_reach(probe):
    """Ten shares of 0.1 add up to a little less than 1; beyond that it is the last token."""
    probe(
        """
        import random

        class Highest(random.Random):
            def random(self):
                return 1.0 - 2.0**-53

        tokens = [sample([0.0] * count, 1.0, Highest()) for count in (10, 1, 3)]
        """,
        "tokens",
    )


@check("sample", points=2)
def test_any_tokens(probe, rng):
    """The tokens drawn from any scores at any temperature are right."""
    probe(
        f"""
        import random
        rng = random.Random({rng.randrange(10**6)})
        tokens = [
            [sample(scores, temperature, rng) for _ in range(12)]
            for scores in {[numbers(rng, n, 0.1, 3.0) for n in (2, 4, 6)]}
            for temperature in ({round(rng.uniform(0.3, 0.9), 2)}, 1, {round(rng.uniform(1.2, 4.0), 2)})
        ]
        """,
        "tokens",
    )


@check("sample", points=2)
def test_any_walk_through_a_table(probe, rng):
    """Names drawn letter by letter from any table are right."""
    probe(
        f"""
        import random
        rng = random.Random({rng.randrange(10**6)})
        tokenizer = Tokenizer(["abcd"])
        table = {[numbers(rng, 5, 0.1, 2.0) for _ in range(5)]}
        walks = []
        for _ in range(4):
            tokens = [tokenizer.boundary]
            while len(tokens) < 9 and (len(tokens) == 1 or tokens[-1] != tokenizer.boundary):
                tokens.append(sample(table[tokens[-1]], 0.8, rng))
            walks.append(tokens)
        """,
        "walks",
    )


@check("sample", points=1)
def test_the_lowest_number_and_a_token_that_cannot_come(probe):
    """If the number drawn is 0, a first token with the probability 0 is not taken all the same."""
    probe(
        """
        import random

        class Lowest(random.Random):
            def random(self):
                return 0.0

        tokens = [sample(scores, 1.0, Lowest()) for scores in ([-3000.0, 0.5, -3000.0], [-3000.0, -2999.0, 4.0])]
        """,
        "tokens",
    )

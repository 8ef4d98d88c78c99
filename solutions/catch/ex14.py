"""7 checks of 245 words catch all 57 known wrong engines of exercise 14: Which letter comes next.

The set with the fewest words that a search among 28 checks has found.
"""

# Row by the token before, column by the one that comes next, boundaries included.
expect(
    """
    names = ["eve", "dan", "ada"]
    counts = count_bigrams(names, Tokenizer(names))
    """,
    {
        "counts": [[0, 1, 0, 1, 0, 1], [2, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0]],
    },
)

# Each row that is asked receives probabilities minus what came, the others nothing.
expect(
    """
    tokenizer = Tokenizer(["ab", "c"])
    table = [[Value(0.5 * i - 0.25 * j * j) for j in range(4)] for i in range(4)]
    loss = bigram_loss(table, ["ab", "aa"], tokenizer)
    loss.backward()
    """,
    {
        "[[score.grad for score in row] for row in table]": [[0.05535036753049469, 0.006240373421273468, 0.08167550247099273, -0.14326624342276092], [0.07400567806572045, 0.05763568002931338, 0.02722516749033091, -0.15886652558536474], [0.0, 0.0, 0.0, 0.0], [-0.18532197720189242, 0.11527136005862676, 0.05445033498066182, 0.015600282162603814]],
    },
)

# All bigrams count the same, in short names as in long ones.
expect(
    """
    tokenizer = Tokenizer(["ab"])
    table = [[1.0, -0.5, 0.25], [2.0, 0.0, -1.0], [0.5, 1.5, -2.0]]
    together = bigram_loss(table, ["a", "bbabba"], tokenizer)
    alone = bigram_loss(table, ["a"], tokenizer)
    """,
    {
        "[together.data, alone.data]": [1.214834055647045, 1.3065366696857386],
    },
)

# The scores are divided by the temperature: below 1 the likely comes more often, above 1 the rare.
expect(
    """
    import random
    rows = []
    for temperature in (0.25, 1.0, 4.0):
        rng = random.Random(3)
        rows.append([sample([Value(0.5), Value(-1.0), Value(1.25)], temperature, rng) for _ in range(10)])
    """,
    {
        "rows": [[2, 2, 2, 2, 2, 2, 0, 2, 2, 2], [0, 2, 2, 2, 2, 0, 0, 2, 0, 0], [0, 1, 1, 2, 2, 0, 0, 2, 0, 0]],
    },
)

# A token whose probability is 0 is not drawn, not even where the number drawn is 0.
expect(
    """
    import random

    class Lowest(random.Random):
        def random(self):
            return 0.0

    tokens = [sample([-1000.0, 0.0, -1000.0], 1.0, Lowest()), sample([0.0, 0.0], 1.0, Lowest())]
    """,
    {
        "tokens": [1, 0],
    },
)

# If rounding has left the whole sum a little below the number drawn, the result is the last token.
expect(
    """
    import random

    class Highest(random.Random):
        def random(self):
            return 1.0 - 2**-53

    tokens = [sample([0.0] * 7, 1.0, Highest()), sample([0.0] * 2, 1.0, Highest())]
    """,
    {
        "tokens": [6, 1],
    },
)

# Boundaries alone are an empty string, and the last letter is no boundary.
expect(
    """
    tokenizer = Tokenizer(["xyz"])
    """,
    {
        "[tokenizer.decode(tokens) for tokens in ([3, 3], [3], [3, 2, 3], [2, 2, 3, 3, 0])]": ["", "", "z", "zzx"],
    },
)

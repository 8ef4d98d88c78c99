"""Names as tokens, and the model that looks at one token."""

from minigrad_reference.language import Tokenizer, bigram_loss, count_bigrams, sample

WORDS = {"Tokenizer": Tokenizer, "count_bigrams": count_bigrams, "bigram_loss": bigram_loss, "sample": sample}

"""A block and the model made of it."""

from minigrad_reference.language import GPT, Block

WORDS = {"Block": Block, "GPT": GPT}

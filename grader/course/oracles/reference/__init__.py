"""The kata's vocabulary, spoken by the reference engine: each exercise's words in exNN.py."""

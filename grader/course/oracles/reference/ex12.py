"""Scores, probabilities, their logarithms."""

from minigrad_reference.language import cross_entropy, log_softmax, softmax

WORDS = {"softmax": softmax, "log_softmax": log_softmax, "cross_entropy": cross_entropy}

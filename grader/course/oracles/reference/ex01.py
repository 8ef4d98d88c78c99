"""Slopes by the reference's central difference."""

from minigrad_reference import derivative, gradient

WORDS = {"derivative": derivative, "gradient": gradient}

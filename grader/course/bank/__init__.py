"""What the checks must catch: known misconceptions, right answers in other styles, mutants, and the score."""

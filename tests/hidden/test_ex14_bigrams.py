"""Hidden checks of exercise 14."""

from grader.core.checks import exercise

check = exercise(14)

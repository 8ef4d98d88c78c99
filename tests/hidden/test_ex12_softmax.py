"""Hidden checks of exercise 12."""

from grader.core.checks import exercise

check = exercise(12)

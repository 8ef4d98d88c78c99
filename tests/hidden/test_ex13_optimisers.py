"""Hidden checks of exercise 13."""

from grader.core.checks import exercise

check = exercise(13)

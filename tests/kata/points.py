"""What the whole kata is worth, by its catalogue."""

from grader.core.catalogue import read_catalogue

POINTS = sum(task.points for exercise in read_catalogue().values() for task in exercise.tasks)

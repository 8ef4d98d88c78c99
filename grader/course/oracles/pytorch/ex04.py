"""Every value after its operands."""

from grader.course.oracles.pytorch.engine import topological_order

WORDS = {"topological_order": topological_order}

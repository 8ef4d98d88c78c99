"""What is made from the solutions at some cost is stale after a change of code, and not after one of a lesson."""

import pytest

from grader.core.paths import SOLUTIONS
from grader.course.authoring.digest import SUITES, digest

WORKED = '''\
"""A lesson."""


class Value:
    """A number.

    >>> 1
    """

    kind = "scalar"

    def tanh(self):
        """Its tangent."""
        return "tanh"  # what it is called
'''


@pytest.mark.parametrize(
    ("before", "after", "stale"),
    [
        ("A lesson.", "Another lesson.", False),
        ("A number.\n", "A number,\n    told at length.\n", False),
        (">>> 1", ">>> 2", False),
        ('return "tanh"', 'return "sinh"', True),
        ('kind = "scalar"', 'kind = "vector"', True),
        ("def tanh", "def than", True),
        ("self", "self: (", True),
    ],
)
def test_a_lesson_may_change_and_code_may_not(before, after, stale, tmp_path):
    file = tmp_path / SOLUTIONS / "ex01.py"
    file.parent.mkdir()
    file.write_text(WORKED)
    made_from = digest(*SUITES, root=tmp_path)
    file.write_text(WORKED.replace(before, after, 1))
    assert (digest(*SUITES, root=tmp_path) != made_from) is stale


def test_all_of_a_check_counts(tmp_path):
    file = tmp_path / "tests" / "public" / "checks.py"
    file.parent.mkdir(parents=True)
    file.write_text('"""Of one kind."""\n')
    made_from = digest(*SUITES, root=tmp_path)
    file.write_text('"""Of another kind."""\n')
    assert digest(*SUITES, root=tmp_path) != made_from

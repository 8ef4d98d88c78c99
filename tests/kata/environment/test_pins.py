"""What is pinned can be installed by every Python that the kata allows, down to its first release of each version."""

import sys
from importlib.metadata import distributions

from packaging.specifiers import SpecifierSet

FIRST = f"{sys.version_info.major}.{sys.version_info.minor}.0"  # long-term systems stay near it: Debian 12 has 3.11.2


def test_no_package_needs_a_later_release_of_this_version_of_python():
    needs = {each.name: each.metadata.get("Requires-Python") for each in distributions()}
    assert needs["pytest"]
    assert {name: said for name, said in needs.items() if said and FIRST not in SpecifierSet(said)} == {}

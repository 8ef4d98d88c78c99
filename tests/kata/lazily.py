"""Modules of a test file that are imported when a test first uses them, and not by every process that collects tests.

A process that has imported torch or nbgrader takes ten times as long to start a fenced one: the system copies its
tables of memory for each.
"""

from importlib import import_module


class Lazily:
    """Stands for a module, or for a name in one: `torch = Lazily("torch")`, `Book = Lazily("nbgrader.api", "Book")`."""

    def __init__(self, module, name=""):
        self._module, self._name = module, name

    def _real(self):
        found = import_module(self._module)
        return getattr(found, self._name) if self._name else found

    def __getattr__(self, name):
        if name.startswith("__") or name == "_mock_name":  # pytest asks everything in a test file for such
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __call__(self, *arguments, **options):
        return self._real()(*arguments, **options)

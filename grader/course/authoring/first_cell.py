# Given: run this cell first. It finds your earlier exercises, notebooks or .py files, beside this notebook or in a
# folder next to it, and says how the cells of checks compare and count.
if __name__ == "__main__":  # not where a later exercise imports this notebook
    import importlib.machinery
    import importlib.util
    import json
    import linecache
    import math
    import re
    import sys
    import textwrap
    import traceback
    from pathlib import Path

    from IPython import get_ipython

    class NotebookLoader(importlib.machinery.SourceFileLoader):
        """Imports the code cells of a notebook, without the cells of checks."""

        def get_code(self, name):
            cells = json.loads(Path(self.path).read_text(encoding="utf-8"))["cells"]
            kept = [cell for cell in cells if cell["cell_type"] == "code" and not self.has_checks(cell)]
            sources = ["".join(cell["source"]) for cell in kept]
            text = "\n\n".join(get_ipython().transform_cell(source) for source in sources)
            shown_as = f"<{Path(self.path).name}>"
            linecache.cache[shown_as] = (len(text), None, [f"{line}\n" for line in text.split("\n")], shown_as)
            return compile(text, shown_as, "exec")

        def has_checks(self, cell):
            about = cell["metadata"].get("nbgrader", {})
            return about.get("grade", False) and not about.get("solution", False)

    class EarlierExercises:
        """Finds `ex03_chain_rule`: the file that was changed last, beside this notebook if there is one."""

        def find_spec(self, name, path=None, target=None):
            if not re.fullmatch(r"ex\d\d_\w+", name):
                return None
            for pattern in (f"{name}.*", f"../*/{name}.*"):
                files = [file for file in Path().glob(pattern) if file.suffix in (".ipynb", ".py")]
                if files:
                    file = str(max(files, key=lambda file: file.stat().st_mtime).resolve())
                    loader = NotebookLoader(name, file) if file.endswith(".ipynb") else None
                    return importlib.util.spec_from_file_location(name, file, loader=loader)
            raise ModuleNotFoundError(f"{name} is needed: put your {name}.ipynb or {name}.py beside this notebook")

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "EarlierExercises"]
    sys.meta_path.append(EarlierExercises())

    def agree(got, expected, rel, abs_):
        """Whether two values agree: numbers within the tolerance, lists item by item, the rest exactly."""
        if isinstance(expected, (list, tuple)):
            alike = isinstance(got, (list, tuple)) and len(got) == len(expected)
            return alike and all(agree(g, e, rel, abs_) for g, e in zip(got, expected))
        if type(expected) in (int, float):
            both_nan = expected != expected and got != got
            return type(got) in (int, float) and (both_nan or math.isclose(got, expected, rel_tol=rel, abs_tol=abs_))
        return type(got) is type(expected) and got == expected

    def assert_same(expression, got, expected, rel=1e-9, abs_=1e-12):
        assert agree(got, expected, rel, abs_), f"{expression} is {got!r}, expected {expected!r}"

    def run_checks(points, checks):
        """Run each check, show what is wrong, and return the points for the share that passes."""
        earned = 0
        for check, weight in checks.items():
            try:
                check()
            except Exception as error:
                print(f"wrong   {check.__doc__}")
                trace = error.__traceback__.tb_next
                told = "".join(traceback.format_exception(type(error), error, trace))
                if isinstance(error, AssertionError) and str(error):
                    told = str(error)
                print(textwrap.indent(told, "        "))
            else:
                print(f"passed  {check.__doc__}")
                earned += weight
        return round(points * earned / sum(checks.values()), 4)

"""The reference stays small and stands on the standard library; who else may import whom, import-linter says."""

import ast
import io
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "minigrad_reference"
DRAWING = REFERENCE / "drawing"
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def python_files(folder):
    files = sorted(path for path in folder.rglob("*.py"))
    assert files, f"{folder} has no Python files"
    return files


def lines_of_code(source):
    """The lines that hold code: docstrings, comments and blank lines aside."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            docstrings.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for t in tokens if t.type not in NO_CODE for line in range(t.start[0], t.end[0] + 1)}
    return len(code - docstrings)


def imports(path):
    """The full names a file imports, wherever in it; a relative import keeps its dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name, *packages):
    return any(name == package or name.startswith(package + ".") for package in packages)


def offences(files, allowed):
    return [
        f"{path.relative_to(ROOT).as_posix()}: {name}" for path in files for name in imports(path) if not allowed(name)
    ]


def test_lines_of_code_leave_out_docstrings_comments_and_blank_lines():
    source = '"""Doc\nstring."""\n\n# comment\ndef f(x):  # comment\n    """Doc."""\n    return """a\nb"""\n'
    assert lines_of_code(source) == 3


def test_imports_are_found_inside_functions_too(tmp_path):
    path = tmp_path / "lazy.py"
    path.write_text("def f():\n    import torch\n", encoding="utf-8")
    assert list(imports(path)) == ["torch"]


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ([REFERENCE / "engine.py", REFERENCE / "nn.py"], 300),
        ([REFERENCE / "language.py"], 250),
        ([path for path in python_files(REFERENCE) if DRAWING not in path.parents], 1000),
    ],
    ids=["engine and networks", "language model", "all but the drawing"],
)
def test_the_reference_stays_under_its_limit_of_lines_of_code(files, limit):
    sizes = {path: lines_of_code(path.read_text(encoding="utf-8")) for path in files}
    assert sum(sizes.values()) < limit, sizes


def test_the_reference_imports_only_itself_and_the_standard_library_except_for_drawing():
    def allowed(name):
        return within(name, "minigrad_reference", *sys.stdlib_module_names)

    files = python_files(REFERENCE)
    assert offences([path for path in files if DRAWING not in path.parents], allowed) == []
    libraries = ("graphviz", "matplotlib", "numpy", "PIL", "pygraphviz")  # matplotlib brings numpy and Pillow along
    drawing = [path for path in files if DRAWING in path.parents]
    assert offences(drawing, lambda name: allowed(name) or within(name, *libraries)) == []

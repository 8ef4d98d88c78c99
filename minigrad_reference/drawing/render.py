"""Drawings as files: by the `dot` program where there is one, else by the Graphviz inside pygraphviz."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import graphviz

from minigrad_reference.files import write_whole

RESOLUTION = {"png": "110", "svg": "72"}  # dots per inch

PYGRAPHVIZ = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


def render(dot: graphviz.Digraph, path: str | Path) -> None:
    """Write a drawing as .svg or .png, whole or not at all.

    Raises ValueError for another suffix, RuntimeError where Graphviz complains or is not installed.
    """
    path = Path(path)
    kind = path.suffix[1:]
    if kind not in RESOLUTION:
        raise ValueError(f"a drawing is written as .svg or .png, not as {path.name!r}")
    write_whole(path, picture(dot, kind))


def picture(dot: graphviz.Digraph, kind: str) -> bytes:
    """A drawing as the bytes of an 'svg' or 'png'; raises RuntimeError as `render` does.

    Graphviz runs in a process of its own, because its complaints go straight to the terminal.
    """
    dot = dot.copy()
    dot.graph_attr["dpi"] = RESOLUTION[kind]
    if shutil.which("dot"):
        command = ["dot", f"-T{kind}"]
    elif importlib.util.find_spec("pygraphviz"):
        command = [sys.executable, "-X", "utf8", "-c", PYGRAPHVIZ, kind]
    else:
        raise RuntimeError("Drawing needs Graphviz: install the dot program or the Python package pygraphviz.")
    result = subprocess.run(command, input=dot.source.encode(), capture_output=True, check=False)
    complaints = [line for line in result.stderr.decode(errors="replace").splitlines() if line.startswith("Error")]
    if result.returncode or complaints:
        raise RuntimeError(f"Graphviz could not draw the picture: {(complaints or ['it stopped'])[0]}")
    drawn: bytes = result.stdout
    return drawn

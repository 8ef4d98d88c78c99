"""Drawings as files: by the `dot` program where there is one, else by the Graphviz inside pygraphviz."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import graphviz

from minigrad_reference.drawing.palette import with_dark
from minigrad_reference.files import write_whole

RESOLUTION = {"png": "110", "svg": "72"}  # dots per inch

SECONDS = 60  # for one drawing
STAND_IN: list[Callable[[str, str], str]] = []  # draws (source, kind) where no program can be started: in a browser
LOOKS = {"png": b"\x89PNG", "svg": b"<"}  # how a drawing begins

PYGRAPHVIZ = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


def render(dot: graphviz.Digraph, path: str | Path) -> None:
    """Write a drawing as .svg, which follows the reader's screen from light to dark, or as .png; whole or not at all.

    Raises ValueError for another suffix, RuntimeError where Graphviz complains or is not installed.
    """
    path = Path(path)
    kind = path.suffix[1:]
    if kind not in RESOLUTION:
        raise ValueError(f"a drawing is written as .svg or .png, not as {path.name!r}")
    drawn = picture(dot, kind)
    write_whole(path, with_dark(drawn.decode()).encode() if kind == "svg" else drawn)


def picture(dot: graphviz.Digraph, kind: str) -> bytes:
    """A drawing as the bytes of an 'svg' or 'png'; raises RuntimeError as `render` does.

    Where the user's own dot fails, the one inside pygraphviz is asked too.
    """
    dot = dot.copy()
    dot.graph_attr["dpi"] = RESOLUTION[kind]
    if STAND_IN:
        return STAND_IN[-1](dot.source, kind).encode()
    programs = _programs(kind)
    if not programs:
        raise RuntimeError("Drawing needs Graphviz: install the dot program or the Python package pygraphviz.")
    *before, last = programs
    for command in before:
        with suppress(RuntimeError):
            return _drawn(command, dot.source.encode(), kind)
    return _drawn(last, dot.source.encode(), kind)


def _programs(kind: str) -> list[list[str]]:
    """The commands that draw, the first one first."""
    inside = [sys.executable, "-X", "utf8", "-c", PYGRAPHVIZ, kind]
    has_it = importlib.util.find_spec("pygraphviz") is not None
    return [*([["dot", f"-T{kind}"]] if shutil.which("dot") else []), *([inside] if has_it else [])]


def _drawn(command: list[str], source: bytes, kind: str) -> bytes:
    """What a program draws. It runs in a process of its own, because its complaints go straight to the terminal."""
    try:
        result = subprocess.run(command, input=source, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"Graphviz could not draw the picture in {SECONDS} seconds; draw a smaller graph.") from None
    except OSError as error:
        raise RuntimeError(f"Graphviz could not draw the picture: {error.strerror}.") from None
    complaints = [line for line in result.stderr.decode(errors="replace").splitlines() if line.startswith("Error")]
    drawn: bytes = result.stdout
    if result.returncode or complaints or not drawn.startswith(LOOKS[kind]):
        raise RuntimeError(f"Graphviz could not draw the picture: {(complaints or ['it stopped'])[0]}")
    return drawn

"""What the walkthroughs begin with: an engine by its name, and pictures under a cell."""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from IPython.display import SVG, Image

ROOT = Path(__file__).resolve().parents[1]
WIDTH = "9"  # inches, at most
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)  # exercises/ and build/ are looked for in the current folder


def engine(name: str) -> Any:
    """The engine with that name, 'reference' or 'mine': Value, MLP, losses. Raises ValueError if it is not complete."""
    from grader.learner.engines import load_engine

    return load_engine(name)


def language(name: str) -> Any:
    """The language model with that engine's name: everything of exercises 12 to 18, and Value."""
    if name == "mine":
        from grader.learner.engines import my_package

        return my_package("Value", "softmax", "cross_entropy", "attention", "GPT", "Tokenizer", "Adam", "generate")
    from minigrad_reference import language

    return language


def tidy(name: str) -> None:
    """Free the graphs of a learner's engine, which form cycles; the reference's are gone by themselves."""
    if name == "mine":
        gc.collect()


def drawn(draw: Callable[[Path], None]) -> SVG:
    """What `draw` writes into the SVG that it is told."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "drawn.svg")
        draw(path)
        return SVG(path.read_text(encoding="utf-8"))


def graph(drawing: Any) -> SVG:
    """A drawing by Graphviz, no wider than the page."""
    from minigrad_reference.drawing.render import picture

    drawing = drawing.copy()
    drawing.graph_attr["size"] = WIDTH
    return SVG(picture(drawing, "svg").decode())


def plot(draw: Callable[[Path], None], words: str) -> Image:
    """What `draw` writes into the PNG that it is told, and words for whoever cannot see it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "plot.png")
        draw(path)
        return Image(path.read_bytes(), alt=words)

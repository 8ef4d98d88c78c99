"""The pictures that lessons show: a line `[words](../docs/images/name)` of their own, a picture in the notebook."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

LINE = re.compile(r"\[(?P<words>[^\]\n]+(?:\n[^\]\n]+)*)\]\(\.\./(?P<path>docs/images/(?P<name>[\w.-]+))\)")
PNG = "image/png"


def illustrations(text: str) -> Iterator[Path]:
    """The pictures that a lesson shows, seen from the kata's folder."""
    yield from dict.fromkeys(Path(match["path"]) for match in LINE.finditer(text))


def attached(text: str) -> tuple[str, dict[str, dict[str, str]]]:
    """A lesson whose pictures are attachments of its cell (nbformat 4), and these.

    They are PNG, also where the lesson shows an SVG: JupyterLab shows no SVG that is attached.
    """
    files = {
        path.name: {PNG: base64.b64encode(path.read_bytes()).decode()} for path in map(as_png, illustrations(text))
    }
    return LINE.sub(lambda line: f"![{line['words']}](attachment:{as_png(Path(line['path'])).name})", text), files


def as_png(picture: Path) -> Path:
    """The PNG that is drawn beside each SVG of a lesson."""
    return picture.with_suffix(".png")

"""A page as one HTML file that needs nothing else: its style and its scripts are in it, and no other script may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from string import Template

from minigrad_reference.drawing.palette import STYLE

HERE = Path(__file__).parent


def filled(name: str, scripts: Sequence[str], **words: str) -> str:
    """The page `name`.html with palette and style, the scripts one after the other, and the words for its places."""
    style, page = ((HERE / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("css", "html"))
    return Template(page).substitute(style=STYLE + style, script=joined(scripts), digest=digest(scripts), **words)


def joined(scripts: Sequence[str]) -> str:
    return "".join((HERE / f"{part}.js").read_text(encoding="utf-8") for part in scripts)


def digest(scripts: Sequence[str]) -> str:
    """By which a Content-Security-Policy knows the scripts of a page, also of a page that has it in a frame."""
    return base64.b64encode(hashlib.sha256(joined(scripts).encode()).digest()).decode()

"""A page as one HTML file that needs nothing else: its style and its scripts are in it, and no other script may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from string import Template

HERE = Path(__file__).parent


def filled(name: str, scripts: Sequence[str], **words: str) -> str:
    """The page `name`.html with its style, the scripts one after the other, and the words for its places."""
    style, page = ((HERE / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("css", "html"))
    script = "".join((HERE / f"{part}.js").read_text(encoding="utf-8") for part in scripts)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template(page).substitute(style=style, script=script, digest=digest, **words)

"""The pictures that lessons show: a line `[words](../docs/images/name)` of their own, a picture in the notebook."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LINE = re.compile(r"\[(?P<words>[^\]\n]+(?:\n[^\]\n]+)*)\]\(\.\./(?P<path>docs/images/(?P<name>[\w.-]+))\)")
KINDS = {".png": "image/png", ".svg": "image/svg+xml"}


def illustrations(text: str) -> Iterator[Path]:
    """The pictures that a lesson shows, seen from the kata's folder."""
    yield from dict.fromkeys(Path(match["path"]) for match in LINE.finditer(text))


def attached(text: str) -> tuple[str, dict[str, Any]]:
    """A lesson whose pictures are attachments of its cell (nbformat 4), and these."""
    files = {path.name: {KINDS[path.suffix]: _encoded(path)} for path in illustrations(text)}
    return LINE.sub(r"![\g<words>](attachment:\g<name>)", text), files


def _encoded(path: Path) -> str:
    data = path.read_bytes()
    return data.decode() if path.suffix == ".svg" else base64.b64encode(data).decode()

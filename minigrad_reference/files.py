"""Files that are complete or not there."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file under another name first, so that a failure leaves what was there and nothing beside it."""
    partial = Path(f"{path}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

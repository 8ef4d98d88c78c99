"""Numbers and words as they are shown."""

from __future__ import annotations

LINE = 80  # characters


def shown(x: float) -> str:
    """A number with five digits."""
    return (f"{x:.5g}" if x else "0").replace("-", "−")


def bracketed(x: float) -> str:
    """A number as an operand: (−3), since a minus sign belongs to nothing before it."""
    text = shown(x)
    return f"({text})" if text.startswith("−") else text


def short(words: object, length: int = LINE) -> str:
    """Words in one line, not longer than that; what cannot be printed becomes a space."""
    text = "".join(c if c.isprintable() else " " for c in str(words)).strip()
    return text if len(text) <= length else text[: length - 1] + "…"

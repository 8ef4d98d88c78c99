"""Numbers and words as they are shown."""

from __future__ import annotations

LINE = 80  # characters


DIGITS, ALL = 5, 17  # that are shown; that tell any two floats apart


def shown(x: float, digits: int = DIGITS) -> str:
    """A number with five digits, or as many as are asked for."""
    return (f"{x:.{digits}g}" if x else "0").replace("-", "−")


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers that differ with five digits, or as many more as it takes to see it."""
    pairs = [(shown(one, digits), shown(other, digits)) for digits in range(DIGITS, ALL + 1)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])


def bracketed(x: float) -> str:
    """A number as an operand: (−3), since a minus sign belongs to nothing before it."""
    text = shown(x)
    return f"({text})" if text.startswith("−") else text


def short(words: object, length: int = LINE) -> str:
    """Words in one line, not longer than that; what cannot be printed becomes a space."""
    text = "".join(c if c.isprintable() else " " for c in str(words)).strip()
    return text if len(text) <= length else text[: length - 1] + "…"

"""How well one colour can be read on another."""

ENOUGH = 4.5


def contrast(one, other):
    """Of two colours as (red, green, blue), by WCAG 2.2; words need 4.5 : 1."""

    def light(colour):
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)

"""The colours of every drawing and page by what they mean: `palette.css`, read.

A colour has one meaning: `local` and `upstream` are the two factors of a share, `above` and `below` a number's sign,
`bad` is what is wrong, `link` what can be used. None stands alone: a word, a mark, a dash or a shape says the same.
"""

from __future__ import annotations

import re
from pathlib import Path

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in STYLE.split("@media"))
BEGIN = re.compile(r"<svg [^>]*>")


def with_dark(svg: str) -> str:
    """A drawing in the light colours that turns dark with the reader's screen, be it a page of its own or an image."""
    rules = (
        f'[{part}="{colour}"]{{{part}:{DARK[name]}}}' for name, colour in LIGHT.items() for part in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{''.join(dict.fromkeys(rules))}}}</style>"
    return BEGIN.sub(lambda begin: begin[0] + style, svg, count=1)

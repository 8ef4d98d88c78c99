"""The colours of every drawing and page by what they mean, as a style sheet.

A colour has one meaning: `local` and `upstream` are the two factors of a share, `above` and `below` a number's sign,
`bad` is what is wrong, `link` what can be used. None stands alone: a word, a mark, a dash or a shape says the same.
"""

from __future__ import annotations

import re

# Python, not a file beside it: the fence and the kata in a browser take along what a module imports, and no more.
STYLE = """\
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f4f6f9; --ink: #1b2430; --quiet: #53606f; --pale: #6b7785; --line: #c3ccd7;
  --link: #5a3aa0; --leaf: #eaf4ec; --inner: #eef2f7; --operation: #fdf3d8; --forward: #1b2430; --forward-fill: #e3e8ee;
  --local: #0b57a4; --local-fill: #d9e9fb; --upstream: #a04a0c; --upstream-fill: #fdeed7;
  --above: #1f5f9e; --below: #a84a14; --bad: #a8161d; --bad-fill: #fbe3e2; --good: #14652f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181d; --panel: #1d232b; --ink: #e6eaf0; --quiet: #a8b3c1; --pale: #8d99a7; --line: #465260;
    --link: #c3b0f5;
    --leaf: #1c2b22; --inner: #222a34; --operation: #3a2f17; --forward: #e6eaf0; --forward-fill: #38424f;
    --local: #86bdf8; --local-fill: #16304d; --upstream: #f0ab5e; --upstream-fill: #43290f;
    --above: #86bdf8; --below: #f0ab5e; --bad: #ff9d97; --bad-fill: #42211f; --good: #74d391;
  }
}
"""
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in STYLE.split("@media"))
BEGIN = re.compile(r"<svg [^>]*>")


def with_dark(svg: str) -> str:
    """A drawing in the light colours that turns dark with the reader's screen, be it a page of its own or an image."""
    rules = (
        f'[{part}="{colour}"]{{{part}:{DARK[name]}}}' for name, colour in LIGHT.items() for part in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{''.join(dict.fromkeys(rules))}}}</style>"
    return BEGIN.sub(lambda begin: begin[0] + style, svg, count=1)

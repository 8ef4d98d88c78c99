"""Every colour of the pages and drawings can be read where it stands, in light and in dark, and has one place."""

import base64
import json
import re
from io import BytesIO
from pathlib import Path

import pytest

from minigrad_reference import Value
from minigrad_reference.drawing import draw_dot, render
from minigrad_reference.drawing.palette import DARK, LIGHT, with_dark
from tests.kata.contrast import ENOUGH, contrast
from tests.kata.lazily import Lazily

np = Lazily("numpy")
Image, ImageSequence = Lazily("PIL.Image"), Lazily("PIL.ImageSequence")

ROOT = Path(__file__).parents[3]
WORDS = "ink", "quiet", "link", "local", "upstream", "above", "below", "bad", "good"
BACKGROUNDS = "page", "panel", "leaf", "inner", "operation", "forward-fill", "local-fill", "upstream-fill", "bad-fill"
OTHERS = {  # styles that stand on the palette, and the colours that are theirs alone
    "grader/course/pages/templates/page.css": {"warn", "fill", "track", "some", "none", "why"},
    "minigrad_reference/drawing/stepper.css": set(),
    "minigrad_reference/drawing/training.css": set(),
}
ON_CLASS_PAGES = {"page", "panel", "some", "none", "why"}
HEX = re.compile(r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b")


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def low(words, backgrounds, theme):
    """The pairs that cannot be read, with their contrast."""
    colours = {background: rgb(theme.get(background, background)) for background in backgrounds}
    found = {(word, back): contrast(rgb(theme[word]), colour) for word in words for back, colour in colours.items()}
    return {pair: round(value, 2) for pair, value in found.items() if value < ENOUGH}


@pytest.mark.parametrize(("theme", "screen"), [(LIGHT, "#ffffff"), (DARK, "#1e1e1e")], ids=["light", "dark"])
def test_every_colour_of_a_word_can_be_read_on_every_background(theme, screen):
    assert low(WORDS, (screen, "page", "panel"), theme) == {}
    assert low(("pale",), (screen, "page"), theme) == {}
    assert low(("ink", "quiet", "bad"), BACKGROUNDS, theme) == {}
    assert low(("local", "upstream"), ("local-fill", "upstream-fill", "leaf", "inner"), theme) == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_of_a_class_page_can_be_read(theme):
    text = (ROOT / "grader/course/pages/templates/page.css").read_text(encoding="utf-8")
    own = text.split("@media")[0 if theme is LIGHT else 1]
    colours = {**theme, **dict(re.findall(r"--([\w-]+): (#\w{6});", own))}
    assert OTHERS["grader/course/pages/templates/page.css"] <= colours.keys()
    assert low(("ink", "quiet", "warn", "good", "bad", "link"), ON_CLASS_PAGES, colours) == {}


def test_every_colour_that_is_the_sites_alone_can_be_read():
    style = (ROOT / "web/style.css").read_text(encoding="utf-8")
    warn = re.search(r"--warn: light-dark\((#\w{6}), (#\w{6})\)", style).groups()
    main = re.search(r"button\.main \{ background: light-dark\((#\w{6}), (#\w{6})\);.*color: #fff", style).groups()
    for theme, own, background in zip((LIGHT, DARK), warn, main, strict=True):
        assert low(("warn",), ("page", "panel"), {**theme, "warn": own}) == {}
        assert low(("white",), (background,), {"white": "#ffffff"}) == {}
    assert style.startswith("$palette\n")


def test_light_and_dark_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()
    assert {*WORDS, *BACKGROUNDS} <= LIGHT.keys()


def test_no_colour_is_written_down_beside_the_palette():
    drawing = ROOT / "minigrad_reference/drawing"
    sources = [path for path in drawing.iterdir() if path.suffix in {".py", ".css", ".js"} and path.stem != "palette"]
    sources += [ROOT / "grader/learner/picture.py", *(ROOT / "web/src").glob("*.ts")]
    assert {path.name: found for path in sources if (found := HEX.findall(path.read_text(encoding="utf-8")))} == {}
    for path, own in OTHERS.items():
        before_print = (ROOT / path).read_text(encoding="utf-8").split("@media print")[0]
        assert set(re.findall(r"--([\w-]+): #", before_print)) == own, path


def test_a_drawing_in_a_file_has_the_dark_colour_of_everything_in_it(tmp_path):
    render(draw_dot(Value(1.0, label="a") + 2), tmp_path / "graph.svg")
    svg = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    style = re.search(r"<style>@media \(prefers-color-scheme: dark\)\{(.*)\}</style>", svg)[1]
    used = set(re.findall(r'(fill|stroke)="(#\w{6}|white|black)"', svg.replace(style, "")))
    assert {("fill", LIGHT["page"]), ("fill", LIGHT["ink"]), ("stroke", LIGHT["quiet"])} <= used
    named = {colour: name for name, colour in LIGHT.items()}
    for part, colour in used:
        assert f'[{part}="{colour}"]{{{part}:{DARK[named[colour]]}}}' in style


def test_what_is_no_drawing_is_left_as_it_is():
    assert with_dark("<svg>words") == "<svg>words"


RIM = 2  # pixels at which Graphviz lets its ground fade
PICTURES = sorted(path for path in (ROOT / "docs/images").iterdir() if path.suffix in {".png", ".gif", ".svg"})


def in_walkthroughs():
    """The pictures that stand in the notebooks, by where they stand."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            shown = [output.get("data", {}) for output in cell.get("outputs", [])]
            for data in [*shown, *cell.get("attachments", {}).values()]:
                for kind, content in data.items():
                    text = "".join(content)
                    if kind in {"image/png", "image/gif"}:
                        yield f"{path.name} {number}", base64.b64decode(text)
                    elif kind == "image/svg+xml":
                        yield f"{path.name} {number}", text.encode()


def has_ground(content):
    """Whether nothing of the page behind a picture comes through it, so that it can be read on a dark page too."""
    if content.lstrip().startswith(b"<"):
        ground = re.search(rb"<(?:polygon|path|rect)[^>]*>", content)[0]  # what is drawn first, behind all else
        return LIGHT["page"].encode() in ground
    with Image.open(BytesIO(content)) as picture:
        parts = [np.asarray(frame.convert("RGBA"))[RIM:-RIM, RIM:-RIM, 3] for frame in ImageSequence.Iterator(picture)]
    return all((part == 255).all() for part in parts)


def test_every_picture_of_readme_docs_and_walkthroughs_has_a_ground_of_its_own():
    found = {path.name: has_ground(path.read_bytes()) for path in PICTURES} | {
        place: has_ground(content) for place, content in in_walkthroughs()
    }
    assert len(found) > len(PICTURES) >= 11
    assert [place for place, is_there in found.items() if not is_there] == []
    clear = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "PNG")
    assert not has_ground(clear.getvalue())

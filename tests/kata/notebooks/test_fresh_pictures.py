"""Every picture is linked, listed and fresh, and staleness is found."""

import json
import re
import shutil
from pathlib import Path

import pytest

from grader.core.errors import KataError
from grader.course.authoring.freshness import IMAGES, MADE_OF, MAKERS, NOTEBOOKS, SOURCES, record, stale_pictures
from grader.course.authoring.illustrations import as_png

ROOT = Path(__file__).parents[3]
KINDS = {".png", ".svg", ".gif", ".jpg"}
LINK = re.compile(r"(?P<shown>!?)\[(?P<words>[^\]]*)\]\((?P<path>[^)\s]+)\)")


def pages():
    """Everything that may show a picture: pages in Markdown, and the lessons with what is made of them."""
    folders = ("docs", "exercises", "solutions", "grader", "notebooks")
    found = [*ROOT.glob("*.md"), *(path for folder in folders for path in (ROOT / folder).rglob("*.md"))]
    return [*found, *ROOT.glob("solutions/*.py"), *ROOT.glob("exercises/*.py"), *ROOT.glob("notebooks/*.py")]


def links():
    """The page, the words and the file of every picture that is linked; where it is shown, `!` is before the words."""
    for page in pages():
        for match in LINK.finditer(page.read_text(encoding="utf-8")):
            if "://" not in match["path"] and Path(match["path"]).suffix in KINDS:
                yield page, match["shown"] + match["words"], (page.parent / match["path"]).resolve()


def drawn():
    return {path.resolve() for path in (ROOT / IMAGES).iterdir() if path.suffix in KINDS}


def test_every_picture_that_is_linked_exists_and_says_in_words_what_it_shows():
    shown = list(links())
    assert len(shown) >= 5
    assert [f"{page}: {path}" for page, _, path in shown if not path.exists()] == []
    short = [f"{page}: {words}" for page, words, _ in shown if words.startswith("!") and len(words.split()) < 3]
    assert short == []


def test_every_picture_in_the_folder_is_linked_somewhere():
    linked = {path for _, _, path in links()}
    assert drawn() - linked - {as_png(path) for path in linked} == set()  # a notebook shows the PNG beside an SVG


def test_every_picture_and_every_walkthrough_is_listed_with_what_it_is_made_of():
    walkthroughs = set((ROOT / NOTEBOOKS).glob("*.ipynb"))
    assert {ROOT / path for path in SOURCES} == drawn() | walkthroughs
    for path, patterns in SOURCES.items():
        assert [pattern for pattern in patterns if not list(ROOT.glob(pattern))] == [], path


def test_pictures_and_walkthroughs_are_fresh(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert list(stale_pictures()) == [], "run make images, make notebooks"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Pictures, walkthroughs and all they are made of, just recorded, in a folder of its own."""
    monkeypatch.chdir(ROOT)
    listed = (*MAKERS.values(), *SOURCES, *(pattern for patterns in SOURCES.values() for pattern in patterns))
    files = {path for pattern in listed for path in Path().glob(pattern)}
    for path in files:
        (tmp_path / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    for folder in (IMAGES, NOTEBOOKS):
        record(folder)
    return tmp_path


GRAPH, PLOT, FILM = (f"docs/images/{name}" for name in ("expression.svg", "decision_boundary.png", "training.gif"))
EXPLAIN, FIRST, SECOND = "docs/images/explain.svg", "notebooks/from_scratch.ipynb", "notebooks/two_moons.ipynb"
CHANGES = {  # what has changed, and what of these six is stale then
    "the engine": ("minigrad_reference/engine.py", {GRAPH, PLOT, FILM, FIRST, SECOND}),
    "the drawing of graphs": ("minigrad_reference/drawing/graph.py", {GRAPH, EXPLAIN, FIRST}),
    "the colours": ("minigrad_reference/drawing/palette.py", {GRAPH, PLOT, FILM, EXPLAIN, FIRST, SECOND}),
    "the film": ("minigrad_reference/drawing/film.py", {PLOT, FILM, FIRST, SECOND}),
    "the data": ("grader/learner/data/two_moons.csv", {PLOT, FILM, SECOND}),
    "the script that draws": ("docs/images/make_images.py", {GRAPH, PLOT, FILM, EXPLAIN}),
    "a worked answer": ("solutions/ex04_backward.py", {EXPLAIN}),
    "the text of a walkthrough": ("notebooks/two_moons.py", {SECOND}),
    "a picture, by hand": (GRAPH, {GRAPH}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_shows_something_that_has_changed_is_stale_until_it_is_made_again(copy, change):
    name, affected = CHANGES[change]
    assert list(stale_pictures()) == []
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert set(stale_pictures()) & {GRAPH, PLOT, FILM, EXPLAIN, FIRST, SECOND} == affected
    for folder in (IMAGES, NOTEBOOKS):
        record(folder)
    assert list(stale_pictures()) == []


def test_a_picture_that_is_gone_is_stale_and_cannot_be_recorded(copy):
    (copy / "docs/images/expression.svg").unlink()
    assert list(stale_pictures()) == ["docs/images/expression.svg"]
    with pytest.raises(KataError, match=r"^docs/images/expression\.svg is listed in .* but nothing makes it\.$"):
        record(IMAGES)


def test_recording_one_folder_leaves_what_is_known_of_the_other(copy):
    (copy / "notebooks/two_moons.py").write_text("# changed\n")
    record(IMAGES)
    assert list(stale_pictures()) == ["notebooks/two_moons.ipynb"]
    assert json.loads(MADE_OF.read_text(encoding="utf-8")).keys() == SOURCES.keys()


def test_without_any_record_everything_is_stale(copy):
    (copy / MADE_OF).unlink()
    assert list(stale_pictures()) == list(SOURCES)

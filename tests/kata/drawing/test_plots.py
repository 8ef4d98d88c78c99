"""Training as pictures: the right size, not blank, and whole or not at all."""

import math

import pytest

from minigrad_reference.drawing.palette import LIGHT
from tests.kata.lazily import Lazily

Image = Lazily("PIL.Image")
PLOTS = "minigrad_reference.drawing.plots"
curves, decision_boundary, loss_curve = (Lazily(PLOTS, name) for name in ("curves", "decision_boundary", "loss_curve"))

POINTS, LABELS = [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)], [1, 1, -1, -1]


def slope(point):
    return point[0] - point[1]


def picture(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return image.convert("RGB")


def colours(image):
    return {colour for _, colour in image.getcolors(image.width * image.height)}


def rgb(name):
    return tuple(int(LIGHT[name][i : i + 2], 16) for i in (1, 3, 5))


def nearly(colour, other):
    return max(abs(a - b) for a, b in zip(colour, other, strict=True)) < 12


def test_a_loss_curve_is_a_png_of_800_by_500_pixels_with_both_curves(tmp_path):
    path = tmp_path / "loss.png"
    loss_curve([1.0, 0.5, 0.25], [0.5, 0.75, 1.0], path)
    image = picture(path)
    assert image.size == (800, 500)
    assert len(colours(image)) > 50
    for curve in map(rgb, ("ink", "link")):
        assert any(nearly(colour, curve) for colour in colours(image))
    assert list(tmp_path.iterdir()) == [path]


def test_a_loss_curve_of_one_epoch_is_drawn(tmp_path):
    loss_curve([1.0], [0.5], tmp_path / "loss.png")
    assert len(colours(picture(tmp_path / "loss.png"))) > 20


def test_a_decision_boundary_is_a_png_of_700_by_550_pixels_with_both_sides_of_the_line(tmp_path):
    path = tmp_path / "boundary.png"
    decision_boundary(slope, POINTS, LABELS, path)
    image = picture(path)
    assert image.size == (700, 550)
    seen = colours(image)
    assert len(seen) > 200
    assert any(blue > red + 60 for red, _, blue in seen)
    assert any(red > blue + 60 for red, _, blue in seen)
    assert list(tmp_path.iterdir()) == [path]


def test_a_sample_on_the_wrong_side_has_a_cross_and_none_is_there_where_all_are_right(tmp_path):
    paths = [tmp_path / name for name in ("right.png", "wrong.png")]
    for path, labels in zip(paths, ([-1, -1, -1, 1], [-1, -1, -1, -1]), strict=True):
        decision_boundary(slope, POINTS, labels, path)
    crossed = [any(nearly(colour, rgb("bad")) for colour in colours(picture(path))) for path in paths]
    assert crossed == [False, True]


def test_curves_are_a_png_with_a_panel_for_each_title(tmp_path):
    panels = {"one": {"f": math.sin, "g": math.cos}, "two": {"h": abs}}
    curves(panels, -1.0, 1.0, tmp_path / "curves.png")
    image = picture(tmp_path / "curves.png")
    assert image.size == (1000, 400)
    for curve in map(rgb, ("ink", "link")):
        assert any(nearly(colour, curve) for colour in colours(image))


@pytest.mark.parametrize("score", [0.0, 1.0, -3.0])
def test_a_score_that_is_the_same_everywhere_is_drawn_without_a_warning(score, tmp_path):
    decision_boundary(lambda _: score, POINTS, LABELS, tmp_path / "boundary.png")
    assert picture(tmp_path / "boundary.png").size == (700, 550)


def test_samples_in_one_place_and_of_one_label_are_drawn(tmp_path):
    decision_boundary(slope, [(1.0, 1.0), (1.0, 1.0)], [1, 1], tmp_path / "boundary.png")
    assert picture(tmp_path / "boundary.png").size == (700, 550)


def test_a_picture_is_never_written_into_the_file_that_is_there(tmp_path):
    path = tmp_path / "picture.png"
    path.write_text("the file before")
    (tmp_path / "link").hardlink_to(path)  # shows what happens to the old file itself
    loss_curve([1.0, 0.5], [0.5, 1.0], path)
    assert (tmp_path / "link").read_text() == "the file before"
    assert picture(path).size == (800, 500)


def test_a_picture_that_fails_leaves_the_existing_file_unchanged_and_nothing_beside_it(tmp_path):
    path = tmp_path / "picture.png"
    loss_curve([1.0, 0.5], [0.5, 1.0], path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"math domain error|expected a nonnegative input"):
        decision_boundary(lambda point: math.sqrt(point[0]), POINTS, LABELS, path)
    with pytest.raises(ValueError, match="must have same first dimension"):
        loss_curve([1.0, 0.5], [0.5], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_as_many_labels_as_samples_are_needed(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        decision_boundary(slope, POINTS, LABELS[:-1], tmp_path / "boundary.png")
    assert list(tmp_path.iterdir()) == []

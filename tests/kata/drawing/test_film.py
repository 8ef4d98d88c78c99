"""The film of a training: its frames are the network as it was, of a modest size, and whole or not at all."""

from itertools import pairwise

import pytest

from grader.learner.datasets import load
from minigrad_reference import MLP, accuracy, linear_decay, max_margin, train
from minigrad_reference.drawing.palette import LIGHT
from tests.kata.lazily import Lazily

Image = Lazily("PIL.Image")
np = Lazily("numpy")
drawing = Lazily("minigrad_reference.drawing.film")
POINTS, LABELS = [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)], [1, 1, -1, -1]


def loss(scores, labels, _):
    return max_margin(scores, labels)


def trained(epochs, hidden=(4,), activation="relu", inputs=POINTS, labels=LABELS):
    """A film, the network's scores of all samples after each step, and their losses."""
    model = MLP(len(inputs[0]), [*hidden, 1], activation, seed=2)
    film = drawing.Film(inputs, labels, epochs)
    film.take(0, model)
    seen = [[model(x) for x in inputs]]
    for epoch in train(model, inputs, labels, loss, linear_decay(), epochs):
        film.take(epoch.number, model)
        seen.append([model(x) for x in inputs])
    losses = [max_margin(scores, labels).data for scores in seen]
    return film, [[score.data for score in scores] for scores in seen], losses


def frames(path):
    with Image.open(path) as film:
        assert film.format == "GIF"
        found = []
        for place in range(film.n_frames):
            film.seek(place)
            found.append((film.convert("RGB").copy(), film.info["duration"]))
        return found, film.info.get("loop")


@pytest.mark.parametrize("activation", ["relu", "tanh", ["tanh", "relu", "linear"]])
def test_the_states_of_a_film_score_as_the_network_did_at_that_step(activation):
    film, seen, _ = trained(6, hidden=(5, 3), activation=activation)
    assert list(film.states) == list(range(7))
    for step, state in film.states.items():
        assert list(drawing.scores_of(state, POINTS)) == pytest.approx(seen[step], abs=1e-12)


@pytest.mark.parametrize("epochs", [1, 2, 39, 40, 41, 50, 1000, 100_000])
def test_a_film_of_any_length_begins_before_the_first_step_ends_after_the_last_and_has_few_frames(epochs):
    wanted = sorted(drawing.Film(POINTS, LABELS, epochs).wanted)
    assert (wanted[0], wanted[-1]) == (0, epochs)
    assert len(wanted) == min(drawing.FRAMES, epochs) + 1
    gaps = {later - earlier for earlier, later in pairwise(wanted)}
    assert max(gaps) - min(gaps) <= 1


def test_a_film_is_an_endless_gif_with_a_frame_per_state_that_rests_on_the_last(tmp_path):
    film, _, losses = trained(5)
    film.save(losses, [0.5] * 6, tmp_path / "film.gif")
    found, loop = frames(tmp_path / "film.gif")
    assert loop == 0
    assert len(found) == 6
    assert {image.size for image, _ in found} == {(405, 486)}
    assert [pause for _, pause in found] == [100] * 5 + [drawing.REST]
    assert len({image.tobytes() for image, _ in found}) == 6
    assert {image.getpixel((0, 0)) for image, _ in found} == {(255, 255, 255)}
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]


def test_the_letters_of_a_film_are_as_large_on_a_phone_as_those_of_a_text(tmp_path):
    film, _, losses = trained(2)
    film.save(losses, [0.5] * 3, tmp_path / "film.gif")
    (first, _), *_ = frames(tmp_path / "film.gif")[0]
    dark = np.asarray(first.convert("L")) < 128
    beside = dark[:, : first.width // 6]  # the numbers at the left of the map, in a strip without its frame
    rows = np.flatnonzero(beside[: first.height // 2, first.width // 10 :].any(axis=1))
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    on_a_phone = 343 / first.width  # in a column with margins
    assert min(len(run) for run in runs) * on_a_phone >= 9  # a digit of a text of 12 pixels


def test_without_two_inputs_the_film_is_of_the_loss_alone(tmp_path):
    data = load("toy")
    film, _, losses = trained(4, inputs=data.inputs, labels=data.targets)
    film.save(losses, [0.5] * 5, tmp_path / "film.gif")
    found, _ = frames(tmp_path / "film.gif")
    assert len(found) == 5
    assert {image.size for image, _ in found} == {(405, 324)}


def test_the_map_of_a_frame_is_the_score_of_that_step_blue_above_zero_and_brown_below(tmp_path):
    """Two steps of a network without hidden layers: first the score is x1 - 0.5, then 0.5 - x2."""
    film, model = drawing.Film(POINTS, LABELS, 1), MLP(2, [1])
    for step, numbers in enumerate([(1.0, 0.0, -0.5), (0.0, -1.0, 0.5)]):
        for parameter, number in zip(model.parameters(), numbers, strict=True):
            parameter.data = number
        film.take(step, model)
    film.save([1.0, 0.5], [0.5, 0.5], tmp_path / "film.gif")
    (first, _), (second, _) = frames(tmp_path / "film.gif")[0]
    left, right, top, bottom = (130, 130), (360, 130), (245, 60), (245, 205)
    assert (is_blue(first, right), is_brown(first, left)) == (True, True)
    assert (is_blue(second, bottom), is_brown(second, top)) == (True, True)


def test_a_sample_on_the_wrong_side_has_a_red_cross_until_it_is_right(tmp_path):
    """A network without hidden layers whose score is -1, and then 1, everywhere."""
    film, model = drawing.Film([(0.0, 0.0), (1.0, 1.0)], [1, 1], 1), MLP(2, [1])
    for step, bias in enumerate((-1.0, 1.0)):
        for parameter, number in zip(model.parameters(), (0.0, 0.0, bias), strict=True):
            parameter.data = number
        film.take(step, model)
    film.save([1.0, 0.5], [0.0, 1.0], tmp_path / "film.gif")
    found, _ = frames(tmp_path / "film.gif")
    assert [any(is_red(colour) for _, colour in image.getcolors(1 << 20)) for image, _ in found] == [True, False]


def is_red(colour):
    bad = (int(LIGHT["bad"][i : i + 2], 16) for i in (1, 3, 5))
    return max(abs(a - b) for a, b in zip(colour, bad, strict=True)) < 16


def is_blue(image, place):
    red, _, blue = image.getpixel(place)
    return blue > red + 30


def is_brown(image, place):
    red, _, blue = image.getpixel(place)
    return red > blue + 30


def test_of_a_long_training_no_more_is_kept_than_is_filmed():
    film, model = drawing.Film(POINTS, LABELS, 1000), MLP(2, [1], seed=0)
    for step in range(1001):
        film.take(step, model)
    assert film.states.keys() == film.wanted


def test_stills_are_one_png_of_four_frames_side_by_side(tmp_path):
    film, _, _ = trained(9)
    film.stills(tmp_path / "stills.png")
    with Image.open(tmp_path / "stills.png") as image:
        assert image.format == "PNG"
        assert image.size == (1024, 256)


def test_a_film_is_never_written_into_the_file_that_is_there_and_leaves_it_when_it_fails(tmp_path):
    path = tmp_path / "film.gif"
    path.write_text("the film before")
    (tmp_path / "link").hardlink_to(path)  # shows what happens to the old file itself
    film, _, losses = trained(3)
    film.save(losses, [0.5] * 4, path)
    assert (tmp_path / "link").read_text() == "the film before"
    before = path.read_bytes()
    with pytest.raises(IndexError):
        film.save(losses[:-1], [0.5] * 3, path)
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "link"]


def test_a_network_that_scores_everything_alike_is_filmed(tmp_path):
    model = MLP(2, [1], seed=0)
    for parameter in model.parameters():
        parameter.data = 0.0
    film = drawing.Film(POINTS, LABELS, 1)
    film.take(0, model)
    film.take(1, model)
    film.save([1.0, 1.0], [0.5, 0.5], tmp_path / "film.gif")
    assert frames(tmp_path / "film.gif")[0]


def test_the_film_of_the_default_training_is_below_a_megabyte(tmp_path):
    data = load("moons")
    model = MLP(2, [16, 16, 1], "relu", seed=0)
    film, history = drawing.Film(data.inputs, data.targets, 50), []
    film.take(0, model)
    for epoch in train(model, data.inputs, data.targets, loss, linear_decay(), 50):
        film.take(epoch.number, model)
        history.append((epoch.loss, epoch.accuracy))
    scores = [model(x) for x in data.inputs]
    history.append((max_margin(scores, data.targets).data, accuracy(scores, data.targets)))
    film.save(*zip(*history, strict=True), tmp_path / "film.gif")
    assert (tmp_path / "film.gif").stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [([8, 4, 1, 0], "█▅▂▁"), ([0.0], "▁"), ([1.0], "█"), ([0, 0, 0], "▁▁▁"), ([2.0] * 100, "█" * 40)],
)
def test_a_sparkline_has_a_bar_for_each_number_and_never_more_than_its_width(numbers, bars):
    assert drawing.sparkline(numbers) == bars


def test_a_long_sparkline_keeps_the_first_and_the_last_number():
    line = drawing.sparkline([9.0] + [0.0] * 500 + [9.0])
    assert (len(line), line[0], line[-1]) == (40, "█", "█")

"""`python -m grader names` as its users meet it, and what it keeps of a run."""

import contextlib
import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from rich.console import Console

from grader.core.errors import KataError
from grader.learner import checkpoint, namelists
from grader.learner.attending import attention_weights
from grader.learner.commands import learner
from grader.learner.engines import load_language
from tests.kata.lazily import Lazily

Image = Lazily("PIL.Image")
command = Lazily("grader.learner.names")
letters = Lazily("minigrad_reference.drawing.letters")

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"WIDTH": "4", "HEADS": "2", "STEPS": "12", "NAMES": "elements"}
VARIABLES = "ENGINE", "NAMES", "STEPS", "SEED", "TEMPERATURE", "WIDTH", "HEADS", "LAYERS", "RESUME", "COLUMNS"
WRITTEN = {"loss.png", "attention.svg", "embedding.png", "names.txt", "metrics.json", "weights.json"}
PLAN = {"names": "elements", "steps": 12, "seed": 0, "width": 4, "heads": 2, "layers": 1}


def environment(**variables):
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**clean, "PYTHONPATH": str(ROOT), **variables}


def started(folder, **variables):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    line = [sys.executable, "-m", "grader", "names"]
    return subprocess.Popen(line, cwd=folder, env=environment(**variables), **pipes)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to run in, without settings of another run."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(monkeypatch, **variables):
    """The command in this process, as `make` starts it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    learner.main(["names"], standalone_mode=False)


def new_run(**changes):
    plan, names = command.planned({**PLAN, **changes}, set(), resume=False)
    return command.begin(load_language("reference"), plan, names)


def finished(run):
    while len(run.losses) < run.plan.steps:
        run.step()
    return run


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A whole run: its folder and what it printed."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(stream):
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        patch.chdir(tmp_path_factory.mktemp("run"))
        typed(patch, **SMALL)
        folder = Path("build/names").absolute()
    stream.seek(0)
    return folder, stream.read()


def test_a_run_tells_the_loss_and_names_on_its_way_and_what_it_wrote(done):
    folder, out = done
    assert {path.name for path in folder.iterdir()} == WRITTEN
    assert [path.name for path in folder.parent.iterdir()] == ["names"]
    words = " ".join(out.split())
    assert "A model with 456 parameters (1 block of width 4 with 2 heads), 118 names (elements)." in words
    lines = [line for line in out.splitlines() if line.startswith("Step ")]
    assert len(lines) == 12
    assert all(re.fullmatch(r"Step +\d+/12, loss 3\.\d{4}: [a-z(].*", line) for line in lines), lines
    assert all(f"  {name}" in out for name in WRITTEN)


def test_what_is_written_agrees_with_the_training_without_the_command(done):
    folder, out = done
    run = finished(new_run())
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["losses"] == run.losses
    assert metrics["loss"] == pytest.approx(sum(run.losses) / 12)
    assert (metrics["count"], metrics["parameters"], metrics["steps"]) == (118, 456, 12)
    assert metrics["loss_of_a_guess"] == pytest.approx(math.log(metrics["vocabulary"]))
    known = checkpoint.load(folder / "weights.json")
    assert known.weights == [p.data for p in run.model.parameters()]
    invented = (folder / "names.txt").read_text(encoding="utf-8").splitlines()
    assert [line.removesuffix(" *") for line in invented] == [name or "(nothing)" for name in run.invent(50, 0.5)]
    assert " ".join(invented[0].split()) in out


def test_pictures_are_pictures_and_the_svg_has_a_map_for_each_head(done):
    folder, _ = done
    for name in ("loss.png", "embedding.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 400
    texts = [element.text for element in ET.parse(folder / "attention.svg").iter() if element.text]  # noqa: S314
    assert {"head 1", "head 2"} <= {text.strip() for text in texts}


def test_an_invented_name_that_stands_in_the_data_is_marked():
    run = new_run()
    assert command.marked(["iron", "irony", ""], run) == ["iron *", "irony", "(nothing)"]


def test_a_run_that_goes_on_from_what_was_kept_is_the_run_without_a_break(here):
    whole, first = finished(new_run()), new_run()
    for _ in range(5):
        first.step()
    first.save()
    plan, names = command.planned(PLAN, set(), resume=True)
    second = finished(command.begin(load_language("reference"), plan, names, checkpoint.load(command.WEIGHTS)))
    assert second.losses == whole.losses
    assert [p.data for p in second.model.parameters()] == [p.data for p in whole.model.parameters()]
    assert second.invent(5, 0.5) == whole.invent(5, 0.5)
    assert here.joinpath(command.WEIGHTS).exists()


def test_an_interruption_keeps_the_last_whole_step_and_resume_goes_on_from_there(tmp_path):
    variables = {**SMALL, "STEPS": "3000", "NAMES": "people"}
    with started(tmp_path, **variables) as run:
        while not run.stdout.readline().startswith("Step "):
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=240)
    assert run.returncode == 130
    assert err.startswith("Interrupted after ")
    assert err.endswith(" of 3,000 steps: RESUME=1 goes on from there.\n")
    kept = checkpoint.load(tmp_path / command.WEIGHTS)
    assert 0 < len(kept.losses) < 3000
    assert f"after {len(kept.losses):,} of" in err
    assert {path.name for path in (tmp_path / "build/names").iterdir()} == {"weights.json"}


@pytest.mark.slow
def test_fifty_steps_on_the_worked_answers_have_the_losses_of_the_reference(tmp_path):
    shutil.copytree(ROOT / "solutions", tmp_path / "exercises")
    shutil.copytree(ROOT / "tests" / "public", tmp_path / "tests" / "public")
    for name in ("grader", "minigrad_reference"):
        (tmp_path / name).symlink_to(ROOT / name)
    with started(tmp_path, **{**SMALL, "STEPS": "50", "ENGINE": "mine"}) as run:
        _, err = run.communicate(timeout=240)
    assert (run.returncode, err) == (0, "")
    metrics = json.loads((tmp_path / "build/names/metrics.json").read_text(encoding="utf-8"))
    assert metrics["losses"] == pytest.approx(finished(new_run(steps=50)).losses, rel=1e-6)
    assert {path.name for path in (tmp_path / "build/names").iterdir()} == WRITTEN
    assert (tmp_path / "build/my_minigrad").exists()  # it was theirs


def test_a_complete_run_can_be_asked_for_other_names_at_another_temperature(here, monkeypatch, capsys):
    typed(monkeypatch, **SMALL)
    first = here.joinpath("build/names/names.txt").read_text(encoding="utf-8")
    weights = here.joinpath(command.WEIGHTS).read_bytes()
    capsys.readouterr()
    typed(monkeypatch, RESUME="1", TEMPERATURE="3")
    assert "12 of 12 steps are done" in capsys.readouterr().out
    assert here.joinpath("build/names/names.txt").read_text(encoding="utf-8") != first
    assert here.joinpath(command.WEIGHTS).read_bytes() == weights


BAD_VALUES = {
    "STEPS": ("0", "x", "100001"),
    "SEED": ("-1", "x"),
    "TEMPERATURE": ("0", "nan", "hot", "-1"),
    "WIDTH": ("0", "65"),
    "HEADS": ("0", "x"),
    "LAYERS": ("0", "9"),
    "ENGINE": ("yours",),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_VALUES.items() for value in values])
def test_a_bad_value_is_one_sentence_that_names_the_variable_and_writes_nothing(name, value, here, monkeypatch):
    with pytest.raises(click.UsageError) as error:
        typed(monkeypatch, **{name: value})
    assert f"'{name}'" in error.value.format_message()
    assert error.value.format_message().endswith(".")
    assert list(here.iterdir()) == []


BAD_FILES = {
    "empty": (b"\n \n", "holds fewer than 2 names"),
    "one": (b"anna\n", "holds fewer than 2 names"),
    "digits": (b"anna\nb3n\n", "line 2: a name has letters, and '3' is none"),
    "a table": (b"anna,12\n", "line 1: a name has letters, and ',' is none"),
    "long": (b"anna\nabcdefghijklmnop\n", "line 2: 'abcdefghijklmnop' is of length 16"),
    "short": (b"anna\nb\n", "line 2: 'b' is of length 1"),
    "not UTF-8": (b"anna\n\xff\xfe\n", "cannot be read: it is not text in UTF-8"),
    "one letter": (b"aa\naaa\n", "the number of different letters is 1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_of_names_is_one_sentence_that_says_where_and_what(name, here, monkeypatch):
    content, words = BAD_FILES[name]
    (here / "own.txt").write_bytes(content)
    with pytest.raises(KataError) as error:
        typed(monkeypatch, NAMES="own.txt")
    assert str(error.value).startswith("own.txt")
    assert words in str(error.value)
    assert str(error.value).count("\n") == 0
    assert not (here / "build").exists()


@pytest.mark.parametrize(("value", "words"), [("nobody", "'nobody' is not there"), (".", "cannot be read")])
@pytest.mark.usefixtures("here")
def test_a_file_of_names_that_is_not_there_is_one_sentence(value, words, monkeypatch):
    with pytest.raises(KataError, match=words):
        typed(monkeypatch, NAMES=value)


def test_heads_that_cannot_share_the_width_are_refused(here, monkeypatch):
    with pytest.raises(KataError, match="HEADS=3 heads cannot share WIDTH=16 evenly"):
        typed(monkeypatch, HEADS="3")
    assert list(here.iterdir()) == []


def test_names_of_ones_own_may_have_capitals_accents_spaces_and_hyphens(here):
    (here / "own.txt").write_text("\ufeffZoë\r\nAnna-Lena\n\n  d' Arc \n", encoding="utf-8")
    assert namelists.load("own.txt") == namelists.NameList("own", ("zoë", "anna-lena", "d' arc"))


def test_the_built_in_lists_have_the_sizes_that_are_told():
    people, elements = namelists.load("people"), namelists.load("elements")
    assert (len(people.names), len(set(people.names)), len(elements.names)) == (5163, 5163, 118)
    assert set("".join(people.names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert "iron" in elements.names


def test_resume_without_a_run_or_with_other_settings_or_names_is_one_sentence(here, monkeypatch):
    with pytest.raises(KataError, match="no run to go on with"):
        typed(monkeypatch, RESUME="1")
    (here / "own.txt").write_text("anna\nben\n")
    new_run(names="own.txt").save()
    with pytest.raises(KataError, match=r"has STEPS=12, and not 13; leave it out, or leave RESUME out"):
        typed(monkeypatch, RESUME="1", STEPS="13")
    monkeypatch.delenv("STEPS")
    (here / "own.txt").write_text("anna\nbea\n")
    with pytest.raises(KataError, match=r"names in own.txt are not those that the run began with"):
        typed(monkeypatch, RESUME="1")


BROKEN = {
    "no JSON": lambda content: content[:40],
    "another format": lambda content: content.replace("minigrad-names-1", "minigrad-names-2"),
    "a setting that is no number": lambda content: content.replace('"steps": 12', '"steps": "12"'),
    "a size beyond all": lambda content: content.replace('"width": 4', '"width": 4000000'),
    "not finite": lambda content: content.replace('"losses": [', '"losses": [NaN, '),
    "more steps than there are": lambda content: content.replace('"losses": [', f'"losses": [{"1.0, " * 12}'),
    "a weight more": lambda content: content.replace('"weights": [', '"weights": [1.0, '),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_of_weights_is_one_sentence_that_says_what_to_do(name, here):
    run = new_run()
    run.step()
    run.save()
    path = here / command.WEIGHTS
    path.write_text(BROKEN[name](path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(KataError, match="leave RESUME out") as error:
        checkpoint.load(path)
    assert str(error.value).count("\n") == 0


def test_weights_of_another_shape_are_refused_whole():
    run, other = new_run(), new_run(width=8)
    before = [p.data for p in other.model.parameters()]
    kept = checkpoint.taken(run.plan, run.losses, run.model, run.optimiser)
    with pytest.raises(KataError, match="456 weights and this model"):
        checkpoint.put_back(kept, other.model, other.optimiser)
    assert [p.data for p in other.model.parameters()] == before


def test_attention_is_read_off_row_by_row_and_the_model_is_as_before():
    run = finished(new_run(layers=2))
    queries = [block.query for block in run.model.blocks]
    tokens = run.tokenizer.encode("iron")[:-1]
    heads = attention_weights(run.model, tokens)
    assert [block.query for block in run.model.blocks] == queries
    assert len(heads) == 4
    for rows in heads:
        assert [len(row) for row in rows] == [1, 2, 3, 4, 5]
        assert rows[0] == [1.0]
        assert all(math.isclose(sum(row), 1.0) for row in rows)


def test_the_level_of_letter_pairs_is_the_loss_of_the_counted_shares():
    # after a: b or the end, one half each; everything else is certain
    assert command.bigram_level(["a", "ab"]) == pytest.approx((math.log(2) / 2 + math.log(2) / 3) / 2)


def test_running_means_and_principal_components_are_what_they_say():
    assert letters.running_mean([1.0, 2.0, 6.0], window=2) == [1.0, 1.5, 4.0]
    points, shares = letters.principal_components([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0], [-1.0, 0.0]])
    assert shares == pytest.approx([0.9, 0.1])
    assert sorted(round(abs(x), 9) for x, _ in points) == [0, 0, 3, 3]


def test_a_narrow_terminal_without_unicode_gets_the_same_facts():
    run = finished(new_run())
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    console = Console(file=stream, width=40, soft_wrap=True, markup=False, highlight=False)
    command.tell(run, ["iron", "abc"], console)
    stream.seek(0)
    said = " ".join(stream.read().split())
    assert "1 of 2 is in the data, marked with a star." in said
    assert "iron *, abc" in said


@pytest.mark.parametrize(("steps", "count"), [(12, 1), (200, 2), (1000, 5)])
def test_a_short_run_invents_fewer_names_on_the_way(steps, count):
    run = new_run(steps=steps)
    run.step()
    assert len(command._line(run, 0.5).partition(": ")[2].split(", ")) == count


@pytest.mark.parametrize(
    ("losses", "said"), [([4.0] * 2 + [3.0] * 4 + [1.0] * 2, "4.0000 to 1.0000"), ([3.0], "3.0000")]
)
def test_the_losses_of_the_beginning_and_the_end_are_means_of_as_many(losses, said):
    run = new_run(steps=len(losses))
    run.losses = losses
    stream = io.StringIO()
    command.tell(run, ["iron"], Console(file=stream, width=200))
    told = " ".join(stream.getvalue().split())
    assert said in told
    assert ("the means of the first and of the last 2" in told) == (len(losses) > 1)

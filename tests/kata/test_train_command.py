"""`python -m grader train` as its users meet it: a process of its own in a folder of its own."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import minigrad_reference as engine
from grader.learner.datasets import load

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "grader", "train"]
VARIABLES = ("DATASET", "EPOCHS", "SEED", "HIDDEN", "LR", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
NAMES = {
    "training.html",
    "prediction.html",
    "loss_over_epochs.png",
    "decision_boundary.png",
    "training.gif",
    "final_prediction_graph.svg",
    "final_prediction_graph.png",
    "computation_graph.svg",
    "computation_graph.png",
    "network.svg",
    "predictions.csv",
    "metrics.json",
}


def environment(**variables):
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**clean, "PYTHONPATH": str(ROOT), **variables}


def train(folder, **variables):
    done = subprocess.run(COMMAND, cwd=folder, env=environment(**variables), capture_output=True, check=False)
    coding = variables.get("PYTHONIOENCODING", "utf-8")
    return done.returncode, done.stdout.decode(coding), done.stderr.decode(coding)


def written(folder):
    return {path.name for path in (folder / "build" / "train").iterdir()}


def metrics(folder):
    return json.loads((folder / "build" / "train" / "metrics.json").read_text(encoding="utf-8"))


def predictions(folder):
    with (folder / "build" / "train" / "predictions.csv").open(newline="", encoding="utf-8") as file:
        return [float(row["predicted"]) for row in csv.DictReader(file)]


def toy_predictions(hidden, epochs, rate, seed):
    """What the same training gives without the command."""
    data = load("toy")
    model = engine.MLP(3, [*hidden, 1], ["tanh"] * (len(hidden) + 1), seed=seed)
    loss = lambda scores, targets, _: engine.mean_squared_error(scores, targets)
    list(engine.train(model, data.inputs, data.targets, loss, engine.linear_decay(rate), epochs))
    return [model(x).data for x in data.inputs]


def assert_one_sentence(result, *words):
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    assert "Traceback" not in err
    for word in words:
        assert word in err


def test_the_toy_set_gives_everything_but_a_decision_boundary_and_leaves_no_old_one_but_other_files(tmp_path):
    folder = tmp_path / "build" / "train"
    folder.mkdir(parents=True)
    (folder / "decision_boundary.png").write_text("of the run before")
    (folder / "notes.txt").write_text("mine")
    code, out, err = train(tmp_path, DATASET="toy")
    assert (code, err) == (0, "")
    assert written(tmp_path) == NAMES - {"decision_boundary.png"} | {"notes.txt"}
    assert "A 3-4-4-1 network with 41 parameters, 4 samples (toy)." in out
    assert "Epoch 50/50, Loss: " in out
    assert "No decision boundary: it needs 2 inputs and toy has 3." in out
    assert predictions(tmp_path) == toy_predictions([4, 4], epochs=50, rate=0.1, seed=0)
    assert metrics(tmp_path)["accuracy"] == 1.0
    assert re.search(r"^The loss on its way from \d\.\d{4} to 0\.0\d{3}:\s[▁▂▃▄▅▆▇█]{40}$", out, re.MULTILINE)
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["train"]


def test_moons_are_the_default_and_a_short_run_writes_all_twelve_files_and_its_metrics(tmp_path):
    code, out, err = train(tmp_path, EPOCHS="2")
    assert (code, err) == (0, "")
    assert written(tmp_path) == NAMES
    assert "A 2-16-16-1 network with 337 parameters, 100 samples (moons)." in out
    with Image.open(tmp_path / "build" / "train" / "training.gif") as film:
        assert film.n_frames == 3  # before the first step, between, after the last
    figures = metrics(tmp_path)
    assert {"loss", "accuracy", "epochs", "seconds", "seed"} <= set(figures)
    assert (figures["epochs"], figures["seed"], figures["dataset"], figures["sizes"]) == (2, 0, "moons", [2, 16, 16, 1])
    assert 0 <= figures["accuracy"] <= 1
    assert 0 < figures["seconds"] < 60
    scores = predictions(tmp_path)
    targets = load("moons").targets
    assert len(scores) == 100
    assert sum((s > 0) == (t > 0) for s, t in zip(scores, targets, strict=True)) / 100 == figures["accuracy"]


def test_variables_set_data_epochs_seed_layers_and_rate_and_epochs_are_reported_one_per_line(tmp_path):
    code, out, err = train(tmp_path, DATASET="toy", EPOCHS="2", SEED="3", HIDDEN="5,2", LR="0.01")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "A 3-5-2-1 network with 35 parameters, 4 samples (toy)." in lines
    assert [line.split(", ")[0] for line in lines if line.startswith("Epoch ")] == ["Epoch 1/2", "Epoch 2/2"]
    (last,) = [line for line in lines if line.startswith("Epoch 2/2, Loss: ")]
    assert last.split(", ")[2].startswith("Accuracy: ")
    assert last.endswith("%")
    assert (metrics(tmp_path)["seed"], metrics(tmp_path)["sizes"]) == (3, [3, 5, 2, 1])
    assert predictions(tmp_path) == toy_predictions([5, 2], epochs=2, rate=0.01, seed=3)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EPOCHS", "0"),
        ("EPOCHS", "x"),
        ("EPOCHS", "100001"),
        ("SEED", "-1"),
        ("HIDDEN", "1,a"),
        ("HIDDEN", "100"),
        ("HIDDEN", "0"),
        ("HIDDEN", ","),
        ("LR", "0"),
        ("LR", "nan"),
        ("LR", "inf"),
        ("LR", "fast"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(variable, value, tmp_path):
    assert_one_sentence(train(tmp_path, **{variable: value}), f"'{variable}'")
    assert list(tmp_path.iterdir()) == []


BAD_FILES = {
    "words": (b"1,2,1\n3,four,-1\n", "line 2: 'four' is not a finite number"),
    "not finite": (b"1,2,1\n3,nan,-1\n", "line 2: 'nan' is not a finite number"),
    "ragged": (b"1,2,1\n3,1\n", "line 2: 3 columns are needed"),
    "one column": (b"1\n-1\n", "line 1: 2 columns are needed"),
    "labels up to 3": (b"x,y,label\n1,2,1\n3,4,2\n5,6,3\n", "it has 1, 2, 3"),
    "empty": (b"", "has no rows of numbers"),
    "header only": (b"x,y,label\n", "has no rows of numbers"),
    "not UTF-8": (b"1,2,\xff\n", "cannot be read"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_csv_file_is_one_sentence_that_says_what_is_wrong_with_it(name, tmp_path):
    content, words = BAD_FILES[name]
    (tmp_path / "x.csv").write_bytes(content)
    assert_one_sentence(train(tmp_path, DATASET="x.csv"), "x.csv", words)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("dataset", "words"),
    [("nope", "'moons', 'toy' or the path of a .csv file, not 'nope'"), ("missing.csv", "No such file"), ("x.csv", "")],
    ids=["unknown name", "missing file", "folder"],
)
def test_a_data_set_that_is_not_there_is_one_sentence(dataset, words, tmp_path):
    (tmp_path / "x.csv").mkdir()
    assert_one_sentence(train(tmp_path, DATASET=dataset), dataset, words)


@pytest.mark.parametrize(("size", "epochs"), [("1e9", "50"), ("1e100", "1")], ids=["on the way", "in the last step"])
def test_a_diverging_run_is_one_sentence_and_writes_nothing(size, epochs, tmp_path):
    (tmp_path / "x.csv").write_text(f"{size},1\n-{size},-1\n")
    code, _, err = train(tmp_path, DATASET="x.csv", LR="1000000", EPOCHS=epochs)
    assert code == 2
    assert err.count("\n") == 1
    assert "a smaller learning rate may help" in err
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_csv_with_three_inputs_and_an_odd_name_trains_and_says_why_there_is_no_decision_boundary(tmp_path):
    name = "[bold] :smile: größe.csv"
    (tmp_path / name).write_bytes("\ufeffa,b,c,label\r\n1,2,3,1\r\n3,4,5,0\r\n0,1,1,1\r\n".encode())
    code, out, err = train(tmp_path, DATASET=name, EPOCHS="2", LR="0.01")
    assert (code, err) == (0, "")
    assert "3 samples ([bold] :smile: größe)." in out
    assert "No decision boundary: it needs 2 inputs and [bold] :smile: größe has 3." in out
    assert written(tmp_path) == NAMES - {"decision_boundary.png"}


def test_an_interrupted_run_exits_130_and_leaves_the_previous_files_as_they_were(tmp_path):
    folder = tmp_path / "build" / "train"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text(f"previous {name}")
    variables = environment(DATASET="toy", EPOCHS="100000")
    with subprocess.Popen(COMMAND, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout.readline().startswith(b"A 3-4-4-1 network")  # it has begun
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert err.decode().strip() == "Interrupted: no file was changed."
    assert {path.name: path.read_text() for path in folder.iterdir()} == {name: f"previous {name}" for name in NAMES}
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["train"]


def test_a_run_that_fails_while_it_writes_leaves_the_previous_files_as_they_were(tmp_path):
    (tmp_path / "build").write_text("a file where the folder should be")
    code, _, err = train(tmp_path, DATASET="toy", EPOCHS="1")
    assert code == 2
    assert "build" in err
    assert "Traceback" not in err
    assert (tmp_path / "build").read_text() == "a file where the folder should be"


@pytest.mark.parametrize(
    "variables",
    [{"COLUMNS": "40", "NO_COLOR": "1"}, {"PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1"}],
    ids=["narrow and plain", "ASCII and colourful"],
)
def test_terminals_of_every_kind_show_the_same_facts_one_per_line(variables, tmp_path):
    (tmp_path / "größe.csv").write_text("1,2,1\n3,4,-1\n")
    code, out, err = train(tmp_path, DATASET="größe.csv", EPOCHS="2", LR="0.01", HIDDEN="2", **variables)
    assert (code, err) == (0, "")
    assert written(tmp_path) == NAMES
    assert any("Epoch 2/2, Loss: " in line and "Accuracy: " in line for line in out.splitlines())
    name = "größe" if "COLUMNS" in variables else "gr??e"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
    assert f"A 2-2-1 network with 9 parameters, 2 samples ({name})." in " ".join(plain)
    assert ("\x1b[" in out) == ("FORCE_COLOR" in variables)
    (course,) = re.findall(r"The loss on its way from (.*?)  ", " ".join(plain) + "  ")
    assert re.search(r": [▁▂▃▄▅▆▇█]{3} " if "COLUMNS" in variables else r"\d{4}\.", course)


def test_help_lists_every_variable(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--help"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    for variable in ("DATASET", "EPOCHS", "SEED", "HIDDEN", "LR"):
        assert variable in done.stdout


@pytest.mark.parametrize("arguments", [["dance"], ["train", "--speed", "3"]])
def test_a_wrong_command_is_an_explanation_and_no_traceback(arguments, tmp_path):
    command = [sys.executable, "-m", "grader", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr

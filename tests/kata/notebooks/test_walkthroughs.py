"""The walkthroughs run from the top in a fresh kernel, on either engine, and what is committed is what they show."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kata.layered import make_environment
from tests.kata.lazily import Lazily

jupytext, nbformat, refresh = Lazily("jupytext"), Lazily("nbformat"), Lazily("notebooks.refresh")

ROOT = Path(__file__).parents[3]
MAKE = shutil.which("make")
NAMES = ["from_scratch", "names", "two_moons"]
VARIABLES = "ENGINE", "EPOCHS", "MAKEFLAGS", "MAKELEVEL", "PYTHON", "VENV"
LARGEST = 1_000_000  # bytes
UPDATE = r"epoch +(\d+) .*accuracy (\d+)%"


def committed(name):
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def shown(notebook):
    """The kinds of the pictures, in order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [kind for output in outputs for kind in output.get("data", ()) if kind.startswith("image/")]


@pytest.fixture
def copy(tmp_path):
    """The walkthroughs beside the kata, with the worked answers at the learner's desk."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    for name in ("grader", "minigrad_reference"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "solutions", tmp_path / "exercises")
    return tmp_path


def run(copy, name, **variables):
    return refresh.executed(copy / "notebooks" / f"{name}.py", **variables)


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_and_its_text_say_the_same(name):
    text = jupytext.read(ROOT / "notebooks" / f"{name}.py")
    notebook = committed(name)
    assert [(c.cell_type, c.source) for c in text.cells] == [(c.cell_type, c.source) for c in notebook.cells]
    assert notebook.metadata == refresh.METADATA


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_is_small_was_run_from_the_top_and_tells_nothing_of_the_machine(name):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    notebook = committed(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(cell.metadata == {} for cell in notebook.cells)
    assert len(shown(notebook)) >= 2
    assert set(shown(notebook)) <= {"image/png", "image/svg+xml"}
    outputs = [output for cell in code for output in cell.outputs if "image/png" in output.get("data", ())]
    assert all(output.metadata["image/png"]["alt"].endswith(".") for output in outputs)
    assert "PyTorch is not installed" not in printed(notebook)
    for private in (str(Path.home()), str(ROOT), "/tmp", "site-packages", " at 0x", '"stderr"', "Traceback"):  # noqa: S108
        assert private not in text


@pytest.mark.slow
@pytest.mark.skipif(not MAKE, reason="make refreshes them")
def test_make_notebooks_shows_what_is_committed_with_the_packages_of_its_own_layer_alone(copy):
    make_environment(copy / ".venv", ["notebooks"])
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (copy / name).symlink_to(ROOT / name)
    for name in ("docs", "solutions", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("kata"))
    for name in NAMES:
        (copy / f"notebooks/{name}.ipynb").unlink()
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run([MAKE, "notebooks"], cwd=copy, env=clean, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in NAMES:
        notebook = nbformat.read(copy / f"notebooks/{name}.ipynb", as_version=4)
        assert printed(notebook) == printed(committed(name))
        assert shown(notebook) == shown(committed(name))


@pytest.mark.slow
def test_on_the_learner_s_engine_the_numbers_are_the_same_up_to_and_with_pytorch(copy):
    notebook = run(copy, "from_scratch", ENGINE="mine")
    assert printed(notebook) == printed(committed("from_scratch"))
    assert (copy / "build" / "my_minigrad").exists()  # it was theirs


@pytest.mark.slow
def test_two_moons_are_learned_on_the_learner_s_engine(copy):
    notebook = run(copy, "two_moons", ENGINE="mine", EPOCHS="6")
    assert shown(notebook) == shown(committed("two_moons"))
    accuracies = [int(percent) for _, percent in re.findall(UPDATE, printed(notebook))]
    assert accuracies[-1] > 70
    assert (copy / "build" / "my_minigrad").exists()


@pytest.mark.slow
def test_names_are_learned_on_the_learner_s_engine_with_the_losses_of_pytorch(copy):
    notebook = run(copy, "names", ENGINE="mine", EPOCHS="20")
    assert shown(notebook) == shown(committed("names"))
    assert "gradients are equal to nine decimals: True" in printed(notebook)


@pytest.mark.slow
def test_without_pytorch_one_sentence_says_how_to_get_it_and_the_rest_runs(copy):
    absent = copy / "absent"
    absent.mkdir()
    (absent / "torch.py").write_text('raise ImportError("No module named torch")\n')
    notebook = run(copy, "from_scratch", PYTHONPATH=str(absent))
    said = printed(notebook)
    assert "PyTorch is not installed; `make notebooks` installs it" in said
    before, _, _ = printed(committed("from_scratch")).partition("loss 1.0")
    assert said.startswith(before.rstrip("\n"))
    assert shown(notebook) == shown(committed("from_scratch"))


@pytest.mark.slow
def test_an_engine_that_is_not_written_yet_is_one_sentence(copy):
    for path in (ROOT / "exercises" / ".stubs").glob("ex03*.py"):
        shutil.copy(path, copy / "exercises")
    with pytest.raises(refresh.CellExecutionError, match=r"NotImplementedError|Your own engine cannot be used yet"):
        run(copy, "from_scratch", ENGINE="mine")


@pytest.mark.slow
def test_a_walkthrough_that_stops_is_named_in_a_sentence_and_what_is_there_stays(copy, monkeypatch):
    path = copy / "notebooks" / "from_scratch.py"
    path.write_text(path.read_text(encoding="utf-8").replace("L.backward()", "L.backwards()"), encoding="utf-8")
    before = (copy / "notebooks" / "from_scratch.ipynb").read_bytes()
    monkeypatch.chdir(copy)
    sentence = r"^notebooks/from_scratch\.ipynb stops with AttributeError: .*; mend the \.py beside it\.$"
    with pytest.raises(SystemExit, match=sentence):
        refresh.main()
    assert (copy / "notebooks" / "from_scratch.ipynb").read_bytes() == before
    assert not (copy / "docs").exists()


def test_the_kernel_is_not_told_what_the_shell_around_says(copy, monkeypatch):
    monkeypatch.setenv("ENGINE", "nobody")
    (copy / "notebooks" / "small.py").write_text("# %%\nimport os\nprint(os.environ.get('ENGINE'))\n")
    assert printed(run(copy, "small")) == "None\n"
    assert os.environ["ENGINE"] == "nobody"

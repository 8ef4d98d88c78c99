"""`grader/environment.py` as it is first met: wrong Python, no venv, no network; and every package pinned."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = [sys.executable, "grader/environment.py"]
MAIN = "import environment; environment.main('learner')"
OFFLINE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
}
INTERPRETER = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(command, venv, **variables):
    clean = {name: value for name, value in os.environ.items() if name not in ("VENV", "PYTHON", "VIRTUAL_ENV")}
    variables = {**clean, "VENV": str(venv), **variables}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def python(code, venv):
    return run([sys.executable, "-c", f"import sys; sys.path.insert(0, 'grader'); {code}"], venv)


def test_a_python_that_is_too_old_is_one_sentence_that_names_the_oldest_and_a_way_out(tmp_path):
    done = python(MAIN.replace(";", "; environment.OLDEST = (9, 9);"), tmp_path / "venv")
    ours = ".".join(map(str, sys.version_info[:2]))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"Python 9.9 or newer is needed, this is {ours}; name another: PYTHON=python3.12 make\n"
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_one_sentence_that_says_what_to_install(module, tmp_path):
    done = python(f"sys.modules['{module}'] = None; {MAIN}", tmp_path / "venv")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "no venv module" in done.stderr
    assert "python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.slow
def test_without_network_it_says_so_and_the_next_run_repairs_it_stays_below_60_mb_and_is_then_silent(tmp_path):
    venv = tmp_path / "with a space" / "venv"
    done = run([*SCRIPT, "learner"], venv, **OFFLINE, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "The packages could not be installed (pip's words are above); check the network connection and try again."
    )

    done = run([*SCRIPT, "learner"], venv)
    assert done.returncode == 0, done.stderr
    code = "import click, graphviz, pytest, pytest_timeout, rich"
    assert run([str(venv / INTERPRETER), "-c", code], venv).returncode == 0
    size = sum(path.lstat().st_blocks * 512 for path in venv.rglob("*"))
    assert size < 60e6, f"{size / 1e6:.0f} MB"

    again = run([*SCRIPT, "learner"], venv)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    # Its Python removed, as by an upgrade of the system, it is made again although the layer's stamp is there.
    (venv / INTERPRETER).unlink()
    done = python(f"sys.modules['ensurepip'] = None; {MAIN}", venv)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no venv module" in done.stderr


def pins(lines):
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([^;\s]+)(; .+)?", line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return {match[1].lower().replace("_", "-"): match[2] for match in found}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def constraints():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return pins([line for line in lines if line and not line.startswith("#")])


@pytest.mark.parametrize("layer", ["learner", *project()["optional-dependencies"]])
def test_every_package_of_a_layer_is_pinned_to_the_version_in_the_constraints(layer):
    listed = {"learner": project()["dependencies"], **project()["optional-dependencies"]}[layer]
    assert listed
    assert pins(listed).items() <= constraints().items()


def test_every_constraint_is_a_pin_and_names_its_package_once():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(constraints()) == len([line for line in lines if line and not line.startswith("#")])


def test_torch_is_pinned_to_2_13_0():
    assert constraints()["torch"] == "2.13.0"
    for layer in ("course", "test", "bench"):
        assert "torch==2.13.0" in project()["optional-dependencies"][layer]


def test_every_layer_has_its_target_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for layer in project()["optional-dependencies"]:
        if layer not in ("pythons", "course"):  # the script of `make test-pythons` and the course set these up
            assert re.search(rf"^{layer}-layer|^learner .*\b{layer}-layer", makefile, re.MULTILINE), layer

"""`grader/environment.py` as it is first met, in other people's folders and shells; and every package pinned."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = [sys.executable, "grader/environment.py"]
MAIN = "import environment; environment.main(['learner'])"
OFFLINE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
}
INTERPRETER = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")


def around(venv, **variables):
    clean = {name: value for name, value in os.environ.items() if name not in ("VENV", "PYTHON", "VIRTUAL_ENV")}
    return {**clean, "VENV": str(venv), **variables}


def run(command, venv, process=None, **variables):
    variables = around(venv, **variables)
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, **(process or {})
    )


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


REFUSED = (
    "{} is not an environment that make made, so nothing in it is changed or deleted; "
    "move it away, or name another folder: VENV=another make\n"
)


@pytest.mark.parametrize("asked", ["learner", "clean"])
@pytest.mark.parametrize("python", ["", "python3"], ids=["", "PYTHON"])
@pytest.mark.parametrize("content", ["notes.txt", "pyvenv.cfg", "bin/python"])
def test_a_folder_with_files_that_make_did_not_put_there_is_refused_and_nothing_in_it_deleted(
    content, python, asked, tmp_path
):
    path = tmp_path / "mine" / content
    path.parent.mkdir(parents=True)
    path.write_text("version = 3.8.1\n", encoding="utf-8")
    done = run([*SCRIPT, asked], tmp_path / "mine", **({"PYTHON": python} if python else {}))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", REFUSED.format(tmp_path / "mine"))
    assert path.read_text(encoding="utf-8") == "version = 3.8.1\n"
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = run([*SCRIPT, "learner"], tmp_path / "file")
    assert (done.returncode, done.stderr) == (2, REFUSED.format(tmp_path / "file"))


@pytest.mark.parametrize("arguments", [[], ["lerner"], ["learner", "train"]])
def test_no_layer_an_unknown_one_or_two_are_one_sentence_that_lists_them(arguments, tmp_path):
    done = run([*SCRIPT, *arguments], tmp_path / "venv")
    assert (done.returncode, done.stdout) == (2, "")
    layers = ", ".join(["learner", *project()["optional-dependencies"]])
    assert done.stderr == f"Which layer? Give one of these: {layers}; or clean, which removes them.\n"
    assert not (tmp_path / "venv").exists()


def test_where_nothing_can_be_written_a_sentence_names_the_place_and_another():
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    folder.chmod(0o555)
    venv = folder / ".venv"
    as_nobody = "import environment, ensurepip, os, subprocess, venv; layers = environment.known_layers();"
    as_nobody += (
        "environment.known_layers = lambda: layers; os.geteuid() or os.seteuid(65534)"  # root may write anywhere
    )
    done = python(f"{as_nobody}; environment.main(['learner'])", venv)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{venv}: Permission denied. Name a folder that can be written, as in VENV=~/minigrad-venv make.\n"
    )
    folder.rmdir()


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Where an environment is made, is stopped, and goes on."""
    return tmp_path_factory.mktemp("environment") / "Prof's [room] $HOME" / "venv"


@pytest.fixture(scope="module")
def installed(begun):
    """With pip's variables for another installation around it, which must lead nowhere else."""
    away = begun.parent.parent
    elsewhere = {"PIP_TARGET": str(away / "x"), "PIP_PREFIX": str(away / "y"), "PIP_ROOT": str(away / "z")}
    switches = {"PIP_USER": "1", "PIP_DRY_RUN": "1", "PIP_NO_DEPS": "1", "PYTHONPATH": str(ROOT), "PYTHONOPTIMIZE": "2"}
    done = run([*SCRIPT, "learner"], begun, **elsewhere, **switches)
    assert done.returncode == 0, done.stderr
    return begun


def hear_interrupts():
    """What is started in the background of a shell ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_stops_it_is_one_sentence_and_the_next_run_goes_on(begun):
    venv = begun

    # No room on the disk, as far as a process can tell.
    done = run([*SCRIPT, "learner"], venv, {"preexec_fn": limit_files})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr

    # Ctrl-C while the packages come: one sentence.
    process = subprocess.Popen(
        [*SCRIPT, "learner"], cwd=ROOT, env=around(venv), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=hear_interrupts,  # noqa: PLW1509 - no thread of the test starts anything
    )  # fmt: skip
    assert "Installing the packages for 'learner'" in process.stdout.readline()
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate()[1] == "Interrupted; the next make goes on from here.\n"
    assert process.returncode == 130

    # Without network.
    done = run([*SCRIPT, "learner"], venv, **OFFLINE, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "The packages could not be installed (pip's words are above); "
        "check the network connection and the space on the disk, and try again."
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_pips_variables_for_another_installation_lead_nowhere_else_and_what_is_there_is_silent_and_small(installed):
    venv, python = installed, installed / INTERPRETER
    assert [path.name for path in venv.parent.parent.iterdir()] == [venv.parent.name]
    imports = "import click, graphviz, pytest, pytest_timeout, rich, watchfiles"
    assert run([str(python), "-c", imports], venv).returncode == 0
    size = sum(path.lstat().st_blocks * 512 for path in venv.rglob("*"))
    assert size < 60e6, f"{size / 1e6:.0f} MB"
    again = run([*SCRIPT, "learner"], venv)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_stamp_is_believed_while_the_packages_are_there_whole(installed, tmp_path):
    venv, python = installed, installed / INTERPRETER

    # A package that was taken away, and one that an interrupted pip left half installed, come back.
    packages = next(venv.glob("lib/python*/site-packages"))
    shutil.rmtree(next(packages.glob("click-*.dist-info")))
    next(packages.glob("rich-*.dist-info/RECORD")).unlink()
    (packages / "rich/console.py").unlink()
    done = run([*SCRIPT, "learner"], venv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Installing the packages for 'learner' into {venv} (once)...\n"
    assert run([str(python), "-c", "import click, rich.console"], venv).returncode == 0

    # A pip.conf for another installation is found out, and nothing is stamped.
    (tmp_path / "pip.conf").write_text("[install]\ndry-run = true\n", encoding="utf-8")
    shutil.rmtree(next(packages.glob("click-*.dist-info")))
    done = run([*SCRIPT, "learner"], venv, PIP_CONFIG_FILE=str(tmp_path / "pip.conf"))
    assert done.returncode == 1
    assert done.stderr == (
        f"pip did not put click into {venv}; look for target, prefix, user or dry-run in `pip config list`.\n"
    )

    assert run([*SCRIPT, "learner"], venv).returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_stamp_is_believed_while_its_python_is_the_one_that_was_stamped(installed):
    venv, python = installed, installed / INTERPRETER

    # Its Python removed, it would be made again although the layer's stamp is there.
    target = python.readlink()
    python.unlink()
    done = run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, 'grader'); sys.modules['venv'] = None; {MAIN}"], venv
    )
    assert done.returncode == 1
    assert "no venv module" in done.stderr
    python.symlink_to(target)
    again = run([*SCRIPT, "learner"], venv)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    # Another Python in its place, as after an upgrade of the system: its packages are not those of that one.
    settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
    (venv / "pyvenv.cfg").write_text(re.sub(r"(version = )\S+", r"\g<1>3.9.2", settings), encoding="utf-8")
    stamp = (venv / "minigrad-layers").read_text(encoding="utf-8")
    (venv / "minigrad-layers").write_text(re.sub(r"\t\d+\n", "\t1\n", stamp, count=1), encoding="utf-8")
    done = run([*SCRIPT, "learner"], venv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith(f"Making {venv} again for Python ")
    again = run([*SCRIPT, "learner"], venv)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_what_make_made_make_removes_and_a_link_to_it_goes_alone(tmp_path):
    venv = tmp_path / "venv"
    venv.mkdir()
    (venv / "minigrad-layers").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(venv)
    copy = tmp_path / "copy"
    (copy / "grader").mkdir(parents=True)
    for name in ("grader/environment.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, copy / name)
    script = [sys.executable, str(copy / "grader/environment.py"), "clean"]
    assert run(script, tmp_path / "link").returncode == 0
    assert venv.is_dir()
    assert not (tmp_path / "link").is_symlink()
    assert run(script, venv).returncode == 0
    assert not venv.exists()


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

"""The commands of the guides on regrading, similarity and pages do what they say, through make."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("copydetect")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not shutil.which("make"), reason="make runs the guides' commands")]

ROOT = Path(__file__).parents[3]
GUIDES = ROOT / "docs/instructors"


def commands(name):
    text = (GUIDES / name).read_text(encoding="utf-8")
    return [
        line for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for line in block.splitlines()
    ]


@pytest.fixture
def kata():
    """A folder that is the kata but for what is built in it, with a class of two of whom one is graded wrongly."""
    folder = Path(tempfile.mkdtemp(prefix="guides-"))
    folder.chmod(0o755)
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "build":
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(sys.prefix)
    for student in ("ada", "bob"):
        (folder / "class" / student).mkdir(parents=True)
        for name in ("ex01_derivatives.py", "ex02_value.py", "ex03_chain_rule.py"):
            shutil.copy(ROOT / "solutions" / name, folder / "class" / student)
    yield folder
    shutil.rmtree(folder)


def run(folder, line):
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "HOME") if name in os.environ}
    environment = {**keep, "MAKEFLAGS": "PYTHON_FOUND=true", "WEAK_SANDBOX": "1", "SEED": "7"}
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_class_is_graded_compared_changed_regraded_and_drawn_as_the_guides_say(kata):
    run(kata, "make grade SUBMISSIONS=class")
    found = [run(kata, line) for line in commands("similarity.md")]
    assert len(found) == 2
    assert all("Pairs that resemble each other: 0 among 2 submissions" in said for said in found)
    assert "A hint, not a proof." in (kata / "build/grades/similarity.html").read_text(encoding="utf-8")
    path = kata / "class/bob/ex03_chain_rule.py"
    slip = path.read_text(encoding="utf-8").replace("+= other.data * out.grad", "+= other.grad * out.grad")
    path.write_text(slip, encoding="utf-8")
    (line,) = commands("regrading.md")
    said = run(kata, line)
    assert "Marks that are lower: 1; higher: 0" in said
    assert "bob" in said
    for name in ("changes.md", "changes.csv"):
        text = (kata / "build/grades" / name).read_text(encoding="utf-8")
        assert "the submission changed" in text
        assert "ada" not in text
    assert len(list((kata / "build/grades/earlier").iterdir())) == 1
    assert "No mark changed." in run(kata, line)
    assert "Pictures of what goes wrong: 1 in " in run(kata, "make pages SUBMISSIONS=class")

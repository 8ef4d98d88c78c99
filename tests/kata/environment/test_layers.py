"""Every target of make that README and the guides name does its work with the layers of its own rule and nothing else.

What is typed is a line of a page, or one like it with smaller numbers. Which layers its rule asks for is asked of make;
the environment has these, cannot get any other, and the class's folder has a name as people give them.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.fence.sandbox import sandbox
from grader.learner.greeting import read_rules
from tests.kata.layered import make_environment

pytestmark = [
    pytest.mark.skipif(sys.version_info < (3, 11), reason="nbgrader needs Python 3.11"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not shutil.which("make"), reason="make runs what is proved here"),
]

ROOT = Path(__file__).parents[3]
GUIDES = ROOT / "docs/instructors"
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *GUIDES.glob("*.md")]
RULES = {rule.target for rule in read_rules(ROOT / "Makefile")}
CLASS = "Prof's class"
ADDRESS = r"tcp://127\.0\.0\.1:\d+"

# What is typed, the exit code, and what is said.
STORIES = {
    "a learner begins": [
        ("make", 0, "The minigrad kata: learn backpropagation by writing it."),
        ("make course", 0, "The course's commands"),
        ("make step EXPRESSION='(a*b + c).tanh()' VALUES='a=2 b=-3 c=7'", 0, "The page is build/step/step.html"),
        ("make test-exercise-1", 2, "0 of 12 checks pass."),
        ("make explain-1", 0, "derivative of exercise 1 is not written yet."),
        ("make hint-1", 0, "derivative, hint 1 of 3"),
        ("make solution-1 FORCE=1", 0, "return rise / (2 * h)"),
        ("make reset-1", 0, "is the stub already"),
        ("make progress", 0, "Next: write derivative"),
        ("make catch-1", 0, "exercises/catch/ex01.py"),
        ("make train EPOCHS=2", 0, "decision_boundary.png"),
        ("make names STEPS=1 WIDTH=2 HEADS=1", 0, "attention.svg"),
    ],
    "a learner is done": [
        ("make watch", 0, "Exercise 1, Derivatives, is done."),
        ("make catch-1", 0, "exercises/catch/ex01.py is new"),
        ("make repair-1 SEED=1", 0, "build/repair"),
        ("make my-minigrad", 0, "Your files are one package now"),
        ("make step ENGINE=mine", 0, "The page is build/step/step.html"),
        ("make train ENGINE=mine DATASET=toy EPOCHS=2", 0, "Epoch 2/2"),
    ],
    "an author changes a lesson": [
        ("make exercises", 0, "exercises/ is up to date."),
        ("make key ORACLES=reference", 0, "reference alone was asked"),
        ("make new-exercise NAME=softmax", 0, "softmax"),
    ],
}
# Not run here, and where or why.
ELSEWHERE = {
    "verify": "author/test_verify.py",
    "nbgrader": "platforms/test_nbgrader.py",
    "notebooks": "notebooks/test_walkthroughs.py",
}
NEVER = {
    "github": "a target of the student's Makefile; platforms/test_github.py",
    "test": "these tests",
    "site": "platforms and npm; tests/kata/site makes it",
    "serve": "the same, and a server",
    "worked-checks": "a minute; author/test_catch.py wants the files that it writes",
    "promises": "a minute; author/test_verify.py wants the page that it writes",
    "mutation-score": "some minutes; author/test_mutants.py has its parts",
    "field-score": "an hour; author/test_field.py has its parts",
    "bench-engine": "it measures this machine",
    "bench-language": "it measures this machine",
    "bench-grader": "it measures this machine",
    "bench-scale": "it measures this machine",
}


class Kata:
    """A copy of the kata with a class of two, who have handed in three exercises."""

    def __init__(self, folder):
        self.folder = folder
        folder.chmod(0o755)  # for the fenced user
        for path in ROOT.iterdir():
            if path.is_dir() and not path.name.startswith(".") and path.name != "build":
                ignored = shutil.ignore_patterns("kata", "build", ".minigrad")
                shutil.copytree(path, folder / path.name, ignore=ignored)
            elif path.is_file():
                shutil.copy(path, folder)
        for student in ("ada", "bob"):
            (folder / CLASS / student).mkdir(parents=True)
            for path in sorted((ROOT / "solutions").glob("ex0[123]_*.py")):
                shutil.copy(path, folder / CLASS / student)

    def edit(self, name, old, new):
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        (self.folder / name).write_text(text.replace(old, new), encoding="utf-8")

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def layers(self, line):
        """Those that make would have installed for a line."""
        shown = self._shell(line.replace("make", "make -n", 1), {})
        return re.findall(r"grader/environment\.py (\S+)", shown.stdout)

    def run(self, line, environments, code=0, layers=()):
        done = self._shell(line, {"VENV": str(environments(layers or self.layers(line)))})
        assert done.returncode == code, (line, done.stdout, done.stderr)
        assert re.fullmatch(r"(make: .* Error \d\n)?" if code else "", done.stderr), done.stderr
        return done.stdout

    @contextmanager
    def running(self, line, environments):
        """A line that does not end by itself, and what it says until then."""
        with tempfile.TemporaryFile("w+") as said:
            options = {"stdout": said, "stderr": subprocess.STDOUT, "start_new_session": True}
            variables = self._around({"VENV": str(environments(self.layers(line)))})
            process = subprocess.Popen(["/bin/sh", "-c", line], cwd=self.folder, env=variables, **options)
            try:
                yield said
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()

    def _shell(self, line, variables):
        command = ["/bin/sh", "-c", line]
        env = self._around(variables)
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def _around(self, variables):
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        more = {"TMPDIR": str(self.folder), "WEAK_SANDBOX": "1", "SEED": "7", "JOBS": "2", "COLUMNS": "200"}
        return {**keep, **more, **variables}


def commands(name):
    text = (GUIDES / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [re.sub("=(class|folder)", f"={shlex.quote(CLASS)}", line) for line in lines]


@pytest.fixture
def kata():
    with tempfile.TemporaryDirectory(prefix="kata-") as folder:
        yield Kata(Path(folder))


@pytest.fixture(scope="module")
def environments():
    """An environment by its layers, made when it is first asked for."""
    made = {}
    with tempfile.TemporaryDirectory(prefix="layers-") as folder:
        Path(folder).chmod(0o755)

        def environment(names):
            key = " and ".join(names)
            if key not in made:
                made[key] = Path(folder, key)
                make_environment(made[key], names)
            return made[key]

        yield environment


@pytest.mark.parametrize("name", STORIES)
def test_every_line_does_its_work_with_the_layers_of_its_own_rule_alone(name, kata, environments):
    if name == "a learner is done":
        for path in (ROOT / "solutions").glob("ex*.py"):
            shutil.copy(path, kata.folder / "exercises")
    for line, code, sentence in STORIES[name]:
        said = kata.run(line, environments, code)
        assert sentence in said


def test_a_class_is_graded_compared_changed_regraded_drawn_and_posted_as_the_guides_say(kata, environments):
    kata.edit("course.toml", 'exercises = "all"', 'exercises = "3"')
    here = kata.run("make sandbox", environments, 0 if sandbox().hardened else 2)
    assert f"Level: {sandbox().level}" in here
    said = kata.run(f'make intake SUBMISSIONS="{CLASS}"', environments)
    assert "2 hand-ins: 2 can be graded, 0 need a look." in said
    assert "2 submissions, 2 graded now" in kata.run(f'make grade SUBMISSIONS="{CLASS}"', environments)
    found = [kata.run(line, environments) for line in commands("similarity.md")]
    assert len(found) == 2
    assert all("Pairs that resemble each other: 0 among 2 submissions" in said for said in found)
    assert "A hint, not a proof." in kata.read("build/grades/similarity.html")
    slip = "+= other.data * out.grad", "+= other.grad * out.grad"
    kata.edit(f"{CLASS}/bob/ex03_chain_rule.py", *slip)
    (line,) = commands("regrading.md")
    said = kata.run(line, environments)
    assert "Marks that are lower: 1; higher: 0" in said
    assert "bob" in said
    for name in ("changes.md", "changes.csv"):
        assert "the submission changed" in kata.read(f"build/grades/{name}")
        assert "ada" not in kata.read(f"build/grades/{name}")
    assert len(list((kata.folder / "build/grades/earlier").iterdir())) == 1
    assert "No mark changed." in kata.run(line, environments)
    assert "build/grades" in kata.run("make pages", environments)
    assert "Pictures of what goes wrong: 1 in " in kata.run(f'make pages SUBMISSIONS="{CLASS}"', environments)
    assert "build/grades/marks.csv" in kata.run("make gradebook FORMAT=csv", environments)
    assert {"ada", "bob"} <= set(re.findall(r"^\w+", kata.read("build/grades/marks.csv"), re.MULTILINE))
    assert "the pages of 2 students" in kata.run("make handback FORMAT=csv", environments)
    said = kata.run("make show STUDENT=bob EXERCISE=3", environments)
    assert slip[1] in said
    assert "build/grades/show" in said


def test_a_class_is_graded_on_a_cluster_that_make_starts(kata, environments):
    kata.edit("course.toml", 'exercises = "all"', 'exercises = "1"')
    with kata.running("make scheduler LISTEN=127.0.0.1:0", environments) as said:
        address = wait_for(said, ADDRESS)
        with kata.running(f"make worker SCHEDULER={address} JOBS=1", environments):
            done = kata.run(f'make grade SUBMISSIONS="{CLASS}" SCHEDULER={address}', environments)
    assert "2 submissions, 2 graded now" in done


def wait_for(file, pattern):
    end = time.monotonic() + 60
    while not (found := re.search(pattern, Path(f"/dev/fd/{file.fileno()}").read_text(encoding="utf-8"))):
        assert time.monotonic() < end, f"no {pattern}"
        time.sleep(0.05)
    return found[0]


def test_what_students_get_is_made_and_searched_as_the_guide_says(kata, environments):
    released, leaks = commands("release.md")[:-1], commands("release.md")[-1]
    assert released == ["make release", "make release EXERCISES=1-5"]  # the same rule; each searches the whole course
    assert "build/release/student.zip" in kata.run(released[1].replace("1-5", "1"), environments)
    assert "build/wheel/minigrad_kata-" in kata.run("make wheel EXERCISES=1", environments)
    kata.run(leaks.replace(".venv", '"$VENV"', 1), environments, layers=kata.layers(released[0]))


def points(last):
    """What the first exercises are worth."""
    return sum(task.points for number in range(1, last + 1) for task in read_catalogue()[number].tasks)


def test_what_gradescope_gets_is_made_as_the_guide_says(kata, environments):
    kata.edit("course.toml", 'exercises = "all"', 'exercises = "1-2"')  # platforms/test_gradescope.py has them all
    for line, last in zip(commands("gradescope.md"), (2, 1), strict=True):
        said = kata.run(f"{line.replace('1-5', '1')} SEEDS=1", environments)
        assert f"Give the assignment {points(last)} points." in said
    with zipfile.ZipFile(kata.folder / "build/gradescope/autograder.zip") as opened:
        assert json.loads(opened.read("options.json"))["hidden"] == "after_due_date"


def test_without_a_package_of_its_layer_a_target_fails(kata, tmp_path):
    make_environment(tmp_path / "venv", ["train"])
    next((tmp_path / "venv").glob("lib/python*/site-packages/matplotlib")).unlink()
    done = kata._shell("make train EPOCHS=1", {"VENV": str(tmp_path / "venv")})
    assert done.returncode == 2
    assert "The package matplotlib is not here" in done.stderr


def named_targets():
    """What stands after make in what a page shows as typed."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    typed = re.findall(r"^ *```\n.*?^ *```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL)
    return targets("\n".join(typed))


def targets(text):
    return {re.sub(r"-\d+$", "-%", name) for name in re.findall(r"\bmake ([a-z][\w-]*)", text)}


def test_every_target_that_a_page_names_is_there_and_proved():
    assert named_targets() <= RULES | {"github"}
    guides = [line for page in ("release", "gradescope", "similarity", "regrading") for line in commands(f"{page}.md")]
    proved = targets("\n".join([Path(__file__).read_text(encoding="utf-8"), *guides]))
    assert named_targets() <= proved | set(ELSEWHERE) | set(NEVER)
    for file in ELSEWHERE.values():
        assert "make_environment(" in (ROOT / "tests/kata" / file).read_text(encoding="utf-8")

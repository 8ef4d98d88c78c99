"""nbgrader's formgrader, clicked in a real browser: its buttons grade with this grader inside."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.fence.sandbox import sandbox
from tests.kata.lazily import Lazily

write_course = Lazily("grader.course.platforms.nbgrader", "write_course")
BIN = str(Path(sys.executable).parent)
JUPYTER, NBGRADER = (shutil.which(name, path=BIN) for name in ("jupyter", "nbgrader"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(JUPYTER is None or NBGRADER is None, reason="needs nbgrader and its server"),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """nbgrader's commands at hand, a home of nobody's, and no kernel that could be started."""
    home = tmp_path_factory.mktemp("home")
    launcher = home / "trap/ipykernel_launcher.py"
    launcher.parent.mkdir()
    launcher.write_text(f"open({str(home / 'kernel-was-started')!r}, 'w')", encoding="utf-8")
    path = os.pathsep.join([BIN, os.environ["PATH"]])
    weak = {} if sandbox().hardened else {"WEAK_SANDBOX": "1"}
    return {"PATH": path, "HOME": str(home), "PYTHONPATH": str(launcher.parent), **weak}


@pytest.fixture(scope="module")
def course(tmp_path_factory, environment):
    """Two exercises, released, with a right and an untouched submission."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "seed.json").write_text('{"seed": 11}', encoding="utf-8")  # of which the oracles have been asked before
    write_course(folder, "minigrad", [1, 2], force=False)
    subprocess.run([NBGRADER, "generate_assignment", "minigrad"], cwd=folder, env=environment, check=True)
    for student, start in (("ada", "source"), ("bob", "release")):
        shutil.copytree(folder / start / "minigrad", folder / "submitted" / student / "minigrad")
    return folder


@pytest.fixture(scope="module")
def formgrader(course, environment):
    """The address of a Jupyter server with formgrader in it."""
    log = course / "server.log"
    command = [JUPYTER, "server", "--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token="]
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=course, env=environment, stdout=file, stderr=file)
    try:
        for _ in range(300):
            found = re.search(r"http://(localhost|127\.0\.0\.1):\d+/", log.read_text(encoding="utf-8"))
            if found or process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, log.read_text(encoding="utf-8")
        yield f"{found[0]}formgrader/manage_submissions/minigrad"
    finally:
        process.terminate()
        process.wait(20)


def click(page, student, column):
    """Click a student's button in a column, and wait for the word of success."""
    page.locator("tr", has_text=student).locator(f"td.{column} a").click()
    page.get_by_text("Success", exact=True).wait_for(timeout=60_000)
    page.reload()


def test_its_buttons_grade_and_write_feedback_without_a_kernel(formgrader, course, environment, browser):
    page = browser.new_page()
    page.goto(formgrader)
    for student in ("ada", "bob"):
        click(page, student, "autograde")
    click(page, "ada", "generate-feedback")
    scores = {s: page.locator("tr", has_text=s).locator("td.score").inner_text() for s in ("ada", "bob")}
    most = sum(task.points for number in (1, 2) for task in read_catalogue()[number].tasks)
    assert scores == {"ada": f"{most} / {most}", "bob": f"0 / {most}"}
    assert sorted(path.stem for path in (course / "feedback/ada/minigrad").glob("*.html")) == [
        "ex01_derivatives",
        "ex02_value",
    ]
    assert not Path(environment["HOME"], "kernel-was-started").exists()

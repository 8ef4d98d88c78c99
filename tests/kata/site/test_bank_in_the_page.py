"""Every known mistake and every right answer has the verdicts and the first belief in a page that it has in a terminal.

A sample of them is asked, the same in every run; WHOLE_BANK=1 asks them all, which takes a quarter of an hour or more.
"""

import json
import os
import random
import shutil
import subprocess
import sys

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.bank.chaffs import read_bank
from grader.course.bank.wheats import read_wheats
from tests.kata.site.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if os.environ.get("WHOLE_BANK") else 300)]
EXERCISES = read_catalogue()
SAMPLE = 24
DEEP = ("rmul-goes-round", "rtruediv-goes-round", "backward-lets-go-of-graph")  # than a browser allows, without care
ASK = """
async ([files, file, number, source]) => {
  window.engine ??= new (await import("./engine.js")).Engine();
  const request = { command: "check", arguments: [number], files: { ...files, [file]: source }, state: {} };
  return (await window.engine.run(request)).value;
}
"""
TERMINAL = """
import json, sys
from grader.core.catalogue import read_catalogue
from grader.learner import messages, page
page.explaining.exit_code = lambda _: 0  # what is drawn is not compared
page.terminal.columns, page.terminal.WIDEST = lambda: page.ANY_WIDTH, page.ANY_WIDTH
for number, source in json.load(sys.stdin):
    file = read_catalogue()[number].file
    worked = file.read_text(encoding="utf-8")
    file.write_text(source, encoding="utf-8")
    print(messages.as_json(page.check(number)))
    file.write_text(worked, encoding="utf-8")
"""


def sources():
    """Exercise and source of each chaff and each wheat; in a sample each exercise has one at least."""
    bank = read_bank()
    known = [(chaff.misconception.exercise, chaff.source) for chaff in bank]
    known += [(wheat.exercise, wheat.source) for wheat in read_wheats()]
    random.Random(19).shuffle(known)
    if os.environ.get("WHOLE_BANK"):
        return known
    firsts = list({number: (number, source) for number, source in known}.values())
    firsts += [(chaff.misconception.exercise, chaff.source) for chaff in bank if chaff.misconception.id in DEEP]
    return firsts + [each for each in known if each not in firsts][: SAMPLE - len(firsts)]


def told(report):
    """The verdicts, and what is said first of why."""
    verdicts = [(check["word"], check["title"]) for task in report["tasks"] for check in task["checks"]]
    return verdicts, [(why["heading"], why["title"], why["paragraphs"][:1]) for why in report["reasons"][:1]]


def in_a_terminal(desk, asked):
    """What is said where all other exercises are solved."""
    shutil.copytree(ROOT / "exercises", desk)
    for each in EXERCISES.values():
        shutil.copy(ROOT / each.solution, desk)
    environment = {**os.environ, "DESK": str(desk)}
    command = [sys.executable, "-c", TERMINAL]
    said = subprocess.run(
        command, cwd=ROOT, env=environment, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True
    )
    return [told(json.loads(line)) for line in said.stdout.splitlines()]


def test_a_page_says_of_the_bank_what_a_terminal_says(browser, address, tmp_path):
    asked = sources()
    page = browser.new_page()
    page.goto(f"{address}files.json")  # of the site, and without a Python of its own
    files = {each.file.name: (ROOT / each.solution).read_text(encoding="utf-8") for each in EXERCISES.values()}
    others = []
    for (number, source), terminal in zip(asked, in_a_terminal(tmp_path / "desk", asked), strict=True):
        report = told(page.evaluate(ASK, [files, EXERCISES[number].file.name, number, source]))
        others += [(source, report, terminal)] if report != terminal else []
    page.close()
    assert others == []

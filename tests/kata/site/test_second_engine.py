"""The site in a second engine, Firefox's, which speaks WebDriver BiDi: no driver stands between it and these tests."""

import json
import os
import shutil
import subprocess
import time
from itertools import count

import pytest
import websocket

from grader.core.catalogue import read_catalogue
from grader.course.bank.chaffs import read_bank
from tests.kata.site.conftest import ROOT

pytestmark = pytest.mark.slow
FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PATIENCE = 120  # seconds
CONTROL, ENTER = "\ue009", "\ue007"  # as WebDriver writes keys
EXERCISES = read_catalogue()
MISTAKE = read_bank([1])[0]
READY = "() => document.getElementById('runtime')?.textContent === 'Python is ready.'"
OPENED = "start => document.title.startsWith(start) && document.querySelector('.cm-content') !== null"
COPY = "text => navigator.clipboard.writeText(text)"


def worked(number):
    return (ROOT / EXERCISES[number].solution).read_text(encoding="utf-8")


class Firefox:
    """One window, by messages with a number each, of which the answer has the same."""

    def __init__(self, folder, address):
        self.address = address
        command = [FIREFOX, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)}, stderr=subprocess.DEVNULL)
        server = folder / "WebDriverBiDiServer.json"
        self.until(lambda: server.exists() and server.read_text().endswith("}"))
        port = json.loads(server.read_text())["ws_port"]
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/session", suppress_origin=True, timeout=PATIENCE
        )
        self.numbers = count(1)
        self.say("session.new", capabilities={})
        self.context = self.say("browsingContext.getTree")["contexts"][0]["context"]

    @staticmethod
    def until(found):
        end = time.monotonic() + PATIENCE
        while not (seen := found()):
            assert time.monotonic() < end
            time.sleep(0.05)
        return seen

    def say(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def call(self, function, *texts):
        """What a function of the page returns."""
        given = [{"type": "string", "value": text} for text in texts]
        how = {"target": {"context": self.context}, "awaitPromise": True, "userActivation": True}
        said = self.say("script.callFunction", functionDeclaration=function, arguments=given, **how)
        assert said["type"] == "success", said
        return said["result"].get("value")

    def wait(self, function, *texts):
        return self.until(lambda: self.call(function, *texts))

    def press(self, *keys):
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        keyboard = {"type": "key", "id": "keys", "actions": actions}
        self.say("input.performActions", context=self.context, actions=[keyboard])

    def visit(self):
        self.say("browsingContext.navigate", context=self.context, url=self.address, wait="complete")
        self.wait(READY)

    def check(self, number, text):
        """Pastes a text over the whole file and runs the checks, by keys; returns what is said."""
        self.call("place => { location.hash = place; }", f"#/exercise/{number}")
        self.wait(OPENED, f"Exercise {number}:")
        self.call("() => document.querySelector('.cm-content').focus()")
        self.press(CONTROL, "a")
        self.call(COPY, text)
        self.press(CONTROL, "v")
        self.press(CONTROL, ENTER)
        self.wait("() => document.querySelector('.results:not([aria-busy]) > *') !== null")
        return " ".join(self.call("() => document.querySelector('.results').innerText").split())

    def close(self):
        self.say("browser.close")
        self.socket.close()
        self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def firefox(address, tmp_path_factory):
    if FIREFOX is None:
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("no firefox here; on Debian: apt-get install firefox-esr")
    one = Firefox(tmp_path_factory.mktemp("firefox"), address)
    one.visit()
    yield one
    one.close()


def test_every_worked_answer_that_is_pasted_in_passes(firefox):
    for number in EXERCISES:
        assert "Compare yours with the worked answer" in firefox.check(number, worked(number)), number


def test_a_mistake_is_named(firefox):
    assert MISTAKE.misconception.title in firefox.check(1, MISTAKE.source)


@pytest.mark.parametrize(
    "source",
    ["while True: pass\n", worked(1).replace("slopes = []", "sum(iter(int, 1))")],
    ids=["in Python", "inside C"],
)
def test_an_endless_loop_is_ended_and_said_and_the_page_goes_on(firefox, source):
    assert "probably an endless loop" in firefox.check(1, source)
    assert "12 of 12 checks pass" in firefox.check(1, worked(1))


def test_without_a_server_everything_still_works_after_the_first_visit(firefox, server):
    firefox.call("() => navigator.serviceWorker.ready.then(() => true)")
    server.shutdown()
    server.server_close()
    firefox.visit()
    assert "12 of 12 checks pass" in firefox.check(1, worked(1))

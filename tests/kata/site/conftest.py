"""The site, made once for all processes of a run and served on a port that is free; a browser's window on it."""

import fcntl
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.grading.config import Settings
from grader.course.release.site.site import make_site

ROOT = Path(__file__).parents[3]


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "site.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        patch.chdir(ROOT)
        if not (shared / "site").exists():
            make_site(tuple(read_catalogue()), Settings(), answers=True, out=shared / "site")
    return shared / "site"


@pytest.fixture(scope="module")
def server(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def address(server):
    return f"http://127.0.0.1:{server.server_port}/"


class Window:
    """A page of the site, and everything that its console said."""

    def __init__(self, browser, address, width=1280, scheme="light"):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.address = address
        self.page.goto(address)

    def ready(self):
        self.page.get_by_text("Python is ready.").wait_for()

    def open(self, number):
        self.page.goto(f"{self.address}#/exercise/{number}")
        self.page.wait_for_function("start => document.title.startsWith(start)", arg=f"Exercise {number}:")
        self.page.wait_for_selector(".cm-content")

    def write(self, number, text):
        """As if it had been saved: the editor shows it."""
        file = read_catalogue()[number].file.name
        self.page.evaluate("([name, text]) => localStorage.setItem(`minigrad/files/${name}`, text)", [file, text])
        self.page.goto(f"{self.address}#/")
        self.page.wait_for_selector(".exercises")
        self.open(number)

    def check(self):
        self.page.get_by_role("button", name="Run checks").click()
        self.page.wait_for_selector(".results:not([aria-busy]) > *")
        return self.page.inner_text(".results")


@pytest.fixture(scope="module")
def window(browser, address):
    """One window with a warm Python, which the tests of a module share."""
    one = Window(browser, address)
    one.ready()
    yield one
    one.context.close()

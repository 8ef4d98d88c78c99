"""What several rooms share: a real browser, and laws that take the time that they take."""

import os
import shutil

import pytest
from hypothesis import settings

from tests.kata.lazily import Lazily

settings.register_profile("kata", deadline=None)  # no test measures time
settings.load_profile("kata")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items):
    """Tests that import a large package come last, so that few processes are large for long; see lazily.py."""
    items.sort(key=lambda item: any(type(value) is Lazily for value in vars(item.module).values()))


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("no chromium here; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()

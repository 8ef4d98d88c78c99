"""Pages in a browser that is started once for a module."""

import pytest

from tests.kata.drawing.window import Window


@pytest.fixture
def window(browser, tmp_path):
    """Opens a page made of a value or already written, and at the end sees that it was quiet."""
    windows = []

    def open_one(page, **settings):
        path = tmp_path / f"{len(windows)}.html"
        path.write_text(page if isinstance(page, str) else page.html, encoding="utf-8")
        windows.append(Window(browser, path, **settings))
        return windows[-1]

    yield open_one
    for one in windows:
        one.close()

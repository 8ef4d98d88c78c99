"""`make site`: the kata as a folder of static pages, in which a learner's browser runs the same Python as a terminal.

What is in it is the student's release, cut to what checks need, with the packages that it imports; the page around it
is built from web/ with the Node and the npm packages that are pinned there.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import Path
from string import Template

from markdown_it import MarkdownIt

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.paths import BUILD
from grader.core.records import Exercise
from grader.course.authoring.illustrations import LINE, illustrations
from grader.course.authoring.notebooks import markdown
from grader.course.grading.config import Settings
from grader.course.release.leaks import contents_of, files_of
from grader.course.release.release import LEFT, refuse_leaks, student_files, with_earlier, zipped
from grader.course.release.site.node import MODULES, WEB, run_script
from grader.learner.datasets import load
from grader.learner.live import Training
from grader.learner.messages import Layer, as_json
from grader.learner.page import contents
from minigrad_reference.drawing.page import digest
from minigrad_reference.drawing.palette import STYLE
from minigrad_reference.drawing.stepper import SCRIPTS

OUT = BUILD / "site"
ZIP = "kata.zip"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json")
LIBRARY = "python_stdlib.zip"
# A third of Python's library: terminals, servers, mail, processes, XML, tools; alphabets from before Unicode.
OF_NO_USE = re.compile(
    r"_pyrepl/|pydoc_data/|wsgiref/|xmlrpc/|multiprocessing/|(ftplib|imaplib|mailbox|poplib|smtplib|socketserver)\."
    r"|xml/|unittest/|(doctest|ipaddress|optparse|pickletools|plistlib|pstats|pydoc)\."
    r"|encodings/(big5|cp(?!437|1252)|euc|gb|hp_|hz|iso2022|iso8859|johab|koi|kz|mac_|ptcp|shift|tis)"
)
PACKAGES = ("click", "graphviz")  # that the learner's room imports, in Python alone
NEEDED = ("grader/core/", "grader/learner/", "grader/__init__.py", "minigrad_reference/", "tests/public/")
OF_THE_TERMINAL = {  # modules that a page has no use for
    *("commands.py", "folder.py", "github.py", "greeting.py", "plugin.py", "progress.py", "solution.py", "train.py"),
    *("watch.py", "film.py", "plots.py"),
}
GIVEN_AWAY = (  # with the worked answers: what catch and repair need
    *("grader/course/__init__.py", "grader/course/authoring/__init__.py", "grader/course/authoring/cut.py"),
    *("grader/course/fence/*.py", "grader/course/grading/__init__.py", "grader/course/grading/catching.py"),
    *("grader/course/oracles/__init__.py", "grader/course/oracles/reference/*.py", "minigrad_reference/**/*.py"),
    *("grader/course/release/__init__.py", "grader/course/release/site/__init__.py"),
    "grader/course/release/site/self_study.py",
    *(
        f"grader/course/bank/{name}.py"
        for name in ("__init__", "catch_report", "chaffs", "repair", "variants", "wheats")
    ),
)
FRAMES, STEPS, RATE = 24, 4, 0.5  # of the moons on the first page
STATIC = ("index.html", "style.css")


def make_site(numbers: Sequence[int], settings: Settings, *, answers: bool, out: Path = OUT) -> Path:
    """Write the whole folder or leave what was there. `answers` gives the worked answers away, for self-study.

    Raises LeakError, KataError.
    """
    numbers = with_earlier(numbers)
    given = given_away(numbers, answers=answers)
    partial = out.with_name(f"{out.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    run_script("build", str(partial.absolute()))
    _copy_runtime(partial)
    (partial / ZIP).write_bytes(zipped({**kata_files(numbers, settings), **given}, ""))
    for name, text in _pages(numbers, settings, answers=answers).items():
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        (partial / name).write_bytes(text)
    refuse_leaks(searched(partial, given))
    _list_files(partial)
    shutil.rmtree(out, ignore_errors=True)
    partial.replace(out)
    return out


def searched(folder: Path, given: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is searched for leaks: all but what is given away at its place and as it is; pages as they are read."""
    found = {name: content for name, content in whole(folder).items() if content != given.get(name)}
    return {name: _as_read(content) if name.endswith(".html") else content for name, content in found.items()}


def _as_read(page: bytes) -> bytes:
    return unescape(page.decode().replace("\\u003c", "<")).encode()


def kata_files(numbers: Sequence[int], settings: Settings) -> dict[str, bytes]:
    """What a learner's checks need of a student's copy, by path."""
    found = student_files(numbers, settings)
    return {
        path: content
        for path, content in found.items()
        if path.startswith((*NEEDED, "exercises/.stubs/")) and Path(path).name not in OF_THE_TERMINAL
    }


def given_away(numbers: Sequence[int], *, answers: bool) -> dict[str, bytes]:
    """What is not searched for leaks, by path: the packages of others, and the answers where they are to be seen."""
    return {**packages(), **(answer_files(numbers) if answers else {})}


def answer_files(numbers: Sequence[int]) -> dict[str, bytes]:
    """The worked answers, right ones in other styles and wrong ones, the reference, and what deals with them."""
    chosen = [read_catalogue()[number] for number in numbers]
    own = [(e.solution, e.worked_catches, e.wheats, e.misconceptions) for e in chosen]
    paths = [path for its in own for path in its if path.exists()]
    paths += [path for pattern in GIVEN_AWAY for path in Path().glob(pattern) if path.name not in OF_THE_TERMINAL]
    return {path.as_posix(): path.read_bytes() for path in paths}


def packages() -> dict[str, bytes]:
    """The packages of others, from where they are installed."""
    found = {}
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise KataError(f"The package {name} is not here: use make, which installs what a command needs.")
        folder = Path(spec.origin).parent
        for path in sorted(folder.rglob("*.py")):
            if not LEFT & set(path.parts):
                found[f"packages/{name}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return found


def _copy_runtime(out: Path) -> None:
    (out / "pyodide").mkdir()
    for name in RUNTIME:
        shutil.copy(MODULES / "pyodide" / name, out / "pyodide")
    library = contents_of(MODULES / "pyodide" / LIBRARY)
    kept = {path: content for path, content in library.items() if not OF_NO_USE.match(path)}
    (out / "pyodide" / LIBRARY).write_bytes(zipped(kept, ""))


def _pages(numbers: Sequence[int], settings: Settings, *, answers: bool) -> dict[str, bytes]:
    """The page itself, what it says of the course, the lessons and their pictures."""
    chosen = [read_catalogue()[number] for number in numbers]
    stepper = digest(SCRIPTS)  # a frame's script needs our leave
    fill = {
        "title": escape(settings.title),
        "course": _in_script(_course(chosen, settings, answers=answers)),
        "stepper": stepper,
        "palette": STYLE,
    }
    pages = {name: Template((WEB / name).read_text(encoding="utf-8")).safe_substitute(fill) for name in STATIC}
    found = {name: text.encode() for name, text in pages.items()}
    found["contents.json"] = as_json(contents(chosen)).encode()
    found["moons.json"] = as_json(_moons()).encode()
    for each in chosen:
        text = ast.get_docstring(ast.parse(each.stub.read_text(encoding="utf-8"))) or ""
        found[f"lessons/{each.module}.html"] = lesson(text).encode()
        found |= {f"images/{path.name}": path.read_bytes() for path in illustrations(text)}
    return found


@dataclass(frozen=True)
class Moons:
    """Points that a network learns, and the network between its steps."""

    points: list[list[float]]
    frames: list[list[Layer]]


def _moons() -> Moons:
    """The points that the final network learns, and its numbers while the reference trains it, for the first page."""
    data = load("moons")
    points = [[*point, label] for point, label in zip(data.inputs, data.targets, strict=True)]
    training, frames = Training("reference", seed=0), []
    for _ in range(FRAMES):
        frames.append([_rounded(layer) for layer in training.numbers()])
        training.go(points, RATE, STEPS)
    return Moons(points, frames)


def _rounded(layer: Layer) -> Layer:
    """With three digits, which is enough for a picture."""
    return replace(layer, w=[_short(weights) for weights in layer.w], b=_short(layer.b))


def _short(numbers: Sequence[float]) -> list[float]:
    return [float(f"{number:.3g}") for number in numbers]


def _course(chosen: Sequence[Exercise], settings: Settings, *, answers: bool) -> Mapping[str, object]:
    due = {each.number: settings.deadlines.get(each.number) for each in chosen}
    return {
        "title": settings.title,
        "answers": answers,
        "due": {number: f"{moment:%Y-%m-%d %H:%M} {moment.tzname()}" for number, moment in due.items() if moment},
    }


def _in_script(content: object) -> str:
    return json.dumps(content).replace("<", "\\u003c")


def lesson(text: str) -> str:
    """A lesson as HTML."""
    title, _, rest = text.partition("\n")
    shown = LINE.sub(lambda line: f"![{line['words']}](images/{line['name']})", markdown(rest))
    html = str(MarkdownIt("js-default", {"html": False}).render(f"# {title.rstrip('.')}\n\n{shown}"))
    return html.replace("<pre>", '<pre tabindex="0">')


def whole(folder: Path) -> dict[str, bytes]:
    """Every file of a site that is not of others, those within its zip included."""
    found = {name: content for name, content in files_of(folder).items() if not name.startswith("pyodide/")}
    return {**found, **contents_of(folder / ZIP)} if found.pop(ZIP, None) else found


def _list_files(out: Path) -> None:
    """What the service worker keeps, and a version that changes with any of it."""
    contents = files_of(out)
    digest = hashlib.sha256(b"".join(hashlib.sha256(contents[name]).digest() for name in sorted(contents)))
    files = ["./", *(name for name in _names(contents) if name != "offline.js")]
    listed = {"version": digest.hexdigest()[:16], "files": files}
    (out / "files.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def _names(contents: Mapping[str, bytes]) -> Iterator[str]:
    yield from (name for name in sorted(contents) if not name.endswith("LEGAL.txt"))


def serve(folder: Path, port: int) -> None:
    """Serve the site on this machine until it is interrupted."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    SimpleHTTPRequestHandler.extensions_map |= {".mjs": "text/javascript", ".wasm": "application/wasm"}
    with ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        print(f"Open http://127.0.0.1:{server.server_port}/ in a browser; Ctrl-C ends it.", flush=True)
        server.serve_forever()

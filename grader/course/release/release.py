"""`make release`: what students get, as a folder and a zip, in which nothing of the course is found.

Folders are copied, not chosen from: grader/core, grader/learner, and student/ beside this file, with what only their
copy has.
The rest is cut to the exercises that are released.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires
from itertools import chain
from pathlib import Path
from string import Template
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.core.catalogue import CATALOGUE, by_part, read_catalogue
from grader.core.errors import KataError
from grader.core.fingerprints import file_in
from grader.core.names import number_in
from grader.core.paths import BUILD, FINGERPRINTS, PUBLIC, SKETCHES
from grader.core.records import Exercise
from grader.course.authoring.cut import stubs
from grader.course.authoring.illustrations import illustrations
from grader.course.grading.config import Settings
from grader.course.release.leaks import DRAWING, files_of, leaks, read_secrets

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OUT = BUILD / "release"
NAME = "student"
STUDENT = Path(__file__).with_name("student")
CORE, LEARNER = Path("grader/core"), Path("grader/learner")
COPIED = (
    "LICENSE",
    "exercises/README.md",
    "grader/__init__.py",
    "grader/__main__.py",
    "grader/environment.py",
    "grader/layers.py",
)
LEFT = {
    "__pycache__",
    "make_two_moons.py",
    "make_names.py",
}  # in folders that are copied, what is not: the data are enough
EPOCH = (1980, 1, 1, 0, 0, 0)  # the zip's own zero: the same files, the same zip
TRAIN = "| `make train` | trains the final network on your own engine and draws it into `build/train` |\n"
NAMES = "| `make names` | trains your small GPT on your own engine and lets it invent names, into `build/names` |\n"
NAMES_RULE = re.compile(r"^names: .*\n(\t.*\n)+| names$", re.MULTILINE)  # and its place among the others
SHOWN = 10  # finds in a message
CONSTRAINTS = "# Every package, pinned. pip reads it as a constraint; pyproject.toml says which layer has what.\n"
PROJECT = Template("""\
[project]
name = "minigrad-kata-student"
version = "0.1.0"
description = "Learn backpropagation by writing it: a kata with checked exercises."
requires-python = ">=3.10"
dependencies = $learner

[project.optional-dependencies]
train = $train

[tool.uv]
package = false

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
addopts = "--strict-markers --strict-config -q"
""")


class LeakError(KataError):
    """Something of the course would have left it; the text names the first finds."""


def release(numbers: Sequence[int], settings: Settings, out: Path = OUT) -> list[Path]:
    """Write out/student, out/student.zip and out/notebooks.zip whole, or leave what was there; returns their paths.

    The notebooks are apart: with both in one folder nobody could tell in which a student worked. Raises LeakError.
    """
    files = student_files(numbers, settings)
    from grader.course.authoring.notebooks import notebooks  # with nbformat, which the wheel does without

    alone = {f"{name}.ipynb": text.encode() for name, text in notebooks(with_earlier(numbers)).items()}
    refuse_leaks({**files, **alone})
    archives = {out / f"{NAME}.zip": zipped(files), out / "notebooks.zip": zipped(alone, "minigrad-notebooks")}
    folder = out / NAME
    partial = out / f"{NAME}.part"
    shutil.rmtree(partial, ignore_errors=True)
    for path, content in files.items():
        (partial / path).parent.mkdir(parents=True, exist_ok=True)
        (partial / path).write_bytes(content)
    refuse_leaks(files_of(partial))  # what is there, not what was meant to be
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
    for archive, packed in archives.items():
        archive.with_suffix(".part").write_bytes(packed)
        archive.with_suffix(".part").replace(archive)
    return [folder, *archives]


def refuse_leaks(files: Mapping[str, bytes]) -> None:
    """Raise LeakError where something of the course is among these files."""
    found = leaks(files, read_secrets())
    if found:
        more = f" There are {len(found) - SHOWN} more finds." if len(found) > SHOWN else ""
        raise LeakError("Nothing is released: " + " ".join(found[:SHOWN]) + more)


def with_earlier(numbers: Iterable[int]) -> tuple[int, ...]:
    """All exercises up to the last of these: the file of each imports the one before it."""
    return tuple(range(1, max(numbers) + 1))


def student_files(numbers: Sequence[int], settings: Settings) -> dict[str, bytes]:
    """Every file of a student's copy by its path, with earlier exercises that are not among these but needed."""
    catalogue = read_catalogue()
    chosen = [catalogue[number] for number in with_earlier(numbers)]
    files = {name: Path(name).read_bytes() for name in COPIED}
    files |= _folder(CORE, CORE) | _folder(LEARNER, LEARNER) | _folder(DRAWING, DRAWING)
    files["minigrad_reference/files.py"] = Path("minigrad_reference/files.py").read_bytes()
    files |= _folder(STUDENT, Path())
    texts = stubs()
    files |= {path.as_posix(): path.read_bytes() for e in chosen for path in illustrations(texts[e.module])}
    files |= {path: text.encode() for path, text in chain(_cut(chosen, texts), _filled(chosen, numbers, settings))}
    return dict(sorted(files.items()))


def zipped(files: Mapping[str, bytes], top: str = "minigrad-kata") -> bytes:
    """The files as a zip with one folder at its top; the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            info = zipfile.ZipInfo(f"{top}/{path}" if top else path, EPOCH)
            info.external_attr = (0o755 if content.startswith(b"#!") else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()


def _folder(source: Path, target: Path) -> dict[str, bytes]:
    """All of a folder but what Python, editors and other tools left in it."""
    found = {}
    for path, content in files_of(source).items():
        if not any(part in LEFT or part.endswith("_cache") for part in Path(path).parts):
            found[(target / path).as_posix()] = content
    return found


def _cut(chosen: Sequence[Exercise], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Stubs, checks, answers, fingerprints and sketches of these exercises, and the catalogue."""
    for exercise in chosen:
        yield f"exercises/{exercise.file.name}", texts[exercise.module]
        yield f"exercises/.stubs/{exercise.file.name}", texts[exercise.module]
        for path in (exercise.public_suite, file_in(PUBLIC / FINGERPRINTS, exercise.number)):
            yield path.as_posix(), path.read_text(encoding="utf-8")
    numbers = {exercise.number for exercise in chosen}
    yield (PUBLIC / "conftest.py").as_posix(), (PUBLIC / "conftest.py").read_text(encoding="utf-8")
    key = {check: entry for check, entry in _json(PUBLIC / "key.json").items() if number_in(check) in numbers}
    yield (PUBLIC / "key.json").as_posix(), json.dumps(key, indent=1, sort_keys=True) + "\n"
    sketches = [sketch for sketch in _json(PUBLIC / SKETCHES) if sketch["exercise"] in numbers]
    yield (PUBLIC / SKETCHES).as_posix(), json.dumps(sketches, sort_keys=True) + "\n"
    yield (CORE / CATALOGUE.name).as_posix(), _catalogue(len(chosen))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _catalogue(count: int) -> str:
    """The catalogue's text as far as its first exercises go."""
    text = CATALOGUE.read_text(encoding="utf-8")
    starts = [match.start() for match in re.finditer(r"^\[\[exercise\]\]$", text, re.MULTILINE)]
    return text if count == len(starts) else text[: starts[count]].rstrip() + "\n"


def _filled(chosen: Sequence[Exercise], counted: Sequence[int], settings: Settings) -> Iterator[tuple[str, str]]:
    """What is different for each course: README, packages, whether there is a language model to train."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    layers = {"learner": project["dependencies"], "train": project["optional-dependencies"]["train"]}
    yield "pyproject.toml", PROJECT.substitute({name: json.dumps(listed, indent=4) for name, listed in layers.items()})
    yield "constraints.txt", CONSTRAINTS + "\n".join(pinned(chain(*layers.values()))) + "\n"
    trains, speaks = (_is_whole(package, chosen) for package in ("moons", "language"))
    made = (TRAIN if trains else "") + (NAMES if speaks else "")
    fields = {"title": settings.title, "exercises": _table(chosen, counted, settings), "train": made}
    rules = (STUDENT / "Makefile").read_text(encoding="utf-8")
    yield "Makefile", rules if speaks else NAMES_RULE.sub("", rules)
    yield "README.md", Template((STUDENT / "README.md").read_text(encoding="utf-8")).substitute(fields)


def _is_whole(package: str, chosen: Sequence[Exercise]) -> bool:
    """Whether all exercises that go into this part of the learner's package are among them."""
    return {e for e in read_catalogue().values() if e.package == package} <= set(chosen)


def _table(chosen: Sequence[Exercise], counted: Sequence[int], settings: Settings) -> str:
    """The exercises of the README; those that only come along, because later ones import them, are told."""
    due = any(exercise.number in settings.deadlines for exercise in chosen)
    lines = ["| | exercise | you write |" + (" due |" if due else ""), "|---:|---|---|" + ("---|" if due else "")]
    for part, exercises in by_part(chosen):
        lines.append(f"| | **{part.heading}** | |" + (" |" if due else ""))
        for exercise in exercises:
            tasks = ", ".join(f"`{task.name}`" for task in exercise.tasks)
            title = f"[{exercise.title}](exercises/{exercise.file.name})"
            title += "" if exercise.number in counted else " (not graded)"
            cells = [str(exercise.number), title, tasks]
            if due:
                moment = settings.deadlines.get(exercise.number) if exercise.number in counted else None
                cells.append(f"{moment:%Y-%m-%d %H:%M} {moment.tzname()}" if moment else "")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def pinned(listed: Iterable[str]) -> list[str]:
    """The lines of constraints.txt for these packages and for all that they bring along, on whatever system."""
    pins: dict[str, str] = {}
    for line in Path("constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pins[canonicalize_name(Requirement(line).name)] = line
    needed: set[str] = set()
    waiting = [canonicalize_name(Requirement(text).name) for text in listed]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += map(canonicalize_name, _required(name))
    return [pins[name] for name in sorted(needed & pins.keys())]


def _required(name: str) -> Iterator[str]:
    """What a package needs, extras aside; of one that is not installed here, such as another system's, nothing."""
    try:
        found = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return
    yield from (r.name for r in found if r.marker is None or "extra" not in str(r.marker))

"""`make wheel`: the student's copy as a package that pip, pipx and uv install: build/wheel/minigrad_kata-….whl.

A wheel is a zip with a list of its files, so nothing is needed to build it.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.core.paths import BUILD
from grader.course.grading.config import Settings
from grader.course.release.release import refuse_leaks, student_files, zipped

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OUT = BUILD / "wheel"
LEFT = ("grader/environment.py", "grader/layers.py")  # make an environment, which whoever installs a wheel has
ENTRY = "grader/package.py"  # of no use in a clone or a release
NOT_NEEDED = ("pytest",)  # and its plugins: the panel of an editor that opens a clone
DRAWN = ("matplotlib",)
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: {summary}
License: MIT
Requires-Python: {python}
{requires}
Description-Content-Type: text/markdown

{readme}
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: minigrad-kata\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
SCRIPTS = "[console_scripts]\nminigrad = grader.package:main\nminigrad-kata = grader.package:main\n"
README = """\
# The minigrad kata

Learn backpropagation by writing it: exercises with checks, in a folder of your own.

    minigrad init
    cd minigrad
    minigrad test 1
"""


def make_wheel(numbers: Sequence[int], settings: Settings, out: Path = OUT) -> Path:
    """Write the wheel whole. Raises LeakError, KataError."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    files = package_files(numbers, settings)
    refuse_leaks(files)
    info = f"{name}-{version}.dist-info"
    about = {"METADATA": _metadata(project), "WHEEL": WHEEL, "entry_points.txt": SCRIPTS}
    files |= {f"{info}/{each}": text.encode() for each, text in about.items()}
    files |= {f"{info}/licenses/LICENSE": Path("LICENSE").read_bytes()}
    record = "".join(f"{path},{_digest(content)},{len(content)}\n" for path, content in sorted(files.items()))
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}-{version}-py3-none-any.whl"
    path.with_suffix(".part").write_bytes(zipped(files, ""))
    path.with_suffix(".part").replace(path)
    return path


def package_files(numbers: Sequence[int], settings: Settings) -> dict[str, bytes]:
    """The code of a student's copy, and beside it the public checks and the stubs."""
    found = {ENTRY: Path(ENTRY).read_bytes()}
    for path, content in student_files(numbers, settings).items():
        if path.startswith(("grader/", "minigrad_reference/")) and path not in LEFT:
            found[path] = content
        elif path.startswith("tests/public/"):
            found[f"grader/given/{path}"] = content
        elif path.startswith("exercises/.stubs/"):
            found[f"grader/given/stubs/{Path(path).name}"] = content
    return found


def _metadata(project: Mapping[str, object]) -> str:
    needed: list[str] = [*project["dependencies"]]  # type: ignore[misc]
    requires = [f"Requires-Dist: {each}" for each in needed if not each.startswith(NOT_NEEDED)]
    layers: Mapping[str, list[str]] = project["optional-dependencies"]  # type: ignore[assignment]
    drawn = [each for each in layers["train"] if each.startswith(DRAWN)]
    requires += ["Provides-Extra: train", *(f'Requires-Dist: {each}; extra == "train"' for each in drawn)]
    return METADATA.format(
        name=project["name"],
        version=project["version"],
        summary=project["description"],
        python=project["requires-python"],
        requires="\n".join(requires),
        readme=README,
    )


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

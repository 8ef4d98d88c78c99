"""`make test-pythons`: the tests of the reference on every supported Python that is installed, one on each core.

Each version has an environment of its own in build/pythons. Fails if a test does, or if a version is missing while
the environment variable CI is set.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ["3.10", "3.11", "3.12", "3.13"]
INTERPRETER = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(VERSIONS, pool.map(proof, VERSIONS), strict=True))
    print()
    for version, result in results.items():
        print(f"Python {version}: {result}")
    bad = {"failed", "not installed here"} if os.environ.get("CI") else {"failed"}
    sys.exit(1 if bad & set(results.values()) else 0)


def proof(version):
    python = find(version)
    if not python:
        return "not installed here"
    venv = ROOT / "build" / "pythons" / version
    print(f"Python {version}: begun", flush=True)
    # The public checks on the solutions, which is the learner's layer and the prober; then the reference.
    variables = {**os.environ, "VENV": str(venv), "PYTHON": python, "DESK": "solutions"}
    suites = ["tests/public", "tests/kata/reference"]
    tests = ["grader", "-m", "pytest", *suites, "-p", "no:cacheprovider", "-m", "not slow"]
    for command in ([python, "grader/environment.py", "pythons"], [str(venv / INTERPRETER), *tests]):
        done = subprocess.run(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        print(f"Python {version}: {python}\n{done.stdout}", end="", flush=True)  # whole, since two run at once
        if done.returncode:
            return "failed"
    return "passed"


def find(version):
    """An interpreter of this version that really runs: on the path, else the newest that pyenv has."""
    candidates = [shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        root = subprocess.run(
            [shutil.which("pyenv"), "root"], capture_output=True, text=True, check=False
        ).stdout.strip()
        folders = [path for path in Path(root, "versions").glob(f"{version}.*") if path.name.split(".")[2].isdecimal()]
        newest_first = sorted(folders, key=lambda path: int(path.name.split(".")[2]), reverse=True)
        candidates += [str(folder / INTERPRETER) for folder in newest_first]
    return next((python for python in candidates if python and runs(python, version)), None)


def runs(python, version):
    """Whether it starts and is that version; a pyenv shim is on the path for versions that are not active."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


if __name__ == "__main__":
    main()

"""`python -m grader COMMAND`: the learner's commands, and the course's where they are part of this copy.

`python grader -m MODULE` is Python's own -m, but for where modules come from.
"""

from __future__ import annotations

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The kata comes last, so that a learner's random.py beside it is not the library's; `make` starts `python grader` for
# the same reason, where not even the modules that start a module can be taken from there.
sys.path[:] = [path for path in sys.path if os.path.abspath(path) not in (ROOT, os.path.join(ROOT, "grader"))] + [ROOT]

# Settings of another Python, or of somebody's other tests. The Makefiles keep the same ones from every command.
FOREIGN = """PYTEST_PLUGINS PYTHONCASEOK PYTHONDEBUG PYTHONDUMPREFS PYTHONEXECUTABLE PYTHONHOME PYTHONINSPECT
PYTHONINTMAXSTRDIGITS PYTHONOPTIMIZE PYTHONPATH PYTHONPLATLIBDIR PYTHONPROFILEIMPORTTIME PYTHONSAFEPATH PYTHONSTARTUP
PYTHONUSERBASE PYTHONVERBOSE PYTHONWARNINGS""".split()


def start_afresh_without(foreign: list[str]) -> None:
    """Start again where such a variable is set: the interpreter has read most of them already."""
    if not any(os.environ.get(name) for name in foreign):
        return
    clean = {name: value for name, value in os.environ.items() if name not in foreign}
    command = [sys.executable, os.path.join(ROOT, "grader"), *sys.argv[1:]]
    if os.name == "nt":  # where exec does not wait
        import subprocess

        sys.exit(subprocess.run(command, env=clean, check=False).returncode)
    os.execve(sys.executable, command, clean)  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    start_afresh_without(FOREIGN)
    if sys.argv[1:2] == ["-m"] and sys.argv[2:]:
        import runpy

        del sys.argv[:2]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        sys.exit()

import faulthandler
import importlib.util
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

try:
    import click

    from grader.core.errors import BUG, INTERRUPTED, MISSING, REFUSED, KataError, place_of
    from grader.learner.commands import learner
    from grader.learner.switches import is_on
except ModuleNotFoundError as error:
    sys.exit(f"The package {error.name} is not here: use make, or .venv/bin/python -m grader after a first make.")

OURS = "grader", "minigrad_reference"  # packages


def main() -> NoReturn:
    """Run a command. What a person can mend is one sentence on standard error; anything else is told as a bug."""
    if sys.stderr is not None:
        faulthandler.enable()  # what ends Python itself, as a recursion inside C does, says in which line
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode still shows the rest
    try:
        if sys.argv[1:2] != ["test"] and importlib.util.find_spec("grader.course"):  # a check run starts without it
            from grader.course.commands import add_to

            add_to(learner)
        code = learner.main(standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        _stop("Interrupted: no file was changed.", INTERRUPTED)
    except click.ClickException as error:
        _stop(error.format_message(), REFUSED)
    except KataError as error:
        _stop(str(error), error.exit_code)
    except OSError as error:
        _show_traceback()
        _stop(_what_the_system_says(error), REFUSED)
    except Exception as error:  # noqa: BLE001 - a bug, unless a package is not installed
        _show_traceback()
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] not in ("", *OURS):
            _stop(f"The package {error.name} is not here: use make, which installs what a command needs.", MISSING)
        _stop(_report_of(error), BUG)
    sys.exit(code if isinstance(code, int) else 0)


def _what_the_system_says(error: OSError) -> str:
    """A sentence with the name of the file."""
    if error.filename is None or error.strerror is None:
        return f"The system says: {str(error).rstrip('.')}."
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))]
    return f"{' and '.join(names)}: {error.strerror}."


def _report_of(error: Exception) -> str:
    """The sentence that says of a bug that it is one, and what whoever mends it has to know."""
    import platform
    import shlex

    command = shlex.join(["grader", *sys.argv[1:]])
    where = f"version {_version()}, Python {platform.python_version()}, {platform.system()}"
    what = f"{type(error).__name__} in {place_of(error, Path(ROOT), OURS)}"
    return f"This is a bug in the kata: please report {command} ({where}), {what}; DEBUG=1 shows the traceback."


def _version() -> str:
    import re

    try:
        found = re.search(r'^version = "(.+)"$', Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else "unknown"


def _show_traceback() -> None:
    """With DEBUG=1, or what else somebody may have taken for it."""
    import traceback

    try:
        wanted = is_on("DEBUG")
    except click.ClickException:
        wanted = True
    if wanted:
        traceback.print_exc()


def _stop(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()

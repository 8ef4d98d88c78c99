"""`python -m grader COMMAND`: the learner's commands, and the course's where they are part of this copy."""

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

import importlib.util
from io import TextIOWrapper
from typing import NoReturn

try:
    import click

    from grader.learner.commands import learner
except ModuleNotFoundError as error:
    sys.exit(f"The package {error.name} is not here: use make, or .venv/bin/python -m grader after a first make.")

BAD_INPUT, INTERRUPTED = 2, 130


def main() -> NoReturn:
    """Run a command. A mistake in what was asked for is one sentence on standard error."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode still shows the rest
    if sys.argv[1:2] != ["test"] and importlib.util.find_spec("grader.course"):  # a check run starts without it
        from grader.course.commands import add_to

        add_to(learner)
    try:
        code = learner.main(standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):  # before RuntimeError, which Abort is
        _stop("Interrupted: no file was changed.", INTERRUPTED)
    except click.ClickException as error:
        _stop(error.format_message(), BAD_INPUT)
    except ModuleNotFoundError as error:
        _stop(f"The package {error.name} is not here: use make, which installs what a command needs.", 1)
    except (ValueError, FloatingPointError, OSError, RuntimeError) as error:
        _stop(str(error), BAD_INPUT)
    sys.exit(code if isinstance(code, int) else 0)


def _stop(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()

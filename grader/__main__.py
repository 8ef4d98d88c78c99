"""`python -m grader COMMAND`: the learner's commands, and the course's where they are part of this copy."""

from __future__ import annotations

import importlib.util
import sys
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

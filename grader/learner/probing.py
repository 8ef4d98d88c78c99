"""Runs a probe on a learner's module and reports what it saw as plain JSON data.

The standard library alone and nothing of the grader, so that the same file serves in the learner's own process and, as
`python -I -S probing.py FOLDER`, in a process apart: one JSON request a line on standard input, one answer a line back.
"""

from __future__ import annotations

import importlib
import json
import linecache
import math
import re
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROBE_FILE = "<probe>"
MODULE_NAME = re.compile(r"ex\d\d_\w+")
DEEP, LONG, WIDE = 6, 10_000, 20_000


class TimeIsUp(BaseException):
    """The time limit; no Exception, so that a learner's `except Exception` does not swallow it."""


class Desk:
    """A folder of exercise modules, imported afresh for each exercise that is probed.

    Later exercises add methods to classes of earlier ones, so the modules of exercise 2 must not be shared with a run
    of exercise 5.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).resolve()
        self.loaded: str | None = None
        self.during = "import"

    def namespace(self, module: str) -> dict[str, Any]:
        """The public names of a module, as after `from module import *`. Raises whatever its import raises."""
        if module != self.loaded:
            self.loaded = None
            for name in [name for name in sys.modules if MODULE_NAME.fullmatch(name)]:
                del sys.modules[name]
            sys.path[:] = [str(self.folder), *(p for p in sys.path if p != str(self.folder))]
            importlib.invalidate_caches()
            importlib.import_module(module)
            self.loaded = module
        return {name: value for name, value in vars(sys.modules[module]).items() if not name.startswith("_")}

    def observe(self, module: str, code: str, expressions: list[str], seconds: float | None = None) -> dict[str, Any]:
        """Run one probe, for at most `seconds` where the system has an alarm clock.

        Answers {'values': {expression: value}} or {'fault': {...}}; raises only KeyboardInterrupt.
        """
        self.during = "import"
        try:
            with time_limit(seconds):
                namespace = self.namespace(module)
                self.during = "run"
                linecache.cache[PROBE_FILE] = (len(code), None, code.splitlines(keepends=True), PROBE_FILE)
                namespace["__name__"] = "probe"
                exec(compile(code, PROBE_FILE, "exec"), namespace)  # noqa: S102
                return {"values": {text: encode(eval(text, namespace)) for text in expressions}}  # noqa: S307
        except (Exception, SystemExit, TimeIsUp) as error:  # noqa: BLE001
            return {"fault": self._fault(error, self.during)}

    def _fault(self, error: BaseException, during: str) -> dict[str, Any]:
        frames = [
            {"file": Path(f.filename).name, "line": f.lineno or 0, "function": f.name, "text": (f.line or "").strip()}
            for f in traceback.extract_tb(error.__traceback__)
            if f.filename == PROBE_FILE or Path(f.filename).parent == self.folder
        ]
        caret = ""
        if isinstance(error, SyntaxError) and error.filename:
            caret = " " * max(0, (error.offset or 1) - 1 - _indent(error.text)) + "^"
            line = {"line": error.lineno or 0, "function": "", "text": (error.text or "").strip()}
            frames.append({"file": Path(error.filename).name, **line})
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        shortened = frames if len(frames) <= 8 else frames[:4] + frames[-4:]
        return {
            "type": type(error).__name__,
            "message": message[:500],
            "during": during,
            "frames": shortened,
            "caret": caret,
        }


def _indent(text: str | None) -> int:
    return len(text or "") - len((text or "").lstrip())


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt the block after so many seconds, and again every half second in case that is swallowed."""
    if seconds is None or not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _time_is_up(*_: object) -> None:
    raise TimeIsUp


def encode(value: Any, depth: int = 0) -> Any:
    """A value as JSON: numbers, strings, booleans, None and lists of these as themselves, with exact types.

    A float that is not finite becomes {'float': 'nan'}, anything else {'object': type name, 'repr': shortened}.
    """
    kind = type(value)
    if value is None or kind is bool or (kind is int and abs(value) < 2**63):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is str and len(value) <= WIDE:
        return value
    if kind in (list, tuple) and len(value) <= LONG and depth < DEEP:
        return [encode(item, depth + 1) for item in value]
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001
        text = "(its __repr__ fails)"
    return {"object": kind.__name__, "repr": text[:200]}


def serve(folder: str) -> None:
    """Answer requests {'module', 'code', 'observe', 'seconds'} until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    desk = Desk(folder)
    for line in sys.stdin:
        request = json.loads(line)
        answer = desk.observe(request["module"], request["code"], request["observe"], request["seconds"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])

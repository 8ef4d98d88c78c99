"""Runs a probe on a learner's module and reports what it saw as plain JSON data.

The standard library alone and nothing of the grader, so that the same file serves in the learner's own process and, as
`python -I -S probing.py FOLDER`, in a process apart: one JSON request a line on standard input, one answer a line back.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import re
import signal
import sys
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import FrameType

TYPE_CHECKING = False  # as in typing, whose import would cost the process apart a fifth of its start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any, ClassVar

PROBE_FILE, OBSERVED = "<probe>", "<observed>"  # where a frame is that is in no file
MODULE_NAME = re.compile(r"ex\d\d_\w+")
DEEP, LONG, WIDE = 6, 10_000, 20_000
MEMORY = 512 * 1024 * 1024  # bytes of address space, in a process apart
LIFETIME = 1800  # seconds of CPU time of such a process, in case that whoever started it is no more
CLASS_NAME = type.__dict__["__name__"].__get__


class TimeIsUp(BaseException):
    """The time limit; no Exception, so that a learner's `except Exception` does not swallow it."""


class Finder:
    """Finds exercise modules in one folder and nowhere else, and compiles each of them only once."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        file = os.path.join(self.folder, f"{name}.py")
        if not MODULE_NAME.fullmatch(name) or not os.path.isfile(file):
            return None
        spec = ModuleSpec(name, Loader(name, file), origin=file)
        spec.has_location = True
        return spec


class Loader(SourceFileLoader):
    """Reads a module's source as Python does, but keeps the compiled code for the next time."""

    compiled: ClassVar[dict[str, Any]] = {}

    def get_code(self, fullname: str) -> Any:
        if self.path not in self.compiled:
            self.compiled[self.path] = super().get_code(fullname)
        return self.compiled[self.path]


class Desk:
    """A folder of exercise modules, imported afresh for each exercise that is probed.

    Later exercises add methods to classes of earlier ones, so the modules of exercise 2 must not be shared with a run
    of exercise 5.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = os.path.realpath(folder)
        self.loaded: str | None = None
        self.during = "import"
        self.asked = self.code = ""
        self.given: set[str] = set()
        self.probed: dict[str, Any] = {}
        sys.meta_path.insert(0, Finder(self.folder))

    def namespace(self, module: str) -> dict[str, Any]:
        """The public names of a module, as after `from module import *`. Raises whatever its import raises."""
        if module != self.loaded:
            self.loaded = None
            for name in [name for name in sys.modules if MODULE_NAME.fullmatch(name)]:
                del sys.modules[name]
            importlib.import_module(module)
            self.loaded = module
        return {name: value for name, value in vars(sys.modules[module]).items() if not name.startswith("_")}

    def observe(self, module: str, code: str, expressions: list[str], seconds: float | None = None) -> dict[str, Any]:
        """Run one probe, for at most `seconds` where the system has an alarm clock.

        Answers {'values': {expression: value}} or {'fault': {...}}; raises only KeyboardInterrupt.
        """
        self.during = "import"
        values: dict[str, Any] = {}
        try:
            with time_limit(seconds):
                namespace = self.namespace(module)
                self.during = "run"
                self.given = set(namespace)
                self.code = code
                namespace["__name__"] = "probe"
                exec(compile(code, PROBE_FILE, "exec"), namespace)  # noqa: S102
                self.during, self.probed = "observe", namespace
                for self.asked in expressions:
                    values[self.asked] = encode(eval(self.asked, namespace))  # noqa: S307
                return {"values": values}
        except (Exception, SystemExit, TimeIsUp) as error:  # noqa: BLE001
            return {"fault": self._fault(error, self.during)}
        finally:
            self.probed = {}

    def _fault(self, error: BaseException, during: str) -> dict[str, Any]:
        import linecache
        import traceback

        linecache.cache[PROBE_FILE] = (len(self.code), None, self.code.splitlines(keepends=True), PROBE_FILE)
        frames = [
            {
                "file": os.path.basename(f.filename),
                "line": f.lineno or 0,
                "function": f.name,
                "text": (f.line or "").strip(),
            }
            for f in traceback.extract_tb(error.__traceback__)
            if f.filename == PROBE_FILE or os.path.dirname(f.filename) == self.folder
        ]
        if during == "observe":
            text = self.asked + results_in(self.asked, self.probed, self.given)
            frames.insert(0, {"file": OBSERVED, "line": 0, "function": "", "text": text})
        caret = ""
        if isinstance(error, SyntaxError) and error.filename:
            caret = " " * max(0, (error.offset or 1) - 1 - _indent(error.text)) + "^"
            line = {"line": error.lineno or 0, "function": "", "text": (error.text or "").strip()}
            frames.append({"file": os.path.basename(error.filename), **line})
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


def results_in(expression: str, namespace: dict[str, Any], given: set[str]) -> str:
    """', where out is None': the snippet's own names in an expression and what they are."""
    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", expression))
    own = [name for name in names if name in namespace and name not in given]
    texts = []
    for name in own[:3]:
        value = encode(namespace[name])
        text = value["repr"] if isinstance(value, dict) and "repr" in value else repr(namespace[name])
        kind = "" if value is None else f" ({type(namespace[name]).__name__})"
        texts.append(f"{name} is {text if len(text) <= 60 else text[:57] + '...'}{kind}")
    return ", where " + ", ".join(texts) if texts else ""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt the block after so many seconds; where that is swallowed, again and again until one gets through."""
    if seconds is None or not hasattr(signal, "SIGALRM"):
        yield
        return
    alarms = 0

    def time_is_up(_: int, frame: FrameType | None) -> None:
        nonlocal alarms
        place = frame.f_code if frame else None
        if place in CLEANING_UP or place is time_is_up.__code__:  # the block has ended, or is being ended
            return
        alarms += 1
        if alarms > 1:  # `except BaseException` in an endless loop: rain until one falls outside of its `try`
            signal.setitimer(signal.ITIMER_REAL, 1e-5, 1e-5)
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


CLEANING_UP = (time_limit.__wrapped__.__code__, type(time_limit(None)).__exit__.__code__)  # type: ignore[attr-defined]


def encode(value: Any, depth: int = 0, room: list[int] | None = None) -> Any:
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
    room = [LONG] if room is None else room  # items that the whole value may still have
    if kind in (list, tuple) and len(value) <= room[0] and depth < DEEP:
        room[0] -= len(value)
        return [encode(item, depth + 1, room) for item in value]
    try:
        text = repr(value) if kind not in (list, tuple) else f"{len(value)} items"
    except Exception:  # noqa: BLE001
        text = "(its __repr__ fails)"
    return {"object": CLASS_NAME(kind), "repr": str.__getitem__(text, slice(200))}  # whatever their classes override


def serve(folder: str, packages: str | None = None, limits: str = "no-limits") -> None:
    """Answer requests {'id', 'module', 'code', 'observe', 'seconds'} until standard input ends."""
    if packages is not None:
        sys.path.append(packages)
    if limits == "limits":
        _limit_this_process()
    gc.set_threshold(100_000, 20, 100)  # a graph of 50,000 nodes is no garbage: do not walk it seventy times
    answers, sys.stdout = sys.stdout, sys.stderr
    desk = Desk(folder)
    for line in sys.stdin:
        request = json.loads(line)
        answer = desk.observe(request["module"], request["code"], request["observe"], request["seconds"])
        answers.write(json.dumps({"id": request["id"], **answer}) + "\n")
        answers.flush()


def _limit_this_process() -> None:
    """For good: a process that is not root cannot raise its hard limits again."""
    import resource

    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: LIFETIME,
    }
    for name, value in limits.items():
        resource.setrlimit(name, (value, value))


if __name__ == "__main__":
    serve(*sys.argv[1:])

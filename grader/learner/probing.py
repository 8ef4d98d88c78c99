"""Runs a probe on a learner's module and reports what it saw as plain JSON data.

The standard library alone and nothing of the grader, so that the same file serves in the learner's own process and, as
`python -I -S probing.py FOLDER`, in a process apart: one JSON request a line on standard input, one answer a line back.
Such a process is started for every submission, so what would be half of its start (json, re, signal, typing) is
imported where it is needed or not at all.
"""

from __future__ import annotations

import gc
import importlib
import math
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader, SourcelessFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType
    from typing import Any, ClassVar

PROBE_FILE, OBSERVED = "<probe>", "<observed>"  # where a frame is that is in no file
DEEP, LONG, WIDE = 6, 10_000, 20_000
LIFETIME = 1800  # seconds of CPU time of such a process, in case that whoever started it is no more
CLASS_NAME = type.__dict__["__name__"].__get__


def is_exercise(module: str) -> bool:
    """Whether a module's name is an exercise's, such as ex04_backward."""
    return module[:2] == "ex" and module[2:4].isdigit() and module[4:5] == "_" and module.isidentifier()


class TimeIsUp(BaseException):
    """The time limit; no Exception, so that a learner's `except Exception` does not swallow it."""


class Finder:
    """Finds exercise modules in one folder and nowhere else, and compiles each of them only once.

    In grading, worked answers lie there compiled: code that runs beside them cannot read their text.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        file = os.path.join(self.folder, f"{name}.py")
        if not is_exercise(name):
            return None
        if not os.path.isfile(file):
            compiled = f"{file}c"
            return ModuleSpec(name, SourcelessFileLoader(name, compiled)) if os.path.isfile(compiled) else None
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
            for name in [name for name in sys.modules if is_exercise(name)]:
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
    import re

    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", expression))
    own = [name for name in names if name in namespace and name not in given]
    texts = []
    for name in own[:3]:
        value = encode(namespace[name])
        text = value["repr"] if isinstance(value, dict) and "repr" in value else repr(namespace[name])
        kind = "" if value is None else f" ({type(namespace[name]).__name__})"
        texts.append(f"{name} is {text if len(text) <= 60 else text[:57] + '...'}{kind}")
    return ", where " + ", ".join(texts) if texts else ""


class time_limit:  # noqa: N801 - used as a function, in a `with` statement
    """Interrupt the block after so many seconds; where that is swallowed, again and again until one gets through."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds, self.alarms = seconds, 0

    def __enter__(self) -> None:
        if self.seconds is None or os.name != "posix":
            self.seconds = None
            return
        import signal

        self.before = signal.signal(signal.SIGALRM, self.time_is_up)
        signal.setitimer(signal.ITIMER_REAL, self.seconds, 0.5)

    def __exit__(self, *error: object) -> None:
        if self.seconds is None:
            return
        import signal

        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.before)

    def time_is_up(self, _: int, frame: FrameType | None) -> None:
        import signal

        if frame and frame.f_code in CLEANING_UP:  # the block has ended, or is being ended
            return
        self.alarms += 1
        if self.alarms > 1:  # `except BaseException` in an endless loop: rain until one falls outside of its `try`
            signal.setitimer(signal.ITIMER_REAL, 1e-5, 1e-5)
        raise TimeIsUp


CLEANING_UP = (time_limit.__exit__.__code__, time_limit.time_is_up.__code__)


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


def serve(folder: str, packages: str | None = None, memory: str = "0") -> None:
    """Answer requests {'id', 'module', 'code', 'observe', 'seconds'} until standard input ends.

    `memory`: the most bytes of address space that this process may have, and with it the other limits; 0 for no limits.
    """
    if packages is not None:
        sys.path.append(packages)
    if int(memory):
        _limit_this_process(int(memory))
    gc.set_threshold(100_000, 20, 100)  # a graph of 50,000 nodes is no garbage: do not walk it seventy times
    answers, sys.stdout = sys.stdout, sys.stderr
    desk = Desk(folder)
    for line in sys.stdin:
        request = eval(line, {"null": None})  # noqa: S307 - JSON without booleans is Python; the grader is trusted
        answer = desk.observe(request["module"], request["code"], request["observe"], request["seconds"])
        answers.write(as_json({"id": request["id"], **answer}) + "\n")
        answers.flush()


def as_json(value: Any) -> str:
    """The JSON of what `Desk.observe` answers."""
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) is str:
        return '"' + "".join(map(_escaped, value)) + '"' if _needs_escapes(value) else f'"{value}"'
    if type(value) is list:
        return "[" + ",".join(map(as_json, value)) + "]"
    if type(value) is dict:
        return "{" + ",".join(f"{as_json(name)}:{as_json(item)}" for name, item in value.items()) + "}"
    return repr(value)  # an int or a finite float


def _needs_escapes(text: str) -> bool:
    return not (text.isascii() and text.isprintable()) or '"' in text or "\\" in text


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x80 and character.isprintable():
        return "\\" + character if character in '"\\' else character
    if code < 0x1_0000:
        return f"\\u{code:04x}"
    code -= 0x1_0000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _limit_this_process(memory: int) -> None:
    """For good: a process that is not root cannot raise its hard limits again."""
    import resource

    limits = {
        resource.RLIMIT_AS: memory,
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

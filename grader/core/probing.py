"""Runs a probe on a learner's module and reports what it saw as plain JSON data.

The standard library alone and nothing of the grader, so that the same file serves in the learner's terminal and in
grading, as `python -I -S probing.py FOLDER`, a process apart: one JSON request a line, one answer a line back. Such a
process is started for every submission, so what would be half of its start (json, re, signal, typing) is imported
where it is needed or not at all.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import math
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader, SourcelessFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType
    from typing import Any, ClassVar

PROBE_FILE, OBSERVED = "<probe>", "<observed>"  # where a frame is that is in no file
DEEP, LONG, WIDE = 6, 10_000, 20_000
SECONDS = 5.0  # by the clock, that one check may take; a course may say otherwise in course.toml
OWN_SEED = 2**61  # of the module random; none that a check gives
PATIENCE = 100  # times that a probe may read an input that has ended
LIFETIME = 1800  # seconds of CPU time of such a process, in case whoever started it is gone
ALLOWED = ("graphviz",)  # packages beside the standard library that an exercise may import
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

    compiled: ClassVar[dict[str, object]] = {}

    def get_code(self, fullname: str) -> Any:
        if self.path not in self.compiled:
            self.compiled[self.path] = super().get_code(fullname)
        return self.compiled[self.path]


class Desk:
    """A folder of exercise modules, imported afresh for each exercise that is probed.

    Later exercises add methods to classes of earlier ones, so the modules of exercise 2 must not be shared with a run
    of exercise 5.
    """

    def __init__(self, folder: str | Path, *, apart: bool = False) -> None:
        """`apart`: in a process of its own, where nothing that is raised may end the conversation."""
        self.folder = os.path.realpath(folder)
        self.passed_on: tuple[type[BaseException], ...] = () if apart else (KeyboardInterrupt,)
        self.loaded: str | None = None
        self.during = "import"
        self.asked = self.code = ""
        self.given: set[str] = set()
        self.probed: dict[str, object] = {}
        sys.meta_path.insert(0, Finder(self.folder))

    def namespace(self, module: str) -> dict[str, object]:
        """The public names of a module, as after `from module import *`. Raises whatever its import raises."""
        if module != self.loaded:
            self.loaded = None
            for name in [name for name in sys.modules if is_exercise(name)]:
                del sys.modules[name]
            importlib.import_module(module)
            self.loaded = module
        return {name: value for name, value in vars(sys.modules[module]).items() if not name.startswith("_")}

    def observe(
        self, module: str, code: str, expressions: list[str], seconds: float | None = None
    ) -> dict[str, object]:
        """Run one probe, for at most `seconds` where the system has an alarm clock.

        Answers {'values': {expression: value}} or {'fault': {...}}; raises KeyboardInterrupt, where it is not apart.
        """
        self.during = "import"
        values: dict[str, object] = {}
        try:
            with time_limit(seconds):
                namespace = self.namespace(module)
                if "random" in sys.modules:  # who draws there, not from what was given, shows the same each time
                    sys.modules["random"].seed(OWN_SEED)
                self.during = "run"
                self.given = set(namespace)
                self.code = code
                namespace["__name__"] = "probe"
                exec(compile(code, PROBE_FILE, "exec"), namespace)  # noqa: S102
                self.during, self.probed = "observe", namespace
                for self.asked in expressions:
                    values[self.asked] = encode(eval(self.asked, namespace))  # noqa: S307
                return {"values": values}
        except self.passed_on:
            raise
        except BaseException as error:  # noqa: BLE001
            return {"fault": self.fault(error)}
        finally:
            self.probed = {}

    def fault(self, error: BaseException) -> dict[str, object]:
        import linecache
        import traceback

        during = self.during
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
            "silent": silent_functions(self.folder) if "NoneType" in message else "",
        }


def _indent(text: str | None) -> int:
    return len(text or "") - len((text or "").lstrip())


def silent_functions(folder: str) -> str:
    """The functions of the imported exercises that can return nothing but None: 'derivative, Value.__mul__'."""
    import ast

    found = []
    for module in sorted(filter(is_exercise, sys.modules)):
        statements: list[Any]
        try:
            with open(os.path.join(folder, f"{module}.py"), encoding="utf-8-sig") as file:
                statements = list(ast.parse(file.read()).body)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in statements:
            if isinstance(node, ast.ClassDef):
                found += [f"{node.name}.{part.name}" for part in filter(_is_silent, node.body)]  # type: ignore[attr-defined]
            elif _is_silent(node):
                calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
                owners = [argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)]
                found.append(".".join([*owners, node.name]))
    return ", ".join(found)[:500]


def _is_silent(node: Any) -> bool:
    """Whether this is a function without a `return` of anything, a `yield`, or a `raise` at its end as stubs have."""
    import ast

    if not isinstance(node, ast.FunctionDef) or isinstance(node.body[-1], ast.Raise):
        return False
    pending: list[Any] = list(node.body)
    while pending:
        part = pending.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)) or (isinstance(part, ast.Return) and part.value is not None):
            return False
        if not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):  # whose returns are their own
            pending += ast.iter_child_nodes(part)
    return True


def results_in(expression: str, namespace: dict[str, object], given: set[str]) -> str:
    """', where out is None': the snippet's own names in an expression and what they are, but for a bare address."""
    import re

    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", expression))
    own = [name for name in names if name in namespace and name not in given]
    texts = []
    for name in own:
        value = encode(namespace[name])
        text = value["repr"] if isinstance(value, dict) and "repr" in value else repr(namespace[name])
        kind = "" if value is None else f" ({type(namespace[name]).__name__})"
        if not re.search(r"<.* at 0x\w+>", text):
            texts.append(f"{name} is {text if len(text) <= 60 else text[:57] + '...'}{kind}")
    return ", where " + ", ".join(texts[:3]) if texts else ""


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


class Input:
    """A standard input that counts how often somebody reads on where it has ended.

    `while True: try: input() ... except: pass` swallows every exception, the alarm's too, and would look like any other
    endless loop. Whoever reads on for too long is told as an error that nobody can swallow, to `too_often`.
    """

    def __init__(self, stream: Any, too_often: Callable[[EOFError], None]) -> None:
        self.stream, self.too_often, self.ends = stream, too_often, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __iter__(self) -> Input:
        return self

    def __next__(self) -> str:
        if line := self.readline():
            return line
        raise StopIteration

    def readline(self, size: int | None = -1, /) -> str:
        return self._counted(self.stream.readline(-1 if size is None else size))

    def read(self, size: int | None = -1, /) -> str:
        return self._counted(self.stream.read(size))

    def _counted(self, text: str) -> str:
        self.ends += not text
        if self.ends > PATIENCE:
            self.too_often(_error_here(EOFError("EOF when reading a line")))
        return text


def _error_here(error: EOFError) -> EOFError:
    """The error as if it had come from here through all frames up to the first."""
    try:
        raise error
    except EOFError:
        traceback = error.__traceback__
    frame = traceback.tb_frame.f_back if traceback else None
    while traceback and frame:
        traceback = type(traceback)(traceback, frame, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return error.with_traceback(traceback)


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


class Packages:
    """Finds the packages that exercises may import in one folder, and nothing else that lies there.

    A package is read when something of it is used: eleven exercises build on one that draws, and do not draw.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        spec = PathFinder.find_spec(name, [self.folder]) if name in ALLOWED else None
        if spec and spec.loader:
            from importlib.util import LazyLoader

            spec.loader = LazyLoader(spec.loader)
        return spec


def serve(folder: str, packages: str = "", memory: str = "0", channel: str = "") -> None:
    """Answer requests {'id', 'module', 'code', 'observe', 'seconds'} until there are no more.

    `memory`: the most bytes of address space that this process may have, and with it the other limits; 0 for no limits.
    `channel`: the descriptors of requests and answers, as in '5,6'. Without it they are standard input and output, and
    the code that is probed finds an input that has ended and prints to standard error.
    """
    if packages:
        sys.meta_path.append(Packages(packages))
    if int(memory):
        _limit_this_process(int(memory))
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # which -S leaves out
    gc.set_threshold(1_000_000, 20, 100)  # a graph of 20,000 nodes is not garbage: do not walk it again and again
    asking, answering = map(int, channel.split(",")) if channel else _apart_from_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="replace")  # type: ignore[union-attr]  # in the order of printing
    desk = Desk(folder, apart=True)
    with os.fdopen(asking, encoding="utf-8") as requests, os.fdopen(answering, "w", encoding="utf-8") as answers:
        request: dict[str, Any] = {}

        def tell(answer: dict[str, object]) -> None:
            _flush(sys.stdout, sys.stderr)
            answers.write(as_json({"id": request["id"], **answer}) + "\n")
            answers.flush()

        def end(error: EOFError) -> None:  # whoever asks ends the process as well, so that none is asked in between
            tell({"fault": desk.fault(error)})
            os._exit(0)

        reading = Input(sys.stdin, end)
        if sys.stdin and not sys.stdin.isatty():
            sys.stdin = reading
        for line in requests:
            request = eval(line, {"null": None})  # noqa: S307 - JSON without booleans is Python; the grader is trusted
            reading.ends = 0
            tell(desk.observe(request["module"], request["code"], request["observe"], request["seconds"]))


def _apart_from_standard_streams() -> tuple[int, int]:
    """Descriptors for requests and answers; in their place come an input without anything in it, and standard error."""
    asking, answering = os.dup(0), os.dup(1)
    empty, other_end = os.pipe()
    os.close(other_end)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return asking, answering


def _flush(*streams: Any) -> None:
    """What was printed, before the answer; a learner may have closed or replaced the streams."""
    for stream in streams:
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, PERF203, S112
            continue


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
    try:
        serve(*sys.argv[1:])
    except OSError:  # whoever asked is gone, or the way to them was closed
        os._exit(1)

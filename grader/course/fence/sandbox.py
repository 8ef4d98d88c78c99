"""The fence around a student's code: which layers this machine offers, and starting a process behind them.

Every layer is tried when grading begins, not assumed. From the outside in: a process of its own (exec'd, isolated,
empty environment), limits (memory, processes, file size, open files), another user id (as root), namespaces (network,
processes), Landlock (files, signals), seccomp (sockets, tracing). The last three are put on the thread that starts the
process, which inherits them.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any, TypeVar

from grader.core import probing
from grader.course.fence.folders import own_folder

Result = TypeVar("Result")

MEMORY = 512 * 2**20  # bytes of address space of the process

LAYERS = ("process", "limits", "user", "namespaces", "landlock", "seccomp")
HARDENED = frozenset({"process", "limits", "landlock", "seccomp"})  # and 'user' where the grader is root
NAMESPACES = 0x4000_0000 | 0x2000_0000 | 0x0800_0000 | 0x0400_0000  # CLONE_NEWNET, NEWPID, NEWIPC, NEWUTS of sched.h
FIRST_UID, UIDS = 61_000, 1_000
SYSTEM = (
    "/lib64",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/etc/ld.so.cache",
    "/dev/urandom",
)
REFUSED_CALLS = (
    "socket",
    "socketpair",
    "connect",
    "bind",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "setpriority",
    "ioprio_set",
    "sched_setaffinity",
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
    "process_madvise",
    "kcmp",
    "pidfd_open",
    "pidfd_send_signal",
    "pidfd_getfd",
    "mount",
    "umount2",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "io_uring_setup",
    "memfd_create",
    "shmget",
    "msgget",
    "semget",
    "mq_open",
    "inotify_init",
    "inotify_init1",
    "fanotify_init",
    "flock",  # what two processes can lock, lease or count on, they can signal by
    "sysinfo",
    "statfs",
    "fstatfs",
    "open_by_handle_at",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "syslog",
    "reboot",
    "settimeofday",
    "clock_settime",
    "sethostname",
    "setdomainname",
    "swapon",
    "init_module",
    "finit_module",
    "kexec_load",
    "pivot_root",
    "chroot",
    "personality",
)
# Calls that Python needs, refused where their second argument (of which the kernel sees 32 bits) is one of these, with
# which a signal goes to whoever is at the other end of a pipe, or a file that all can read is locked or leased.
REFUSED_COMMANDS = {
    "fcntl": (
        *(5, 6, 7),  # F_GETLK, F_SETLK, F_SETLKW
        *(36, 37, 38),  # F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
        *(1024, 1025, 1026),  # F_SETLEASE, F_GETLEASE, F_NOTIFY
        *(8, 10, 15),  # F_SETOWN, F_SETSIG, F_SETOWN_EX
    ),
    "ioctl": (0x8901, 0x8902),  # FIOSETOWN, SIOCSPGRP
}
ARGUMENT = 0xFFFF_FFFF
# All of it: as isolated as -I makes Python, which takes no notice of the first of these, and with the order of sets the
# same in each grading.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}

ALONE = ("-I", "-S", "-X", "utf8")  # how the fenced Python runs what is ours


@dataclass(frozen=True)
class Layer:
    """One layer of the fence on this machine: whether it holds, and if not, why and what would raise it."""

    name: str
    active: bool
    why: str = ""


@dataclass(frozen=True)
class Sandbox:
    """The fence as it stands here. `interpreter` is one that the fenced process can read."""

    layers: tuple[Layer, ...]
    interpreter: str
    libraries: Path
    active: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "active", frozenset(layer.name for layer in self.layers if layer.active))

    @property
    def hardened(self) -> bool:
        """Whether it is fit for other people's code: everything but the user id, and that too where we are root."""
        return self.active >= (HARDENED | {"user"} if os.name == "posix" and os.geteuid() == 0 else HARDENED)

    @property
    def level(self) -> str:
        return "hardened" if self.hardened else "+".join(name for name in LAYERS if name in self.active)

    @property
    def missing(self) -> str:
        """The layers that do not hold, and why."""
        return "; ".join(f"{layer.name}: {layer.why}" for layer in self.layers if not layer.active)

    def start(self, folder: Path, slot: int, memory: int = MEMORY) -> subprocess.Popen[bytes]:
        """Start probing.py on a folder of modules; it answers requests on its standard input and output."""
        return _start(self.interpreter, folder, self.libraries, self.active, slot, memory)

    def write_compiled(self, folder: Path, sources: Mapping[str, str], *, asserting: bool = False) -> None:
        """Write modules as the fenced Python's bytecode, without docstrings: so code beside them cannot read them.

        `asserting`: with docstrings and assertions, for a module in which there is an answer of the student's.
        """
        level = 0 if asserting else 2
        for module, content in _bytecode(self.interpreter, tuple(sorted(sources.items())), level).items():
            Path(folder, f"{module}.pyc").write_bytes(content)


@lru_cache
def sandbox(only: frozenset[str] = frozenset(LAYERS)) -> Sandbox:
    """Try every layer (of `only`, for tests at lower levels) and describe what holds."""
    libraries = _libraries()
    layers = [Layer("process", active=True)]
    active = {"process"}
    interpreter = sys.executable
    for name, missing in (
        ("limits", _no_limits),
        ("user", _no_user),
        ("namespaces", _no_namespaces),
        ("landlock", _no_landlock),
        ("seccomp", _no_seccomp),
    ):
        why = missing() if name in only else "switched off"
        found = "" if why else _interpreter(frozenset(active | {name}), libraries)
        if not why and not found:
            why = (
                "no Python interpreter starts behind it; install one outside root's home, such as the system's python3"
            )
        if found:
            active.add(name)
            interpreter = found
        layers.append(Layer(name, not why, why))
    _compile(interpreter, libraries)
    return Sandbox(tuple(layers), interpreter, libraries)


def _no_limits() -> str:
    return "" if os.name == "posix" else "this system has no resource limits for processes"


def _no_user() -> str:
    if os.name != "posix" or os.geteuid() != 0:
        return "only root can start a process as another user; run the grader as root in a container of its own"
    return ""


def _no_namespaces() -> str:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root can start a process in namespaces of its own; not needed for the level hardened"
    try:
        _in_thread(_enter_namespaces)
    except OSError as error:
        return f"the system refuses them ({error.strerror}), as in most containers; not needed for the level hardened"
    return ""


def _no_landlock() -> str:
    try:
        import landlockpy
    except ImportError:
        return "the package landlockpy is not installed; make installs it with the course layer"
    return "" if landlockpy.supported() else "this kernel has no Landlock; Linux 5.13 or newer has it"


def _no_seccomp() -> str:
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError):
        return "the package pyseccomp or the library libseccomp is missing; install libseccomp2"
    return ""


def _interpreter(active: frozenset[str], libraries: Path) -> str:
    """The first Python of 3.10 or newer that starts behind these layers and answers."""
    candidates = [os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "ex00_trial.py").write_text("answer = 42\n", encoding="utf-8")
        for candidate in dict.fromkeys(filter(os.path.exists, candidates)):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                process = _start(candidate, Path(folder), libraries, active, slot=0)
                request = b'{"id": "0", "module": "ex00_trial", "code": "", "observe": ["answer"], "seconds": 5}\n'
                out, _ = process.communicate(request, timeout=20)
                if b'"values":{"answer":42}' in out:
                    return candidate
    return ""


@lru_cache
def _libraries() -> Path:
    """A folder with the one third-party package that exercises need, graphviz, and with probing.py itself."""
    import graphviz

    folder = Path(tempfile.mkdtemp(dir=own_folder()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(Path(graphviz.__file__).parent, folder / "packages" / "graphviz", ignore=_no_caches)
    shutil.copy(probing.__file__, folder / "probing.py")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _compile(interpreter: str, libraries: Path) -> None:
    """Compile probing.py and packages once for that Python: the fenced process may write nothing."""
    program, packages = libraries / "probing.py", libraries / "packages"
    code = "import compileall, py_compile, sys; _, program, packages = sys.argv\n"
    code += "py_compile.compile(program, program + 'c', doraise=True); compileall.compile_dir(packages, quiet=2)"
    subprocess.run([interpreter, *ALONE, "-c", code, program, packages], check=True)
    for path in libraries.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


@lru_cache(maxsize=64)
def _bytecode(interpreter: str, sources: tuple[tuple[str, str], ...], level: int) -> dict[str, bytes]:
    """What a Python of possibly another version than ours compiles modules to, at a level of optimization."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{module}.py") for module, _ in sources]
        for path, (_, source) in zip(paths, sources, strict=True):
            path.write_text(source, encoding="utf-8")
        compile_files = _compile_here if _magic_number(interpreter) == MAGIC_NUMBER.hex() else _compile_there
        compile_files(interpreter, paths, level)
        return {path.stem: path.with_suffix(".pyc").read_bytes() for path in paths}


@lru_cache
def _magic_number(interpreter: str) -> str:
    """By which a Python knows the bytecode that it can run."""
    code = "from importlib.util import MAGIC_NUMBER; print(MAGIC_NUMBER.hex())"
    return subprocess.check_output([interpreter, *ALONE, "-c", code], text=True).strip()


def _compile_here(_: str, paths: Sequence[Path], level: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of code that is not ours
        for path in paths:
            py_compile.compile(str(path), str(path.with_suffix(".pyc")), path.name, doraise=True, optimize=level)


def _compile_there(interpreter: str, paths: Sequence[Path], level: int) -> None:
    code = "import py_compile, sys\n"
    code += f"for name in sys.argv[1:]: py_compile.compile(name, name + 'c', name, doraise=True, optimize={level})"
    command = [interpreter, *ALONE, "-c", code, *(path.name for path in paths)]
    subprocess.run(command, check=True, cwd=paths[0].parent)


def _no_caches(_: str, names: Sequence[str]) -> set[str]:
    return {name for name in names if name == "__pycache__"}


def _start(
    interpreter: str, folder: Path, libraries: Path, active: frozenset[str], slot: int, memory: int = MEMORY
) -> subprocess.Popen[bytes]:
    uid = FIRST_UID + slot % UIDS if "user" in active else None
    limit = str(memory if "limits" in active else 0)
    compiled = libraries / "probing.pyc"
    program = str(compiled if compiled.exists() else libraries / "probing.py")
    command = [interpreter, "-s", "-S", "-B", "-X", "utf8", program, str(folder), str(libraries / "packages"), limit]
    _give(folder, uid)

    def start(requests: int, answers: int) -> subprocess.Popen[bytes]:
        _keep_addresses()
        if "namespaces" in active:
            _enter_namespaces()
        if "landlock" in active:
            _enter_landlock(interpreter, folder, libraries)
        other = _become(uid)
        if "seccomp" in active:
            _enter_seccomp()
        return subprocess.Popen(
            command,
            stdin=requests,
            stdout=answers,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd=folder,
            start_new_session=True,
            user=other,
            group=other,
            extra_groups=None if other is None else [],
            umask=0o077,
        )

    return _piped(lambda requests, answers: _in_thread(lambda: start(requests, answers)))


def _piped(start: Callable[[int, int], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a process with pipes of ours, given the ends that it has of them.

    It could open pipes of its own anew in /proc, and answer what it was not asked, or read what it has said.
    """
    (requests, ask), (answer, answers) = os.pipe(), os.pipe()
    streams = os.fdopen(ask, "wb"), os.fdopen(answer, "rb")
    try:
        process = start(requests, answers)
    except BaseException:
        for stream in streams:
            stream.close()
        raise
    finally:
        os.close(requests)
        os.close(answers)
    process.stdin, process.stdout = streams
    return process


def _give(folder: Path, uid: int | None) -> None:
    """Let the fenced user, and nobody else, read a folder; it stays ours, so that nothing in it can be changed."""
    for path in [folder, *folder.iterdir()]:
        if uid is not None:
            os.chown(path, 0, uid)
        path.chmod(0o750 if path.is_dir() else 0o640)


def _in_thread(start: Callable[[], Result]) -> Result:
    """Run `start` on a thread that ends with it: a fence put on a thread can never be taken off again."""
    result: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            result.append(start())
        except BaseException as error:  # noqa: BLE001 - handed on below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return result[0]


def _keep_addresses() -> None:
    """What this thread starts has its objects where each other such process has them, where the system allows it.

    Sets of objects go by their addresses, and two gradings must not differ in their order. personality(2).
    """
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        libc.personality(libc.personality(0xFFFF_FFFF) | 0x0040000)  # ADDR_NO_RANDOMIZE


def _enter_namespaces() -> None:
    """What this thread starts sees no network and no process but its own. unshare(2); Python has it from 3.12 on."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).unshare(NAMESPACES):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _become(uid: int | None) -> int | None:
    """Make this thread alone another user; the user that is left to Popen where it cannot be. setresuid(2).

    Popen copies the whole process in order to change the user, and a grader is large. A thread that is that user
    starts a program without a copy, by vfork(2). The library's calls of these names would change all threads.
    """
    if uid is None or sys.platform != "linux" or _no_seccomp():
        return uid
    import ctypes

    import pyseccomp

    libc = ctypes.CDLL(None, use_errno=True)
    for name, ids in (("setgroups", (0, None)), ("setresgid", (uid,) * 3), ("setresuid", (uid,) * 3)):
        if libc.syscall(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name), *ids):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return None


def _enter_landlock(interpreter: str, folder: Path, libraries: Path) -> None:
    from landlockpy import AccessFS, Ruleset, Scope

    look = AccessFS.READ_FILE | AccessFS.READ_DIR
    with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        for path in _readable(interpreter):
            rules.allow_path(path, (look if Path(path).is_dir() else AccessFS.READ_FILE) | AccessFS.EXECUTE)
        for stdlib in _standard_libraries(interpreter):
            rules.allow_path(str(stdlib), AccessFS.READ_DIR)  # importing lists the folder
        rules.allow_path(str(libraries), look)
        rules.allow_path(str(folder), look)
        rules.allow_path("/dev/null", AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        rules.restrict()


def _standard_libraries(interpreter: str) -> list[Path]:
    return sorted(Path(interpreter).resolve().parents[1].glob("lib/python3.*"))


@lru_cache
def _readable(interpreter: str) -> tuple[str, ...]:
    """What Python itself needs: the system's libraries, the interpreter, and the standard library without packages."""
    binary = Path(interpreter).resolve()
    base = binary.parents[1]
    paths = [Path(path) for path in SYSTEM] + [binary, *base.glob("lib/libpython*")]
    for stdlib in _standard_libraries(interpreter):
        entries = list(stdlib.iterdir())
        kept = [entry for entry in entries if entry.name not in ("site-packages", "dist-packages")]
        paths += kept if len(kept) < len(entries) else [stdlib]  # a rule for each entry only where it must be
    return tuple(str(path) for path in paths if path.exists())


def _enter_seccomp() -> None:
    import errno

    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    conditions: list[tuple[Any, ...]] = [(call,) for call in REFUSED_CALLS]
    conditions.append(("prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0)))  # the limits of another process
    for call, commands in REFUSED_COMMANDS.items():
        conditions += [(call, pyseccomp.Arg(1, pyseccomp.MASKED_EQ, ARGUMENT, command)) for command in commands]
    for condition in conditions:
        with contextlib.suppress(ValueError, OSError, RuntimeError):  # a call that this architecture does not have
            rules.add_rule(refuse, *condition)
    rules.load()

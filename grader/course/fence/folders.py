"""A folder of this process for what grading needs on the disk for a moment; those of processes that were killed go.

A process holds a lock in its folder while it lives, however it ends. So a folder whose lock is free is nobody's.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

PREFIX, LOCK = "minigrad-folder-", "lock"


@contextmanager
def desk(sources: Mapping[str, str] | None = None) -> Iterator[Path]:
    """A folder that the fenced user can reach but not list, with these sources by module."""
    with tempfile.TemporaryDirectory(dir=own_folder()) as outer:
        Path(outer).chmod(0o711)
        inner = Path(outer, "desk")
        inner.mkdir()
        for module, source in (sources or {}).items():
            (inner / f"{module}.py").write_text(source, encoding="utf-8", errors="replace")
        yield inner


def own_folder() -> Path:
    return _folder_of(os.getpid())


@lru_cache
def _folder_of(owner: int) -> Path:
    sweep()
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        path.chmod(0o711)
        if _lock(path / LOCK) is not None:  # else another process has just swept it away
            break
    atexit.register(_leave, path, owner)
    return path


def _leave(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of processes that have ended."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.geteuid() or not (path / LOCK).exists():
                continue
            descriptor = _lock(path / LOCK)
            if descriptor is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(descriptor)


def _lock(path: Path) -> int | None:
    """A lock that ends with this process; None where another one has it or the file is gone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.name == "posix":
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_nlink:
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None
    return descriptor

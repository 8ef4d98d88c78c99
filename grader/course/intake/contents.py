"""The files in a stranger's folder or archive: nothing is followed, unpacked to disk or believed."""

from __future__ import annotations

import bz2
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from itertools import islice
from pathlib import Path

NAMES = 10_000  # listed
LOOKS = 200  # opened
UNPACKED = 64_000_000  # bytes in all
DIRECTORY = 4_000_000  # bytes of a zip's table of contents
ARCHIVE = re.compile(r".+\.(?:zip|tar|tgz|gz|bz2|xz|7z|rar)", re.IGNORECASE | re.DOTALL)
PACKED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}  # what is not opened, by how it begins
WINDOW = 64 * 2**20  # bytes that unpacking an .xz may take
BROKEN = "is damaged or may not be read"
NO_ARCHIVE = "is no archive of a kind that is opened (zip, tar, tar.gz, tar.bz2, tar.xz); unpack it beside it"
INNER_ARCHIVE = "is an archive in an archive in an archive and is not opened"
NAMED_LIKE_A_FILE = "is, or is in, a folder that is named like a file, and is left out"
# Never a student's own work: folders, and files that a system leaves in every folder.
NOT_WORK = {"__macosx", "__pycache__", "node_modules", "site-packages", "venv", "thumbs.db", "desktop.ini"}
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
)


class UnreadableError(Exception):
    """Why a file is not read, as the rest of a sentence that begins with its name."""


@dataclass(frozen=True)
class File:
    """A name with '/' between folders, which is only ever compared and shown, and a way to its first bytes.

    What is `unpacked` already does not count against the limit once more. Of two files, that of the later piece is the
    newer, and in one piece that of the later `time`, in seconds or as an archive tells it.
    """

    path: str
    head: Callable[[int], bytes]
    unpacked: bool = False
    piece: int = 0
    time: float = 0.0


@dataclass(frozen=True)
class Piece:
    """A folder, an archive or a file that somebody handed in, and what they had called it."""

    path: Path
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or self.path.name


class Contents:
    """What the pieces of a hand-in hold, the oldest first; `odd` are names and what is wrong with them. Close it.

    Raises OSError where there is nothing.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.files: list[File] = []
        self.odd: list[tuple[str, str]] = []
        self._left = UNPACKED
        self._names = self._looks = self._piece = 0
        self._opened = ExitStack()
        for number, piece in enumerate(pieces):
            self._piece = number
            self._open_piece(piece, f"{piece.name}/" if len(pieces) > 1 else "")

    def _open_piece(self, piece: Piece, inside: str) -> None:
        found = os.lstat(piece.path)
        if stat.S_ISDIR(found.st_mode):
            self._walk(piece.path, inside)
        elif stat.S_ISREG(found.st_mode) and ARCHIVE.fullmatch(piece.name):
            self._unpack(piece.path, inside or "")
        else:
            self._add(piece.name, partial(_head, piece.path), _what(found.st_mode), time=found.st_mtime)

    def close(self) -> None:
        self._opened.close()

    def read(self, file: File, limit: int) -> bytes:
        """All of a file. Raises UnreadableError, also when there is more than `limit`."""
        self._looks += 1
        if self._looks > LOOKS:
            raise UnreadableError(f"is left out, because {LOOKS} files were looked at before it")
        left = limit if file.unpacked else self._left
        try:
            data = file.head(min(limit, left) + 1)
        except DAMAGED:
            raise UnreadableError(BROKEN) from None
        if not file.unpacked:
            self._left = max(0, left - len(data))
        if len(data) > limit:
            raise UnreadableError(f"is larger than {limit // 1_000_000} MB and is left out")
        if len(data) > left:
            raise UnreadableError(f"is left out, because {UNPACKED // 1_000_000} MB were read before it")
        return data

    @contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            self.odd.append((path, str(error)))
        except DAMAGED:
            self.odd.append((path, BROKEN))

    def _count(self) -> None:
        self._names += 1
        if self._names > NAMES:
            raise UnreadableError(f"holds more than {NAMES} files, of which the rest are left out")

    def _add(
        self, path: str, head: Callable[[int], bytes], odd: str = "", *, unpacked: bool = False, time: float = 0.0
    ) -> None:
        """Take a file in, or what is odd about it; not if its name says that it is none of the student's."""
        parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
        if not parts or any(is_ignored(part) for part in parts):
            return
        path = "/".join(parts)
        if any(_is_source(folder) for folder in parts[:-1]):
            odd = NAMED_LIKE_A_FILE
        if odd:
            self.odd.append((path, odd))
        else:
            self.files.append(File(path, head, unpacked, self._piece, time))

    def _walk(self, top: Path, begin: str) -> None:
        pending = [(top, begin)]
        for folder, inside in pending:  # grows on the way: folder by folder, the shallowest first
            if self._names > NAMES:
                break
            with self._noting(inside or top.name), os.scandir(folder) as entries:
                names = (entry.name for entry in entries)
                for name in sorted(islice(names, NAMES + 1)):
                    self._count()
                    path, found = folder / name, os.lstat(folder / name)
                    kind = found.st_mode
                    if is_ignored(name):
                        continue
                    if stat.S_ISDIR(kind) and not _is_source(name):
                        pending.append((path, f"{inside}{name}/"))
                    elif stat.S_ISREG(kind) and ARCHIVE.fullmatch(name):
                        self._unpack(path, f"{inside}{name}/")
                    else:
                        self._add(inside + name, partial(_head, path), _what(kind), time=found.st_mtime)

    def _unpack(self, path: Path, inside: str) -> None:
        with self._noting(inside.rstrip("/") or path.name):
            self._open_archive(lambda: _open(path), partial(_head, path), inside)

    def _unpack_inner(self, head: Callable[[int], bytes], inside: str) -> None:
        """An archive in an archive, from its bytes; one in that one is not opened."""
        with self._noting(inside.rstrip("/")):
            data = head(self._left + 1)
            if len(data) > self._left:
                raise UnreadableError(f"is left out, because {UNPACKED // 1_000_000} MB were read before it")
            self._left -= len(data)
            self._open_archive(lambda: BytesIO(data), lambda size: data[:size], inside, inner=True)

    def _open_archive(
        self, file: Callable[[], RawIOBase | BytesIO], head: Callable[[int], bytes], inside: str, *, inner: bool = False
    ) -> None:
        start = head(512)
        packed = next((name for sign, name in PACKED.items() if start.startswith(sign)), "")
        unpacked = next((unpack for sign, unpack in UNPACK.items() if start.startswith(sign)), None)
        if start.startswith(b"PK"):
            bounded = self._opened.enter_context(_Bounded(file()))
            self._unzip(self._opened.enter_context(zipfile.ZipFile(bounded)), inside, inner=inner)
        elif unpacked:
            self._untar(unpacked(head(UNPACKED), self._left), inside, inner=inner)
        elif start[257:262] == b"ustar":
            self._untar(head(self._left), inside, inner=inner)
        elif packed:
            raise UnreadableError(f"is a {packed} archive, which is not opened here; unpack it beside it")
        else:
            raise UnreadableError(NO_ARCHIVE)

    def _unzip(self, archive: zipfile.ZipFile, inside: str, *, inner: bool) -> None:
        for info in archive.infolist():
            self._count()
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.is_dir() or stat.S_ISDIR(kind):
                continue
            odd, member = _what(kind or stat.S_IFREG), partial(_member, archive, info)
            if info.flag_bits & 0x1:
                odd = "is encrypted and cannot be read"
            elif info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                odd = "is compressed in a way that is not read here"
            if not odd and ARCHIVE.fullmatch(info.filename):
                self._add_inner(info.filename, member, inside, inner=inner)
            else:
                self._add(inside + info.filename, member, odd, time=_seconds(info))

    def _add_inner(self, name: str, head: Callable[[int], bytes], inside: str, *, inner: bool) -> None:
        if inner:
            self._add(inside + name, head, INNER_ARCHIVE)
        elif not any(is_ignored(part) for part in name.replace("\\", "/").split("/")):
            self._unpack_inner(head, f"{inside}{name}/")

    def _untar(self, data: bytes, inside: str, *, inner: bool) -> None:
        """Headers go to tarfile one at a time: its own loop believes sizes, and some headers make it hang."""
        self._left -= len(data)
        position, name = 0, ""
        while data[position : position + 512].strip(b"\0"):
            try:
                info = tarfile.TarInfo.frombuf(data[position : position + 512], "utf-8", "replace")
            except tarfile.HeaderError:
                raise UnreadableError(BROKEN if position else NO_ARCHIVE) from None
            if info.size < 0:
                raise UnreadableError(BROKEN)
            start, position = position + 512, position + 512 + -(-info.size // 512) * 512
            if info.type in {tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE}:
                name = _long_name(info.type, data[start : start + min(info.size, 65_536)]) or name
            elif info.type not in {tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK}:
                self._count()
                self._add_from_tar(info, name or info.name, data[start : start + info.size], inside, inner=inner)
                name = ""

    def _add_from_tar(self, info: tarfile.TarInfo, name: str, data: bytes, inside: str, *, inner: bool) -> None:
        if info.type == tarfile.DIRTYPE or name.endswith("/"):
            return
        odd = ""
        if info.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
            odd = _what(stat.S_IFLNK if info.type in {tarfile.SYMTYPE, tarfile.LNKTYPE} else 0)
        elif len(data) < info.size:
            odd = f"is cut off: the archive is damaged or holds more than {UNPACKED // 1_000_000} MB"
        if not odd and ARCHIVE.fullmatch(name):
            self._add_inner(name, lambda size: data[:size], inside, inner=inner)
        else:
            self._add(inside + name, lambda size: data[:size], odd, unpacked=True, time=info.mtime)


class _Bounded(BufferedReader):
    """A zip whose table of contents, which zipfile asks for in one piece, may not be of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > DIRECTORY:
            raise UnreadableError("has too many files in it")
        return super().read(DIRECTORY if size is None or size < 0 else size)


def _open(path: Path) -> FileIO:
    """Open a regular file and nothing else, without waiting for anybody to write to it."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = FileIO(os.open(path, flags))
    if odd := _what(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadableError(odd)
    return file


def _head(path: Path, size: int) -> bytes:
    with BufferedReader(_open(path)) as file:
        return file.read(size)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    with archive.open(info) as stream:
        return stream.read(size)


def _gunzip(packed: bytes, limit: int) -> bytes:
    """As far as it goes and no further than `limit`; what is missing then shows as a member that is cut off."""
    stream = zlib.decompressobj(31)
    data = bytearray()
    with suppress(zlib.error):
        for start in range(0, len(packed), 65_536):
            data += stream.decompress(stream.unconsumed_tail + packed[start : start + 65_536], limit - len(data) + 1)
            if stream.eof or len(data) > limit:
                break
    return bytes(memoryview(data)[:limit])


def _bunzip(packed: bytes, limit: int) -> bytes:
    with suppress(OSError, EOFError, ValueError):
        return bz2.BZ2Decompressor().decompress(packed, limit)
    return b""


def _unxz(packed: bytes, limit: int) -> bytes:
    with suppress(lzma.LZMAError, EOFError):
        return lzma.LZMADecompressor(memlimit=WINDOW).decompress(packed, limit)
    return b""


UNPACK: dict[bytes, Callable[[bytes, int], bytes]] = {b"\x1f\x8b": _gunzip, b"BZh": _bunzip, b"\xfd7zXZ\x00": _unxz}


def _seconds(info: zipfile.ZipInfo) -> float:
    """When a member of a zip was changed, by the clock of whoever packed it; 0 where that is no time."""
    try:
        return datetime(*info.date_time, tzinfo=timezone.utc).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _long_name(kind: bytes, body: bytes) -> str:
    """The name that did not fit into a tar's header, from the member before it."""
    if kind == tarfile.XHDTYPE:
        record = re.search(rb"(?:^|\n)[0-9]{1,5} path=([^\n]*)\n", body)
        body = record[1] if record else b""
    return body.rstrip(b"\0").decode("utf-8", "replace")


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is none of a student's own work."""
    return name.startswith(".") or name.lower() in NOT_WORK


def _is_source(name: str) -> bool:
    return name.lower().endswith((".py", ".ipynb"))


def _what(kind: int) -> str:
    """What is wrong with a file of this mode, '' for a regular one."""
    if stat.S_ISREG(kind):
        return ""
    if stat.S_ISDIR(kind):
        return NAMED_LIKE_A_FILE
    return f"is {'a link' if stat.S_ISLNK(kind) else 'no regular file'} and is not followed"

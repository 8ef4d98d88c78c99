"""Bytes that somebody's editor wrote, as text."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

COOKIE = re.compile(r"([ \t\f]*#[^\n]*?coding[:=][ \t]*)(?!utf-?8\b)[-\w.]+", re.IGNORECASE)
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def decode(data: bytes) -> tuple[str, list[str]]:
    """Text with plain line ends, and what is odd about it: the rest of sentences that begin with the file's name.

    What Python itself runs is not odd. A coding cookie is made to say UTF-8, since the text will be written so.
    """
    mark = next((mark for mark in WIDE if data.startswith(mark)), b"")
    wide = WIDE[mark] if mark else _wide_without_mark(data[:200])
    odd = [f"is {wide.upper()}, which Python does not run, but is read anyway"] if wide else []
    try:
        text = data.removeprefix(mark).decode(wide or _encoding(data))
    except UnicodeError as error:
        if wide and isinstance(error, UnicodeDecodeError):
            odd.append("cannot be decoded to its end and is read as far as it can")
            text = data.removeprefix(mark)[: error.start].decode(wide)
        else:
            odd.append("is not UTF-8 and is read as Latin-1")
            text = data.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, null, _ = text.partition("\0")
    if null:
        odd.append(f"has a null byte in line {text.count(chr(10)) + 1} and is read up to there")
    lines = text.split("\n", 2)
    lines[:2] = [COOKIE.sub(r"\1utf-8", line) if COOKIE.match(line) else line for line in lines[:2]]
    return "\n".join(lines), odd


def _encoding(data: bytes) -> str:
    """What Python reads these bytes as: by their mark, by a coding cookie in the first two lines, else UTF-8.

    A cookie that Python would refuse is none.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        codecs.lookup(encoding)
        b"x".decode(encoding)  # some codecs turn bytes into bytes
    except (SyntaxError, LookupError, ValueError):
        return "utf-8-sig"
    return encoding


def _wide_without_mark(start: bytes) -> str:
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even == odd or 3 * (even + odd) < len(start):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"

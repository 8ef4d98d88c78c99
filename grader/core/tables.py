"""A CSV file as a school's system or a spreadsheet writes it, read and written whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.core.errors import KataError

BOM = "\ufeff"
UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}  # what some spreadsheets and Blackboard write
LARGEST = 10_000_000  # characters of a cell; a Moodle worksheet holds whole texts
# What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), also after space that it may skip; and
# whatever separates cells in some country before such a start.
START = r"[\s\x00-\x1f\u200b\ufeff\"]*[=+\-@＝＋－＠]"
FORMULA = re.compile(rf"{START}|[\t\r\n]")
SEPARATOR = re.compile(rf"[,;|\t\r\n](?={START})")


class Quoted(csv.excel):
    """Every cell in quotation marks."""

    quoting = csv.QUOTE_ALL


class SheetError(KataError):
    """What is wrong with a CSV file, as a sentence that names it."""


@dataclass(frozen=True)
class Sheet:
    """Headings, rows that are at least as long, and how the file was written."""

    path: Path
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    bom: bool = False
    encoding: str = "utf-8"

    def column(self, *names: str) -> int | None:
        """The place of the first of these headings that is there; case, '-' and '_' do not matter."""
        return next((self._places[name] for name in names if name in self._places), None)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {simple(heading): place for place, heading in reversed(list(enumerate(self.headings)))}


def simple(heading: str) -> str:
    """'E-mail_Address ' as 'e mail address'."""
    return " ".join(re.sub("[-_]", " ", heading.casefold()).split())


def read_sheet(path: Path) -> Sheet:
    """Read comma, semicolon or tab separated UTF-8, or UTF-16 with a byte-order mark. Raises SheetError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read ({error.strerror}); give a CSV file.") from None
    encoding = next((name for mark, name in UTF_16.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise SheetError(f"{path} is not {encoding[:6].upper()}; save it as 'CSV UTF-8'.") from None
    bom, text = text.startswith(BOM), text.removeprefix(BOM)
    first = re.sub('"[^"]*"', "", text.split("\n", 1)[0])
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise SheetError(f"{path}, line {reader.line_num}, is not CSV ({error}); export it again.") from None
    if not rows:
        raise SheetError(f"{path} is empty; its first line must name the columns.")
    width = len(rows[0])
    full = tuple(tuple(row) + ("",) * (width - len(row)) for row in rows[1:])
    return Sheet(path, tuple(rows[0]), full, delimiter, bom, encoding)


def write_sheet(
    path: Path,
    rows: Iterable[Sequence[str]],
    delimiter: str = ",",
    *,
    bom: bool = False,
    encoding: str = "utf-8",
    quoted: bool = False,
) -> list[int]:
    """Write a whole file or leave the old one. Returns the numbers of the rows in which a formula was made text."""
    text, changed = sheet_text(rows, delimiter, quoted=quoted)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes((BOM * bom + text).encode(encoding, errors="replace"))
    partial.replace(path)
    return changed


def sheet_text(rows: Iterable[Sequence[str]], delimiter: str = ",", *, quoted: bool = False) -> tuple[str, list[int]]:
    """The file's text, and the numbers of the rows in which a formula was made text."""
    changed: list[int] = []
    file = io.StringIO(newline="")
    dialect: type[csv.Dialect] = Quoted if quoted else csv.excel
    writer = csv.writer(file, dialect, delimiter=delimiter, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        safe = [harmless(cell) for cell in row]
        if safe != list(row):
            changed.append(number)
        writer.writerow(safe)
    return file.getvalue(), changed


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever separates its cells.

    A lone '-', with which Moodle fills empty cells, is none.
    """
    if cell.strip() == "-":
        return cell
    return "'" * bool(FORMULA.match(cell)) + SEPARATOR.sub(r"\g<0>'", cell)

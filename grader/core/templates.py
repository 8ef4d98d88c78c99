"""The texts that a function puts together from constant parts and values, by an f-string, by % or by format."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.core.source import all_parts

PERCENT = re.compile(r"%([-+ #0-9.]*[a-z])")
BRACES = re.compile(r"\{([^{}]*)\}")
DECIMALS = re.compile(r"[^.]*\.(\d)f")
MOST, VALUES = 20, 4  # of what somebody may have written so much that it takes long: texts, and values in one


@dataclass(frozen=True)
class Template:
    """Constant parts, and between each two of them the format of a value, as in '.4f'."""

    parts: tuple[str, ...]
    formats: tuple[str, ...]

    def with_its_blanks(self, wanted: str) -> str | None:
        """What it makes of the values in a wanted text; None where that differs in more than its blanks."""
        pattern = re.escape(_closed_up(self.parts[0]))
        for part, format_ in zip(self.parts[1:], self.formats, strict=True):
            decimals = DECIMALS.fullmatch(format_)
            value = rf"-?\d+\.\d{{{decimals[1]}}}" if decimals else "[^.]*?"
            pattern += f"({value}){re.escape(_closed_up(part))}"
        found = re.fullmatch(pattern, _closed_up(wanted))
        made = zip(self.parts, (*found.groups(), ""), strict=True) if found else None
        return "".join(part + value for part, value in made) if made else None


def templates(node: ast.AST) -> list[Template]:
    """Those in a function, up to a number."""
    found = (made for part in all_parts(node) if (made := _template(part)) and 0 < len(made.formats) <= VALUES)
    return [made for made, _ in zip(found, range(MOST), strict=False)]


def _template(node: ast.AST) -> Template | None:
    if isinstance(node, ast.JoinedStr):
        return _alternating(list(_of_joined(node)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and (text := _constant(node.left)):
        return _alternating(PERCENT.split(text))
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr == "format" and (text := _constant(called.value)):
        parts = BRACES.split(text.replace("{{", "\0").replace("}}", "\1"))
        return _alternating([part.replace("\0", "{").replace("\1", "}") for part in parts])
    return None


def _alternating(texts: list[str]) -> Template:
    """Of a part, a format, a part and so on."""
    return Template(tuple(texts[::2]), tuple(texts[1::2]))


def _of_joined(node: ast.JoinedStr) -> Iterator[str]:
    part = ""
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            yield part
            yield "".join(map(_constant, getattr(value.format_spec, "values", ())))
            part = ""
        else:
            part += _constant(value)
    yield part


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _closed_up(text: str) -> str:
    return "".join(text.split())

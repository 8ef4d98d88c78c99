"""Numbers as school systems write them, and marks in the numbers that they take."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from grader.core.tables import SheetError
from grader.course.platforms.gradebooks.records import Entry, Ledger

HUNDREDTH = Decimal("0.01")
NUMBER = re.compile(
    r"(?:(?P<whole>[0-9]{1,12})|(?P<grouped>[0-9]{1,3}(?:(?P<sign>[.,'’])[0-9]{3})(?:(?P=sign)[0-9]{3})*))"
    r"(?:(?!(?P=sign))[.,](?P<part>[0-9]+))?"
)
SPACE = re.compile(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))")
THOUSAND_OR_ONE = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
COMMA = re.compile(r",[0-9]{1,2}\s*$|,[0-9]{4,}\s*$")


def number(cell: str) -> Decimal | None:
    """A number above 0, with a point or a comma and with signs between thousands; None for what is none or not clear.

    '1,000' is a thousand in one country and one in another.
    """
    match = NUMBER.fullmatch(SPACE.sub("", cell.strip()))
    if not match or THOUSAND_OR_ONE.fullmatch(match[0]):
        return None
    whole = re.sub("[.,'’]", "", match["grouped"] or match["whole"])
    value = Decimal(f"{whole}.{match['part'] or 0}")
    return value if value > 0 else None


def maximum(cell: str, name: str, heading: str, where: object) -> Decimal:
    """What a column says that it is out of. Raises SheetError where that is not a clear number."""
    value = number(cell)
    if value is None:
        raise SheetError(
            f"{where}: {name} {cell!r} in {heading!r} is not a clear number above 0; "
            "write it without signs between thousands, such as 1000."
        )
    return value


def has_comma(cell: str) -> bool:
    """Whether a number is written with a decimal comma."""
    return bool(COMMA.search(cell))


def points(value: Decimal | None) -> str:
    """Without zeros at the end and without an exponent; empty where there is none."""
    return "" if value is None else f"{value.normalize():f}"


def scaled(entry: Entry, ledger: Ledger, maximum: Decimal, *, comma: bool = False) -> str:
    """The mark out of another maximum, which rounding does not exceed; empty where there is none."""
    if entry.mark is None:
        return ""
    share = entry.mark / ledger.maximum if ledger.maximum else Decimal(0)
    mark = (share * maximum).quantize(HUNDREDTH, ROUND_HALF_UP)
    text = str(mark if mark <= maximum else maximum.quantize(HUNDREDTH, ROUND_DOWN))
    return text.replace(".", ",") if comma else text

"""When something was handed in, from the words in which a school's system says it."""

from __future__ import annotations

import re
from datetime import datetime, timezone, tzinfo
from zoneinfo import ZoneInfo

ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<part>\d{1,9}))?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?"
)
# Moodle's long date in English: 'Friday, 20 November 2026, 11:59 PM', the day before or after the month.
LONG = re.compile(
    r"[A-Z][a-z]+, (?:(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]+)|(?P<month2>[A-Z][a-z]+) (?P<day2>\d{1,2}),?) "
    r"(?P<year>\d{4}),? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(text: str, zone: tzinfo) -> datetime:
    """ISO 8601, nbgrader's '2026-11-20 22:59:00.5 UTC', or Moodle's English long date; `zone` is that of a bare time.

    Raises ValueError.
    """
    text = " ".join(text.split())
    if match := ISO.fullmatch(text):
        stamp = datetime.fromisoformat(f"{match['day']} {match['time']}")
        fraction = int((match["part"] or "0").ljust(6, "0")[:6])
        found = stamp.replace(microsecond=fraction, tzinfo=_zone(match["zone"], zone))
    elif match := LONG.fullmatch(text):
        day, month = int(match["day"] or match["day2"]), MONTHS.index(match["month"] or match["month2"]) + 1
        found = datetime(int(match["year"]), month, day, _hour(match), int(match["minute"]), tzinfo=zone)
    else:
        raise ValueError(f"{text!r} is not a time")
    if not 2000 <= found.year <= 2100:
        raise ValueError(f"{text!r} is not between the years 2000 and 2100")
    return found


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if not match["half"]:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} {match['half']}m is not an hour")
    return hour % 12 + (12 if match["half"] in "Pp" else 0)


def _zone(name: str | None, zone: tzinfo) -> tzinfo:
    if name is None:
        return zone
    if name in {"Z", "UTC", "GMT"}:
        return timezone.utc
    if name[0] in "+-":
        offset = datetime.strptime(name.replace(":", ""), "%z").tzinfo
        return offset or timezone.utc
    try:
        return ZoneInfo(name)
    except (OSError, KeyError):
        raise ValueError(name) from None

"""Reads course.toml: what a course is called, what it grades, when that is due, and what late work costs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.course.fence.worker import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COURSE = Path("course.toml")
ADJUSTMENTS = "adjustments.csv"  # beside it
NONE, ZERO = "none", "zero"
NUMBER = (int, Decimal)
MOMENT = "2027-01-29T23:59:59"
RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")


class ConfigError(KataError):
    """A mistake in course.toml, as a sentence that says where it is and what to write."""


@dataclass(frozen=True)
class Late:
    """What late work costs: a percentage of its marks for each day begun after the grace days, `cap` at most."""

    percent_per_day: Decimal = Decimal(0)
    grace_days: int = 0
    cap: Decimal = Decimal(100)


@dataclass(frozen=True)
class Settings:
    """All of course.toml. `deadlines` has the exercises that are due some time, each with a moment in a time zone."""

    title: str = "The minigrad kata"
    exercises: tuple[int, ...] = field(default_factory=lambda: tuple(read_catalogue()))
    time_zone: tzinfo = timezone.utc
    deadlines: Mapping[int, datetime] = field(default_factory=dict)
    late: Late = field(default_factory=Late)
    roster: Path | None = None
    similarity: bool = False
    catch: bool = False
    carried_forward: Decimal = Decimal(100)  # percent of its marks for work that is right on the solutions alone
    limits: Limits = field(default_factory=Limits)
    missing: str = NONE  # the mark of whoever handed in nothing: none, or "zero"
    unreadable: str = NONE  # and of whoever handed in what nobody can read
    drop_lowest: int = 0  # exercises, those with the least share of their points, that do not count
    adjustments: Path | None = None


def read_settings(path: Path = COURSE) -> Settings:
    """What the file says, and the defaults where it or a key is missing. Raises ConfigError."""
    beside = path.parent / ADJUSTMENTS if (path.parent / ADJUSTMENTS).exists() else None
    if not path.exists():
        return Settings(adjustments=beside)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    table = _Table(content, str(path), "")
    chosen = tuple(read_catalogue())
    zone = table.take("time_zone", (str,), '"Europe/Berlin"', _zone, timezone.utc)
    settings = Settings(
        title=table.take("title", (str,), '"The minigrad kata"', _line, Settings.title),
        exercises=table.take("exercises", (str,), '"all" or "1-5"', lambda text: selection(text, chosen), chosen),
        time_zone=zone,
        deadlines=_deadlines(table, zone, chosen),
        late=_late(table.sub("late")),
        roster=table.take("roster", (str,), '"roster.csv"', lambda name: path.parent / _line(name), None),
        similarity=table.take("similarity", (bool,), "false", bool, default=False),
        catch=table.take("catch", (bool,), "false", bool, default=False),
        carried_forward=table.take("carried_forward", NUMBER, "100", _percent, Settings.carried_forward),
        limits=_limits(table.sub("limits")),
        missing=table.take("missing", (str,), '"none" or "zero"', _none_or_zero, NONE),
        unreadable=table.take("unreadable", (str,), '"none" or "zero"', _none_or_zero, NONE),
        drop_lowest=table.take("drop_lowest", (int,), "1", _dropped, 0),
        adjustments=table.take("adjustments", (str,), f'"{ADJUSTMENTS}"', lambda n: path.parent / _line(n), beside),
    )
    table.end()
    return settings


def selection(text: str, known: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers that '1-3, 5' or 'all' names, in order. Raises ValueError with the end of a sentence."""
    if text.strip() == "all":
        return known
    chosen: set[int] = set()
    for part in text.split(","):
        match = RANGE.fullmatch(part.strip())
        if not match:
            raise ValueError("is not a list of exercises")
        numbers = range(int(match[1]), int(match[2] or match[1]) + 1)
        if not numbers or not set(numbers) <= set(known):
            raise ValueError(f"names other exercises than {known[0]} to {known[-1]}")
        chosen.update(numbers)
    return tuple(sorted(chosen))


class _Table:
    """A table of the file, from which known keys are taken; what is left in the end is a mistake."""

    def __init__(self, content: Mapping[str, Any], file: str, name: str) -> None:
        self.content, self.file, self.name = dict(content), file, name
        self.known: list[str] = []

    def take(self, key: str, kinds: tuple[type, ...], example: str, convert: Callable[[Any], Any], default: Any) -> Any:
        """The value of a key, converted; a ValueError of `convert` is the end of the sentence about it."""
        self.known.append(key)
        if key not in self.content:
            return default
        value = self.content.pop(key)
        try:
            if type(value) not in kinds:
                raise ValueError("is of the wrong kind")  # noqa: TRY301 - one sentence for both
            return convert(value)
        except ValueError as error:
            shown = self._shown(value)
            raise ConfigError(f"{self._where(key)} = {shown} {error}; write {key} = {example}.") from None

    def sub(self, key: str) -> _Table:
        self.known.append(key)
        content = self.content.pop(key, {})
        if not isinstance(content, dict):
            raise ConfigError(
                f"{self._where(key)} = {self._shown(content)} is not a table; write [{key}] above its keys."
            )
        return _Table(content, self.file, key)

    def end(self) -> None:
        for key in self.content:
            where = f"[{self.name}]" if self.name else "the file"
            raise ConfigError(f"{self._where(key)} is not known; {where} may have {', '.join(self.known)}.")

    def _where(self, key: str) -> str:
        return f"{self.file}: {self.name}.{key}" if self.name else f"{self.file}: {key}"

    @staticmethod
    def _shown(value: object) -> str:
        """As TOML has it, near enough, and on one line."""
        return json.dumps(value, ensure_ascii=False, default=str)


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("is not one line of text")
    return text


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return timezone.utc  # also where no data on zones is installed
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # which of them depends on how the name is wrong
        raise ValueError("is not a time zone that is known here") from None


def _percent(value: Decimal | int) -> Decimal:
    if not Decimal(value).is_finite() or not 0 <= value <= 100:
        raise ValueError("is not between 0 and 100")
    return Decimal(value)


def _none_or_zero(text: str) -> str:
    if text not in {NONE, ZERO}:
        raise ValueError("is neither of the two")
    return text


def _dropped(value: int) -> int:
    if not 0 <= value <= 10:
        raise ValueError("is not between 0 and 10")
    return value


def _days(value: int) -> int:
    if not 0 <= value <= 1000:
        raise ValueError("is not between 0 and 1000")
    return value


def _limits(table: _Table) -> Limits:
    megabyte = 2**20
    limits = Limits(
        cpu_seconds=table.take("cpu_seconds", NUMBER, "2", _seconds, Limits.cpu_seconds),
        wall_seconds=table.take("wall_seconds", NUMBER, "5", _seconds, Limits.wall_seconds),
        memory=table.take("memory_mb", (int,), "512", _megabytes, Limits.memory // megabyte) * megabyte,
        submission_seconds=table.take("submission_seconds", NUMBER, "60", _seconds_in_all, Limits.submission_seconds),
    )
    table.end()
    return limits


def _seconds(value: Decimal | int) -> float:
    if not Decimal(value).is_finite() or not 0.1 <= value <= 600:
        raise ValueError("is not between 0.1 and 600")
    return float(value)


def _seconds_in_all(value: Decimal | int) -> float:
    if not Decimal(value).is_finite() or not 1 <= value <= 36_000:
        raise ValueError("is not between 1 and 36000")
    return float(value)


def _megabytes(value: int) -> int:
    if not 256 <= value <= 65_536:
        raise ValueError("is not between 256 and 65536")
    return value


def _late(table: _Table) -> Late:
    late = Late(
        percent_per_day=table.take("percent_per_day", NUMBER, "10", _percent, Late.percent_per_day),
        grace_days=table.take("grace_days", (int,), "2", _days, Late.grace_days),
        cap=table.take("cap", NUMBER, "50", _percent, Late.cap),
    )
    table.end()
    return late


def _deadlines(table: _Table, zone: tzinfo, known: tuple[int, ...]) -> dict[int, datetime]:
    """By exercise: its own, else the one for all."""

    def moment(value: datetime) -> datetime:
        if not 2000 <= value.year <= 2100:
            raise ValueError("is not between the years 2000 and 2100")
        return value if value.tzinfo else value.replace(tzinfo=zone)

    common = table.take("deadline", (datetime,), MOMENT, moment, None)
    own: dict[int, datetime] = {}
    single = table.sub("deadlines")
    for key in list(single.content):
        due = single.take(key, (datetime,), MOMENT, moment, None)
        try:
            numbers = selection(key, known)
        except ValueError as error:
            raise ConfigError(f"{table.file}: deadlines.{key} {error}; write 4 = {MOMENT} or 1-3 = {MOMENT}.") from None
        twice = [number for number in numbers if number in own]
        if twice:
            raise ConfigError(f"{table.file}: deadlines.{key} is the second deadline of exercise {twice[0]}; keep one.")
        own.update(dict.fromkeys(numbers, due))
    deadlines = {number: own.get(number, common) for number in known}
    return {number: due for number, due in deadlines.items() if due}

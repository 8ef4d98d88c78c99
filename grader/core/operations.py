"""The names of operations as people mean them: "add", " + " and "plus" are "+", and "pow 2" is "**2"."""

from __future__ import annotations

import re
from functools import lru_cache

METHODS = {"+": "__add__", "*": "__mul__", "**": "__pow__"}  # of the others the name is that of the method
SYNONYMS = {
    "+": ("add", "plus", "sum", "addition"),
    "*": ("mul", "times", "multiply", "multiplication", "product", "prod", "mult"),
    "exp": ("e**", "exponential"),
    "log": ("ln", "logarithm"),
    "tanh": (),
    "relu": ("max", "rectifier"),
    "sigmoid": ("sig", "sigm", "logistic"),
}
MEANT = {name: operation for operation, names in SYNONYMS.items() for name in (operation, *names)}
POWER = re.compile(r"(?:\*\*|\^|power|pow)[\s(:,=_-]*?(-?[0-9.]+(?:e-?[0-9]+)?)?\)?")
LONGEST = 20  # characters of a name


def as_meant(value: object) -> object:
    """A value with every name of an operation in it as the lessons spell it."""
    if isinstance(value, list):
        return [as_meant(item) for item in value]
    return operation(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def operation(name: str) -> str:
    """The operation that a name means, or the name where it means none."""
    plain = "".join(name.casefold().split()).strip("_")
    if not plain.isascii() or len(name) > LONGEST:
        return name
    power = POWER.fullmatch(plain)
    if power is None:
        return MEANT.get(plain, name)
    try:
        return f"**{float(power[1]):g}" if power[1] else "**"
    except ValueError:
        return name


def spellings(expected: object, got: object) -> tuple[tuple[str, str], ...]:
    """The names in two values that mean the same and are spelled otherwise, as expected and as given."""
    if isinstance(expected, list) and isinstance(got, list):
        pairs = zip(expected, got, strict=False)
        return tuple(dict.fromkeys(pair for each in pairs for pair in spellings(*each)))
    if isinstance(expected, str) and isinstance(got, str) and expected != got and operation(expected) == operation(got):
        return ((expected, got),)
    return ()


def method(name: str) -> str:
    """The method of Value that makes such a result."""
    meant = operation(name)
    return METHODS.get("**" if meant.startswith("**") else meant, meant)

"""One file for each system that a school may have. A new one is known by lying here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from grader.course.platforms.gradebooks.system import System


def gradebooks() -> dict[str, System]:
    """Those that take marks, by the name that FORMAT= has for each."""
    return {name: system for name, system in systems().items() if system.make}


@cache
def systems() -> dict[str, System]:
    """Every system by its name."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[System] = [module.SYSTEM for module in modules]
    return {system.name: system for system in sorted(found, key=lambda system: system.name)}

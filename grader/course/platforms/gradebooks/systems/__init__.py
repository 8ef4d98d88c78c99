"""One file for each system that a school may have. A new one is known by lying here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from grader.course.platforms.gradebooks.system import System


def systems() -> dict[str, System]:
    """Every system, by the name that FORMAT= has for it."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[System] = [module.SYSTEM for module in modules]
    return {system.name: system for system in sorted(found, key=lambda system: system.name)}

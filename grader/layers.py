"""What a layer of pyproject.toml asks for and what of it is installed; run by the environment's own Python.

Stands on the standard library and on the copies that pip carries, since nothing else is there when it is first asked.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, PathDistribution, distribution
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    from pip._vendor import tomli as tomllib


def main(question: str, project: str, layer: str) -> None:
    """Answer environment.py, a line each."""
    if question == "forget-broken":
        forget_broken(Path(sysconfig.get_path("purelib")))
        return
    wanted = requirements(Path(project), layer)
    print("\n".join(wanted if question == "requirements" else distributions(wanted)))


def requirements(project: Path, layer: str) -> list[str]:
    """What the learner's layer and this one name, as it is written."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    return [*table["dependencies"], *table["optional-dependencies"].get(layer, [])]


def distributions(wanted: list[str]) -> list[str]:
    """The .dist-info folder of everything that is needed, or ! and the name of what is not here, whole, as asked."""
    todo = [(Requirement(line), "") for line in wanted]
    found: dict[tuple[str, str], str] = {}
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for asked in ("", *requirement.extras):
            if (requirement.name, asked) not in found:
                here = _installed(requirement)
                found[requirement.name, asked] = _folder(here) if here else f"!{requirement.name}"
                todo += [(Requirement(line), asked) for line in (here and here.requires) or ()]
    return sorted(set(found.values()))


def _installed(requirement: Requirement) -> Distribution | None:
    try:
        here = distribution(requirement.name)
    except PackageNotFoundError:
        return None
    right = requirement.specifier.contains(here.version, prereleases=True)
    return here if right and is_whole(here) else None


def is_whole(here: Distribution) -> bool:
    """Whether every module is there that pip wrote; its list of them comes last. Bytecode and notes may come and go."""
    files = here.files or []
    ours = [file for file in files if file.suffix != ".pyc" and not file.parts[0].endswith(".dist-info")]
    return bool(files) and all(Path(str(file.locate())).exists() for file in ours)


def _folder(here: Distribution) -> str:
    return next(file.parts[0] for file in here.files or () if file.parts[0].endswith(".dist-info"))


def forget_broken(packages: Path) -> None:
    """Have pip install again what a run that was interrupted left half installed, and would pass for installed."""
    for folder in packages.glob("*.dist-info"):
        if not is_whole(PathDistribution(folder)):
            shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])

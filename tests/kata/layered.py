"""Environments that have some layers of pyproject.toml and nothing else, made in a second and without a network.

What a layer asks for, and what that asks for in turn, is linked out of the environment in which the tests run. To
Python, to the fence and to grader/environment.py it is one that pip made; what the layer does not name is not there to
help out, and neither is pip.
"""

import os
import sys
import sysconfig
import venv
from collections import defaultdict
from functools import cache
from importlib.metadata import PathDistribution
from pathlib import Path

from grader import environment

PACKAGES = Path(sysconfig.get_path("purelib"))
COMMAND = "#!{python}\nimport sys\nfrom {module} import {attr}\nsys.exit({attr}())\n"


def make_environment(folder, names):
    """An environment in a folder with these layers, stamped as environment.py stamps it."""
    venv.EnvBuilder(symlinks=True).create(folder)
    stamp = {name: [environment.digest(), *needed(name)] for name in names}
    for name in {name for line in stamp.values() for name in line[1:]}:
        _link(name, folder)
    stamp["python"] = [".".join(map(str, sys.version_info[:2])), *environment.identity(str(folder))]
    environment.write_stamp(str(folder), stamp)


@cache
def needed(layer):
    """The .dist-info folders of all that a layer needs; all of it has to be here."""
    found = environment.ask_inside(sys.prefix, "distributions", layer)
    assert not [line for line in found if line.startswith("!")], found
    return found


def _link(name, folder):
    """A folder that is this distribution's alone is one link; where others have files, too, each file is one."""
    packages = next(folder.glob("lib/python*/site-packages"))
    alone = {top for top, owners in _owners().items() if owners == {name}}
    for path in {path.partition("/")[0] if path.partition("/")[0] in alone else path for path in _files()[name]}:
        target = Path(os.path.normpath(packages / path))
        if target.parent != folder / "bin" and (PACKAGES / path).exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(PACKAGES / path)
    for entry in PathDistribution(PACKAGES / name).entry_points.select(group="console_scripts"):
        path = folder / "bin" / entry.name
        text = COMMAND.format(python=folder / "bin/python", module=entry.module, attr=entry.attr)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


@cache
def _files():
    """What each distribution has put where, by pip's list of it."""
    return {
        record.parent.name: [line.rsplit(",", 2)[0] for line in record.read_text(encoding="utf-8").splitlines()]
        for record in PACKAGES.glob("*.dist-info/RECORD")
    }


@cache
def _owners():
    """Whose files are in each folder beside the packages."""
    owners = defaultdict(set)
    for name, paths in _files().items():
        for top in {path.partition("/")[0] for path in paths} - {".."}:
            owners[top].add(name)
    return owners

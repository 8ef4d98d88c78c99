"""The pictures of README and docs and the walkthroughs: what each is made of, and which are stale.

Pixels differ from machine to machine. So what is compared is a digest of the sources and of the picture itself, stored
when it is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grader.core.errors import KataError
from grader.core.files import write_text
from grader.course.authoring.digest import digest
from minigrad_reference.drawing.stepper import SCRIPTS

IMAGES, NOTEBOOKS = Path("docs/images"), Path("notebooks")
MADE_OF = IMAGES / "made_of.json"
MAKERS = {IMAGES: "docs/images/make_images.py", NOTEBOOKS: "notebooks/refresh.py"}

ENGINE = ("minigrad_reference/*.py",)
DRAWING = "minigrad_reference/drawing/"
GRAPHS = tuple(DRAWING + name for name in ("graph.py", "network.py", "palette.py", "render.py", "text.py", "walk.py"))
PLOTS = tuple(DRAWING + name for name in ("film.py", "palette.py", "plots.py"))
DATA = ("grader/learner/data/*.csv",)
LEARNER = ("grader/learner/explain.py", "grader/learner/explanation.py", "grader/learner/picture.py")
EXPLAIN = (
    *LEARNER,
    *GRAPHS,
    "solutions/*.py",
    "grader/course/bank/misconceptions/ex04.toml",
    "tests/public/sketches.json",
)
PLAYED = (
    "content.py",
    "difference.py",
    "lanes.py",
    "operations.py",
    "page.py",
    "palette.py",
    "play.py",
    "shares.py",
    "text.py",
    "walk.py",
)
STEPPER = tuple(DRAWING + name for name in (*PLAYED, "stepper.*", *(f"{script}.js" for script in SCRIPTS)))
PAGE = (*STEPPER, "grader/learner/stepping.py", "grader/learner/expression.py")
CLASS = (
    "docs/images/made_up_class.py",
    "grader/course/pages/*.py",
    "grader/course/pages/templates/*",
    DRAWING + "palette.py",
)
WALKTHROUGH = ("notebooks/workbench.py", "grader/learner/engines.py", *ENGINE, *PLOTS)
LANGUAGE = (
    *(f"grader/learner/{name}.py" for name in ("attending", "namelists", "names")),
    "grader/learner/data/names.txt",
    DRAWING + "letters.py",
)

SOURCES = {
    "docs/images/expression.svg": (*ENGINE, *GRAPHS),
    "docs/images/weighted_sum.svg": (*ENGINE, *GRAPHS),
    "docs/images/weighted_sum_expanded.svg": (*ENGINE, *GRAPHS),
    "docs/images/decision_boundary.png": (*ENGINE, *PLOTS, *DATA),
    "docs/images/training.gif": (*ENGINE, *PLOTS, *DATA),
    "docs/images/explain.svg": EXPLAIN,
    "docs/images/explain.png": EXPLAIN,
    "docs/images/class.png": CLASS,
    "docs/images/step_forward.png": PAGE,
    "docs/images/step_backward.png": PAGE,
    "docs/images/step_difference.png": (*PAGE, *EXPLAIN),
    "notebooks/from_scratch.ipynb": ("notebooks/from_scratch.py", *WALKTHROUGH, *GRAPHS, *STEPPER),
    "notebooks/two_moons.ipynb": ("notebooks/two_moons.py", *WALKTHROUGH, *DATA),
    "notebooks/names.ipynb": ("notebooks/names.py", *WALKTHROUGH, *LANGUAGE),
}


def stale_pictures() -> Iterator[str]:
    """The pictures and walkthroughs that were not made from what their sources are now."""
    known = _recorded()
    yield from (path for path in SOURCES if known.get(path) != _digest(path))


def record(folder: Path) -> None:
    """Remember that everything listed in this folder has just been made. Raises KataError where something was not."""
    made = [path for path in SOURCES if Path(path).parent == folder]
    missing = [path for path in made if not Path(path).exists()]
    if missing:
        raise KataError(f"{', '.join(missing)} is listed in grader/course/authoring/freshness.py but nothing makes it.")
    known = {**_recorded(), **{path: _digest(path) for path in made}}
    write_text(MADE_OF, json.dumps(known, indent=1, sort_keys=True) + "\n")


def _digest(path: str) -> str:
    return digest(path, MAKERS[Path(path).parent], *SOURCES[path])


def _recorded() -> dict[str, str]:
    try:
        return dict(json.loads(MADE_OF.read_text(encoding="utf-8")))
    except OSError:
        return {}

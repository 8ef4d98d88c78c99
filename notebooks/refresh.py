"""`make notebooks`: runs each walkthrough in a fresh kernel and writes the .ipynb beside its .py."""

import os
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grader.core.files import write_text
from grader.course.authoring.freshness import NOTEBOOKS, SOURCES, record

METADATA = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SECONDS = 300  # that a cell may take
QUIET = ["--log-level=ERROR"]  # no warning of a kernel that only this machine can reach


def executed(source: Path, **variables: str) -> nbformat.NotebookNode:
    """The walkthrough with its outputs, and with nothing in it that tells of the machine or the time.

    `variables` are the kernel's own: ENGINE, EPOCHS. Raises CellExecutionError where a cell does.
    """
    notebook = jupytext.read(source)
    notebook.metadata = METADATA
    for place, cell in enumerate(notebook.cells, 1):
        cell.id, cell.metadata = f"{source.stem}-{place}", {}
    clean = {name: value for name, value in os.environ.items() if name not in ("ENGINE", "EPOCHS")}
    where = {"metadata": {"path": str(source.parent)}}
    client = NotebookClient(
        notebook, timeout=SECONDS, record_timing=False, coalesce_streams=True, resources=where, extra_arguments=QUIET
    )
    client.execute(env={**clean, **variables})
    notebook.metadata = METADATA  # the kernel has added its version
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if len(output.get("data", ())) > 1:
            output.data.pop("text/plain", None)  # of a picture it only says that there is one
    return notebook


def main() -> None:
    """Refresh every walkthrough."""
    for target in (Path(path) for path in SOURCES if Path(path).parent == NOTEBOOKS):
        print(f"Running {target} …", flush=True)
        try:
            notebook = executed(target.with_suffix(".py"))
        except CellExecutionError as error:
            raise SystemExit(f"{target} stops with {error.ename}: {error.evalue}; mend the .py beside it.") from None
        write_text(target, nbformat.writes(notebook) + "\n")
    record(NOTEBOOKS)


if __name__ == "__main__":
    main()

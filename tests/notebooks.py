"""Runs notebooks and keeps their pictures, and no other output: `make notebooks`, `python -m tests.notebooks 01 03`."""

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PNG = "image/png"
MOST_BYTES = 300_000


def read(path: Path) -> Any:
    """The notebook of a file."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def run(notebook: Any, folder: Path) -> Any:
    """The notebook, run from the top in a new process with this working folder. Raises CellExecutionError."""
    return NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def code(notebook: Any) -> list[Any]:
    """Its cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def pictures(cell: Any) -> Iterator[bytes]:
    """The PNGs that a cell shows."""
    return (base64.b64decode(o.data[PNG]) for o in cell.outputs if PNG in o.get("data", {}))


def keep_pictures(notebook: Any) -> None:
    """Takes away all that a run leaves in a notebook but its pictures: texts, counts, times, versions, paths."""
    notebook.metadata = {name: notebook.metadata[name] for name in ("kernelspec", "language_info")}
    notebook.metadata.language_info.pop("version", None)
    for cell in code(notebook):
        cell.execution_count, cell.metadata = None, {}
        kept = [(o.data[PNG], o.metadata.get(PNG, {})) for o in cell.outputs if PNG in o.get("data", {})]
        cell.outputs = [
            nbformat.from_dict(  # type: ignore[no-untyped-call]
                {"output_type": "display_data", "data": {PNG: png}, "metadata": {PNG: shown} if shown else {}}
            )
            for png, shown in kept
        ]


if __name__ == "__main__":
    for path in (p for p in NOTEBOOKS if p.name.startswith(tuple(sys.argv[1:]) or "")):
        found = run(read(path), ROOT)
        keep_pictures(found)
        nbformat.write(found, path)  # type: ignore[no-untyped-call]
        sizes = [f"{len(png) // 1000} kB" for cell in code(found) for png in pictures(cell)]
        sys.stdout.write(f"{path.name}: {', '.join(sizes) or 'no picture'}\n")

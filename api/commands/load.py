"""tertius load: data sets into a store."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, progress
from api.commands.opening import named_store
from graph import KnowledgeGraph, Report

Dataset = Annotated[
    Path | None,
    typer.Argument(
        metavar="DATASET", help="A data set's folder, or a folder of them; the shipped ones where none is named."
    ),
]
Store = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store, made where it is not there.")]
Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts", metavar="FOLDER", exists=True, file_okay=False, help="The sources' texts, checked by hash."
    ),
]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another writer.")]


def load(dataset: Dataset = None, store: Store = None, texts: Texts = None, wait: Wait = 10) -> None:
    """Load a data set into a store.

    Either everything is loaded or, with all that is wrong named by file and line, nothing. Loading the same again
    changes nothing; loading a changed data set replaces what it said before.
    """
    folder = named_store(store)
    if folder is None:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    path = dataset or os.environ.get("TERTIUS_DATA") or None
    with _store(folder) as place, KnowledgeGraph(place) as graph, progress("loading") as tell:
        report = graph.load(path, texts=texts, progress=tell, wait=wait)
        statements = len(graph.snapshot.columns)
    typer.echo(summary(report))
    typer.echo(f"{folder} holds {statements} statements at revision {report.revision}")


@contextlib.contextmanager
def _store(folder: Path) -> Iterator[Path]:
    """The folder itself where something is in it; a new store appears there only when its first load has worked."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        yield folder
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix=f".{folder.name}.", ignore_cleanup_errors=True
    ) as temporary:
        place = Path(temporary) / "store"
        yield place
        place.replace(folder)


def summary(report: Report) -> str:
    """A report in words."""
    names = ", ".join(report.datasets) or "nothing"
    if report.nothing:
        return f"{names}: nothing has changed"
    counts = {
        "statements added": report.added,
        "changed": report.changed,
        "retracted": report.retracted,
        "entities written": report.entities,
        "sources written": report.sources,
    }
    return f"{names}: " + ", ".join(f"{n} {what}" for what, n in counts.items() if n)


app = application(
    load,
    """
Examples:
  tertius load --store kg                          the shipped data sets
  tertius load mine --store kg                     a data set of your own: a folder with a dataset.yml
  tertius load mine --store kg --texts texts       the same, its texts checked by hash first
  tertius validate mine                            only look, and see more than loading checks
""",
)

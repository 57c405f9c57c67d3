"""tertius load: data sets into a store."""

import os
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
    _check_first(folder, path, texts)
    with KnowledgeGraph(folder) as graph, progress("loading") as tell:
        report = graph.load(path, texts=texts, progress=tell, wait=wait)
        statements = len(graph.snapshot.columns)
    typer.echo(summary(report))
    typer.echo(f"{folder} holds {statements} statements at revision {report.revision}")


def _check_first(folder: Path, dataset: Path | str | None, texts: Path | None) -> None:
    """Loads into a temporary store where there is none yet, so that a faulty data set leaves no empty one behind."""
    if folder.is_dir() and any(folder.iterdir()):
        return
    with KnowledgeGraph() as trial, progress("checking") as tell:
        trial.load(dataset, texts=texts, progress=tell)


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

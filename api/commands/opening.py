"""Which graph a command reads: a store, or data sets loaded for the occasion."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import progress
from graph import KnowledgeGraph
from graph.exceptions import StoreFormatError

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="FOLDER", help="The store to read; without one, data sets are loaded for the occasion."
    ),
]
DataOption = Annotated[
    str | None,
    typer.Option(
        "--data", metavar="FOLDER", help="A data set, or a folder of them, to read instead of the shipped ones."
    ),
]


@contextlib.contextmanager
def opened(store: Path | None, data: str | None) -> Iterator[KnowledgeGraph]:
    """The graph of a store; where none is named, a temporary one with the data. The environment stands in for both."""
    if store is not None and data is not None:
        raise typer.BadParameter("give --store or --data, not both")
    if store is None and data is None:
        store, data = named_store(None), os.environ.get("TERTIUS_DATA") or None
    if store is not None:
        check_is_store(store)
        with KnowledgeGraph(store) as graph:
            yield graph
        return
    with KnowledgeGraph() as graph:
        if data != "none":
            with progress("loading") as tell:
                graph.load(data, progress=tell)
        yield graph


def named_store(store: Path | None) -> Path | None:
    """The store that an option, else the environment, names."""
    named = os.environ.get("TERTIUS_STORE")
    return store or (Path(named) if named else None)


def check_is_store(path: Path) -> None:
    """Raises StoreFormatError where the folder holds no store: reading never makes one."""
    if not (path / "format.json").is_file():
        raise StoreFormatError(f"{path} is not a store: make one with: tertius load --store {path}")

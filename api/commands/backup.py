"""tertius backup: a store as one file."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, progress
from api.commands.opening import check_is_store, named_store
from graph.backups import backup as write

To = Annotated[Path, typer.Argument(metavar="FILE", help="The file, compressed where its name ends in .gz.")]
Store = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store to copy.")]
Cited = Annotated[
    bool, typer.Option("--cited", help="Also keep the older revisions that frozen answers were given of.")
]


def backup(file: To, store: Store = None, cited: Cited = False) -> None:
    """Copy a store into one file while it is used.

    The file holds one revision, the current one, with checksums, and the frozen answers. It appears, or is replaced,
    only when it is whole; who reads or writes the store meanwhile does not notice.
    """
    folder = named_store(store)
    if folder is None:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    check_is_store(folder)
    with progress("copying") as tell:
        manifest = write(folder, file, cited=cited, progress=tell)
    older = len(manifest.revisions) - 1
    more = f" and {older} older" if older else ""
    typer.echo(f"{file} holds {manifest.statements} statements at revision {manifest.revision}{more} of {folder}")


app = application(
    backup,
    """
Examples:
  tertius backup kg.tar.gz --store kg
  tertius backup kg.tar --store kg --cited       also the revisions that frozen answers were given of
  tertius restore kg.tar.gz --check              read it through, as one should
""",
)

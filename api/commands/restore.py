"""tertius restore: a backup as a store."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, progress
from api.commands.opening import named_store
from graph.backups import check_backup
from graph.backups import restore as bring_back

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
Store = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store: a new one, unless --over.")]
Over = Annotated[bool, typer.Option("--over", help="Make the backup the next revision of a store that is there.")]
Check = Annotated[bool, typer.Option("--check", help="Only read the backup through and say what it holds.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another writer.")]


def restore(file: File, store: Store = None, over: Over = False, check: Check = False, wait: Wait = 10) -> None:
    """Make a store of a backup, or put it over one.

    Everything is checked before anything is touched, and either all of it is brought back or nothing. A service that
    runs on the store answers from the backup at the next request.
    """
    if check:
        with progress("checking") as tell:
            manifest = check_backup(file, progress=tell)
        typer.echo(f"{file} is whole: {manifest.statements} statements at revision {manifest.revision}")
        typer.echo(f"base IRI {manifest.base}, {manifest.entities} entities, {manifest.sources} sources")
        return
    folder = named_store(store)
    if folder is None:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    with progress("restoring") as tell:
        revision = bring_back(file, folder, over=over, wait=wait, progress=tell)
    typer.echo(f"{folder} holds {revision.read_meta()['statements']} statements at revision {revision.number}")


app = application(
    restore,
    """
Examples:
  tertius restore kg.tar.gz --check              read the backup through
  tertius restore kg.tar.gz --store new          a new store
  tertius restore kg.tar.gz --store kg --over    the next revision of this one, at once for a running service
""",
)

"""tertius adjudicate: which of two coders' statements stands, with who decided and why."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application
from api.commands.opening import check_is_store, named_store
from graph import KnowledgeGraph

Rejected = Annotated[list[str], typer.Argument(metavar="STATEMENT...", help="Ids of the statements that do not stand.")]
Instead = Annotated[
    str | None, typer.Option("--instead", metavar="ID", help="The statement of the same source that stands instead.")
]
Nothing = Annotated[bool, typer.Option("--nothing-instead", help="The text says nothing of the sort.")]
Reopen = Annotated[bool, typer.Option("--reopen", help="They do stand after all: undo what was decided of them.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="On which grounds.")]
Store = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store to write to.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another writer.")]


def adjudicate(
    statements: Rejected, by: By, why: Why, instead: Instead = None, nothing: Nothing = False, reopen: Reopen = False,
    store: Store = None, wait: Wait = 10,
) -> None:  # fmt: skip
    """Record which statement stands where coders of one text differ.

    Those that do not stand are retracted, point to the one that does, and tell in their notes who decided and why;
    nothing is destroyed, and --reopen brings them back. Where neither coder is right, load a statement of your own
    first, and name that one. Loading a data set again leaves decided what was decided.
    """
    if (instead is not None) + nothing + reopen != 1:
        raise typer.BadParameter("say one of --instead ID, --nothing-instead and --reopen")
    folder = named_store(store)
    if folder is None:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    check_is_store(folder)
    with KnowledgeGraph(folder) as graph:
        if reopen:
            report = graph.reopen(statements, by=by, why=why, wait=wait)
        else:
            report = graph.adjudicate(statements, instead, by=by, why=why, wait=wait)
        for id in dict.fromkeys(statements):
            found = graph.statement(id)
            typer.echo(f"{id}: {found.status}" + (f", {found.corrected_by} instead" if found.corrected_by else ""))
    typer.echo(f"{folder} is at revision {report.revision}")


app = application(
    adjudicate,
    """
Examples:
  tertius adjudicate ID --instead OTHER --by "C. Judge" --why "the passage names the host, not the mediator" --store kg
  tertius adjudicate ID --nothing-instead --by "C. Judge" --why "a question, no claim" --store kg
  tertius adjudicate ID --reopen --by "C. Judge" --why "read it again" --store kg

Ids of statements on which coders differ: tertius agreement --differences
""",
)

"""tertius entities: who and what is known, by name and kind."""

from typing import Annotated

import typer

from api.answers import entity_summary
from api.commands.console import application, note, write_json, write_table
from api.commands.opening import DataOption, StoreOption, opened
from ontology import Kind, UnknownTermError

Text = Annotated[str | None, typer.Option("--q", metavar="TEXT", help="Part of a label, alias or id, in any case.")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help=f"Only this kind; may be repeated. One of {', '.join(Kind)}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def entities(
    q: Text = None, kind: Kinds = None, store: StoreOption = None, data: DataOption = None, as_json: AsJson = False
) -> None:
    """List entities by name and kind, with their ids and aliases."""
    wanted = set(kind or ())
    for word in sorted(wanted - set(Kind)):
        raise UnknownTermError("kind", word, Kind)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        ids = snapshot.names.search(q) if q else sorted(snapshot.entities)
        found = [entity_summary(snapshot, i) for i in ids if not wanted or snapshot.entities[i].kind in wanted]
    if as_json:
        write_json(found)
        return
    write_table(
        ["id", "kind", "label", "aliases"], ([e["id"], e["kind"], e["label"], ", ".join(e["aliases"])] for e in found)
    )
    note(f"{len(found)} entities" if len(found) != 1 else "1 entity")


app = application(
    entities,
    """
Examples:
  tertius entities --q mirzo
  tertius entities --kind state --kind person
  tertius entities --store kg --json
""",
)

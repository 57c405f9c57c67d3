"""tertius entities: who and what is known, by name and kind; and who is whom, judged and withdrawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.answers import entity_summary
from api.commands.console import application, note, write_json, write_table
from api.commands.opening import DataOption, StoreOption, check_is_store, named_store, opened
from graph import KnowledgeGraph, Report
from graph.identities import told
from graph.judging import acting_on_itself
from ontology import Kind, UnknownTermError

Text = Annotated[str | None, typer.Option("--q", metavar="TEXT", help="Part of a label, alias or id, in any case.")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help=f"Only this kind; may be repeated. One of {', '.join(Kind)}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Entity = Annotated[str, typer.Argument(metavar="ENTITY", help="Its id, label or alias.")]
Into = Annotated[str, typer.Argument(metavar="INTO", help="The entity that it is: id, label or alias.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who judges so. Recorded.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="On which grounds. Recorded.")]
Other = Annotated[str | None, typer.Option("--as", metavar="OTHER", help="Whom the statements mean instead.")]
Statements = Annotated[
    list[str] | None, typer.Option("--statement", metavar="ID", help="A statement that means OTHER; may be repeated.")
]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The judgement's number, as the history tells it.")]
Store = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store to write to.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for another writer.")]


def entities(
    context: typer.Context,
    q: Text = None,
    kind: Kinds = None,
    store: StoreOption = None,
    data: DataOption = None,
    as_json: AsJson = False,
) -> None:
    """List entities by name and kind, with their ids and aliases; or say who is whom, with the commands below."""
    if context.invoked_subcommand is not None:
        if q or kind or store or data or as_json:
            raise typer.BadParameter(f"options of {context.invoked_subcommand} stand after it")
        return
    wanted = set(kind or ())
    for word in sorted(wanted - set(Kind)):
        raise UnknownTermError("kind", word, Kind)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        ids = snapshot.names.search(q) if q else snapshot.listed_entities
        found = [entity_summary(snapshot, i) for i in ids if not wanted or snapshot.entities[i].kind in wanted]
    if as_json:
        write_json(found)
        return
    write_table(
        ["id", "kind", "label", "aliases"], ([e["id"], e["kind"], e["label"], ", ".join(e["aliases"])] for e in found)
    )
    note(f"{len(found)} entities" if len(found) != 1 else "1 entity")


def merge(entity: Entity, into: Into, by: By, why: Why, store: Store = None, wait: Wait = 10) -> None:
    """Record that one entity is another. Questions see one from then on; statements stay as they are."""
    _judge(store, lambda graph: graph.merge_entities(entity, into, by=by, why=why, wait=wait))


def split(
    entity: Entity, by: By, why: Why, other: Other = None, statement: Statements = None, store: Store = None,
    wait: Wait = 10,
) -> None:  # fmt: skip
    """Record that a merged entity is itself after all; or, with --as and --statement, that it is two."""
    ids = statement or ()
    _judge(store, lambda graph: graph.split_entity(entity, by=by, why=why, read_as=other, statements=ids, wait=wait))


def withdraw(number: Number, by: By, why: Why, store: Store = None, wait: Wait = 10) -> None:
    """Record that a judgement no longer stands, whichever it is."""
    _judge(store, lambda graph: graph.withdraw_judgement(number, by=by, why=why, wait=wait))


def history(store: StoreOption = None, data: DataOption = None, as_json: AsJson = False) -> None:
    """List every judgement of who is whom, withdrawn or not: who made it, when and why."""
    with opened(store, data) as graph:
        found, standing = graph.judgements(), {j.number for j in graph.snapshot.identities.standing}
    if as_json:
        write_json([j.model_dump() | {"stands": j.number in standing} for j in found])
        return
    columns = ["number", "judgement", "by", "why", "at", "stands"]
    write_table(columns, ([j.number, told(j), j.by, j.why, j.at, "yes" if j.number in standing else ""] for j in found))
    note(f"{len(found)} judgements, of which {len(standing)} stand")


def _judge(store: Path | None, judge: Callable[[KnowledgeGraph], Report]) -> None:
    folder = named_store(store)
    if folder is None:
        raise typer.BadParameter("name the store: --store FOLDER, or TERTIUS_STORE in the environment")
    check_is_store(folder)
    with KnowledgeGraph(folder) as graph:
        report = judge(graph)
        made = graph.judgements()[-1]
        both = [] if made.entity is None else acting_on_itself(graph.snapshot, graph.resolve(made.entity))
    typer.echo(f"judgement {made.number}: {told(made)}")
    typer.echo(f"{folder} is at revision {report.revision}")
    if both:
        note(
            f"statements in which it acts on itself now: {len(both)}; look whether these are one: {', '.join(both[:3])}"
        )


app = application(
    entities,
    """
Examples:
  tertius entities --q mirzo
  tertius entities --kind state --kind person
  tertius entities --store kg --json
  tertius entities merge bo-sundt "Bo Sund" --by "A. Coder" --why "misspelt in one file" --store kg
  tertius entities split bo-sundt --by "A. Coder" --why "there are two" --store kg
  tertius entities split bo-sund --as bo-sund-the-elder --statement ID --by "A. Coder" --why "retired" --store kg
  tertius entities withdraw 3 --by "A. Coder" --why "read it again" --store kg
  tertius entities history --store kg
""",
    {"merge": merge, "split": split, "withdraw": withdraw, "history": history},
)

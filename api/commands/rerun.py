"""tertius rerun: what was frozen, asked again."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api import citing
from api.citation_documents import citation_in
from api.cli import BAD_INPUT
from api.commands.cite import StoreOption, run, store_of
from api.commands.console import application, note, write_json
from graph import KnowledgeGraph
from graph.citations import Citation, Frozen
from graph.exceptions import InputError, NotFoundError

Cited = Annotated[str, typer.Argument(metavar="CITATION", help="The id of a citation, or a file with one as JSON-LD.")]
Revision = Annotated[
    int | None, typer.Option("--revision", metavar="NUMBER", help="A revision that is kept; else the current one.")
]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Ask a running service instead of a store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, in the shape of GET /citations/ID/changes.")]


def rerun(
    cited: Cited, store: StoreOption = None, url: Url = None, revision: Revision = None, as_json: AsJson = False
) -> None:
    """Ask again what was frozen, and tell what has changed.

    Prints the rows that were added and removed, and the statements in them. Ends with status 0 where the rows are the
    same, with 1 where they are not.
    """
    if url is not None and (store is not None or revision is not None):
        raise typer.BadParameter("give --url, or --store and --revision, not both")
    document = _document(Path(cited)) if Path(cited).is_file() else None
    if url is not None:
        told = KnowledgeGraph.connect(url).changes(document["identifier"] if document else cited)
    else:
        with store_of(store) as graph:
            frozen = _frozen(graph, document, cited)
            told = asyncio.run(_compared(graph, frozen, revision)).as_json()
    if document and told["checksum"]["then"] != document["checksum"]["digest"]:
        raise InputError("the file has another checksum than the citation that it names", cited)
    if as_json:
        write_json(told)
    else:
        _write(told)
    if not told["same"]:
        raise typer.Exit(BAD_INPUT)


async def _compared(graph: KnowledgeGraph, frozen: Frozen, revision: int | None) -> citing.Comparison:
    return await citing.compare_with(graph, await citing.opened(graph, revision), frozen, run)


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        citation_in(document)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"this is no citation: {type(error).__name__} {error}", str(path),
            way_out="give what tertius cite or GET /citations/ID wrote",
        ) from None  # fmt: skip
    return document


def _frozen(graph: KnowledgeGraph, document: dict[str, Any] | None, id: str) -> Frozen:
    try:
        return graph.citations.read(document["identifier"] if document else id)
    except NotFoundError:
        if document is None:
            raise
        note("the store does not have this citation: the checksum of the file is compared")
        citation: Citation = citation_in(document)
        return Frozen(citation)


def _write(told: dict[str, Any]) -> None:
    revision, rows = told["revision"], told["rows"]
    if told["same"]:
        typer.echo(f"the same rows ({rows['then']}) in revision {revision['now']} as in revision {revision['then']}")
    else:
        now = "no answer" if rows["now"] is None else f"{rows['now']} rows"
        typer.echo(f"{rows['then']} rows in revision {revision['then']}, {now} in revision {revision['now']}")
    for sign, name in (("-", "removed"), ("+", "added")):
        for row in told[name]:
            typer.echo(f"{sign} {row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)}")
        if told[f"{name}_total"] > len(told[name]):
            note(f"{told[f'{name}_total']} rows {name}, of which {len(told[name])} are shown")
    for statement in told["statements"]:
        words = [statement["id"], statement["status"], statement["text"], statement["note"] or ""]
        typer.echo("  " + "  ".join(word for word in words if word))
    for remark in told["remarks"]:
        note(remark)


app = application(
    rerun,
    """
Examples:
  tertius rerun 7-y7wrm2a2knz5bzc356ieoptahu --store kg
  tertius rerun answer.jsonld --store kg --json
  tertius rerun answer.jsonld --url http://127.0.0.1:8000
""",
)

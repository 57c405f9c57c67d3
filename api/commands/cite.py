"""tertius cite: an answer frozen, as JSON-LD or BibTeX."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_json

from api import citing
from api.citation_documents import bibtex, json_ld
from api.commands.console import application, note, output
from api.commands.opening import check_is_store, named_store
from api.commands.query import MAX_DEPTH, MAX_LENGTH, answered, read_query
from api.workers import MediaTypes
from graph import KnowledgeGraph
from graph.citations import Citation
from graph.exceptions import NotFoundError
from graph.policy import check_query
from graph.snapshot import Snapshot
from graph.stores import Answer, QueryDataset
from graph.values import Term

Asked = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A file with a SPARQL query, - for standard input; or the address of a question, as "
        "/who/invites?object=Mirzoyan; or the id of a citation, to show it again.",
    ),
]
StoreOption = Annotated[Path | None, typer.Option("--store", metavar="FOLDER", help="The store that is asked.")]
Revision = Annotated[
    int | None, typer.Option("--revision", metavar="NUMBER", help="A revision that is kept; else the current one.")
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="json-ld or bibtex.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")]
Strict = Annotated[bool, typer.Option("--strict", help="As for tertius query.")]


def cite(
    asked: Asked,
    store: StoreOption = None,
    revision: Revision = None,
    format: Format = "json-ld",
    strict: Strict = False,
    file: Output = None,
) -> None:
    """Freeze an answer, so that it can be cited and had again.

    The store keeps what was asked, the revision, the checksum of the rows, the sources with their licences and the
    date, and keeps that revision for it. The same answer is frozen once.
    """
    if format not in ("json-ld", "bibtex"):
        raise typer.BadParameter(f"--format: {format!r} is none of json-ld, bibtex")
    with store_of(store) as graph:
        try:
            citation = graph.citations.read(asked).citation
        except NotFoundError:
            citation = _frozen(graph, asked, revision, strict=strict)
        text = bibtex(citation).encode() if format == "bibtex" else to_json(json_ld(citation), indent=2) + b"\n"
        with output(file) as out:
            out.write(text)


def _frozen(graph: KnowledgeGraph, asked: str, revision: int | None, *, strict: bool) -> Citation:
    if asked.startswith("/") and not Path(asked).is_file():
        request = citing.request_for(asked, union=not strict)
    else:
        text = read_query(Path(asked))
        check_query(text, max_length=MAX_LENGTH, max_depth=MAX_DEPTH)
        request = citing.sparql_request(text, union=not strict)
    citation, new = asyncio.run(citing.freeze(graph, request, run, revision=revision))
    note(f"{'frozen as' if new else 'was frozen as'} {citation.id}")
    return citation


def store_of(store: Path | None) -> KnowledgeGraph:
    """The graph of the store that is named, or of TERTIUS_STORE."""
    path = named_store(store)
    if path is None:
        raise typer.BadParameter("name the store: --store FOLDER")
    check_is_store(path)
    return KnowledgeGraph(path)


async def run(
    snapshot: Snapshot, query: str, media_types: MediaTypes, *, union: bool,
    dataset: QueryDataset | None, prefixed: bool, bindings: Mapping[str, Term] | None,
) -> Answer:  # fmt: skip
    """The engine's answer, in this process."""
    types = media_types.solutions, media_types.triples
    return answered(snapshot, query, *types, union=union, dataset=dataset, prefixed=prefixed, bindings=bindings)


app = application(
    cite,
    """
Examples:
  tertius cite question.rq --store kg > answer.jsonld
  tertius cite '/who/mediates?between=Armenia&between=Azerbaijan' --store kg --format bibtex
  tertius cite 7-y7wrm2a2knz5bzc356ieoptahu --store kg --format bibtex >> literature.bib
""",
)

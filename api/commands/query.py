"""tertius query: SPARQL from a file or standard input."""

import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.console import application, progress, write_bytes, write_table
from api.commands.opening import DataOption, StoreOption, opened
from api.jobs import STACK
from graph.exceptions import ParameterError, QuerySyntaxError
from graph.policy import check_query
from graph.snapshot import Snapshot
from graph.stores import Answer, QueryDataset
from graph.values import Term
from ontology import compact, store_prefixes

JSON, TURTLE = "application/sparql-results+json", "text/turtle"
SOLUTIONS = {
    "json": JSON,
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
TRIPLES = {
    "turtle": TURTLE,
    "n-triples": "application/n-triples",
    "n-quads": "application/n-quads",
    "trig": "application/trig",
    "json-ld": "application/ld+json",
    "rdf-xml": "application/rdf+xml",
}
# The parser of the engine recurses: deeper queries could end the process.
MAX_LENGTH, MAX_DEPTH = 1_000_000, 200

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file with the query; - for standard input.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT",
        help=f"table, {', '.join(SOLUTIONS)}; for triples {', '.join(TRIPLES)}; or a media type. "
        "Without it, a table on a terminal, else json or turtle.",
    ),
]  # fmt: skip
Strict = Annotated[
    bool, typer.Option("--strict", help="See named graphs only through GRAPH and FROM, as the standard has it.")
]


def query(
    file: File = Path("-"),
    store: StoreOption = None,
    data: DataOption = None,
    format: Format = None,
    strict: Strict = False,
) -> None:
    """Answer a SPARQL query from a file or from standard input.

    SELECT, ASK, CONSTRUCT and DESCRIBE. The usual prefixes are declared: e: for entities, r: for relations, t: for
    the terms of the ontology, s: for sources, st: for statements, g: for graphs. Queries see all named graphs
    together and reach no other service.
    """
    table = format == "table" or (format is None and sys.stdout.isatty())
    solutions, triples = _media_types(format)
    text = read_query(file)
    check_query(text, max_length=MAX_LENGTH, max_depth=MAX_DEPTH)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        answer = answered(snapshot, text, solutions, triples, union=not strict)
        offered = (JSON, TURTLE) if format in (None, "table") else (solutions, triples)
        if answer.media_type not in offered:
            names = TRIPLES if answer.media_type in TRIPLES.values() else SOLUTIONS
            others = [name for name, media_type in names.items() if media_type not in offered]
            raise ParameterError("format", f"{format!r} cannot hold this answer: choose one of {', '.join(others)}")
        if table and answer.media_type == JSON:
            _write_table(snapshot, json.loads(answer.body))
        else:
            write_bytes(answer.body if answer.body.endswith(b"\n") else answer.body + b"\n")


def _media_types(format: str | None) -> tuple[str, str]:
    """Media types for solutions and for triples; one that the format does not name stays the usual one."""
    if format in (None, "table"):
        return JSON, TURTLE
    wanted = str(format).strip().lower()
    for names, place in ((SOLUTIONS, 0), (TRIPLES, 1)):
        for name, media_type in names.items():
            if wanted in (name, name.replace("-", ""), media_type):
                return (media_type, "") if place == 0 else ("", media_type)
    raise typer.BadParameter(f"--format: {format!r} is none of table, {', '.join([*SOLUTIONS, *TRIPLES])}")


def read_query(file: Path) -> str:
    """The text of a file, of standard input for -. Raises QuerySyntaxError where it is not UTF-8."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"the query is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None


def answered(
    snapshot: Snapshot, text: str, solutions: str, triples: str, *, union: bool,
    dataset: QueryDataset | None = None, prefixed: bool = True, bindings: Mapping[str, Term] | None = None,
) -> Answer:  # fmt: skip
    """The engine's answer. It works in a thread: the engine hears no signal, so that Ctrl-C would wait for it."""
    done: list[Answer] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(
                snapshot.store.answer(
                    text,
                    solutions or None,
                    triples or None,
                    union=union,
                    dataset=dataset,
                    prefixed=prefixed,
                    bindings=bindings,
                )
            )
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failed.append(error)

    before = threading.stack_size(STACK)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    threading.stack_size(before)
    with progress("asking"):
        while thread.is_alive():
            thread.join(0.2)
    if failed:
        raise failed[0]
    return done[0]


def _write_table(snapshot: Snapshot, results: dict[str, Any]) -> None:
    if "boolean" in results:
        typer.echo("true" if results["boolean"] else "false")
        return
    prefixes = store_prefixes(snapshot.iris.base)
    names = results["head"]["vars"]

    def text(term: dict[str, str] | None) -> str:
        if term is None:
            return ""
        return compact(term["value"], prefixes) if term["type"] == "uri" else str(term["value"])

    write_table(names, ([text(row.get(n)) for n in names] for row in results["results"]["bindings"]))


app = application(
    query,
    """
Examples:
  tertius query question.rq
  echo 'SELECT ?who WHERE { ?who r:invites e:ararat-mirzoyan }' | tertius query
  tertius query question.rq --store kg --format csv > answer.csv
  echo 'DESCRIBE e:russia' | tertius query --format json-ld
""",
)

"""tertius export: everything, in the format of one's choice, or as a folder to publish; events, to be read back."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.commands.console import application, note, output, progress
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.parameters import Page, StatementParameters
from graph import KnowledgeGraph
from graph.dumps import dump
from graph.exceptions import ParameterError
from graph.exports import ExportFormat
from graph.exports import export as write
from graph.importing.export import Exported, flat_mapping, write_csv, write_parquet, write_plover
from graph.importing.mapping import read_mapping

PLOVER, TABLE = "plover", "table"
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"{', '.join(ExportFormat)}, or a media type; {PLOVER} or {TABLE} for events; else by the file's name.",
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="With table: the columns that this mapping in YAML names."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; standard output where none is named.")
]
Dump = Annotated[
    Path | None,
    typer.Option("--dump", metavar="FOLDER", help="A new folder with all of it to publish, in place of one file."),
]


@with_options(StatementParameters, leave_out=Page.model_fields)
def export(
    store: StoreOption = None,
    data: DataOption = None,
    format: Format = None,
    to: Output = None,
    folder: Dump = None,
    mapping: MappingFile = None,
    **given: Any,
) -> None:
    """Write everything as RDF, a table, lines of JSON or a network.

    TriG, N-Quads and JSON-LD hold the whole dataset with its named graphs, Turtle its triples; CSV and JSONL hold
    all statements, one a line; GraphML the network of those that stand. A file appears only when it is whole.

    The formats plover and table are for the events among the statements, all or those that the filters select, so that
    `tertius import` reads them as the same events: PLOVER as lines of JSON, and a table as CSV or, where the file ends
    in .parquet, as Parquet. The mapping that tells what its columns mean is written beside it. What no event is, or no
    column can hold, is left out and counted.

    A dump is a folder with the quads, what they are (VoID), the licence of each source, a citation file, a README and
    checksums. The same revision gives the same bytes.
    """
    if folder is not None:
        _dump(store, data, folder, format, to)
        return
    if format in (PLOVER, TABLE):
        _export_events(store, data, format, to, mapping, given)
        return
    if mapping is not None or given:
        raise typer.BadParameter(f"filters and --mapping go with --format {PLOVER} or {TABLE}")
    chosen = _format(format, to)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        with progress("exporting", len(snapshot.columns)) as tell, output(to) as file:
            write(snapshot, chosen, file, tell)


def _export_events(
    store: Path | None, data: str | None, format: str, to: Path | None, mapping: Path | None, given: dict[str, Any]
) -> None:
    try:
        parameters = StatementParameters.model_validate(given)
    except ValidationError as error:
        raise wrong_usage(error, StatementParameters) from None
    if format == PLOVER and mapping is not None:
        raise typer.BadParameter("--mapping names the columns of a table: PLOVER has fields of its own")
    with opened(store, data) as graph:
        told = _events(graph, parameters, format, to, mapping)
    for reason, count in told.left_out.most_common():
        note(f"left out: {count}, since {reason}")
    note(f"{told.written} events written")


def _events(
    graph: KnowledgeGraph, parameters: StatementParameters, format: str, to: Path | None, mapping: Path | None
) -> Exported:
    snapshot = graph.snapshot
    selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
    rows = snapshot.selector.select(selection).rows
    with progress("exporting", len(rows)) as tell:
        if format == PLOVER:
            with output(to) as file:
                return write_plover(snapshot, rows, file, tell)
        said, text = (read_mapping(mapping), None) if mapping else flat_mapping(snapshot, rows)
        writer = write_parquet if to is not None and to.suffix == ".parquet" else write_csv
        with output(to) as file:
            told = writer(snapshot, rows, said, file, tell)
        if text is not None and to is not None and str(to) != "-":
            with output(to.with_suffix(".mapping.yml")) as file:
                file.write(text.encode())
        return told


def _dump(store: Path | None, data: str | None, folder: Path, format: str | None, to: Path | None) -> None:
    if format is not None or to is not None:
        raise typer.BadParameter("--dump has its own formats: leave out --format and --output")
    with opened(store, data) as graph, progress("dumping") as tell:
        try:
            dump(graph.snapshot, folder, tell)
        except ParameterError as error:
            raise typer.BadParameter(f"--{error}") from None


def _format(word: str | None, file: Path | None) -> ExportFormat:
    if word is None and (file is None or not file.suffix):
        return ExportFormat.TRIG
    try:
        return ExportFormat.named(word or str(file and file.suffix))
    except ParameterError as error:
        raise typer.BadParameter(f"--{error}") from None


app = application(
    export,
    """
Examples:
  tertius export -o graph.trig
  tertius export --store kg -o statements.csv
  tertius export --format jsonl | head -1
  tertius export -o network.graphml            for Gephi, yEd or networkx
  tertius export --store kg --format plover --dataset icews -o icews.jsonl
  tertius export --store kg --format table --since 2020 -o events.csv   and events.mapping.yml, to import it with
  tertius export --store kg --format table --mapping mine.yml -o mine.csv
  tertius export --store kg --dump kg-dump     a folder to publish: quads, licences, citation, checksums
""",
)

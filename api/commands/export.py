"""tertius export: everything, in the format of one's choice, or as a folder to publish."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, output, progress
from api.commands.opening import DataOption, StoreOption, opened
from graph.dumps import dump
from graph.exceptions import ParameterError
from graph.exports import ExportFormat
from graph.exports import export as write

Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help=f"{', '.join(ExportFormat)}, or a media type; else by the file's name."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; standard output where none is named.")
]
Dump = Annotated[
    Path | None,
    typer.Option("--dump", metavar="FOLDER", help="A new folder with all of it to publish, in place of one file."),
]


def export(
    store: StoreOption = None,
    data: DataOption = None,
    format: Format = None,
    to: Output = None,
    folder: Dump = None,
) -> None:
    """Write everything as RDF, a table, lines of JSON or a network.

    TriG, N-Quads and JSON-LD hold the whole dataset with its named graphs, Turtle its triples; CSV and JSONL hold
    all statements, one a line; GraphML the network of those that stand. A file appears only when it is whole.

    A dump is a folder with the quads, what they are (VoID), the licence of each source, a citation file, a README and
    checksums. The same revision gives the same bytes.
    """
    if folder is not None:
        _dump(store, data, folder, format, to)
        return
    chosen = _format(format, to)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        with progress("exporting", len(snapshot.columns)) as tell, output(to) as file:
            write(snapshot, chosen, file, tell)


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
  tertius export --store kg --dump kg-dump     a folder to publish: quads, licences, citation, checksums
""",
)

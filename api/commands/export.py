"""tertius export: everything, in the format of one's choice."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, output, progress
from api.commands.opening import DataOption, StoreOption, opened
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


def export(store: StoreOption = None, data: DataOption = None, format: Format = None, to: Output = None) -> None:
    """Write everything as RDF, a table, lines of JSON or a network.

    TriG, N-Quads and JSON-LD hold the whole dataset with its named graphs, Turtle its triples; CSV and JSONL hold
    all statements, one a line; GraphML the network of those that stand. A file appears only when it is whole.
    """
    chosen = _format(format, to)
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        with progress("exporting", len(snapshot.columns)) as tell, output(to) as file:
            write(snapshot, chosen, file, tell)


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
""",
)

"""tertius table: counts by unit and period for statistics, with a codebook."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.commands.console import application, note, output
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.parameters import TableParameters
from graph.exceptions import ParameterError
from graph.tables import Table, TableFormat, Unit, codebook_json, codebook_markdown, written

MOST_ROWS = 10_000_000
UnitArgument = Annotated[Unit, typer.Argument(metavar="UNIT", help=f"One of {', '.join(Unit)}.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help=f"{', '.join(TableFormat)}; else by the file's name, else csv."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; standard output where none is named.")
]
Codebook = Annotated[
    Path | None,
    typer.Option(
        "--codebook", metavar="FILE", help="The codebook, Markdown or .json; beside the table where none is named."
    ),
]


@with_options(TableParameters)
def table(
    unit: UnitArgument,
    store: StoreOption = None,
    data: DataOption = None,
    format: Format = None,
    to: Output = None,
    codebook: Codebook = None,
    **given: Any,
) -> None:
    """Count statements and events by pair, mediator and pair, conflict or process, and by month or year.

    Curated claims, coded events and agreements stand in columns of their own, each with a lower and an upper bound.
    Zero stands only where a data set covers actors and period; what nobody knows is missing. The codebook tells what
    each column means, from which data sets it was computed, and under which licences.
    """
    try:
        parameters = TableParameters.model_validate(given)
        chosen = TableFormat.named(format or (to.suffix if to and to.suffix else "csv"))
    except ValidationError as error:
        raise wrong_usage(error, TableParameters) from None
    except ParameterError as error:
        raise typer.BadParameter(f"--{error}") from None
    chosen.check()
    with opened(store, data) as graph:
        found = parameters.table(graph.snapshot, unit, MOST_ROWS)
    content = written(found, chosen)
    with output(to) as file:
        file.write(content)
    if codebook or to:
        _write_codebook(found, content, codebook or to.with_suffix(".codebook.md") if to else codebook)
    note(f"{len(found)} rows of {found.selected} statements; {found.no_unit} of them are of no {unit}")


def _write_codebook(found: Table, content: bytes, path: Path | None) -> None:
    as_json = path is not None and path.suffix == ".json"
    with output(path) as file:
        file.write(codebook_json(found, content) if as_json else codebook_markdown(found, content).encode())


app = application(
    table,
    """
Examples:
  tertius table dyad --by year
  tertius table dyad --store kg --family cooperation --level state -o dyads.csv
  tertius table mediator-dyad --store kg --since 2014 --until 2020 -o mediators.dta
  tertius table directed-dyad --store kg --split family --no-complete -o pairs.parquet
  tertius table conflict --codebook conflicts.json -o conflicts.csv

Parquet and Stata need libraries of the extra: pip install 'tertius[tables]'
""",
)

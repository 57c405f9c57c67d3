"""tertius draw: networks and timelines as pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.commands.console import application, note, output
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.network_parameters import PictureParameters
from api.parameters import TimelineParameters
from graph.exceptions import ParameterError
from graph.pictures import Picture, PictureFormat
from graph.snapshot import Snapshot

Format = Annotated[
    str | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="svg or png; else by the file's name, else svg."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; standard output where none is named.")
]


def draw() -> None:
    """Draw who is joined to whom, or statements over time, with the commands below. Pictures are SVG or PNG."""


@with_options(PictureParameters)
def network(
    store: StoreOption = None, data: DataOption = None, format: Format = None, to: Output = None, **given: Any
) -> None:
    """Draw who is joined to whom: lines tell mediation, cooperation and conflict apart, their ends how it is said."""
    try:
        parameters = PictureParameters.model_validate(given)
    except ValidationError as error:
        raise wrong_usage(error, PictureParameters) from None
    _write(parameters.picture, store, data, format, to)


@with_options(TimelineParameters)
def timeline(
    store: StoreOption = None, data: DataOption = None, format: Format = None, to: Output = None, **given: Any
) -> None:
    """Draw how many statements there are per day, month or year, each data set in a panel of its own."""
    try:
        parameters = TimelineParameters.model_validate(given)
    except ValidationError as error:
        raise wrong_usage(error, TimelineParameters) from None
    _write(parameters.picture, store, data, format, to)


def _write(
    drawn: Callable[[Snapshot], Picture], store: Path | None, data: str | None, format: str | None, to: Path | None
) -> None:
    named = format or (to.suffix.removeprefix(".") if to and to.suffix else "svg")
    if named.lower() not in set(PictureFormat):
        raise typer.BadParameter(f"--format: {named!r} is no format of pictures; there are {', '.join(PictureFormat)}")
    try:
        with opened(store, data) as graph:
            picture = drawn(graph.snapshot)
    except ParameterError as error:
        raise typer.BadParameter(f"--{error}") from None
    content = picture.written(PictureFormat(named.lower()))
    with output(to) as file:
        file.write(content)
    note(picture.caption)


app = application(
    draw,
    """
Examples:
  tertius draw network -o network.svg
  tertius draw network --involving Russia --modality asserted -o russia.png
  tertius draw network --store kg --family mediation --since 2014 --most 30 -o mediation.svg
  tertius draw timeline --store kg --by month --family accusation -o accusations.png

Drawing needs a library of the extra: pip install 'tertius[pictures]'
""",
    {"network": network, "timeline": timeline},
)

"""tertius network: who is joined to whom, as a file for Gephi, Cytoscape, igraph or networkx."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.commands.console import application, note, output
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.network_parameters import DrawnParameters
from graph.exceptions import ParameterError
from graph.networks import NetworkFormat, built, written

Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help=f"{', '.join(NetworkFormat)}; else by the file's name, else json."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; standard output where none is named.")
]


@with_options(DrawnParameters)
def network(
    store: StoreOption = None, data: DataOption = None, format: Format = None, to: Output = None, **given: Any
) -> None:
    """Write who is joined to whom: statements, dyads, signed pairs or mediations, as GraphML, GEXF, JSON or CSV.

    Every edge names its statements. GEXF has time: an edge has a spell for each time in which its statements lie.
    """
    try:
        parameters = DrawnParameters.model_validate(given)
        chosen = NetworkFormat.named(format or (to.suffix if to and to.suffix else NetworkFormat.JSON))
        with opened(store, data) as graph:
            found = built(graph.snapshot, parameters.asked(graph.snapshot, parameters.projection))
    except ValidationError as error:
        raise wrong_usage(error, DrawnParameters) from None
    except ParameterError as error:
        raise typer.BadParameter(f"--{error}") from None
    content = written(found, chosen)
    with output(to) as file:
        file.write(content)
    told = f"{len(found)} nodes, {found.number_of_edges()} edges of {found.graph['statements']} statements"
    left = {
        "undated": "have no date",
        "untold": "tell of nothing that took place",
        "without_pair": "join no two actors",
    }
    out = [f"{found.graph[name]} {why}" for name, why in left.items() if found.graph.get(name)]
    note(told + (f"; left out: {', '.join(out)}" if out else "") + (f"; {why}" if (why := found.graph["note"]) else ""))


app = application(
    network,
    """
Examples:
  tertius network -o statements.graphml
  tertius network --projection dyads --level state --since 2014 -o dyads.gexf       with time, for Gephi
  tertius network --store kg --projection mediation --involving Armenia -o talks.cyjs
  tertius network --store kg --projection signed --families cooperation --families opposition -o pairs.csv
""",
)

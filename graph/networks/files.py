"""Networks as files: GraphML, GEXF with time for Gephi, Cytoscape JSON, node-link JSON, and edges as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import networkx as nx

from graph.exceptions import ParameterError
from graph.networks.markup import BETWEEN, NO_XML, Data, edges_of, gexf, graphml


class NetworkFormat(StrEnum):
    """Formats of networks, by how their files end."""

    JSON = "json"
    GRAPHML = "graphml"
    GEXF = "gexf"
    CYTOSCAPE = "cyjs"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """The media type, without parameters."""
        return _MEDIA_TYPES[self]

    @classmethod
    def named(cls, word: str) -> "NetworkFormat":
        """The format of this name, suffix or media type. Raises ParameterError, which lists them."""
        for format in cls:
            if word.lower().removeprefix(".") in (format, format.media_type):
                return format
        raise ParameterError("format", f"{word!r} is none of {', '.join(cls)}")


_MEDIA_TYPES = {
    NetworkFormat.JSON: "application/json", NetworkFormat.GRAPHML: "application/graphml+xml",
    NetworkFormat.GEXF: "application/gexf+xml", NetworkFormat.CYTOSCAPE: "application/vnd.cytoscape+json",
    NetworkFormat.CSV: "text/csv",
}  # fmt: skip


def written(network: "nx.Graph[str]", format: NetworkFormat | str) -> bytes:
    """A network of any projection as a file, the same bytes for the same network.

    Node-link JSON loses nothing: read it with `nx.node_link_graph(data, source="start", target="end", edges="edges")`.
    GraphML, GEXF and CSV have no lists and no empty values: several words stand in one, with "; " between them, what
    is not known is left out, and so are characters that XML has not. GEXF has the spells of an edge, else `earliest`
    and `latest`, as its time, and the attributes of the whole network, as JSON, in its description. In Cytoscape JSON
    and CSV, where `source` is where an edge begins, the source of a statement is `reported_in`; CSV holds edges alone.
    Raises ParameterError for a format that is none.
    """
    return b"".join(_parts(network, format))


def write(network: "nx.Graph[str]", path: Path | str) -> Path:
    """Writes a network to a file, in the format that its name ends in: see `written`. Raises ParameterError.

    The file is never in memory as a whole.
    """
    path = Path(path)
    parts = _parts(network, path.suffix)
    with path.open("wb") as file:
        file.writelines(parts)
    return path


def flat(network: "nx.Graph[str]") -> "nx.Graph[str]":
    """The same network with attributes of text, numbers and truth values alone: what files without lists hold."""
    found = network.__class__(**_flat(network.graph))
    found.add_nodes_from((id, _flat(data)) for id, data in network.nodes(data=True))
    for one, other, key, data in edges_of(network):
        found.add_edge(one, other, **_key(key), **_flat(data))
    return found


def _parts(network: "nx.Graph[str]", format: NetworkFormat | str) -> Iterator[bytes]:
    make = _WRITERS[NetworkFormat.named(format)]
    return (text.encode() for text in make(network))


def _known(data: Data) -> Data:
    return {k: v for k, v in data.items() if v is not None}


def _flat(data: Data) -> Data:
    return {k: _word(v) for k, v in data.items() if v is not None}


def _word(value: Any) -> str | int | float | bool:
    if isinstance(value, bool | int | float):
        return value
    return (value if isinstance(value, str) else BETWEEN.join(map(str, value))).translate(NO_XML)


def _key(key: str | None) -> Data:
    return {} if key is None else {"key": key}


def _cytoscape(network: "nx.Graph[str]") -> Iterator[str]:
    # As networkx has it, but for the data of the whole, of which Cytoscape wants an object.
    about = {"data": _known(network.graph), "directed": network.is_directed(), "multigraph": network.is_multigraph()}
    yield f'{_json(about)[:-1]}, "elements": {{"nodes": ['
    yield from _listed(
        {"data": {"name": data["label"]} | _known(data) | {"id": node, "value": node}}
        for node, data in network.nodes(data=True)
    )
    yield '], "edges": ['
    yield from _listed(
        {"data": _reported(_known(data)) | {"source": one, "target": other} | _key(key)}
        for one, other, key, data in edges_of(network)
    )
    yield "]}}"


def _reported(data: Data) -> Data:
    return {"reported_in" if k == "source" else k: v for k, v in data.items()}


def _node_link(network: "nx.Graph[str]") -> Iterator[str]:
    about = {"directed": network.is_directed(), "multigraph": network.is_multigraph(), "graph": network.graph}
    yield f'{_json(about)[:-1]}, "nodes": ['
    yield from _listed(data | {"id": node} for node, data in network.nodes(data=True))
    yield '], "edges": ['
    yield from _listed(
        data | {"start": one, "end": other} | _key(key) for one, other, key, data in edges_of(network)
    )  # fmt: skip
    yield "]}"


def _listed(things: Iterable[Data]) -> Iterator[str]:
    """Things in a list, one a line."""
    for n, thing in enumerate(things):
        yield f"{',' if n else ''}\n{_json(thing)}"


_json = json.JSONEncoder(ensure_ascii=False).encode


def _csv(network: "nx.Graph[str]") -> Iterator[str]:
    direction = "Directed" if network.is_directed() else "Undirected"
    names = list(dict.fromkeys(k for *_, data in network.edges(data=True) for k, v in data.items() if v is not None))
    keys = ["Id"] if network.is_multigraph() else []
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["Source", "Target", "Type", *keys, *(_COLUMNS.get(name, name) for name in names)])
    for one, other, key, data in edges_of(network):
        found = _flat(data)
        writer.writerow([one, other, direction, *_key(key).values(), *(_cell(found.get(name)) for name in names)])
        yield output.getvalue()
        output.seek(0)
        output.truncate()
    yield output.getvalue()


_COLUMNS = {"weight": "Weight", "source": "reported_in"}


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


_WRITERS = {
    NetworkFormat.JSON: _node_link, NetworkFormat.GRAPHML: graphml, NetworkFormat.GEXF: gexf,
    NetworkFormat.CYTOSCAPE: _cytoscape, NetworkFormat.CSV: _csv,
}  # fmt: skip

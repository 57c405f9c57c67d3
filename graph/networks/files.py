"""Networks as files: GraphML, GEXF with time for Gephi, Cytoscape JSON, node-link JSON, and edges as CSV."""

import csv
import io
import json
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import SubElement, tostring

import networkx as nx
from networkx.readwrite.gexf import GEXFWriter

from graph.exceptions import ParameterError

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BETWEEN = "; "


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
    return _WRITERS[NetworkFormat.named(format)](network)


def write(network: "nx.Graph[str]", path: Path | str) -> Path:
    """Writes a network to a file, in the format that its name ends in: see `written`. Raises ParameterError."""
    path = Path(path)
    content = written(network, path.suffix)
    path.write_bytes(content)
    return path


def flat(network: "nx.Graph[str]") -> "nx.Graph[str]":
    """The same network with attributes of text, numbers and truth values alone: what files without lists hold."""
    return _copied(network, _flat, _flat, _flat)


_Change = Callable[[dict[str, Any]], dict[str, Any]]


def _copied(network: "nx.Graph[str]", whole: _Change, node: _Change, edge: _Change) -> "nx.Graph[str]":
    """The same network with other attributes of the whole, of nodes and of edges."""
    found = network.__class__(**whole(network.graph))
    found.add_nodes_from((id, node(data)) for id, data in network.nodes(data=True))
    if isinstance(network, nx.MultiGraph) and isinstance(found, nx.MultiGraph):
        for a, b, key, data in network.edges(keys=True, data=True):
            found.add_edge(a, b, key, **edge(data))
    else:
        found.add_edges_from((a, b, edge(data)) for a, b, data in network.edges(data=True))
    return found


def _known(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v is not None}


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    return {k: _word(v) for k, v in _known(data).items()}


def _word(value: Any) -> str | int | float | bool:
    if isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else _BETWEEN.join(map(str, value))
    return _NOT_XML.sub("", text)


def _graphml(network: "nx.Graph[str]") -> bytes:
    output = io.BytesIO()
    nx.write_graphml_xml(
        flat(network), output
    )  # keys with names of their own would clash: a network has statements too
    return output.getvalue()


def _gexf(network: "nx.Graph[str]") -> bytes:
    found = _copied(network, lambda _: {}, _timed, _timed)
    if isinstance(found, nx.MultiGraph):
        for *_, key, data in found.edges(keys=True, data=True):
            data["id"] = key
    writer = GEXFWriter(version="1.2draft")
    writer.add_graph(found)
    for meta in writer.xml.findall("meta"):
        writer.xml.remove(meta)  # it has the day of today: the same network is the same file
    meta = SubElement(writer.xml, "meta")
    SubElement(meta, "creator").text = "Tertius"
    SubElement(meta, "description").text = _NOT_XML.sub("", json.dumps(network.graph, ensure_ascii=False))
    writer.xml.remove(meta)
    writer.xml.insert(0, meta)
    body: bytes = tostring(writer.xml, encoding="utf-8", xml_declaration=True)
    return body


def _timed(data: dict[str, Any]) -> dict[str, Any]:
    """Flat attributes, and the time as GEXF has it: spells where there are several, else start and end."""
    found = _flat({k: v for k, v in data.items() if k != "spells"})
    spells = [tuple(None if day == ".." else day for day in s.split("/")) for s in data.get("spells", ())]
    if len(spells) > 1:
        return found | {"spells": spells}
    return found | _known({"start": data.get("earliest"), "end": data.get("latest")})


def _cytoscape(network: "nx.Graph[str]") -> bytes:
    found = _copied(network, _known, lambda d: {"name": d["label"]} | _known(d), lambda d: _reported(_known(d)))
    data = nx.cytoscape_data(found)
    return _json(data | {"data": dict(data["data"])})  # Cytoscape wants an object there, networkx gives pairs


def _reported(data: dict[str, Any]) -> dict[str, Any]:
    return {"reported_in" if k == "source" else k: v for k, v in data.items()}


def _node_link(network: "nx.Graph[str]") -> bytes:
    return _json(nx.node_link_data(network, source="start", target="end", edges="edges"))


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def _csv(network: "nx.Graph[str]") -> bytes:
    found = flat(network)
    kind = "Directed" if found.is_directed() else "Undirected"
    if isinstance(found, nx.MultiGraph):
        rows = [({"Id": key} | _reported(data), a, b) for a, b, key, data in found.edges(keys=True, data=True)]
    else:
        rows = [(_reported(data), a, b) for a, b, data in found.edges(data=True)]
    names = list(dict.fromkeys(name for data, *_ in rows for name in data))
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["Source", "Target", "Type", *("Weight" if n == "weight" else n for n in names)])
    writer.writerows([a, b, kind, *(_cell(data.get(name)) for name in names)] for data, a, b in rows)
    return output.getvalue().encode()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


_WRITERS = {
    NetworkFormat.JSON: _node_link, NetworkFormat.GRAPHML: _graphml, NetworkFormat.GEXF: _gexf,
    NetworkFormat.CYTOSCAPE: _cytoscape, NetworkFormat.CSV: _csv,
}  # fmt: skip

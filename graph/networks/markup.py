"""Networks as GraphML, and as GEXF with time: text made piece by piece.

networkx has writers of both, but they build each file as a tree: of 200,000 ties in minutes, and in gigabytes.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import networkx as nx

Data: TypeAlias = dict[str, Any]
BETWEEN = "; "
NO_XML = dict.fromkeys(n for n in (*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if n not in (9, 10, 13))
"""Characters that XML does not have."""
_ESCAPED = {
    **NO_XML, **{n: f"&#{n};" for n in (9, 10, 13)},
    **{ord(c): word for c, word in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))},
}  # fmt: skip
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_TYPES = {
    frozenset({bool}): "boolean", frozenset({int}): "long", frozenset({float}): "double",
    frozenset({int, float}): "double",
}  # fmt: skip
_GEXF_HAS = {"node": {"label"}, "edge": {"weight", "spells"}}
"""Attributes that have a place of their own in GEXF."""


def edges_of(network: "nx.Graph[str]") -> Iterator[tuple[str, str, str | None, Data]]:
    """Ends, key and attributes of each edge; only parallel ones have a key."""
    if isinstance(network, nx.MultiGraph):
        yield from network.edges(keys=True, data=True)
    else:
        yield from ((one, other, None, data) for one, other, data in network.edges(data=True))


def graphml(network: "nx.Graph[str]") -> Iterator[str]:
    """A network as GraphML. Keys of parallel edges are their ids."""
    nodes, edges = _attributes(network)
    keys: dict[str, dict[str, str]] = {}
    yield f'{_HEAD}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for part, all_data in (("graph", [network.graph]), ("node", nodes), ("edge", edges)):
        keys[part] = {}
        for name, kind in _types(all_data).items():
            id = keys[part][name] = f"{part[0]}{len(keys[part])}"
            yield f"<key{_pairs(id=id)}{_pairs(**{'for': part, 'attr.name': name, 'attr.type': kind})}/>\n"

    def told(part: str, data: Data) -> str:
        ids = keys[part]
        return "".join(f'<data key="{ids[name]}">{_text(value)}</data>' for name, value in data.items() if name in ids)

    yield f"<graph{_pairs(edgedefault=_direction(network))}>{told('graph', _known(network.graph))}\n"
    for node, data in network.nodes(data=True):
        yield f"<node{_pairs(id=node)}>{told('node', _known(data))}</node>\n"
    for one, other, key, data in edges_of(network):
        yield f"<edge{_pairs(id=key, source=one, target=other)}>{told('edge', _known(data))}</edge>\n"
    yield "</graph>\n</graphml>\n"


def gexf(network: "nx.Graph[str]") -> Iterator[str]:
    """A network as GEXF 1.2. Times are those of `earliest` and `latest`, of edges with several `spells` these."""
    nodes, edges = _attributes(network)
    timed = any(data.get("earliest") or data.get("latest") for part in (nodes, edges) for data in part)
    time = {"mode": "dynamic", "timeformat": "date"} if timed else {"mode": "static"}
    yield (
        f'{_HEAD}<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n<meta><creator>Tertius</creator>'
        f"<description>{_text(json.dumps(network.graph, ensure_ascii=False))}</description></meta>\n"
        f"<graph{_pairs(defaultedgetype=_direction(network), **time)}>\n"
    )
    ids: dict[str, dict[str, str]] = {}
    for part, all_data in (("node", nodes), ("edge", edges)):
        kinds = {name: kind for name, kind in _types(all_data).items() if name not in _GEXF_HAS[part]}
        ids[part] = {name: f"{part[0]}{n}" for n, name in enumerate(kinds)}
        declared = (f"<attribute{_pairs(id=ids[part][name], title=name, type=kind)}/>" for name, kind in kinds.items())
        yield f'<attributes class="{part}" mode="static">{"".join(declared)}</attributes>\n'

    def told(part: str, data: Data) -> str:
        of = ids[part]
        values = (f'<attvalue for="{of[name]}" value="{_text(v)}"/>' for name, v in data.items() if name in of)
        return f"<attvalues>{''.join(values)}</attvalues>"

    yield "<nodes>\n"
    for node, data in network.nodes(data=True):
        named = _pairs(id=node, label=data.get("label", node))
        yield f"<node{named}{_time(data)}>{told('node', _known(data))}</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, (one, other, key, data) in enumerate(edges_of(network)):
        joined = _pairs(id=number if key is None else key, source=one, target=other, weight=data.get("weight"))
        several = spells if len(spells := data.get("spells", ())) > 1 else ()
        when = "" if several else _time(data)
        yield f"<edge{joined}{when}>{told('edge', _known(data))}{_spells(several)}</edge>\n"
    yield "</edges>\n</graph>\n</gexf>\n"


def _attributes(network: "nx.Graph[str]") -> tuple[list[Data], list[Data]]:
    return [data for _, data in network.nodes(data=True)], [data for *_, data in network.edges(data=True)]


def _types(all_data: Iterable[Data]) -> dict[str, str]:
    """The type of each attribute, by the name that both formats have for it."""
    found: dict[str, set[type]] = {}
    for data in all_data:
        for name, value in data.items():
            if value is not None:
                found.setdefault(name, set()).add(type(value))
    return {name: _TYPES.get(frozenset(types), "string") for name, types in found.items()}


def _direction(network: "nx.Graph[str]") -> str:
    return "directed" if network.is_directed() else "undirected"


def _known(data: Data) -> Data:
    return {name: value for name, value in data.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return BETWEEN.join(map(str, value)).translate(_ESCAPED)


def _pairs(**attributes: Any) -> str:
    return "".join(f' {name}="{_text(value)}"' for name, value in attributes.items() if value is not None)


def _time(data: Data) -> str:
    return _pairs(start=data.get("earliest"), end=data.get("latest"))


def _spells(spells: Sequence[str]) -> str:
    """The times of an edge that acts now and then."""
    if not spells:
        return ""
    ends = ((None if day == ".." else day for day in spell.split("/")) for spell in spells)
    return f"<spells>{''.join(f'<spell{_pairs(start=first, end=last)}/>' for first, last in ends)}</spells>"

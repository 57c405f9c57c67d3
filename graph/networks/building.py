"""One door to all networks: what is asked for, as a frozen networkx graph, kept as long as the revision."""

import networkx as nx

from graph.networks.asked import Asked, Projection, choose, note
from graph.networks.dyads import dyads
from graph.networks.mediations import around, mediations
from graph.networks.statements import network_of
from graph.snapshot import Snapshot

_KEPT = 8


def built(snapshot: Snapshot, asked: Asked) -> "nx.Graph[str]":
    """The network asked for, frozen. Raises what `Selector.select` raises."""
    match asked.projection:
        case Projection.MULTI:
            return _of_statements(snapshot, asked)
        case Projection.MEDIATION:
            return mediations(snapshot, asked)
        case _:
            return dyads(snapshot, asked).graph()


def kept(snapshot: Snapshot, asked: Asked) -> "nx.Graph[str]":
    """As `built`, but one of the networks asked for most lately is not built again."""
    found = snapshot.networks
    if asked not in found:
        while len(found) >= _KEPT:
            found.pop(next(iter(found)), None)
        found[asked] = built(snapshot, asked)
    return found[asked]


def _of_statements(snapshot: Snapshot, asked: Asked) -> "nx.MultiDiGraph[str]":
    chosen = choose(snapshot, asked)
    found = network_of(snapshot, chosen.rows.tolist(), asked.level)
    if asked.focus:
        found = found.subgraph(around(found, asked.focus, asked.steps)).copy()
    if told := note(asked, chosen, nodes=len(found), edges=found.number_of_edges()):
        found.graph["note"] = told
    return nx.freeze(found)  # type: ignore[no-any-return]

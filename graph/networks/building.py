"""One door to all networks: what is asked for, as a frozen networkx graph, kept as long as the revision."""

from collections.abc import Iterable

import networkx as nx

from graph.exceptions import ParameterError
from graph.networks.asked import Asked, Chosen, Projection, about, choose, note
from graph.networks.dyads import dyads_of
from graph.networks.mediations import around, mediations_of
from graph.networks.statements import network_of
from graph.snapshot import Snapshot

_KEPT, _KEPT_TIES = 8, 400_000


def built(snapshot: Snapshot, asked: Asked, most: int | None = None) -> "nx.Graph[str]":
    """The network asked for, frozen. Raises what `Selector.select` raises.

    Raises ParameterError where it would be of more than `most` dyads, or statements where these are drawn.
    """
    return built_of(snapshot, asked, choose(snapshot, asked), most)


def built_of(snapshot: Snapshot, asked: Asked, chosen: Chosen, most: int | None = None) -> "nx.Graph[str]":
    """The network of rows that are chosen already, as `built`."""
    if asked.projection in (Projection.DYADS, Projection.SIGNED):
        found = dyads_of(snapshot, asked, chosen)
        _check("ties", len(found), most)
        return found.graph()
    _check("statements", len(chosen.rows), most)
    make = _of_statements if asked.projection is Projection.MULTI else mediations_of
    return make(snapshot, asked, chosen)


def kept(snapshot: Snapshot, asked: Asked, most: int | None = None) -> "nx.Graph[str]":
    """As `built`, but one of the networks asked for most lately is not built again."""
    found = snapshot.networks
    if (there := found.get(asked)) is None:
        there = built(snapshot, asked, most)
        while found and (len(found) >= _KEPT or _ties(found.values()) + len(there.edges) > _KEPT_TIES):
            found.pop(next(iter(found)), None)
        found[asked] = there
    return there


def _ties(networks: "Iterable[nx.Graph[str]]") -> int:
    return sum(len(n.edges) for n in list(networks))


def _check(what: str, number: int, most: int | None) -> None:
    if most is not None and number > most:
        raise ParameterError(
            "projection",
            f"the network would be of {number} {what}, more than {most}: narrow the filters or the window, roll up "
            "to states, or name a focus",
        )


def _of_statements(snapshot: Snapshot, asked: Asked, chosen: Chosen) -> "nx.MultiDiGraph[str]":
    found = network_of(snapshot, chosen.rows.tolist(), asked.level)
    if asked.focus:
        found = found.subgraph(around(found, asked.focus, asked.steps)).copy()
    told = note(asked, chosen, nodes=len(found), edges=found.number_of_edges())
    found.graph |= about(snapshot, asked, chosen, note=told)
    return nx.freeze(found)  # type: ignore[no-any-return]

"""Shortest paths between two actors, each step with the statements behind it."""

from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx

from graph.exceptions import ParameterError


@dataclass(frozen=True, slots=True)
class Step:
    """One tie of a path, as the edge of the network has it."""

    start: str
    end: str
    weight: int
    sign: int | None
    families: tuple[str, ...]
    modalities: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """All shortest paths, up to the number asked for. `length` counts steps: None where no path leads there.

    `modalities` were admitted; `note` says why there is no path.
    """

    start: str
    end: str
    length: int | None
    paths: tuple[tuple[Step, ...], ...]
    more: bool
    modalities: tuple[str, ...]
    note: str


def shortest_paths(network: "nx.Graph[str]", start: str, end: str, most: int = 10) -> Paths:
    """The shortest paths from one actor to another over dyads; along their direction where the network has one.

    All ties are equally long: how often two act says nothing of how near they are. Raises ParameterError where both
    are one.
    """
    if start == end:
        raise ParameterError("to", f"{start!r} is where the path begins: name two different actors")
    admitted = tuple(network.graph["modalities"])
    for actor in (start, end):
        if actor not in network:
            why = network.graph["note"] or f"{actor} has no tie in this network"
            return Paths(start, end, None, (), False, admitted, why)
    try:
        found = list(islice(nx.all_shortest_paths(network, start, end), most + 1))
    except nx.NetworkXNoPath:
        return Paths(start, end, None, (), False, admitted, "no ties lead from one to the other")
    paths = tuple(tuple(_step(network, *pair) for pair in pairwise(nodes)) for nodes in sorted(found[:most]))
    return Paths(start, end, len(found[0]) - 1, paths, len(found) > most, admitted, "")


def _step(network: "nx.Graph[str]", one: str, other: str) -> Step:
    data = network.edges[one, other]
    return Step(
        one, other, *(data[name] for name in ("weight", "sign", "families", "modalities", "statements"))
    )  # fmt: skip

"""Shortest paths between two actors, each step with the statements behind it."""

from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx
import numpy as np

from graph.columns import Rows
from graph.exceptions import ParameterError
from graph.networks.dyads import Dyads


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


def along_paths(dyads: Dyads, start: str, end: str) -> Dyads:
    """The dyads that the shortest paths from one to the other lead along, found without making a network of all.

    Where no path leads there, those of either: `shortest_paths` of their network is that of the whole one. The time
    grows with dyads times the length of the paths.
    """
    numbers = dyads.snapshot.columns.entity_number
    if start not in numbers or end not in numbers:
        return dyads.where(dyads.with_any((start, end)))
    there = _steps(dyads.one, dyads.other, numbers[start], dyads)
    back = _steps(dyads.other, dyads.one, numbers[end], dyads)
    length = there[numbers[end]]
    if length == _FAR:
        return dyads.where(dyads.with_any((start, end)))
    kept = there[dyads.one] + 1 + back[dyads.other] == length
    if not dyads.directed:
        kept |= there[dyads.other] + 1 + back[dyads.one] == length
    return dyads.where(kept)


_FAR = 2**30


def _steps(one: Rows, other: Rows, begin: int, dyads: Dyads) -> Rows:
    """How many steps each entity is from one, _FAR where it cannot be reached."""
    steps = np.full(len(dyads.snapshot.columns.entities), _FAR, np.int64)
    steps[begin] = reached = 0
    while True:
        at_edge = [other[steps[one] == reached]]
        if not dyads.directed:
            at_edge.append(one[steps[other] == reached])
        new = np.concatenate(at_edge)
        new = new[steps[new] == _FAR]
        if not len(new):
            return steps
        reached += 1
        steps[new] = reached


def _step(network: "nx.Graph[str]", one: str, other: str) -> Step:
    data = network.edges[one, other]
    return Step(
        one, other, *(data[name] for name in ("weight", "sign", "families", "modalities", "statements"))
    )  # fmt: skip

"""Who stands at the centre: degree, strength, cores, components, PageRank, betweenness, closeness, eigenvector."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import networkx as nx
import numpy as np

from graph.dataframes import frame
from graph.exceptions import MissingExtraError, ParameterError, UndefinedMeasureError
from graph.measures.arrays import Floats, Ints, Measured, Ties
from graph.measures.holes import holes

if TYPE_CHECKING:
    import pandas as pd

Values: TypeAlias = dict[Hashable, float]
_DAMPING = 0.85
_CLOSE = 1e-10
_MOST_TURNS = 10_000
_FEW = 2


class Engine(StrEnum):
    """The library that follows shortest paths."""

    NETWORKX = "networkx"
    IGRAPH = "igraph"

    @classmethod
    def named(cls, word: "str | None") -> "Engine":
        """The engine of this name; None for igraph where it is installed. Raises ParameterError, MissingExtraError."""
        there = find_spec("igraph") is not None
        if word is None:
            return cls.IGRAPH if there else cls.NETWORKX
        if word not in list(cls):
            raise ParameterError("engine", f"{word!r} is none of {', '.join(cls)}")
        if word == cls.IGRAPH and not there:
            raise MissingExtraError("the engine igraph", "igraph", "networks")
        return cls(word)


@dataclass(frozen=True, slots=True)
class Centralities:
    """Several measures for each actor. One that is undefined on this network is not in `values` but in `reasons`."""

    actors: tuple[Hashable, ...]
    values: dict[str, Values]
    reasons: dict[str, str]

    def frame(self) -> "pd.DataFrame":
        """A row for each actor, a column for each measure that is defined. Raises MissingExtraError."""
        rows = ({"actor": a} | {m: found.get(a) for m, found in self.values.items()} for a in self.actors)
        return frame(rows, ("actor", *self.values))


class How(NamedTuple):
    """How shortest paths are followed: by which library, and from how many actors; None: from all."""

    engine: Engine
    sample: int | None = None


def centralities(
    network: Measured, measures: Iterable[str] = (), *, weight: str | None = None, sample: int | None = None,
    engine: str | None = None,
) -> Centralities:  # fmt: skip
    """Some measures, or all of `MEASURES`, for each actor; with a `sample` betweenness is an estimate.

    Raises ParameterError where a measure is not known.
    """
    wanted = tuple(measures) or tuple(MEASURES)
    for name in wanted:
        if name not in MEASURES:
            raise ParameterError("measures", f"{name!r} is none of {', '.join(MEASURES)}")
    ties = Ties.of(network, weight)
    how = How(Engine.named(engine), _sample(sample))
    values: dict[str, Values] = {}
    reasons: dict[str, str] = {}
    for name in wanted:
        try:
            values[name] = MEASURES[name].of(ties, how)
        except UndefinedMeasureError as error:
            reasons[name] = error.reason
    return Centralities(ties.actors, values, reasons)


def degree(network: Measured, direction: Literal["in", "out", "any"] = "any") -> Values:
    """How many others an actor is joined with: from them, to them, or either, each once. Raises ParameterError."""
    ties = Ties.of(network)
    both = _undirected(ties) if _known(direction) == "any" else ties
    return _by_actor(ties, np.bincount(both.target if direction == "in" else both.source, minlength=len(ties)))


def strength(
    network: Measured, weight: str | None = "weight", direction: Literal["in", "out", "any"] = "any"
) -> Values:
    """The weights of the ties of an actor, summed up. Raises ParameterError, also where one is not positive."""
    ties = Ties.of(network, weight)
    n = len(ties)
    ins, outs = np.bincount(ties.target, ties.weight, n), np.bincount(ties.source, ties.weight, n)
    both = ins + outs if ties.directed else outs
    return _by_actor(ties, {"in": ins, "out": outs, "any": both}[_known(direction)])


def core(network: Measured, *, engine: str | None = None) -> Values:
    """The largest k such that an actor belongs to a part where everybody has k neighbours in it (Seidman 1983)."""
    return _core(Ties.of(network), How(Engine.named(engine)))


def components(network: Measured) -> list[frozenset[Hashable]]:
    """The parts of the network that no tie joins, whatever its direction: largest first, then by the first actor."""
    ties = Ties.of(network)
    label = _labels(ties)
    sizes = np.bincount(label, minlength=1)
    largest = sizes.argmax()
    others = np.flatnonzero(label != largest)
    left = [ties.actors[n] for n in others[np.argsort(label[others], kind="stable")].tolist()]
    sizes[largest] = 0
    walk = iter(left)
    parts = [frozenset(ties.actors).difference(left), *(frozenset(islice(walk, n)) for n in sizes[sizes > 0].tolist())]
    return sorted(filter(None, parts), key=len, reverse=True)


def pagerank(network: Measured, weight: str | None = None) -> Values:
    """PageRank (Brin and Page 1998) with damping 0.85: how often one who follows ties at random comes by.

    Raises UndefinedMeasureError where there are no actors, ParameterError where a weight is not positive.
    """
    ties = Ties.of(network, weight)
    n = len(ties)
    if not n:
        raise UndefinedMeasureError("pagerank", "there are no actors")
    out = np.bincount(ties.source, ties.weight, n)
    share = ties.weight / out[ties.source]
    rank: Floats = np.full(n, 1 / n)
    for _ in range(_MOST_TURNS):
        lost = rank[out == 0].sum()
        new = _DAMPING * (np.bincount(ties.target, share * rank[ties.source], n) + lost / n) + (1 - _DAMPING) / n
        if np.abs(new - rank).sum() < _CLOSE:
            break
        rank = new
    return _by_actor(ties, new)


def betweenness(network: Measured, *, sample: int | None = None, engine: str | None = None) -> Values:
    """The share of all pairs of others on whose shortest paths an actor stands (Freeman 1977; Brandes 2001).

    Steps count, not weights. The time grows with actors times ties; with a `sample` it is an estimate without bias from
    the paths that begin at so many actors, drawn evenly and always the same ones (Brandes and Pich 2007). Raises
    UndefinedMeasureError with fewer than three actors, ParameterError for a sample of none.
    """
    return _betweenness(Ties.of(network), How(Engine.named(engine), _sample(sample)))


def closeness(network: Measured, *, engine: str | None = None) -> Values:
    """How near an actor is to those who reach it: Wasserman and Faust's (1994) form for networks in several parts.

    With r others who reach the actor at distances d: r/Σd · r/(n-1); 0 for one whom nobody reaches. Raises
    UndefinedMeasureError with fewer than two actors.
    """
    return _closeness(Ties.of(network), How(Engine.named(engine)))


def eigenvector(network: Measured, weight: str | None = None) -> Values:
    """Bonacich's (1972) centrality: an actor is central as its neighbours are. Directions are left out; length 1.

    It is that of the largest component, since in another part the values say nothing: actors outside have none.
    Raises UndefinedMeasureError where there are no ties, or several components are the largest.
    """
    ties = Ties.of(network, weight)
    if not len(ties.source):
        raise UndefinedMeasureError("eigenvector", "there are no ties")
    label = _labels(ties)
    sizes = np.bincount(label)
    if (sizes == sizes.max()).sum() > 1:
        raise UndefinedMeasureError("eigenvector", "several components are the largest: measure each by itself")
    inner = _undirected(ties.among(label == sizes.argmax()))
    n = len(inner)
    value: Floats = np.full(n, 1 / np.sqrt(n))
    for _ in range(_MOST_TURNS):
        # One's own value is added, else two camps that are joined only with each other would swap for ever.
        new = value + np.bincount(inner.target, inner.weight * value[inner.source], n)
        new = new / np.sqrt((new**2).sum())
        if np.abs(new - value).sum() < _CLOSE * n:
            return _by_actor(inner, new)
        value = new
    raise UndefinedMeasureError("eigenvector", f"it did not settle in {_MOST_TURNS} turns")


def _known(direction: str) -> str:
    if direction not in ("in", "out", "any"):
        raise ParameterError("direction", f"{direction!r} is none of in, out, any")
    return direction


def _core(ties: Ties, how: How) -> Values:
    both = _undirected(ties)
    if how.engine is Engine.IGRAPH:
        return _by_actor(ties, np.array(_igraph(both).coreness(), np.int64))
    numbers = nx.core_number(_graph(both))
    return {actor: float(numbers[n]) for n, actor in enumerate(ties.actors)}


def _betweenness(ties: Ties, how: How) -> Values:
    n = len(ties)
    if n < 3:
        raise UndefinedMeasureError("betweenness", f"nobody can stand between others among {n}")
    some = None if how.sample is None or how.sample >= n else _drawn(n, how.sample)
    if how.engine is Engine.IGRAPH:
        found = np.array(_igraph(ties).betweenness(directed=ties.directed, sources=some))
    else:
        graph, all_actors = _graph(ties), range(n)
        by_place = (
            nx.betweenness_centrality(graph, normalized=False)
            if some is None
            else nx.betweenness_centrality_subset(graph, some, all_actors)
        )
        found = np.array([by_place[place] for place in all_actors])
    pairs = (n - 1) * (n - 2) / (1 if ties.directed else 2)
    return _by_actor(ties, found / pairs * (1 if some is None else n / len(some)))


def _drawn(n: int, sample: int) -> list[int]:
    found: list[int] = np.sort(np.random.default_rng(0).choice(n, sample, replace=False)).tolist()
    return found


def _sample(sample: int | None) -> int | None:
    if sample is not None and sample < 1:
        raise ParameterError("sample", f"{sample} actors tell nothing of all: give 1 or more")
    return sample


def _closeness(ties: Ties, how: How) -> Values:
    n = len(ties)
    if n < 2:
        raise UndefinedMeasureError("closeness", f"there are no two actors but {n}")
    if how.engine is Engine.NETWORKX:
        found: dict[int, float] = nx.closeness_centrality(_graph(ties))
        return {actor: found[place] for place, actor in enumerate(ties.actors)}
    network = _igraph(ties)
    near = np.nan_to_num(np.array(network.closeness(mode="in", normalized=True), float))  # nobody reaches it: nan
    # Those who reach each other are reached by the same others: one of them is asked.
    parts = network.connected_components(mode="strong")
    sizes = np.array(network.neighborhood_size([part[0] for part in parts], order=n, mode="in"), float)
    reach = sizes[parts.membership] - 1
    return _by_actor(ties, near * reach / (n - 1))


def _constraint(ties: Ties, _: How) -> Values:
    return {h.actor: h.constraint for h in holes(ties) if h.constraint is not None}


def _effective_size(ties: Ties, _: How) -> Values:
    return {h.actor: h.effective_size for h in holes(ties) if h.effective_size is not None}


def _undirected(ties: Ties) -> Ties:
    if not ties.directed:
        return ties
    return Ties.between(ties.actors, ties.source, ties.target, ties.weight, directed=False)


def _graph(ties: Ties) -> "nx.Graph[int]":
    graph: nx.Graph[int] = nx.DiGraph() if ties.directed else nx.Graph()
    graph.add_nodes_from(range(len(ties)))
    graph.add_edges_from(zip(ties.source.tolist(), ties.target.tolist(), strict=True))
    return graph


def _igraph(ties: Ties) -> Any:
    import igraph

    kept = np.full(len(ties.source), True) if ties.directed else ties.source < ties.target
    network = igraph.Graph(len(ties), directed=ties.directed)
    network.add_edges(np.column_stack([ties.source[kept], ties.target[kept]]))  # as a list it takes five times as long
    return network


def _labels(ties: Ties) -> Ints:
    """For each actor the first actor of its component, by place.

    A few ties of each mostly join nearly all: of the others only those of who is left apart need a look (Sutton,
    Ben-Nun and Barak 2018).
    """
    starts = np.flatnonzero(np.concatenate([[len(ties.source) > 0], ties.source[1:] != ties.source[:-1]]))
    ends = np.append(starts[1:], len(ties.source))
    root = np.arange(len(ties))
    for n in range(_FEW):
        some = starts[starts + n < ends] + n
        root = _joined(root, ties.source[some], ties.target[some])
    apart = root != np.bincount(root, minlength=1).argmax()
    some = np.flatnonzero(apart.take(ties.source) | apart.take(ties.target))
    return _joined(root, ties.source[some], ties.target[some])


def _joined(root: Ints, one: Ints, other: Ints) -> Ints:
    """Roots, each the first of its part, with the parts that these ties join as one (Shiloach and Vishkin 1982)."""
    while True:
        a, b = root[one], root[other]
        differ = a != b
        if not differ.any():
            return root
        one, other, a, b = one[differ], other[differ], a[differ], b[differ]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while (root[root] != root).any():
            root = root[root]


def _by_actor(ties: Ties, values: "Floats | Ints") -> Values:
    return dict(zip(ties.actors, values.astype(float).tolist(), strict=True))


class Measure(NamedTuple):
    """A measure of each actor: what is counted, in words, and how. Without `weighs`, each tie counts alike."""

    unit: str
    of: Callable[[Ties, How], Values]
    weighs: bool = False


MEASURES: dict[str, Measure] = {
    "degree": Measure("others joined with", lambda ties, _: degree(ties)),
    "in_degree": Measure("others who act towards it", lambda ties, _: degree(ties, "in")),
    "out_degree": Measure("others towards whom it acts", lambda ties, _: degree(ties, "out")),
    "strength": Measure("weight of its ties", lambda ties, _: strength(ties), weighs=True),
    "core": Measure("neighbours that each has in its innermost core", _core),
    "pagerank": Measure("share of the time of a random walk", lambda ties, _: pagerank(ties), weighs=True),
    "betweenness": Measure("share of the shortest paths of all pairs of others", _betweenness),
    "closeness": Measure("1 by steps from those who reach it, by the share of all that they are", _closeness),
    "eigenvector": Measure("entry of a vector of length 1", lambda ties, _: eigenvector(ties), weighs=True),
    "constraint": Measure("Burt's constraint, low where neighbours are not joined", _constraint, weighs=True),
    "effective_size": Measure("neighbours less those that others make redundant", _effective_size, weighs=True),
}
"""The measures of each actor, by name."""
